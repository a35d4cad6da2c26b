//! Files that are neither notes nor tables.

use palimpsest_engine::{media_of, type_of_name};
use palimpsest_model::StructureId;

/// The media type of a file, by its name.
pub(crate) fn type_of(path: &str) -> String {
    type_of_name(path).unwrap_or_else(|| "application/octet-stream".to_owned())
}

/// What a file becomes.
pub(crate) fn structure_of(path: &str) -> StructureId {
    StructureId::BuiltIn(media_of(&type_of(path)))
}
