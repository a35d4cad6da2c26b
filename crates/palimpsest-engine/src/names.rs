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
    /// The tags that a text names and the space has not.
    new_tags: Vec<(ObjectId, String)>,
    fresh: Option<&'t mut dyn FnMut() -> ObjectId>,
}

struct Lookup<'t> {
    titles: &'t mut dyn Titles,
    by_name: HashMap<String, Rc<Vec<Found>>>,
    by_id: HashMap<ObjectId, Option<Rc<str>>>,
    failure: Option<StoreError>,
}

impl<'t> SpaceNames<'t> {
    /// The names as they are found. Tags are not made.
    pub(crate) fn new(titles: &'t mut dyn Titles, space: SpaceId, known: BTreeSet<ObjectId>) -> Self {
        let lookup = Lookup { titles, by_name: HashMap::new(), by_id: HashMap::new(), failure: None };
        Self { space, known, titles: RefCell::new(lookup), new_tags: Vec::new(), fresh: None }
    }

    /// The same; tags that are not there get ids from `fresh`, for the caller to make.
    pub(crate) fn making(mut self, fresh: &'t mut dyn FnMut() -> ObjectId) -> Self {
        self.fresh = Some(fresh);
        self
    }

    /// The tags to be made; or the error that an answer was wrong by.
    pub(crate) fn finish(self) -> Result<Vec<(ObjectId, String)>, StoreError> {
        self.titles.into_inner().failure.map_or(Ok(self.new_tags), Err)
    }

    fn called(&self, name: &str) -> Rc<Vec<Found>> {
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
        let called = self.called(name);
        let fitting = called.iter().filter(|found| fits(&found.object));
        let named = fitting.filter(|found| rank(&found.object) < 2 || has_other_name(&found.object, &lower));
        named.min_by_key(|found| (rank(&found.object), found.created, found.object.id)).map(|found| found.object.id)
    }
}

/// Whether an object has this name besides its title, in lower case; a daily note has its day.
fn has_other_name(object: &Object, lower: &str) -> bool {
    let aliases = match object.properties.get(&"aliases".into()) {
        Some(palimpsest_model::Value::Aliases(aliases)) => aliases.as_slice(),
        _ => &[],
    };
    let is_note = object.structure == StructureId::BuiltIn(BuiltIn::RootDailyNote);
    aliases.iter().any(|alias| alias.to_lowercase() == lower) || (is_note && object.title().get(..10) == Some(lower))
}

const TAG: StructureId = StructureId::BuiltIn(BuiltIn::RootTag);

impl Names for SpaceNames<'_> {
    fn space(&self) -> SpaceId {
        self.space
    }

    fn object(&self, title: &str, among: &[StructureId]) -> Option<ObjectId> {
        self.meant(title, |object| among.is_empty() || among.contains(&object.structure))
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
        if let Some((_, name)) = self.new_tags.iter().find(|(tag, _)| *tag == id) {
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
        let made = self.new_tags.iter().find(|(_, made)| made.to_lowercase() == lower);
        self.meant(name, |object| object.structure == TAG).or_else(|| made.map(|(id, _)| *id))
    }

    fn new_tag(&mut self, name: &str) -> Option<ObjectId> {
        if let Some(id) = self.tag(name) {
            return Some(id);
        }
        let id = (self.fresh.as_mut()?)();
        self.new_tags.push((id, name.to_owned()));
        Some(id)
    }
}
