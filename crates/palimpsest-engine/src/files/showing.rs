//! Objects as they are shown at a moment: what is rendered once is kept, with the links that their files have for now.

use std::sync::Arc;

use palimpsest_model::{LogId, Revision, Shown, Structure, Timestamp, render_object};
use palimpsest_store::Found;

use super::Links;
use crate::cache::{Key, Rendered};
use crate::engine::Engine;
use crate::etag::Rendering;

/// Renders objects, all at one moment.
#[derive(Clone)]
pub(crate) struct Showing {
    rendered: Arc<Rendered>,
    links: Option<Arc<Links>>,
    /// When the links end that are shown.
    expires: Timestamp,
}

impl Showing {
    pub(crate) fn at(now: Timestamp, rendered: Arc<Rendered>, links: Option<Arc<Links>>) -> Self {
        Self { rendered, links, expires: Links::expiry(now) }
    }

    /// The bytes of an object with its structure, which was so at the revision `as_of`.
    pub(crate) fn object(&self, log: LogId, found: &Found, structure: &Structure, as_of: Revision) -> Rendering {
        self.object_after(log, found, structure, as_of, None)
    }

    /// The same of what a write left, which comes in the place of what it was before.
    pub(crate) fn object_after(
        &self,
        log: LogId,
        found: &Found,
        structure: &Structure,
        as_of: Revision,
        before: Option<Revision>,
    ) -> Rendering {
        // Only what shows links ends with them.
        let expires = (!found.object.files.is_empty()).then_some(self.expires);
        let key = |revision| Key::Object { log, id: found.object.id, revision, structure: as_of, expires };
        self.rendered.get_or_make(key(found.revision), || {
            if let Some(before) = before {
                self.rendered.remove(&key(before));
            }
            self.render(found, structure)
        })
    }

    /// The same of a version that is not kept.
    pub(crate) fn render(&self, found: &Found, structure: &Structure) -> Vec<u8> {
        let object = &found.object;
        let links = self.links.as_ref().map_or_else(Vec::new, |links| links.of(object, self.expires));
        render_object(Shown { object, structure, updated_at: found.at, links: &links })
    }
}

impl Engine {
    /// How objects are shown now.
    pub(crate) fn showing(&self) -> Showing {
        Showing::at(self.now(), Arc::clone(&self.rendered), self.links.clone())
    }
}
