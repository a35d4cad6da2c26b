//! What a transaction is refused before anything is looked at.

use http::Method;
use serde_json::{Value, json};

use super::{PATH, STALE, create};
use crate::app::Lab;
use crate::wire::{NOBODY, chosen, page};

/// Expects a refusal of a transaction whose second operation this is.
async fn refuses(lab: &Lab, operation: Value, message: &str) {
    let body = json!({"operations": [create(&page("a"), &chosen(1)), operation]});
    lab.refuses(Method::POST, PATH, body, message).await;
}

#[tokio::test]
async fn only_calls_that_change_something_can_be_part() {
    let lab = Lab::new().await;
    let nested = json!({"operations": []});
    for (method, path) in [
        ("POST", "/transactions"),
        ("GET", "/object?id=x"),
        ("GET", "/space"),
        ("POST", "/objects/search"),
        ("GET", "/objects"),
        ("GET", "/health/live"),
    ] {
        let message = "✖ This call cannot be part of a transaction\n  → at operations[1].path";
        refuses(&lab, json!({"method": method, "path": path, "body": nested}), message).await;
    }
    for (method, path) in [
        ("PUT", "/object"),
        ("post", "/object"),
        ("POST", "/nowhere"),
        ("POST", "object"),
        ("POST", "/object/"),
        ("POST", "https://e.org/object"),
        ("DELETE", "/space"),
        ("", ""),
    ] {
        let message =
            "✖ Unknown call: expected the method and path of one that changes something\n  → at operations[1].path";
        refuses(&lab, json!({"method": method, "path": path, "body": {}}), message).await;
    }
}

#[tokio::test]
async fn every_problem_of_form_is_told_at_once_with_its_path() {
    let lab = Lab::new().await;
    let body = json!({"operations": [5, {"method": 1, "path": "/object"}, {"method": "POST", "path": "/object", "ifMatch": 2, "merge": "x"}],
        "guards": [{}, {"id": "x", "absent": true}, {"id": NOBODY}, {"path": "/health/live", "ifMatch": "*"}, {"revision": -1}, null], "dryRun": 1});
    let unknown = "Invalid guard: expected {id, ifMatch}, {id, absent: true}, {path, ifMatch} or {revision}";
    // Those that lie less deep come first.
    let expected = [
        ("Invalid input: expected boolean, received number", "dryRun"),
        ("Invalid input: expected object, received number", "operations[0]"),
        (unknown, "guards[0]"),
        (unknown, "guards[4]"),
        ("Invalid input: expected object, received null", "guards[5]"),
        ("Invalid input: expected string, received number", "operations[1].method"),
        ("Invalid input: expected string, received number", "operations[2].ifMatch"),
        ("Invalid input: expected boolean, received string", "operations[2].merge"),
        ("Invalid UUID", "guards[1].id"),
        ("Invalid input: expected string, received undefined", "guards[2].ifMatch"),
        ("Invalid path: expected one that is answered with an ETag, with its query", "guards[3].path"),
    ];
    let message: Vec<_> = expected.iter().map(|(message, path)| format!("✖ {message}\n  → at {path}")).collect();
    lab.refuses(Method::POST, PATH, body, &message.join("\n")).await;
    let message = "✖ Invalid input: expected array, received undefined\n  → at operations";
    lab.refuses(Method::POST, PATH, json!({}), message).await;
}

#[tokio::test]
async fn a_transaction_as_a_whole_takes_no_condition() {
    let lab = Lab::new().await;
    for header in ["if-match", "if-none-match"] {
        for tags in ["*", STALE] {
            let ask = lab.ask(Method::POST, PATH).header(header, tags).json(&json!({"operations": []}));
            let reply = lab.app.send(ask).await;
            assert_eq!((reply.status, reply.code()), (400, "cap_invalid_input".to_owned()));
        }
    }
}

#[tokio::test]
async fn the_body_of_an_operation_is_read_as_that_of_its_call() {
    let lab = Lab::new().await;
    for (body, received) in [(None, "undefined"), (Some(json!(null)), "null"), (Some(json!([])), "array")] {
        let mut operation = json!({"method": "POST", "path": "/object"});
        if let Some(body) = body {
            operation["body"] = body;
        }
        let reply = super::send(&lab, &[operation]).await;
        let inner = super::aborted(&reply, 400, "failed", 0);
        assert_eq!(inner["message"], format!("✖ Invalid input: expected object, received {received}"));
    }
}
