//! Objects as they are stored: what they are, and the bytes that say so.

use std::sync::Arc;

use palimpsest_model::{Object, StoredError};

use crate::error::StoreError;
use crate::record::Doc;
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
        let object = Arc::new(read_object(&doc.body)?);
        let found = Found { object, state: doc.state, created: doc.created, revision: doc.revision, at: doc.at };
        Ok(Self { found, body: doc.body, erased: doc.erased })
    }
}

/// Reads the stored form of an object.
pub(crate) fn read_object(body: &Arc<[u8]>) -> Result<Object, StoreError> {
    Object::from_stored(body).map_err(damaged)
}

/// Reads all of it, the text too, which otherwise is read when somebody looks at it.
pub(crate) fn read_whole_object(body: &Arc<[u8]>) -> Result<Object, StoreError> {
    let object = read_object(body)?;
    object.check_stored().map_err(damaged)?;
    Ok(object)
}

#[expect(clippy::needless_pass_by_value, reason = "as errors are mapped")]
fn damaged(error: StoredError) -> StoreError {
    StoreError::Corrupt(error.to_string())
}
