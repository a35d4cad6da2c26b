//! `Prefer: merge`: a write to an older version, merged with what came since.

mod limits;
mod oracle;
mod pairs;
mod reports;
mod terms;

use http::Method;
use palimpsest_model::{Object, ObjectId, Schema, SpaceId, parse_uuid};
use palimpsest_store::{Intent, Snapshot, StoreError, Tx};
use serde_json::{Value, json};

use crate::app::{Lab, Reply};
use crate::wire::{SECTION, entities, id, run, titled};

/// A request: method, path with query, body.
type Call = (Method, String, Value);

fn patch(path: &str, body: Value) -> Call {
    (Method::PATCH, path.to_owned(), body)
}

fn post(path: &str, body: Value) -> Call {
    (Method::POST, path.to_owned(), body)
}

fn edits(object: &str, edits: &Value) -> Call {
    post("/object/edits", json!({"id": object, "edits": edits}))
}

fn retitle(object: &str, title: &str) -> Call {
    patch("/object", json!({"id": object, "properties": {"title": titled(title)}}))
}

fn rewrite(object: &str, block: &str, text: &str) -> Call {
    edits(object, &json!([{"op": "update", "blockId": block, "block": says(text)}]))
}

fn says(text: &str) -> Value {
    json!({"type": "TextBlock", "tokens": [run(text)]})
}

async fn send(lab: &Lab, (method, path, body): &Call) -> Reply {
    lab.app.send(lab.ask(method.clone(), path).json(body)).await
}

/// Sends what was meant for an older version.
async fn merging(lab: &Lab, base: &str, (method, path, body): &Call) -> Reply {
    let ask = lab.ask(method.clone(), path).header("if-match", base).header("prefer", "merge").json(body);
    lab.app.send(ask).await
}

async fn etag(lab: &Lab, object: &str) -> String {
    lab.get(&format!("/object?id={object}")).await.header("etag").unwrap().to_owned()
}

/// A page with three blocks of five words each; its id and theirs.
async fn page(lab: &Lab) -> (String, Vec<String>) {
    let text = |word: &str| says(&(1..6).map(|number| format!("{word}{number}")).collect::<Vec<_>>().join(" "));
    let body = json!({"structureId": "RootPage", "properties": {"title": titled("base")},
        "blocks": {SECTION: [text("a"), text("b"), text("c")]}});
    let made = lab.create(body).await;
    (id(&made), made["blocks"][SECTION].as_array().unwrap().iter().map(id).collect())
}

/// The collisions of a refusal, which has changed nothing.
#[track_caller]
fn conflicts(reply: &Reply) -> Value {
    assert_eq!((reply.status, &*reply.code()), (409, "cap_conflict"), "{reply:?}");
    assert_eq!(reply.header("preference-applied"), None);
    let details = reply.json()["details"].clone();
    assert_eq!(details.as_object().unwrap().keys().collect::<Vec<_>>(), ["conflicts"]);
    details["conflicts"].clone()
}

fn paths(conflicts: &Value) -> Vec<String> {
    conflicts.as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap().to_owned()).collect()
}

/// An object as it is stored, and the schema.
async fn stored(lab: &Lab, object: &str) -> (Object, Schema) {
    let (space, object) = (SpaceId(parse_uuid(&lab.space).unwrap()), ObjectId(parse_uuid(object).unwrap()));
    let look = move |snapshot: &mut Snapshot<'_>| {
        let found = snapshot.object(object).unwrap().unwrap();
        ((*found.object).clone(), (**snapshot.schema()).clone())
    };
    lab.app.engine.store().read(space, look).await.unwrap().value
}

/// Changes the space as the operator does.
pub(crate) async fn operate(lab: &Lab, change: impl Fn(&mut Tx<'_>) + Send + 'static) {
    let space = SpaceId(parse_uuid(&lab.space).unwrap());
    let actor = palimpsest_store::Actor::operator();
    let intent = Intent { space, actor, at: lab.app.engine.now(), begins: None };
    let decide = move |tx: &mut Tx<'_>| {
        change(tx);
        Ok::<_, StoreError>(())
    };
    lab.app.engine.store().commit(intent, decide).await.unwrap().value.unwrap();
}

fn tags(ids: &[&str]) -> Value {
    json!({"tags": entities(ids)})
}
