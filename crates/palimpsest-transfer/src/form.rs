//! The lossless form of an export: a manifest, and one file for each object. It is the form in which the store keeps things,
//! which says of them all there is to say; the wire form of the API does not (alignment, embedded dates, files).

use palimpsest_model::{Collection, Object, Space, State, Structure};
use palimpsest_store::Policy;
use serde::{Deserialize, Serialize};

/// The file at the root that says what the others are.
pub(crate) const MANIFEST: &str = "palimpsest.json";
/// The folder of the objects.
pub(crate) const OBJECTS: &str = "objects";
/// The folder of the bytes of files.
pub(crate) const MEDIA: &str = "media";
/// What the manifest calls itself.
pub(crate) const FORMAT: &str = "palimpsest-export";
/// The version of this form; a newer one is not read.
pub(crate) const VERSION: u32 = 1;

/// What an export holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// [`FORMAT`].
    pub(crate) format: String,
    /// [`VERSION`].
    pub(crate) version: u32,
    /// The space.
    pub(crate) space: Space,
    /// What it asks of a write.
    pub(crate) concurrency: Policy,
    /// Its structures with their properties and options, in their order.
    pub(crate) structures: Vec<Structure>,
    /// Its collections, in their order.
    pub(crate) collections: Vec<Collection>,
    /// How many objects can be seen.
    pub(crate) objects: usize,
    /// How many lie in the trash.
    pub(crate) trashed: usize,
}

/// An object in its file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept<O = Object> {
    /// Whether it can be seen.
    pub(crate) state: State,
    /// Where the bytes of its files lie, in their order.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub(crate) media: Vec<String>,
    /// What it is.
    pub(crate) object: O,
}

/// Where the file of an object lies.
pub(crate) fn object_path(id: palimpsest_model::ObjectId) -> String {
    format!("{OBJECTS}/{id}.json")
}

/// A value as the bytes of a file.
pub(crate) fn to_file(value: &impl Serialize) -> Vec<u8> {
    // Writing these types to memory cannot fail: their maps have text keys.
    let mut bytes = serde_json::to_vec(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
