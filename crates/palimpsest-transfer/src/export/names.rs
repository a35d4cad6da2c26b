//! The names of a space as its exported texts use them: links lead from file to file.

use palimpsest_markdown::Names;
use palimpsest_model::{ObjectId, SpaceId, State, StructureId};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::index::Index;

/// What is written otherwise in a path that is a link.
const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'(').add(b')').add(b'<').add(b'>').add(b'"').add(b'\\');

/// The names of an export, seen from one folder below its root.
pub(super) struct FileNames<'i> {
    pub(super) space: SpaceId,
    pub(super) index: &'i Index,
    pub(super) folders: &'i [String],
}

impl Names for FileNames<'_> {
    fn space(&self) -> SpaceId {
        self.space
    }

    fn object(&self, _title: &str, _among: &[StructureId]) -> Option<ObjectId> {
        None
    }

    fn title(&self, id: ObjectId) -> Option<String> {
        let entry = self.index.entries.get(&id).filter(|entry| entry.state == State::Live)?;
        Some(entry.title.clone())
    }

    /// A link whose target is gone stays one: the text would say nothing of it otherwise.
    fn exists(&self, _id: ObjectId) -> bool {
        true
    }

    fn url(&self, id: ObjectId, embed: bool) -> String {
        let entry = self.index.entries.get(&id);
        let file = entry.and_then(|entry| entry.file).and_then(|hash| self.index.media.get(&hash)).filter(|_| embed);
        let place = entry.and_then(|entry| entry.place.as_ref());
        let path = match (file, place) {
            (Some(media), _) => media.path.clone(),
            (None, Some((at, name))) => format!("{}/{name}.md", self.folders[*at]),
            (None, None) => return format!("capacities://{}/{id}", self.space),
        };
        format!("../{}", utf8_percent_encode(&path, PATH))
    }

    fn is_unique(&self, title: &str) -> bool {
        self.index.is_the_file(title)
    }

    fn tag(&self, name: &str) -> Option<ObjectId> {
        self.index.tag(name)
    }

    fn new_tag(&mut self, _name: &str) -> Option<ObjectId> {
        None
    }
}
