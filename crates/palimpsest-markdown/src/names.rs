//! What a text needs to know of the space it belongs to: which object a title means, and what an object is called.

use palimpsest_model::{ObjectId, SpaceId, StructureId};

use crate::link::object_url;

/// The names of a space, as reading and writing Markdown ask for them.
///
/// Reading and writing are each other's inverse only while the answers agree: when [`is_unique`](Names::is_unique) says yes
/// to the [`title`](Names::title) of an object, [`object`](Names::object) finds that object by it.
pub trait Names {
    /// The space itself; links into other spaces stay URLs.
    fn space(&self) -> SpaceId;

    /// The object that this title means, of any structure when `among` is empty.
    fn object(&self, title: &str, among: &[StructureId]) -> Option<ObjectId>;

    /// The object of this title in a group named by the singular title of a type or the title of a collection, as in
    /// `[[Type/Title]]`.
    fn object_in(&self, group: &str, title: &str) -> Option<ObjectId> {
        let _ = (group, title);
        None
    }

    /// The object that a URL means besides deep links, as a relative one does in a text from a folder of texts.
    fn linked(&self, url: &str) -> Option<ObjectId> {
        let _ = url;
        None
    }

    /// The title of an object, when there is such an object.
    fn title(&self, id: ObjectId) -> Option<String>;

    /// Whether a link may lead to this object; a deep link to any other stays a URL.
    fn exists(&self, id: ObjectId) -> bool {
        self.title(id).is_some()
    }

    /// Where a link that is not written as `[[title]]` leads; `embed` when it shows the object in its place. A text that stands
    /// among files may lead to one of them.
    fn url(&self, id: ObjectId, embed: bool) -> String {
        let _ = embed;
        object_url(self.space(), id)
    }

    /// Whether exactly one object of the space has this title.
    fn is_unique(&self, title: &str) -> bool;

    /// The tag of this name, written without `#`.
    fn tag(&self, name: &str) -> Option<ObjectId>;

    /// A tag of this name that [`tag`](Names::tag) does not know; asked while reading, so that the caller can make the tag in
    /// the same commit as the text. `None` leaves the text as it is. Asked again for the same name it answers the same tag.
    fn new_tag(&mut self, name: &str) -> Option<ObjectId>;
}

/// Whether a letter may be part of the name of a tag.
pub(crate) fn is_tag_letter(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_')
}

/// Whether `#name` is read as a tag: letters, digits, `-` and `_`, at least one of them a letter, so that `#1` stays text.
pub(crate) fn is_tag_name(name: &str) -> bool {
    name.chars().all(is_tag_letter) && name.chars().any(char::is_alphabetic)
}

/// Whether `#` after this letter may begin a tag.
pub(crate) fn begins_tag(before: Option<char>) -> bool {
    before.is_none_or(|letter| letter.is_whitespace() || matches!(letter, '(' | '"' | '\''))
}
