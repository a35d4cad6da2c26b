//! POST /search: a read, although it is a POST. What is searched are titles and aliases, in both modes; `fullText` shows what of a
//! description answers the query, too.

use http::StatusCode;
use palimpsest_engine::{BetaSearch, Code, Search};
use palimpsest_model::{Node, Reading as Notes, SpaceId, StructureId, read_structure_id, read_uuid};
use serde_json::json;

use super::RESULTS;
use crate::answer::Answer;
use crate::api::objects::search::{query_schema, read_query};
use crate::document::names::{structure_id, uuid};
use crate::document::shape::{closed, list, open, refer, words};
use crate::document::{Description, Success};
use crate::endpoint::{BetaCall, Reading};

/// The most spaces, and the most structures, that a search names.
const MOST: usize = 100;
/// The two modes, and whether each is of more than titles.
const MODES: [(&str, bool); 2] = [("fullText", true), ("title", false)];

pub(crate) fn call(call: BetaCall) -> Reading {
    Box::pin(async move {
        let (spaces, ask) = call.input.body(|body, notes| {
            let query = read_query(&body.get("searchTerm"), notes);
            let spaces = read_spaces(body, notes);
            let whole = body.get("mode").given(notes, |mode, notes| mode.word(notes, &MODES));
            let structures = body.get("filterStructureIds").given(notes, read_structures);
            // Without any, as with none, there is no filter.
            let structures = structures?.filter(|some| !some.is_empty());
            let search = Search { query: query?, structures, limit: RESULTS };
            Some((spaces?, BetaSearch { search, whole: whole?.unwrap_or(true) }))
        })?;
        let spaces = spaces.into_iter().map(|space| call.open(space)).collect::<Result<Vec<_>, _>>()?;
        let (body, revision) = call.engine.beta_search(&spaces, ask).await?;
        Ok(Answer { revision, ..Answer::plain(StatusCode::OK, body) })
    })
}

/// The spaces: a list, or one as the other calls name it.
fn read_spaces(body: &Node<'_, '_>, notes: &mut Notes) -> Option<Vec<SpaceId>> {
    let several = body.get("spaceIds");
    if several.is_absent() && !(body.get("spaceId").is_absent() && body.get("spaceid").is_absent()) {
        return super::read_space(body, notes).map(|space| vec![space]);
    }
    let mut spaces = read_list(&several, notes, |id, notes| read_uuid(id, notes).map(SpaceId))?;
    if spaces.is_empty() {
        notes.problem(&several, "Too small: expected array to have >=1 items");
        return None;
    }
    let mut seen = std::collections::BTreeSet::new();
    spaces.retain(|space| seen.insert(*space));
    Some(spaces)
}

fn read_structures(node: &Node<'_, '_>, notes: &mut Notes) -> Option<Vec<StructureId>> {
    read_list(node, notes, read_structure_id)
}

fn read_list<T>(
    node: &Node<'_, '_>,
    notes: &mut Notes,
    read: impl Fn(&Node<'_, '_>, &mut Notes) -> Option<T>,
) -> Option<Vec<T>> {
    let elements = node.elements(notes)?;
    if elements.len() > MOST {
        notes.problem(node, format!("Too big: expected array to have <={MOST} items"));
        return None;
    }
    // All are read, so that every problem is told.
    let read: Vec<_> = elements.map(|element| read(&element, notes)).collect();
    read.into_iter().collect()
}

pub(crate) fn describe() -> Description {
    let spaces = json!({"type": "array", "items": uuid(), "minItems": 1, "maxItems": MOST});
    let structures = json!({"type": "array", "items": structure_id(), "maxItems": MOST});
    let optional = [
        ("spaceIds", spaces),
        ("spaceId", uuid()),
        ("spaceid", uuid()),
        ("mode", words(MODES.map(|(mode, _)| mode))),
        ("filterStructureIds", structures),
    ];
    let mut body = open(&[("searchTerm", query_schema())], &optional);
    body["anyOf"] = json!([{"required": ["spaceIds"]}, {"required": ["spaceId"]}, {"required": ["spaceid"]}]);
    let found = closed(&[("results", list(refer("BetaFound")))], &[]);
    Description::new("beta.search", "Objects of some spaces by their titles and aliases, the best match first")
        .about("`fullText`, the usual mode, finds the same objects and shows what of their descriptions answers the query, too.")
        .body(body)
        .answers(Success::json("What was found, at most 50.", found))
        .refuses(&[Code::NotFound])
}
