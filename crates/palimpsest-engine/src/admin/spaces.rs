//! Spaces: make, list, change, delete. By their ids, as calls name them; by titles too, as the command line does.

use palimpsest_model::{LogId, MAX_NAME, Revision, Space, SpaceId, builtin_structures, parse_uuid};
use palimpsest_store::{Actor, Intent, Policy, Registry, Snapshot, SpaceRow, StoreError, Tx};

use super::SpaceSummary;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::world::Fresh;
use crate::zone::{UTC, ZoneName};

/// A space to be made.
#[derive(Clone, Debug)]
pub struct NewSpace {
    /// The id the operator chose, if they did.
    pub id: Option<SpaceId>,
    /// Its title.
    pub title: String,
    /// The zone that decides its days; UTC when left out.
    pub timezone: Option<ZoneName>,
    /// What it asks of those who change something.
    pub concurrency: Policy,
}

/// What changes of a space; nothing where it stays.
#[derive(Clone, Debug, Default)]
pub struct SpaceChanges {
    /// Its title.
    pub title: Option<String>,
    /// The zone that decides its days.
    pub timezone: Option<ZoneName>,
    /// What it asks of those who change something. It is no change of the space: it takes no revision.
    pub concurrency: Option<Policy>,
}

impl Engine {
    /// Makes a space with the structures every new one has; its log begins with revision 1.
    pub async fn make_space(&self, new: NewSpace) -> Result<SpaceSummary, Error> {
        let NewSpace { id, title, timezone, concurrency } = new;
        let title = title_of(&title)?;
        let at = self.clock.now();
        let id = id.unwrap_or_else(|| SpaceId(Fresh::draw(&*self.ids, at).uuid()));
        let random = self.ids.random();
        let log = LogId(random[..8].iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        let intent = Intent { space: id, actor: Actor::operator(), at, begins: Some(log) };
        let space = Space { id, title, icon: None, timezone: timezone.and_then(|zone| zone.kept()) };
        let begin = move |tx: &mut Tx<'_>| {
            tx.put_space(space.clone());
            builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
            tx.put_policy(concurrency);
            Ok::<_, Error>(())
        };
        self.store.commit(intent, begin).await?.value?;
        self.space_of(id).await
    }

    /// Every space.
    pub async fn spaces(&self) -> Result<Vec<SpaceSummary>, Error> {
        let rows = self.store.administer(|registry| registry.spaces().map_err(Error::from)).await??;
        let mut spaces = Vec::new();
        for row in rows {
            match self.space_of(row.id).await {
                Ok(space) => spaces.push(space),
                // It was deleted meanwhile.
                Err(error) if error.code == Code::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(spaces)
    }

    /// Changes a space: title, zone and policy, all or nothing. The policy alone takes no revision.
    pub async fn change_space(&self, id: SpaceId, changes: SpaceChanges) -> Result<SpaceSummary, Error> {
        let SpaceChanges { title, timezone, concurrency } = changes;
        let title = title.map(|title| title_of(&title)).transpose()?;
        let change = move |tx: &mut Tx<'_>| {
            if title.is_some() || timezone.is_some() {
                let mut space = tx.schema().space.value.clone();
                space.title = title.clone().unwrap_or(space.title);
                space.timezone = timezone.as_ref().map_or(space.timezone, ZoneName::kept);
                tx.put_space(space);
            }
            if let Some(concurrency) = concurrency {
                tx.put_policy(concurrency);
            }
            Ok::<_, Error>(())
        };
        self.store.commit(self.by_operator(id), change).await.map_err(|error| of_space(error, id))?.value?;
        self.space_of(id).await
    }

    /// Removes a space with everything in it; answers what it was.
    pub async fn remove_space(&self, id: SpaceId) -> Result<SpaceSummary, Error> {
        let space = self.space_of(id).await?;
        let remove = move |registry: &mut Registry<'_>| {
            find(registry, id)?;
            registry.remove_space(id).map_err(Error::from)
        };
        self.store.administer(remove).await??;
        Ok(space)
    }

    async fn space_of(&self, id: SpaceId) -> Result<SpaceSummary, Error> {
        let look = |snapshot: &mut Snapshot<'_>| (snapshot.schema().space.value.clone(), snapshot.row().policy);
        let answer = self.store.read(id, look).await.map_err(|error| of_space(error, id))?;
        let (space, policy) = answer.value;
        Ok(summarise(space, policy, answer.revision))
    }

    /// The zone of a name of the command line.
    pub(super) fn zone_of(name: &str) -> Result<ZoneName, Error> {
        let unknown = || format!("Unknown time zone \"{name}\": expected a name such as Europe/Berlin or UTC");
        ZoneName::read(name).ok_or_else(|| Error::new(Code::InvalidInput, unknown()))
    }

    /// The space of a title or id; with one space, that one when none is named.
    pub async fn find_space(&self, name: Option<&str>) -> Result<SpaceId, Error> {
        let spaces = self.spaces().await?;
        let Some(name) = name else {
            return match spaces.as_slice() {
                [only] => Ok(only.id),
                [] => {
                    Err(Error::new(Code::NotFound, "There is no space yet; `palimpsest space create TITLE` makes one"))
                }
                _ => Err(Error::new(Code::InvalidInput, "There are several spaces: name one with --space")),
            };
        };
        let id = parse_uuid(name).map(SpaceId);
        let named: Vec<_> =
            spaces.iter().filter(|space| Some(space.id) == id || space.title == name).map(|space| space.id).collect();
        match named.as_slice() {
            [one] => Ok(*one),
            [] => Err(Error::new(Code::NotFound, format!("There is no space \"{name}\""))),
            _ => {
                Err(Error::new(Code::InvalidInput, format!("Several spaces are called \"{name}\": name one by its id")))
            }
        }
    }

    pub(super) fn by_operator(&self, space: SpaceId) -> Intent {
        Intent { space, actor: Actor::operator(), at: self.clock.now(), begins: None }
    }
}

/// A space of the registry.
pub(super) fn find(registry: &mut Registry<'_>, id: SpaceId) -> Result<SpaceRow, Error> {
    registry.spaces()?.into_iter().find(|row| row.id == id).ok_or_else(|| unknown(id))
}

/// A failure of the store where the space is one that the operator named, not that of a token.
pub(super) fn of_space(error: StoreError, id: SpaceId) -> Error {
    match error {
        StoreError::NoSuchSpace => unknown(id),
        other => other.into(),
    }
}

fn unknown(id: SpaceId) -> Error {
    Error::new(Code::NotFound, format!("There is no space {id}"))
}

fn summarise(space: Space, concurrency: Policy, revision: Revision) -> SpaceSummary {
    let timezone = space.timezone.unwrap_or_else(|| UTC.to_owned());
    SpaceSummary { id: space.id, title: space.title, timezone, concurrency, revision: revision.0 }
}

pub(super) fn title_of(title: &str) -> Result<String, Error> {
    let title = title.trim();
    if title.is_empty() {
        return Err(Error::new(Code::InvalidInput, "The title is empty"));
    }
    if title.chars().count() > MAX_NAME {
        return Err(Error::new(Code::InvalidInput, format!("The title has more than {MAX_NAME} characters")));
    }
    Ok(title.to_owned())
}
