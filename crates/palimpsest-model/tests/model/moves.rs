//! Moving blocks: against a naive model, and what every move keeps.

use std::collections::BTreeMap;

use palimpsest_model::arbitrary::objects;
use palimpsest_model::{
    Block, BlockId, Content, EditError, MAX_BLOCKS, Object, Position, PropertyId, append, changed_paths, find_block,
    move_block,
};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{cases, group, id, ids, page, parent, placed, section, text, without};

/// Where a block stands, in the words of a move; nothing when it stands alone in a column.
type Place = (Option<BlockId>, Position);

fn place_of(list: &[Block], owner: Option<&Block>, id: BlockId) -> Option<Place> {
    if let Some(at) = list.iter().position(|block| block.id == id) {
        return match (at.checked_sub(1), list.get(at + 1), owner) {
            (Some(before), _, _) => Some((None, Position::After(list[before].id))),
            (None, Some(next), _) => Some((None, Position::Before(next.id))),
            (None, None, Some(owner)) => owner.is_parent().then_some((Some(owner.id), Position::End)),
            (None, None, None) => Some((None, Position::End)),
        };
    }
    list.iter().find_map(|block| block.children.iter().find_map(|below| place_of(below, Some(block), id)))
}

fn all_ids(object: &Object) -> Vec<BlockId> {
    object.blocks.values().flat_map(|list| ids(list)).collect()
}

/// Every block without what stands below it.
fn contents(object: &Object) -> BTreeMap<BlockId, (Content, usize)> {
    let mut contents = BTreeMap::new();
    object.walk(&mut |block| {
        let columns = if matches!(block.content, Content::Grid(_)) { block.children.len() } else { 0 };
        contents.insert(block.id, (block.content.clone(), columns));
    });
    contents
}

/// A section, and one of six kinds of places in it, beside or below a block of the object.
fn target(object: &Object, beside: &Index, place: u8) -> (PropertyId, Place) {
    let anchor = *beside.get(&all_ids(object));
    let home = object.find_block(anchor).unwrap().0.clone();
    let place = match place {
        0 => (None, Position::Start),
        1 => (None, Position::End),
        2 => (Some(anchor), Position::Start),
        3 => (Some(anchor), Position::End),
        4 => (None, Position::After(anchor)),
        _ => (None, Position::Before(anchor)),
    };
    (home, place)
}

proptest! {
    #![proptest_config(cases(384))]

    #[test]
    fn a_move_takes_the_block_out_and_puts_it_where_the_naive_model_puts_it(
        object in objects(), at in any::<Index>(), beside in any::<Index>(), place in 0..6_u8,
    ) {
        prop_assume!(object.block_count() > 0);
        let moved = *at.get(&all_ids(&object));
        let (section, (parent, position)) = target(&object, &beside, place);
        let (home, block) = object.find_block(moved).unwrap();
        let anchor = match position {
            Position::After(id) | Position::Before(id) => Some(id),
            _ => parent,
        };
        let is_below = |id| block.children.iter().any(|list| find_block(list, id).is_some());
        let mut after = object.clone();
        let result = move_block(&mut after, moved, &section, parent, position);
        if anchor == Some(moved) && parent.is_none() {
            prop_assert_eq!(result, Ok(()));
            prop_assert_eq!(after, object);
            return Ok(());
        }
        if anchor.is_some_and(|id| id == moved || is_below(id)) {
            prop_assert_eq!(result, Err(EditError::IntoItself));
            return Ok(());
        }
        let mut expected = object.clone();
        expected.blocks.insert(home.clone(), without(&object.blocks[home], &|id| id == moved));
        match placed(&expected.blocks[&section], parent, position, std::slice::from_ref(block)) {
            Some(list) => {
                expected.blocks.insert(section, list);
                prop_assert_eq!(result, Ok(()));
                prop_assert_eq!(&after, &expected);
            }
            None => {
                let kind = object.find_block(parent.unwrap()).unwrap().1.content.kind();
                prop_assert_eq!(result, Err(EditError::NotAParent(kind)));
            }
        }
    }

    #[test]
    fn a_move_loses_nothing_and_is_undone_by_the_move_back(
        object in objects(), at in any::<Index>(), beside in any::<Index>(), place in 0..6_u8,
    ) {
        prop_assume!(object.block_count() > 0);
        let moved = *at.get(&all_ids(&object));
        let (section, (parent, position)) = target(&object, &beside, place);
        let (home, block) = object.find_block(moved).unwrap();
        let mut after = object.clone();
        if move_block(&mut after, moved, &section, parent, position).is_err() {
            return Ok(());
        }
        prop_assert_eq!(contents(&after), contents(&object));
        prop_assert_eq!(after.find_block(moved).unwrap().1, block);
        for path in changed_paths(&object, &after) {
            prop_assert!(path.ends_with(".position"), "{}", path);
        }
        if let Some((parent, position)) = place_of(&object.blocks[home], None, moved) {
            prop_assert_eq!(move_block(&mut after, moved, home, parent, position), Ok(()));
            prop_assert_eq!(after, object);
        }
    }

    #[test]
    fn a_move_to_where_the_block_stands_changes_nothing(object in objects(), at in any::<Index>()) {
        prop_assume!(object.block_count() > 0);
        let moved = *at.get(&all_ids(&object));
        let home = object.find_block(moved).unwrap().0;
        if let Some((parent, position)) = place_of(&object.blocks[home], None, moved) {
            let mut after = object.clone();
            prop_assert_eq!(move_block(&mut after, moved, home, parent, position), Ok(()));
            prop_assert_eq!(after, object);
        }
    }
}

#[test]
fn a_block_that_is_moved_to_a_lone_empty_one_stands_beside_it() {
    let mut object = page(vec![Block::empty(id(1))]);
    object.blocks.insert("other".into(), vec![text(2, "a")]);
    move_block(&mut object, id(2), &section(), None, Position::End).unwrap();
    assert_eq!(object.blocks[&section()], [Block::empty(id(1)), text(2, "a")]);
    assert_eq!(object.blocks[&PropertyId::from("other")], []);
}

#[test]
fn what_a_move_names_must_be_there() {
    let mut object = page(vec![text(1, "a"), text(2, "b")]);
    object.blocks.insert("other".into(), vec![text(3, "elsewhere")]);
    let moved = |block, section: &PropertyId, parent, position| {
        move_block(&mut object.clone(), id(block), section, parent, position)
    };
    let main = section();
    assert_eq!(moved(7, &main, None, Position::End), Err(EditError::UnknownBlock(id(7))));
    assert_eq!(moved(7, &main, None, Position::After(id(7))), Err(EditError::UnknownBlock(id(7))));
    assert_eq!(moved(1, &main, Some(id(8)), Position::End), Err(EditError::UnknownBlock(id(8))));
    assert_eq!(moved(1, &main, None, Position::Before(id(8))), Err(EditError::UnknownBlock(id(8))));
    assert_eq!(moved(1, &main, None, Position::After(id(3))), Err(EditError::UnknownBlock(id(3))));
    assert_eq!(moved(3, &main, None, Position::After(id(3))), Err(EditError::UnknownBlock(id(3))));
    assert_eq!(moved(1, &"other".into(), None, Position::After(id(3))), Ok(()));
}

#[test]
fn a_move_can_make_blocks_nest_too_deep_but_never_too_many() {
    let deep = (1..31).rev().fold(text(31, ""), |below, level| group(level, vec![below]));
    let mut object = page(vec![deep, text(50, "a"), parent(60, "b", vec![text(61, "c")])]);
    let mut copy = object.clone();
    assert_eq!(move_block(&mut copy, id(50), &section(), Some(id(31)), Position::End), Ok(()));
    let mut copy = object.clone();
    let too_deep = move_block(&mut copy, id(60), &section(), Some(id(31)), Position::End);
    assert_eq!(too_deep, Err(EditError::TooDeep));
    let many = (1_000..10_966).map(|number| text(number, "")).collect();
    append(&mut object, &section(), None, Position::End, many).unwrap();
    assert_eq!(object.block_count(), MAX_BLOCKS);
    assert_eq!(move_block(&mut object, id(1), &section(), None, Position::End), Ok(()));
}

#[test]
fn an_error_says_what_is_wrong() {
    assert_eq!(EditError::IntoItself.to_string(), "A block cannot stand below itself");
}
