//! POST /objects/get.

use http::Method;
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{NOBODY, id, page, titled};

#[tokio::test]
async fn objects_are_answered_in_the_order_asked_with_their_versions() {
    let lab = Lab::new().await;
    let (a, b) = (lab.create(page("a")).await, lab.create(page("b")).await);
    let (one, two) = (id(&a), id(&b));
    let reply = lab.post("/objects/get", &json!({"ids": [two, NOBODY, one, two]})).await;
    assert_eq!(reply.revision(), Some(3));
    let found = reply.ok();
    let list = lab.get("/objects").await.ok();
    let row = |index: usize, object: &Value| json!({"id": object["id"], "etag": list["results"][index]["etag"], "object": object});
    let nobody = json!({"id": NOBODY, "error": {"code": "cap_not_found", "message": "Object not found"}});
    assert_eq!(found, json!({"revision": 3, "results": [row(1, &b), nobody, row(0, &a), row(1, &b)]}));
    assert_eq!(lab.post("/objects/get", &json!({"ids": []})).await.ok(), json!({"revision": 3, "results": []}));
}

#[tokio::test]
async fn they_are_shown_as_of_one_revision() {
    let lab = Lab::new().await;
    let (a, b) = (lab.create(page("a")).await, lab.create(page("b")).await);
    let ids = json!([id(&a), id(&b)]);
    let at = async |revision: u64| {
        let found = lab.post("/objects/get", &json!({"ids": ids, "revision": revision})).await;
        assert_eq!(found.revision(), Some(lab.head().await));
        let found = found.ok();
        assert_eq!(found["revision"], json!(revision));
        let results = found["results"].as_array().unwrap().iter();
        results.map(|one| one["object"].clone()).collect::<Vec<_>>()
    };
    let renamed = lab.update(json!({"id": id(&a), "properties": {"title": titled("c")}})).await;
    lab.delete(&format!("/object?id={}", id(&b))).await;
    assert_eq!(at(1).await, [Value::Null, Value::Null]);
    assert_eq!(at(2).await, [a.clone(), Value::Null]);
    assert_eq!(at(3).await, [a, b.clone()]);
    assert_eq!(at(4).await, [renamed.clone(), b]);
    assert_eq!(at(5).await, [renamed, Value::Null]);
}

#[tokio::test]
async fn what_is_asked_for_is_checked() {
    let lab = Lab::new().await;
    let told = async |body: Value, message: &str| {
        lab.refuses(Method::POST, "/objects/get", body, &format!("✖ {message}")).await;
    };
    told(json!({}), "Invalid input: expected array, received undefined\n  → at ids").await;
    told(json!({"ids": [NOBODY, "x"]}), "Invalid UUID\n  → at ids[1]").await;
    told(json!({"ids": vec![NOBODY; 101]}), "Too big: expected array to have <=100 items\n  → at ids").await;
    lab.post("/objects/get", &json!({"ids": vec![NOBODY; 100]})).await.ok();
    told(json!({"ids": [], "revision": 0}), "Too small: expected number to be >0\n  → at revision").await;
    told(json!({"ids": [], "revision": -1.0}), "Too small: expected number to be >0\n  → at revision").await;
    told(json!({"ids": [], "revision": 1.5}), "Invalid input: expected int, received number\n  → at revision").await;
    told(json!({"ids": [], "revision": 2}), "Too big: expected number to be <=1\n  → at revision").await;
    lab.post("/objects/get", &json!({"ids": [], "revision": 1.0})).await.ok();
}
