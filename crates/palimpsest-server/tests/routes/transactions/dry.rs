//! `dryRun`: what would happen is told, and nothing happens. That it tells what then happens is shown in `oracle`.

use serde_json::json;

use super::{PATH, create, everything, imagined, log, rename, version_of};
use crate::app::{App, Lab};
use crate::object::link::Network;
use crate::wire::{chosen, page, titled};

#[tokio::test]
async fn nothing_is_written_and_no_page_is_looked_at() {
    let network = Network::default();
    let lab = Lab::in_app(App::fetching(network.clone())).await;
    let before = everything(&lab).await;
    let link = super::op("POST", "/object/url", &json!({"url": "https://e.org/x.html", "id": chosen(2)}));
    let operations = json!([create(&page("a"), &chosen(1)), link, rename(&chosen(1), "b")]);
    let dry = lab.post(PATH, &json!({"operations": operations, "dryRun": true})).await;
    assert_eq!(dry.revision(), Some(1), "the head that was asked");
    assert_eq!((everything(&lab).await, log(&lab, 1).await.len()), (before, 0));
    assert!(network.looks.lock().unwrap().is_empty());
    let real = lab.post(PATH, &json!({"operations": operations, "dryRun": false})).await;
    assert_eq!((imagined(&real.ok(), 1), real.revision()), (dry.ok(), Some(2)));
    assert_eq!(*network.looks.lock().unwrap(), ["https://e.org/x.html"]);
}

/// What was never committed has the revision that something else will have: its bytes must not be found there.
#[tokio::test]
async fn what_was_only_imagined_is_never_shown() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let body = json!({"operations": [rename(&object, "imagined")], "dryRun": true});
    let ask = lab.ask(http::Method::POST, PATH).header("prefer", "return=representation").json(&body);
    let told = lab.app.send(ask).await.ok();
    assert_eq!(told["results"][0]["body"]["properties"]["title"], titled("imagined"));
    assert_eq!(lab.object(&object).await["properties"]["title"], titled("a"));
    lab.update(json!({"id": object, "properties": {"title": titled("real")}})).await;
    assert_eq!(told["results"][0]["etag"], json!(null), "it had no version");
    assert_eq!(lab.object(&object).await["properties"]["title"], titled("real"));
}

/// The next revision belongs to whoever commits next: what a dry run answers must not be true of what somebody else did.
#[tokio::test]
async fn nothing_that_was_only_asked_can_be_a_condition() {
    let lab = Lab::new().await;
    let (changed, other) = (lab.make(page("a")).await, lab.make(page("b")).await);
    let known = version_of(&lab, &other).await;
    let head = lab.head().await;
    let operations = [rename(&changed, "c"), rename(&other, "b")];
    let told = lab.post(PATH, &json!({"operations": operations, "dryRun": true})).await.ok();
    let results = json!([{"status": 200, "id": changed}, {"status": 200, "id": other, "etag": known}]);
    assert_eq!(told, json!({"revision": head, "results": results}), "what stays has the version that it had");
    let guarded = json!({"operations": operations, "guards": [{"revision": told["revision"]}]});
    lab.update(json!({"id": changed, "properties": {"title": titled("by somebody else")}})).await;
    assert_eq!(lab.post(PATH, &guarded).await.status, 412);
}
