//! Where blocks go.

use palimpsest_model::{BlockId, Path, Position, Problem, PropertyId};

use crate::editing::Editing;
use crate::error::Error;

/// A place for blocks.
#[derive(Clone, Debug)]
pub struct Place {
    /// Which section; when left out, the one that the parent or sibling stands in.
    pub section: Option<PropertyId>,
    /// Under which block.
    pub parent: Option<BlockId>,
    /// Where there.
    pub position: Position,
}

impl Place {
    /// The section meant by it; `otherwise` when it names neither that nor a block.
    pub(super) fn section_in(
        &self,
        editing: &Editing<'_, '_>,
        otherwise: Option<&PropertyId>,
    ) -> Result<PropertyId, Error> {
        let anchor = match self.position {
            Position::After(id) | Position::Before(id) => Some(id),
            Position::Start | Position::End => self.parent,
        };
        let beside = anchor.and_then(|id| editing.object.find_block(id)).map(|(section, _)| section);
        let section = self.section.as_ref().or(beside).or(otherwise).cloned();
        section.ok_or_else(|| Problem::new(Path::keys(&["id"]), "This object has no body").into())
    }

    /// The path of the block it names, or else of itself, in an edit that stands at a path.
    pub(super) fn path(&self, at: &Path) -> Path {
        let beside = |word: &str| at.clone().key("position").key(word).key("id");
        match (self.position, self.parent) {
            (Position::After(_), _) => beside("after_block"),
            (Position::Before(_), _) => beside("before_block"),
            (_, Some(_)) => at.clone().key("parentBlockId"),
            (_, None) => at.clone().key("position"),
        }
    }
}
