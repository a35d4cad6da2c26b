//! Files that are being sent.

use palimpsest_model::{ObjectId, Timestamp};
use serde::{Deserialize, Deserializer};

use crate::time::WireTime;

/// An upload that waits for its parts.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UploadView {
    /// Its name, and that of the object it becomes.
    pub id: ObjectId,
    /// How the file is called.
    pub file_name: String,
    /// Its media type, as far as it is known.
    pub file_type: String,
    /// How many bytes it has.
    pub file_size: u64,
    /// How many bytes each part has but the last.
    pub part_size: u64,
    /// How many parts it has.
    pub part_count: u64,
    /// When the upload ends if it is not completed.
    #[serde(default, deserialize_with = "time")]
    pub expires_at: Option<Timestamp>,
}

/// A part that the server has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub struct PartView {
    /// Which, from 1.
    pub number: u64,
    /// How many bytes it has.
    pub size: u64,
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<WireTime>::deserialize(deserializer)?.map(|time| time.0))
}
