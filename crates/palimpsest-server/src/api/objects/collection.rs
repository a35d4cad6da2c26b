//! GET /objects/collection?id=….

use palimpsest_engine::List;
use palimpsest_model::{CollectionId, read_uuid};

use crate::document::Description;
use crate::document::names::uuid;
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    super::page_of(call, "collectionId", |id, notes| read_uuid(id, notes).map(CollectionId).map(List::Collection))
}

pub(crate) fn describe() -> Description {
    super::describe_page("objects.collection", "The objects of a collection", uuid())
}
