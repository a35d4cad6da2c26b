//! POST /admin/tokens. The secret is answered this once.

use palimpsest_engine::admin::NewToken;
use palimpsest_engine::{Code, Scope};
use palimpsest_model::{Node, Reading as Notes, SpaceId, Timestamp, read_name};
use serde_json::json;

use crate::api::admin::{read_policy, read_space, shown};
use crate::document::names::uuid;
use crate::document::shape::{closed, open, pattern, refer, said, words};
use crate::document::{Description, Link, Success, admin};
use crate::endpoint::{Operating, Reading};

/// The most spaces that a token opens.
const MOST: usize = 100;

pub(crate) fn call(call: Operating) -> Reading {
    Box::pin(async move {
        let now = call.engine.now();
        let new = call.input.body(|body, notes| {
            let spaces = read_spaces(body, notes);
            let name = read_name(&body.get("name"), notes);
            let scopes = read_scopes(&body.get("scopes"), notes);
            let expires_at = body.get("expiresAt").given(notes, |end, notes| read_end(end, notes, now));
            let concurrency = body.get("concurrency").given(notes, read_policy);
            Some(NewToken {
                spaces: spaces?,
                name: name?,
                scopes: scopes?,
                expires_at: expires_at?,
                concurrency: concurrency?.unwrap_or_default(),
            })
        })?;
        call.input.ignored()?;
        let made = call.engine.make_token(new).await?;
        Ok(shown(&json!({ "id": made.id, "token": made.token }), None))
    })
}

/// One space, or a list of them; not both.
fn read_spaces(body: &Node<'_, '_>, notes: &mut Notes) -> Option<Vec<SpaceId>> {
    let (one, several) = (body.get("spaceId"), body.get("spaceIds"));
    if one.is_absent() == several.is_absent() {
        notes.general("Provide either `spaceId` or `spaceIds`.");
        return None;
    }
    if several.is_absent() {
        return read_space(&one, notes).map(|space| vec![space]);
    }
    read_some(&several, notes, MOST, read_space)
}

fn read_scopes(node: &Node<'_, '_>, notes: &mut Notes) -> Option<Vec<Scope>> {
    let known = Scope::ALL.map(|scope| (scope.as_str(), scope));
    read_some(node, notes, Scope::ALL.len(), |word, notes| word.word(notes, &known))
}

/// Reads a list with something in it.
fn read_some<T: PartialEq>(
    node: &Node<'_, '_>,
    notes: &mut Notes,
    most: usize,
    read: impl Fn(&Node<'_, '_>, &mut Notes) -> Option<T>,
) -> Option<Vec<T>> {
    let elements = node.elements(notes)?;
    let problem = match elements.len() {
        0 => "Too small: expected array to have >=1 items".to_owned(),
        count if count > most => format!("Too big: expected array to have <={most} items"),
        _ => {
            // All are read, so that every problem is told.
            let read: Vec<_> = elements.map(|element| read(&element, notes)).collect();
            let mut some = Vec::new();
            for one in read.into_iter().collect::<Option<Vec<_>>>()? {
                if !some.contains(&one) {
                    some.push(one);
                }
            }
            return Some(some);
        }
    };
    notes.problem(node, problem);
    None
}

fn read_end(node: &Node<'_, '_>, notes: &mut Notes, now: Timestamp) -> Option<Timestamp> {
    let text = node.string(notes)?;
    let problem = match Timestamp::parse(text) {
        Some(end) if end > now => return Some(end),
        Some(_) => "Too small: expected a time to come",
        None => "Invalid ISO date: expected a time such as 2026-11-22T00:00:00.000Z",
    };
    notes.problem(node, problem);
    None
}

pub(crate) fn describe() -> Description {
    let several = json!({"type": "array", "items": uuid(), "minItems": 1, "maxItems": MOST});
    let scopes = words(Scope::ALL.map(Scope::as_str));
    let scopes = json!({"type": "array", "items": scopes, "minItems": 1, "maxItems": Scope::ALL.len()});
    let optional = [
        ("spaceId", said(uuid(), "The space that it opens.")),
        ("spaceIds", said(several, "The spaces that it opens; with several it is for the retired beta API only.")),
        ("expiresAt", said(refer("Instant"), "When it ends; never unless said.")),
        ("concurrency", admin::concurrency()),
    ];
    let mut body = open(&[("name", admin::title()), ("scopes", scopes)], &optional);
    body["oneOf"] = json!([{"required": ["spaceId"]}, {"required": ["spaceIds"]}]);
    let secret = said(pattern("^cap-api-[A-Za-z0-9_-]{43}$"), "Its secret; it is shown once.");
    Description::new("admin.tokens.create", "Make a token")
        .about("Conditions and an Idempotency-Key are refused.")
        .body(body)
        .answers(Success::json("The token.", closed(&[("id", uuid()), ("token", secret)], &[])).leads(Link::new(
            "revoke",
            "admin.tokens.revoke",
            json!({"query.id": "$response.body#/id"}),
        )))
        .refuses(&[Code::NotFound])
}
