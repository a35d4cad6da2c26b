//! An object while it is edited inside a commit. An edit can be a whole request or one of many; where it stands in the request,
//! its problems and what it drops tell.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use palimpsest_model::{BlockDraft, BlockId, EditError, Object, ObjectId, Path, State, Structure};
use palimpsest_store::{ChangeKind, Found, StoreError, Tx};

use crate::blocks::structure_of;
use crate::error::Error;
use crate::objects::live;
use crate::operation::Ignored;
use crate::references::Known;
use crate::world::Fresh;

/// An object that is being edited. Nothing is put before all is done.
pub(crate) struct Editing<'e, 'r> {
    pub(crate) tx: &'e mut Tx<'r>,
    pub(crate) fresh: &'e mut Fresh,
    pub(crate) ignored: &'e mut Ignored,
    pub(crate) structure: &'e Structure,
    /// The object as the edits until now left it.
    pub(crate) object: Object,
    /// Where the edit stands in the request; nowhere when it is the request.
    pub(crate) at: Path,
    /// By how many bytes its texts may still grow.
    pub(crate) room: usize,
    /// What the stored object refers to. What the edits added was there when they did.
    pub(crate) known: Rc<Known>,
}

/// Edits an object: one change of it at most, and none after an error.
pub(crate) fn edit(
    tx: &mut Tx<'_>,
    fresh: &mut Fresh,
    ignored: &mut Ignored,
    id: ObjectId,
    make: impl FnOnce(&mut Editing<'_, '_>) -> Result<(), Error>,
) -> Result<Found, Error> {
    let before = live(tx, id)?;
    let schema = Arc::clone(tx.schema());
    let structure = structure_of(&schema, &before.object)?;
    let known = Known::of(id, Some(&before.object));
    let mut editing = Editing {
        tx,
        fresh,
        ignored,
        structure,
        object: (*before.object).clone(),
        at: Path::default(),
        room: palimpsest_model::MAX_GROWTH,
        known: Rc::new(known),
    };
    make(&mut editing)?;
    let Editing { tx, object, .. } = editing;
    tx.put(object, State::Live, ChangeKind::Updated)?;
    live(tx, id)
}

impl Editing<'_, '_> {
    /// Lets those who look up names find the object by those it has now.
    pub(crate) fn put_names(&mut self) -> Result<(), StoreError> {
        let last = self.tx.object(self.object.id)?;
        let is_same =
            |last: &Object| last.properties == self.object.properties && last.collections == self.object.collections;
        if last.is_some_and(|last| is_same(&last.object)) {
            return Ok(());
        }
        self.tx.put(self.object.clone(), State::Live, ChangeKind::Updated)
    }

    /// The ids that drafts come with and blocks of the object have.
    pub(crate) fn taken(&self, drafts: &[BlockDraft]) -> BTreeSet<BlockId> {
        let (mut sent, mut taken) = (BTreeSet::new(), BTreeSet::new());
        sent_ids(drafts, &mut sent);
        if !sent.is_empty() {
            self.object.walk(&mut |block| taken.extend(sent.get(&block.id)));
        }
        taken
    }

    /// The path of a member of the edit.
    pub(crate) fn path(&self, key: &str) -> Path {
        self.at.clone().key(key)
    }

    /// The refusal of an edit at a path. A request that is this one edit says what is wrong and no more, as the contract does.
    pub(crate) fn refused(&self, error: EditError, path: Path) -> Error {
        if self.at == Path::default() { error.into() } else { Error::of_edit(&error, path) }
    }
}

fn sent_ids(drafts: &[BlockDraft], sent: &mut BTreeSet<BlockId>) {
    for draft in drafts {
        sent.extend(draft.sent);
        draft.children.iter().flatten().for_each(|list| sent_ids(list, sent));
    }
}
