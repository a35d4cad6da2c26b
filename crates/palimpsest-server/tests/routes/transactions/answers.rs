//! Preferences, what had no effect, and what may be asked for at once.

use axum::body::Body;
use http::Method;
use palimpsest_server::{Limits, RateLimits};
use serde_json::{Value, json};

use super::{PATH, aborted, append, create, everything, op, rename, trash};
use crate::app::{App, Lab, Reply, unhurried};
use crate::wire::{SECTION, chosen, page, page_of, text};

async fn preferring(lab: &Lab, preference: &str, body: &Value) -> Reply {
    lab.app.send(lab.ask(Method::POST, PATH).header("prefer", preference).json(body)).await
}

fn of(operations: &[Value]) -> Value {
    json!({ "operations": operations })
}

#[tokio::test]
async fn objects_are_shown_as_the_transaction_left_them() {
    let lab = Lab::new().await;
    let operations =
        [create(&page("a"), &chosen(1)), rename(&chosen(1), "b"), create(&page("c"), &chosen(2)), trash(&chosen(2))];
    let reply = preferring(&lab, "return=representation", &of(&operations)).await;
    assert_eq!(reply.header("preference-applied"), Some("return=representation"));
    let results = reply.ok()["results"].clone();
    let object = lab.object(&chosen(1)).await;
    assert_eq!((&results[0]["body"], &results[1]["body"]), (&object, &object));
    assert_eq!((results[2].get("body"), results[3].get("body")), (None, None), "in the trash nobody sees it");
    assert_eq!(super::send(&lab, &operations[1..2]).await.ok()["results"][0].get("body"), None);
}

#[tokio::test]
async fn what_has_no_room_is_not_shown_and_then_the_preference_was_not_applied() {
    let lab = Lab::new().await;
    let long = lab.make(page_of(json!([text(&"x".repeat(3_000_000))]))).await;
    let small = lab.make(page("small")).await;
    let operations =
        [rename(&small, "a"), rename(&long, "b"), rename(&long, "c"), rename(&long, "d"), rename(&small, "e")];
    let reply = preferring(&lab, "return=representation", &of(&operations)).await;
    assert_eq!((reply.status, reply.header("preference-applied")), (200, None));
    assert!(reply.body.len() < 8 * 1024 * 1024);
    let shown: Vec<_> =
        reply.json()["results"].as_array().unwrap().iter().map(|result| result.get("body").is_some()).collect();
    assert_eq!(shown, [true, true, true, false, false]);
}

#[tokio::test]
async fn a_transaction_may_answer_without_a_body() {
    let lab = Lab::new().await;
    let reply = preferring(&lab, "return=minimal", &of(&[create(&page("a"), &chosen(1))])).await;
    assert_eq!((reply.status, reply.body.len(), reply.revision()), (204, 0, Some(2)));
    assert_eq!(reply.header("preference-applied"), Some("return=minimal"));
}

#[tokio::test]
async fn what_had_no_effect_is_named_below_its_operation() {
    let lab = Lab::new().await;
    let object = lab.create(page_of(json!([text("a")]))).await;
    let taken = crate::wire::id(&crate::wire::body(&object)[0]);
    let mut first = create(&page("a"), &chosen(1));
    first["body"]["colour"] = json!("red");
    let mut second = create(&page_of(json!([{"id": taken, "type": "TextBlock", "tokens": []}])), &chosen(2));
    second["iFMatch"] = json!("x");
    let mut third = trash(&chosen(1));
    third["body"] = json!({"hardDelete": true});
    third["path"] = json!(format!("/object?id={}&why=x", chosen(1)));
    let mut all = of(&[first.clone(), second.clone(), third]);
    all["comment"] = json!(1);
    let before = everything(&lab).await;
    let strict = preferring(&lab, "handling=strict", &all).await;
    let message = strict.json()["message"].as_str().unwrap().to_owned();
    for path in ["comment", "operations[1].iFMatch", "operations[2].body"] {
        assert!(message.contains(&format!("✖ This would have no effect\n  → at {path}")), "{path}: {message}");
    }
    assert_eq!(strict.code(), "cap_invalid_input");
    // What the operation alone would be refused is its own refusal: seen when it is read, or in the commit.
    second.as_object_mut().unwrap().remove("iFMatch");
    let block = format!("blocks.{SECTION}[0].id");
    for (operations, path) in [
        (vec![rename(&chosen(1), "x"), first], "colour"),
        (vec![rename(&crate::wire::id(&object), "x"), second], &*block),
    ] {
        let reply = preferring(&lab, "handling=strict", &of(&operations)).await;
        let inner = aborted(&reply, 400, "failed", 1);
        assert_eq!(inner["message"], format!("✖ This would have no effect\n  → at {path}"));
    }
    assert_eq!(everything(&lab).await, before);
    let reply = lab.post(PATH, &all).await;
    let named = format!(
        "\"comment\", \"operations[1].iFMatch\", \"operations[2].body\", \"operations[0].colour\", \"operations[1].{block}\", \"operations[2].why\""
    );
    assert_eq!((reply.status, reply.header("palimpsest-ignored")), (200, Some(&*named)));
    let fine = preferring(&lab, "handling=strict", &of(&[create(&page("a"), &chosen(3))])).await;
    assert_eq!((fine.status, fine.header("preference-applied")), (200, Some("handling=strict")));
}

#[tokio::test]
async fn five_hundred_operations_are_taken_and_no_more() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let many = |count: usize| vec![append(&object, "x"); count];
    super::commit(&lab, &many(500)).await;
    let body = of(&many(501));
    let message = "✖ Too big: expected array to have <=500 items\n  → at operations";
    lab.refuses(Method::POST, PATH, body, message).await;
    let guards = vec![json!({"revision": 1}); 501];
    let message = "✖ Too big: expected array to have <=500 items\n  → at guards";
    lab.refuses(Method::POST, PATH, json!({"operations": [], "guards": guards}), message).await;
}

#[tokio::test]
async fn a_transaction_may_be_larger_than_a_call_and_no_larger_than_its_own_limit() {
    let lab = Lab::in_app(App::new(Limits { body: 500, transaction: 2000, ..unhurried() })).await;
    let padded = |length: usize| {
        let mut bytes = serde_json::to_vec(&of(&[create(&page("a"), &chosen(1))])).unwrap();
        bytes.resize(length, b' ');
        lab.ask(Method::POST, PATH).body(Body::from(bytes))
    };
    lab.app.send(padded(2000)).await.ok();
    lab.app.send(padded(2001)).await.refusal(413, "cap_invalid_input", "The body is larger than 2000 bytes");
    assert_eq!(Limits::default().transaction, 8 * 1024 * 1024);
}

#[tokio::test]
async fn it_counts_as_one_request() {
    let lab = Lab::in_app(App::new(Limits { rates: RateLimits::Fixed(2), ..Limits::default() })).await;
    let operations: Vec<_> = (0..5).map(|number| create(&page("a"), &chosen(number))).collect();
    let reply = lab.post(PATH, &of(&operations)).await;
    assert_eq!((reply.status, reply.header("ratelimit")), (200, Some("limit=2, remaining=1, reset=60")));
    assert_eq!(lab.post("/object", &page("b")).await.status, 200);
    assert_eq!(lab.post(PATH, &of(&[op("POST", "/object", &page("c"))])).await.status, 200);
    assert_eq!(lab.post(PATH, &of(&[])).await.status, 429);
}
