//! GET /objects/tag?id=….

use palimpsest_engine::List;
use palimpsest_model::{ObjectId, read_uuid};

use crate::document::Description;
use crate::document::names::uuid;
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    super::page_of(call, "tagId", |id, notes| read_uuid(id, notes).map(ObjectId).map(List::Tag))
}

pub(crate) fn describe() -> Description {
    super::describe_page("objects.tag", "The objects that have a tag", uuid())
}
