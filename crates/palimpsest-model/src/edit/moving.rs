//! Moving a block with everything below it.

use super::{EditError, Position, check_limits, place, take_block};
use crate::block::find_block;
use crate::id::{BlockId, PropertyId};
use crate::object::Object;

/// Moves a block with everything below it into a section, under a parent or beside a block. Unlike an append it makes nothing
/// give way: a move loses no block. Beside itself a block stays where it is. After an error the object may be half-edited: it
/// must be given up.
pub fn move_block(
    object: &mut Object,
    id: BlockId,
    section: &PropertyId,
    parent: Option<BlockId>,
    position: Position,
) -> Result<(), EditError> {
    let (home, block) = object.find_block(id).ok_or(EditError::UnknownBlock(id))?;
    let is_below = |id: BlockId| block.children.iter().any(|list| find_block(list, id).is_some());
    match (parent, position) {
        (_, Position::After(beside) | Position::Before(beside)) if beside == id => {
            return if home == section { Ok(()) } else { Err(EditError::UnknownBlock(id)) };
        }
        (_, Position::After(beside) | Position::Before(beside)) if is_below(beside) => {
            return Err(EditError::IntoItself);
        }
        (Some(parent), Position::Start | Position::End) if parent == id || is_below(parent) => {
            return Err(EditError::IntoItself);
        }
        _ => {}
    }
    let block = take_block(object, id).ok_or(EditError::UnknownBlock(id))?;
    place(object, section, parent, position, vec![block])?;
    check_limits(object)
}
