//! The schema in transactions.

use http::Method;
use serde_json::{Value, json};

use super::{COLLECTIONS, PROPERTIES, STRUCTURES, listed, object, part, structure, told, told_of};
use crate::app::Lab;
use crate::wire::{chosen, titled};

fn op(method: &str, path: &str, body: Value) -> Value {
    json!({"method": method, "path": path, "body": body})
}

/// A structure with a property, a collection of it, and an object that has both.
fn library() -> Value {
    let year = json!({"type": "number", "number": {"value": 1815}});
    json!([
        op("POST", STRUCTURES, json!({"id": part(1), "title": "Book"})),
        op("POST", PROPERTIES, json!({"structureId": part(1), "id": part(2), "name": "Year", "type": "number"})),
        op("POST", COLLECTIONS, json!({"structureId": part(1), "id": part(3), "title": "Shelf"})),
        op(
            "POST",
            "/object",
            json!({"structureId": part(1), "id": chosen(1), "collections": [part(3)],
            "properties": {"title": titled("Emma"), part(2): year}})
        ),
        op("POST", "/blocks/append", json!({"id": chosen(1), "markdown": "A comedy."})),
        op("PATCH", "/space", json!({"title": "Library"})),
    ])
}

#[tokio::test]
async fn what_is_made_is_used_in_the_same_commit() {
    let lab = Lab::new().await;
    let body = json!({"operations": library()});
    let dry = json!({"operations": library(), "dryRun": true});
    let send = async |body: &Value| {
        lab.app.send(lab.ask(Method::POST, "/transactions").header("prefer", "return=representation").json(body)).await
    };
    let head = lab.head().await;
    let imagined = send(&dry).await.ok();
    assert_eq!((lab.head().await, listed(&lab, &part(1)).await), (head, None));
    let reply = send(&body).await;
    let done = reply.ok();
    let results = |told: &Value| -> Vec<Value> {
        let all = told["results"].as_array().unwrap().iter();
        // Ids that the server chooses are others each time.
        all.map(|one| json!([one["id"], one["body"].get("blocks").map_or(one["body"].clone(), |_| Value::Null)]))
            .collect()
    };
    assert_eq!((results(&done), &imagined["revision"]), (results(&imagined), &json!(head)), "a dry run tells the same");
    assert!(imagined["results"].as_array().unwrap().iter().all(|one| one.get("etag").is_none()), "but no versions");
    assert_eq!(reply.revision(), Some(head + 1));
    let results = done["results"].as_array().unwrap();
    let ids = results.iter().map(|result| result["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids, [&part(1), &part(1), &part(3), &chosen(1), &chosen(1), &lab.space].map(ToString::to_string));
    assert_eq!(Some(&results[0]["body"]), listed(&lab, &part(1)).await.as_ref(), "as the transaction left it");
    assert_eq!(results[0]["body"], results[1]["body"]);
    assert_eq!(results[2]["body"], json!({"id": part(3), "title": "Shelf"}));
    assert_eq!(results[3]["body"], lab.object(&chosen(1)).await);
    assert_eq!(results[5]["body"], lab.get("/space").await.ok());
    for result in results {
        assert_eq!(result["etag"].as_str().unwrap().split('.').next_back(), Some(&*format!("{}\"", head + 1)));
    }
    let mut told = told(&lab, head + 1).await;
    told.sort();
    let mut expected = [
        told_of("structure", &part(1), "created"),
        told_of("collection", &part(3), "created"),
        told_of("space", &lab.space, "updated"),
    ];
    expected.sort();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn what_is_taken_away_is_gone_for_the_next_operation() {
    let lab = Lab::new().await;
    let book = structure(&lab, 1, "Book", json!([])).await;
    let emma = object(&lab, &book, "Emma", json!({})).await;
    let before = lab.head().await;
    let gone = json!({"method": "DELETE", "path": format!("{STRUCTURES}?id={book}&objects=trash")});
    for (next, status) in [
        (op("POST", "/object", json!({"structureId": book})), 400),
        (op("PATCH", "/object", json!({"id": emma, "properties": {}})), 404),
        (op("PATCH", "/object", json!({"id": emma, "deleteRequested": false})), 409),
        (op("PATCH", STRUCTURES, json!({"id": book, "title": "x"})), 404),
        (op("POST", STRUCTURES, json!({"id": book, "title": "Book"})), 409),
        (op("POST", COLLECTIONS, json!({"structureId": book, "title": "x"})), 400),
    ] {
        let reply = lab.post("/transactions", &json!({"operations": [gone, next]})).await;
        assert_eq!((reply.status, &reply.json()["details"]["failed"]), (status, &json!(1)), "{next}");
        assert_eq!(lab.head().await, before);
    }
    // An object that goes first is none that uses it.
    let first = json!({"method": "DELETE", "path": format!("/object?id={emma}&hardDelete=true")});
    let second = json!({"method": "DELETE", "path": format!("{STRUCTURES}?id={book}")});
    lab.post("/transactions", &json!({"operations": [first, second]})).await.ok();
    assert_eq!(listed(&lab, &book).await, None);
}

#[tokio::test]
async fn an_object_of_the_same_transaction_uses_what_it_has() {
    let lab = Lab::new().await;
    let book = structure(&lab, 1, "Book", json!([])).await;
    let make = op("POST", "/object", json!({"structureId": book, "id": chosen(1)}));
    let delete = json!({"method": "DELETE", "path": format!("{STRUCTURES}?id={book}")});
    let reply = lab.post("/transactions", &json!({"operations": [make, delete]})).await;
    let details = &reply.json()["details"];
    assert_eq!((reply.status, &details["failed"], &details["code"]), (409, &json!(1), &json!("cap_conflict")));
    assert_eq!(details["details"], json!({"objects": [chosen(1)], "count": 1}));
}

#[tokio::test]
async fn what_is_changed_and_changed_back_takes_no_revision() {
    let lab = Lab::new().await;
    let before = lab.get(STRUCTURES).await;
    let rename = |title: &str| op("PATCH", STRUCTURES, json!({"id": "RootPage", "title": title}));
    let reply = lab.post("/transactions", &json!({"operations": [rename("Leaf"), rename("Page")]})).await;
    assert_eq!((reply.revision(), lab.head().await), (before.revision(), before.revision().unwrap()));
    let tag = before.header("etag").unwrap().split('-').next().unwrap().to_owned() + "\"";
    assert_eq!(reply.ok()["results"][1]["etag"], json!(tag));
    assert_eq!(lab.get(STRUCTURES).await.headers["etag"], before.headers["etag"]);
}

#[tokio::test]
async fn what_is_made_and_taken_away_is_as_if_it_never_was_but_for_its_id() {
    let lab = Lab::new().await;
    let make = op("POST", STRUCTURES, json!({"id": part(1), "title": "Book"}));
    let delete = json!({"method": "DELETE", "path": format!("{STRUCTURES}?id={}", part(1))});
    let reply = lab.post("/transactions", &json!({"operations": [make, delete]})).await;
    reply.ok();
    assert_eq!(told(&lab, reply.revision().unwrap()).await, [told_of("structure", &part(1), "deleted")]);
    let again = lab.post(STRUCTURES, &json!({"id": part(1), "title": "Book"})).await;
    assert_eq!((again.status, &*again.code()), (409, "cap_already_exists"));
}

#[tokio::test]
async fn an_answer_is_given_again_whatever_became_of_the_schema() {
    let lab = Lab::new().await;
    let send = async || {
        let ask = lab.ask(Method::POST, "/transactions").header("idempotency-key", "library");
        lab.app.send(ask.header("prefer", "return=representation").json(&json!({"operations": library()}))).await
    };
    let first = send().await;
    first.ok();
    lab.delete(&format!("{PROPERTIES}?structureId={}&id={}&values=drop", part(1), part(2))).await;
    lab.delete(&format!("{STRUCTURES}?id={}&objects=trash", part(1))).await;
    lab.patch("/space", &json!({"title": "Ruin"})).await.ok();
    let head = lab.head().await;
    let again = send().await;
    assert_eq!((again.header("idempotency-replayed"), &again.body), (Some("true"), &first.body));
    assert_eq!((again.revision(), lab.head().await), (first.revision(), head));
}
