//! GET /spaces.

use bytes::Bytes;
use palimpsest_model::{Icon, SpaceId};
use palimpsest_store::{Snapshot, StoreError};
use serde::Serialize;

use crate::access::Grant;
use crate::engine::Engine;
use crate::error::Error;

#[derive(Serialize)]
struct Body {
    spaces: Vec<SpaceBody>,
}

#[derive(Serialize)]
struct SpaceBody {
    id: SpaceId,
    title: String,
    icon: IconBody,
}

/// Every space of the beta API has an icon; this stands for none.
const NO_ICON: &str = "ph:notebook";

#[derive(Serialize)]
struct IconBody {
    #[serde(rename = "type")]
    kind: &'static str,
    val: String,
}

impl From<Option<Icon>> for IconBody {
    fn from(icon: Option<Icon>) -> Self {
        match icon {
            Some(Icon::Emoji(val)) => Self { kind: "emoji", val },
            // The name of a Phosphor icon was written with a colon then.
            Some(Icon::Iconify(val)) => Self { kind: "iconify", val: val.replacen("ph-", "ph:", 1) },
            None => Self { kind: "iconify", val: NO_ICON.to_owned() },
        }
    }
}

impl Engine {
    /// The spaces that a token opens, in the order in which it names them.
    pub async fn beta_spaces(&self, grant: &Grant) -> Result<Bytes, Error> {
        let mut spaces = Vec::new();
        for id in grant.spaces() {
            let look = |snapshot: &mut Snapshot<'_>| snapshot.schema().space.value.clone();
            match self.store.read(*id, look).await {
                Ok(answer) => {
                    let space = answer.value;
                    spaces.push(SpaceBody { id: space.id, title: space.title, icon: space.icon.into() });
                }
                // It was deleted meanwhile.
                Err(StoreError::NoSuchSpace) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(serde_json::to_vec(&Body { spaces }).unwrap_or_default().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icons_are_written_as_they_were_then() {
        let shown = |icon: Option<Icon>| {
            let IconBody { kind, val } = icon.into();
            (kind, val)
        };
        let iconify = |name: &str| Some(Icon::Iconify(name.to_owned()));
        assert_eq!(shown(iconify("ph-lightbulb")), ("iconify", "ph:lightbulb".to_owned()));
        assert_eq!(shown(iconify("ph-graph-ph-1")), ("iconify", "ph:graph-ph-1".to_owned()));
        assert_eq!(shown(Some(Icon::Emoji("🧪".to_owned()))), ("emoji", "🧪".to_owned()));
        assert_eq!(shown(None), ("iconify", "ph:notebook".to_owned()));
    }
}
