//! The plan of an import, as plain data: which objects of which types there will be, under which ids, and what links to them
//! are called.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use palimpsest_markdown::Yaml;
use palimpsest_model::{CollectionId, ObjectId, Revision, Schema, SpaceId, StructureId};
use uuid::Uuid;

use super::index::{Index, Target};
use super::keys::{texts, unbracketed};
use super::limits::Limits;
use super::media::structure_of;
use super::report::Dialect;
use super::shape::{Keys, Shape};
use super::source::Source;
use super::survey::{Finding, From, Piece, Survey, folder_of, name_of, stem};

/// A plan.
pub(crate) struct Plan {
    pub(crate) dialect: Dialect,
    pub(crate) space: SpaceId,
    /// The object types of notes and rows.
    pub(crate) shapes: Vec<Shape>,
    /// The collections that are named.
    pub(crate) collections: Vec<Group>,
    /// The notes and rows.
    pub(crate) notes: Vec<Note>,
    /// The other files.
    pub(crate) media: Vec<Media>,
    /// What links lead to.
    pub(crate) index: Index,
    /// What is left out of single files.
    pub(crate) findings: Vec<Finding>,
}

/// A collection of the plan.
pub(crate) struct Group {
    /// Its id.
    pub(crate) id: CollectionId,
    /// The type of its objects.
    pub(crate) structure: StructureId,
    /// Its title.
    pub(crate) title: String,
    /// Whether it is new.
    pub(crate) made: bool,
}

/// A note or row of the plan.
pub(crate) struct Note {
    pub(crate) id: ObjectId,
    pub(crate) path: String,
    pub(crate) folder: String,
    pub(crate) from: From,
    pub(crate) title: String,
    /// The place of its type.
    pub(crate) shape: usize,
    pub(crate) collections: Vec<CollectionId>,
    /// Of a row what it says; a note is read again.
    pub(crate) entries: Vec<(Arc<str>, Yaml)>,
}

impl Note {
    /// How many bytes it is read from.
    pub(crate) fn size(&self, source: &Source) -> u64 {
        let length = |(_, value): &(_, Yaml)| texts(value).iter().map(String::len).sum::<usize>() as u64;
        match self.from {
            From::Note(at) => source.files[at].size,
            From::Row(_) => self.entries.iter().map(length).sum(),
        }
    }
}

/// A file of the plan.
#[derive(Clone)]
pub(crate) struct Media {
    pub(crate) id: ObjectId,
    /// Its place among the files of the source.
    pub(crate) file: usize,
}

/// The id of something of a source in a space.
pub(crate) fn id_of(space: SpaceId, what: &str, name: &str) -> Uuid {
    Uuid::new_v5(&space.0, format!("import:{what}:{name}").as_bytes())
}

/// Makes the plan.
pub(crate) fn plan(survey: Survey, source: &Source, schema: &Schema, revision: Revision, limits: &Limits) -> Plan {
    let Survey { dialect, pieces, media, findings } = survey;
    let mut maker = Maker {
        plan: Plan {
            dialect,
            space: schema.space.value.id,
            shapes: Vec::new(),
            collections: Vec::new(),
            notes: Vec::new(),
            media: Vec::new(),
            index: Index::default(),
            findings,
        },
        schema,
        seed: revision.0,
        shapes: HashMap::new(),
        groups: HashMap::new(),
        given: HashSet::new(),
        rows: HashMap::new(),
        titles: HashSet::new(),
    };
    for at in media {
        maker.add_media(source, at);
    }
    maker.find_types(&pieces);
    let mut fronts = Vec::with_capacity(pieces.len());
    for piece in pieces {
        fronts.extend(maker.add(piece));
    }
    let mut plan = maker.plan;
    let mut keys: BTreeMap<usize, Keys> = BTreeMap::new();
    for (note, entries) in plan.notes.iter().zip(&fronts) {
        let resolves = |text: &str| {
            let name = unbracketed(text);
            let name = name.split('|').next().unwrap_or_default();
            let name = name.split('#').next().unwrap_or_default();
            plan.index.named(name, &note.folder, &[]).is_some()
        };
        for (key, value) in entries {
            keys.entry(note.shape).or_default().see(key, value, &resolves);
        }
    }
    for (at, keys) in &keys {
        let shape = &mut plan.shapes[*at];
        for key in keys.extend(shape, revision, limits.properties) {
            let title = &shape.structure.title;
            let message =
                format!("there is no room for the property \"{}\"", key.chars().take(100).collect::<String>());
            plan.findings.push(Finding::Problem(title.clone(), message));
        }
    }
    for (note, entries) in plan.notes.iter_mut().zip(fronts) {
        plan.shapes[note.shape].objects += 1;
        if matches!(note.from, From::Row(_)) {
            note.entries = entries;
        }
    }
    plan
}

/// A plan in the making.
pub(super) struct Maker<'m> {
    pub(super) plan: Plan,
    pub(super) schema: &'m Schema,
    /// What was deleted keeps its id: what is made again later gets another one.
    pub(super) seed: u64,
    /// Types by the words that name them, or why there is none.
    pub(super) shapes: HashMap<String, Result<usize, &'static str>>,
    /// Collections by their types and titles; nothing where there is no room.
    pub(super) groups: HashMap<(StructureId, String), Option<CollectionId>>,
    given: HashSet<ObjectId>,
    /// How many rows of a title a table has so far.
    rows: HashMap<(usize, String), usize>,
    /// The notes by type and title.
    titles: HashSet<(usize, String)>,
}

impl Maker<'_> {
    fn add_media(&mut self, source: &Source, at: usize) {
        let path = &source.files[at].path;
        let id = ObjectId(id_of(self.plan.space, "file", path));
        self.given.insert(id);
        self.plan.index.add(Target {
            id,
            structure: structure_of(path),
            group: "Media".to_owned(),
            title: name_of(path).to_owned(),
            aliases: Vec::new(),
            path: Some(path.clone()),
            folder: folder_of(path).to_owned(),
            is_there: true,
        });
        self.plan.media.push(Media { id, file: at });
    }

    /// Adds a note or row; answers what its front says, unless it is there already.
    fn add(&mut self, piece: Piece) -> Option<Vec<(Arc<str>, Yaml)>> {
        let shape = self.shape_of(&piece);
        let Piece { path, folder, from, title, front } = piece;
        let shape = match shape {
            Ok(shape) => shape,
            Err(message) => {
                self.plan.findings.push(Finding::Refused(from, path, message.to_owned()));
                return None;
            }
        };
        if matches!(from, From::Row(_)) && self.titles.contains(&(shape, title.clone())) {
            self.notice(&path, "rows that tell of a note are not imported again");
            return None;
        }
        let name = match from {
            From::Note(_) => path.clone(),
            From::Row(table) => {
                let count = self.rows.entry((table, title.clone())).or_default();
                *count += 1;
                let table = path.rsplit_once(", line ").map_or(path.as_str(), |(table, _)| table);
                format!("{table}\n{title}\n{count}")
            }
        };
        let own = ObjectId(id_of(self.plan.space, "note", &name));
        let mut id = front.id.map_or(own, ObjectId);
        if !self.given.insert(id) {
            let message = "the id is that of another file: it gets another one".to_owned();
            self.plan.findings.push(Finding::Problem(path.clone(), message));
            self.given.insert(own);
            id = own;
        }
        if stem(&path).len() == "2026-11-22".len() && palimpsest_model::Timestamp::parse(stem(&path)).is_some() {
            self.notice(&path, "daily notes become pages with the day as their title");
        }
        let structure = self.plan.shapes[shape].structure.id;
        let mut groups = front.collections;
        if self.plan.dialect != Dialect::Capacities && matches!(from, From::Note(_)) && !folder.is_empty() {
            groups.push(folder.clone());
        }
        let collections = groups.iter().filter_map(|title| self.collection(structure, title, &path)).collect();
        if matches!(from, From::Note(_)) {
            self.titles.insert((shape, title.clone()));
        }
        self.plan.index.add(Target {
            id,
            structure,
            group: self.plan.shapes[shape].structure.title.clone(),
            title: title.clone(),
            aliases: front.aliases,
            path: matches!(from, From::Note(_)).then(|| path.clone()),
            folder: folder.clone(),
            is_there: true,
        });
        self.plan.notes.push(Note { id, path, folder, from, title, shape, collections, entries: Vec::new() });
        Some(front.entries)
    }

    pub(super) fn notice(&mut self, path: &str, what: &'static str) {
        self.plan.findings.push(Finding::Notice(path.to_owned(), what));
    }
}
