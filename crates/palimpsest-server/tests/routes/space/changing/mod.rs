//! The calls that change what a space is made of.

mod collections;
mod conditions;
mod laws;
mod options;
mod past;
mod properties;
mod reverting;
mod structures;
mod together;
mod whole;

use serde_json::{Value, json};

use crate::app::{Lab, Reply};
use crate::wire::titled;

const STRUCTURES: &str = "/space/structures";
const PROPERTIES: &str = "/space/properties";
const COLLECTIONS: &str = "/space/collections";

/// Ids of structures, properties and collections that clients chose.
fn part(number: u8) -> String {
    format!("33333333-3333-4333-8333-3333333333{number:02}")
}

/// Makes a structure of this name with these properties; answers its id.
async fn structure(lab: &Lab, number: u8, title: &str, properties: Value) -> String {
    let body = json!({"id": part(number), "title": title, "propertyDefinitions": properties});
    lab.post(STRUCTURES, &body).await.ok();
    part(number)
}

/// Makes an object; answers its id.
async fn object(lab: &Lab, structure: &str, title: &str, properties: Value) -> String {
    let mut all = json!({"title": titled(title)});
    all.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    lab.make(json!({"structureId": structure, "properties": all})).await
}

/// The structure as the list shows it.
async fn listed(lab: &Lab, id: &str) -> Option<Value> {
    let list = lab.get(STRUCTURES).await.ok();
    list["structures"].as_array().unwrap().iter().find(|structure| structure["id"] == id).cloned()
}

/// Takes what a call answers; what every such answer promises is checked here: it is what the list shows, with the tag of the list.
async fn shown(lab: &Lab, reply: &Reply) -> Value {
    let structure = reply.ok();
    assert_eq!(listed(lab, structure["id"].as_str().unwrap()).await.as_ref(), Some(&structure));
    assert_eq!(reply.header("etag"), lab.get(STRUCTURES).await.header("etag"));
    assert_eq!(reply.revision(), Some(lab.head().await));
    structure
}

/// What a revision says that it did to the schema: kind, id, change.
async fn told(lab: &Lab, revision: u64) -> Vec<[String; 3]> {
    let page = lab.get(&format!("/changes?since={}&limit=1", revision - 1)).await.ok();
    let schema = page["changes"][0]["schema"].as_array().cloned().unwrap_or_default();
    let text = |change: &Value, key: &str| change[key].as_str().unwrap().to_owned();
    schema.iter().map(|change| ["kind", "id", "change"].map(|key| text(change, key))).collect()
}

fn told_of(kind: &str, id: &str, change: &str) -> [String; 3] {
    [kind, id, change].map(str::to_owned)
}

/// Expects that something is in use by these objects.
#[track_caller]
fn in_use(reply: &Reply, message: &str, objects: &[&String]) {
    let details = reply.refusal(409, "cap_conflict", message);
    let mut named = objects.to_vec();
    named.sort();
    assert_eq!(details, json!({"objects": named, "count": named.len()}));
}

fn problem(message: &str, path: &str) -> String {
    format!("✖ {message}\n  → at {path}")
}
