//! Block trees, case by case. Blocks are named by numbers.

use palimpsest_model::{Block, BlockId, Content, GridContent, Hierarchy, Number, Object, PropertyId, TextContent};

use super::{merged_page, paths};
use crate::support::{id, page, section, text};

/// `"1(2 3) 4"`: a list of text blocks that say their numbers, with others below.
fn blocks(outline: &str) -> Vec<Block> {
    fn list(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Vec<Block> {
        let mut blocks = Vec::new();
        while let Some(letter) = rest.next_if(|letter| *letter != ')') {
            match letter {
                '(' => {
                    let below = list(rest);
                    rest.next();
                    let last: &mut Block = blocks.last_mut().unwrap();
                    last.children = vec![below];
                }
                '0'..='9' => {
                    let mut number = letter.to_digit(10).unwrap();
                    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
                        number = number * 10 + digit.to_digit(10).unwrap();
                    }
                    blocks.push(text(number.into(), &number.to_string()));
                }
                '!' => {
                    let last: &mut Block = blocks.last_mut().unwrap();
                    *last = Block { children: last.children.clone(), ..text(number(last.id), "edited") };
                }
                _ => {}
            }
        }
        blocks
    }
    list(&mut outline.chars().peekable())
}

fn number(id: BlockId) -> u128 {
    id.0.as_u128() & 0xffff_ffff
}

fn outline(blocks: &[Block]) -> String {
    let one = |block: &Block| {
        let edited = if *block == (Block { children: block.children.clone(), ..text(number(block.id), "edited") }) {
            "!"
        } else {
            ""
        };
        let below: Vec<_> = block.children.iter().map(|list| format!("({})", outline(list))).collect();
        format!("{}{edited}{}", number(block.id), below.concat())
    };
    blocks.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn short(object: &Object) -> String {
    outline(&object.blocks[&section()])
}

/// The merge, and the conflicts as `<number>.<what>`.
fn check(base: &str, theirs: &str, mine: &str, expected: &str, conflicts: &[&str]) {
    let [first, one, other] = [base, theirs, mine].map(|outline| page(blocks(outline)));
    let path = |short: &&str| {
        let (number, what) = short.split_once('.').unwrap();
        format!("blocks.RootPage_content.{}.{what}", id(number.parse().unwrap()))
    };
    let conflicts: Vec<String> = conflicts.iter().map(path).collect();
    let merged = merged_page(&first, &one, &other);
    assert_eq!(
        (short(&merged.object).as_str(), paths(&merged)),
        (expected, conflicts.iter().map(String::as_str).collect())
    );
    assert_eq!(paths(&merged_page(&first, &other, &one)), conflicts);
}

#[test]
fn changes_of_different_blocks_are_all_made() {
    check("1 2 3", "1! 2 3", "1 2 3!", "1! 2 3!", &[]);
    check("1 2 3", "1 3", "1 2 3 4", "1 3 4", &[]);
    check("1 2 3", "3 1 2", "1! 2 3", "3 1! 2", &[]);
    check("1(2) 3", "1 3", "1!(2) 3", "1! 3", &[]);
    check("1 2(3)", "2(3) 1", "1 2(3 4)", "2(3 4) 1", &[]);
    check("1(2) 3(4)", "1(2 4) 3", "1(2) 3(4!)", "1(2 4!) 3", &[]);
    check("1(2)", "1 2", "1!(2 3)", "1!(3) 2", &[]);
}

#[test]
fn inserts_at_one_place_are_theirs_then_mine() {
    check("1 2", "1 5 2", "1 6 2", "1 5 6 2", &[]);
    check("1", "5 1", "6 1", "5 6 1", &[]);
    check("1", "1(5)", "1(6 7)", "1(5 6 7)", &[]);
    check("1 2 3", "1 5 3", "1 2 6 3", "1 5 6 3", &[]);
    check("", "5", "6", "5 6", &[]);
}

#[test]
fn the_order_of_siblings_is_that_of_the_side_that_moved_them() {
    check("1 2 3 4", "4 1 2 3", "1 2 3 5 4", "4 1 2 3 5", &[]);
    check("1 2 3 4", "1 2 3 5 4", "2 1 3 4", "2 1 3 5 4", &[]);
    check("1 2 3 4", "2 1 3 4", "1 2 4 3", "2 1 4 3", &[]);
    check("1 2 3", "3 1 2", "3 1 2", "3 1 2", &[]);
    // Each of two blocks was put right beside the other.
    check("1 9 2", "9 2 1", "2 1 9", "2 9 1", &[]);
    check("1 2 3", "2 1 3", "1 2 5 3", "2 5 1 3", &[]);
}

#[test]
fn two_moves_of_one_block_collide_unless_they_are_the_same() {
    check("1 2 3", "1(3) 2", "1 2(3)", "1(3) 2", &["3.position"]);
    check("1 2 3", "1(3) 2", "1(3) 2", "1(3) 2", &[]);
    check("1 2 3", "1(3) 2", "1(3!) 2 4", "1(3!) 2 4", &[]);
    check("1 2 3 4", "4 1 2 3", "1 4 2 3", "4 1 2 3", &["4.position"]);
    check("1 2 3(4)", "1(4) 2 3", "1 2(4) 3", "1(4) 2 3", &["4.position"]);
}

#[test]
fn moves_that_make_a_circle_collide() {
    check("1 2", "1(2)", "2(1)", "1(2)", &["1.position", "2.position"]);
    check("1 2 3", "1(2) 3", "2(3(1))", "1(2) 3", &["1.position", "2.position", "3.position"]);
}

#[test]
fn what_is_touched_inside_a_deleted_subtree_collides() {
    check("1 2(3)", "1", "1 2(3!)", "1", &["3.content"]);
    check("1 2(3)", "1 2(3!)", "1", "1 2(3!)", &["3.content"]);
    check("1 2(3)", "1", "1 2(3 4)", "1", &["4.inserted"]);
    check("1 2(3)", "1 2(3 4)", "1", "1 2(3 4)", &["4.inserted"]);
    check("1 2(3)", "2(3)", "2(3 1)", "2(3)", &["1.position"]);
    check("1 2(3)", "1", "2(3 1)", "1", &["1.position"]);
    check("1 2(3)", "2(3 1)", "1", "2(3 1)", &["1.position"]);
    check("1 2(3)", "1", "1 3 2", "1", &["3.position"]);
    check("1 2", "1", "1 2!", "1", &["2.content"]);
    check("1 2", "1", "2 1", "1", &["2.position"]);
    check("1 2(3)", "1", "1 2(3 4(5(6)))", "1", &["4.inserted"]);
    check("1 2(3)", "2(3) 1", "1 2(3 4)", "2(3 4) 1", &[]);
    check("1 2(3)", "2(3)", "2(3 4(1))", "2(3 4)", &["1.position"]);
}

#[test]
fn deleting_what_the_other_side_left_alone_is_fine() {
    check("1 2(3 4)", "1", "1! 2(3 4)", "1!", &[]);
    check("1 2(3 4)", "1", "1 2(3)", "1", &[]);
    check("1 2(3)", "1", "1", "1", &[]);
    check("1 2(3)", "1 3", "1 2(3!)", "1 3!", &[]);
    check("1 2(3)", "1 3 4", "1 2(3(5))", "1 3(5) 4", &[]);
}

#[test]
fn a_block_that_cannot_leave_what_was_deleted_keeps_it() {
    // Mine takes 3 out of 2, which it deletes, and puts it into 1, which theirs deletes.
    check("1 2(3) 4", "2(3) 4", "1(3) 4", "2(3) 4", &["2.deleted", "3.position"]);
}

#[test]
fn a_block_that_both_made_is_one_if_it_is_the_same() {
    check("1", "1 2", "1 2 3", "1 2 3", &[]);
    check("1", "1 2", "1 2!", "1 2", &["2.inserted"]);
    check("1", "1 2", "1(2)", "1 2", &["2.inserted"]);
}

#[test]
fn a_block_may_go_to_another_section() {
    let other = PropertyId::from("other");
    let two = |main: &str, appendix: &str| {
        let mut object = page(blocks(main));
        object.blocks.insert(other.clone(), blocks(appendix));
        object
    };
    let merged = merged_page(&two("1 2(3)", ""), &two("1", "2(3)"), &two("1 2(3! 4)", ""));
    assert_eq!((paths(&merged), &merged.object), (vec![], &two("1", "2(3! 4)")));
    let merged = merged_page(&two("1 2", ""), &two("1", "2"), &two("1(2)", ""));
    assert_eq!(paths(&merged), [format!("blocks.RootPage_content.{}.position", id(2))]);
    assert_eq!(merged.object, two("1", "2"));
}

fn grid(dividers: &[i64], columns: &[&str]) -> Object {
    let dividers = dividers.iter().map(|divider| Number::from(*divider)).collect();
    let content = Content::Grid(GridContent { dividers, ..GridContent::default() });
    page(vec![Block { id: id(1), content, children: columns.iter().map(|column| blocks(column)).collect() }])
}

#[test]
fn columns_and_dividers_of_one_grid_collide() {
    let path = |number: u128, what: &str| format!("blocks.RootPage_content.{}.{what}", id(number));
    let base = grid(&[5], &["2", "3"]);
    let merged = merged_page(&base, &grid(&[6], &["2", "3"]), &grid(&[7], &["2", "3"]));
    assert_eq!((paths(&merged), &merged.object), (vec![path(1, "content").as_str()], &grid(&[6], &["2", "3"])));
    let merged = merged_page(&base, &grid(&[6], &["2", "3"]), &grid(&[5], &["2 4", "3!"]));
    assert_eq!((paths(&merged), &merged.object), (vec![], &grid(&[6], &["2 4", "3!"])));
    let wider = grid(&[5, 6], &["2", "3", "4"]);
    let merged = merged_page(&base, &wider, &grid(&[7], &["2", "3"]));
    let conflicts = [path(1, "content"), path(4, "inserted")];
    assert_eq!((paths(&merged), &merged.object), (conflicts.iter().map(String::as_str).collect(), &wider));
    let merged = merged_page(&base, &wider, &grid(&[5], &["2!", ""]));
    assert_eq!((paths(&merged), &merged.object), (vec![], &grid(&[5, 6], &["2!", "", "4"])));
    // The columns may have been shifted under what was put into one.
    let narrow = grid(&[], &["3"]);
    let fuller = grid(&[5], &["2 4", "3"]);
    let conflicts = [path(1, "content"), path(3, "position"), path(4, "inserted")];
    let merged = merged_page(&base, &narrow, &fuller);
    assert!(paths(&merged).iter().all(|path| conflicts.iter().any(|conflict| conflict == path)), "{merged:?}");
    assert!(paths(&merged).contains(&conflicts[0].as_str()) && paths(&merged).contains(&conflicts[2].as_str()));
    assert_eq!(merged.object, narrow);
    assert_eq!(paths(&merged_page(&base, &fuller, &narrow)), paths(&merged));
    assert_eq!(merged_page(&base, &fuller, &narrow).object, grid(&[5], &["4", "3"]));
}

#[test]
fn the_fields_of_a_block_merge_one_by_one() {
    let says = |text: TextContent| page(vec![Block::leaf(id(1), Content::Text(text))]);
    let base = TextContent { todo: Some(false), ..TextContent::default() };
    let done = TextContent { todo: Some(true), ..base.clone() };
    let heading = TextContent { hierarchy: Hierarchy::heading(1), ..base.clone() };
    let both = TextContent { hierarchy: Hierarchy::heading(1), todo: Some(true), ..TextContent::default() };
    let merged = merged_page(&says(base.clone()), &says(done), &says(heading.clone()));
    assert_eq!((paths(&merged), &merged.object), (vec![], &says(both)));
    let smaller = TextContent { hierarchy: Hierarchy::heading(2), ..base.clone() };
    let merged = merged_page(&says(base), &says(smaller.clone()), &says(heading));
    assert_eq!(merged.conflicts.len(), 1);
    assert_eq!(merged.object, says(smaller));
    let code = |lang: &str, text: &str| {
        page(vec![Block::leaf(id(1), Content::Code { lang: lang.to_owned(), text: text.to_owned() })])
    };
    let merged = merged_page(&code("c", "int a; int b;"), &code("cpp", "int x; int b;"), &code("c", "int a; int y;"));
    assert_eq!((paths(&merged), &merged.object), (vec![], &code("cpp", "int x; int y;")));
}
