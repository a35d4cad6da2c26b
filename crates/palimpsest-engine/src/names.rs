//! What titles mean in a space, as reading and writing Markdown ask.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use palimpsest_markdown::Names;
use palimpsest_model::{BuiltIn, Object, ObjectId, Schema, SpaceId, State, StructureId};
use palimpsest_store::{Found, Snapshot, StoreError, Tx};

/// Where titles are looked up: a snapshot, or a transaction with what it put.
pub(crate) trait Titles {
    fn called(&mut self, name: &str) -> Result<Vec<Found>, StoreError>;
    fn object(&mut self, id: ObjectId) -> Result<Option<Found>, StoreError>;
    fn schema(&self) -> &Schema;
}

impl Titles for Tx<'_> {
    fn called(&mut self, name: &str) -> Result<Vec<Found>, StoreError> {
        Tx::called(self, name)
    }

    fn object(&mut self, id: ObjectId) -> Result<Option<Found>, StoreError> {
        Tx::object(self, id)
    }

    fn schema(&self) -> &Schema {
        Tx::schema(self)
    }
}

impl Titles for Snapshot<'_> {
    fn called(&mut self, name: &str) -> Result<Vec<Found>, StoreError> {
        Snapshot::called(self, name)
    }

    fn object(&mut self, id: ObjectId) -> Result<Option<Found>, StoreError> {
        Snapshot::object(self, id)
    }

    fn schema(&self) -> &Schema {
        Snapshot::schema(self)
    }
}

/// The names of a space, looked up as they are asked for. A title means the object that has exactly it, else the one that has it
/// in another case, else the one that has it as another name; of several the oldest.
pub(crate) struct SpaceNames<'t> {
    space: SpaceId,
    /// Objects that a link may lead to whatever became of them.
    known: BTreeSet<ObjectId>,
    titles: RefCell<Lookup<'t>>,
    /// The object that is being made, and its title.
    own: Option<(ObjectId, String)>,
    /// The tags that a text names and the space has not, and where they stand by id and by name in lower case.
    new_tags: Vec<(ObjectId, String)>,
    places: HashMap<ObjectId, usize>,
    by_lower: HashMap<String, ObjectId>,
    fresh: Option<&'t mut dyn FnMut() -> ObjectId>,
}

struct Lookup<'t> {
    titles: &'t mut dyn Titles,
    by_name: HashMap<String, Rc<Vec<Found>>>,
    by_id: HashMap<ObjectId, Option<Rc<str>>>,
    /// The known objects that cannot be seen, once they were looked for.
    lost: Option<Rc<Vec<Found>>>,
    failure: Option<StoreError>,
}

impl<'t> SpaceNames<'t> {
    /// The names as they are found. Tags are not made.
    pub(crate) fn new(titles: &'t mut dyn Titles, space: SpaceId, known: BTreeSet<ObjectId>) -> Self {
        let lookup = Lookup { titles, by_name: HashMap::new(), by_id: HashMap::new(), lost: None, failure: None };
        let (places, by_lower) = (HashMap::new(), HashMap::new());
        Self {
            space,
            known,
            titles: RefCell::new(lookup),
            own: None,
            new_tags: Vec::new(),
            places,
            by_lower,
            fresh: None,
        }
    }

    /// The same; tags that are not there get ids from `fresh`, for the caller to make.
    pub(crate) fn making(mut self, fresh: &'t mut dyn FnMut() -> ObjectId) -> Self {
        self.fresh = Some(fresh);
        self
    }

    /// The title of the object that is being made, which the space does not know yet.
    pub(crate) fn call_own(&mut self, id: ObjectId, title: &str) {
        self.own = Some((id, title.to_owned()));
    }

    /// The tags to be made; or the error that an answer was wrong by.
    pub(crate) fn finish(self) -> Result<Vec<(ObjectId, String)>, StoreError> {
        self.titles.into_inner().failure.map_or(Ok(self.new_tags), Err)
    }

    fn called(&self, name: &str) -> Rc<Vec<Found>> {
        if self.new_tags.len() > MOST_TAGS {
            // The text is going to be refused.
            return Rc::default();
        }
        let lookup = &mut *self.titles.borrow_mut();
        if let Some(known) = lookup.by_name.get(name) {
            return Rc::clone(known);
        }
        let found = lookup.titles.called(name).unwrap_or_else(|error| {
            lookup.failure = Some(error);
            Vec::new()
        });
        let found = Rc::new(found);
        lookup.by_name.insert(name.to_owned(), Rc::clone(&found));
        found
    }

    /// The object that a name means among those that fit.
    fn meant(&self, name: &str, fits: impl Fn(&Object) -> bool) -> Option<ObjectId> {
        let lower = name.to_lowercase();
        let rank = |object: &Object| match object.title() {
            title if title == name => 0,
            title if title.to_lowercase() == lower => 1,
            _ => 2,
        };
        let among = |objects: &[Found]| {
            let fitting = objects.iter().filter(|found| fits(&found.object));
            let named = fitting.filter(|found| rank(&found.object) < 2 || has_other_name(&found.object, &lower));
            named.min_by_key(|found| (rank(&found.object), found.created, found.object.id)).map(|found| found.object.id)
        };
        among(&self.called(name)).or_else(|| among(&self.lost()))
    }

    /// The known objects that cannot be seen any more: a text of before names them by their titles.
    fn lost(&self) -> Rc<Vec<Found>> {
        let lookup = &mut *self.titles.borrow_mut();
        if let Some(lost) = &lookup.lost {
            return Rc::clone(lost);
        }
        let mut lost = Vec::new();
        for id in &self.known {
            match lookup.titles.object(*id) {
                Ok(found) => lost.extend(found.filter(|found| found.state == State::Trashed)),
                Err(error) => lookup.failure = Some(error),
            }
        }
        let lost = Rc::new(lost);
        lookup.lost = Some(Rc::clone(&lost));
        lost
    }
}

/// Whether an object has this name besides its title, in lower case; a daily note has its day.
fn has_other_name(object: &Object, lower: &str) -> bool {
    let aliases = match object.properties.get("aliases") {
        Some(palimpsest_model::Value::Aliases(aliases)) => aliases.as_slice(),
        _ => &[],
    };
    let is_note = object.structure == StructureId::BuiltIn(BuiltIn::RootDailyNote);
    aliases.iter().any(|alias| alias.to_lowercase() == lower) || (is_note && object.title().get(..10) == Some(lower))
}

/// One text makes at most this many tags.
pub(crate) const MOST_TAGS: usize = 1_000;

const TAG: StructureId = StructureId::BuiltIn(BuiltIn::RootTag);

impl Names for SpaceNames<'_> {
    fn space(&self) -> SpaceId {
        self.space
    }

    fn object(&self, title: &str, among: &[StructureId]) -> Option<ObjectId> {
        let found = self.meant(title, |object| among.is_empty() || among.contains(&object.structure));
        let own = || self.own.as_ref().filter(|(_, own)| among.is_empty() && own == title).map(|(id, _)| *id);
        let is_tag_allowed = among.is_empty() || among.contains(&TAG);
        let made = || self.by_lower.get(&title.to_lowercase()).copied().filter(|_| is_tag_allowed);
        found.or_else(own).or_else(made)
    }

    fn object_in(&self, group: &str, title: &str) -> Option<ObjectId> {
        let group = group.to_lowercase();
        let (structures, collections) = {
            let lookup = self.titles.borrow();
            let schema = lookup.titles.schema();
            let structures = schema.structures.iter().map(|structure| &structure.value);
            let collections = schema.collections.iter().map(|collection| &collection.value);
            let structures: Vec<_> = structures.filter(|it| it.title.to_lowercase() == group).map(|it| it.id).collect();
            let collections: Vec<_> =
                collections.filter(|it| it.title.to_lowercase() == group).map(|it| it.id).collect();
            (structures, collections)
        };
        self.meant(title, |object| {
            structures.contains(&object.structure) || object.collections.iter().any(|id| collections.contains(id))
        })
    }

    fn title(&self, id: ObjectId) -> Option<String> {
        if let Some((_, name)) = self.places.get(&id).and_then(|place| self.new_tags.get(*place)) {
            return Some(name.clone());
        }
        let lookup = &mut *self.titles.borrow_mut();
        if let Some(known) = lookup.by_id.get(&id) {
            return known.as_ref().map(|title| title.to_string());
        }
        let found = lookup.titles.object(id).unwrap_or_else(|error| {
            lookup.failure = Some(error);
            None
        });
        let live = found.filter(|found| found.state == State::Live);
        let title: Option<Rc<str>> = live.map(|found| found.object.title().into());
        lookup.by_id.insert(id, title.clone());
        title.map(|title| title.to_string())
    }

    fn exists(&self, id: ObjectId) -> bool {
        self.known.contains(&id) || self.title(id).is_some()
    }

    fn is_unique(&self, title: &str) -> bool {
        self.called(title).iter().filter(|found| found.object.title() == title).count() == 1
    }

    fn tag(&self, name: &str) -> Option<ObjectId> {
        let lower = name.to_lowercase();
        let made = self.by_lower.get(&lower).copied();
        made.or_else(|| self.meant(name, |object| object.structure == TAG))
    }

    fn new_tag(&mut self, name: &str) -> Option<ObjectId> {
        if let Some(id) = self.tag(name) {
            return Some(id);
        }
        if self.new_tags.len() > MOST_TAGS {
            return None;
        }
        let id = (self.fresh.as_mut()?)();
        self.places.insert(id, self.new_tags.len());
        self.by_lower.insert(name.to_lowercase(), id);
        self.new_tags.push((id, name.to_owned()));
        Some(id)
    }
}
