//! POST /object/edits.

use std::rc::Rc;

use palimpsest_model::{
    BlockDraft, BlockId, CollectionId, EditError, ObjectId, Path, PropertyId, Replacement, Value, delete_block,
    replace_text,
};
use palimpsest_store::{Found, Tx};

use crate::blocks::{Appended, Place};
use crate::check::Checks;
use crate::editing::{Editing, edit};
use crate::error::Error;
use crate::operation::Ignored;
use crate::world::Fresh;

/// So many edits are made at once.
pub const MAX_EDITS: usize = 500;

/// Makes edits of an object, one after another, each seeing those before; all of them or none.
#[derive(Clone, Debug)]
pub struct EditObject {
    /// Which object.
    pub id: ObjectId,
    /// What to do.
    pub edits: Vec<Edit>,
}

/// One small change of an object.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Replaces a value.
    Set(PropertyId, Value),
    /// Adds to a value that is a list what it does not have.
    Add(PropertyId, Vec<String>),
    /// Removes from a value that is a list what it has.
    Remove(PropertyId, Vec<String>),
    /// Puts the object into collections.
    AddCollections(Vec<CollectionId>),
    /// Takes the object out of collections.
    RemoveCollections(Vec<CollectionId>),
    /// Puts blocks somewhere.
    Insert(Place, Appended),
    /// Replaces the content of a block.
    Update(BlockId, BlockDraft),
    /// Moves a block with everything below it.
    Move(BlockId, Place),
    /// Removes a block with everything below it.
    Delete(BlockId),
    /// Replaces text inside a block.
    ReplaceText(BlockId, Replacement),
}

impl EditObject {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh, ignored: &mut Ignored) -> Result<Found, Error> {
        edit(tx, fresh, ignored, self.id, |editing| {
            for (index, edit) in self.edits.iter().enumerate() {
                editing.at = Path::keys(&["edits"]).index(index);
                edit.make(editing)?;
            }
            Ok(())
        })
    }
}

impl Edit {
    fn make(&self, editing: &mut Editing<'_, '_>) -> Result<(), Error> {
        match self {
            Self::Set(property, value) => editing.set(property, value),
            Self::Add(property, values) => editing.add(property, values),
            Self::Remove(property, values) => editing.remove(property, values),
            Self::AddCollections(ids) => editing.add_collections(ids),
            Self::RemoveCollections(ids) => {
                editing.object.collections.retain(|id| !ids.contains(id));
                Ok(())
            }
            Self::Insert(place, content) => editing.insert(place, content, None),
            Self::Update(block, draft) => editing.update_block(None, *block, draft),
            Self::Move(block, place) => editing.move_block(*block, place),
            Self::Delete(block) => {
                let deleted = delete_block(&mut editing.object, *block);
                deleted.map_err(|error| Error::of_edit(&error, editing.path("blockId")))
            }
            Self::ReplaceText(block, replacement) => {
                let replaced = replace_text(&mut editing.object, *block, replacement, &mut editing.room);
                replaced.map_err(|error| {
                    let key = match error {
                        EditError::NotOnce(_) => "find",
                        EditError::TooFew { .. } => "occurrence",
                        EditError::TooLong => "replace",
                        _ => "blockId",
                    };
                    Error::of_edit(&error, editing.path(key))
                })
            }
        }
    }
}

impl Editing<'_, '_> {
    /// Replaces a value.
    fn set(&mut self, property: &PropertyId, value: &Value) -> Result<(), Error> {
        let (name, at) = (self.path("propertyId"), self.path("value"));
        let mut checks = Checks::knowing(self.tx, self.structure, self.object.id, Rc::clone(&self.known));
        let value = checks.value(property, value, &name, &at)?;
        checks.finish(self.ignored)?;
        self.object.properties.extend(value.map(|value| (property.clone(), value)));
        Ok(())
    }

    /// Puts the object into collections it is not in, after those it is in.
    fn add_collections(&mut self, ids: &[CollectionId]) -> Result<(), Error> {
        let path = self.path("ids");
        let mut checks = Checks::knowing(self.tx, self.structure, self.object.id, Rc::clone(&self.known));
        let ids = checks.collections(ids, &path);
        checks.finish(self.ignored)?;
        let present = &mut self.object.collections;
        let new: Vec<_> = ids.into_iter().filter(|id| !present.contains(id)).collect();
        present.extend(new);
        Ok(())
    }
}
