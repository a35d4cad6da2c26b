//! What every object of an export is called there, found before the first is written: links lead to names.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use palimpsest_model::{BuiltIn, FileHash, Object, ObjectId, Schema, State, StructureId, Timestamp};
use palimpsest_store::{Found, List, Snapshot, StoreError};

use super::name::{Taken, likeness, safe, safe_file};
use crate::form::{MANIFEST, MEDIA, OBJECTS};

/// So many objects are looked at together.
const AT_ONCE: usize = 500;

/// The objects of a space and where they lie in its export.
pub(super) struct Index {
    /// By id, which is the order they are written in.
    pub(super) entries: BTreeMap<ObjectId, Entry>,
    /// How many in the trash are none of them, because nothing says any more what they are made of.
    pub(super) left_out: usize,
    /// Where the bytes of files lie, and how many they are.
    pub(super) media: BTreeMap<FileHash, Media>,
    /// How many objects have a name or a title, and how many media, in whatever folder.
    stems: HashMap<String, u32>,
    /// The first tag of each name in lower case.
    tags: HashMap<String, ObjectId>,
}

/// One object.
pub(super) struct Entry {
    pub(super) state: State,
    pub(super) title: String,
    /// Its Markdown file: the folder and the name without ending; nothing for what lies in the trash and for dates.
    pub(super) place: Option<(usize, String)>,
    /// The first of its files.
    pub(super) file: Option<FileHash>,
}

/// The bytes of a file.
pub(super) struct Media {
    pub(super) path: String,
    pub(super) size: u64,
    /// The first object that has it, by id.
    pub(super) object: ObjectId,
}

/// The folders of the structures, in their order.
pub(super) fn folders(schema: &Schema) -> Vec<String> {
    let mut taken = Taken::default();
    for reserved in [OBJECTS, MEDIA, MANIFEST] {
        taken.take(reserved, "");
    }
    schema.structures.iter().map(|structure| taken.take(&safe(&structure.value.plural_name), "")).collect()
}

impl Index {
    /// Looks at every object of a space.
    pub(super) fn of(snapshot: &mut Snapshot<'_>) -> Result<Self, StoreError> {
        let (entries, media) = (BTreeMap::new(), BTreeMap::new());
        let mut index = Self { entries, left_out: 0, media, stems: HashMap::new(), tags: HashMap::new() };
        let known = Arc::clone(snapshot.schema());
        let mut structures = HashMap::new();
        let mut files = BTreeMap::new();
        each(snapshot, |found| {
            let object = &found.object;
            if known.structure(object.structure).is_none() {
                index.left_out += 1;
                return;
            }
            for (at, file) in object.files.iter().enumerate() {
                // Not the first that is seen: the order in which objects were made is no part of a space.
                let (first, named) = ((object.id, at), || ((object.id, at), file.size, file.name.clone()));
                let known = files.entry(file.hash).or_insert_with(named);
                if first < known.0 {
                    *known = named();
                }
            }
            structures.insert(object.id, object.structure);
            let (title, file) = (object.title().to_owned(), object.files.first().map(|file| file.hash));
            index.entries.insert(object.id, Entry { state: found.state, title, place: None, file });
        })?;
        index.name(snapshot.schema(), &structures);
        let mut taken = Taken::default();
        for (hash, ((object, _), size, name)) in files {
            let (stem, ending) = safe_file(&name);
            let name = taken.take(&stem, &ending);
            *index.stems.entry(likeness(&name)).or_default() += 1;
            let path = format!("{MEDIA}/{name}");
            index.media.insert(hash, Media { path, size, object });
        }
        Ok(index)
    }

    fn name(&mut self, schema: &Schema, structures: &HashMap<ObjectId, StructureId>) {
        let mut taken: Vec<_> = schema.structures.iter().map(|_| Taken::default()).collect();
        for (id, entry) in self.entries.iter_mut().filter(|(_, entry)| entry.state == State::Live) {
            let Some(structure) = structures.get(id) else { continue };
            if *structure == StructureId::BuiltIn(BuiltIn::RootTag) {
                self.tags.entry(entry.title.to_lowercase()).or_insert(*id);
            }
            let at = schema.structures.iter().position(|other| other.value.id == *structure);
            let Some(at) = at.filter(|at| schema.structures[*at].value.listed) else { continue };
            let name = taken[at].take(&safe(called(&entry.title, *structure)), "");
            let (file, title) = (likeness(&name), likeness(&entry.title));
            if file != title {
                *self.stems.entry(title).or_default() += 1;
            }
            // What stands for media is shown by its bytes, so it is never named.
            *self.stems.entry(file).or_default() += if entry.file.is_some() { 2 } else { 1 };
            entry.place = Some((at, name));
        }
    }

    /// Whether `[[title]]` leads to one file, that of the one object that has this title.
    pub(super) fn is_the_file(&self, title: &str) -> bool {
        safe(title) == title && self.stems.get(&likeness(title)) == Some(&1)
    }

    /// The tag of a name.
    pub(super) fn tag(&self, name: &str) -> Option<ObjectId> {
        self.tags.get(&name.to_lowercase()).copied()
    }
}

/// What the file of an object is called: its title; of a day, the bare day.
fn called(title: &str, structure: StructureId) -> &str {
    let is_day = structure == StructureId::BuiltIn(BuiltIn::RootDailyNote) && Timestamp::parse(title).is_some();
    title.get(..10).filter(|_| is_day).unwrap_or(title)
}

/// Calls `visit` with every object that can be seen or lies in the trash.
fn each(snapshot: &mut Snapshot<'_>, mut visit: impl FnMut(Found)) -> Result<(), StoreError> {
    let revision = snapshot.row().revision;
    for list in [List::All, List::Trash] {
        let mut after = None;
        loop {
            let places = snapshot.places_at(list, revision, after, AT_ONCE)?;
            let Some((last, _)) = places.last() else { break };
            after = Some(*last);
            for (place, _) in places {
                visit(snapshot.member(list, place)?);
            }
        }
    }
    Ok(())
}

/// Where the bytes of the files of an object lie.
pub(super) fn media_of(index: &Index, object: &Object) -> Vec<String> {
    object.files.iter().filter_map(|file| index.media.get(&file.hash)).map(|media| media.path.clone()).collect()
}
