//! Conditions: structures, properties and collections have one version together, the space has its own.

use http::Method;
use serde_json::{Value, json};

use super::{COLLECTIONS, PROPERTIES, STRUCTURES, listed, part, structure};
use crate::app::{Ask, Lab, Reply};
use crate::wire::page;

async fn tag(lab: &Lab, path: &str) -> String {
    lab.get(path).await.header("etag").unwrap().to_owned()
}

#[track_caller]
fn unmet(reply: &Reply, current: &str) {
    assert_eq!((reply.status, &*reply.code()), (412, "cap_precondition_failed"), "{reply:?}");
    let short = format!("{}\"", current.split('-').next().unwrap());
    assert_eq!(reply.json()["details"], json!({"current": short, "revision": reply.revision()}));
}

#[tokio::test]
async fn of_two_who_read_the_same_list_one_is_told() {
    let lab = Lab::new().await;
    let book = structure(&lab, 1, "Book", json!([])).await;
    let read = tag(&lab, STRUCTURES).await;
    let send = async |method: Method, uri: &str, body: &Value, tag: &str| {
        lab.app.send(lab.ask(method, uri).header("if-match", tag).json(body)).await
    };
    // An object is no part of that version.
    lab.create(page("a")).await;
    let added =
        send(Method::POST, PROPERTIES, &json!({"structureId": book, "name": "Year", "type": "number"}), &read).await;
    added.ok();
    let now = added.header("etag").unwrap().to_owned();
    for (method, uri, body) in [
        (Method::POST, STRUCTURES, json!({"title": "Letter"})),
        (Method::PATCH, STRUCTURES, json!({"id": book, "title": "Volume"})),
        (Method::POST, COLLECTIONS, json!({"structureId": book, "title": "Shelf"})),
        (Method::PATCH, PROPERTIES, json!({"structureId": book, "id": "description", "name": "Blurb"})),
    ] {
        unmet(&send(method.clone(), uri, &body, &read).await, &now);
    }
    unmet(&send(Method::DELETE, &format!("{STRUCTURES}?id={book}"), &Value::Null, &read).await, &now);
    send(Method::PATCH, STRUCTURES, &json!({"id": book, "title": "Volume"}), &now).await.ok();
}

#[tokio::test]
async fn what_is_gone_has_moved_the_version_too() {
    let lab = Lab::new().await;
    let book = structure(&lab, 1, "Book", json!([])).await;
    let read = tag(&lab, STRUCTURES).await;
    let reply = lab.delete(&format!("{STRUCTURES}?id={book}")).await;
    let now = tag(&lab, STRUCTURES).await;
    assert_eq!(now.split('-').next(), reply.header("etag").unwrap().trim_end_matches('"').split('-').next());
    let ask = lab.ask(Method::GET, STRUCTURES).header("if-none-match", &read);
    assert_eq!(lab.app.send(ask).await.status, 200);
    let ask =
        lab.ask(Method::PATCH, STRUCTURES).header("if-match", &read).json(&json!({"id": "RootPage", "title": "x"}));
    unmet(&lab.app.send(ask).await, &now);
}

#[tokio::test]
async fn none_match_any_is_create_only() {
    let lab = Lab::new().await;
    let book = structure(&lab, 1, "Book", json!([{"id": part(2), "name": "Year", "type": "number"}])).await;
    let shelf = json!({"id": part(3), "structureId": book, "title": "Shelf"});
    lab.post(COLLECTIONS, &shelf).await.ok();
    let send = async |uri: &str, body: &Value| {
        lab.app.send(lab.ask(Method::POST, uri).header("if-none-match", "*").json(body)).await
    };
    let now = tag(&lab, STRUCTURES).await;
    let property = |id: &str| json!({"structureId": book, "id": id, "name": "Year", "type": "number"});
    unmet(&send(STRUCTURES, &json!({"id": book, "title": "Book"})).await, &now);
    unmet(&send(PROPERTIES, &property(&part(2))).await, &now);
    unmet(&send(COLLECTIONS, &shelf).await, &now);
    send(STRUCTURES, &json!({"id": part(4), "title": "Book"})).await.ok();
    send(PROPERTIES, &property(&part(4))).await.ok();
    send(COLLECTIONS, &json!({"structureId": book, "title": "Shelf"})).await.ok();
    let ask = lab.ask(Method::PATCH, STRUCTURES).header("if-none-match", "*").json(&json!({"id": book, "title": "x"}));
    assert_eq!(lab.app.send(ask).await.status, 412);
}

#[tokio::test]
async fn a_policy_asks_for_a_version_of_what_was_there() {
    let lab = Lab::new().await;
    let careful = lab.app.careful(&lab.space, "careful").await;
    let send = async |method: Method, uri: &str, body: Value| {
        lab.app.send(Ask::new(method, uri).token(&careful).json(&body)).await
    };
    send(Method::POST, STRUCTURES, json!({"id": part(1), "title": "Book"})).await.ok();
    let property = json!({"structureId": part(1), "id": part(2), "name": "Year", "type": "number"});
    send(Method::POST, PROPERTIES, property).await.ok();
    send(Method::POST, COLLECTIONS, json!({"id": part(3), "structureId": part(1), "title": "Shelf"})).await.ok();
    for (method, uri, body) in [
        (Method::PATCH, "/space".to_owned(), json!({"title": "x"})),
        (Method::PATCH, STRUCTURES.to_owned(), json!({"id": part(1), "title": "x"})),
        (Method::PATCH, PROPERTIES.to_owned(), json!({"structureId": part(1), "id": part(2), "name": "x"})),
        (Method::PATCH, COLLECTIONS.to_owned(), json!({"id": part(3), "title": "x"})),
        (Method::DELETE, format!("{PROPERTIES}?structureId={}&id={}", part(1), part(2)), Value::Null),
        (Method::DELETE, format!("{COLLECTIONS}?id={}", part(3)), Value::Null),
        (Method::DELETE, format!("{STRUCTURES}?id={}", part(1)), Value::Null),
    ] {
        let reply = send(method, &uri, body).await;
        assert_eq!((reply.status, &*reply.code()), (428, "cap_precondition_required"), "{uri}");
    }
    let commit = async |operations: Value, guards: Value| {
        send(Method::POST, "/transactions", json!({"operations": operations, "guards": guards})).await
    };
    let rename =
        |id: &str, title: &str| json!({"method": "PATCH", "path": STRUCTURES, "body": {"id": id, "title": title}});
    // One that is made here needs none.
    let make = json!({"method": "POST", "path": STRUCTURES, "body": {"id": part(4), "title": "Letter"}});
    commit(json!([make, rename(&part(4), "Note")]), json!([])).await.ok();
    assert_eq!(commit(json!([rename(&part(1), "Volume")]), json!([])).await.status, 428);
    // A guard, or an earlier operation, answers for all of the schema.
    let guard = json!([{"path": STRUCTURES, "ifMatch": tag(&lab, STRUCTURES).await}]);
    commit(json!([rename(&part(1), "Volume"), rename("RootPage", "Leaf")]), guard).await.ok();
    let mut first = rename(&part(1), "Scroll");
    first["ifMatch"] = json!(tag(&lab, STRUCTURES).await);
    commit(json!([first, rename("RootPage", "Sheet")]), json!([])).await.ok();
    let space = json!({"method": "PATCH", "path": "/space", "body": {"title": "x"}});
    let of_structures = json!([{"path": STRUCTURES, "ifMatch": tag(&lab, STRUCTURES).await}]);
    assert_eq!(commit(json!([space]), of_structures).await.status, 428, "the space is another thing");
    let guard = json!([{"path": "/space", "ifMatch": tag(&lab, "/space").await}]);
    commit(json!([space]), guard).await.ok();
}

#[tokio::test]
async fn the_schema_is_not_merged() {
    let lab = Lab::new().await;
    let read = tag(&lab, STRUCTURES).await;
    lab.patch(STRUCTURES, &json!({"id": "RootPage", "title": "Leaf"})).await.ok();
    let ask = |tag: &str| lab.ask(Method::PATCH, STRUCTURES).header("prefer", "merge").header("if-match", tag);
    let body = json!({"id": "RootPage", "pluralName": "Leaves"});
    unmet(&lab.app.send(ask(&read).json(&body)).await, &tag(&lab, STRUCTURES).await);
    let reply = lab.app.send(ask(&tag(&lab, STRUCTURES).await).json(&body)).await;
    assert_eq!((reply.status, reply.header("preference-applied")), (200, None));
    assert_eq!(listed(&lab, "RootPage").await.unwrap()["title"], "Leaf");
}
