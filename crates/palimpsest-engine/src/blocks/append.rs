//! POST /blocks/append.

use std::collections::BTreeSet;
use std::sync::Arc;

use palimpsest_model::{BlockDraft, BlockId, ObjectId, Path, Position, Problem, PropertyId, State, append, realign};
use palimpsest_store::{ChangeKind, Found, Tx};

use super::{note_new_ids, structure_of, with_names};
use crate::check::{Checks, references_of};
use crate::error::Error;
use crate::markdown::{read_blocks, read_with_names};
use crate::objects::live;
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
    /// Which section; the main one when left out, or the one the parent or sibling stands in.
    pub section: Option<PropertyId>,
    /// Under which block.
    pub parent: Option<BlockId>,
    /// Where.
    pub position: Position,
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
        let before = live(tx, self.id)?;
        let schema = Arc::clone(tx.schema());
        let structure = structure_of(&schema, &before.object)?;
        let anchor = match self.position {
            Position::After(id) | Position::Before(id) => Some(id),
            Position::Start | Position::End => self.parent,
        };
        let beside = anchor.and_then(|id| before.object.find_block(id)).map(|(section, _)| section);
        let section = self.section.as_ref().or(beside).or(structure.sections().next());
        let Some(section) = section.cloned() else {
            return Err(Problem::new(Path::keys(&["id"]), "This object has no body").into());
        };
        let mut drafts = match &self.content {
            Appended::Blocks(drafts) => drafts.clone(),
            Appended::Markdown(text) => {
                let mut known = BTreeSet::from([self.id]);
                references_of(&before.object, &mut known);
                read_with_names(tx, fresh, known, |names| read_blocks(text, names))??
            }
        };
        let mut checks = Checks::new(tx, structure, self.id, Some(&before.object));
        checks.section(&section, Path::keys(&["propertyId"]));
        let path = Path::keys(&["blocks"]);
        if let Appended::Markdown(_) = self.content {
            checks = checks.within(&Path::keys(&["markdown"]));
        }
        checks.drafts(&mut drafts, &path)?;
        checks.finish(ignored)?;
        let mut object = (*before.object).clone();
        let sent = drafts.clone();
        let mut blocks = with_names(tx, fresh, &object, |names| realign(&[], vec![drafts], names).concat())?;
        note_new_ids(&sent, &blocks, &path, ignored);
        if let (Some(heading), false) = (heading, blocks.is_empty()) {
            blocks.insert(0, heading.into_new(&mut || fresh.block()));
        }
        let nothing = blocks.is_empty();
        append(&mut object, &section, self.parent, self.position, blocks)?;
        if nothing {
            return Ok(before);
        }
        tx.put(object, State::Live, ChangeKind::Updated)?;
        live(tx, self.id)
    }
}
