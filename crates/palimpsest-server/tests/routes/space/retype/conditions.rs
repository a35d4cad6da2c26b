//! Changes of types under conditions, with keys, and as dry runs.

use http::Method;
use serde_json::json;

use super::{NUMBER, PATH, change, field, library, number, structure, text, value_of};

#[tokio::test]
async fn a_dry_run_leaves_nothing_behind_not_even_in_what_is_kept_of_answers() {
    let (lab, books) = library(&NUMBER, &[number(1)]).await;
    let (head, before) = (lab.head().await, lab.get("/space/structures").await);
    let dry = change(json!({"type": "text", "dryRun": true}));
    let ask = lab.ask(Method::PATCH, PATH).header("idempotency-key", "dry").json(&dry);
    let told = lab.app.send(ask).await;
    assert_eq!((told.status, told.revision(), told.header("idempotency-replayed")), (200, Some(head), None));
    assert_eq!(told.header("etag"), None, "what is to come has no version yet");
    assert_eq!(field(&told.ok())["type"], json!("text"));
    assert_eq!((lab.head().await, lab.get("/space/structures").await.body), (head, before.body));
    assert_eq!(value_of(&lab, &books[0]).await, number(1));
    // Another change takes the next revision.
    let other = lab.patch(PATH, &change(json!({"name": "Other"}))).await;
    assert_eq!((other.revision(), field(&other.ok())["type"].clone()), (Some(head + 1), json!("number")));
    assert_eq!(field(&structure(&lab).await), field(&other.ok()));
    // The key was not used.
    let real = lab.ask(Method::PATCH, PATH).header("idempotency-key", "dry").json(&change(json!({"type": "text"})));
    assert_eq!(lab.app.send(real).await.status, 200);
}

#[tokio::test]
async fn a_type_is_changed_under_a_condition_and_once_for_one_key() {
    let (lab, books) = library(&NUMBER, &[number(1)]).await;
    let stale = lab.get("/space/structures").await.header("etag").unwrap().to_owned();
    lab.patch(PATH, &change(json!({"name": "Other"}))).await.ok();
    let body = change(json!({"type": "text"}));
    for dry_run in [true, false] {
        let mut body = body.clone();
        body["dryRun"] = json!(dry_run);
        let ask = lab.ask(Method::PATCH, PATH).header("if-match", &stale).json(&body);
        assert_eq!(lab.app.send(ask).await.status, 412);
    }
    let now = lab.get("/space/structures").await.header("etag").unwrap().to_owned();
    let ask = || lab.ask(Method::PATCH, PATH).header("if-match", &now).header("idempotency-key", "once").json(&body);
    let first = lab.app.send(ask()).await;
    assert_eq!(value_of(&lab, &books[0]).await, text("1"));
    let head = lab.head().await;
    let again = lab.app.send(ask()).await;
    assert_eq!((again.ok(), again.header("idempotency-replayed")), (first.ok(), Some("true")));
    assert_eq!((lab.head().await, again.header("etag")), (head, first.header("etag")));
}
