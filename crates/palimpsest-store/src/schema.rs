//! Stored bodies as what they are, and the schema made of them.

use palimpsest_model::{Revision, Schema, Space, SpaceId, State, Versioned};
use serde::de::DeserializeOwned;

use crate::error::StoreError;
use crate::record::{Doc, DocKey};
use crate::rows::Rows;

/// Reads a stored body.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(body).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// The schema of a space that has not begun.
pub(crate) fn empty_schema(space: SpaceId) -> Schema {
    let space = Space { id: space, title: String::new(), icon: None, timezone: None };
    Schema {
        space: Versioned { revision: Revision::default(), value: space },
        structures: Vec::new(),
        collections: Vec::new(),
    }
}

/// Reads the schema of a space from its documents.
pub fn load_schema(rows: &mut dyn Rows, space: SpaceId) -> Result<Schema, StoreError> {
    let mut schema = empty_schema(space);
    for doc in rows.schema_docs(space)? {
        add_doc(&mut schema, &doc)?;
    }
    Ok(schema)
}

/// Adds a document to the schema unless it cannot be seen.
pub(crate) fn add_doc(schema: &mut Schema, doc: &Doc) -> Result<(), StoreError> {
    let revision = doc.revision;
    match doc.key {
        _ if doc.state != State::Live => {}
        DocKey::Space => schema.space = Versioned { revision, value: parse(&doc.body)? },
        DocKey::Structure(_) => schema.structures.push(Versioned { revision, value: parse(&doc.body)? }),
        DocKey::Collection(_) => schema.collections.push(Versioned { revision, value: parse(&doc.body)? }),
        DocKey::Object(_) => {}
    }
    Ok(())
}
