//! How what the contract speaks of is written in columns, and read from them.

use std::borrow::Cow;

use palimpsest_model::{CollectionId, LogId, ObjectId, Revision, SpaceId, State, StructureId, Timestamp, TokenId};
use palimpsest_store::{
    Actor, Doc, DocKey, List, LogEntry, ObjectChange, Policy, SchemaChange, SpaceRow, Step, Titled,
};
use rusqlite::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The kind of documents that are objects.
pub(crate) const OBJECT: i64 = 3;

/// The `body` of a log row.
#[derive(Serialize, Deserialize)]
struct EntryBody<'e> {
    #[serde(default, skip_serializing_if = "is_empty")]
    objects: Cow<'e, [ObjectChange]>,
    #[serde(default, skip_serializing_if = "is_empty")]
    schema: Cow<'e, [SchemaChange]>,
}

fn is_empty<T>(list: &[T]) -> bool {
    list.is_empty()
}

/// A document by its kind and id.
pub(crate) type Key<'k> = (i64, Cow<'k, [u8]>);

pub(crate) fn encode_key(key: &DocKey) -> Key<'_> {
    match key {
        DocKey::Space => (0, Cow::Borrowed(&[])),
        DocKey::Structure(id) => (1, Cow::Owned(id.to_string().into_bytes())),
        DocKey::Collection(id) => (2, Cow::Borrowed(id.0.as_bytes())),
        DocKey::Object(id) => (OBJECT, Cow::Borrowed(id.0.as_bytes())),
    }
}

pub(crate) fn decode_key(kind: i64, id: &[u8]) -> rusqlite::Result<DocKey> {
    Ok(match kind {
        0 => DocKey::Space,
        1 => {
            let text = std::str::from_utf8(id).map_err(|error| conversion(7, error))?;
            DocKey::Structure(text.parse::<StructureId>().map_err(|error| conversion(7, error))?)
        }
        2 => DocKey::Collection(CollectionId(uuid_from(7, id)?)),
        _ => DocKey::Object(ObjectId(uuid_from(7, id)?)),
    })
}

/// A list as a key: its kind, then its id.
pub(crate) fn encode_list(list: &List) -> Vec<u8> {
    let key = |kind: u8, id: &[u8]| [&[kind], id].concat();
    match list {
        List::All => key(0, &[]),
        List::Structure(id) => key(1, id.to_string().as_bytes()),
        List::Collection(id) => key(2, id.0.as_bytes()),
        List::Tag(id) => key(3, id.0.as_bytes()),
        List::Trash => key(4, &[]),
    }
}

pub(crate) fn encode_entry(entry: &LogEntry) -> rusqlite::Result<String> {
    let body = EntryBody { objects: Cow::Borrowed(&entry.objects), schema: Cow::Borrowed(&entry.schema) };
    serde_json::to_string(&body).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// The entry of a log row: `revision, at, actor, actor_name, body`.
pub(crate) fn read_entry(row: &Row<'_>) -> rusqlite::Result<LogEntry> {
    let body: EntryBody<'_> = json_of(row, 4)?;
    Ok(LogEntry {
        revision: revision_of(row.get(0)?),
        at: Timestamp(row.get(1)?),
        actor: read_actor(row, 2)?,
        objects: body.objects.into_owned(),
        schema: body.schema.into_owned(),
    })
}

fn decode_policy(policy: i64) -> rusqlite::Result<Policy> {
    let index = usize::try_from(policy).ok();
    let found = index.and_then(|index| Policy::ALL.get(index).copied());
    found.ok_or(rusqlite::Error::IntegralValueOutOfRange(7, policy))
}

pub(crate) fn encode_state(state: State) -> i64 {
    match state {
        State::Live => 0,
        State::Trashed => 1,
        State::Deleted => 2,
    }
}

fn decode_state(state: i64) -> rusqlite::Result<State> {
    match state {
        0 => Ok(State::Live),
        1 => Ok(State::Trashed),
        2 => Ok(State::Deleted),
        other => Err(rusqlite::Error::IntegralValueOutOfRange(0, other)),
    }
}

pub(crate) fn read_space(row: &Row<'_>) -> rusqlite::Result<(i64, SpaceRow)> {
    let space = SpaceRow {
        id: SpaceId(uuid_of(row, 1)?),
        log: LogId(row.get::<_, i64>(2)?.cast_unsigned()),
        revision: revision_of(row.get(3)?),
        schema: revision_of(row.get(4)?),
        at: Timestamp(row.get(5)?),
        oldest: revision_of(row.get(6)?),
        policy: decode_policy(row.get(7)?)?,
    };
    Ok((row.get(0)?, space))
}

/// An actor in two columns.
pub(crate) fn read_actor(row: &Row<'_>, column: usize) -> rusqlite::Result<Actor> {
    let id = row.get_ref(column)?.as_blob_or_null()?.map(|bytes| uuid_from(column, bytes)).transpose()?.map(TokenId);
    Ok(Actor { id, name: row.get(column + 1)? })
}

/// The token of an actor, as it is written.
pub(crate) fn encode_actor(actor: &Actor) -> Option<&[u8; 16]> {
    actor.id.as_ref().map(|id| id.0.as_bytes())
}

pub(crate) fn read_titled(row: &Row<'_>) -> rusqlite::Result<Titled> {
    Ok(Titled {
        id: ObjectId(uuid_of(row, 0)?),
        structure: row.get_ref(1)?.as_str()?.parse::<StructureId>().map_err(|error| conversion(1, error))?,
        named: revision_of(row.get(2)?),
        names: json_of(row, 3)?,
    })
}

pub(crate) fn read_step(row: &Row<'_>) -> rusqlite::Result<Step> {
    let (previous, state): (Option<i64>, Option<i64>) = (row.get(1)?, row.get(2)?);
    let previous = match (previous, state) {
        (Some(revision), Some(state)) => Some((revision_of(revision), decode_state(state)?)),
        _ => None,
    };
    Ok(Step { revision: revision_of(row.get(0)?), previous })
}

pub(crate) fn read_doc(row: &Row<'_>, key: DocKey) -> rusqlite::Result<Doc> {
    Ok(Doc {
        key,
        created: revision_of(row.get(0)?),
        revision: revision_of(row.get(1)?),
        at: Timestamp(row.get(2)?),
        state: decode_state(row.get(3)?)?,
        body: row.get_ref(4)?.as_blob()?.into(),
        erased: row.get(5)?,
    })
}

/// Revisions that are asked for may be beyond what a column holds; those that are stored never are.
pub(crate) fn number(revision: Revision) -> i64 {
    i64::try_from(revision.0).unwrap_or(i64::MAX)
}

pub(crate) fn revision_of(number: i64) -> Revision {
    Revision(number.cast_unsigned())
}

pub(crate) fn uuid_of(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    uuid_from(column, row.get_ref(column)?.as_blob()?)
}

fn uuid_from(column: usize, bytes: &[u8]) -> rusqlite::Result<Uuid> {
    Uuid::from_slice(bytes).map_err(|error| conversion(column, error))
}

pub(crate) fn json_of<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|error| conversion(column, error))
}

pub(crate) fn conversion(
    column: usize,
    error: impl Into<Box<dyn std::error::Error + Send + Sync + 'static>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Blob, error.into())
}
