//! POST /objects/search: a read, although it is a POST.

use palimpsest_engine::Search;
use palimpsest_model::{Node, Reading as Notes, StructureId, read_structure_id};
use serde_json::json;

use crate::document::names::structure_id;
use crate::document::shape::{open, refer};
use crate::document::{Description, Success};
use crate::endpoint::{Call, Reading};

/// The most results, and how many there are when the client does not say.
const MOST: u8 = 50;
const USUAL: usize = 20;
/// How long a query may be, in UTF-16 code units.
const LONGEST: usize = 512;
/// How many structures may be named.
const STRUCTURES: usize = 25;

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let ask = call.input.body(|body, notes| {
            let query = read_query(&body.get("query"), notes);
            let structures = body.get("structureIds").given(notes, read_structures);
            let limit = body.get("limit").given(notes, read_limit);
            Some(Search { query: query?, structures: structures?, limit: limit?.unwrap_or(USUAL) })
        })?;
        Ok(call.engine.search(&call.token, ask).await?.into())
    })
}

/// Reads what is searched for.
pub(crate) fn read_query(node: &Node<'_, '_>, notes: &mut Notes) -> Option<String> {
    let query = node.string(notes)?.trim_matches(is_blank);
    if query.is_empty() {
        notes.problem(node, "Too small: expected string to have >=1 characters");
        return None;
    }
    if query.encode_utf16().count() > LONGEST {
        notes.problem(node, format!("Too big: expected string to have <={LONGEST} characters"));
        return None;
    }
    Some(query.to_owned())
}

/// What JavaScript trims: as Unicode has it, but for two.
fn is_blank(letter: char) -> bool {
    letter == '\u{feff}' || (letter.is_whitespace() && letter != '\u{85}')
}

fn read_structures(node: &Node<'_, '_>, notes: &mut Notes) -> Option<Vec<StructureId>> {
    let ids = node.elements(notes)?;
    let count = ids.len();
    // All ids are read, so that every problem is told.
    let ids: Vec<_> = ids.map(|id| read_structure_id(&id, notes)).collect();
    if count == 0 {
        notes.problem(node, "Too small: expected array to have >=1 items");
    } else if count > STRUCTURES {
        notes.problem(node, format!("Too big: expected array to have <={STRUCTURES} items"));
    }
    ids.into_iter().collect()
}

fn read_limit(node: &Node<'_, '_>, notes: &mut Notes) -> Option<usize> {
    let number = node.number(notes)?;
    if number.as_f64().is_some_and(|float| float.fract() != 0.0) {
        notes.problem(node, "Invalid input: expected int, received number");
        return None;
    }
    let count = number.as_f64().unwrap_or_default();
    if count > f64::from(MOST) {
        notes.problem(node, format!("Too big: expected number to be <={MOST}"));
    } else if count < 1.0 {
        notes.problem(node, "Too small: expected number to be >0");
    }
    // `20.0` is `20`.
    (1..=MOST).find(|whole| f64::from(*whole) == count).map(usize::from)
}

/// What is searched for.
pub(crate) fn query_schema() -> serde_json::Value {
    let about = format!("1 to {LONGEST} characters, blanks at its ends not counted.");
    json!({"type": "string", "minLength": 1, "description": about})
}

pub(crate) fn describe() -> Description {
    let structures = json!({"type": "array", "items": structure_id(), "minItems": 1, "maxItems": STRUCTURES});
    let limit = json!({"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL});
    Description::new("objects.search", "Objects by their titles, the best match first")
        .body(open(&[("query", query_schema())], &[("structureIds", structures), ("limit", limit)]))
        .answers(Success::json("What was found.", refer("Results")))
}
