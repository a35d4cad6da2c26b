//! /object/markdown, and what its three calls have alike.

mod create;
mod get;
mod hostile;
mod laws;
mod names;
mod update;

use palimpsest_model::{Object, Structure};
use palimpsest_store::{Actor, ChangeKind, Intent, Tx};
use serde_json::{Value, json};

use crate::app::{Lab, Reply};

const URI: &str = "/object/markdown";

/// The object as a text.
async fn text_of(lab: &Lab, id: &str) -> String {
    let reply = lab.get(&format!("{URI}?id={id}")).await;
    let body = reply.ok();
    assert_eq!(body["id"], json!(id));
    assert_eq!(reply.header("content-location"), Some(&*format!("/object?id={id}")));
    body["markdown"].as_str().unwrap().to_owned()
}

/// The text below the front matter.
fn body_of(text: &str) -> &str {
    let (_, body) = text.strip_prefix("---\n").unwrap().split_once("\n---\n").unwrap();
    body.strip_prefix('\n').unwrap_or(body)
}

async fn post(lab: &Lab, structure: &str, text: &str) -> Reply {
    lab.post(URI, &json!({"structureId": structure, "markdown": text})).await
}

async fn patch(lab: &Lab, id: &str, text: &str) -> Reply {
    lab.patch(URI, &json!({"id": id, "markdown": text})).await
}

/// Makes an object of a text of which everything counts.
async fn made(lab: &Lab, structure: &str, text: &str) -> Value {
    let reply = post(lab, structure, text).await;
    let object = reply.ok();
    assert_eq!(ignored(&reply), None, "{text}");
    let id = object["id"].as_str().unwrap();
    assert_eq!(lab.object(id).await, object, "GET answers something else");
    object
}

/// Sends a text of which everything counts.
async fn patched(lab: &Lab, id: &str, text: &str) -> Value {
    let reply = patch(lab, id, text).await;
    let object = reply.ok();
    assert_eq!(ignored(&reply), None, "{text}");
    assert_eq!(lab.object(id).await, object, "GET answers something else");
    object
}

fn ignored(reply: &Reply) -> Option<&str> {
    reply.header("palimpsest-ignored")
}

fn title(object: &Value) -> &Value {
    &object["properties"]["title"]["title"]["value"]
}

/// Puts objects into the store as they are, whatever they refer to, and the structure they have.
async fn plant(lab: &Lab, structure: Option<Structure>, objects: Vec<Object>) {
    let space = palimpsest_model::SpaceId(palimpsest_model::parse_uuid(&lab.space).unwrap());
    let intent = Intent { space, actor: Actor::operator(), at: lab.app.engine.now(), begins: None };
    let put = move |tx: &mut Tx<'_>| {
        if let Some(structure) = &structure {
            tx.put_structure(structure.clone());
        }
        objects.iter().try_for_each(|object| tx.put(object.clone(), palimpsest_model::State::Live, ChangeKind::Created))
    };
    lab.app.engine.store().commit(intent, put).await.unwrap().value.unwrap();
}
