//! Conditions and the trash: the tag that a deletion answered serves what comes next.

use http::Method;
use serde_json::json;

use super::{etag, retitle, retitled, revision, short};
use crate::app::{Lab, Reply};
use crate::wire::{NOBODY, page};

async fn restore(lab: &Lab, object: &str, tags: &str) -> Reply {
    let body = json!({"id": object, "deleteRequested": false});
    lab.app.send(lab.ask(Method::PATCH, "/object").header("if-match", tags).json(&body)).await
}

async fn delete(lab: &Lab, query: &str, tags: &str) -> Reply {
    lab.app.send(lab.ask(Method::DELETE, &format!("/object?id={query}")).header("if-match", tags)).await
}

#[tokio::test]
async fn a_deletion_tells_the_version_it_left_and_that_is_restored() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let first = etag(&lab, &object).await;
    let deleted = delete(&lab, &object, &first).await;
    assert_eq!((deleted.status, deleted.body.len()), (200, 0));
    assert_eq!((revision(&deleted.etag()), deleted.etag()), (lab.head().await, short(&deleted.etag())));
    let refused = restore(&lab, &object, &first).await;
    let details = &refused.json()["details"];
    assert_eq!((refused.status, &details["current"]), (412, &json!(deleted.etag())));
    assert_eq!(details["changedPaths"], json!(["trashed"]));
    let restored = restore(&lab, &object, &deleted.etag()).await;
    assert_eq!((restored.status, restored.etag()), (200, etag(&lab, &object).await));
    let patched = lab.patch("/object", &json!({"id": object, "deleteRequested": true})).await;
    assert_eq!(revision(&patched.etag()), lab.head().await, "the version it left, not the one it shows");
    restore(&lab, &object, &patched.etag()).await.ok();
}

#[tokio::test]
async fn a_trashed_object_is_deleted_for_good_at_the_version_it_was_trashed_at() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let first = etag(&lab, &object).await;
    let trashed = lab.delete(&format!("/object?id={object}")).await.etag();
    let for_good = format!("{object}&hardDelete=true");
    assert_eq!(delete(&lab, &for_good, &first).await.status, 412);
    let gone = delete(&lab, &for_good, &trashed).await;
    assert_eq!((gone.status, revision(&gone.etag())), (200, lab.head().await));
    assert_eq!(restore(&lab, &object, &gone.etag()).await.status, 404, "nothing brings it back");
}

#[tokio::test]
async fn what_is_not_there_is_404_before_any_condition() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let (first, trashed) = (etag(&lab, &object).await, lab.delete(&format!("/object?id={object}")).await.etag());
    for tags in ["*", &first, &trashed, "nonsense"] {
        assert_eq!(retitled(&lab, &object, "b", "if-match", tags).await.status, 404, "{tags}");
        assert_eq!(retitled(&lab, NOBODY, "b", "if-match", tags).await.status, 404, "{tags}");
        assert_eq!(delete(&lab, &object, tags).await.status, 404, "{tags}: it is in the trash already");
    }
    assert_eq!(retitled(&lab, &object, "b", "if-none-match", "*").await.status, 404);
    let careful = lab.app.careful(&lab.space, "careful").await;
    let ask = crate::app::Ask::new(Method::PATCH, "/object").token(&careful).json(&retitle(&object, "b"));
    assert_eq!(lab.app.send(ask).await.status, 404, "nor does a policy come before");
}
