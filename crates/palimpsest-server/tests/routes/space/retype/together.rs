//! Changes of types in transactions.

use http::Method;
use palimpsest_model::PropertyKind;
use serde_json::{Value, json};

use super::{FIELD, NUMBER, PATH, change, field, library, number, structure, text, value_of};

#[tokio::test]
async fn a_transaction_changes_types_and_uses_them_at_once() {
    let (lab, books) = library(&NUMBER, &[number(1)]).await;
    let op = |method: &str, path: &str, body: Value| json!({"method": method, "path": path, "body": body});
    let retype = op("PATCH", PATH, change(json!({"type": "text"})));
    let write = op("PATCH", "/object", json!({"id": books[0], "properties": {FIELD: text("one")}}));
    let back = op("PATCH", PATH, change(json!({"type": "number"})));
    let head = lab.head().await;
    let all = json!({"operations": [retype, write, back]});
    let details = lab.post("/transactions", &all).await.json()["details"].clone();
    assert_eq!(
        (&details["failed"], &details["code"], &details["details"]["count"]),
        (&json!(2), &json!("cap_conflict"), &json!(1))
    );
    assert_eq!((lab.head().await, value_of(&lab, &books[0]).await), (head, number(1)));
    let dry = lab.post("/transactions", &json!({"operations": [retype, write], "dryRun": true})).await;
    assert_eq!((dry.status, lab.head().await), (200, head));
    lab.post("/transactions", &json!({"operations": [retype, write]})).await.ok();
    assert_eq!((lab.head().await, value_of(&lab, &books[0]).await), (head + 1, text("one")));
    let unasked = op("PATCH", PATH, change(json!({"type": "richText", "dryRun": true})));
    let details = lab.post("/transactions", &json!({"operations": [unasked]})).await.json()["details"].clone();
    let message = "✖ Here it is the transaction that has a `dryRun`\n  → at dryRun";
    assert_eq!((&details["failed"], &details["message"]), (&json!(0), &json!(message)));
    assert_eq!(field(&structure(&lab).await)["type"], json!("text"));
}

/// Nobody else writes while objects are looked through.
#[tokio::test]
async fn a_transaction_looks_through_objects_only_so_often_and_only_when_it_has_to() {
    let label = PropertyKind::Label { multiple: false, options: Vec::new() };
    let entity = PropertyKind::Entity { allowed: Vec::new() };
    let op = |members: Value| json!({"method": "PATCH", "path": PATH, "body": change(members)});
    let (lab, _) = library(&label, &[]).await;
    let (widen, narrow) = (op(json!({"multiple": true})), op(json!({"multiple": false})));
    let mut operations = vec![narrow.clone(); 30];
    for _ in 0..20 {
        operations.extend([widen.clone(), widen.clone(), narrow.clone()]);
    }
    lab.post("/transactions", &json!({ "operations": operations })).await.ok();
    operations.extend([widen, narrow]);
    let head = lab.head().await;
    let message = "✖ Too many operations that look through all objects of a structure or collection: \
                   a transaction has at most 20\n  → at operations[91]";
    lab.refuses(Method::POST, "/transactions", json!({ "operations": operations }), message).await;
    assert_eq!(lab.head().await, head);

    let (lab, _) = library(&entity, &[]).await;
    let allow = |structures: &[&str]| op(json!({ "allowedStructures": structures }));
    let wide = allow(&["RootTask", "RootPage", "RootTag"]);
    let mut operations = vec![allow(&["RootPage", "RootTag"])];
    operations.extend(vec![allow(&["RootTag", "RootPage"]); 30]);
    operations.extend(vec![wide.clone(); 30]);
    operations.extend(vec![allow(&[]); 30]);
    lab.post("/transactions", &json!({ "operations": operations })).await.ok();
    let narrowing = vec![[wide, allow(&[])]; 21].concat();
    let reply = lab.post("/transactions", &json!({ "operations": narrowing })).await;
    assert_eq!((reply.status, reply.json()["message"].as_str().unwrap().ends_with("operations[40]")), (400, true));
}
