//! Rewritten lists keep the ids of what stayed.

use std::collections::{HashMap, HashSet};

use palimpsest_model::arbitrary::{Ids, block_lists, drafts as read_drafts, writable_block_lists, written};
use palimpsest_model::{
    Alignment, Block, BlockDraft, BlockId, Content, DatePayload, GridContent, GroupContent, ObjectId, Resolution,
    TextContent, Timestamp, count_blocks, realign, walk_blocks,
};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value as Json, json};

use crate::support::{
    FRESH, align, anonymous, cases, draft, drafts, group, id, ids, named, normal, parent, realigned, text, unaligned,
    without, written_text,
};

/// What a client writes that knows no ids.
fn nameless(blocks: &[Block]) -> Vec<BlockDraft> {
    read_drafts(&written(blocks, false)).unwrap()
}

/// Rewrites `before` to what `after` says, without ids; `expected` are the ids it gets, in order, 0 for new ones.
fn check(before: &[Block], after: &[Block], expected: &[u128]) {
    let result = realigned(before, nameless(after));
    assert_eq!(anonymous(&result), anonymous(after));
    let known: HashSet<_> = ids(before).into_iter().collect();
    let got: Vec<_> = ids(&result).into_iter().map(|got| if known.contains(&got) { got } else { id(0) }).collect();
    assert_eq!(got, expected.iter().map(|number| id(*number)).collect::<Vec<_>>());
}

fn texts(words: &[&str]) -> Vec<Block> {
    (1..).zip(words).map(|(number, word)| text(number, word)).collect()
}

#[test]
fn one_block_inserted_deleted_or_moved_leaves_the_others_their_ids() {
    let list = texts(&["a", "b", "c", "d", "e"]);
    check(&list, &list, &[1, 2, 3, 4, 5]);
    check(&list, &texts(&["new", "a", "b", "c", "d", "e"]), &[0, 1, 2, 3, 4, 5]);
    check(&list, &texts(&["a", "b", "new", "c", "d", "e"]), &[1, 2, 0, 3, 4, 5]);
    check(&list, &texts(&["a", "b", "c", "d", "e", "new"]), &[1, 2, 3, 4, 5, 0]);
    check(&list, &texts(&["b", "c", "d", "e"]), &[2, 3, 4, 5]);
    check(&list, &texts(&["a", "c", "d", "e"]), &[1, 3, 4, 5]);
    check(&list, &texts(&["b", "c", "d", "e", "a"]), &[2, 3, 4, 5, 1]);
    check(&list, &texts(&["e", "a", "b", "c", "d"]), &[5, 1, 2, 3, 4]);
    check(&list, &texts(&["a", "d", "b", "c", "e"]), &[1, 4, 2, 3, 5]);
    check(&list, &texts(&["e", "d", "c", "b", "a"]), &[5, 4, 3, 2, 1]);
    check(&list, &[], &[]);
    check(&[], &list, &[0, 0, 0, 0, 0]);
}

#[test]
fn a_changed_text_is_a_new_block_between_old_ones() {
    check(&texts(&["a", "b", "c"]), &texts(&["a", "B", "c"]), &[1, 0, 3]);
    check(&texts(&["a", "b", "c"]), &texts(&["A", "B", "C"]), &[0, 0, 0]);
}

#[test]
fn equal_blocks_are_matched_from_left_to_right() {
    check(&texts(&["a", "a", "a"]), &texts(&["a", "a"]), &[1, 2]);
    check(&texts(&["a", "a"]), &texts(&["a", "a", "a"]), &[1, 2, 0]);
    check(&texts(&["a", "x", "a"]), &texts(&["a", "a"]), &[1, 3]);
    check(&texts(&["x", "a", "a", "y"]), &texts(&["y", "a", "x", "a"]), &[4, 3, 1, 2]);
}

#[test]
fn a_parent_survives_an_edit_of_its_children_and_so_do_they() {
    let list = [parent(1, "p", vec![text(2, "a"), text(3, "b")]), parent(4, "q", vec![text(5, "c")])];
    check(
        &list,
        &[parent(0, "p", vec![text(0, "a"), text(0, "new"), text(0, "b")]), parent(0, "q", vec![text(0, "c")])],
        &[1, 2, 0, 3, 4, 5],
    );
    check(&list, &[parent(0, "p", vec![text(0, "b")]), parent(0, "q", vec![text(0, "c")])], &[1, 3, 4, 5]);
    // From one list to another a block without id is a new one.
    check(
        &list,
        &[parent(0, "p", vec![text(0, "b")]), parent(0, "q", vec![text(0, "c"), text(0, "a")])],
        &[1, 3, 4, 5, 0],
    );
    // Equal parents: the one whose children stayed keeps its id, the other one is what is left.
    let twins = [group(1, vec![text(2, "a")]), group(3, vec![text(4, "b")])];
    check(&twins, &[group(0, vec![text(0, "a"), text(0, "x")]), group(0, vec![text(0, "b")])], &[1, 2, 0, 3, 4]);
    check(&twins, &[group(0, vec![text(0, "b")]), group(0, vec![text(0, "a")])], &[3, 4, 1, 2]);
    check(&twins, &[group(0, vec![text(0, "b")])], &[3, 4]);
}

#[test]
fn columns_are_aligned_one_by_one() {
    let grid =
        |number, columns| Block { id: id(number), content: Content::Grid(GridContent::default()), children: columns };
    let before = [grid(1, vec![vec![text(2, "a")], vec![text(3, "b")]])];
    check(&before, &[grid(0, vec![vec![text(0, "x"), text(0, "a")], vec![text(0, "b")]])], &[1, 0, 2, 3]);
    check(&before, &[grid(0, vec![vec![text(0, "b")], vec![text(0, "a")]])], &[1, 0, 0]);
    let lists: Vec<_> = before[0].children.iter().map(Vec::as_slice).collect();
    let swapped = named(&[], |names| realign(&lists, vec![nameless(lists[1]), nameless(lists[0])], names));
    assert_eq!([ids(&swapped[0]), ids(&swapped[1])], [[id(FRESH)], [id(FRESH + 1)]]);
    let named_ones = [drafts(&written(lists[1], true)), drafts(&written(lists[0], true))];
    let swapped = named(&[], |names| realign(&lists, named_ones.into(), names));
    assert_eq!([ids(&swapped[0]), ids(&swapped[1])], [[id(3)], [id(2)]]);
}

/// A draft of a text with an id.
fn sent(number: u128, text: &str) -> Json {
    let mut json = written_text(text);
    json["id"] = id(number).to_string().into();
    json
}

#[test]
fn a_sent_id_keeps_its_block_wherever_it_goes_and_whatever_it_becomes() {
    let before = [parent(1, "p", vec![text(2, "a")]), text(3, "b")];
    let json = json!([
        {"id": id(2).to_string(), "type": "CodeBlock", "lang": "c", "text": ""},
        {"id": id(3).to_string(), "type": "GroupBlock", "blocks": [sent(1, "p")]}
    ]);
    assert_eq!(ids(&realigned(&before, drafts(&json))), [id(2), id(3), id(1)]);
}

#[test]
fn an_id_sent_twice_is_kept_once_and_the_other_block_is_named_as_if_it_had_none() {
    let before = texts(&["a", "b"]);
    let result = realigned(&before, drafts(&json!([sent(1, "x"), sent(1, "b"), sent(1, "y")])));
    assert_eq!(ids(&result), [id(1), id(2), id(FRESH)]);
    let result = realigned(&before, drafts(&json!([sent(7, "x"), sent(7, "a")])));
    assert_eq!(ids(&result), [id(7), id(1)]);
}

#[test]
fn a_sent_id_wins_over_what_would_have_matched() {
    let before = texts(&["a", "b"]);
    let result = realigned(&before, drafts(&json!([written_text("a"), sent(1, "b")])));
    assert_eq!(ids(&result), [id(FRESH), id(1)]);
}

#[test]
fn a_new_id_is_taken_when_it_is_free_and_only_then() {
    let before = texts(&["a"]);
    let json = json!([sent(7, "x"), sent(8, "y"), sent(9, "a")]);
    let lists = named(&[id(8), id(9)], |names| realign(&[&before], vec![drafts(&json)], names));
    assert_eq!(ids(&lists[0]), [id(7), id(FRESH), id(1)]);
    let no_uuid = json!([{"type": "HorizontalLineBlock", "id": "b1"}, {"type": "HorizontalLineBlock", "id": 7}]);
    assert_eq!(ids(&realigned(&before, drafts(&no_uuid))), [id(FRESH), id(FRESH + 1)]);
}

#[test]
fn an_alignment_that_is_left_out_stays_and_null_removes_it() {
    let contents = [Content::Text(TextContent::default()), Content::Group(GroupContent::default())];
    for mut content in contents {
        align(&mut content, Some(Alignment::Right));
        let before = [Block::leaf(id(1), content.clone())];
        let check = |json: Json, expected: Option<Alignment>| {
            let result = realigned(&before, vec![draft(&json)]);
            assert_eq!(result[0].content.alignment(), expected, "{json}");
            assert_eq!(result[0].id, id(1));
        };
        let kind = content.kind();
        check(json!({"type": kind}), Some(Alignment::Right));
        check(json!({"type": kind, "id": id(1).to_string()}), Some(Alignment::Right));
        check(json!({"type": kind, "id": id(1).to_string(), "colorTheme": "bg-red"}), Some(Alignment::Right));
        check(json!({"type": kind, "textAlignment": null}), None);
        check(json!({"type": kind, "textAlignment": "left"}), Some(Alignment::Left));
    }
}

/// Clients see the date of an embed but may not write it.
#[test]
fn an_embed_keeps_its_id_whatever_its_date() {
    let date = DatePayload { resolution: Resolution::Day, start: Some(Timestamp(0)), end: None };
    let embed = |date| Block::leaf(id(1), Content::Entity { target: Some(ObjectId(id(7).0)), date });
    assert_eq!(realigned(&[embed(Some(date))], nameless(&[embed(None)])), [embed(None)]);
}

/// The way to a list, from the top: which element, and which list of it.
type Way = Vec<(usize, usize)>;

/// Every list of a tree with the way to it, parents before their children.
fn lists<'b>(blocks: &'b [Block], way: Way, found: &mut Vec<(Way, &'b [Block])>) {
    found.push((way.clone(), blocks));
    for (index, block) in blocks.iter().enumerate() {
        if block.children.is_empty() && block.is_parent() {
            found.push(([&way[..], &[(index, 0)]].concat(), &[]));
        }
        for (list, children) in block.children.iter().enumerate() {
            lists(children, [&way[..], &[(index, list)]].concat(), found);
        }
    }
}

/// The tree with another list at this place.
fn replaced(blocks: &[Block], way: &[(usize, usize)], new: &[Block]) -> Vec<Block> {
    let Some(((index, list), below)) = way.split_first() else { return new.to_vec() };
    let mut blocks = blocks.to_vec();
    let mut children = blocks[*index].children.clone();
    if children.is_empty() {
        children.push(Vec::new());
    }
    children[*list] = replaced(&children[*list], below, new);
    blocks[*index] = normal(&blocks[*index], children);
    blocks
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_list_rewritten_by_its_own_content_keeps_all_ids(blocks in writable_block_lists()) {
        prop_assert_eq!(realigned(&blocks, nameless(&blocks)), blocks);
    }

    #[test]
    fn one_block_inserted_anywhere_leaves_the_others_their_ids(
        blocks in writable_block_lists(), new in writable_block_lists(), list in any::<Index>(), at in any::<Index>(),
    ) {
        prop_assume!(!new.is_empty());
        let blocks = unaligned(&blocks);
        let mut all = Vec::new();
        lists(&blocks, Vec::new(), &mut all);
        let (way, list) = list.get(&all);
        let mut longer = list.to_vec();
        longer.insert(at.index(list.len() + 1), unaligned(&new)[0].clone());
        let after = replaced(&blocks, way, &longer);
        let result = realigned(&blocks, nameless(&after));
        prop_assert_eq!(anonymous(&result), anonymous(&after));
        let known: HashSet<_> = ids(&blocks).into_iter().collect();
        prop_assert_eq!(without(&result, &|id| !known.contains(&id)), blocks);
    }

    #[test]
    fn one_block_deleted_anywhere_leaves_the_others_their_ids(
        blocks in writable_block_lists(), list in any::<Index>(), at in any::<Index>(),
    ) {
        let blocks = unaligned(&blocks);
        let mut all = Vec::new();
        lists(&blocks, Vec::new(), &mut all);
        all.retain(|(_, list)| !list.is_empty());
        prop_assume!(!all.is_empty());
        let (way, list) = list.get(&all);
        let mut shorter = list.to_vec();
        shorter.remove(at.index(list.len()));
        let after = replaced(&blocks, way, &shorter);
        let result = realigned(&blocks, nameless(&after));
        prop_assert_eq!(anonymous(&result), anonymous(&after));
        let left: HashSet<_> = ids(&result).into_iter().collect();
        prop_assert_eq!(without(&blocks, &|id| !left.contains(&id)), result);
    }

    #[test]
    fn one_block_moved_within_its_list_leaves_all_their_ids(
        blocks in writable_block_lists(), list in any::<Index>(), from in any::<Index>(), to in any::<Index>(),
    ) {
        let blocks = unaligned(&blocks);
        let mut all = Vec::new();
        lists(&blocks, Vec::new(), &mut all);
        all.retain(|(_, list)| !list.is_empty());
        prop_assume!(!all.is_empty());
        let (way, list) = list.get(&all);
        let mut other = list.to_vec();
        let moved = other.remove(from.index(list.len()));
        other.insert(to.index(list.len()), moved);
        let after = replaced(&blocks, way, &other);
        let result = realigned(&blocks, nameless(&after));
        prop_assert_eq!(anonymous(&result), anonymous(&after));
        let sorted = |blocks: &[Block]| { let mut ids = ids(blocks); ids.sort(); ids };
        prop_assert_eq!(sorted(&result), sorted(&blocks));
    }

    #[test]
    fn sent_ids_are_kept_wherever_the_blocks_go(
        blocks in writable_block_lists(), order in any::<u64>().prop_map(Ids::new), nested in any::<bool>(),
    ) {
        let mut order = order;
        let mut flat = Vec::new();
        walk_blocks(&blocks, &mut |block| flat.push(normal(block, Vec::new())));
        flat.retain(|block| block.is_parent());
        flat.sort_by_cached_key(|_| order.uuid());
        let list = if nested {
            flat.into_iter().take(30).fold(Vec::new(), |below, block| vec![normal(&block, vec![below])])
        } else {
            flat
        };
        prop_assert_eq!(realigned(&blocks, drafts(&written(&list, true))), list);
    }

    #[test]
    fn whatever_is_written_its_content_is_kept_and_no_id_is_given_twice(
        current in block_lists(), list in writable_block_lists(), choice in prop::collection::vec(any::<Index>(), 60),
    ) {
        let mut known = ids(&current);
        known.extend((1..5).map(id));
        known.push(BlockId(uuid::Uuid::nil()));
        let mut choice = choice.iter().cycle();
        let mut next = || choice.next().unwrap().index(2 * known.len());
        fn name(drafts: &mut [BlockDraft], known: &[BlockId], next: &mut dyn FnMut() -> usize) {
            for draft in drafts {
                draft.sent = known.get(next()).copied();
                draft.children.iter_mut().flatten().for_each(|list| name(list, known, next));
            }
        }
        let mut drafts = nameless(&list);
        name(&mut drafts, &known, &mut next);
        let mut kept = HashMap::new();
        walk_blocks(&current, &mut |block| { kept.insert(block.id, block.content.alignment()); });
        let result = realigned(&current, drafts);
        let all = ids(&result);
        prop_assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        // What is written says how it is aligned only when it is; else a block that was there stays as it was.
        fn aligned(blocks: &[Block], written: &[Block], kept: &HashMap<BlockId, Option<Alignment>>) -> Vec<Block> {
            blocks.iter().zip(written).map(|(block, written)| {
                let mut content = written.content.clone();
                let alignment = content.alignment().or(kept.get(&block.id).copied().flatten());
                align(&mut content, alignment);
                let children = block.children.iter().zip(&written.children);
                Block { id: id(0), content, children: children.map(|(list, written)| aligned(list, written, kept)).collect() }
            }).collect()
        }
        prop_assert_eq!(anonymous(&result), aligned(&result, &list, &kept));
        prop_assert_eq!(count_blocks(&result), count_blocks(&list));
    }
}

/// Ten thousand texts made by this function of the place.
fn many(says: impl Fn(usize) -> String) -> Vec<Block> {
    (0..10_000).map(|place| text(place as u128, &says(place))).collect()
}

/// As [`nameless`], without the way through JSON, which would take most of the time.
fn direct(blocks: &[Block]) -> Vec<BlockDraft> {
    let below = |block: &Block| block.children.iter().map(|list| direct(list)).collect();
    blocks.iter().map(|block| BlockDraft::new(block.content.clone(), below(block))).collect()
}

/// How many of the blocks keep an id.
fn kept(before: &[Block], after: &[Block]) -> usize {
    let result = realigned(before, direct(after));
    assert!(anonymous(&result) == anonymous(after), "the content is not what was written");
    let known: HashSet<_> = ids(before).into_iter().collect();
    let all = ids(&result);
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    all.iter().filter(|id| known.contains(id)).count()
}

#[test]
fn ten_thousand_equal_blocks_are_rewritten() {
    let equal = many(|_| "same".to_owned());
    assert_eq!(kept(&equal, &equal), 10_000);
    assert_eq!(kept(&equal, &equal[1..]), 9_999);
    let mut cut = equal.clone();
    cut[5_000] = text(0, "other");
    assert_eq!(kept(&equal, &cut), 9_999);
    assert_eq!(kept(&cut, &equal), 9_999);
    let scattered = many(|place| if place % 3 == 0 { format!("{place}") } else { "same".to_owned() });
    assert_eq!(kept(&equal, &scattered), 6_666);
    assert_eq!(kept(&scattered, &equal), 6_666);
}

#[test]
fn ten_thousand_alternating_edits_are_rewritten() {
    let before = many(|place| place.to_string());
    let edited = many(|place| if place % 2 == 0 { format!("{place} new") } else { place.to_string() });
    assert_eq!(kept(&before, &edited), 5_000);
    let two = many(|place| (place % 2).to_string());
    let other_two = many(|place| ((place / 2) % 2).to_string());
    assert_eq!(kept(&two, &other_two), 10_000);
    let backwards: Vec<_> = before.iter().rev().cloned().collect();
    assert_eq!(kept(&before, &backwards), 10_000);
    let interleaved: Vec<_> =
        (0..5_000).flat_map(|place| [before[place].clone(), before[place + 5_000].clone()]).collect();
    assert_eq!(kept(&before, &interleaved), 10_000);
}

#[test]
fn ten_thousand_blocks_of_a_few_kinds_in_another_order_are_rewritten() {
    let mut order = Ids::new(7);
    let words: Vec<_> = (0..10_000).map(|_| (order.uuid().as_u128() >> 20) % 3).collect();
    let before = many(|place| words[place].to_string());
    let mut after = before.clone();
    after.sort_by_cached_key(|_| order.uuid());
    assert_eq!(kept(&before, &after), 10_000);
}

#[test]
fn ten_thousand_nested_blocks_are_rewritten() {
    let deep = |edit: &str| -> Vec<Block> {
        (0..322)
            .map(|tower| {
                let leaf = vec![text(tower * 40 + 31, if tower % 2 == 0 { edit } else { "leaf" })];
                (1..31).rev().fold(leaf, |below, level| vec![parent(tower * 40 + level, "level", below)]).remove(0)
            })
            .collect()
    };
    let before = deep("leaf");
    assert_eq!(count_blocks(&before), 9_982);
    assert_eq!(kept(&before, &deep("edited")), 9_982 - 161);
}
