//! Append, update and delete, each against a naive model that builds a new tree.

use palimpsest_model::arbitrary::{block_lists, edits, objects_of, structures, writable_block_lists, written};
use palimpsest_model::{
    Block, BlockId, Content, EditError, MAX_DEPTH, Object, Position, PropertyId, append, changed_paths, delete_block,
    find_block, is_lone_empty, update_block,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value as Json, json};

use crate::support::{
    FRESH, anonymous, cases, draft, drafts, group, id, ids, named, page, parent, placed, realigned, section, text,
    unaligned, without, written_text,
};

/// What an append leaves; nothing when it cannot be made.
fn appended(top: &[Block], parent: Option<BlockId>, position: Position, new: &[Block]) -> Option<Vec<Block>> {
    let is_at_an_end = parent.is_none() && matches!(position, Position::Start | Position::End);
    if is_at_an_end && is_lone_empty(top) && !new.is_empty() {
        return Some(new.to_vec());
    }
    placed(top, parent, position, new)
}

fn blocks_of(object: &Object) -> &[Block] {
    &object.blocks[&section()]
}

/// The fields of which nothing is written when a block lacks them; `null` removes them, and other kinds do not look at them.
const OPTIONAL: &[&str] =
    &["list", "todo", "toggle", "quote", "textAlignment", "colorTheme", "highlight", "gridLayout"];

fn update(object: &mut Object, id: BlockId, json: &Json) -> Result<(), EditError> {
    named(&[], |names| update_block(object, None, id, draft(json), names))
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn an_append_puts_the_blocks_where_the_naive_model_puts_them(
        blocks in block_lists(), new in writable_block_lists(), at in any::<Index>(), place in 0..6_u8,
    ) {
        let all = ids(&blocks);
        let anchor = if all.is_empty() { id(0) } else { *at.get(&all) };
        let (parent, position) = match place {
            0 => (None, Position::Start),
            1 => (None, Position::End),
            2 => (Some(anchor), Position::Start),
            3 => (Some(anchor), Position::End),
            4 => (None, Position::After(anchor)),
            _ => (None, Position::Before(anchor)),
        };
        let mut object = page(blocks.clone());
        let result = append(&mut object, &section(), parent, position, new.clone());
        match appended(&blocks, parent, position, &new) {
            Some(expected) => {
                prop_assert_eq!(result, Ok(()));
                prop_assert_eq!(blocks_of(&object), &expected);
            }
            None => {
                let expected = match find_block(&blocks, anchor) {
                    None => EditError::UnknownBlock(anchor),
                    Some(block) => EditError::NotAParent(block.content.kind()),
                };
                prop_assert_eq!(result, Err(expected));
            }
        }
    }

    #[test]
    fn a_delete_removes_the_block_and_everything_below_it(blocks in block_lists(), at in any::<Index>()) {
        prop_assume!(!blocks.is_empty());
        let all = ids(&blocks);
        let gone = *at.get(&all);
        let mut object = page(blocks.clone());
        prop_assert_eq!(delete_block(&mut object, gone), Ok(()));
        prop_assert_eq!(blocks_of(&object), &without(&blocks, &|id| id == gone));
        prop_assert_eq!(delete_block(&mut object, gone), Err(EditError::UnknownBlock(gone)));
    }

    #[test]
    fn an_update_that_leaves_everything_out_changes_nothing(blocks in block_lists(), at in any::<Index>()) {
        prop_assume!(!blocks.is_empty());
        let all = ids(&blocks);
        let id = *at.get(&all);
        let json = match &find_block(&blocks, id).unwrap().content {
            Content::Unsupported { .. } | Content::Entity { .. } => return Ok(()),
            Content::Grid(grid) => json!({"type": "GridBlock", "dividers": grid.dividers}),
            Content::Code { lang, text } => json!({"type": "CodeBlock", "lang": lang, "text": text}),
            Content::Math { text, .. } => json!({"type": "MathBlock", "text": text}),
            other => json!({"type": other.kind()}),
        };
        let mut object = page(blocks.clone());
        prop_assert_eq!(update(&mut object, id, &json), Ok(()));
        prop_assert_eq!(blocks_of(&object), &blocks);
    }

    #[test]
    fn an_update_with_everything_leaves_what_was_written(
        blocks in block_lists(), new in writable_block_lists(), at in any::<Index>(),
    ) {
        prop_assume!(!blocks.is_empty() && !new.is_empty());
        let (blocks, new) = (unaligned(&blocks), unaligned(&new));
        let all = ids(&blocks);
        let id = *at.get(&all);
        let mut json = written(&new[..1], false)[0].take();
        for field in OPTIONAL {
            json.as_object_mut().unwrap().entry(*field).or_insert(Json::Null);
        }
        let mut object = page(blocks.clone());
        let stored = find_block(&blocks, id).unwrap().content.kind();
        let result = update(&mut object, id, &json);
        if stored != new[0].content.kind() {
            prop_assert_eq!(result, Err(EditError::OtherKind { stored, sent: new[0].content.kind() }));
            prop_assert_eq!(blocks_of(&object), &blocks);
            return Ok(());
        }
        prop_assert_eq!(result, Ok(()));
        let updated = find_block(blocks_of(&object), id).unwrap();
        prop_assert_eq!(&updated.content, &new[0].content);
        let children: Vec<_> = updated.children.iter().map(|list| anonymous(list)).collect();
        prop_assert_eq!(children, new[0].children.iter().map(|list| anonymous(list)).collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn an_edit_leaves_an_object_within_the_limits_whose_ids_are_unique(
        (object, edit) in select(structures()).prop_flat_map(|structure| (objects_of(&structure), edits(&structure))),
    ) {
        if let Some(next) = edit.apply(&object) {
            let mut all = Vec::new();
            next.walk(&mut |block| all.push(block.id));
            let count = all.len();
            all.sort();
            all.dedup();
            prop_assert_eq!(all.len(), count);
            prop_assert!(next.depth() <= MAX_DEPTH);
            prop_assert_eq!((next.id, next.structure), (object.id, object.structure));
            prop_assert_eq!(changed_paths(&object, &next).is_empty(), object == next);
        }
    }
}

/// Appends a text `new` (5) to `top`.
fn check_append(top: Vec<Block>, parent: Option<u128>, position: Position, expected: &[Block]) {
    let mut object = page(top);
    append(&mut object, &section(), parent.map(id), position, vec![text(5, "new")]).unwrap();
    assert_eq!(blocks_of(&object), expected);
}

#[test]
fn blocks_are_appended_at_the_start_the_end_and_beside_others_at_any_depth() {
    let new = || text(5, "new");
    let (a, b) = (|| text(1, "a"), || text(2, "b"));
    check_append(vec![], None, Position::Start, &[new()]);
    check_append(vec![a(), b()], None, Position::Start, &[new(), a(), b()]);
    check_append(vec![a(), b()], None, Position::End, &[a(), b(), new()]);
    check_append(vec![a(), b()], None, Position::After(id(1)), &[a(), new(), b()]);
    check_append(vec![a(), b()], None, Position::Before(id(2)), &[a(), new(), b()]);
    check_append(vec![a()], Some(1), Position::End, &[parent(1, "a", vec![new()])]);
    let nested = || vec![parent(3, "p", vec![a(), b()])];
    check_append(nested(), Some(3), Position::Start, &[parent(3, "p", vec![new(), a(), b()])]);
    check_append(nested(), Some(3), Position::End, &[parent(3, "p", vec![a(), b(), new()])]);
    check_append(nested(), None, Position::After(id(1)), &[parent(3, "p", vec![a(), new(), b()])]);
    check_append(nested(), None, Position::Before(id(1)), &[parent(3, "p", vec![new(), a(), b()])]);
    check_append(vec![group(3, vec![a()])], Some(3), Position::End, &[group(3, vec![a(), new()])]);
}

#[test]
fn the_lone_empty_block_of_a_new_object_gives_way() {
    let empty = || Block::empty(id(1));
    check_append(vec![empty()], None, Position::End, &[text(5, "new")]);
    check_append(vec![empty()], None, Position::Start, &[text(5, "new")]);
    check_append(vec![empty(), empty()], None, Position::End, &[empty(), empty(), text(5, "new")]);
    check_append(vec![empty()], None, Position::After(id(1)), &[empty(), text(5, "new")]);
    let with_child = Block { children: vec![vec![text(5, "new")]], ..empty() };
    check_append(vec![empty()], Some(1), Position::End, std::slice::from_ref(&with_child));
    check_append(vec![text(1, "")], None, Position::End, &[text(1, ""), text(5, "new")]);
    let mut object = page(vec![empty()]);
    append(&mut object, &section(), None, Position::End, Vec::new()).unwrap();
    assert_eq!(blocks_of(&object), [empty()]);
}

#[test]
fn what_an_edit_names_must_be_there() {
    let code = Block::leaf(id(2), Content::Code { lang: String::new(), text: String::new() });
    let mut object = page(vec![text(1, "a"), code]);
    object.blocks.insert("other".into(), vec![text(3, "elsewhere")]);
    let add = |section: &PropertyId, parent, position| {
        append(&mut object.clone(), section, parent, position, vec![text(9, "x")])
    };
    let main = section();
    assert_eq!(add(&main, None, Position::After(id(7))), Err(EditError::UnknownBlock(id(7))));
    assert_eq!(add(&main, None, Position::Before(id(7))), Err(EditError::UnknownBlock(id(7))));
    assert_eq!(add(&main, Some(id(7)), Position::End), Err(EditError::UnknownBlock(id(7))));
    assert_eq!(add(&main, Some(id(2)), Position::End), Err(EditError::NotAParent("CodeBlock")));
    assert_eq!(add(&main, None, Position::After(id(3))), Err(EditError::UnknownBlock(id(3))));
    assert_eq!(add(&"other".into(), None, Position::After(id(3))), Ok(()));
    let json = json!({"type": "TextBlock", "tokens": []});
    let mut write = |section: Option<&PropertyId>, id| {
        named(&[], |names| update_block(&mut object, section, id, draft(&json), names))
    };
    assert_eq!(write(None, id(7)), Err(EditError::UnknownBlock(id(7))));
    assert_eq!(write(Some(&main), id(3)), Err(EditError::UnknownBlock(id(3))));
    assert_eq!(write(None, id(3)), Ok(()));
    assert_eq!(write(None, id(2)), Err(EditError::OtherKind { stored: "CodeBlock", sent: "TextBlock" }));
    assert_eq!(delete_block(&mut object, id(7)), Err(EditError::UnknownBlock(id(7))));
    assert_eq!(delete_block(&mut object, id(3)), Ok(()));
}

#[test]
fn an_error_says_what_is_wrong() {
    let check = |error: EditError, expected: &str| assert_eq!(error.to_string(), expected);
    check(EditError::UnknownBlock(id(7)), "There is no block 00000000-0000-4000-8000-000000000007 here");
    check(
        EditError::NotAParent("CodeBlock"),
        "A CodeBlock takes no children: the parent must be a TextBlock or GroupBlock",
    );
    check(
        EditError::OtherKind { stored: "CodeBlock", sent: "TextBlock" },
        "The type of a block cannot change: it is a CodeBlock, received TextBlock",
    );
    check(EditError::TooMany, "Too big: an object holds at most 10000 blocks");
    check(EditError::TooDeep, "Too deep: blocks nest at most 32 levels");
}

/// A text block with every decoration.
fn decorated() -> Json {
    json!({
        "type": "TextBlock",
        "tokens": [{"type": "TextToken", "text": "x", "style": {"bold": true}}],
        "hierarchy": {"key": "H1", "val": 1},
        "list": {"type": "bullet"},
        "todo": {"isDone": true},
        "toggle": {"isOpen": false},
        "quote": {"layout": "standout"},
        "textAlignment": "right",
        "colorTheme": "bg-red",
        "highlight": {"type": "custom", "label": "me"},
    })
}

#[test]
fn an_update_keeps_what_is_left_out_and_null_removes() {
    let check = |start: &Json, field: &str| {
        let before = realigned(&[], drafts(&json!([start])));
        let mut object = page(before.clone());
        let mut other = json!({"type": start["type"], field: null});
        if start.get("dividers").is_some() && field != "dividers" {
            other["dividers"] = start["dividers"].clone();
        }
        if start["type"] == "MathBlock" {
            other["text"] = start["text"].clone();
        }
        update(&mut object, id(FRESH), &other).unwrap();
        let mut bare = start.clone();
        bare.as_object_mut().unwrap().remove(field).unwrap();
        assert_eq!(blocks_of(&object), realigned(&[], drafts(&json!([bare]))), "{field}");
    };
    let text = decorated();
    text.as_object().unwrap().keys().filter(|key| *key != "type").for_each(|field| check(&text, field));
    let group = json!({"type": "GroupBlock", "list": {"type": "roman"}, "todo": {"isDone": false},
        "toggle": {"isOpen": true}, "textAlignment": "left", "colorTheme": "text-sky"});
    group.as_object().unwrap().keys().filter(|key| *key != "type").for_each(|field| check(&group, field));
    let grid = json!({"type": "GridBlock", "dividers": [50], "gridLayout": "grid", "colorTheme": "text-sky"});
    ["gridLayout", "colorTheme"].iter().for_each(|field| check(&grid, field));
    check(&json!({"type": "MathBlock", "text": "x", "colorTheme": "text-sky"}), "colorTheme");
}

#[test]
fn an_update_keeps_the_children_unless_they_are_given() {
    let before = vec![parent(1, "p", vec![text(2, "a"), text(3, "b")])];
    let check = |json: Json, expected: &[BlockId]| {
        let mut object = page(before.clone());
        update(&mut object, id(1), &json).unwrap();
        assert_eq!(ids(blocks_of(&object)), expected, "{json}");
    };
    let says = |text: &str| written_text(text);
    check(json!({"type": "TextBlock", "tokens": []}), &[id(1), id(2), id(3)]);
    check(json!({"type": "TextBlock", "blocks": []}), &[id(1)]);
    check(json!({"type": "TextBlock", "blocks": [says("b"), says("new")]}), &[id(1), id(3), id(FRESH)]);
    let columns = json!({"type": "GridBlock", "dividers": [0.5], "columns": [[says("a")], [says("b")]]});
    let grid = realigned(&[], drafts(&json!([columns])));
    let mut object = page(grid.clone());
    update(&mut object, id(FRESH), &json!({"type": "GridBlock", "dividers": [50], "gridLayout": "grid"})).unwrap();
    assert_eq!(ids(blocks_of(&object)), ids(&grid));
    assert_eq!(blocks_of(&object)[0].children, grid[0].children);
}

fn many(count: u128) -> Vec<Block> {
    (1..=count).map(|number| text(number, "")).collect()
}

/// A block with this many levels, itself included.
fn deep(levels: u128) -> Block {
    (1..levels).rev().fold(text(levels, ""), |below, level| group(level, vec![below]))
}

#[test]
fn an_object_holds_ten_thousand_blocks_and_no_more() {
    let mut object = page(Vec::new());
    assert_eq!(append(&mut object, &section(), None, Position::End, many(10_000)), Ok(()));
    let more = |object: &Object, section: &str, parent: Option<BlockId>| {
        append(&mut object.clone(), &section.into(), parent, Position::End, vec![text(20_000, "")])
    };
    assert_eq!(more(&object, "RootPage_content", None), Err(EditError::TooMany));
    assert_eq!(more(&object, "RootPage_content", Some(id(3))), Err(EditError::TooMany));
    assert_eq!(more(&object, "other", None), Err(EditError::TooMany));
    let json = json!({"type": "TextBlock", "blocks": [{"type": "HorizontalLineBlock"}]});
    assert_eq!(update(&mut object.clone(), id(3), &json), Err(EditError::TooMany));
    delete_block(&mut object, id(10_000)).unwrap();
    assert_eq!(more(&object, "RootPage_content", Some(id(3))), Ok(()));
    assert_eq!(update(&mut object, id(3), &json), Ok(()));
}

#[test]
fn blocks_nest_thirty_two_levels_and_no_more() {
    let mut object = page(Vec::new());
    assert_eq!(append(&mut object, &section(), None, Position::End, vec![deep(32)]), Ok(()));
    let new = || vec![text(99, "")];
    let mut copy = object.clone();
    assert_eq!(append(&mut copy, &section(), Some(id(32)), Position::End, new()), Err(EditError::TooDeep));
    let mut copy = object.clone();
    assert_eq!(append(&mut copy, &section(), None, Position::After(id(32)), new()), Ok(()));
    let mut copy = object.clone();
    assert_eq!(append(&mut copy, &section(), None, Position::Before(id(31)), vec![deep(2)]), Ok(()));
    let mut copy = object.clone();
    assert_eq!(append(&mut copy, &section(), None, Position::End, vec![deep(33)]), Err(EditError::TooDeep));
    let json = json!({"type": "TextBlock", "blocks": [{"type": "HorizontalLineBlock"}]});
    assert_eq!(update(&mut object, id(32), &json), Err(EditError::TooDeep));
}
