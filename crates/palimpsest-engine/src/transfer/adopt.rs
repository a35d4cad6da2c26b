//! Taking over objects, a bounded batch a commit.

use std::collections::BTreeMap;
use std::sync::Arc;

use palimpsest_model::{
    Block, Collection, LogId, Object, ObjectId, Path, Problem, Problems, Space, SpaceId, State, Structure, StructureId,
    Timestamp,
};
use palimpsest_store::{Actor, ChangeKind, Intent, Policy, Tx};

use super::days::{day_of, rename};
use super::{form, schema};
use crate::check::Checks;
use crate::engine::Engine;
use crate::error::Error;
use crate::world::Fresh;

/// A space without its objects, as it was elsewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Blueprint {
    /// The space itself.
    pub space: Space,
    /// What it asks of a write.
    pub concurrency: Policy,
    /// Its structures, in their order.
    pub structures: Vec<Structure>,
    /// Its collections, in their order.
    pub collections: Vec<Collection>,
}

/// What became of an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It was taken over.
    Adopted,
    /// It is there already, the same in every respect.
    Present,
    /// Its id, or that of a block of it, was given to something else.
    Taken(String),
    /// It could not have been written.
    Invalid(Problems),
}

/// A space that is being taken over.
pub struct Adoption {
    space: SpaceId,
    /// Set while the space is still to begin.
    begins: Option<LogId>,
    /// Whether the schema has come.
    is_built: bool,
    new: bool,
    blueprint: Arc<Blueprint>,
    known: Arc<Known>,
    dry_run: bool,
    differ: Vec<String>,
}

/// What is known of all objects before the first comes in.
#[derive(Clone, Default, Debug)]
pub(super) struct Known {
    structures: BTreeMap<ObjectId, StructureId>,
    days: BTreeMap<ObjectId, (StructureId, Timestamp)>,
}

impl Adoption {
    /// Begins to take over a space, into one that is there, or else into one of its own: under the id it had when that is free.
    /// A dry run changes nothing, and says what would become of each batch by itself.
    pub async fn begin(
        engine: &Engine,
        blueprint: Blueprint,
        into: Option<SpaceId>,
        dry_run: bool,
    ) -> Result<Self, Error> {
        schema::check(&blueprint).check(())?;
        let spaces = engine.store().administer(|registry| registry.spaces().map_err(Error::from)).await??;
        let own = blueprint.space.id;
        let is_free = spaces.iter().all(|row| row.id != own);
        let mut fresh = Fresh::draw(&*engine.ids, engine.now());
        let space = into.unwrap_or_else(|| if is_free { own } else { SpaceId(fresh.uuid()) });
        let random = engine.ids.random();
        let log = LogId(random[..8].iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        let (begins, new) = (into.is_none().then_some(log), into.is_none());
        let blueprint = Blueprint { space: Space { id: space, ..blueprint.space.clone() }, ..blueprint };
        let known = Arc::default();
        let blueprint = Arc::new(blueprint);
        Ok(Self { space, begins, is_built: false, new, blueprint, known, dry_run, differ: Vec::new() })
    }

    /// Notes an object that is going to come, so that others may refer to it, before any of them comes.
    pub fn expect(&mut self, object: &Object) {
        let known = Arc::make_mut(&mut self.known);
        known.structures.insert(object.id, object.structure);
        if let Some(day) = day_of(object) {
            known.days.insert(object.id, (object.structure, day));
        }
    }

    /// The space.
    #[must_use]
    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// Whether it is a new one.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.new
    }

    /// The structures and collections that were there, other than they come, or were deleted; they stay as they are.
    #[must_use]
    pub fn differing(&self) -> &[String] {
        &self.differ
    }

    /// Takes over objects in one commit, each by itself; what became of each. The schema comes with the first. Without objects
    /// only the schema.
    pub async fn adopt(&mut self, engine: &Engine, objects: Vec<(Object, State)>) -> Result<Vec<Fate>, Error> {
        let (at, begins) = (engine.now(), self.begins);
        let intent = Intent { space: self.space, actor: Actor::operator(), at, begins };
        let (blueprint, known, dry_run) = (Arc::clone(&self.blueprint), Arc::clone(&self.known), self.dry_run);
        let is_built = self.is_built;
        let decide = move |tx: &mut Tx<'_>| {
            // Once: what somebody deletes meanwhile stays deleted.
            let differ = match is_built {
                true => Vec::new(),
                false => schema::put(tx, &blueprint, begins.is_some()).map_err(|error| Err(error.into()))?,
            };
            let fates = objects.iter().map(|(object, state)| judge(tx, object, *state, &known));
            match fates.collect::<Result<Vec<_>, Error>>() {
                Ok(fates) if dry_run => Err(Ok((differ, fates))),
                Ok(fates) => Ok((differ, fates)),
                Err(error) => Err(Err(error)),
            }
        };
        let (differ, fates) = match engine.store().commit(intent, decide).await?.value {
            Ok(done) | Err(Ok(done)) => done,
            Err(Err(error)) => return Err(error),
        };
        if self.differ.is_empty() {
            self.differ = differ;
        }
        // A dry run keeps nothing of it, and needs it again.
        self.is_built = !dry_run;
        if begins.is_some() && !dry_run {
            self.begins = None;
            let (space, policy) = (self.space, self.blueprint.concurrency);
            engine
                .store()
                .administer(move |registry| registry.put_policy(space, policy).map_err(Error::from))
                .await??;
        }
        Ok(fates)
    }
}

/// Puts an object if nothing speaks against it.
fn judge(tx: &mut Tx<'_>, object: &Object, state: State, known: &Known) -> Result<Fate, Error> {
    let mut object = object.clone();
    rename(tx, &mut object, &known.days)?;
    let id = object.id;
    if let Some(found) = tx.object(id)? {
        return Ok(match found.state {
            there if there == state && *found.object == object => Fate::Present,
            State::Deleted => Fate::Taken(format!("The id {id} was given before, to an object that was deleted")),
            _ => Fate::Taken(format!("There is another object of the id {id}")),
        });
    }
    let schema = Arc::clone(tx.schema());
    let Some(structure) = schema.structure(object.structure).map(|structure| &structure.value) else {
        let problem = Problem::new(Path::keys(&["structure"]), "Unknown structure");
        return Ok(Fate::Invalid(problem.into()));
    };
    let mut problems = form::check(&object, structure);
    if state == State::Deleted {
        problems.push(Problem::new(Path::keys(&["state"]), "What is deleted does not come back"));
    }
    problems.extend(Checks::new(tx, structure, id, None).whole(&object, &known.structures)?);
    if !problems.is_empty() {
        return Ok(Fate::Invalid(problems));
    }
    if let Some(block) = taken_block(tx, &object)? {
        return Ok(Fate::Taken(format!("The id {} was given before, to a block of another object", block.id)));
    }
    let kind = if state == State::Trashed { ChangeKind::Trashed } else { ChangeKind::Created };
    tx.put(object, state, kind)?;
    Ok(Fate::Adopted)
}

/// The first block whose id belongs to another object.
fn taken_block<'o>(tx: &mut Tx<'_>, object: &'o Object) -> Result<Option<&'o Block>, Error> {
    let mut blocks = Vec::new();
    object.walk(&mut |block| blocks.push(block));
    for block in blocks {
        if !tx.block_is_free(block.id, object.id)? {
            return Ok(Some(block));
        }
    }
    Ok(None)
}
