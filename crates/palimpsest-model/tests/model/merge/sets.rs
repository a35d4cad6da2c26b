//! Properties: single values and ordered sets.

use std::collections::BTreeSet;

use palimpsest_model::{
    BuiltIn, CollectionId, LabelId, Object, ObjectId, PropertyId, PropertyKind, StructureId, Timestamp, Token, Value,
    merge,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use uuid::Uuid;

use super::{holds, is_broken, merged_page, paths};
use crate::support::{page, structure_of};

fn with(property: &str, value: Option<Value>) -> Object {
    let mut object = page(Vec::new());
    object.properties.extend(value.map(|value| (PropertyId::from(property), value)));
    object
}

fn aliases(names: &[u8]) -> Value {
    Value::Aliases(names.iter().map(u8::to_string).collect())
}

fn merge_names(base: &[u8], theirs: &[u8], mine: &[u8]) -> Vec<u8> {
    let [base, theirs, mine] = [base, theirs, mine].map(|names| with("aliases", Some(aliases(names))));
    let merged = merged_page(&base, &theirs, &mine);
    assert!(merged.conflicts.is_empty());
    let Some(Value::Aliases(names)) = merged.object.properties.get(&PropertyId::from("aliases")) else {
        panic!("no aliases")
    };
    names.iter().map(|name| name.parse().unwrap()).collect()
}

#[test]
fn sets_take_what_each_side_added_and_removed_in_the_order_of_who_changed_it() {
    for (base, theirs, mine, expected) in [
        (&[1, 2][..], &[1, 2, 3][..], &[1, 2, 4][..], &[1, 2, 3, 4][..]),
        (&[1, 2], &[1], &[2], &[]),
        (&[1, 2, 3], &[3, 1, 2], &[1, 2, 3, 4], &[3, 4, 1, 2]),
        (&[1, 2, 3], &[1, 2, 3, 4], &[3, 1, 2], &[3, 4, 1, 2]),
        (&[1, 2, 3], &[3, 2, 1], &[2, 4, 1, 3], &[3, 2, 4, 1]),
        (&[1], &[5, 1], &[6, 1], &[5, 6, 1]),
        (&[1, 2], &[2], &[1, 7, 2], &[7, 2]),
        (&[1], &[1, 3], &[1, 3], &[1, 3]),
        (&[1, 1], &[1, 1, 2], &[1], &[1, 2]),
    ] {
        assert_eq!(merge_names(base, theirs, mine), expected, "{base:?} {theirs:?} {mine:?}");
    }
}

fn is_the_union_of_changes(result: &[u8], base: &[u8], theirs: &[u8], mine: &[u8]) -> TestCaseResult {
    let expected: BTreeSet<u8> = (0..12)
        .filter(|name| {
            let [base, theirs, mine] = [base, theirs, mine].map(|names| names.contains(name));
            if theirs == base { mine } else { theirs }
        })
        .collect();
    prop_assert_eq!(result.len(), expected.len());
    prop_assert_eq!(&result.iter().copied().collect::<BTreeSet<_>>(), &expected);
    let common = |one: &[u8], other: &[u8]| one.iter().copied().filter(|name| other.contains(name)).collect::<Vec<_>>();
    let reordered = |side: &[u8]| common(base, side) != common(side, base);
    let leader = if reordered(theirs) || !reordered(mine) { theirs } else { mine };
    prop_assert_eq!(common(leader, result), common(result, leader), "the order is another");
    Ok(())
}

#[test]
fn sets_hold_what_either_side_left_in() {
    let names = || Just((0..12_u8).collect::<Vec<_>>()).prop_shuffle().prop_flat_map(|all| (Just(all), 0..8_usize));
    let sets = || vec(names().prop_map(|(all, count)| all[..count].to_vec()), 3);
    // Versions that mostly keep the order of the base.
    let alike = || {
        (names(), vec((0..10_u8, 0..12_usize), 6), vec((0..10_u8, 0..12_usize), 6)).prop_map(
            |((all, count), one, other)| {
                let side = |changes: Vec<(u8, usize)>| {
                    let mut list = all[..count].to_vec();
                    for (change, at) in changes {
                        match change {
                            0 if !list.is_empty() => _ = list.remove(at % list.len()),
                            1 if !list.is_empty() => {
                                let by = at % list.len();
                                list.rotate_left(by);
                            }
                            2 if !list.contains(&all[at]) => list.insert(at % (list.len() + 1), all[at]),
                            _ => {}
                        }
                    }
                    list
                };
                vec![all[..count].to_vec(), side(one), side(other)]
            },
        )
    };
    let law = |sets: Vec<Vec<u8>>| {
        is_the_union_of_changes(&merge_names(&sets[0], &sets[1], &sets[2]), &sets[0], &sets[1], &sets[2])
    };
    holds(2_000, sets(), law);
    holds(2_000, alike(), law);
    is_broken(alike(), |sets| is_the_union_of_changes(&sets[1], &sets[0], &sets[1], &sets[2]));
}

#[test]
fn collections_are_a_set_and_an_absent_list_is_an_empty_one() {
    let collection = |number| CollectionId(Uuid::from_u128(number));
    let of = |numbers: &[u128]| {
        let mut object = page(Vec::new());
        object.collections = numbers.iter().map(|number| collection(*number)).collect();
        object
    };
    let merged = merged_page(&of(&[1]), &of(&[1, 2]), &of(&[3]));
    assert!(merged.conflicts.is_empty());
    assert_eq!(merged.object, of(&[2, 3]));
    let tags =
        |numbers: &[u128]| Value::Entity(numbers.iter().map(|number| ObjectId(Uuid::from_u128(*number))).collect());
    let merged = merged_page(&with("tags", None), &with("tags", Some(tags(&[1]))), &with("tags", Some(tags(&[2]))));
    assert!(merged.conflicts.is_empty());
    assert_eq!(merged.object, with("tags", Some(tags(&[1, 2]))));
    let merged = merged_page(&with("tags", Some(tags(&[1]))), &with("tags", None), &with("tags", Some(tags(&[1, 2]))));
    assert!(merged.conflicts.is_empty());
    assert_eq!(merged.object, with("tags", Some(tags(&[2]))));
}

#[test]
fn a_label_is_a_set_where_the_structure_says_so() {
    let mut structure = structure_of(StructureId::BuiltIn(BuiltIn::RootTask));
    let single = structure
        .properties
        .iter_mut()
        .find(|definition| matches!(definition.kind, PropertyKind::Label { .. }))
        .unwrap();
    let id = single.id.clone();
    let choice = |names: &[&str]| {
        let mut object = page(Vec::new());
        object.properties.insert(id.clone(), Value::Label(names.iter().map(|name| LabelId::from(*name)).collect()));
        object
    };
    let [base, theirs, mine] = [&["a"][..], &["b"], &["c"]].map(choice);
    let PropertyKind::Label { multiple, .. } = &mut single.kind else { panic!("no label") };
    *multiple = true;
    let many = structure.clone();
    assert_eq!(merge(&base, &theirs, &mine, &many).object, choice(&["b", "c"]));
    let structure = structure_of(StructureId::BuiltIn(BuiltIn::RootTask));
    let merged = merge(&base, &theirs, &mine, &structure);
    assert_eq!(paths(&merged), [format!("properties.{id}")]);
    assert_eq!(merged.object, theirs);
}

#[test]
fn a_single_value_collides_when_both_changed_it_to_different_ones() {
    let titled = |title: &str| with("title", Some(Value::Title(Some(title.to_owned()))));
    let merged = merged_page(&titled("a"), &titled("b"), &titled("c"));
    assert_eq!((paths(&merged), &merged.object), (vec!["properties.title"], &titled("b")));
    let merged = merged_page(&titled("a"), &titled("b"), &titled("b"));
    assert_eq!((paths(&merged), &merged.object), (vec![], &titled("b")));
    let merged = merged_page(&titled("a"), &with("title", None), &titled("c"));
    assert_eq!((paths(&merged), &merged.object), (vec!["properties.title"], &with("title", None)));
}

#[test]
fn two_properties_are_two_places() {
    let both = |title: &str, text: &str| {
        let mut object = with("title", Some(Value::Title(Some(title.to_owned()))));
        object.properties.insert("description".into(), Value::Text(Some(text.to_owned())));
        object
    };
    let merged = merged_page(&both("a", "a"), &both("b", "a"), &both("a", "c"));
    assert_eq!((paths(&merged), &merged.object), (vec![], &both("b", "c")));
}

#[test]
fn when_an_object_was_made_never_collides() {
    let made = |time| with("createdAt", Some(Value::CreatedAt(Timestamp(time))));
    let merged = merged_page(&made(1), &made(2), &made(3));
    assert_eq!((paths(&merged), &merged.object), (vec![], &made(2)));
}

#[test]
fn rich_text_merges_by_words() {
    let rich = |text: &str| with("note", Some(Value::RichText(vec![Token::plain(text)])));
    let merged = merged_page(&rich("one two three"), &rich("1 two three"), &rich("one two 3"));
    assert_eq!((paths(&merged), &merged.object), (vec![], &rich("1 two 3")));
    let merged = merged_page(&rich("one"), &rich("two"), &rich("three"));
    assert_eq!((paths(&merged), &merged.object), (vec!["properties.note"], &rich("two")));
}
