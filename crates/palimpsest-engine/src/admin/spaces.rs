//! Spaces: create, list, rename, set the time zone, delete.

use palimpsest_model::{LogId, Revision, Space, SpaceId, builtin_structures, parse_uuid};
use palimpsest_store::{Actor, Intent, Policy, Tx};

use super::SpaceSummary;
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::world::Fresh;
use crate::zone::Zone;

impl Engine {
    /// Makes a space with the structures every new one has; its log begins with revision 1.
    pub(super) async fn create_space(&self, title: &str) -> Result<SpaceSummary, Error> {
        let title = title_of(title)?;
        let at = self.clock.now();
        let id = SpaceId(Fresh::draw(&*self.ids, at).uuid());
        let random = self.ids.random();
        let log = LogId(random[..8].iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        let intent = Intent { space: id, actor: Actor::operator(), at, begins: Some(log) };
        let space = Space { id, title, icon: None, timezone: None };
        let summary = space.clone();
        let begin = move |tx: &mut Tx<'_>| {
            tx.put_space(space.clone());
            builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
            Ok::<_, Error>(())
        };
        let answer = self.store.commit(intent, begin).await?;
        answer.value?;
        Ok(summarise(summary, Policy::default(), answer.revision))
    }

    pub(super) async fn list_spaces(&self) -> Result<Vec<SpaceSummary>, Error> {
        let rows = self.store.administer(|registry| registry.spaces().map_err(Error::from)).await??;
        let mut spaces = Vec::new();
        for row in rows {
            let space = |snapshot: &mut palimpsest_store::Snapshot<'_>| snapshot.schema().space.value.clone();
            let answer = self.store.read(row.id, space).await?;
            spaces.push(summarise(answer.value, row.policy, answer.revision));
        }
        Ok(spaces)
    }

    pub(super) async fn rename_space(&self, space: &str, title: &str) -> Result<SpaceSummary, Error> {
        let title = title_of(title)?;
        self.change_space(space, move |space| space.title.clone_from(&title)).await
    }

    /// Gives a space the time zone that decides its days.
    pub(super) async fn set_timezone(&self, space: &str, zone: &str) -> Result<SpaceSummary, Error> {
        let zone = Zone::check(zone)?;
        let zone = (zone != UTC).then_some(zone);
        self.change_space(space, move |space| space.timezone.clone_from(&zone)).await
    }

    /// Gives a space the policy that all its tokens are held to.
    pub(super) async fn set_policy(&self, space: &str, policy: Policy) -> Result<SpaceSummary, Error> {
        let id = self.find_space(Some(space)).await?;
        self.store.administer(move |registry| registry.put_policy(id, policy).map_err(Error::from)).await??;
        let spaces = self.list_spaces().await?;
        spaces.into_iter().find(|space| space.id == id).ok_or_else(|| Error::not_found("Space"))
    }

    async fn change_space(
        &self,
        space: &str,
        change: impl Fn(&mut Space) + Send + 'static,
    ) -> Result<SpaceSummary, Error> {
        let id = self.find_space(Some(space)).await?;
        let decide = move |tx: &mut Tx<'_>| {
            let mut space = tx.schema().space.value.clone();
            change(&mut space);
            tx.put_space(space.clone());
            Ok::<_, Error>((space, tx.row().policy))
        };
        let answer = self.store.commit(self.by_operator(id), decide).await?;
        let (space, policy) = answer.value?;
        Ok(summarise(space, policy, answer.revision))
    }

    pub(super) async fn delete_space(&self, space: &str) -> Result<SpaceSummary, Error> {
        let id = self.find_space(Some(space)).await?;
        let spaces = self.list_spaces().await?;
        self.store.administer(move |registry| registry.remove_space(id).map_err(Error::from)).await??;
        spaces.into_iter().find(|space| space.id == id).ok_or_else(|| Error::not_found("Space"))
    }

    /// The space of a title or id; with one space, that one when none is named.
    pub async fn find_space(&self, name: Option<&str>) -> Result<SpaceId, Error> {
        let spaces = self.list_spaces().await?;
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

const UTC: &str = "UTC";

fn summarise(space: Space, concurrency: Policy, revision: Revision) -> SpaceSummary {
    let timezone = space.timezone.unwrap_or_else(|| UTC.to_owned());
    SpaceSummary { id: space.id, title: space.title, timezone, concurrency, revision: revision.0 }
}

pub(super) fn title_of(title: &str) -> Result<String, Error> {
    let title = title.trim();
    if title.is_empty() {
        return Err(Error::new(Code::InvalidInput, "The title is empty"));
    }
    Ok(title.to_owned())
}
