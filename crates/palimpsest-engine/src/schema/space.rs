//! PATCH /space.

use palimpsest_model::Icon;
use palimpsest_store::{Policy, Tx};

use crate::shown::{About, Shown};

/// Changes the space itself. What is left out stays.
#[derive(Clone, Debug, Default)]
pub struct UpdateSpace {
    /// What people call it.
    pub title: Option<String>,
    /// Its icon, or that it has none.
    pub icon: Option<Option<Icon>>,
    /// What it asks of those who change something that exists. That is no part of the log.
    pub concurrency: Option<Policy>,
}

impl UpdateSpace {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>) -> Shown {
        let mut space = tx.schema().space.value.clone();
        let Self { title, icon, concurrency } = self.clone();
        space.title = title.unwrap_or(space.title);
        space.icon = icon.unwrap_or(space.icon);
        tx.put_space(space);
        if let Some(policy) = concurrency {
            tx.put_policy(policy);
        }
        Shown::Part(About::Space(tx.space()))
    }
}
