//! Objects (spec/02 §3–6).

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod diff;
pub(crate) mod edits;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod link;
pub(crate) mod markdown;
pub(crate) mod media;
pub(crate) mod revert;
pub(crate) mod update;

use palimpsest_model::{CollectionId, Node, Reading, read_uuid};

fn read_collections(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Vec<CollectionId>> {
    let read: Vec<_> = node.elements(reading)?.map(|id| read_uuid(&id, reading).map(CollectionId)).collect();
    read.into_iter().collect()
}
