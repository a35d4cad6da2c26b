//! Lists of objects, and which page of one is asked for (spec/02 §16, and GET /objects).

use palimpsest_model::{CollectionId, ObjectId, StructureId};

use crate::request::Request;

/// A list of the contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum List {
    /// The objects of a structure.
    Structure(StructureId),
    /// The objects in a collection.
    Collection(CollectionId),
    /// The objects that have a tag.
    Tag(ObjectId),
}

impl List {
    /// The path that answers it, and the id that it asks for.
    pub(crate) fn named(self) -> (&'static str, String) {
        match self {
            Self::Structure(id) => ("/objects/structure", id.to_string()),
            Self::Collection(id) => ("/objects/collection", id.to_string()),
            Self::Tag(id) => ("/objects/tag", id.to_string()),
        }
    }
}

/// Which page of a list, and how large.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Page {
    pub(crate) size: Option<u32>,
    pub(crate) cursor: Option<String>,
    pub(crate) whole: bool,
}

impl Page {
    /// The first page.
    #[must_use]
    pub fn first() -> Self {
        Self::default()
    }

    /// The page that a cursor points to.
    pub fn at(cursor: impl Into<String>) -> Self {
        Self { cursor: Some(cursor.into()), ..Self::default() }
    }

    /// The same with at most so many rows.
    #[must_use]
    pub fn size(self, rows: u32) -> Self {
        Self { size: Some(rows), ..self }
    }

    /// The same with the objects themselves; of [`Client::objects`](crate::Client::objects) only.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// The page that begins at a cursor, asked for as this one.
    pub(crate) fn next(&self, cursor: Option<&str>) -> Option<Self> {
        Some(Self { cursor: Some(cursor?.to_owned()), ..self.clone() })
    }

    /// The request for this page of a list that calls the size of a page `size`.
    pub(crate) fn asked(&self, mut request: Request, size: &'static str) -> Request {
        if let Some(rows) = self.size {
            request = request.query(size, rows);
        }
        match &self.cursor {
            Some(cursor) => request.query("cursor", cursor),
            None => request,
        }
    }
}
