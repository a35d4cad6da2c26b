//! GET /changes: the log of the space, as a page, as a page that is waited for, or as a stream.

use std::time::Duration;

use http::HeaderMap;
use palimpsest_engine::{Code, ListChanges, Position};
use palimpsest_model::{Node, Reading as Notes};
use serde_json::json;

use super::read_count;
use crate::answer::Failure;
use crate::document::changes::{events, position};
use crate::document::shape::{refer, said, words};
use crate::document::{Description, Success, lists};
use crate::endpoint::{Follower, Following};
use crate::feed::{Asked, EVENTS, LAST_EVENT_ID, accepts_events, answer};

const MOST: usize = 1000;
const USUAL: usize = 50;
/// A page ends before it has more bytes than this.
const BYTES: usize = 8 * 1024 * 1024;
/// A stream reads so much at once: what a slow reader holds.
const STREAMED: usize = 32;
const STREAMED_BYTES: usize = 256 * 1024;
/// The longest wait, in seconds.
const LONGEST: u64 = 60;

pub(crate) fn call(follower: Follower) -> Following {
    Box::pin(async move {
        let asked = if accepts_events(&follower.headers) { read_stream(&follower) } else { read_page(&follower) };
        answer(follower, asked?).await
    })
}

fn read_page(follower: &Follower) -> Result<Asked, Failure> {
    let asked = follower.call.input.query(|query, notes| {
        let since = query.get("since").given(notes, read_position);
        let limit = query.get("limit").given(notes, |limit, notes| read_count(limit, notes, MOST));
        let wait = query.get("wait").given(notes, read_wait);
        let include = query.get("include").given(notes, read_include);
        let (since, limit) = (since?.unwrap_or_default(), limit?.unwrap_or(USUAL));
        let list = ListChanges { since, limit, bytes: BYTES, include_objects: include?.is_some() };
        Some(Asked::Page { list, wait: wait?.unwrap_or_default() })
    })?;
    Ok(asked)
}

fn read_stream(follower: &Follower) -> Result<Asked, Failure> {
    let mut list = follower.call.input.query(|query, notes| {
        let since = query.get("since").given(notes, read_position);
        let include_objects = query.get("include").given(notes, read_include)?.is_some();
        let since = since?.unwrap_or_default();
        Some(ListChanges { since, limit: STREAMED, bytes: STREAMED_BYTES, include_objects })
    })?;
    if let Some(last) = last_event(&follower.headers)? {
        list.since = last;
    }
    Ok(Asked::Stream { list })
}

/// Where a stream that broke off is taken up; nothing when none did.
fn last_event(headers: &HeaderMap) -> Result<Option<Position>, Failure> {
    let Some(value) = headers.get(LAST_EVENT_ID).filter(|value| !value.is_empty()) else { return Ok(None) };
    let read = value.to_str().unwrap_or_default().parse();
    read.map(Some).map_err(|error| Failure::new(Code::InvalidInput, format!("✖ {error}\n  → at Last-Event-ID")))
}

fn read_position(node: &Node<'_, '_>, notes: &mut Notes) -> Option<Position> {
    let read = node.string(notes)?.parse::<Position>();
    read.map_err(|error| notes.problem(node, error.to_string())).ok()
}

fn read_wait(node: &Node<'_, '_>, notes: &mut Notes) -> Option<Duration> {
    let text = node.string(notes)?;
    let seconds = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let seconds = seconds.filter(|seconds| *seconds <= LONGEST);
    if seconds.is_none() {
        notes.problem(node, format!("Invalid input: expected a whole number of seconds from 0 to {LONGEST}"));
    }
    seconds.map(Duration::from_secs)
}

fn read_include(node: &Node<'_, '_>, notes: &mut Notes) -> Option<()> {
    node.word(notes, &[("objects", ())])
}

pub(crate) fn describe() -> Description {
    let wait = json!({"type": "integer", "minimum": 0, "maximum": LONGEST, "default": 0});
    let wait = said(wait, "So many seconds a page that would be empty waits for the first change.");
    let since = "The last revision seen, with its log; without the log nobody notices when it is another one. \
                 Without it, everything from the beginning.";
    let last = "Where a stream goes on; counts before `since`.";
    Description::new("changes.list", "What changed, revision by revision")
        .about("Whoever goes on from the revision of each page, or from the id of the last event of a stream, sees every later revision once and in order.")
        .takes("since", position(since))
        .takes("limit", lists::size(MOST, USUAL))
        .takes("wait", wait)
        .takes("include", words(["objects"]))
        .hears("Last-Event-ID", position(last))
        .answers(Success::json("The changes after a revision.", refer("Changes")).or(EVENTS, events()))
        .refuses(&[Code::RevisionCompacted, Code::RevisionUnknown])
}
