//! The calls that look at the past, after the history below a revision was taken out.

use http::Method;
use palimpsest_model::{Revision, SpaceId};
use palimpsest_store::Registry;
use serde_json::{Value, json};

use crate::app::{Ask, Lab, Reply};
use crate::object::{entries, rename_options};
use crate::retention::compact;
use crate::wire::{NOBODY, id, page, run, titled};

const KEY: &str = "idempotency-key";

/// A refusal of what lies below a horizon; otherwise the test fails.
#[track_caller]
fn assert_compacted(reply: &Reply, oldest: u64) {
    let message = format!("The history is kept from revision {oldest} on");
    assert_eq!(reply.refusal(410, "cap_revision_compacted", &message), json!({"oldest": oldest}));
}

/// The calls that name a revision of an object.
fn calls(lab: &Lab, object: &str, revision: u64, head: u64) -> Vec<Ask> {
    let get = |uri: String| lab.ask(Method::GET, &uri);
    vec![
        get(format!("/object?id={object}&revision={revision}")),
        get(format!("/object/diff?id={object}&from={revision}&to={head}")),
        get(format!("/object/diff?id={object}&from={head}&to={revision}")),
        get(format!("/changes?since={}&limit=1&include=objects", revision - 1)),
        get(format!("/changes?since={}", revision - 1)),
    ]
}

async fn several(lab: &Lab, ids: &[&str], revision: u64) -> Vec<Value> {
    let all = lab.post("/objects/get", &json!({"ids": ids, "revision": revision})).await.ok();
    all["results"].as_array().unwrap().clone()
}

async fn rename(lab: &Lab, object: &str, title: &str) -> Reply {
    lab.patch("/object", &json!({"id": object, "properties": {"title": titled(title)}})).await
}

#[tokio::test]
async fn below_it_every_call_is_410_and_from_it_on_each_answers_as_before() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let created = lab.head().await;
    for title in ["b", "c", "d", "e", "f"] {
        rename(&lab, &object, title).await.ok();
        lab.create(page("noise")).await;
    }
    let end = lab.head().await;
    let horizon = created + 6;
    let bodies = async |revision| {
        let mut bodies = Vec::new();
        for ask in calls(&lab, &object, revision, end) {
            bodies.push(lab.app.send(ask).await.ok());
        }
        (bodies, several(&lab, &[&object], revision).await)
    };
    let mut before = Vec::new();
    for revision in horizon..=end {
        before.push(bodies(revision).await);
    }
    let space = SpaceId(lab.space.parse().unwrap());
    let step = move |registry: &mut Registry<'_>| registry.compact(space, Revision(horizon), usize::MAX);
    assert!(lab.app.engine.store().administer(step).await.unwrap().unwrap());
    for (revision, before) in (horizon..=end).zip(&before) {
        assert_eq!(&bodies(revision).await, before, "at {revision}");
    }
    for revision in 1..horizon {
        for ask in calls(&lab, &object, revision, end) {
            assert_compacted(&lab.app.send(ask).await, horizon);
        }
        let all = several(&lab, &[&object, NOBODY], revision).await;
        let codes: Vec<_> = all.iter().map(|one| one["error"]["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["cap_revision_compacted", "cap_not_found"], "at {revision}");
        let unknown = lab.get(&format!("/object?id={NOBODY}&revision={revision}")).await;
        assert_eq!((unknown.status, &*unknown.code()), (404, "cap_not_found"));
    }
    let stream = lab.ask(Method::GET, "/changes?since=1").header("accept", "text/event-stream");
    assert_compacted(&lab.app.send(stream).await, horizon);
    assert_compacted(&lab.get("/changes").await, horizon);
}

#[tokio::test]
async fn a_history_begins_at_the_horizon() {
    let lab = Lab::new().await;
    let (object, quiet) = (lab.make(page("a")).await, lab.make(page("quiet")).await);
    rename(&lab, &object, "b").await.ok();
    rename(&lab, &object, "c").await.ok();
    let before = entries(&lab, &object, 10).await;
    let horizon = compact(&lab).await;
    assert_eq!(entries(&lab, &object, 10).await, before[..1], "the entry of the horizon itself is there");
    rename(&lab, &object, "d").await.ok();
    rename(&lab, &object, "e").await.ok();
    for limit in [1, 2, 3, 10] {
        let revisions: Vec<_> = entries(&lab, &object, limit).await;
        let revisions: Vec<_> = revisions.iter().map(|entry| entry["revision"].as_u64().unwrap()).collect();
        assert_eq!(revisions, [horizon + 2, horizon + 1, horizon], "{limit} a page");
    }
    assert!(entries(&lab, &quiet, 10).await.is_empty(), "nothing was done to it since");
    let below = lab.get(&format!("/object/history?id={object}&before={horizon}")).await.ok();
    assert_eq!((&below["results"], &below["hasMore"]), (&json!([]), &json!(false)));
    assert_eq!(lab.get(&format!("/object/history?id={NOBODY}")).await.status, 404);
}

#[tokio::test]
async fn the_trash_tells_who_trashed_what_also_when_that_lies_below() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    lab.app.clock.advance(1000);
    lab.delete(&format!("/object?id={object}")).await;
    lab.create(page("noise")).await;
    let before = lab.get("/trash").await.ok();
    assert!(before["results"][0]["trashedBy"]["id"].is_string());
    compact(&lab).await;
    assert_eq!(lab.get("/trash").await.ok(), before);
    lab.patch("/object", &json!({"id": object, "deleteRequested": false})).await.ok();
    assert_eq!(lab.get("/trash").await.ok()["results"], json!([]));
}

/// The tag of the current version, without its digest.
async fn version(lab: &Lab, object: &str) -> String {
    let all = several(lab, &[object], lab.head().await).await;
    all[0]["etag"].as_str().unwrap().to_owned()
}

async fn renamed_if(lab: &Lab, object: &str, tag: &str, title: &str) -> Reply {
    let body = json!({"id": object, "properties": {"title": titled(title)}});
    let ask = lab.ask(Method::PATCH, "/object").header("if-match", tag).and_header("prefer", "merge").json(&body);
    lab.app.send(ask).await
}

#[tokio::test]
async fn a_condition_on_a_version_that_is_gone_says_so() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let first = version(&lab, &object).await;
    rename(&lab, &object, "b").await.ok();
    let second = version(&lab, &object).await;
    lab.create(page("noise")).await;
    compact(&lab).await;
    let refused = renamed_if(&lab, &object, &first, "never").await;
    assert_eq!((refused.status, &*refused.code()), (412, "cap_precondition_failed"));
    let details = &refused.json()["details"];
    let expected = json!({"id": object, "current": second, "revision": lab.head().await, "base": "compacted"});
    assert_eq!(details, &expected);
    let guards = json!([{"id": object, "ifMatch": first}]);
    let operations = json!([{"method": "PATCH", "path": "/object", "body": {"id": object, "collections": []}}]);
    let aborted = lab.post("/transactions", &json!({"guards": guards, "operations": operations})).await;
    assert_eq!((aborted.status, &*aborted.code()), (412, "cap_transaction_aborted"));
    assert!(aborted.json().to_string().contains("\"base\":\"compacted\""), "{}", aborted.json());
    renamed_if(&lab, &object, &second, "c").await.ok();
}

#[tokio::test]
async fn a_version_that_stood_at_the_horizon_is_still_one_to_start_from() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let first = version(&lab, &object).await;
    lab.create(page("noise")).await;
    compact(&lab).await;
    lab.update(
        json!({"id": object, "properties": {"description": {"type": "richText", "richText": {"value": [run("new")]}}}}),
    )
    .await;
    let plain = json!({"id": object, "properties": {"title": titled("never")}});
    let refused = lab.app.send(lab.ask(Method::PATCH, "/object").header("if-match", &first).json(&plain)).await;
    assert_eq!(refused.json()["details"]["changedPaths"], json!(["properties.description"]), "{}", refused.json());
    let merged = renamed_if(&lab, &object, &first, "b").await.ok();
    assert_eq!(merged["properties"]["title"], titled("b"));
    assert!(merged["properties"].to_string().contains("new"), "{merged}");
}

#[tokio::test]
async fn a_retry_of_what_shows_a_version_that_is_gone_is_410_and_has_no_effect() {
    let lab = Lab::new().await;
    let create = || lab.ask(Method::POST, "/object").header(KEY, "create").json(&page("a"));
    let first = lab.app.send(create()).await;
    let object = id(&first.ok());
    let change = json!({"id": object, "properties": {"title": titled("b")}});
    let update = || lab.ask(Method::PATCH, "/object").header(KEY, "update").json(&change);
    let second = lab.app.send(update()).await;
    lab.create(page("noise")).await;
    let horizon = compact(&lab).await;
    assert_compacted(&lab.app.send(create()).await, horizon);
    let again = lab.app.send(update()).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!((again.status, &again.body), (200, &second.body), "that version stood at the horizon");
    assert_eq!((again.header("etag"), again.revision()), (second.header("etag"), second.revision()));
    assert_eq!(lab.head().await, horizon);
}

#[tokio::test]
async fn a_retry_is_shown_with_the_structure_of_then_or_not_at_all() {
    let lab = Lab::new().await;
    let ask = |key| lab.ask(Method::POST, "/object").header(KEY, key).json(&json!({"structureId": "RootTask"}));
    let first = lab.app.send(ask("below")).await;
    lab.create(page("noise")).await;
    compact(&lab).await;
    let second = lab.app.send(ask("above")).await;
    rename_options(&lab, "new").await;
    for (key, answer) in [("below", &first), ("above", &second)] {
        let again = lab.app.send(ask(key)).await;
        assert_eq!((again.status, &again.body), (200, &answer.body), "{key}: the structure stood at the horizon");
    }
    let horizon = compact(&lab).await;
    for key in ["below", "above"] {
        assert_compacted(&lab.app.send(ask(key)).await, horizon);
    }
}
