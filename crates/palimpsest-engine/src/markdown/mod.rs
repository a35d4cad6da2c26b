//! Objects as Markdown (spec/02 §8–10, spec/04).

mod create;
mod read;
mod update;

use std::collections::BTreeSet;

pub use create::CreateFromMarkdown;
use palimpsest_markdown::read_body_within;
use palimpsest_model::{BlockDraft, BuiltIn, EditError, MAX_BLOCKS, ObjectId, Path, Problem, StructureId, Value};
use palimpsest_store::Tx;
pub use update::UpdateFromMarkdown;

use crate::error::Error;
use crate::names::{MOST_TAGS, SpaceNames};
use crate::objects::CreateObject;
use crate::operation::Ignored;
use crate::world::Fresh;

/// Reads Markdown inside a commit, where what it names is looked up; the tags it names are made when they are not there.
/// Links may lead to `known` objects whatever became of them. `at` is where the text stands in the request.
pub(crate) fn read_with_names<T>(
    tx: &mut Tx<'_>,
    fresh: &mut Fresh,
    at: &Path,
    known: BTreeSet<ObjectId>,
    read: impl FnOnce(&mut SpaceNames<'_>) -> T,
) -> Result<T, Error> {
    let space = tx.space();
    let mut make = || fresh.object();
    let mut names = SpaceNames::new(tx, space, known).making(&mut make);
    let value = read(&mut names);
    let new_tags = names.finish()?;
    if new_tags.len() > MOST_TAGS {
        let message = format!("Too big: a text makes at most {MOST_TAGS} tags");
        return Err(Problem::new(at.clone(), message).into());
    }
    for (id, name) in new_tags {
        let tag = CreateObject {
            id: Some(id),
            structure: StructureId::BuiltIn(BuiltIn::RootTag),
            collections: Vec::new(),
            properties: vec![("title".into(), Value::Title(Some(name)))],
            blocks: [].into(),
        };
        tag.apply(tx, fresh, &mut Ignored::default())?;
    }
    Ok(value)
}

/// Reads a text into blocks; refuses one that has more than an object holds.
pub(crate) fn read_blocks(text: &str, names: &mut SpaceNames<'_>) -> Result<Vec<BlockDraft>, Error> {
    read_body_within(text, names, MAX_BLOCKS).ok_or_else(|| EditError::TooMany.into())
}

/// The path of a key of the front matter.
fn key_path(key: &str) -> Path {
    Path::keys(&["markdown", key])
}
