//! What one commit did to each object, taken back: a merge with what it left as the base, what is there now as theirs and what
//! was there before as mine.

use std::sync::Arc;

use palimpsest_model::{BuiltIn, ObjectId, Revision, State, StructureId, Values, changed_paths};
use palimpsest_store::{ChangeKind, Found, List, LogEntry, ObjectChange, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::schema::collisions;
use crate::error::Error;
use crate::merging::{Collision, Combined, combine, homeless, structure_in};

/// Something that a revert left as it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Left {
    /// The object, unless it is about the schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ObjectId>,
    /// Where.
    pub path: String,
    /// Why.
    pub reason: Reason,
}

/// Why a revert left something as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// It was changed since, or does not fit any more.
    Conflict,
    /// Others use what was made.
    InUse,
    /// What stands for a day stays.
    Date,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Conflict, Self::InUse, Self::Date];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::InUse => "inUse",
            Self::Date => "date",
        }
    }
}

/// What taking back met on its way.
#[derive(Default)]
pub(super) struct Undoing {
    /// Where it collides; there everything is as it was found.
    pub(super) conflicts: Vec<Collision>,
    kept: Vec<(ObjectId, Reason)>,
    /// Tags that were made, and are in the trash unless others carry them.
    tags: Vec<Found>,
}

/// The versions of an object that are merged.
struct Versions {
    after: Found,
    now: Found,
    before: Found,
}

impl Undoing {
    /// Takes back what an entry did, but for where that collides.
    pub(super) fn take_back(&mut self, tx: &mut Tx<'_>, entry: &LogEntry) -> Result<(), Error> {
        self.conflicts = collisions(tx, entry)?;
        for change in &entry.objects {
            let lost = || Error::internal(format!("entry {} names {}, which is not there", entry.revision, change.id));
            let after = tx.object_at(change.id, entry.revision)?.ok_or_else(lost)?;
            let before = tx.object_at(change.id, Revision(entry.revision.0.saturating_sub(1)))?;
            let now = tx.object(change.id)?.ok_or_else(lost)?;
            match before {
                Some(before) => self.put_back(tx, change, &Versions { after, now, before })?,
                None => self.put_away(tx, &after, now)?,
            }
        }
        self.keep_tags(tx)
    }

    /// What was left as it is: where it collides, and what stays though it was made.
    pub(super) fn left(self) -> Vec<Left> {
        let reason = Reason::Conflict;
        let collided = self.conflicts.into_iter().map(|Collision { id, path, .. }| Left { id, path, reason });
        let kept = self.kept.into_iter().map(|(id, reason)| Left { id: Some(id), path: TRASHED.to_owned(), reason });
        let mut left: Vec<_> = collided.chain(kept).collect();
        left.sort_by(|one, other| (one.id, &one.path).cmp(&(other.id, &other.path)));
        left
    }

    /// An object that was made goes into the trash.
    fn put_away(&mut self, tx: &mut Tx<'_>, after: &Found, now: Found) -> Result<(), Error> {
        if (after.state, now.state) != (State::Live, State::Live) {
            return Ok(());
        }
        match now.object.structure {
            StructureId::BuiltIn(BuiltIn::UtilDate) => self.kept.push((now.object.id, Reason::Date)),
            // What others wrote into the note of a day does not go with who began it.
            StructureId::BuiltIn(BuiltIn::RootDailyNote) if now.object != after.object => {
                self.kept.push((now.object.id, Reason::InUse));
            }
            structure => {
                tx.put((*now.object).clone(), State::Trashed, ChangeKind::Reverted)?;
                if structure == StructureId::BuiltIn(BuiltIn::RootTag) {
                    self.tags.push(now);
                }
            }
        }
        Ok(())
    }

    /// An object that was there before becomes what it was, with what came since.
    fn put_back(&mut self, tx: &mut Tx<'_>, change: &ObjectChange, versions: &Versions) -> Result<(), Error> {
        let Versions { after, now, before } = versions;
        let is_date = now.object.structure == StructureId::BuiltIn(BuiltIn::UtilDate);
        if is_date && change.kind == ChangeKind::Restored && now.state == State::Live {
            self.kept.push((change.id, Reason::Date));
            return Ok(());
        }
        let schema = Arc::clone(tx.schema());
        let Some(structure) = schema.structure(now.object.structure) else {
            self.collide(change.id, vec![homeless(&now.object)]);
            return Ok(());
        };
        let state = versions.state();
        if now.state == State::Deleted && state != Some(State::Live) && state != Some(State::Trashed) {
            // What is gone for good takes no changes.
            let values = [after, before].map(|found| Values::of(&found.object, Some(&structure.value)));
            let collision = |path: String| {
                let [base, mine] = values.each_ref().map(|values| values.at(&path).unwrap_or_default());
                Collision { id: None, path, base, theirs: Json::Null, mine }
            };
            let paths = changed_paths(&after.object, &before.object);
            self.collide(change.id, paths.into_iter().map(collision).collect());
        } else {
            let structure = &structure.value;
            let Combined { object, conflicts } =
                combine(&after.object, now, &before.object, structure, &schema, &mut structure_in(tx));
            self.collide(change.id, conflicts);
            tx.put(object, state.unwrap_or(now.state), ChangeKind::Reverted)?;
        }
        if state.is_none() {
            let [base, theirs, mine] = [after, now, before].map(|found| is_trashed(found.state));
            self.collide(change.id, vec![Collision { id: None, path: TRASHED.to_owned(), base, theirs, mine }]);
        }
        Ok(())
    }

    fn collide(&mut self, id: ObjectId, conflicts: Vec<Collision>) {
        self.conflicts.extend(conflicts.into_iter().map(|conflict| Collision { id: Some(id), ..conflict }));
    }

    /// Takes the tags out of the trash that live objects carry.
    fn keep_tags(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        for tag in std::mem::take(&mut self.tags) {
            let id = tag.object.id;
            if tx.has_members(List::Tag(id))? {
                tx.put((*tag.object).clone(), State::Live, ChangeKind::Reverted)?;
                self.kept.push((id, Reason::InUse));
            }
        }
        Ok(())
    }
}

impl Versions {
    /// The state that the three make together; nothing when they collide.
    fn state(&self) -> Option<State> {
        let (after, now, before) = (self.after.state, self.now.state, self.before.state);
        if now == before || before == after { Some(now) } else { (now == after).then_some(before) }
    }
}

const TRASHED: &str = "trashed";

/// Whether it is in the trash; nothing when it is gone.
fn is_trashed(state: State) -> Json {
    match state {
        State::Live => json!(false),
        State::Trashed => json!(true),
        State::Deleted => Json::Null,
    }
}
