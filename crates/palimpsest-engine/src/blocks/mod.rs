//! Editing the text of an object block by block (spec/02 §12, 14, 15).

mod append;
mod daily;
mod delete;
mod moving;
mod place;
mod update;

use std::collections::BTreeMap;

pub use append::{AppendBlocks, Appended};
pub use daily::AppendDaily;
pub use delete::DeleteBlock;
pub use moving::MoveBlock;
use palimpsest_model::{
    Block, BlockDraft, BlockId, Content, Names, Object, ObjectId, Path, PropertyId, Schema, Structure, realign,
};
use palimpsest_store::{StoreError, Tx};
pub use place::Place;
pub use update::UpdateBlock;

use crate::error::Error;
use crate::operation::Ignored;
use crate::world::Fresh;

/// The structure of an object that is stored.
pub(crate) fn structure_of<'s>(schema: &'s Schema, object: &Object) -> Result<&'s Structure, Error> {
    let found = schema.structure(object.structure).map(|structure| &structure.value);
    found.ok_or_else(|| unknown_structure(object))
}

/// What is answered when the structure of an object that is stored is not.
pub(crate) fn unknown_structure(object: &Object) -> Error {
    Error::internal(format!("object {} has the unknown structure {}", object.id, object.structure))
}

/// Makes blocks of the drafts that replace whole sections of `object`, with the ids of what they keep.
pub(crate) fn identify(
    tx: &mut Tx<'_>,
    fresh: &mut Fresh,
    object: &Object,
    drafts: BTreeMap<PropertyId, Vec<BlockDraft>>,
    ignored: &mut Ignored,
) -> Result<BTreeMap<PropertyId, Vec<Block>>, Error> {
    let sent = drafts.clone();
    let (sections, lists): (Vec<_>, Vec<_>) = drafts.into_iter().unzip();
    let current: Vec<&[Block]> =
        sections.iter().map(|section| object.blocks.get(section).map_or(&[][..], Vec::as_slice)).collect();
    let blocks = with_names(
        tx,
        fresh,
        object.id,
        |id| object.find_block(id).is_some(),
        |names| realign(&current, lists, names),
    )?;
    for ((section, drafts), blocks) in sent.iter().zip(&blocks) {
        note_new_ids(drafts, blocks, &Path::keys(&["blocks", &section.0]), ignored);
    }
    Ok(sections.into_iter().zip(blocks).collect())
}

/// Notes the ids that were sent and not taken, because another block has them or had them.
pub(crate) fn note_new_ids(drafts: &[BlockDraft], blocks: &[Block], path: &Path, ignored: &mut Ignored) {
    for (index, (draft, block)) in drafts.iter().zip(blocks).enumerate() {
        note_new_id(draft, block, &path.clone().index(index), ignored);
    }
}

/// The same for one block, with everything below it.
pub(crate) fn note_new_id(draft: &BlockDraft, block: &Block, path: &Path, ignored: &mut Ignored) {
    if draft.sent.is_some_and(|sent| sent != block.id) {
        ignored.extend([path.clone().key("id")]);
    }
    let is_grid = matches!(draft.content, Content::Grid(_));
    for (column, (drafts, blocks)) in draft.children.iter().flatten().zip(&block.children).enumerate() {
        let path = path.clone();
        let path = if is_grid { path.key("columns").index(column) } else { path.key("blocks") };
        note_new_ids(drafts, blocks, &path, ignored);
    }
}

/// Calls `make` with names for new blocks of `object`, which `has` some: an id may be taken as sent when no block of the space
/// has it, now or earlier in another object.
pub(crate) fn with_names<T>(
    tx: &mut Tx<'_>,
    fresh: &mut Fresh,
    object: ObjectId,
    has: impl Fn(BlockId) -> bool,
    make: impl FnOnce(&mut Names<'_>) -> T,
) -> Result<T, Error> {
    let mut failure: Option<StoreError> = None;
    let mut free = |id: BlockId| {
        !has(id)
            && tx.block_is_free(id, object).unwrap_or_else(|error| {
                failure = Some(error);
                false
            })
    };
    let made = make(&mut Names { fresh: &mut || fresh.block(), free: &mut free });
    failure.map_or(Ok(made), |error| Err(error.into()))
}
