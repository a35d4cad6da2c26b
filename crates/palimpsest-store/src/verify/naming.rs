//! When an object was named, which no document says: what the index of titles holds of it is held against its versions.

use palimpsest_model::Revision;

use super::views::said;
use super::{Space, name};
use crate::record::{Doc, DocKey};
use crate::title::Titled;

/// What the index says of a document, and what its versions, the newest first, have to say to it.
pub(super) struct Naming {
    titled: Option<Titled>,
    /// Whether the version that named it was met.
    met: bool,
    /// Whether a later one was called otherwise.
    otherwise: bool,
}

impl Space<'_> {
    /// What the index says of a document; what cannot be read is told with the views.
    pub(super) fn naming(&mut self, doc: &Doc) -> Naming {
        let titled = match doc.key {
            DocKey::Object(id) => self.rows.titled(self.row.id, id).ok().flatten(),
            _ => None,
        };
        Naming { titled, met: false, otherwise: false }
    }

    /// Tells when an object was not named as the index says. All its versions were met, down to `first`.
    pub(super) fn check_naming(&mut self, doc: &Doc, naming: &Naming, first: Revision) {
        let Some(titled) = &naming.titled else { return };
        // Compaction takes the version that named it, and leaves the next one.
        let is_gone = titled.named < self.row.oldest && (doc.created..first).contains(&titled.named);
        if naming.otherwise || !(naming.met || is_gone) {
            self.find(format!("{} was not named at {}, as the index of titles says", name(doc.key), titled.named));
        }
    }
}

impl Naming {
    /// Looks at the next older version.
    pub(super) fn meet(&mut self, at: &Doc) {
        let Some(titled) = self.titled.as_ref().filter(|titled| at.revision >= titled.named) else { return };
        self.met |= at.revision == titled.named;
        self.otherwise |= said(at).1.is_none_or(|said| !said.is_called_like(titled));
    }
}
