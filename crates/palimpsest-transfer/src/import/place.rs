//! Where notes and rows belong: their object types and their collections.

use std::collections::HashMap;

use palimpsest_model::{BuiltIn, CollectionId, MAX_COLLECTIONS, MAX_NAME, MAX_STRUCTURES, StructureId};

use super::plan::{Group, Maker, id_of};
use super::report::Dialect;
use super::shape::{Found, Shape, find};
use super::survey::{Finding, From, Piece};

/// So many collections an import names.
const MOST_COLLECTIONS: usize = 2_000;

/// Who names a type: the earlier is heard first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Namer {
    Note,
    Folder,
    Table,
}

impl Maker<'_> {
    /// Finds the types of all pieces, and plans those that are missing. Notes are heard before folders and folders before
    /// tables, the shorter word first: so the plural finds the type of its singular, as it does when all of it is there.
    pub(super) fn find_types(&mut self, pieces: &[Piece]) {
        let mut first: HashMap<String, (Namer, usize)> = HashMap::new();
        for (at, piece) in pieces.iter().enumerate() {
            let (namer, word) = self.word(piece);
            let found = first.entry(word.to_lowercase()).or_insert((namer, at));
            *found = (*found).min((namer, at));
        }
        let words: HashMap<String, Namer> = first.iter().map(|(word, (namer, _))| (word.clone(), *namer)).collect();
        let mut order: Vec<_> =
            first.into_iter().map(|(word, (namer, at))| (namer, word.chars().count(), at, word)).collect();
        order.sort_unstable();
        for (_, _, at, word) in order {
            if !self.shapes.contains_key(&word) {
                let found = self.find_type(&pieces[at], &words);
                self.shapes.insert(word, found);
            }
        }
    }

    /// The place of the type of a piece, or why it has none.
    pub(super) fn shape_of(&self, piece: &Piece) -> Result<usize, &'static str> {
        let (_, word) = self.word(piece);
        self.shapes.get(&word.to_lowercase()).copied().unwrap_or(Err(NO_ROOM))
    }

    /// The word for the type of a piece, and who says it.
    fn word<'p>(&self, piece: &'p Piece) -> (Namer, &'p str) {
        let said = piece.front.kind.as_deref().map(str::trim).filter(|word| !word.is_empty());
        let folder = top(piece).filter(|_| self.plan.dialect == Dialect::Capacities).map(str::trim);
        match (piece.from, said, folder.filter(|word| !word.is_empty())) {
            (From::Row(_), word, _) => (Namer::Table, word.unwrap_or(PAGE)),
            (From::Note(_), Some(word), _) => (Namer::Note, word),
            (From::Note(_), None, word) => (Namer::Folder, word.unwrap_or(PAGE)),
        }
    }

    fn find_type(&mut self, piece: &Piece, words: &HashMap<String, Namer>) -> Result<usize, &'static str> {
        let (_, word) = self.word(piece);
        let id = match find(self.schema, word) {
            Found::Type(id) => Some(id),
            Found::Other => {
                self.notice(
                    &piece.path,
                    "objects of types that are made in other ways (media, daily notes) become pages",
                );
                Some(StructureId::BuiltIn(BuiltIn::RootPage))
            }
            Found::Nothing => None,
        };
        let shape = match id.and_then(|id| self.schema.structure(id)) {
            Some(known) => Shape::of(&known.value),
            None => self.new_type(word, piece, words)?,
        };
        let same = self.plan.shapes.iter().position(|other| other.structure.id == shape.structure.id);
        let at = same.unwrap_or(self.plan.shapes.len());
        if shape.made {
            self.shapes.entry(shape.structure.plural_name.to_lowercase()).or_insert(Ok(at));
        }
        if same.is_none() {
            self.plan.shapes.push(shape);
        }
        Ok(at)
    }

    /// A type of a name that means nothing yet. Its plural means nothing else either.
    fn new_type(&self, word: &str, piece: &Piece, words: &HashMap<String, Namer>) -> Result<Shape, &'static str> {
        if word.chars().count() > MAX_NAME {
            return Err("the name of its type is too long");
        }
        if self.schema.structures.len() + self.plan.shapes.iter().filter(|shape| shape.made).count() >= MAX_STRUCTURES {
            return Err(NO_ROOM);
        }
        let lower = word.to_lowercase();
        let is_free = |plural: &String| {
            let plural = plural.to_lowercase();
            plural != lower
                && !self.shapes.contains_key(&plural)
                && plural.chars().count() <= MAX_NAME
                && matches!(find(self.schema, &plural), Found::Nothing)
        };
        let folder = top(piece).filter(|_| self.plan.dialect == Dialect::Capacities).map(|top| top.trim().to_owned());
        let folder = folder.filter(|top| !top.is_empty() && words.get(&top.to_lowercase()) != Some(&Namer::Note));
        // The usual plural, where it is a word of the source too; else the folder knows better.
        let usual = format!("{word}s");
        let is_said = words.contains_key(&usual.to_lowercase());
        let plurals = if is_said { [Some(usual), folder] } else { [folder, Some(usual)] };
        let plural = plurals.into_iter().flatten().find(is_free);
        let name = format!("{lower}\n{}", self.seed);
        Ok(Shape::new(id_of(self.plan.space, "type", &name), word, plural.as_deref().unwrap_or(word)))
    }

    /// The collection of a title for objects of a type; what has no room is told once.
    pub(super) fn collection(&mut self, structure: StructureId, title: &str, path: &str) -> Option<CollectionId> {
        let title = title.trim();
        if title.is_empty() {
            return None;
        }
        let key = (structure, title.to_owned());
        if let Some(found) = self.groups.get(&key) {
            return *found;
        }
        let found = self.find_collection(structure, title);
        if let Err(message) = found {
            let title: String = title.chars().take(100).collect();
            let message = format!("no collection \"{title}\": {message}");
            self.plan.findings.push(Finding::Problem(path.to_owned(), message));
        }
        self.groups.insert(key, found.ok());
        found.ok()
    }

    fn find_collection(&mut self, structure: StructureId, title: &str) -> Result<CollectionId, &'static str> {
        if title.chars().count() > MAX_NAME {
            return Err("the title is too long");
        }
        if self.plan.collections.len() >= MOST_COLLECTIONS {
            return Err("the import names too many of them");
        }
        let there = self.schema.collections.iter().map(|collection| &collection.value);
        let known = there.filter(|it| it.structure == structure && it.title == title).map(|it| it.id).next();
        let new = self.plan.collections.iter().filter(|group| group.made).count();
        if known.is_none() && self.schema.collections.len() + new >= MAX_COLLECTIONS {
            return Err("the space has no room for another one");
        }
        let made = CollectionId(id_of(self.plan.space, "collection", &format!("{structure}\n{title}\n{}", self.seed)));
        let id = known.unwrap_or(made);
        let group = Group { id, structure, title: title.to_owned(), made: known.is_none() };
        self.plan.collections.push(group);
        Ok(id)
    }
}

const PAGE: &str = "Page";
const NO_ROOM: &str = "the space has no room for another object type";

/// The folder at the top that a piece lies in.
fn top(piece: &Piece) -> Option<&str> {
    piece.folder.split('/').next().filter(|top| !top.is_empty())
}
