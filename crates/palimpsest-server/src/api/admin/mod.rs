//! Managing the server: spaces, tokens, erasing. What these calls have in common.

pub(crate) mod erase;
pub(crate) mod spaces;
pub(crate) mod tokens;

use http::StatusCode;
use palimpsest_engine::{Policy, ZoneName};
use palimpsest_model::{Node, Reading as Notes, Revision, SpaceId, read_uuid};
use serde::Serialize;

use crate::answer::Answer;

/// A body with the revision of the space it tells of, if it tells of one.
fn shown(body: &impl Serialize, revision: Option<u64>) -> Answer {
    let body = serde_json::to_vec(body).unwrap_or_default();
    Answer { revision: revision.map(Revision), ..Answer::plain(StatusCode::OK, body) }
}

/// What is gone.
fn gone() -> Answer {
    Answer { status: StatusCode::NO_CONTENT, ..Answer::default() }
}

fn read_space(node: &Node<'_, '_>, notes: &mut Notes) -> Option<SpaceId> {
    read_uuid(node, notes).map(SpaceId)
}

fn read_zone(node: &Node<'_, '_>, notes: &mut Notes) -> Option<ZoneName> {
    let zone = ZoneName::read(node.string(notes)?);
    if zone.is_none() {
        notes.problem(node, "Unknown time zone: expected a name such as Europe/Berlin or UTC");
    }
    zone
}

fn read_policy(node: &Node<'_, '_>, notes: &mut Notes) -> Option<Policy> {
    node.word(notes, &Policy::ALL.map(|policy| (policy.as_str(), policy)))
}
