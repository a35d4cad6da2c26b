//! `dryRun`: what would happen is told, and nothing happens. That it tells what then happens is shown in `oracle`.

use serde_json::json;

use super::{PATH, create, everything, log, rename, version_of};
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
    assert_eq!(dry.revision(), Some(2), "the revision it would take");
    assert_eq!((everything(&lab).await, log(&lab, 1).await.len()), (before, 0));
    assert!(network.looks.lock().unwrap().is_empty());
    let real = lab.post(PATH, &json!({"operations": operations, "dryRun": false})).await;
    assert_eq!((real.ok(), real.revision()), (dry.ok(), dry.revision()));
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
    assert_eq!(told["results"][0]["etag"], json!(version_of(&lab, &object).await), "the same version");
    assert_eq!(lab.object(&object).await["properties"]["title"], titled("real"));
}
