//! Sessions and parts as they are shown.

use palimpsest_model::ObjectId;
use palimpsest_store::Upload;
use serde::Serialize;

use super::part_count;
use crate::media::UNKNOWN;

/// A session.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UploadBody {
    id: ObjectId,
    status: &'static str,
    file_name: String,
    file_type: String,
    file_size: u64,
    part_size: u64,
    part_count: u64,
    expires_at: String,
}

impl From<Upload> for UploadBody {
    fn from(upload: Upload) -> Self {
        Self {
            id: upload.id,
            status: "pending",
            // What the first bytes say is not known yet.
            file_type: upload.file_type.unwrap_or_else(|| UNKNOWN.to_owned()),
            file_name: upload.file_name,
            file_size: upload.file_size,
            part_size: upload.part_size,
            part_count: part_count(upload.file_size, upload.part_size),
            expires_at: upload.expires.to_string(),
        }
    }
}

/// A part that is kept.
#[derive(Serialize)]
pub(super) struct PartBody {
    pub(super) number: u64,
    pub(super) size: u64,
}
