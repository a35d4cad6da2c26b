//! What refusals tell besides their code.

use palimpsest_model::{ObjectId, Revision, Tag};
use serde::Deserialize;
use serde_json::Value;

use crate::actor_view::ActorView;
use crate::error::Error;
use crate::position::maybe_tag;
use crate::required::required;

/// What became of a thing that has another version than the one named.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StaleView {
    /// Which object; nothing when it is none.
    #[serde(default)]
    pub id: Option<ObjectId>,
    /// The version there is; nothing when there is none.
    #[serde(deserialize_with = "maybe_tag")]
    pub current: Option<Tag>,
    /// The head of the space.
    pub revision: Revision,
    /// What changed since the version named, when that is known.
    #[serde(default)]
    pub changed_paths: Option<Vec<String>>,
    /// Who changed it last.
    #[serde(default)]
    pub changed_by: Option<ActorView>,
    /// Why it is not known what changed.
    #[serde(default)]
    pub base: Option<LostBase>,
}

/// Why a version cannot be looked at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LostBase {
    /// The thing never had this version.
    Unknown,
    /// It lies before the history that is kept.
    Compacted,
}

/// Two changes of one thing.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct ConflictView {
    /// Which object, when a commit is taken back; nothing when it is about the schema, or about the one object written to.
    #[serde(default)]
    pub id: Option<ObjectId>,
    /// What both change.
    pub path: String,
    /// What stood there before; null for nothing.
    pub base: Value,
    /// What stands there now.
    pub theirs: Value,
    /// What was to be there.
    pub mine: Value,
}

#[derive(Deserialize)]
pub(crate) struct Conflicts {
    pub(crate) conflicts: Vec<ConflictView>,
}

/// Objects that stand in the way of a change of the schema.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct InUseView {
    /// Some of them.
    pub objects: Vec<ObjectId>,
    /// How many they are.
    pub count: u64,
}

/// Why a transaction did not take place.
#[derive(Debug)]
pub struct Aborted {
    /// What failed.
    pub part: Part,
    /// What it would have failed with by itself.
    pub error: Error,
}

/// A part of a transaction, counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Part {
    /// An operation.
    Operation(usize),
    /// A guard.
    Guard(usize),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failed {
    #[serde(default)]
    pub(crate) failed: Option<usize>,
    #[serde(default)]
    pub(crate) failed_guard: Option<usize>,
    pub(crate) code: String,
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) details: Option<Value>,
}

#[derive(Deserialize)]
pub(crate) struct Oldest {
    #[serde(deserialize_with = "required")]
    pub(crate) oldest: Revision,
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;
    use serde_json::json;

    use super::*;
    use crate::code::Code;

    const ID: &str = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";

    fn refusal(status: u16, code: &str, details: Value) -> Error {
        let body = json!({"code": code, "message": "No", "details": details}).to_string();
        Error::refusal(status, &HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn what_changed_is_told() {
        let current = "\"00000000000000ab.9\"";
        let details = json!({"id": ID, "current": current, "revision": 12, "changedPaths": ["properties.title"],
            "changedBy": {"id": null, "name": "operator"}});
        let stale = refusal(412, "cap_precondition_failed", details).stale().unwrap();
        assert_eq!((stale.current, stale.revision, stale.base), (current.parse().ok(), Revision(12), None));
        assert_eq!(stale.changed_paths.unwrap(), ["properties.title"]);
        assert_eq!(stale.changed_by.unwrap().name, "operator");
        let lost = json!({"current": null, "revision": 12, "base": "compacted"});
        let stale = refusal(412, "cap_precondition_failed", lost.clone()).stale().unwrap();
        assert_eq!((stale.id, stale.current, stale.base), (None, None, Some(LostBase::Compacted)));
        assert_eq!(refusal(404, "cap_not_found", lost).stale(), None);
    }

    #[test]
    fn what_collides_is_told() {
        let conflict = json!({"path": "properties.title", "base": null, "theirs": 1, "mine": [2]});
        let error = refusal(409, "cap_conflict", json!({"conflicts": [conflict]}));
        assert_eq!(error.conflicts()[0].mine, json!([2]));
        assert_eq!(error.in_use(), None);
        let error = refusal(409, "cap_conflict", json!({"objects": [ID], "count": 21}));
        assert_eq!((error.conflicts(), error.in_use().unwrap().count), (Vec::new(), 21));
    }

    #[test]
    fn which_part_of_a_transaction_failed_is_told_with_its_own_error() {
        let inner = json!({"failed": 2, "code": "cap_precondition_failed", "message": "Old",
            "details": {"current": null, "revision": 3}});
        let aborted = refusal(412, "cap_transaction_aborted", inner).aborted().unwrap();
        assert_eq!((aborted.part, aborted.error.status), (Part::Operation(2), Some(412)));
        assert_eq!(aborted.error.stale().unwrap().revision, Revision(3));
        let guard = json!({"failedGuard": 0, "code": "cap_not_found", "message": "None"});
        let aborted = refusal(404, "cap_transaction_aborted", guard).aborted().unwrap();
        assert_eq!((aborted.part, aborted.error.code), (Part::Guard(0), Code::NotFound));
    }

    #[test]
    fn what_is_gone_says_start_again() {
        let error = refusal(410, "cap_revision_compacted", json!({"oldest": 7}));
        assert_eq!((error.oldest(), error.says_start_again()), (Some(Revision(7)), true));
        assert!(refusal(410, "cap_revision_unknown", json!({"log": "x", "revision": 1})).says_start_again());
        assert!(!refusal(410, "cap_erased", json!({"id": ID, "revision": 1})).says_start_again());
    }
}
