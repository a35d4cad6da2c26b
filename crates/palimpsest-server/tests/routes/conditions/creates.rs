//! Conditions of what makes objects.

use http::Method;
use serde_json::{Value, json};

use super::{FOREIGN, etag, short};
use crate::app::{Lab, Reply};
use crate::wire::{NOBODY, chosen, page};

/// What each of the ways to make an object sends, with an id of the client's choice if there is one.
fn creates(id: Option<&str>) -> Vec<(&'static str, Value)> {
    let ways = [
        ("/object", page("a")),
        ("/object/markdown", json!({"structureId": "RootPage", "markdown": "# a"})),
        ("/object/url", json!({"url": "https://example.org/paper"})),
    ];
    let with_id = |(path, mut body): (_, Value)| {
        if let Some(id) = id {
            body["id"] = json!(id);
        }
        (path, body)
    };
    ways.map(with_id).into()
}

async fn create(lab: &Lab, path: &str, body: &Value, header: &'static str, tags: &str) -> Reply {
    lab.app.send(lab.ask(Method::POST, path).header(header, tags).json(body)).await
}

#[tokio::test]
async fn what_is_new_has_no_version_to_match() {
    let lab = Lab::new().await;
    let head = lab.head().await;
    for (path, body) in creates(None) {
        for tags in ["*", FOREIGN, "nonsense", ""] {
            let reply = create(&lab, path, &body, "if-match", tags).await;
            let message = "The condition does not hold: what is new has no version";
            let details = reply.refusal(412, "cap_precondition_failed", message);
            assert_eq!(details, json!({"current": null, "revision": head}), "{path} {tags}");
            assert_eq!(reply.revision(), Some(head));
        }
    }
    for (path, body) in creates(Some(&chosen(1))) {
        let reply = create(&lab, path, &body, "if-match", "*").await;
        let message = format!("The condition does not hold: there is no version of {}", chosen(1));
        let details = reply.refusal(412, "cap_precondition_failed", &message);
        assert_eq!(details, json!({"id": chosen(1), "current": null, "revision": head}), "{path}");
    }
    assert_eq!(lab.head().await, head);
}

#[tokio::test]
async fn an_object_is_made_only_where_there_is_none() {
    let lab = Lab::new().await;
    for (number, way) in [1, 2, 3].into_iter().zip(0..) {
        let object = chosen(number);
        let (path, body) = creates(Some(&object)).swap_remove(way);
        let made = create(&lab, path, &body, "if-none-match", "*").await;
        assert_eq!((made.status, made.etag()), (200, etag(&lab, &object).await), "{path}");
        let (current, head) = (short(&made.etag()), lab.head().await);
        for tags in ["*".to_owned(), current.clone(), made.etag()] {
            let reply = create(&lab, path, &body, "if-none-match", &tags).await;
            let message = format!("The condition does not hold: the current version is {current}");
            let details = reply.refusal(412, "cap_precondition_failed", &message);
            assert_eq!(details, json!({"id": object, "current": current, "revision": head}), "{path} {tags}");
        }
        for (header, tags) in [("x-nothing", ""), ("if-none-match", FOREIGN)] {
            let reply = create(&lab, path, &body, header, tags).await;
            assert_eq!((reply.status, &*reply.code()), (409, "cap_already_exists"), "{path} {tags}");
        }
        assert_eq!(create(&lab, path, &body, "if-match", &current).await.status, 412, "{path}: it is there already");
        assert_eq!(lab.head().await, head);
    }
}

#[tokio::test]
async fn an_id_that_was_given_before_is_409_once_nothing_of_it_can_be_seen() {
    for gone in ["", "&hardDelete=true"] {
        let lab = Lab::new().await;
        let object = chosen(1);
        lab.create(creates(Some(&object)).swap_remove(0).1).await;
        lab.delete(&format!("/object?id={object}{gone}")).await;
        let head = lab.head().await;
        for (path, body) in creates(Some(&object)) {
            let reply = create(&lab, path, &body, "if-none-match", "*").await;
            assert_eq!((reply.status, &*reply.code()), (409, "cap_already_exists"), "{path}{gone}");
            assert_eq!((&reply.json()["details"], reply.revision()), (&json!({"id": object}), Some(head)));
            assert_eq!(create(&lab, path, &body, "if-match", "*").await.status, 412, "{path}{gone}");
        }
    }
}

#[tokio::test]
async fn without_an_id_of_the_clients_there_is_nothing_to_be_there_already() {
    let lab = Lab::new().await;
    for (path, body) in creates(None) {
        for tags in ["*", FOREIGN] {
            let reply = create(&lab, path, &body, "if-none-match", tags).await;
            assert_eq!(reply.status, 200, "{path}");
        }
    }
}

#[tokio::test]
async fn the_condition_comes_before_what_the_space_does_not_allow_and_that_before_an_id_that_is_taken() {
    let lab = Lab::new().await;
    let mut body = page("a");
    body["id"] = json!(chosen(1));
    lab.create(body.clone()).await;
    body["collections"] = json!([NOBODY]);
    assert_eq!(create(&lab, "/object", &body, "if-none-match", "*").await.status, 412);
    assert_eq!(create(&lab, "/object", &body, "if-match", FOREIGN).await.status, 412);
    assert_eq!(create(&lab, "/object", &body, "if-none-match", FOREIGN).await.status, 400);
    lab.delete(&format!("/object?id={}", chosen(1))).await;
    assert_eq!(create(&lab, "/object", &body, "if-none-match", "*").await.status, 400);
    body["collections"] = json!("none");
    assert_eq!(create(&lab, "/object", &body, "if-match", FOREIGN).await.status, 400, "form comes first");
}
