//! Safe retry: a request with a key has one effect, and whoever sends it again is answered what the first was.
//!
//! The lookup and what is stored are part of the commit, so that this holds across a crash. Stored is what the answer is made
//! from, never the content: history and the schema as it stood give the same bytes again.

use std::sync::Arc;

use palimpsest_model::{ObjectId, Path, Revision, Schema, Step, Tag};
use palimpsest_store::{Found, SpaceRow, StoredAnswer, Tx};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::access::Access;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::operation::Ignored;
use crate::perform::Done;
use crate::shown::{About, Shown};
use crate::transactions::Left;

/// What tells a request that is sent again from another one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Retry {
    key: String,
    fingerprint: [u8; 32],
}

impl Retry {
    /// A key, and everything that a request with it must repeat: its parts, in their order.
    #[must_use]
    pub fn new<'p>(key: String, parts: impl IntoIterator<Item = &'p [u8]>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            // With its length, so that no two lists of parts look alike.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self { key, fingerprint: hash.finalize().into() }
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// What a commit came to, before it is rendered.
pub(crate) struct Outcome {
    /// What each operation did: one, or those of a transaction.
    pub(crate) done: Vec<Done>,
    /// What a revert left as it is.
    pub(crate) stayed: Vec<Left>,
    pub(crate) row: SpaceRow,
    pub(crate) schema: Arc<Schema>,
    /// Of an answer that was given before: the revision it had.
    pub(crate) replayed: Option<Revision>,
}

/// What is stored of an answer, besides its revision. A field that is added needs a default: answers outlive a version.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The revision of the schema it was rendered with.
    schema: Revision,
    done: Vec<KeptDone>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stayed: Vec<Left>,
}

/// What is stored of what one operation did.
#[derive(Serialize, Deserialize)]
struct KeptDone {
    /// What it shows, and the revision that made that version of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<(KeptAbout, Revision)>,
    /// What it was about, and the revision of what it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left: Option<(KeptAbout, Revision)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ignored: Vec<Vec<KeptStep>>,
    /// How many more were ignored.
    #[serde(default)]
    more: usize,
}

/// What an operation was about: an object by its bare id, everything else by what it is as well.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(untagged)]
enum KeptAbout {
    Object(ObjectId),
    Other(About),
}

impl From<About> for KeptAbout {
    fn from(about: About) -> Self {
        match about {
            About::Object(id) => Self::Object(id),
            other => Self::Other(other),
        }
    }
}

impl From<KeptAbout> for About {
    fn from(kept: KeptAbout) -> Self {
        match kept {
            KeptAbout::Object(id) => Self::Object(id),
            KeptAbout::Other(about) => about,
        }
    }
}

/// A step of a path.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum KeptStep {
    Key(String),
    Index(usize),
}

/// What the request with this key was answered; nothing when there was none. First of all in a commit.
pub(crate) fn replay(tx: &mut Tx<'_>, retry: Option<&Retry>) -> Result<Option<Outcome>, Error> {
    let Some(retry) = retry else { return Ok(None) };
    let Some(stored) = tx.stored_answer(&retry.key)? else { return Ok(None) };
    if stored.fingerprint != retry.fingerprint || stored.space != tx.space() {
        return Err(Error::new(Code::IdempotencyMismatch, "This Idempotency-Key was used with another request"));
    }
    rebuild(tx, &stored).map(Some)
}

/// Stores what this commit is answered, if its request has a key. Last of all in a commit.
pub(crate) fn remember(tx: &mut Tx<'_>, retry: Option<&Retry>, outcome: &Outcome) -> Result<(), Error> {
    let Some(retry) = retry else { return Ok(()) };
    let (done, stayed) = (outcome.done.iter().map(keep).collect(), outcome.stayed.clone());
    let kept = Kept { schema: outcome.row.schema, done, stayed };
    let body = serde_json::to_string(&kept).map_err(|error| broken(&error.to_string()))?;
    tx.store_answer(&retry.key, retry.fingerprint, body);
    Ok(())
}

fn keep(done: &Done) -> KeptDone {
    let (ignored, more) = keep_paths(&done.ignored);
    let shown = done.shown.as_ref().map(|shown| match shown {
        Shown::Object(found) => (About::Object(found.object.id).into(), found.revision),
        Shown::Part(about) => ((*about).into(), Revision::default()),
    });
    let left = done.left.map(|(about, tag)| (about.into(), tag.revision));
    KeptDone { shown, left, ignored, more }
}

fn rebuild(tx: &mut Tx<'_>, stored: &StoredAnswer) -> Result<Outcome, Error> {
    let kept: Kept = serde_json::from_str(&stored.body).map_err(|error| broken(&error.to_string()))?;
    let mut schema = Arc::clone(tx.schema());
    let row = SpaceRow { revision: stored.revision, schema: kept.schema, ..tx.row() };
    let is_old = kept.schema != tx.row().schema;
    let is_part = |one: &KeptDone| one.left.is_some_and(|(about, _)| matches!(about, KeptAbout::Other(_)));
    let is_whole = is_old && kept.done.iter().any(is_part);
    if is_whole {
        schema = Arc::new(schema_of(tx, &row)?);
    }
    let mut done = Vec::with_capacity(kept.done.len());
    for one in kept.done {
        let shown = match one.shown.map(|(about, revision)| (About::from(about), revision)) {
            Some((About::Object(id), revision)) => {
                let found = tx.version(id, revision)?;
                let found = found.ok_or_else(|| broken("history lacks the object that it shows"))?;
                if is_old && !is_whole {
                    put_structure(tx, &mut schema, &found, &row)?;
                }
                Some(Shown::Object(found))
            }
            Some((about, _)) => Some(Shown::Part(about)),
            None => None,
        };
        let left = one.left.map(|(about, revision)| (about.into(), Tag { log: row.log, revision }));
        done.push(Done { shown, left, before: None, ignored: read_paths(one.ignored, one.more) });
    }
    Ok(Outcome { done, stayed: kept.stayed, row, schema, replayed: Some(stored.revision) })
}

/// The whole schema as it stood where an answer was given, which shows a part of it.
fn schema_of(tx: &mut Tx<'_>, then: &SpaceRow) -> Result<Schema, Error> {
    // It may be older than the horizon: what stands there and is no newer is what stood then.
    let at = then.revision.max(then.oldest);
    if tx.schema_changed(at)? > then.schema {
        return Err(Error::compacted(then.oldest));
    }
    Ok(tx.schema_at(at)?)
}

/// Puts the structure of an object as it stood where the answer did into a schema: all that the bytes of that object are made of.
fn put_structure(tx: &mut Tx<'_>, schema: &mut Arc<Schema>, found: &Found, then: &SpaceRow) -> Result<(), Error> {
    let (id, oldest, made) = (found.object.structure, then.oldest, then.schema);
    // The schema may be older than the horizon: what stands there and is no newer is what stood then.
    let then = tx.structure_at(id, then.revision.max(oldest))?;
    // It may have been deleted up to there.
    let then = then.ok_or_else(|| Error::compacted(oldest))?;
    if then.revision > made {
        return Err(Error::compacted(oldest));
    }
    let structures = &mut Arc::make_mut(schema).structures;
    structures.retain(|structure| structure.value.id != id);
    structures.push(then);
    Ok(())
}

/// No more paths are kept once they have so many letters together: more than a transport names.
const LETTERS: usize = 4096;

/// The paths that may be named in an answer, and how many more there are.
fn keep_paths(ignored: &Ignored) -> (Vec<Vec<KeptStep>>, usize) {
    let mut letters = 0;
    let named = ignored.paths().iter().take_while(|path| {
        letters += path.to_string().len();
        letters <= LETTERS
    });
    let step = |step: &Step| match step {
        Step::Key(key) => KeptStep::Key(key.clone()),
        Step::Index(index) => KeptStep::Index(*index),
    };
    let kept: Vec<Vec<_>> = named.map(|path| path.0.iter().map(step).collect()).collect();
    let more = ignored.count() - kept.len();
    (kept, more)
}

fn read_paths(kept: Vec<Vec<KeptStep>>, more: usize) -> Ignored {
    let step = |step| match step {
        KeptStep::Key(key) => Step::Key(key),
        KeptStep::Index(index) => Step::Index(index),
    };
    let mut ignored = Ignored::default();
    ignored.extend(kept.into_iter().map(|steps| Path(steps.into_iter().map(step).collect())));
    ignored.count_more(more);
    ignored
}

fn broken(what: &str) -> Error {
    let cause = format!("a stored answer cannot be given again: {what}");
    Error { cause: Some(cause), ..Error::new(Code::ServerError, "Internal server error") }
}

impl Engine {
    /// What a request with this key was answered, looked for ahead of work that a retry need not repeat. The commit looks again.
    pub(crate) async fn recall(&self, access: &Access, retry: Option<&Retry>) -> Result<Option<Outcome>, Error> {
        let Some(retry) = retry.cloned() else { return Ok(None) };
        let look = move |tx: &mut Tx<'_>| replay(tx, Some(&retry));
        let answer = self.store.commit(self.intent(access), look).await?;
        answer.value.map_err(|error| error.at(answer.revision))
    }

    /// The refusal of a request while another one with its key is on its way.
    pub async fn in_progress(&self, access: &Access) -> Error {
        let message = "The first request with this Idempotency-Key is still on its way; try again shortly";
        match self.head(access).await {
            Ok(head) => Error::new(Code::IdempotencyInProgress, message).at(head),
            Err(error) => error,
        }
    }
}
