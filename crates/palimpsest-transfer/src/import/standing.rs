//! What of a plan is in the space already.

use std::collections::HashMap;

use palimpsest_engine::{Engine, Error};
use palimpsest_model::{BuiltIn, FileHash, ObjectId, Revision, SpaceId, State, StructureId};
use palimpsest_store::{List, Snapshot, StoreError};

use super::names::Tags;
use super::plan::Plan;

/// How an object stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// It can be seen.
    Live {
        /// The revision that last changed it.
        revision: Revision,
        /// How many bytes its file has and their hash, if it has one.
        file: Option<(u64, FileHash)>,
        /// Whether this import made it.
        is_own: bool,
    },
    /// It is in the trash, or gone.
    Gone,
}

/// How the objects of a plan stand; those that are not there have no place here.
#[derive(Debug, Default)]
pub(crate) struct Standings(HashMap<ObjectId, Standing>);

/// So many objects are looked at in one snapshot.
const TOGETHER: usize = 500;

impl Standings {
    /// Looks at all objects of a plan.
    pub(crate) async fn look(engine: &Engine, plan: &Plan) -> Result<Self, Error> {
        let ids: Vec<_> =
            plan.notes.iter().map(|note| note.id).chain(plan.media.iter().map(|media| media.id)).collect();
        let mut standings = HashMap::new();
        for ids in ids.chunks(TOGETHER) {
            standings.extend(standing_of(engine, plan.space, ids.to_vec()).await?);
        }
        Ok(Self(standings))
    }

    /// How an object stands.
    pub(crate) fn of(&self, id: ObjectId) -> Option<Standing> {
        self.0.get(&id).copied()
    }

    /// Notes that an object was made.
    pub(crate) fn make(&mut self, id: ObjectId, revision: Revision) {
        self.0.insert(id, Standing::Live { revision, file: None, is_own: true });
    }

    /// The objects that cannot be seen.
    pub(crate) fn gone(&self) -> Vec<ObjectId> {
        self.0.iter().filter(|(_, standing)| **standing == Standing::Gone).map(|(id, _)| *id).collect()
    }
}

/// How objects stand; those that are not there are left out.
pub(crate) async fn standing_of(
    engine: &Engine,
    space: SpaceId,
    ids: Vec<ObjectId>,
) -> Result<Vec<(ObjectId, Standing)>, Error> {
    let look = move |snapshot: &mut Snapshot<'_>| {
        let mut standings = Vec::new();
        for id in &ids {
            let standing = match snapshot.object(*id)? {
                Some(found) if found.state == State::Live => {
                    let file = found.object.files.first().map(|file| (file.size, file.hash));
                    Standing::Live { revision: found.revision, file, is_own: false }
                }
                Some(_) => Standing::Gone,
                None => continue,
            };
            standings.push((*id, standing));
        }
        Ok::<_, StoreError>(standings)
    };
    Ok(engine.store().read(space, look).await?.value?)
}

/// The tags of a space.
pub(crate) async fn tags(engine: &Engine, space: SpaceId) -> Result<Tags, Error> {
    let list = List::Structure(StructureId::BuiltIn(BuiltIn::RootTag));
    let look = move |snapshot: &mut Snapshot<'_>| {
        let mut tags = Tags::default();
        let mut after = None;
        loop {
            let revision = snapshot.row().revision;
            let places = snapshot.places_at(list, revision, after, TOGETHER)?;
            let Some((last, _)) = places.last() else { return Ok::<_, StoreError>(tags) };
            after = Some(*last);
            for (place, _) in places {
                let found = snapshot.member(list, place)?;
                tags.add(found.object.id, found.object.title());
            }
        }
    };
    Ok(engine.store().read(space, look).await?.value?)
}
