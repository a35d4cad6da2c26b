//! What a page of the feed tells.

use http::Method;
use palimpsest_engine::admin::Command;
use serde_json::{Value, json};

use crate::app::{Lab, NOON, Reply};
use crate::wire::{page, page_of, text, titled};

async fn changes(lab: &Lab, query: &str) -> Value {
    lab.get(&format!("/changes{query}")).await.ok()
}

/// The changes of a page, which must be as many as were asked for.
fn listed(page: &Value) -> &Vec<Value> {
    page["changes"].as_array().unwrap()
}

#[tokio::test]
async fn the_creation_of_the_space_is_the_first_change() {
    let lab = Lab::new().await;
    let page = changes(&lab, "").await;
    assert_eq!((&page["revision"], &page["hasMore"]), (&json!(1), &json!(false)));
    let [first] = &listed(&page)[..] else { panic!("{page}") };
    assert_eq!(first["by"], json!({"id": null, "name": "operator"}));
    assert_eq!((&first["at"], &first["objects"]), (&json!(NOON), &json!([])));
    let schema = first["schema"].as_array().unwrap();
    assert_eq!(schema[0], json!({"kind": "space", "id": lab.space, "change": "created"}));
    assert!(schema[1..].iter().all(|part| part["kind"] == "structure" && part["change"] == "created"));
}

#[tokio::test]
async fn a_change_tells_who_did_what_to_which_object() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let one = format!("/object?id={object}");
    lab.app.clock.advance(1500);
    lab.update(json!({"id": object, "properties": {"title": titled("b")}})).await;
    lab.delete(&one).await;
    lab.patch("/object", &json!({"id": object, "deleteRequested": false})).await.ok();
    lab.delete(&format!("{one}&hardDelete=true")).await;
    let page = changes(&lab, "?since=1").await;
    let log = page["log"].as_str().unwrap();
    let told: Vec<_> = listed(&page).iter().map(|change| change["objects"][0].clone()).collect();
    let expected = [
        ("created", json!([]), 2),
        ("updated", json!(["properties.title"]), 3),
        ("trashed", json!(["trashed"]), 4),
        ("restored", json!(["trashed"]), 5),
    ];
    for ((kind, paths, revision), told) in expected.into_iter().zip(&told) {
        let etag = format!("\"{log}.{revision}\"");
        let all = json!({"id": object, "structureId": "RootPage", "kind": kind, "paths": paths, "etag": etag});
        assert_eq!(told, &all);
    }
    assert_eq!((&told[4]["kind"], &told[4]["etag"]), (&json!("deleted"), &json!(null)));
    let second = &listed(&page)[1];
    assert_eq!((&second["at"], &second["by"]["name"]), (&json!("2026-11-22T12:00:01.500Z"), &json!("all")));
    assert!(second["by"]["id"].is_string() && second.get("schema").is_none());
}

#[tokio::test]
async fn collections_and_structures_are_changes_of_the_schema() {
    let lab = Lab::new().await;
    let (space, structure) = (Some(lab.space.clone()), "RootPage".to_owned());
    lab.app.administer(Command::CollectionCreate { space, structure, title: "Shelf".to_owned() }).await;
    let page = changes(&lab, "?since=1").await;
    let schema = &listed(&page)[0]["schema"];
    assert_eq!((&schema[0]["kind"], &schema[0]["change"]), (&json!("collection"), &json!("created")));
}

#[tokio::test]
async fn pages_of_any_size_tell_every_revision_once_and_in_order() {
    let lab = Lab::new().await;
    for number in 0..150 {
        lab.post("/object", &page(&number.to_string())).await.ok();
    }
    for limit in [1, 7, 64, 65, 150, 151, 1000] {
        let (mut seen, mut since) = (Vec::new(), json!(0));
        loop {
            let page = changes(&lab, &format!("?since={since}&limit={limit}")).await;
            assert!(listed(&page).len() <= limit);
            seen.extend(listed(&page).iter().map(|change| change["revision"].as_u64().unwrap()));
            since = page["revision"].clone();
            assert_eq!(page["hasMore"], json!(seen.len() < 151), "{limit}");
            if page["hasMore"] == json!(false) {
                break;
            }
        }
        assert_eq!(seen, (1..=151).collect::<Vec<_>>(), "{limit}");
    }
}

#[tokio::test]
async fn objects_are_shown_as_they_stood_and_only_while_they_could_be_seen() {
    let lab = Lab::new().await;
    let first = lab.create(page("first")).await;
    let object = first["id"].clone();
    let second = lab.update(json!({"id": object, "properties": {"title": titled("second")}})).await;
    lab.delete(&format!("/object?id={}", object.as_str().unwrap())).await;
    let restored = lab.update(json!({"id": object, "deleteRequested": false})).await;
    let page = changes(&lab, "?since=1&include=objects").await;
    let shown: Vec<_> = listed(&page).iter().map(|change| change["objects"][0].get("object")).collect();
    assert_eq!(shown, [Some(&first), Some(&second), None, Some(&restored)]);
    let plain = changes(&lab, "?since=1").await;
    assert!(listed(&plain).iter().all(|change| change["objects"][0].get("object").is_none()));
}

#[tokio::test]
async fn a_page_ends_where_it_would_be_too_large() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    // Versions of 3 MB each: of the 8 MiB of a page, two take the most part.
    let large = "x".repeat(3_000_000);
    for number in 0..5 {
        let blocks = page_of(json!([text(&format!("{number}{large}"))]))["blocks"].clone();
        lab.patch("/object", &json!({"id": object, "blocks": blocks})).await.ok();
    }
    let (mut since, mut counts) = (json!(2), Vec::new());
    while since != json!(7) {
        let reply = lab.get(&format!("/changes?since={since}&include=objects")).await;
        assert!(reply.body.len() <= 8 * 1024 * 1024, "{}", reply.body.len());
        let page = reply.ok();
        counts.push(listed(&page).len());
        since = page["revision"].clone();
        assert_eq!(page["hasMore"], json!(since != json!(7)));
    }
    assert_eq!(counts, [2, 2, 1]);
    assert_eq!(listed(&changes(&lab, "?since=2").await).len(), 5, "without the objects it is small");
}

#[tokio::test]
async fn the_page_at_the_head_is_empty_and_leads_to_itself() {
    let lab = Lab::new().await;
    let reply = lab.get("/changes?since=1").await;
    assert_eq!(reply.revision(), Some(1));
    let page = reply.ok();
    assert_eq!((&page["changes"], &page["revision"], &page["hasMore"]), (&json!([]), &json!(1), &json!(false)));
}

#[tokio::test]
async fn what_is_passed_over_is_named() {
    let lab = Lab::new().await;
    let named = |reply: &Reply| reply.header("palimpsest-ignored").map(str::to_owned);
    assert_eq!(named(&lab.get("/changes?limit=1&filter=x").await), Some("\"filter\"".to_owned()));
    let strict = lab.ask(Method::GET, "/changes?filter=x").header("prefer", "handling=strict");
    assert_eq!(lab.app.send(strict).await.status, 400);
    let strict = lab.ask(Method::GET, "/changes?wait=1&include=objects").header("prefer", "handling=strict");
    let reply = lab.app.send(strict).await;
    assert_eq!((reply.status, reply.header("preference-applied")), (200, Some("handling=strict")));
}
