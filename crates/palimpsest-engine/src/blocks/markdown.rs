//! Markdown as content of blocks.

use palimpsest_markdown::{Names, read_body};
use palimpsest_model::{BlockDraft, ObjectId, SpaceId, StructureId};

/// Reads a text into blocks. Titles are not indexed yet, so `[[Title]]` and `#tag` stay text; links by id are links.
pub(crate) fn read(space: SpaceId, text: &str) -> Vec<BlockDraft> {
    read_body(text, &mut WithoutTitles(space))
}

struct WithoutTitles(SpaceId);

impl Names for WithoutTitles {
    fn space(&self) -> SpaceId {
        self.0
    }

    fn object(&self, _title: &str, _among: &[StructureId]) -> Option<ObjectId> {
        None
    }

    fn title(&self, _id: ObjectId) -> Option<String> {
        None
    }

    fn is_unique(&self, _title: &str) -> bool {
        false
    }

    fn tag(&self, _name: &str) -> Option<ObjectId> {
        None
    }

    fn new_tag(&mut self, _name: &str) -> Option<ObjectId> {
        None
    }
}
