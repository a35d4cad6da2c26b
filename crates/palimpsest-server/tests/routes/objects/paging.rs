//! Pages: complete, without repetitions, of one revision.

use http::Method;
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{id, page, tag, titled};

const LIST: &str = "/objects/structure?id=RootPage&pageSize=2";

async fn lab_of(count: usize) -> Lab {
    let lab = Lab::new().await;
    for number in 0..count {
        lab.create(page(&number.to_string())).await;
    }
    lab
}

fn next(uri: &str, list: &Value) -> Option<String> {
    assert_eq!(list["hasMore"], json!(!list["nextCursor"].is_null()));
    Some(format!("{uri}&cursor={}", list["nextCursor"].as_str()?))
}

/// The titles of each page; `between` happens after each.
async fn pages(lab: &Lab, uri: &str, between: impl AsyncFn()) -> Vec<Vec<String>> {
    let mut place = Some(uri.to_owned());
    let mut pages = Vec::new();
    while let Some(uri_of_page) = place {
        let list = lab.get(&uri_of_page).await.ok();
        let rows = list["results"].as_array().unwrap().iter();
        pages.push(rows.map(|row| row["title"].as_str().unwrap().to_owned()).collect());
        place = next(uri, &list);
        between().await;
    }
    pages
}

#[tokio::test]
async fn pages_show_everything_once_in_the_order_it_was_made() {
    let check = async |count: usize, expected: &[&[&str]]| {
        let lab = lab_of(count).await;
        assert_eq!(pages(&lab, LIST, async || {}).await, expected);
    };
    check(0, &[&[]]).await;
    check(1, &[&["0"]]).await;
    check(2, &[&["0", "1"]]).await;
    check(5, &[&["0", "1"], &["2", "3"], &["4"]]).await;
}

#[tokio::test]
async fn pages_show_the_list_as_it_stood_at_the_first() {
    let lab = lab_of(5).await;
    let first = lab.get("/objects?limit=5").await.ok();
    let ids: Vec<_> = first["results"].as_array().unwrap().iter().map(id).collect();
    let meddle = async || {
        lab.create(page("new")).await;
        lab.patch("/object", &json!({"id": ids[3], "properties": {"title": titled("renamed")}})).await;
        lab.delete(&format!("/object?id={}", ids[4])).await;
    };
    assert_eq!(pages(&lab, LIST, meddle).await.concat(), ["0", "1", "2", "3", "4"]);
    assert_eq!(pages(&lab, LIST, async || {}).await.concat()[..4], ["0", "1", "2", "renamed"]);
}

#[tokio::test]
async fn the_header_tells_the_head_and_the_body_the_revision_of_the_first_page() {
    let lab = lab_of(3).await;
    let uri = "/objects?limit=2";
    let first = lab.get(uri).await;
    assert_eq!((first.revision(), &first.ok()["revision"]), (Some(4), &json!(4)));
    lab.create(tag("t")).await;
    let second = lab.get(&next(uri, &first.ok()).unwrap()).await;
    assert_eq!((second.revision(), &second.ok()["revision"]), (Some(5), &json!(4)));
}

#[tokio::test]
async fn a_cursor_belongs_to_its_list() {
    let lab = lab_of(3).await;
    let first = lab.get(LIST).await.ok();
    let cursor = first["nextCursor"].as_str().unwrap();
    for uri in ["/objects/structure?id=RootTag", "/objects?limit=2"] {
        let uri = format!("{uri}&cursor={cursor}");
        lab.refuses(Method::GET, &uri, Value::Null, "✖ Invalid cursor\n  → at cursor").await;
    }
}

#[tokio::test]
async fn a_first_page_is_known_as_long_as_nothing_changes_within_the_hour() {
    let lab = lab_of(3).await;
    lab.app.clock.advance(1);
    let first = lab.get(LIST).await;
    assert!(next(LIST, &first.ok()).is_some());
    let known = first.header("etag").unwrap();
    let again = || lab.ask(Method::GET, LIST).header("if-none-match", known);
    lab.app.clock.advance(60 * 60 * 1000 - 1);
    assert_eq!(lab.app.send(again()).await.status, 304);
    lab.app.clock.advance(1);
    assert_eq!(lab.app.send(again()).await.status, 200, "another hour, another cursor");
    lab.create(tag("elsewhere")).await;
    let now = lab.get(LIST).await;
    assert_ne!(now.header("etag"), first.header("etag"));
}

#[tokio::test]
async fn a_cursor_that_began_within_an_hour_lasts_for_a_day_at_least() {
    let lab = lab_of(3).await;
    lab.app.clock.advance(1);
    let second = next(LIST, &lab.get(LIST).await.ok()).unwrap();
    lab.app.clock.advance(25 * 60 * 60 * 1000 - 1);
    lab.get(&second).await.ok();
    lab.app.clock.advance(1);
    assert_eq!(lab.get(&second).await.status, 410);
}

#[tokio::test]
async fn a_cursor_lasts_for_a_day() {
    let lab = lab_of(3).await;
    let second = next(LIST, &lab.get(LIST).await.ok()).unwrap();
    lab.app.clock.advance(24 * 60 * 60 * 1000);
    lab.get(&second).await.ok();
    lab.app.clock.advance(1);
    let gone = (410, "cap_revision_compacted");
    let details = lab.refuses_as(Method::GET, &second, Value::Null, gone, "The cursor is too old: begin again").await;
    assert_eq!(details, json!({"oldest": 1}));
}
