//! What has to be true before a transaction.

use palimpsest_model::{ObjectId, Revision, Tag};
use serde::Serialize;

use crate::list::List;

/// Something that has to be true of the space before a transaction.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Guard(Wire);

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Wire {
    Object { id: ObjectId, if_match: Tag },
    Absent { id: ObjectId, absent: bool },
    Revision { revision: Revision },
    Path { path: String, if_match: Tag },
}

impl Guard {
    /// An object has this version.
    #[must_use]
    pub fn object(id: ObjectId, tag: Tag) -> Self {
        Self(Wire::Object { id, if_match: tag })
    }

    /// There is no object under this id; it may be in the trash.
    #[must_use]
    pub fn absent(id: ObjectId) -> Self {
        Self(Wire::Absent { id, absent: true })
    }

    /// Nothing in the space has changed since this revision.
    #[must_use]
    pub fn revision(revision: Revision) -> Self {
        Self(Wire::Revision { revision })
    }

    /// A list has this version: nothing entered it, left it, or was changed in it.
    #[must_use]
    pub fn list(list: List, tag: Tag) -> Self {
        let (path, id) = list.named();
        Self::path(format!("{path}?id={id}"), tag)
    }

    /// The list of all objects has this version.
    #[must_use]
    pub fn objects(tag: Tag) -> Self {
        Self::path("/objects", tag)
    }

    /// The space itself, its title and icon, has this version.
    #[must_use]
    pub fn space(tag: Tag) -> Self {
        Self::path("/space", tag)
    }

    /// The structures have this version.
    #[must_use]
    pub fn structures(tag: Tag) -> Self {
        Self::path("/space/structures", tag)
    }

    fn path(path: impl Into<String>, tag: Tag) -> Self {
        Self(Wire::Path { path: path.into(), if_match: tag })
    }
}

#[cfg(test)]
mod tests {
    use palimpsest_model::parse_uuid;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn guards_are_written_as_the_api_takes_them() {
        let id = ObjectId(parse_uuid("3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11").unwrap());
        let text = "\"00000000000000ab.9\"";
        let tag: Tag = text.parse().unwrap();
        let check = |guard: Guard, expected: Value| assert_eq!(serde_json::to_value(guard).unwrap(), expected);
        check(Guard::object(id, tag), json!({"id": id, "ifMatch": text}));
        check(Guard::absent(id), json!({"id": id, "absent": true}));
        check(Guard::revision(Revision(7)), json!({"revision": 7}));
        let path = format!("/objects/tag?id={id}");
        check(Guard::list(List::Tag(id), tag), json!({"path": path, "ifMatch": text}));
        check(Guard::objects(tag), json!({"path": "/objects", "ifMatch": text}));
        check(Guard::space(tag), json!({"path": "/space", "ifMatch": text}));
        check(Guard::structures(tag), json!({"path": "/space/structures", "ifMatch": text}));
    }
}
