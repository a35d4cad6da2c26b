//! What is taken back.

use palimpsest_model::Revision;
use serde::Serialize;

use crate::guard::Guard;

/// A commit that is taken back as a whole. Palimpsest only.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Revert {
    revision: Revision,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    partial: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    guards: Vec<Guard>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) dry_run: bool,
}

impl Revert {
    /// The commit that took this revision, unless what others changed since collides with that.
    #[must_use]
    pub fn of(revision: Revision) -> Self {
        Self { revision, partial: false, guards: Vec::new(), dry_run: false }
    }

    /// The same; what collides is left as it is, and told.
    #[must_use]
    pub fn partial(self) -> Self {
        Self { partial: true, ..self }
    }

    /// The same, only if this is true before.
    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guards.push(guard);
        self
    }

    /// The same, only told what would happen: nothing is written.
    #[must_use]
    pub fn dry_run(self) -> Self {
        Self { dry_run: true, ..self }
    }
}
