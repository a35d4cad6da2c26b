//! How much is read: ten thousand blocks, thirty-two levels.

use palimpsest_model::{count_blocks, depth_of, read_block, read_blocks, read_blocks_by_property};
use serde_json::{Value as Json, json};

use crate::support::{read, realigned};

fn lines(count: usize) -> Json {
    vec![json!({"type": "HorizontalLineBlock"}); count].into()
}

/// Blocks in one another.
fn nested(levels: usize) -> Json {
    (1..levels).fold(lines(1), |below, _| json!([{"type": "GroupBlock", "blocks": below}]))
}

const TOO_BIG: &str = "✖ Too big: an object holds at most 10000 blocks";

fn check(json: &Json, expected: Result<usize, &str>) {
    let result = read(json, read_blocks).map(|drafts| count_blocks(&realigned(&[], drafts)));
    assert_eq!(result.map_err(|problems| problems.to_string()), expected.map_err(str::to_owned));
}

#[test]
fn ten_thousand_blocks_are_read_and_one_more_is_refused() {
    check(&lines(10_000), Ok(10_000));
    check(&lines(10_001), Err(TOO_BIG));
    check(&lines(50_000), Err(TOO_BIG));
}

#[test]
fn blocks_below_others_count() {
    let below = |count| json!([{"type": "TextBlock", "blocks": lines(count)}]);
    check(&below(9_999), Ok(10_000));
    check(&below(10_000), Err(TOO_BIG));
    let grid = |count| json!([{"type": "GridBlock", "dividers": [1], "columns": [lines(5_000), lines(count)]}]);
    check(&grid(4_999), Ok(10_000));
    check(&grid(5_000), Err(TOO_BIG));
    let groups = |count| Json::from(vec![json!({"type": "GroupBlock", "blocks": lines(1)}); count]);
    check(&groups(5_000), Ok(10_000));
    check(&groups(5_001), Err(TOO_BIG));
}

#[test]
fn one_block_with_ten_thousand_in_all_is_read_and_one_more_is_refused() {
    let block = |count| json!({"type": "GroupBlock", "blocks": lines(count)});
    assert!(read(&block(9_999), read_block).is_ok());
    assert_eq!(read(&block(10_000), read_block).unwrap_err().to_string(), TOO_BIG);
}

#[test]
fn a_list_too_long_is_named_by_its_property() {
    let json = json!({"a": lines(10_001), "b": lines(1)});
    let problems = read(&json, read_blocks_by_property).unwrap_err();
    assert_eq!(problems.to_string(), format!("{TOO_BIG}\n  → at a"));
}

#[test]
fn thirty_two_levels_are_read_and_one_more_is_refused() {
    let drafts = read(&nested(32), read_blocks).unwrap();
    assert_eq!(depth_of(&realigned(&[], drafts)), 32);
    let at = "[0].blocks".repeat(32);
    let message = format!("✖ Too deep: blocks nest at most 32 levels\n  → at {at}");
    check(&nested(33), Err(&message));
    check(&nested(60), Err(&message));
    // An empty list is no level.
    let mut json = nested(32);
    let mut list = &mut json;
    for _ in 1..32 {
        list = &mut list[0]["blocks"];
    }
    list[0] = json!({"type": "TextBlock", "blocks": []});
    check(&json, Ok(32));
    // Columns nest like children.
    let grids =
        (1..33).fold(lines(1), |below, _| json!([{"type": "GridBlock", "dividers": [], "columns": [below, []]}]));
    let at = "[0].columns[0]".repeat(32);
    check(&grids, Err(&format!("✖ Too deep: blocks nest at most 32 levels\n  → at {at}")));
}
