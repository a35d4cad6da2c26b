//! Objects as they are stored: what they are, and the bytes that say so.

use std::sync::Arc;

use crate::error::StoreError;
use crate::record::Doc;
use crate::schema::parse;
use crate::tx::Found;

/// The current version of an object, in whatever state, beside its serialised form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredObject {
    /// The object.
    pub found: Found,
    /// Its serialised form.
    pub body: Arc<[u8]>,
    /// Whether the operator erased it.
    pub erased: bool,
}

impl StoredObject {
    /// Reads the document of an object.
    pub fn read(doc: Doc) -> Result<Self, StoreError> {
        let object = Arc::new(parse(&doc.body)?);
        let found = Found { object, state: doc.state, created: doc.created, revision: doc.revision, at: doc.at };
        Ok(Self { found, body: doc.body, erased: doc.erased })
    }
}
