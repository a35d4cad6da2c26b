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
    !path.starts_with(PATH) && !path.starts_with("/webhooks")
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
    let path = sample["path"].as_str().unwrap();
    let mut all = vec![(412, with(sample.clone(), "ifMatch", STALE))];
    let mut empty = with(sample.clone(), "path", path.split('?').next().unwrap());
    if sample.get("body").is_some() {
        empty["body"] = json!({});
    }
    all.push((400, empty));
    let text = live.iter().fold(sample.to_string(), |text, id| text.replace(id, NOBODY));
    let elsewhere: Value = serde_json::from_str(&text).unwrap();
    if elsewhere != *sample {
        all.push((404, elsewhere));
        if !path.ends_with("append") {
            // With a token that has to name what it changes.
            all.push((428, sample.clone()));
        }
    } else if !path.ends_with("append") {
        let mut again = sample.clone();
        again["body"]["id"] = json!(taken);
        all.push((412, with(again.clone(), "ifNoneMatch", "*")));
        all.push((409, again));
    }
    all
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
    let taken = lab.make(page("taken")).await;
    let before = everything(&lab).await;
    let rows = before[0]["results"].as_array().unwrap();
    let live: Vec<_> = rows.iter().map(crate::wire::id).filter(|id| *id != taken).collect();
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
