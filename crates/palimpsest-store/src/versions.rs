//! Several versions of one object: one walk back from the current one, however many are wanted.

use std::collections::BTreeMap;
use std::sync::Arc;

use palimpsest_model::{ObjectId, Revision, SpaceId, Timestamp};

use crate::delta::{DeltaError, apply_delta, restored_length};
use crate::error::StoreError;
use crate::past::{check_erased, check_followed, check_horizon};
use crate::record::{Doc, DocKey};
use crate::rows::Rows;
use crate::stored::read_object;
use crate::tx::Found;

/// How many bytes each version takes that was made after a revision, newest first. Nothing is rebuilt.
pub(crate) fn sizes(
    rows: &mut dyn Rows,
    space: SpaceId,
    id: ObjectId,
    after: Revision,
) -> Result<Vec<(Revision, usize)>, StoreError> {
    check_followed(rows, space, after)?;
    let key = DocKey::Object(id);
    let Some(doc) = rows.doc(space, key)? else { return Ok(Vec::new()) };
    let (mut sizes, mut size) = (Vec::new(), doc.body.len());
    for version in rows.versions(space, key, after.next()..=doc.revision, usize::MAX)? {
        sizes.push((version.revision, size));
        if version.previous.is_some() {
            size = restored_length(&version.delta).map_err(|error| damaged(key, version.revision, error))?;
        }
    }
    Ok(sizes)
}

/// The versions that these revisions made, newest first; with each, when it was committed.
pub(crate) fn versions_at(
    rows: &mut dyn Rows,
    space: SpaceId,
    id: ObjectId,
    wanted: &BTreeMap<Revision, Timestamp>,
) -> Result<Vec<Found>, StoreError> {
    let key = DocKey::Object(id);
    let (Some((first, _)), Some(mut doc)) = (wanted.first_key_value(), rows.doc(space, key)?) else {
        return Ok(Vec::new());
    };
    check_horizon(rows, space, *first)?;
    check_erased(&doc, *first)?;
    let mut found = Vec::with_capacity(wanted.len());
    // What leads back from the first one wanted is not needed.
    let mut ways = rows.versions(space, key, first.next()..=doc.revision, usize::MAX)?.into_iter();
    loop {
        if let Some(at) = wanted.get(&doc.revision) {
            let object = Arc::new(read_object(&doc.body)?);
            found.push(Found { object, state: doc.state, created: doc.created, revision: doc.revision, at: *at });
        }
        let Some(way) = ways.next() else { return Ok(found) };
        let Some((previous, state)) = way.previous else {
            return Err(StoreError::Corrupt(format!("{key:?} has no version before {}", way.revision)));
        };
        let body = apply_delta(&doc.body, &way.delta).map_err(|error| damaged(key, way.revision, error))?;
        doc = Doc { revision: previous, state, body: body.into(), ..doc };
    }
}

fn damaged(key: DocKey, revision: Revision, error: DeltaError) -> StoreError {
    StoreError::Corrupt(format!("{key:?} before {revision}: {error}"))
}
