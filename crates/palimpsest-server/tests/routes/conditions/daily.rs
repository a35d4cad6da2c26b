//! Conditions of POST /blocks/daily-note/append: they speak of the note of the day.

use http::Method;
use serde_json::{Value, json};

use super::{FOREIGN, etag, short};
use crate::app::{Lab, Reply};
use crate::wire::id;

fn body(markdown: &str) -> Value {
    json!({"date": "2026-11-22", "noTimeStamp": true, "markdown": markdown})
}

async fn append(lab: &Lab, header: &'static str, tags: &str, markdown: &str) -> Reply {
    lab.app.send(lab.ask(Method::POST, "/blocks/daily-note/append").header(header, tags).json(&body(markdown))).await
}

async fn plain(lab: &Lab, markdown: &str) -> Reply {
    append(lab, "x-nothing", "", markdown).await
}

/// The id of the one note there is.
async fn note(lab: &Lab) -> String {
    id(&lab.get("/objects/structure?id=RootDailyNote").await.ok()["results"][0])
}

#[tokio::test]
async fn a_note_that_is_not_there_matches_nothing() {
    let lab = Lab::new().await;
    let head = lab.head().await;
    for tags in ["*", FOREIGN, ""] {
        let reply = append(&lab, "if-match", tags, "never").await;
        assert_eq!((reply.status, &*reply.code()), (412, "cap_precondition_failed"), "{tags}");
        assert_eq!((&reply.json()["details"]["current"], reply.revision()), (&json!(null), Some(head)));
    }
    assert_eq!(lab.head().await, head);
    assert_eq!(append(&lab, "if-none-match", "*", "made").await.status, 200);
    assert_eq!(append(&lab, "if-none-match", "*", "never").await.status, 412);
}

#[tokio::test]
async fn the_answer_tells_the_version_of_the_note() {
    let lab = Lab::new().await;
    let first = plain(&lab, "one").await;
    let object = note(&lab).await;
    assert_eq!(first.etag(), short(&etag(&lab, &object).await));
    for (tags, expected) in [(first.etag(), 200), (first.etag(), 412), ("*".to_owned(), 200), (FOREIGN.to_owned(), 412)]
    {
        let reply = append(&lab, "if-match", &tags, "more").await;
        assert_eq!(reply.status, expected, "{tags}");
        if expected == 200 {
            assert_eq!(reply.etag(), short(&etag(&lab, &object).await));
        } else {
            assert_eq!(reply.json()["details"]["id"], json!(object));
        }
    }
    let (before, nothing) = (etag(&lab, &object).await, plain(&lab, "").await);
    assert_eq!((nothing.status, nothing.etag()), (200, short(&before)), "nothing was put");
    let minimal = lab.ask(Method::POST, "/blocks/daily-note/append").header("prefer", "return=minimal");
    let minimal = lab.app.send(minimal.json(&body("last"))).await;
    assert_eq!((minimal.status, minimal.etag()), (204, short(&etag(&lab, &object).await)));
}

#[tokio::test]
async fn a_trashed_note_counts_as_absent_and_is_restored() {
    let lab = Lab::new().await;
    plain(&lab, "one").await;
    let object = note(&lab).await;
    let left = lab.delete(&format!("/object?id={object}")).await.etag();
    for tags in ["*", &left] {
        assert_eq!(append(&lab, "if-match", tags, "never").await.status, 412, "{tags}");
    }
    let reply = append(&lab, "if-none-match", "*", "two").await;
    assert_eq!((reply.status, note(&lab).await), (200, object.clone()));
    assert_eq!(reply.etag(), short(&etag(&lab, &object).await));
    lab.delete(&format!("/object?id={object}&hardDelete=true")).await;
    assert_eq!(append(&lab, "if-match", "*", "never").await.status, 412);
    assert_eq!(append(&lab, "if-none-match", "*", "anew").await.status, 200);
    assert_ne!(note(&lab).await, object);
}
