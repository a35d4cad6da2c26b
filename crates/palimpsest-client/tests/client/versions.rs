//! Which versions are sent, and which answers they come from.

use palimpsest_client::{
    Append, Call, Client, Code, NewObject, ObjectChanges, ObjectId, ObjectView, Revision, parse_uuid,
};
use serde_json::{Value, json};

use crate::scripted::{Heard, Line, Scripted, answer};

const ID: &str = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";
const SEVEN: &str = "\"00000000000000ab.7\"";
const EIGHT: &str = "\"00000000000000ab.8\"";

fn object() -> ObjectId {
    ObjectId(parse_uuid(ID).unwrap())
}

fn page() -> Value {
    json!({"id": ID, "structureId": "RootPage", "collections": [], "properties": {}, "blocks": {}})
}

macro_rules! headers {
    ($version:literal) => {
        &[
            concat!("ETag: \"00000000000000ab.", $version, "-Zm9v\""),
            "Content-Location: /object?id=3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11",
        ]
    };
}

fn seven() -> Line {
    answer(200, headers!("7"), page())
}

fn eight() -> Line {
    answer(200, headers!("8"), page())
}

fn rename(client: &Client) -> Call<ObjectView> {
    client.update_object(object(), &ObjectChanges::new().title("a"))
}

fn conditions(heard: &[Heard]) -> Vec<Option<&str>> {
    heard.iter().map(|heard| heard.header("if-match")).collect()
}

#[tokio::test]
async fn a_write_can_be_made_to_depend_on_what_was_read() {
    let stale = json!({"code": "cap_precondition_failed", "message": "Old", "details": {"id": ID, "current": EIGHT, "revision": 9}});
    let server = Scripted::new(vec![seven(), answer(412, &[], stale), eight()]).await;
    let client = server.client();
    let read = client.object(object()).await.unwrap();
    assert_eq!(read.tag, SEVEN.parse().ok());
    let stale = rename(&client).if_match(&read).await.unwrap_err().stale().unwrap();
    assert_eq!((stale.current, stale.revision), (EIGHT.parse().ok(), Revision(9)));
    rename(&client).if_match_tag(stale.current.unwrap()).merge().await.unwrap();
    let heard = server.heard();
    assert_eq!(conditions(&heard), [None, Some(SEVEN), Some(EIGHT)]);
    assert_eq!(heard[2].header("prefer"), Some("merge"));
}

#[tokio::test]
async fn a_server_without_versions_is_asked_for_none() {
    let plain = || answer(200, &[], page());
    let server = Scripted::new(vec![plain(), plain(), plain()]).await;
    let client = server.client().careful();
    let read = client.object(object()).await.unwrap();
    assert_eq!((read.tag, read.revision, read.replayed), (None, None, false));
    rename(&client).await.unwrap();
    rename(&client).if_match(&read).await.unwrap();
    assert_eq!(conditions(&server.heard()), [None; 3]);
}

#[tokio::test]
async fn a_careful_client_sends_the_version_it_read_last() {
    let server = Scripted::new(vec![seven(), eight(), answer(204, headers!("9"), ""), seven()]).await;
    let client = server.client().careful();
    client.object(object()).await.unwrap();
    rename(&client).await.unwrap();
    rename(&client.clone()).minimal().await.unwrap();
    client.append(object(), &Append::markdown("a")).await.unwrap();
    assert_eq!(conditions(&server.heard()), [None, Some(SEVEN), Some(EIGHT), Some("\"00000000000000ab.9\"")]);
}

#[tokio::test]
async fn a_careful_client_takes_only_what_it_has_seen_for_read() {
    let past = || answer(200, headers!("7"), page());
    let server = Scripted::new(vec![past(), answer(204, headers!("7"), ""), seven(), eight(), eight()]).await;
    let client = server.client().careful();
    client.object_at(object(), Revision(7)).await.unwrap();
    rename(&client).minimal().await.unwrap();
    client.object(object()).await.unwrap();
    client.create_object(&NewObject::page("a").id(object())).await.unwrap();
    rename(&client).if_absent().await.unwrap();
    assert_eq!(
        conditions(&server.heard()),
        [None; 5],
        "what was, an answer without the object, a creation, an own condition"
    );
}

#[tokio::test]
async fn a_careful_client_reads_lists_and_writes_transactions_with_care() {
    let rows = json!({"revision": 7, "nextCursor": null, "hasMore": false,
        "results": [{"id": ID, "structureId": "RootPage", "title": "", "etag": SEVEN, "object": page()}]});
    let done = json!({"revision": 8, "results": [{"status": 200, "id": ID, "etag": EIGHT}]});
    let found = json!({"revision": 7, "results": [{"id": ID, "etag": SEVEN, "object": page()}]});
    let lines = [answer(200, &[], rows), answer(200, &[], done), answer(200, &[], found), eight()];
    let server = Scripted::new(lines.into()).await;
    let client = server.client().careful();
    client.objects(&palimpsest_client::Page::first().whole()).await.unwrap();
    client.transaction().then(rename(&client)).commit().await.unwrap();
    let committed = client.transaction().then(rename(&client)).commit();
    assert!(format!("{committed:?}").contains("/transactions"));
    client.get_objects(&[object()]).await.unwrap();
    rename(&client).await.unwrap();
    let heard = server.heard();
    let body: Value = serde_json::from_str(&heard[1].body).unwrap();
    assert_eq!(body["operations"][0]["ifMatch"], SEVEN);
    assert_eq!(conditions(&heard)[3], Some(SEVEN));
}

fn titled(title: &str, headers: &'static [&'static str]) -> Line {
    let mut page = page();
    page["properties"] = json!({"title": {"type": "title", "title": {"value": title}}});
    answer(200, headers, page)
}

fn refused(status: u16, code: &str, details: Value) -> Line {
    answer(status, &[], json!({"code": code, "message": "No", "details": details}))
}

fn stale() -> Line {
    refused(412, "cap_precondition_failed", json!({"current": EIGHT, "revision": 8}))
}

#[tokio::test]
async fn an_update_is_decided_anew_in_view_of_what_others_wrote() {
    let lines = [titled("a", headers!("7")), stale(), titled("b", headers!("8")), titled("b!", headers!("9"))];
    let server = Scripted::new(lines.into()).await;
    let edit = |object: &ObjectView| ObjectChanges::new().title(format!("{}!", object.title()));
    let updated = server.client().update_with(object(), edit).await.unwrap();
    assert_eq!(updated.value.title(), "b!");
    let heard = server.heard();
    assert_eq!(conditions(&heard), [None, Some(SEVEN), None, Some(EIGHT)]);
    let sent: Value = serde_json::from_str(&heard[3].body).unwrap();
    assert_eq!(sent["properties"]["title"]["title"]["value"], "b!");
}

#[tokio::test]
async fn an_update_ends_after_so_many_times_and_at_once_for_other_reasons() {
    let server = Scripted::new(vec![seven(), stale(), seven(), stale(), seven()]).await;
    let edit = |_: &ObjectView| ObjectChanges::new().title("a");
    let error = server.client().update_with(object(), edit).times(1).await.unwrap_err();
    assert_eq!((error.code, server.heard().len()), (Code::PreconditionFailed, 4));
    let server = Scripted::new(vec![seven(), refused(400, "cap_invalid_input", Value::Null), seven()]).await;
    let error = server.client().update_with(object(), edit).await.unwrap_err();
    assert_eq!((error.code, server.heard().len()), (Code::InvalidInput, 2));
}

#[tokio::test]
async fn an_update_may_find_nothing_to_do() {
    let server = Scripted::new(vec![titled("a", headers!("7"))]).await;
    let edit = |object: &ObjectView| (object.title() != "a").then(ObjectChanges::new);
    assert_eq!(server.client().update_with(object(), edit).await.unwrap().tag, SEVEN.parse().ok());
}

#[tokio::test]
async fn an_update_that_merges_is_decided_anew_only_where_changes_collide() {
    let collided = json!({"conflicts": [{"path": "properties.title", "base": null, "theirs": "b", "mine": "a"}]});
    let lines = [seven(), refused(409, "cap_conflict", collided), eight(), eight()];
    let server = Scripted::new(lines.into()).await;
    let edit = |_: &ObjectView| ObjectChanges::new().title("a");
    server.client().update_with(object(), edit).merge().await.unwrap();
    let heard = server.heard();
    assert_eq!(conditions(&heard), [None, Some(SEVEN), None, Some(EIGHT)]);
    assert_eq!((heard[1].header("prefer"), heard[3].header("prefer")), (Some("merge"), Some("merge")));
}
