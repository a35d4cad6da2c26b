//! GET /objects.

use http::Method;
use palimpsest_server::Limits;
use serde_json::{Value, json};

use crate::app::{App, Lab, unhurried};
use crate::wire::{id, page, page_of, tag};

#[tokio::test]
async fn every_object_of_every_type_is_listed_with_its_version() {
    let lab = Lab::new().await;
    let empty = lab.get("/objects").await.ok();
    assert_eq!(empty, json!({"revision": 1, "results": [], "nextCursor": null, "hasMore": false}));
    let (a, b) = (lab.make(page("a")).await, lab.make(tag("b")).await);
    let list = lab.get("/objects").await.ok();
    let rows = list["results"].as_array().unwrap();
    let told: Vec<_> = rows.iter().map(|row| (id(row), row["structureId"].clone(), row["title"].clone())).collect();
    assert_eq!(told, [(a, json!("RootPage"), json!("a")), (b, json!("RootTag"), json!("b"))]);
    let revision = |row: &Value| row["etag"].as_str().unwrap().trim_matches('"').rsplit('.').next().unwrap().to_owned();
    assert_eq!((revision(&rows[0]), revision(&rows[1])), ("2".to_owned(), "3".to_owned()));
    assert_eq!(list["revision"], json!(3));
}

#[tokio::test]
async fn the_objects_themselves_can_be_had() {
    let lab = Lab::new().await;
    let page = lab.create(page_of(json!([]))).await;
    let list = lab.get("/objects?include=objects").await.ok();
    assert_eq!(list["results"][0]["object"], page);
    let words = "✖ Invalid option: expected one of \"objects\"\n  → at include";
    lab.refuses(Method::GET, "/objects?include=blocks", Value::Null, words).await;
}

#[tokio::test]
async fn a_page_of_large_objects_has_fewer_rows_and_says_that_there_is_more() {
    let lab = Lab::new().await;
    let large =
        |megabytes: usize| json!([{"type": "CodeBlock", "lang": "", "text": "x".repeat(megabytes * 1024 * 1024)}]);
    let mut made = Vec::new();
    for megabytes in [3, 3, 3, 3, 0, 3] {
        made.push(lab.make(page_of(large(megabytes))).await);
    }
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let reply = lab.get(&format!("/objects?include=objects{cursor}")).await;
        assert!(reply.body.len() < 9 * 1024 * 1024);
        let list = reply.ok();
        pages.push(list["results"].as_array().unwrap().iter().map(id).collect::<Vec<_>>());
        assert_eq!(list["hasMore"], json!(!list["nextCursor"].is_null()));
        let Some(next) = list["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 3, 1]);
    assert_eq!(pages.concat(), made);
    let without = lab.get("/objects").await.ok();
    assert_eq!((without["results"].as_array().unwrap().len(), &without["hasMore"]), (6, &json!(false)));
}

#[tokio::test]
async fn an_object_larger_than_a_page_is_a_page() {
    let lab = Lab::in_app(App::new(Limits { body: 32 * 1024 * 1024, ..unhurried() })).await;
    let text = "x".repeat(9 * 1024 * 1024);
    let large = lab.make(page_of(json!([{"type": "CodeBlock", "lang": "", "text": text}]))).await;
    let small = lab.make(page("a")).await;
    let first = lab.get("/objects?include=objects").await.ok();
    assert_eq!((first["results"].as_array().unwrap().len(), id(&first["results"][0])), (1, large));
    let next = first["nextCursor"].as_str().unwrap();
    let second = lab.get(&format!("/objects?include=objects&cursor={next}")).await.ok();
    assert_eq!((id(&second["results"][0]), &second["hasMore"]), (small, &json!(false)));
}

#[tokio::test]
async fn the_number_of_rows_is_from_1_to_1000() {
    let lab = Lab::new().await;
    lab.create(page("a")).await;
    for limit in ["1", "1000"] {
        lab.get(&format!("/objects?limit={limit}")).await.ok();
    }
    let told = async |limit: &str, problem: &str| {
        let message = format!("✖ {problem}\n  → at limit");
        lab.refuses(Method::GET, &format!("/objects?limit={limit}"), Value::Null, &message).await;
    };
    told("0", "Too small: expected number to be >0").await;
    told("-1", "Too small: expected number to be >0").await;
    told("1001", "Too big: expected number to be <=1000").await;
    told("1.5", "Invalid input: expected int, received number").await;
    told("many", "Invalid input: expected number, received NaN").await;
}
