//! POST /blocks/append.

use std::sync::Arc;

use palimpsest_model::{BlockDraft, BlockId, ObjectId, Path, Position, Problem, PropertyId, State, append, realign};
use palimpsest_store::{ChangeKind, Found, Tx};

use super::{structure_of, with_names};
use crate::check::Checks;
use crate::error::Error;
use crate::objects::live;
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
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh) -> Result<Found, Error> {
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
            Appended::Markdown(text) => super::markdown::read(tx.space(), text),
        };
        let mut checks = Checks::new(tx, structure, self.id, Some(&before.object));
        checks.section(&section, Path::keys(&["propertyId"]));
        checks.drafts(&mut drafts, &Path::keys(&["blocks"]))?;
        checks.finish()?;
        let mut object = (*before.object).clone();
        let blocks = with_names(tx, fresh, &object, |names| realign(&[], vec![drafts], names).concat())?;
        let nothing = blocks.is_empty();
        append(&mut object, &section, self.parent, self.position, blocks)?;
        if nothing {
            return Ok(before);
        }
        tx.put(object, State::Live, ChangeKind::Updated)?;
        live(tx, self.id)
    }
}
