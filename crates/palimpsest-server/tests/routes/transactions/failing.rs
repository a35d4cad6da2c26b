//! A transaction that fails anywhere leaves nothing, and tells what the failing call alone would have been told.

use std::collections::BTreeMap;

use palimpsest_engine::Scope;
use serde_json::{Value, json};

use super::{PATH, STALE, aborted, alone, append, create, everything, op, rename, with};
use crate::app::{Ask, Lab};
use crate::authorisation::{guarded, things};
use crate::contract::endpoints;
use crate::wire::{NOBODY, chosen, page};

/// Whether a mutating call may be an operation: what is in no log is none.
fn is_operation(path: &str) -> bool {
    [PATH, "/webhooks", "/object/media"].iter().all(|beside| !path.starts_with(beside))
}

/// Every mutating call of the document that may be one, as an operation that succeeds.
async fn samples(lab: &Lab) -> Vec<Value> {
    let things = things(lab).await;
    let writes =
        guarded(&things).into_iter().filter(|(_, scope, sample)| *scope == Scope::Write && is_operation(sample.path));
    let operation = |sample: crate::authorisation::Sample| {
        let call = json!({"method": sample.method.as_str(), "path": format!("{}{}", sample.path, sample.query)});
        sample.body.map_or(call.clone(), |body| with_body(call, body))
    };
    writes.map(|(_, _, sample)| operation(sample)).collect()
}

fn with_body(mut operation: Value, body: Value) -> Value {
    operation["body"] = body;
    operation
}

/// The ways in which an operation that succeeds is refused when it is changed a little, with the status of each.
fn spoilt(sample: &Value, live: &[String], taken: &str) -> Vec<(u16, Value)> {
    let (is_of_schema, adds) = (sample["path"].as_str().unwrap().starts_with("/space"), sample["method"] == "POST");
    let path = sample["path"].as_str().unwrap();
    let mut all = vec![(412, with(sample.clone(), "ifMatch", STALE))];
    let mut empty = with(sample.clone(), "path", path.split('?').next().unwrap());
    if sample.get("body").is_some() {
        empty["body"] = json!({});
    }
    all.push((400, empty));
    let text = live.iter().fold(sample.to_string(), |text, id| text.replace(id, NOBODY));
    let elsewhere: Value = serde_json::from_str(&text).unwrap();
    let is_new = elsewhere == *sample;
    if !is_new {
        all.push((404, elsewhere));
        if !(path.ends_with("append") || is_of_schema && adds) {
            // With a token that has to name what it changes.
            all.push((428, sample.clone()));
        }
    } else if path == "/space" {
        all.push((428, sample.clone()));
    }
    if adds && (is_of_schema || is_new) && !path.ends_with("append") {
        let mut again = sample.clone();
        again["body"]["id"] = json!(taken);
        all.push((412, with(again.clone(), "ifNoneMatch", "*")));
        all.push((409, again));
    }
    all
}

/// The ids of structures, properties and collections that samples change.
fn of_schema(samples: &[Value]) -> Vec<String> {
    let changes = samples.iter().filter(|sample| sample["path"].as_str().unwrap().starts_with("/space/"));
    let text: String = changes.map(Value::to_string).collect();
    let words = text.split(|letter: char| letter != '-' && !letter.is_ascii_alphanumeric());
    words.filter(|word| palimpsest_model::parse_uuid(word).is_some()).map(str::to_owned).collect()
}

/// Gives an id to an object, a structure, a collection, and a property of the structure that samples change.
async fn take(lab: &Lab, samples: &[Value]) -> String {
    let taken = chosen(97);
    lab.create(with_id(page("taken"), &taken)).await;
    lab.post("/space/structures", &with_id(json!({"title": "Taken"}), &taken)).await.ok();
    lab.post("/space/collections", &with_id(json!({"title": "Taken", "structureId": "RootPage"}), &taken)).await.ok();
    let properties = samples.iter().filter(|sample| sample["path"] == "/space/properties");
    let structure = properties.map(|sample| sample["body"]["structureId"].clone()).next().unwrap();
    let property = json!({"structureId": structure, "name": "Taken", "type": "text"});
    lab.post("/space/properties", &with_id(property, &taken)).await.ok();
    taken
}

fn with_id(mut body: Value, id: &str) -> Value {
    body["id"] = json!(id);
    body
}

#[tokio::test]
async fn every_call_fails_within_as_it_fails_alone_and_nothing_is_left() {
    let lab = Lab::new().await;
    let careful = lab.app.careful(&lab.space, "careful").await;
    let samples = samples(&lab).await;
    let writes = endpoints()
        .into_iter()
        .filter(|endpoint| endpoint.scope() == Some(Scope::Write) && is_operation(endpoint.path));
    assert_eq!(samples.len(), writes.count());
    let taken = take(&lab, &samples).await;
    let before = everything(&lab).await;
    let rows = before[0]["results"].as_array().unwrap();
    let mut live: Vec<_> = rows.iter().map(crate::wire::id).filter(|id| *id != taken).collect();
    live.extend(of_schema(&samples));
    let mut seen = BTreeMap::new();
    for sample in &samples {
        for (status, failing) in spoilt(sample, &live, &taken) {
            let token = if status == 428 { &careful } else { &lab.token };
            let told = alone(&lab, token, &failing).await;
            assert_eq!(told.status, status, "{failing}: {told:?}");
            let operations = [create(&page("lost"), &chosen(1)), append(&chosen(1), "lost too"), failing.clone()];
            let ask = lab.ask(http::Method::POST, PATH).token(token).json(&json!({"operations": operations}));
            let reply = lab.app.send(ask).await;
            let inner = aborted(&reply, status, "failed", 2);
            assert_eq!(inner, told.json(), "{failing}");
            assert_eq!(reply.revision(), told.revision(), "{failing}");
            assert_eq!(everything(&lab).await, before, "{failing} left something");
            *seen.entry(status).or_insert(0) += 1;
        }
    }
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), [400, 404, 409, 412, 428], "{seen:?}");
}

#[tokio::test]
async fn the_samples_succeed_together() {
    let lab = Lab::new().await;
    let samples = samples(&lab).await;
    let count = samples.len();
    let reply = super::send(&lab, &samples).await;
    assert_eq!(reply.ok()["results"].as_array().unwrap().len(), count);
}

/// What would show a transaction that is not atomic: the same operations one by one leave what the failing one did not undo.
#[tokio::test]
async fn one_by_one_something_is_left() {
    let lab = Lab::new().await;
    let before = everything(&lab).await;
    let operations = [create(&page("kept"), &chosen(1)), append(&chosen(1), "kept too"), rename(NOBODY, "lost")];
    for (operation, status) in operations.iter().zip([200, 200, 404]) {
        assert_eq!(alone(&lab, &lab.token, operation).await.status, status);
    }
    assert_ne!(everything(&lab).await, before);
}

#[tokio::test]
async fn the_first_that_fails_is_told_and_form_comes_before_state() {
    let lab = Lab::new().await;
    let (absent, malformed) = (rename(NOBODY, "b"), op("PATCH", "/object", &json!({"id": 5})));
    let fine = create(&page("a"), &chosen(1));
    for (operations, status, failed) in [
        (vec![fine.clone(), absent.clone(), absent.clone()], 404, 1),
        (vec![absent.clone(), fine, malformed.clone()], 400, 2),
        (vec![malformed.clone(), malformed, absent], 400, 0),
    ] {
        aborted(&super::send(&lab, &operations).await, status, "failed", failed);
    }
}

#[tokio::test]
async fn a_reader_may_send_none() {
    let lab = Lab::new().await;
    let reader = lab.app.token(&lab.space, "reader", &[Scope::Read]).await;
    let ask = Ask::new(http::Method::POST, PATH).token(&reader).json(&json!({"operations": []}));
    assert_eq!((lab.app.send(ask).await.status, lab.head().await), (403, 1));
}
