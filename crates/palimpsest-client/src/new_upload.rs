//! A file to be sent.

use palimpsest_model::CollectionId;
use serde::Serialize;

/// A file to be sent, and what it is to become.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewUpload {
    file_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    collections: Vec<CollectionId>,
}

/// The same with its size.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewUploadOf<'u> {
    #[serde(flatten)]
    pub(crate) upload: &'u NewUpload,
    pub(crate) file_size: u64,
}

impl NewUpload {
    /// A file of this name, with its extension.
    pub fn named(file_name: impl Into<String>) -> Self {
        Self { file_name: file_name.into(), file_type: None, title: None, collections: Vec::new() }
    }

    /// The same of this media type; without it the name decides, then the first bytes.
    #[must_use]
    pub fn file_type(self, file_type: impl Into<String>) -> Self {
        Self { file_type: Some(file_type.into()), ..self }
    }

    /// The same under this title; without it under the name of the file.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// The same in these collections.
    #[must_use]
    pub fn collections(self, ids: impl IntoIterator<Item = CollectionId>) -> Self {
        Self { collections: ids.into_iter().collect(), ..self }
    }
}
