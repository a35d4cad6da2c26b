//! The retired beta API (spec/07): a token opens several spaces, and each call names the one it is about. Spellings that were in
//! the field are read as well.

pub(crate) mod lookup;
pub(crate) mod save_to_daily_note;
pub(crate) mod save_weblink;
pub(crate) mod search;
pub(crate) mod space_info;
pub(crate) mod spaces;

use palimpsest_engine::{Access, Code, Operation, Request, Written};
use palimpsest_model::{Node, Reading as Notes, SpaceId, read_uuid};
use serde_json::{Value, json};

use crate::answer::Failure;
use crate::document::names::uuid;
use crate::document::shape::{open, said};
use crate::endpoint::BetaCall;

/// How many results are answered.
const RESULTS: usize = 50;

impl BetaCall {
    /// What the token may do in a space. One that it does not open is as if it were not there.
    fn open(&self, space: SpaceId) -> Result<Access, Failure> {
        self.grant.access(space).ok_or_else(|| Failure::new(Code::NotFound, "Space not found"))
    }

    /// Does something in a space, as one commit. What it tells of as ignored is what the reading did not know of.
    async fn execute(&self, space: SpaceId, operation: Operation) -> Result<Written, Failure> {
        let access = self.open(space)?;
        self.input.ignored()?;
        let request = Request { strict: self.input.is_strict(), ..Request::from(operation) };
        Ok(self.engine.execute(&access, request).await?)
    }
}

/// Reads which space is meant, in either of the two spellings.
fn read_space(node: &Node<'_, '_>, notes: &mut Notes) -> Option<SpaceId> {
    read_uuid(&either(node, "spaceId", "spaceid"), notes).map(SpaceId)
}

/// The member of the first name, else that of the second; a problem is told at the first where there is none.
fn either<'n, 'v>(node: &'n Node<'n, 'v>, first: &'n str, second: &'n str) -> Node<'n, 'v> {
    let (one, other) = (node.get(first), node.get(second));
    if one.is_absent() && !other.is_absent() { other } else { one }
}

/// Reads a text of at most so many UTF-16 code units.
fn read_text(node: &Node<'_, '_>, notes: &mut Notes, most: usize) -> Option<String> {
    let text = node.string(notes)?;
    if text.encode_utf16().count() > most {
        notes.problem(node, format!("Too big: expected string to have <={most} characters"));
        return None;
    }
    Some(text.to_owned())
}

/// A body that names a space, in one of the two spellings.
fn of_a_space(required: &[(&str, Value)], optional: &[(&str, Value)]) -> Value {
    let space = [("spaceId", uuid()), ("spaceid", said(uuid(), "The same in another spelling."))];
    let mut body = open(required, &[&space, optional].concat());
    body["anyOf"] = json!([{"required": ["spaceId"]}, {"required": ["spaceid"]}]);
    body
}
