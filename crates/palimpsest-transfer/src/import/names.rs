//! What names mean in a note of a source.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};

use palimpsest_markdown::Names;
use palimpsest_model::{BuiltIn, ObjectId, SpaceId, StructureId};

use super::index::{Index, relative_path};
use super::plan::id_of;

/// The tags of a space and those that the source names besides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tags {
    /// By their names in lower case.
    known: HashMap<String, ObjectId>,
    titles: HashMap<ObjectId, String>,
    /// Those that are in the trash or gone, and cannot be made again.
    lost: HashSet<ObjectId>,
    /// Those that have to be made.
    pub(crate) new: Vec<(ObjectId, String)>,
}

impl Tags {
    /// Adds a tag that is there; of several of one name the first counts.
    pub(crate) fn add(&mut self, id: ObjectId, name: &str) {
        self.known.entry(name.to_lowercase()).or_insert(id);
        self.titles.insert(id, name.to_owned());
    }

    /// Takes away a tag that cannot be made.
    pub(crate) fn lose(&mut self, id: ObjectId) {
        self.lost.insert(id);
        self.known.retain(|_, known| *known != id);
        self.titles.remove(&id);
        self.new.retain(|(new, _)| *new != id);
    }

    fn make(&mut self, space: SpaceId, name: &str) -> Option<ObjectId> {
        let name = name.trim();
        let id = ObjectId(id_of(space, "tag", &name.to_lowercase()));
        if name.is_empty() || self.lost.contains(&id) {
            return None;
        }
        self.add(id, name);
        self.new.push((id, name.to_owned()));
        Some(id)
    }
}

/// The names of the source, as a note of a folder asks for them.
pub(crate) struct NoteNames<'p> {
    pub(crate) space: SpaceId,
    pub(crate) index: &'p Index,
    pub(crate) tags: &'p mut Tags,
    pub(crate) folder: &'p str,
    pub(crate) own: ObjectId,
    pub(crate) asked: Asked,
}

/// What a note asked for.
#[derive(Default)]
pub(crate) struct Asked {
    /// The names that mean nothing.
    pub(crate) missed: RefCell<BTreeSet<String>>,
    /// Whether a name was that of a part of a note.
    pub(crate) parts: Cell<bool>,
    /// The tags that it has.
    pub(crate) tags: RefCell<BTreeSet<ObjectId>>,
}

const TAG: StructureId = StructureId::BuiltIn(BuiltIn::RootTag);

impl NoteNames<'_> {
    fn find(&self, name: &str, among: &[StructureId]) -> Option<ObjectId> {
        if let Some(found) = self.index.named(name, self.folder, among) {
            return Some(found.id);
        }
        // The width of an image stands where another text stands for a note.
        if let Some((file, _)) = name.split_once('|')
            && let Some(found) = self.index.named(file, self.folder, among).filter(|target| target.group == "Media")
        {
            return Some(found.id);
        }
        let (note, _) = name.split_once('#').filter(|_| !name.contains('|'))?;
        self.asked.parts.set(true);
        if note.trim().is_empty() {
            return Some(self.own);
        }
        self.index.named(note, self.folder, among).map(|target| target.id)
    }

    fn miss(&self, name: &str) {
        self.asked.missed.borrow_mut().insert(name.to_owned());
    }

    fn known_tag(&self, name: &str) -> Option<ObjectId> {
        let planned = self.index.in_structure(TAG, name).map(|target| target.id);
        planned.or_else(|| self.tags.known.get(&name.trim().to_lowercase()).copied())
    }
}

/// Whether a path is that of a file: it has a short ending.
fn is_file(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending);
    let is_short = |ending: &str| (1..=8).contains(&ending.len()) && ending.chars().all(|c| c.is_ascii_alphanumeric());
    !path.starts_with('[') && ending.is_some_and(is_short)
}

impl Names for NoteNames<'_> {
    fn space(&self) -> SpaceId {
        self.space
    }

    fn object(&self, title: &str, among: &[StructureId]) -> Option<ObjectId> {
        let found = self.find(title, among);
        // What has a bar is asked for again without it; a date is no title; a tag is made when it is not there.
        if found.is_none() && !title.contains('|') && !title.starts_with("date/") && among != [TAG] {
            self.miss(title);
        }
        found
    }

    fn object_in(&self, group: &str, title: &str) -> Option<ObjectId> {
        let found = self.index.in_group(group, title).map(|target| target.id);
        if found.is_some() {
            self.asked.missed.borrow_mut().remove(&format!("{group}/{title}"));
        }
        found
    }

    fn linked(&self, url: &str) -> Option<ObjectId> {
        let found = self.index.linked(url, self.folder).map(|target| target.id);
        if found.is_none() && relative_path(url).is_some_and(|path| is_file(&path)) {
            self.miss(url);
        }
        found
    }

    fn title(&self, id: ObjectId) -> Option<String> {
        let title = self.index.get(id).map(|target| target.title.clone());
        title.or_else(|| self.tags.titles.get(&id).cloned())
    }

    fn is_unique(&self, _: &str) -> bool {
        // Nothing is written here.
        false
    }

    fn tag(&self, name: &str) -> Option<ObjectId> {
        let found = self.known_tag(name);
        self.asked.tags.borrow_mut().extend(found);
        found
    }

    fn new_tag(&mut self, name: &str) -> Option<ObjectId> {
        let found = self.known_tag(name).or_else(|| self.tags.make(self.space, name));
        self.asked.tags.borrow_mut().extend(found);
        found
    }
}
