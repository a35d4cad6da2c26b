//! What answers carry besides.

use http::Method;

use super::{FOREIGN, retitle, short, versioned};
use crate::app::{Lab, Reply};
use crate::authorisation::{guarded, things};
use crate::contract::{DOCUMENT, endpoints};
use crate::wire::{id, page};

#[test]
fn the_document_promises_a_revision_wherever_the_store_was_asked() {
    for endpoint in endpoints().into_iter().filter(|endpoint| endpoint.scope().is_some()) {
        for (status, response) in endpoint.operation["responses"].as_object().unwrap() {
            let response = match response["$ref"].as_str() {
                Some(pointer) => DOCUMENT.pointer(pointer.trim_start_matches('#')).unwrap(),
                None => response,
            };
            let computed = ["200", "204", "304", "404", "409", "410", "412", "422", "428"].contains(&status.as_str());
            let header = &response["headers"]["Palimpsest-Revision"]["$ref"];
            assert_eq!(header == "#/components/headers/Revision", computed, "{} {status}", endpoint.path);
        }
    }
}

#[tokio::test]
async fn every_answer_tells_the_head_it_was_decided_at() {
    let lab = Lab::new().await;
    let things = things(&lab).await;
    for sample in versioned(&things, true) {
        let head = lab.head().await;
        let reply = lab.app.send(sample.with(&lab, "if-match", FOREIGN)).await;
        assert_eq!((reply.status, reply.revision()), (412, Some(head)), "{}", sample.name());
    }
    for sample in versioned(&things, false) {
        let head = lab.head().await;
        for (header, tags, status) in [("if-match", FOREIGN, 412), ("if-none-match", "*", 304)] {
            let reply = lab.app.send(sample.with(&lab, header, tags)).await;
            assert_eq!((reply.status, reply.revision()), (status, Some(head)), "{}", sample.name());
        }
    }
}

fn without_length(reply: &Reply) -> http::HeaderMap {
    let mut headers = reply.headers.clone();
    headers.remove("content-length");
    headers
}

#[tokio::test]
async fn head_is_answered_as_get_is_under_every_condition() {
    let lab = Lab::new().await;
    for (_, _, sample) in guarded(&things(&lab).await).into_iter().filter(|(.., sample)| sample.method == Method::GET) {
        let uri = format!("{}{}", sample.path, sample.query);
        for (header, tags) in [("x-nothing", ""), ("if-match", FOREIGN), ("if-match", "*"), ("if-none-match", "*")] {
            let ask = |method| lab.ask(method, &uri).header(header, tags).header("x-request-id", "r");
            let (get, head) = (lab.app.send(ask(Method::GET)).await, lab.app.send(ask(Method::HEAD)).await);
            assert_eq!((head.status, head.body.len()), (get.status, 0), "{uri} {header}: {tags}");
            assert_eq!(without_length(&head), without_length(&get), "{uri} {header}: {tags}");
        }
    }
}

#[tokio::test]
async fn an_answer_without_its_body_tells_version_and_place_all_the_same() {
    let lab = Lab::new().await;
    for sample in versioned(&things(&lab).await, true) {
        let reply = lab.app.send(sample.with(&lab, "prefer", "return=minimal")).await;
        let what = sample.name();
        assert_eq!((reply.status, reply.revision()), (204, Some(lab.head().await)), "{what}");
        let tag = reply.etag();
        if let Some(place) = reply.header("content-location") {
            let read = lab.get(place).await;
            assert_eq!((&read.etag(), read.revision()), (&tag, reply.revision()), "{what}");
        } else {
            let has_none = ["/object", "/blocks/daily-note/append"].contains(&sample.path);
            assert!(has_none || sample.is_of_schema(), "{what} shows an object");
            if let Some(place) = sample.place().filter(|_| sample.is_of_schema()) {
                assert_eq!(short(&lab.get(&place).await.etag()), short(&tag), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn an_answer_to_a_write_is_not_for_caches_and_shows_where_its_object_is() {
    let lab = Lab::new().await;
    let made = lab.post("/object", &page("a")).await;
    let object = id(&made.ok());
    let changed = lab.patch("/object", &retitle(&object, "b")).await;
    for reply in [&made, &changed] {
        assert_eq!(reply.header("content-location"), Some(&*format!("/object?id={object}")));
        assert_eq!(reply.header("cache-control"), None);
    }
    assert_ne!(made.etag(), changed.etag());
}
