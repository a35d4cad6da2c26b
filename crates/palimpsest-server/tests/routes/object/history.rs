//! GET /object/history.

use http::Method;
use palimpsest_model::{ObjectId, SpaceId, State, parse_uuid};
use palimpsest_store::{Actor, ChangeKind, Intent, Tx};
use serde_json::{Value, json};

use crate::app::{BOTH, Lab};
use crate::wire::{NOBODY, SECTION, body, id, page, page_of, text, titled};

/// All entries, page by page.
pub(crate) async fn entries(lab: &Lab, object: &str, limit: usize) -> Vec<Value> {
    let mut entries = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = lab.get(&format!("/object/history?id={object}&limit={limit}{cursor}")).await.ok();
        let results = page["results"].as_array().unwrap();
        assert!(results.len() <= limit);
        entries.extend(results.iter().cloned());
        assert_eq!(page["hasMore"], json!(!page["nextCursor"].is_null()));
        let Some(next) = page["nextCursor"].as_str() else { break };
        assert_eq!(results.len(), limit);
        cursor = format!("&cursor={next}");
    }
    entries
}

fn kinds(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn it_tells_who_did_what_when_and_where() {
    let lab = Lab::new().await;
    let made = lab.create(page_of(json!([text("a")]))).await;
    let (page, block) = (id(&made), id(&body(&made)[0]));
    lab.app.clock.advance(1000);
    let token = lab.app.token(&lab.space, "editor", BOTH).await;
    let change = json!({"id": page, "properties": {"title": titled("b")}, "blocks": {SECTION: [{"id": block, "type": "TextBlock", "tokens": []}]}});
    lab.app.send(lab.ask(Method::PATCH, "/object").token(&token).json(&change)).await.ok();
    let entries = entries(&lab, &page, 50).await;
    let tag = |revision: u64, etag: &Value| etag.as_str().unwrap().ends_with(&format!(".{revision}\""));
    assert!(tag(3, &entries[0]["etag"]) && tag(2, &entries[1]["etag"]));
    let list = lab.get("/objects").await.ok();
    assert_eq!(list["results"][0]["etag"], entries[0]["etag"], "one version has one name");
    let told = |entry: &Value| {
        let mut told = entry.clone();
        let (etag, by) = (told["etag"].take(), told["by"]["id"].take());
        assert!(etag.is_string() && by.is_string());
        told
    };
    assert_eq!(
        told(&entries[0]),
        json!({
            "revision": 3, "at": "2026-11-22T12:00:01.000Z", "by": {"id": null, "name": "editor"}, "kind": "updated",
            "paths": [format!("blocks.{SECTION}.{block}.content"), "properties.title"], "etag": null,
        })
    );
    assert_eq!(
        told(&entries[1]),
        json!({
            "revision": 2, "at": "2026-11-22T12:00:00.000Z", "by": {"id": null, "name": "all"}, "kind": "created",
            "paths": [], "etag": null,
        })
    );
    assert_ne!(entries[0]["by"]["id"], entries[1]["by"]["id"]);
}

#[tokio::test]
async fn whoever_is_not_a_token_has_no_id() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let (space, object) = (SpaceId(parse_uuid(&lab.space).unwrap()), ObjectId(parse_uuid(&page).unwrap()));
    for kind in [ChangeKind::Reverted, ChangeKind::Merged] {
        let intent = Intent { space, actor: Actor::operator(), at: lab.app.engine.now(), begins: None };
        let put = move |tx: &mut Tx<'_>| {
            let mut changed = (*tx.object(object)?.unwrap().object).clone();
            changed.properties.insert("title".into(), palimpsest_model::Value::Title(Some(kind.as_str().to_owned())));
            tx.put(changed, State::Live, kind)
        };
        lab.app.engine.store().commit(intent, put).await.unwrap().value.unwrap();
    }
    let entries = entries(&lab, &page, 50).await;
    assert_eq!(kinds(&entries), ["merged", "reverted", "created"]);
    assert_eq!(entries[0]["by"], json!({"id": null, "name": "operator"}));
}

#[tokio::test]
async fn what_is_trashed_or_deleted_has_a_history() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let one = format!("/object?id={page}");
    lab.delete(&one).await;
    assert_eq!(kinds(&entries(&lab, &page, 50).await), ["trashed", "created"]);
    lab.patch("/object", &json!({"id": page, "deleteRequested": false})).await;
    lab.delete(&format!("{one}&hardDelete=true")).await;
    let entries = entries(&lab, &page, 50).await;
    assert_eq!(kinds(&entries), ["deleted", "restored", "trashed", "created"]);
    let paths: Vec<_> = entries.iter().map(|entry| entry["paths"].clone()).collect();
    assert_eq!(paths, [json!([]), json!(["trashed"]), json!(["trashed"]), json!([])]);
}

#[tokio::test]
async fn pages_go_on_where_the_one_before_ended_whatever_is_written() {
    let lab = Lab::new().await;
    let page = lab.make(page("0")).await;
    let change =
        async |title: String| drop(lab.update(json!({"id": page, "properties": {"title": titled(&title)}})).await);
    for number in 1..7 {
        change(number.to_string()).await;
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let part = lab.get(&format!("/object/history?id={page}&limit=2{cursor}")).await.ok();
        seen.extend(part["results"].as_array().unwrap().iter().map(|entry| entry["revision"].as_u64().unwrap()));
        let Some(next) = part["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
        change(format!("meanwhile {}", seen.len())).await;
    }
    assert_eq!(seen, [8, 7, 6, 5, 4, 3, 2]);
}

#[tokio::test]
async fn before_leaves_out_what_is_not() {
    let lab = Lab::new().await;
    let page = lab.make(page("0")).await;
    for title in ["1", "2", "3"] {
        lab.update(json!({"id": page, "properties": {"title": titled(title)}})).await;
    }
    let before = async |revision: u64, more: &str| {
        let part = lab.get(&format!("/object/history?id={page}&before={revision}{more}")).await.ok();
        let results = part["results"].as_array().unwrap();
        (
            results.iter().map(|entry| entry["revision"].as_u64().unwrap()).collect::<Vec<_>>(),
            part["nextCursor"].clone(),
        )
    };
    assert_eq!(before(1, "").await.0, [0; 0]);
    assert_eq!(before(2, "").await.0, [0; 0]);
    assert_eq!(before(4, "").await.0, [3, 2]);
    assert_eq!(before(u64::MAX, "").await.0, [5, 4, 3, 2]);
    let (first, cursor) = before(5, "&limit=2").await;
    let (second, end) = before(5, &format!("&limit=2&cursor={}", cursor.as_str().unwrap())).await;
    assert_eq!((first, second, end), (vec![4, 3], vec![2], Value::Null));
}

#[tokio::test]
async fn what_is_asked_for_is_checked() {
    let lab = Lab::new().await;
    let (page, other) = (lab.make(page("a")).await, lab.make(page("b")).await);
    lab.update(json!({"id": page, "properties": {"title": titled("b")}})).await;
    let told = async |query: &str, problem: &str| {
        lab.refuses(Method::GET, &format!("/object/history?{query}"), Value::Null, &format!("✖ {problem}")).await;
    };
    told("id=x", "Invalid UUID\n  → at id").await;
    told(&format!("id={page}&limit=0"), "Too small: expected number to be >0\n  → at limit").await;
    told(&format!("id={page}&limit=1001"), "Too big: expected number to be <=1000\n  → at limit").await;
    told(&format!("id={page}&before=0"), "Too small: expected number to be >0\n  → at before").await;
    told(&format!("id={page}&cursor=x"), "Invalid cursor\n  → at cursor").await;
    let first = lab.get(&format!("/object/history?id={page}&limit=1")).await.ok();
    let cursor = first["nextCursor"].as_str().unwrap();
    told(&format!("id={other}&cursor={cursor}"), "Invalid cursor\n  → at cursor").await;
    let of_a_list = lab.get("/objects?limit=1").await.ok()["nextCursor"].as_str().unwrap().to_owned();
    told(&format!("id={page}&cursor={of_a_list}"), "Invalid cursor\n  → at cursor").await;
    let gone = (404, "cap_not_found");
    for query in [format!("id={NOBODY}"), format!("id={NOBODY}&before=1")] {
        let uri = format!("/object/history?{query}");
        lab.refuses_as(Method::GET, &uri, Value::Null, gone, "Object not found").await;
    }
}
