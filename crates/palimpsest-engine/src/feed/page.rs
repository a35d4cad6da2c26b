//! Pages of the feed.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use palimpsest_model::{LogId, ObjectId, Revision, SpaceId, State, Timestamp};
use palimpsest_store::{LogEntry, Moves, Snapshot, SpaceRow, StoreError};
use serde::Serialize;
use serde_json::value::RawValue;

use super::change::{Change, size_of_entry};
use super::position::Position;
use crate::access::Access;
use crate::engine::Engine;
use crate::error::Error;
use crate::files::Showing;
use crate::history::Renderer;

/// What a follower asks for.
#[derive(Clone, Copy, Debug)]
pub struct ListChanges {
    /// After which revision.
    pub since: Position,
    /// At most so many changes.
    pub limit: usize,
    /// The page ends before it has more bytes than this, but never before its first change.
    pub bytes: usize,
    /// Whether to show each object as it stood at the revision.
    pub include_objects: bool,
}

/// A page of changes, oldest first, without a gap after the position that was asked for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// The log.
    #[serde(serialize_with = "as_text")]
    pub log: LogId,
    /// Where to go on: the last change shown, else the position that was asked for.
    pub revision: Revision,
    /// The changes.
    pub changes: Vec<Change>,
    /// Whether there are more already.
    pub has_more: bool,
    /// The head it was computed at.
    #[serde(skip)]
    pub head: Revision,
}

fn as_text<S: serde::Serializer>(log: &LogId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(log)
}

impl Changes {
    /// The page as JSON.
    #[must_use]
    pub fn body(&self) -> Bytes {
        serde_json::to_vec(self).unwrap_or_default().into()
    }

    /// Where to go on.
    #[must_use]
    pub fn next(&self) -> Position {
        Position { log: Some(self.log), revision: self.revision }
    }
}

/// How many entries are read at once.
const BATCH: usize = 64;

/// What a snapshot gives for a page.
struct Seen {
    row: SpaceRow,
    since: Revision,
    entries: Vec<LogEntry>,
    has_more: bool,
    objects: Objects,
}

/// Objects as GET shows them at a revision.
type Objects = HashMap<(ObjectId, Revision), Box<RawValue>>;

impl Engine {
    /// The changes of the space after a position.
    pub async fn changes(&self, access: &Access, ask: ListChanges) -> Result<Changes, Error> {
        self.changes_of(access.space, ask).await
    }

    /// Tells of each move of the head of the space; nothing when only asking again can tell.
    #[must_use]
    pub fn moved(&self, access: &Access) -> Option<Moves> {
        self.store.moved(access.space)
    }

    pub(crate) async fn changes_of(&self, space: SpaceId, ask: ListChanges) -> Result<Changes, Error> {
        let showing = self.showing();
        let look = move |snapshot: &mut Snapshot<'_>| look(snapshot, &ask, &showing);
        let answer = self.store.read(space, look).await?;
        let head = answer.revision;
        let seen = answer.value.map_err(|error| error.at(head))?;
        let page = seen.page(ask.bytes);
        #[cfg(feature = "faults")]
        let page = if self.faults.follow_the_head { Changes { revision: page.head, ..page } } else { page };
        Ok(page)
    }
}

impl Seen {
    fn page(mut self, most: usize) -> Changes {
        let (mut changes, mut bytes) = (Vec::new(), 0);
        for entry in self.entries {
            let object = |id, revision| self.objects.remove(&(id, revision));
            let change = Change::new(self.row.log, entry, object);
            bytes += change.size();
            if bytes > most && !changes.is_empty() {
                self.has_more = true;
                break;
            }
            changes.push(change);
        }
        let revision = changes.last().map_or(self.since, |change| change.revision);
        Changes { log: self.row.log, revision, changes, has_more: self.has_more, head: self.row.revision }
    }
}

fn look(snapshot: &mut Snapshot<'_>, ask: &ListChanges, showing: &Showing) -> Result<Seen, Error> {
    let row = snapshot.row();
    let since = ask.since.check(&row)?;
    let (mut entries, mut bytes, mut sizes) = (Vec::new(), 0, Sizes { since, objects: HashMap::new() });
    let mut last = since;
    let mut has_more = false;
    while last < row.revision && !has_more {
        // Below the horizon nothing is read; from there up to the head nothing is missing.
        let batch = snapshot.entries(last, BATCH.min(ask.limit + 1 - entries.len()))?;
        check_gapless(last, &batch)?;
        for entry in batch {
            bytes += size_of_entry(&entry);
            if ask.include_objects {
                bytes += sizes.of_objects(snapshot, &entry)?;
            }
            if entries.len() == ask.limit || (bytes > ask.bytes && !entries.is_empty()) {
                has_more = true;
                break;
            }
            last = entry.revision;
            entries.push(entry);
        }
    }
    let objects = if ask.include_objects { objects_of(snapshot, &entries, showing)? } else { HashMap::new() };
    Ok(Seen { row, since, entries, has_more, objects })
}

/// Refuses to go on after a revision when the entries do not follow it one by one: then the log is damaged.
pub(crate) fn check_gapless(last: Revision, entries: &[LogEntry]) -> Result<(), Error> {
    let follow = (last.0 + 1..).map(Revision);
    if !entries.is_empty()
        && entries.iter().map(|entry| entry.revision).zip(follow).all(|(is, expected)| is == expected)
    {
        return Ok(());
    }
    Err(Error::internal(format!("the log does not go on after revision {last}")))
}

/// How large the versions are that a page may show, asked for once an object.
struct Sizes {
    since: Revision,
    objects: HashMap<ObjectId, BTreeMap<Revision, usize>>,
}

impl Sizes {
    fn of_objects(&mut self, snapshot: &mut Snapshot<'_>, entry: &LogEntry) -> Result<usize, Error> {
        let mut bytes = 0;
        for change in &entry.objects {
            let sizes = match self.objects.entry(change.id) {
                std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::hash_map::Entry::Vacant(unknown) => {
                    unknown.insert(snapshot.version_sizes(change.id, self.since)?.into_iter().collect())
                }
            };
            bytes += sizes.get(&entry.revision).copied().unwrap_or_default();
        }
        Ok(bytes)
    }
}

/// The objects that can be seen after each of the entries, in one walk back for each object, as GET shows them at its revision.
fn objects_of(snapshot: &mut Snapshot<'_>, entries: &[LogEntry], showing: &Showing) -> Result<Objects, Error> {
    let mut wanted: BTreeMap<ObjectId, BTreeMap<Revision, Timestamp>> = BTreeMap::new();
    for entry in entries {
        for change in &entry.objects {
            wanted.entry(change.id).or_default().insert(entry.revision, entry.at);
        }
    }
    let mut objects = HashMap::new();
    let mut renderers: BTreeMap<Revision, Renderer> = BTreeMap::new();
    for (id, revisions) in wanted {
        let found = match snapshot.versions_at(id, &revisions) {
            // That there was something to see stays in the log, not what.
            Err(StoreError::Erased { .. }) => continue,
            found => found?,
        };
        for found in found.into_iter().filter(|found| found.state == State::Live) {
            let revision = found.revision;
            let renderer = renderers.entry(revision).or_insert_with(|| Renderer::new(showing.clone(), revision));
            objects.insert((id, revision), renderer.render_raw(snapshot, &found)?);
        }
    }
    Ok(objects)
}

#[cfg(test)]
mod tests {
    use palimpsest_store::Actor;

    use super::*;
    use crate::error::Code;

    fn entries(revisions: &[u64]) -> Vec<LogEntry> {
        let at = Timestamp(0);
        let entry = |revision: &u64| LogEntry {
            revision: Revision(*revision),
            at,
            actor: Actor::operator(),
            objects: Vec::new(),
            schema: Vec::new(),
        };
        revisions.iter().map(entry).collect()
    }

    #[test]
    fn what_is_missing_is_not_passed_over() {
        let check = |last, revisions: &[u64]| check_gapless(Revision(last), &entries(revisions));
        assert!(check(0, &[1, 2, 3]).is_ok() && check(8, &[9]).is_ok());
        for (last, revisions) in [(0, &[4, 5][..]), (3, &[4, 6]), (3, &[3, 4]), (8, &[])] {
            let refused = check(last, revisions).unwrap_err();
            assert_eq!((refused.code, refused.cause.is_some()), (Code::ServerError, true));
        }
    }
}
