//! GET /trash.

use http::Method;
use serde_json::{Value, json};

use crate::app::{BOTH, Lab};
use crate::wire::{id, page, tag, titled};

async fn ids(lab: &Lab) -> Vec<String> {
    let list = lab.get("/trash").await.ok();
    list["results"].as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn it_tells_what_was_trashed_when_and_by_whom() {
    let lab = Lab::new().await;
    assert_eq!(lab.get("/trash").await.ok(), json!({"results": [], "nextCursor": null, "hasMore": false}));
    let page = lab.make(page("a")).await;
    lab.app.clock.advance(1000);
    let token = lab.app.token(&lab.space, "cleaner", BOTH).await;
    lab.app.send(lab.ask(Method::DELETE, &format!("/object?id={page}")).token(&token)).await;
    let reply = lab.get("/trash").await;
    assert_eq!(reply.revision(), Some(3));
    let mut list = reply.ok();
    let history = lab.get(&format!("/object/history?id={page}")).await.ok();
    let trashed = &history["results"][0];
    assert_eq!((&trashed["by"]["name"], &trashed["at"]), (&json!("cleaner"), &json!("2026-11-22T12:00:01.000Z")));
    let row = json!({
        "id": page, "structureId": "RootPage", "title": "a", "trashedAt": trashed["at"], "trashedBy": trashed["by"],
        "etag": trashed["etag"],
    });
    assert_eq!(list["results"].take(), json!([row]));
}

#[tokio::test]
async fn restored_and_deleted_objects_are_not_in_it() {
    let lab = Lab::new().await;
    let mut made = Vec::new();
    for title in ["a", "b", "c", "d"] {
        made.push(lab.make(page(title)).await);
    }
    made.push(lab.make(tag("e")).await);
    for index in [4, 2, 0, 1] {
        lab.delete(&format!("/object?id={}", made[index])).await;
    }
    assert_eq!(ids(&lab).await, [&*made[0], &made[1], &made[2], &made[4]], "in the order they were made");
    lab.patch("/object", &json!({"id": made[1], "deleteRequested": false})).await;
    lab.delete(&format!("/object?id={}&hardDelete=true", made[2])).await;
    lab.delete(&format!("/object?id={}&hardDelete=true", made[3])).await;
    assert_eq!(ids(&lab).await, [&*made[0], &made[4]]);
    lab.delete(&format!("/object?id={}", made[1])).await;
    assert_eq!(ids(&lab).await, [&*made[0], &made[1], &made[4]], "it goes back to its place");
}

#[tokio::test]
async fn pages_show_it_as_it_stood_at_the_first() {
    let lab = Lab::new().await;
    let mut made = Vec::new();
    for number in 0..5 {
        let page = lab.make(page(&number.to_string())).await;
        lab.delete(&format!("/object?id={page}")).await;
        made.push(page);
    }
    let first = lab.get("/trash?limit=2").await.ok();
    lab.patch("/object", &json!({"id": made[3], "deleteRequested": false, "properties": {"title": titled("x")}})).await;
    lab.delete(&format!("/object?id={}&hardDelete=true", made[4])).await;
    let late = lab.make(page("late")).await;
    lab.delete(&format!("/object?id={late}")).await;
    let mut titles = Vec::new();
    let mut list = first;
    loop {
        titles.extend(list["results"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned()));
        let Some(next) = list["nextCursor"].as_str() else { break };
        list = lab.get(&format!("/trash?limit=2&cursor={next}")).await.ok();
    }
    assert_eq!(titles, ["0", "1", "2", "3", "4"]);
    assert_eq!(ids(&lab).await, [&*made[0], &made[1], &made[2], &late]);
}

#[tokio::test]
async fn what_is_asked_for_is_checked() {
    let lab = Lab::new().await;
    let told = async |query: &str, problem: &str| {
        lab.refuses(Method::GET, &format!("/trash?{query}"), Value::Null, &format!("✖ {problem}")).await;
    };
    told("limit=0", "Too small: expected number to be >0\n  → at limit").await;
    told("limit=1001", "Too big: expected number to be <=1000\n  → at limit").await;
    told("cursor=x", "Invalid cursor\n  → at cursor").await;
    for title in ["a", "b"] {
        lab.make(page(title)).await;
    }
    let cursor = lab.get("/objects?limit=1").await.ok()["nextCursor"].as_str().unwrap().to_owned();
    told(&format!("cursor={cursor}"), "Invalid cursor\n  → at cursor").await;
}
