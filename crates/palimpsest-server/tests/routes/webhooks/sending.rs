//! What is sent, in which order, under which filter.

use palimpsest_engine::Next;
use palimpsest_model::Revision;
use palimpsest_store::SigningSecret;
use serde_json::{Value, json};

use super::receiver::{Wired, named};
use crate::wire::{id, page, tag, titled};

/// Changes of several kinds; some touch several objects, one none.
async fn write(wired: &Wired) {
    let lab = &wired.lab;
    let page_id = lab.make(page("a")).await;
    let tag_id = lab.make(tag("b")).await;
    lab.update(json!({"id": page_id, "properties": {"title": titled("c")}})).await;
    lab.append(json!({"id": page_id, "markdown": "with #several"})).await;
    crate::object::rename_options(lab, "new").await;
    lab.delete(&format!("/object?id={tag_id}")).await;
    lab.patch("/object", &json!({"id": tag_id, "deleteRequested": false})).await.ok();
    lab.delete(&format!("/object?id={page_id}&hardDelete=true")).await;
}

async fn changes(wired: &Wired, since: u64, more: &str) -> Vec<Value> {
    let page = wired.lab.get(&format!("/changes?since={since}&limit=1000{more}")).await.ok();
    page["changes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_change_after_the_beginning_is_sent_in_order() {
    for (include, query) in [(false, ""), (true, "&include=objects")] {
        let wired = Wired::new().await;
        wired.lab.make(page("before")).await;
        let hook = wired.hook(json!({"includeObjects": include})).await;
        let since = wired.lab.head().await;
        write(&wired).await;
        let head = wired.lab.head().await;
        assert_eq!(wired.run(&hook).await, Next::After(Revision(head)));
        let expected: Vec<_> = changes(&wired, since, query)
            .await
            .into_iter()
            .map(|change| json!({"type": "change", "data": change}))
            .collect();
        assert!(expected.len() >= 8);
        assert_eq!(wired.receiver.bodies(), expected);
        assert_eq!(wired.shown(&hook).await["revision"], json!(head));
        assert_eq!(wired.run(&hook).await, Next::After(Revision(head)));
        assert_eq!(wired.receiver.got().len(), expected.len(), "nothing is sent again");
    }
}

#[tokio::test]
async fn a_filter_passes_over_the_rest() {
    let filters = [
        json!({"structureIds": ["RootTag"]}),
        json!({"kinds": ["updated"]}),
        json!({"structureIds": ["RootPage"], "kinds": ["created", "deleted"]}),
        json!({"structureIds": ["RootTag"], "kinds": ["updated"]}),
    ];
    let wired = Wired::new().await;
    let since = wired.lab.head().await;
    for filter in &filters {
        let wired = Wired::new().await;
        let hook = wired.hook(filter.clone()).await;
        write(&wired).await;
        let among = |member: &str, value: &Value| filter[member].as_array().is_none_or(|list| list.contains(value));
        let passes = |change: &Value| {
            let objects = change["objects"].as_array().unwrap();
            objects.iter().any(|one| among("structureIds", &one["structureId"]) && among("kinds", &one["kind"]))
        };
        let all = changes(&wired, since, "").await;
        let expected: Vec<_> =
            all.iter().filter(|change| passes(change)).map(|one| one["revision"].as_u64().unwrap()).collect();
        let head = wired.lab.head().await;
        assert_eq!(wired.run(&hook).await, Next::After(Revision(head)), "{filter}");
        assert_eq!(wired.receiver.revisions(), expected, "{filter}");
        assert!(expected.len() < all.len());
        assert_eq!(wired.shown(&hook).await["revision"], json!(head), "what is passed over moves the cursor");
    }
}

#[tokio::test]
async fn messages_have_names_of_their_own_and_are_signed() {
    let wired = Wired::new().await;
    let made = wired.lab.post("/webhooks", &json!({"url": "https://example.org/hook"})).await.ok();
    let other = wired.hook(json!({})).await;
    write(&wired).await;
    wired.run(&id(&made)).await;
    wired.run(&other).await;
    let got = wired.receiver.got();
    let names: std::collections::BTreeSet<_> = got.iter().map(|message| &message.id).collect();
    assert_eq!(names.len(), got.len());
    let seconds = wired.lab.app.engine.now().0 / 1000;
    for message in &got {
        assert!(!message.id.contains('.'), "{}", message.id);
        assert_eq!(message.timestamp, seconds.to_string());
        assert!(message.signature.starts_with("v1,"));
    }
    let signatures: std::collections::BTreeSet<_> = got.iter().map(|message| &message.signature).collect();
    assert_eq!(signatures.len(), got.len());
}

#[tokio::test]
async fn a_cursor_that_the_log_does_not_know_is_paused() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    let of_another_log = named(&hook);
    let change = move |registry: &mut palimpsest_store::Registry<'_>| {
        let mut webhook = registry.webhook(of_another_log)?.unwrap();
        webhook.log.0 ^= 1;
        webhook.secret = SigningSecret(vec![1; 24]);
        registry.put_webhook(&webhook)
    };
    wired.lab.app.engine.store().administer(change).await.unwrap().unwrap();
    wired.lab.make(page("a")).await;
    assert_eq!(wired.run(&hook).await, Next::Never);
    assert!(wired.receiver.got().is_empty());
    let shown = wired.shown(&hook).await;
    assert!(shown["pausedBecause"].as_str().unwrap().contains("does not reach back"), "{shown}");
}
