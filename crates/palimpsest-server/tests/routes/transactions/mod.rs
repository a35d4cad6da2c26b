//! POST /transactions.

mod answers;
mod conditions;
mod dry;
mod failing;
mod form;
mod guards;
mod links;
mod oracle;
mod reverting;
mod together;

use http::Method;
use palimpsest_model::{Revision, SpaceId, parse_uuid};
use palimpsest_store::{LogEntry, Snapshot};
use serde_json::{Value, json};

use crate::app::{Lab, Reply};
use crate::wire::titled;

const PATH: &str = "/transactions";

/// A version of another log.
const STALE: &str = "\"0000000000000000.1\"";

/// An operation.
fn op(method: &str, path: &str, body: &Value) -> Value {
    json!({"method": method, "path": path, "body": body})
}

/// The same with another member.
fn with(mut operation: Value, member: &str, value: &str) -> Value {
    operation[member] = json!(value);
    operation
}

fn create(body: &Value, id: &str) -> Value {
    let mut body = body.clone();
    body["id"] = json!(id);
    op("POST", "/object", &body)
}

fn rename(id: &str, title: &str) -> Value {
    op("PATCH", "/object", &json!({"id": id, "properties": {"title": titled(title)}}))
}

fn append(id: &str, markdown: &str) -> Value {
    op("POST", "/blocks/append", &json!({"id": id, "markdown": markdown}))
}

fn trash(id: &str) -> Value {
    json!({"method": "DELETE", "path": format!("/object?id={id}")})
}

/// What a dry run at a head answers of what was then answered: nothing of it has a revision or a version yet.
fn imagined(done: &Value, head: u64) -> Value {
    let mut told = done.clone();
    told["revision"] = json!(head);
    for one in told["results"].as_array_mut().unwrap() {
        let revision = |etag: &str| etag.trim_matches('"').rsplit('.').next()?.parse::<u64>().ok();
        if one.get("etag").is_some_and(|etag| revision(etag.as_str().unwrap()).unwrap() > head) {
            one.as_object_mut().unwrap().remove("etag");
        }
    }
    told
}

async fn send(lab: &Lab, operations: &[Value]) -> Reply {
    lab.post(PATH, &json!({"operations": operations})).await
}

/// Carries operations out; what every success promises is checked here.
async fn commit(lab: &Lab, operations: &[Value]) -> Value {
    let reply = send(lab, operations).await;
    let body = reply.ok();
    assert_eq!(reply.revision(), Some(lab.head().await));
    assert_eq!(body["revision"], json!(reply.revision()));
    assert_eq!(body["results"].as_array().unwrap().len(), operations.len());
    for result in body["results"].as_array().unwrap() {
        let read = lab.get(&format!("/object?id={}", result["id"].as_str().unwrap_or_default())).await;
        if read.status == 200 {
            assert_eq!(result["etag"], json!(short(&read)), "the tag of a result is that of GET");
        }
    }
    body
}

/// The short form of an answer's ETag.
fn short(reply: &Reply) -> String {
    let etag = reply.header("etag").unwrap();
    etag.split_once('-').map_or_else(|| etag.to_owned(), |(version, _)| format!("{version}\""))
}

/// The version of what is read at a path.
async fn version(lab: &Lab, path: &str) -> String {
    short(&lab.get(path).await)
}

async fn version_of(lab: &Lab, id: &str) -> String {
    version(lab, &format!("/object?id={id}")).await
}

/// Everything that can be seen, and the head.
async fn everything(lab: &Lab) -> Value {
    let seen = lab.get("/objects?limit=1000&include=objects").await;
    json!([seen.ok(), seen.revision(), lab.get("/space/structures").await.ok()])
}

/// The log after a revision.
async fn log(lab: &Lab, after: u64) -> Vec<LogEntry> {
    let space = SpaceId(parse_uuid(&lab.space).unwrap());
    let look = move |snapshot: &mut Snapshot<'_>| snapshot.entries(Revision(after), 100);
    lab.app.engine.store().read(space, look).await.unwrap().value.unwrap()
}

/// Sends an operation as the call of its own that it could be.
async fn alone(lab: &Lab, token: &str, operation: &Value) -> Reply {
    let method: Method = operation["method"].as_str().unwrap().parse().unwrap();
    let mut ask = lab.ask(method, operation["path"].as_str().unwrap()).token(token);
    for (member, header) in [("ifMatch", "if-match"), ("ifNoneMatch", "if-none-match")] {
        if let Some(tags) = operation[member].as_str() {
            ask = ask.header(header, tags);
        }
    }
    if let Some(body) = operation.get("body") {
        ask = ask.json(body);
    }
    lab.app.send(ask).await
}

/// Expects that a transaction was refused because of one of its parts; answers the refusal of that part.
#[track_caller]
fn aborted(reply: &Reply, status: u16, part: &str, index: usize) -> Value {
    let body = reply.json();
    assert_eq!((reply.status, &body["code"]), (status, &json!("cap_transaction_aborted")), "{body}");
    let mut inner = body["details"].clone();
    assert_eq!(inner.as_object_mut().unwrap().remove(part), Some(json!(index)), "{body}");
    inner
}
