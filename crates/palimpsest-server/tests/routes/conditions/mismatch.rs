//! What a refused condition tells.

use http::Method;
use palimpsest_model::parse_uuid;
use serde_json::{Value, json};

use super::{FOREIGN, etag, retitled, revision, short, unmet};
use crate::app::{Ask, BOTH, Lab};
use crate::wire::{SECTION, body, id, page_of, text};

/// The details of a write that is refused under this condition.
async fn told(lab: &Lab, object: &str, tags: &str) -> Value {
    let current = short(&etag(lab, object).await);
    let reply = retitled(lab, object, "never", "if-match", tags).await;
    let details = reply.refusal(412, "cap_precondition_failed", &unmet(&current));
    assert_eq!(reply.revision(), Some(lab.head().await));
    details
}

#[tokio::test]
async fn it_tells_what_changed_since_and_who_changed_it_last() {
    let lab = Lab::new().await;
    let made = lab.create(page_of(json!([text("a"), text("b")]))).await;
    let (object, block) = (id(&made), id(&body(&made)[0]));
    let first = etag(&lab, &object).await;
    retitled(&lab, &object, "b", "if-match", &first).await.ok();
    let second = etag(&lab, &object).await;
    lab.make(page_of(json!([]))).await;
    let colleague = lab.app.token(&lab.space, "colleague", BOTH).await;
    let change = json!({"id": object, "blockId": block, "block": text("changed")});
    lab.app.send(Ask::new(Method::PATCH, "/blocks/block").token(&colleague).json(&change)).await.ok();
    lab.make(page_of(json!([]))).await;
    let (current, head) = (short(&etag(&lab, &object).await), lab.head().await);
    let path = format!("blocks.{SECTION}.{block}.content");
    for (tag, paths) in [(&first, json!([path, "properties.title"])), (&short(&second), json!([path]))] {
        let mut details = told(&lab, &object, tag).await;
        let by = details.as_object_mut().unwrap().remove("changedBy").unwrap();
        assert_eq!(by["name"], "colleague");
        assert!(parse_uuid(by["id"].as_str().unwrap()).is_some(), "{by}");
        let expected = json!({"id": object, "current": current, "revision": head, "changedPaths": paths});
        assert_eq!(details, expected);
    }
}

#[tokio::test]
async fn a_version_that_never_was_one_of_the_object_is_unknown() {
    let lab = Lab::new().await;
    let object = lab.make(page_of(json!([]))).await;
    let first = etag(&lab, &object).await;
    let other = lab.make(page_of(json!([]))).await;
    let of_other = etag(&lab, &other).await;
    retitled(&lab, &object, "b", "if-match", &first).await.ok();
    let (current, head) = (short(&etag(&lab, &object).await), lab.head().await);
    let log = current.trim_matches('"').split_once('.').unwrap().0;
    let before = format!("\"{log}.{}\"", revision(&first) - 1);
    let beyond = format!("\"{log}.{}\"", head + 1);
    let far = format!("\"{log}.{}\"", u64::MAX);
    let zero = format!("\"{log}.0\"");
    for tag in [FOREIGN, &of_other, &before, &beyond, &far, &zero] {
        let expected = json!({"id": object, "current": current, "revision": head, "base": "unknown"});
        assert_eq!(told(&lab, &object, tag).await, expected, "{tag}");
    }
}

#[tokio::test]
async fn where_no_one_version_is_named_there_is_nothing_more_to_tell() {
    let lab = Lab::new().await;
    let object = lab.make(page_of(json!([]))).await;
    let first = etag(&lab, &object).await;
    retitled(&lab, &object, "b", "if-match", &first).await.ok();
    let (current, head) = (short(&etag(&lab, &object).await), lab.head().await);
    let expected = json!({"id": object, "current": current, "revision": head});
    for tags in [&format!("{first}, {FOREIGN}"), &format!("W/{current}"), "nonsense", ""] {
        assert_eq!(told(&lab, &object, tags).await, expected, "{tags}");
    }
    let reply = retitled(&lab, &object, "never", "if-none-match", "*").await;
    assert_eq!(reply.refusal(412, "cap_precondition_failed", &unmet(&current)), expected);
}
