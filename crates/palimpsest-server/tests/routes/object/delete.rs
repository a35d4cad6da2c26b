//! DELETE /object.

use http::Method;
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{NOBODY, page};

#[tokio::test]
async fn a_deleted_object_is_gone_and_the_answer_says_nothing() {
    let lab = Lab::new().await;
    for flag in ["", "&hardDelete=false", "&hardDelete=true"] {
        let page = lab.make(page("a")).await;
        let reply = lab.delete(&format!("/object?id={page}{flag}")).await;
        assert_eq!((reply.status, reply.body.len()), (200, 0));
        assert_eq!((reply.header("content-type"), reply.header("content-location")), (None, None));
        assert!(!lab.sees(&page).await, "{flag}");
    }
}

#[tokio::test]
async fn a_second_delete_finds_nothing() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let uri = format!("/object?id={page}");
    assert_eq!(lab.delete(&uri).await.status, 200);
    lab.refuses_as(Method::DELETE, &uri, Value::Null, (404, "cap_not_found"), "Object not found").await;
    let hard = format!("{uri}&hardDelete=true");
    assert_eq!(lab.delete(&hard).await.status, 200, "out of the trash for good");
    for uri in [uri, hard] {
        lab.refuses_as(Method::DELETE, &uri, Value::Null, (404, "cap_not_found"), "Object not found").await;
    }
}

#[tokio::test]
async fn an_unknown_object_is_not_found() {
    let lab = Lab::new().await;
    for uri in [format!("/object?id={NOBODY}"), format!("/object?id={NOBODY}&hardDelete=true")] {
        lab.refuses_as(Method::DELETE, &uri, Value::Null, (404, "cap_not_found"), "Object not found").await;
    }
}

#[tokio::test]
async fn all_problems_of_the_query_are_told() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let told = async |query: &str, message: &str| {
        lab.refuses(Method::DELETE, &format!("/object{query}"), Value::Null, message).await;
    };
    let undefined = "✖ Invalid input: expected string, received undefined\n  → at id";
    let boolean = "✖ Invalid input: expected boolean, received string\n  → at hardDelete";
    told("", undefined).await;
    told("?id=x", "✖ Invalid UUID\n  → at id").await;
    for wrong in ["", "1", "TRUE", "yes"] {
        told(&format!("?id={page}&hardDelete={wrong}"), boolean).await;
    }
    told("?hardDelete=1", &format!("{undefined}\n{boolean}")).await;
    assert!(lab.sees(&page).await);
}

#[tokio::test]
async fn a_body_is_passed_over() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let ask = lab.ask(Method::DELETE, &format!("/object?id={page}")).json(&json!({"id": "x"}));
    assert_eq!(lab.app.send(ask.header("content-type", "application/json")).await.status, 200);
}
