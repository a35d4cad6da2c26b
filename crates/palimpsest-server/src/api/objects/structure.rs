//! GET /objects/structure?id=….

use palimpsest_engine::List;
use palimpsest_model::read_structure_id;

use crate::document::Description;
use crate::document::names::structure_id;
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    super::page_of(call, "structureId", |id, notes| {
        // Where the contract's validator says only "Invalid input", this list is known to say what it expected.
        id.string(notes)?;
        read_structure_id(id, notes).map(List::Structure)
    })
}

pub(crate) fn describe() -> Description {
    super::describe_page("objects.structure", "The objects of a structure", structure_id())
}
