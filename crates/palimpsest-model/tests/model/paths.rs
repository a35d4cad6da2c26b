//! What changed between two versions, path by path.

use palimpsest_model::arbitrary::{histories, objects, writable_block_lists};
use palimpsest_model::{
    Block, CollectionId, Content, GridContent, Number, Object, ObjectId, PropertyId, StructureId, Value, changed_paths,
    delete_block,
};
use proptest::prelude::*;
use proptest::sample::Index;
use uuid::Uuid;

use crate::support::{cases, group, id, ids, page, parent, section, text};

/// The changed blocks of the main section, as `<number>.<what>`.
fn check(before: Vec<Block>, after: Vec<Block>, expected: &[&str]) {
    let (before, after) = (page(before), page(after));
    let path = |short: &&str| {
        let (number, what) = short.split_once('.').unwrap();
        format!("blocks.RootPage_content.{}.{what}", id(number.parse().unwrap()))
    };
    assert_eq!(changed_paths(&before, &after), expected.iter().map(path).collect::<Vec<_>>());
}

fn check_objects(before: &Object, after: &Object, expected: &[&str]) {
    assert_eq!(changed_paths(before, after), expected);
}

fn texts(numbers: impl IntoIterator<Item = u128>) -> Vec<Block> {
    numbers.into_iter().map(|number| text(number, &number.to_string())).collect()
}

#[test]
fn a_property_or_the_collections_are_one_path_each() {
    let titled = |title: Option<&str>| {
        let mut object = page(Vec::new());
        object.properties.insert("title".into(), Value::Title(title.map(str::to_owned)));
        object
    };
    let nothing = page(Vec::new());
    check_objects(&nothing, &nothing, &[]);
    check_objects(&nothing, &titled(Some("a")), &["properties.title"]);
    check_objects(&titled(Some("a")), &titled(Some("b")), &["properties.title"]);
    check_objects(&titled(Some("a")), &titled(None), &["properties.title"]);
    check_objects(&titled(Some("a")), &nothing, &["properties.title"]);
    let mut other = titled(Some("a"));
    other.properties.insert("icon".into(), Value::Icon(None));
    other.collections = vec![CollectionId(Uuid::nil())];
    other.blocks.insert(section(), texts([1]));
    let inserted = "blocks.RootPage_content.00000000-0000-4000-8000-000000000001.inserted";
    check_objects(&nothing, &other, &[inserted, "collections", "properties.icon", "properties.title"]);
}

#[test]
fn an_object_of_another_id_or_structure_with_the_same_content_has_not_changed() {
    let one = page(texts([1, 2]));
    let other = Object { id: ObjectId(Uuid::max()), structure: StructureId::Custom(Uuid::nil()), ..one.clone() };
    check_objects(&one, &other, &[]);
}

#[test]
fn a_block_changes_its_content_or_comes_or_goes() {
    check(texts([1]), vec![text(1, "other")], &["1.content"]);
    check(texts([1, 2]), texts([1, 3, 2]), &["3.inserted"]);
    check(texts([1, 2]), texts([2]), &["1.deleted"]);
    check(texts([1]), texts([2]), &["1.deleted", "2.inserted"]);
    check(vec![], texts([3, 1, 2]), &["1.inserted", "2.inserted", "3.inserted"]);
}

#[test]
fn of_a_subtree_that_comes_or_goes_only_the_top_is_named() {
    let tree = || vec![parent(1, "p", vec![parent(2, "q", texts([3, 4]))])];
    check(vec![], tree(), &["1.inserted"]);
    check(tree(), vec![], &["1.deleted"]);
    check(tree(), vec![parent(1, "p", vec![])], &["2.deleted"]);
    check(tree(), vec![parent(1, "p", vec![parent(2, "q", texts([4]))])], &["3.deleted"]);
}

#[test]
fn what_leaves_a_deleted_parent_or_goes_under_a_new_one_has_moved() {
    check(vec![parent(1, "p", texts([2]))], texts([2]), &["1.deleted", "2.position"]);
    check(texts([2]), vec![parent(1, "p", texts([2]))], &["1.inserted", "2.position"]);
    check(
        vec![parent(1, "p", texts([2])), group(3, vec![])],
        vec![parent(1, "p", vec![]), group(3, texts([2]))],
        &["2.position"],
    );
    check(texts([2]), vec![parent(1, "p", vec![text(2, "other")])], &["1.inserted", "2.content", "2.position"]);
}

#[test]
fn a_block_that_goes_with_its_parent_has_not_moved() {
    let (pair, third) = (|| parent(1, "p", texts([2])), || text(3, "3"));
    check(vec![pair(), third()], vec![third(), pair()], &["3.position"]);
    check(vec![pair(), group(4, vec![])], vec![group(4, vec![pair()])], &["1.position"]);
}

#[test]
fn a_block_that_goes_to_another_section_has_moved_there() {
    let before = page(texts([1]));
    let mut after = page(Vec::new());
    after.blocks.insert("other".into(), texts([1]));
    check_objects(&before, &after, &["blocks.other.00000000-0000-4000-8000-000000000001.position"]);
}

#[test]
fn one_block_moved_among_a_hundred_is_one_path() {
    let check_move = |from: usize, to: usize| {
        let mut numbers: Vec<u128> = (100..200).collect();
        let moved = numbers.remove(from);
        numbers.insert(to, moved);
        check(texts(100..200), texts(numbers), &[&format!("{moved}.position")]);
    };
    check_move(0, 99);
    check_move(99, 0);
    check_move(50, 0);
    check_move(50, 99);
    check_move(20, 80);
    check_move(80, 20);
}

#[test]
fn two_blocks_swapped_are_as_many_moves_as_that_takes() {
    check(texts([1, 2, 3]), texts([3, 2, 1]), &["2.position", "3.position"]);
    let swapped = changed_paths(&page(texts([1, 2])), &page(texts([2, 1])));
    assert_eq!(swapped.len(), 1, "{swapped:?}");
}

#[test]
fn what_comes_between_moves_nothing() {
    check(texts([1, 2]), texts([5, 1, 6, 2, 7]), &["5.inserted", "6.inserted", "7.inserted"]);
    check(texts([5, 1, 6, 2, 7]), texts([1, 2]), &["5.deleted", "6.deleted", "7.deleted"]);
}

#[test]
fn a_grid_changes_with_its_columns() {
    let grid = |divider: i64, columns: Vec<Vec<Block>>| {
        let content = GridContent { dividers: vec![Number::from(divider)], ..GridContent::default() };
        vec![Block { id: id(1), content: Content::Grid(content), children: columns }]
    };
    check(grid(1, vec![vec![], vec![]]), grid(2, vec![vec![], vec![]]), &["1.content"]);
    check(grid(1, vec![texts([2]), vec![]]), grid(1, vec![vec![], texts([2])]), &["2.position"]);
    check(grid(1, vec![texts([2]), vec![]]), grid(1, vec![texts([2]), texts([3])]), &["3.inserted"]);
    check(grid(1, vec![vec![], vec![]]), grid(1, vec![vec![], vec![], vec![]]), &["1.content"]);
    check(
        grid(1, vec![texts([2]), vec![]]),
        grid(1, vec![texts([2]), vec![], texts([3])]),
        &["1.content", "3.inserted"],
    );
}

#[test]
fn a_section_without_blocks_is_like_no_section() {
    let mut none = page(Vec::new());
    none.blocks.clear();
    check_objects(&none, &page(Vec::new()), &[]);
    check_objects(&page(Vec::new()), &none, &[]);
}

/// How many of the places have to move so that they rise, by trying every length.
fn moves(places: &[usize]) -> usize {
    let mut longest = vec![1; places.len()];
    for at in 0..places.len() {
        let before = (0..at).filter(|&before| places[before] < places[at]).map(|before| longest[before] + 1);
        longest[at] = before.max().unwrap_or(1);
    }
    places.len() - longest.into_iter().max().unwrap_or(0)
}

fn with_filled_sections(mut object: Object) -> Object {
    object.blocks.retain(|_, list| !list.is_empty());
    object
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn versions_that_differ_have_paths_and_they_are_sorted(versions in histories(12)) {
        for pair in versions.windows(2) {
            let paths = changed_paths(&pair[0], &pair[1]);
            let same = with_filled_sections(pair[0].clone()) == with_filled_sections(pair[1].clone());
            prop_assert_eq!(paths.is_empty(), same);
            prop_assert!(paths.is_sorted_by(|one, other| one < other), "{:?}", paths);
            prop_assert!(changed_paths(&pair[0], &pair[0]).is_empty());
        }
    }

    #[test]
    fn the_way_back_changes_the_same_blocks(versions in histories(8)) {
        let back = |path: String| match path.rsplit_once('.') {
            Some((at, "inserted")) => format!("{at}.deleted"),
            Some((at, "deleted")) => format!("{at}.inserted"),
            _ => path,
        };
        // A block is named with the section it stands in afterwards, which may be another on the way back.
        let without_section = |path: String| match path.split('.').collect::<Vec<_>>()[..] {
            ["blocks", _, block, what] => format!("blocks.{block}.{what}"),
            _ => path,
        };
        let (first, last) = (&versions[0], &versions[versions.len() - 1]);
        let sorted = |paths: Vec<String>| {
            let mut paths: Vec<_> = paths.into_iter().map(without_section).collect();
            paths.retain(|path| !path.ends_with(".position"));
            paths.sort();
            paths
        };
        let returned = changed_paths(last, first).into_iter().map(back).collect();
        prop_assert_eq!(sorted(returned), sorted(changed_paths(first, last)));
    }

    #[test]
    fn objects_that_differ_in_one_property_differ_in_its_path(object in objects(), other in objects()) {
        let mut next = object.clone();
        if let Some((id, value)) = other.properties.iter().next() {
            next.properties.insert(id.clone(), value.clone());
            let path = format!("properties.{id}");
            let expected = if object == next { Vec::new() } else { vec![path] };
            prop_assert_eq!(changed_paths(&object, &next), expected);
        }
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_shuffled_list_is_the_fewest_moves(places in (0..12_usize).prop_flat_map(|count| {
        Just((0..count).collect::<Vec<_>>()).prop_shuffle()
    })) {
        let before = page(texts((0..places.len()).map(|place| place as u128)));
        let after = page(texts(places.iter().map(|place| *place as u128)));
        let paths = changed_paths(&before, &after);
        prop_assert!(paths.iter().all(|path| path.ends_with(".position")));
        prop_assert_eq!(paths.len(), moves(&places));
    }

    #[test]
    fn a_deleted_block_is_one_path(blocks in writable_block_lists(), at in any::<Index>()) {
        prop_assume!(!blocks.is_empty());
        let all = ids(&blocks);
        let gone = *at.get(&all);
        let before = page(blocks);
        let mut after = before.clone();
        delete_block(&mut after, gone).unwrap();
        let main: PropertyId = section();
        prop_assert_eq!(changed_paths(&before, &after), [format!("blocks.{main}.{gone}.deleted")]);
        prop_assert_eq!(changed_paths(&after, &before), [format!("blocks.{main}.{gone}.inserted")]);
    }
}
