//! Uploads: files that are still being sent. None of them is in the log.

use palimpsest_model::{CollectionId, ObjectId, SpaceId, Timestamp, TokenId};
use serde::{Deserialize, Serialize};

/// A file that is being sent in parts, and the object it is to become.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    /// Its name, and that of its parts.
    pub id: ObjectId,
    /// The space.
    pub space: SpaceId,
    /// The token that began it, with which it ends.
    pub token: TokenId,
    /// How the file is called by who sends it.
    pub file_name: String,
    /// Its media type, if it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_type: Option<String>,
    /// How many bytes it is to have.
    pub file_size: u64,
    /// How many bytes each part has but the last.
    pub part_size: u64,
    /// The title of the object, if it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The collections of the object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<CollectionId>,
    /// When it began.
    pub begun: Timestamp,
    /// When it ends if it was not completed.
    pub expires: Timestamp,
}
