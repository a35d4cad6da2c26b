//! Checks that depend on the state of the space: properties against their structure, referred objects, collections. Every
//! problem is noted with its path.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use palimpsest_model::{
    BlockDraft, CollectionId, Content, LinkTarget, Object, ObjectId, Path, Problem, Problems, PropertyId, PropertyKind,
    Schema, State, Structure, StructureId, Timestamp, Token, Value, check_property,
};
use palimpsest_store::Tx;

use crate::dates::{date_of, ensure_date};
use crate::error::Error;
use crate::operation::Ignored;
use crate::references::Known;

/// Checks what is written to one object.
pub(crate) struct Checks<'c, 'r> {
    pub(crate) tx: &'c mut Tx<'r>,
    id: ObjectId,
    structure: &'c Structure,
    /// Objects that may be referred to whatever became of them: the object itself, and what it referred to before.
    known: Rc<Known>,
    days: BTreeSet<Timestamp>,
    /// Where all of it was read from, when that is one text.
    within: Option<Path>,
    problems: Problems,
    /// Options that a single choice does not keep.
    dropped: Vec<Path>,
}

impl<'c, 'r> Checks<'c, 'r> {
    /// Checks of an object that has this structure and, when it exists already, looked like this.
    pub(crate) fn new(
        tx: &'c mut Tx<'r>,
        structure: &'c Structure,
        id: ObjectId,
        before: Option<&Arc<Object>>,
    ) -> Self {
        Self::knowing(tx, structure, id, Rc::new(Known::of(id, before)))
    }

    /// Checks of an object that may refer to these whatever became of them.
    pub(crate) fn knowing(tx: &'c mut Tx<'r>, structure: &'c Structure, id: ObjectId, known: Rc<Known>) -> Self {
        Self {
            tx,
            id,
            structure,
            known,
            days: BTreeSet::new(),
            within: None,
            problems: Problems::default(),
            dropped: Vec::new(),
        }
    }

    /// Checks of what was read from one text: every problem found from now on stands at its path.
    pub(crate) fn within(mut self, path: &Path) -> Self {
        self.within = Some(path.clone());
        self
    }

    /// Ends the checks: all problems; or what was dropped is noted, and the dates that links refer to are made.
    pub(crate) fn finish(self, ignored: &mut Ignored) -> Result<(), Error> {
        self.problems.check(())?;
        ignored.extend(self.dropped);
        for day in self.days {
            ensure_date(self.tx, day)?;
        }
        Ok(())
    }

    /// Checks collections, which stand at a path; answers them without repetitions, in the order sent.
    pub(crate) fn collections(&mut self, ids: &[CollectionId], at: &Path) -> Vec<CollectionId> {
        let mut kept = Vec::new();
        for (index, id) in ids.iter().enumerate() {
            if let Some(problem) = misplaced(self.tx.schema(), Some(self.structure), *id) {
                self.problem(at.clone().index(index), problem);
            }
            if !kept.contains(id) {
                kept.push(*id);
            }
        }
        kept
    }

    /// Checks property values; answers them in normal form.
    pub(crate) fn properties(&mut self, values: &[(PropertyId, Value)]) -> Result<BTreeMap<PropertyId, Value>, Error> {
        let mut checked = BTreeMap::new();
        for (id, value) in values {
            let at = Path::keys(&["properties", &id.0]);
            checked.extend(self.value(id, value, &at, &at)?.map(|value| (id.clone(), value)));
        }
        Ok(checked)
    }

    /// Checks the value of a property, which stands at a path, as its name does; answers it in normal form, or nothing after a
    /// problem.
    pub(crate) fn value(
        &mut self,
        id: &PropertyId,
        sent: &Value,
        name: &Path,
        at: &Path,
    ) -> Result<Option<Value>, Error> {
        let value = match check_property(self.structure, id, sent.clone()) {
            Ok(value) => value,
            Err(problem) => {
                // It stands at `properties.<id>`, or below that when it is one of the value.
                let below = problem.path.0.get(2..).unwrap_or_default();
                let at = if below.is_empty() { name } else { at };
                self.problem(Path([&at.0, below].concat()), problem.message);
                return Ok(None);
            }
        };
        let path = at.clone().key(value.kind());
        match (&value, sent) {
            (Value::Entity(targets), _) => {
                for (index, target) in targets.iter().enumerate() {
                    self.entity(id, *target, path.clone().index(index).key("id"))?;
                }
            }
            (Value::RichText(tokens), _) => self.tokens(tokens, &path.key("value"))?,
            (Value::Label(kept), Value::Label(sent)) => {
                let places = sent.iter().enumerate().filter(|(_, id)| !kept.contains(id));
                self.dropped.extend(places.map(|(index, _)| path.clone().index(index)));
            }
            _ => {}
        }
        Ok(Some(value))
    }

    /// Checks an object that comes whole against the space: its collections, and what its properties allow. It may refer to
    /// what is gone, as everything may that was written before that went; `coming` is what is not there yet.
    pub(crate) fn whole(
        mut self,
        object: &Object,
        coming: &BTreeMap<ObjectId, StructureId>,
    ) -> Result<Problems, Error> {
        let at = Path::keys(&["collections"]);
        if self.collections(&object.collections, &at).len() < object.collections.len() {
            self.problem(at, "A collection is named twice");
        }
        for (id, value) in &object.properties {
            let Value::Entity(targets) = value else { continue };
            for (index, target) in targets.iter().enumerate() {
                let there = self.tx.object(*target)?.map(|found| found.object.structure);
                if let Some(structure) = there.or_else(|| coming.get(target).copied()) {
                    let path = Path::keys(&["properties", &id.0, "entity"]).index(index).key("id");
                    self.allowed(id, structure, path);
                }
            }
        }
        Ok(self.problems)
    }

    /// Notes a problem.
    pub(crate) fn problem(&mut self, path: Path, message: impl Into<String>) {
        let path = self.within.clone().unwrap_or(path);
        self.problems.push(Problem::new(path, message));
    }

    /// Notes what is dropped.
    pub(crate) fn drops(&mut self, path: Path) {
        self.dropped.push(path);
    }

    /// Checks body sections and what their blocks refer to; fills in the dates that embeds stand for.
    pub(crate) fn sections(&mut self, sections: &mut BTreeMap<PropertyId, Vec<BlockDraft>>) -> Result<(), Error> {
        for (section, drafts) in sections {
            let path = Path::keys(&["blocks", &section.0]);
            self.section(section, path.clone());
            if self.structure.has_section(section) {
                self.drafts(drafts, &path)?;
            }
        }
        Ok(())
    }

    /// Checks that an id names a body section.
    pub(crate) fn section(&mut self, section: &PropertyId, path: Path) {
        if !self.structure.has_section(section) {
            let known: Vec<_> = self.structure.sections().map(|known| format!("\"{known}\"")).collect();
            let message = format!("Unknown block property: expected one of {}", known.join("|"));
            self.problem(path, message);
        }
    }

    /// Checks what blocks refer to; fills in the dates that embeds stand for.
    pub(crate) fn drafts(&mut self, drafts: &mut [BlockDraft], path: &Path) -> Result<(), Error> {
        for (index, draft) in drafts.iter_mut().enumerate() {
            self.draft(draft, &path.clone().index(index))?;
        }
        Ok(())
    }

    /// Checks what one block refers to, with everything below it.
    pub(crate) fn draft(&mut self, draft: &mut BlockDraft, path: &Path) -> Result<(), Error> {
        match &mut draft.content {
            Content::Text(text) => self.tokens(&text.tokens, &path.clone().key("tokens"))?,
            Content::Entity { target: Some(target), date } => {
                let found = self.reference(*target, path.clone().key("entityId"))?;
                *date = found.and_then(|object| date_of(&object));
            }
            _ => {}
        }
        let is_grid = matches!(draft.content, Content::Grid(_));
        for (column, list) in draft.children.iter_mut().flatten().enumerate() {
            let path = match is_grid {
                true => path.clone().key("columns").index(column),
                false => path.clone().key("blocks"),
            };
            self.drafts(list, &path)?;
        }
        Ok(())
    }

    fn tokens(&mut self, tokens: &[Token], path: &Path) -> Result<(), Error> {
        for (index, token) in tokens.iter().enumerate() {
            match token {
                Token::Link { target: Some(LinkTarget::Entity(id)), .. } => {
                    self.reference(*id, path.clone().index(index).key("entityId"))?;
                }
                Token::Link { target: Some(LinkTarget::Date(date)), .. } => {
                    self.days.extend(date.start.map(Timestamp::day))
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Checks the target of an entity property, also against the structures it allows.
    pub(crate) fn entity(&mut self, property: &PropertyId, target: ObjectId, path: Path) -> Result<(), Error> {
        self.reference(target, path.clone())?;
        let structure = match self.tx.object(target)? {
            Some(found) => found.object.structure,
            None if target == self.id => self.structure.id,
            None => return Ok(()),
        };
        self.allowed(property, structure, path);
        Ok(())
    }

    /// Checks that a property allows targets of a structure.
    fn allowed(&mut self, property: &PropertyId, structure: StructureId, path: Path) {
        let allowed = match self.structure.property(property).map(|definition| &definition.kind) {
            Some(PropertyKind::Entity { allowed }) => allowed,
            _ => return,
        };
        if !allowed.is_empty() && !allowed.contains(&structure) {
            let names: Vec<_> = allowed.iter().map(|id| format!("\"{id}\"")).collect();
            let message = format!("Invalid target: expected an object of {}, received {structure}", names.join("|"));
            self.problem(path, message);
        }
    }

    /// Checks that an object may be referred to; answers it when it can be seen.
    fn reference(&mut self, id: ObjectId, path: Path) -> Result<Option<Arc<Object>>, Error> {
        let found = self.tx.object(id)?;
        let live = found.filter(|found| found.state == State::Live).map(|found| found.object);
        if live.is_none() && !self.known.has(id) {
            self.problem(path, "Unknown object");
        }
        Ok(live)
    }
}

/// What is wrong with a collection for objects of a structure; of any when it is not known yet.
pub(crate) fn misplaced(schema: &Schema, structure: Option<&Structure>, id: CollectionId) -> Option<String> {
    match (schema.collection(id), structure) {
        (None, _) => Some("Unknown collection".to_owned()),
        (Some(collection), Some(structure)) if collection.value.structure != structure.id => {
            Some(format!("This collection holds no objects of type {}", structure.title))
        }
        (Some(_), _) => None,
    }
}
