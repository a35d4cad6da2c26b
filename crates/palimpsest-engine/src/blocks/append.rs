//! POST /blocks/append.

use std::rc::Rc;

use palimpsest_model::{BlockDraft, EditError, ObjectId, append, realign};
use palimpsest_store::{Found, Tx};

use super::place::Place;
use super::{note_new_ids, with_names};
use crate::check::Checks;
use crate::editing::{Editing, edit};
use crate::error::Error;
use crate::markdown::{read_blocks, read_with_names};
use crate::operation::Ignored;
use crate::world::Fresh;

/// What is put into an object.
#[derive(Clone, Debug)]
pub enum Appended {
    /// Blocks.
    Blocks(Vec<BlockDraft>),
    /// Markdown, read inside the commit, where what it names can be looked up.
    Markdown(String),
}

/// Puts blocks into an object.
#[derive(Clone, Debug)]
pub struct AppendBlocks {
    /// Which object.
    pub id: ObjectId,
    /// Where; in the main section when neither a section nor a block is named.
    pub place: Place,
    /// What.
    pub content: Appended,
}

impl AppendBlocks {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh, ignored: &mut Ignored) -> Result<Found, Error> {
        self.under(None, tx, fresh, ignored)
    }

    /// Puts them after a heading, which is left out when there is nothing to put.
    pub(crate) fn under(
        &self,
        heading: Option<BlockDraft>,
        tx: &mut Tx<'_>,
        fresh: &mut Fresh,
        ignored: &mut Ignored,
    ) -> Result<Found, Error> {
        edit(tx, fresh, ignored, self.id, |editing| editing.insert(&self.place, &self.content, heading))
    }
}

impl Editing<'_, '_> {
    /// Puts blocks somewhere, after a heading if there is one and they are not nothing.
    pub(crate) fn insert(
        &mut self,
        place: &Place,
        content: &Appended,
        heading: Option<BlockDraft>,
    ) -> Result<(), Error> {
        let section = place.section_in(self, self.structure.sections().next())?;
        let path = match content {
            Appended::Blocks(_) => self.path("blocks"),
            Appended::Markdown(_) => self.path("markdown"),
        };
        let mut drafts = match content {
            Appended::Blocks(drafts) => drafts.clone(),
            Appended::Markdown(text) => {
                // It may speak of the object by a name that it has since an earlier edit.
                self.put_names()?;
                let known = self.known.all().clone();
                let read = read_with_names(self.tx, self.fresh, &path, known, |names| read_blocks(text, names))?;
                read.map_err(|_| self.refused(EditError::TooMany, path.clone()))?
            }
        };
        let section_path = self.path("propertyId");
        let mut checks = Checks::knowing(self.tx, self.structure, self.object.id, Rc::clone(&self.known));
        checks.section(&section, section_path);
        if let Appended::Markdown(_) = content {
            checks = checks.within(&path);
        }
        checks.drafts(&mut drafts, &path)?;
        checks.finish(self.ignored)?;
        let sent = drafts.clone();
        let (taken, owner) = (self.taken(&sent), self.object.id);
        let has = |id| taken.contains(&id);
        let mut blocks =
            with_names(self.tx, self.fresh, owner, has, |names| realign(&[], vec![drafts], names).concat())?;
        note_new_ids(&sent, &blocks, &path, self.ignored);
        if let (Some(heading), false) = (heading, blocks.is_empty()) {
            blocks.insert(0, heading.into_new(&mut || self.fresh.block()));
        }
        append(&mut self.object, &section, place.parent, place.position, blocks).map_err(|error| {
            let is_of_place = matches!(error, EditError::UnknownBlock(_) | EditError::NotAParent(_));
            let path = if is_of_place { place.path(&self.at) } else { path };
            self.refused(error, path)
        })
    }
}
