//! A look at a space from the inside: domain objects over rows, all at one revision.

use std::collections::{BTreeMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use palimpsest_model::{ObjectId, Revision, Schema, SpaceId, Structure, StructureId, Timestamp, Versioned};

use crate::error::StoreError;
use crate::past;
use crate::record::{DocKey, List, LogEntry, Made, ObjectChange, Origin, Place, SpaceRow};
use crate::rows::Rows;
use crate::schema::load_schema;
use crate::sealed::lists_of;
use crate::stored::read_object;
use crate::title::{Term, TermRange, Titled};
use crate::tx::{CALLED, FIRST, Found};
use crate::versions;

/// A consistent view of one space at one revision.
pub struct Snapshot<'r> {
    rows: &'r mut dyn Rows,
    row: SpaceRow,
    schema: Arc<Schema>,
}

impl<'r> Snapshot<'r> {
    /// Opens the view that `rows` gives; `schema` is the schema as of the row when it is at hand.
    pub fn open(
        rows: &'r mut dyn Rows,
        space: SpaceId,
        schema: impl FnOnce(&SpaceRow) -> Option<Arc<Schema>>,
    ) -> Result<Self, StoreError> {
        let row = rows.space(space)?.ok_or(StoreError::NoSuchSpace)?;
        let schema = match schema(&row) {
            Some(schema) => schema,
            None => Arc::new(load_schema(rows, space)?),
        };
        Ok(Self::over(rows, row, schema))
    }

    /// The view that `rows` gives of a space whose row it gave, with its schema as of that.
    pub fn over(rows: &'r mut dyn Rows, row: SpaceRow, schema: Arc<Schema>) -> Self {
        Self { rows, row, schema }
    }

    /// Where the space stands.
    #[must_use]
    pub fn row(&self) -> SpaceRow {
        self.row
    }

    /// The schema.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// An object in whatever state.
    pub fn object(&mut self, id: ObjectId) -> Result<Option<Found>, StoreError> {
        let Some(doc) = self.rows.doc(self.row.id, DocKey::Object(id))? else { return Ok(None) };
        let object = Arc::new(read_object(&doc.body)?);
        Ok(Some(Found { object, state: doc.state, created: doc.created, revision: doc.revision, at: doc.at }))
    }

    /// An object as it stood at an earlier revision; nothing when it was not there yet.
    pub fn object_at(&mut self, id: ObjectId, revision: Revision) -> Result<Option<Found>, StoreError> {
        past::object_at(self.rows, self.row.id, id, revision)
    }

    /// How many bytes each version of an object takes that was made after a revision, newest first.
    pub fn version_sizes(&mut self, id: ObjectId, after: Revision) -> Result<Vec<(Revision, usize)>, StoreError> {
        versions::sizes(self.rows, self.row.id, id, after)
    }

    /// An object as several commits left it, newest first, in one walk back; with the revisions, when they were committed.
    pub fn versions_at(
        &mut self,
        id: ObjectId,
        wanted: &BTreeMap<Revision, Timestamp>,
    ) -> Result<Vec<Found>, StoreError> {
        versions::versions_at(self.rows, self.row.id, id, wanted)
    }

    /// The commits after a revision that changed an object, oldest first, each with what it did to it.
    pub fn changes_since(
        &mut self,
        id: ObjectId,
        revision: Revision,
    ) -> Result<Vec<(LogEntry, ObjectChange)>, StoreError> {
        past::changes_since(self.rows, self.row.id, id, revision)
    }

    /// A structure as it stood at an earlier revision; nothing when it was not there then.
    pub fn structure_at(
        &mut self,
        id: StructureId,
        revision: Revision,
    ) -> Result<Option<Versioned<Structure>>, StoreError> {
        past::check_horizon(self.rows, self.row.id, revision)?;
        if revision >= self.row.schema {
            return Ok(self.schema.structure(id).cloned());
        }
        past::structure_at(self.rows, self.row.id, id, revision)
    }

    /// What the commits of a range of revisions did to an object, newest first, at most `limit`.
    pub fn history(
        &mut self,
        id: ObjectId,
        made: RangeInclusive<Revision>,
        limit: usize,
    ) -> Result<Vec<Made>, StoreError> {
        past::history(self.rows, self.row.id, id, made, limit)
    }

    /// When and by whom an object was put into the trash, which it was found in.
    pub fn trashed_by(&mut self, found: &Found) -> Result<Origin, StoreError> {
        past::trashed_by(self.rows, self.row.id, found)
    }

    /// The members of a list as they stood at an earlier revision, after a place, at most `limit`: index rows that were not
    /// touched since, and the objects touched since as they stood then. Whatever is written meanwhile, paging misses and
    /// repeats nothing.
    pub fn list_at(
        &mut self,
        list: List,
        revision: Revision,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Found>, StoreError> {
        let mut page = Vec::new();
        for (place, found) in self.places_at(list, revision, after, limit)? {
            page.push(match found {
                Some(found) => found,
                None => self.member(list, place)?,
            });
        }
        Ok(page)
    }

    /// The same without looking at the objects: their places in the list, with those that had to be looked at.
    pub fn places_at(
        &mut self,
        list: List,
        revision: Revision,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Vec<(Place, Option<Found>)>, StoreError> {
        past::check_horizon(self.rows, self.row.id, revision)?;
        let touched = self.touched_since(revision)?;
        let mut page = BTreeMap::new();
        for id in &touched {
            let found = match self.object_at(*id, revision) {
                Err(StoreError::Erased { .. }) => None,
                found => found?,
            };
            let Some(found) = found else { continue };
            let place = (found.created, *id);
            if after.is_none_or(|after| place > after) && lists_of(&found.object, found.state).contains(&list) {
                page.insert(place, Some(found));
            }
        }
        let mut from = after;
        let mut untouched = 0;
        while untouched < limit {
            let places = self.rows.members(self.row.id, list, from, limit)?;
            let Some(last) = places.last() else { break };
            from = Some(*last);
            for place in places.into_iter().filter(|(_, id)| !touched.contains(id)) {
                page.insert(place, None);
                untouched += 1;
            }
        }
        Ok(page.into_iter().take(limit).collect())
    }

    /// The object at a place of a list as it stands now.
    pub fn member(&mut self, list: List, place: Place) -> Result<Found, StoreError> {
        let lost = || StoreError::Corrupt(format!("{list:?} has the member {}, which is not there", place.1));
        self.object(place.1)?.ok_or_else(lost)
    }

    /// The last revision that changed a list or one of its members.
    pub fn list_changed(&mut self, list: List) -> Result<Revision, StoreError> {
        Ok(self.rows.list_changed(self.row.id, list)?.unwrap_or(FIRST))
    }

    /// What an object is called; nothing when it is not in the index of titles.
    pub fn titled(&mut self, id: ObjectId) -> Result<Option<Titled>, StoreError> {
        self.rows.titled(self.row.id, id)
    }

    /// The structures whose objects are in the index of titles.
    pub fn titled_structures(&mut self) -> Result<Vec<StructureId>, StoreError> {
        self.rows.titled_structures(self.row.id)
    }

    /// What the objects of a structure are called, the last named first, after a place in this order, at most `limit`.
    pub fn recent(
        &mut self,
        structure: StructureId,
        after: Option<(Revision, ObjectId)>,
        limit: usize,
    ) -> Result<Vec<Titled>, StoreError> {
        self.rows.recent(self.row.id, structure, after, limit)
    }

    /// Terms of a range with the objects they lead to, after a place in their order, at most `limit`.
    pub fn terms(
        &mut self,
        range: &TermRange,
        after: Option<&(Term, ObjectId)>,
        limit: usize,
    ) -> Result<Vec<(Term, ObjectId)>, StoreError> {
        self.rows.terms(self.row.id, range, after, limit)
    }

    /// The objects in the index of titles that have a name of these words, in any case and with any accents; by id, of very
    /// many the first.
    pub fn called(&mut self, name: &str) -> Result<Vec<Found>, StoreError> {
        let mut called = Vec::new();
        for (_, id) in self.terms(&Term::whole(name).exactly(), None, CALLED)? {
            let found = self.object(id)?;
            called
                .push(found.ok_or_else(|| StoreError::Corrupt(format!("a title leads to {id}, which is not there")))?);
        }
        Ok(called)
    }

    /// The objects that commits after a revision touched.
    fn touched_since(&mut self, revision: Revision) -> Result<HashSet<ObjectId>, StoreError> {
        if revision >= self.row.revision {
            return Ok(HashSet::new());
        }
        let entries = self.entries(revision, usize::MAX)?;
        Ok(entries.iter().flat_map(|entry| &entry.objects).map(|object| object.id).collect())
    }

    /// The log entry of a revision.
    pub fn entry(&mut self, revision: Revision) -> Result<Option<LogEntry>, StoreError> {
        past::entry(self.rows, self.row.id, revision)
    }

    /// The last revision that was committed at a time or before; of what is left, when all of it was committed later, nothing.
    pub fn revision_at(&mut self, at: Timestamp) -> Result<Option<Revision>, StoreError> {
        let (mut from, mut to) = (self.row.oldest, self.row.revision.next());
        while from < to {
            let middle = Revision(from.0.midpoint(to.0));
            let entry = self.entry(middle)?;
            let entry = entry.ok_or_else(|| StoreError::Corrupt(format!("the log has no entry {middle}")))?;
            if entry.at <= at { from = middle.next() } else { to = middle }
        }
        Ok((from > self.row.oldest).then(|| Revision(from.0 - 1)))
    }

    /// Log entries after a revision, oldest first, at most `limit`.
    pub fn entries(&mut self, after: Revision, limit: usize) -> Result<Vec<LogEntry>, StoreError> {
        past::check_followed(self.rows, self.row.id, after)?;
        self.rows.entries(self.row.id, after, limit)
    }
}
