//! The three-way merge of two versions of an object that come from one (`Prefer: merge`, reverts).
//!
//! Properties merge one by one, lists of names as ordered sets, block trees by block id, texts word by word. What both sides
//! changed differently is a conflict and stays as theirs has it. Whether a merge exceeds a limit or still fits the structure is
//! for the caller to check, and so is the state of the object (live, trashed, deleted).

mod atoms;
mod blocks;
mod content;
mod dispute;
mod outcome;
mod property;
mod runs;
mod set;
mod text;
mod tree;
mod weave;

use std::collections::BTreeSet;

use crate::object::Object;
use crate::structure::Structure;

/// What two versions of an object make together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Merged {
    /// The merged object; wherever the sides collide it has theirs.
    pub object: Object,
    /// Where they collide, sorted by path, each path once; nothing for a clean merge.
    pub conflicts: Vec<Conflict>,
}

/// A place that both sides changed differently.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Conflict {
    /// The place, in the grammar of [`changed_paths`](crate::changed_paths): `.content` of a block also when one side deleted
    /// it, `.position` for a move, `.inserted` for a new block that has no place on the other side or is another there,
    /// `.deleted` for a deletion that cannot be made because a disputed block stays below. The section is that of the base.
    pub path: String,
}

/// Merges what `theirs` and `mine` made of `base`. The structure says which labels are sets and which are single choices.
#[must_use]
pub fn merge(base: &Object, theirs: &Object, mine: &Object, structure: &Structure) -> Merged {
    let mut conflicts = BTreeSet::new();
    let properties = property::merge(
        Three { base: &base.properties, theirs: &theirs.properties, mine: &mine.properties },
        structure,
        &mut conflicts,
    );
    let collections =
        set::merge(Three { base: &base.collections, theirs: &theirs.collections, mine: &mine.collections });
    let blocks =
        blocks::merge(Three { base: &base.blocks, theirs: &theirs.blocks, mine: &mine.blocks }, &mut conflicts);
    Merged {
        object: Object {
            id: theirs.id,
            structure: theirs.structure,
            collections,
            properties,
            blocks: blocks.into(),
            files: theirs.files.clone(),
        },
        conflicts: conflicts.into_iter().map(|path| Conflict { path }).collect(),
    }
}

/// The three versions of one thing.
#[derive(Clone, Copy, Debug)]
struct Three<T> {
    base: T,
    theirs: T,
    mine: T,
}

impl<T> Three<T> {
    fn map<U>(self, mut each: impl FnMut(T) -> U) -> Three<U> {
        Three { base: each(self.base), theirs: each(self.theirs), mine: each(self.mine) }
    }
}

impl<T: PartialEq> Three<T> {
    /// What comes of it when it is looked at as a whole: nothing if both sides changed it to different things.
    fn settled(self) -> Option<T> {
        if self.theirs == self.mine || self.mine == self.base {
            Some(self.theirs)
        } else if self.theirs == self.base {
            Some(self.mine)
        } else {
            None
        }
    }
}

/// Who put an element where it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum By {
    /// Neither side put it where it is.
    Base,
    /// Theirs did.
    Theirs,
    /// Mine did, and theirs did not.
    Mine,
}
