//! What lies below the horizon of the history, and what was erased.

use http::Method;
use palimpsest_engine::admin::{Command, Reply as Told};
use palimpsest_engine::{Code, Error};
use palimpsest_model::{ObjectId, Revision};
use palimpsest_store::StoreError;
use serde_json::json;
use uuid::Uuid;

use crate::app::{Ask, Lab};
use crate::wire::{chosen, page, titled};

const HOUR: i64 = 60 * 60 * 1000;

/// Takes out all history before the head; the head.
pub(crate) async fn compact(lab: &Lab) -> u64 {
    lab.app.clock.advance(HOUR);
    lab.app.engine.compact(HOUR).await.unwrap();
    lab.head().await
}

/// Erases an object; the revision of the space afterwards.
pub(crate) async fn erase(lab: &Lab, id: &str) -> Result<u64, Error> {
    let space = Some(lab.space.clone());
    match lab.app.engine.administer(Command::Erase { space, id: id.to_owned() }).await? {
        Told::Erased(erased) => Ok(erased.revision),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_cursor_below_the_horizon_is_410_with_the_oldest_revision() {
    let lab = Lab::new().await;
    for title in ["a", "b", "c"] {
        lab.create(page(title)).await;
    }
    let first = lab.get("/objects?limit=1").await.ok();
    let next = format!("/objects?limit=1&cursor={}", first["nextCursor"].as_str().unwrap());
    let pinned = lab.head().await;
    lab.app.clock.advance(HOUR);
    let id = lab.make(page("d")).await;
    lab.app.engine.compact(HOUR).await.unwrap();
    lab.get(&next).await.ok();
    lab.app.clock.advance(2 * HOUR);
    lab.update(json!({"id": id, "properties": {"title": titled("e")}})).await;
    lab.app.engine.compact(HOUR).await.unwrap();
    let oldest = pinned + 1;
    let message = format!("The history is kept from revision {oldest} on");
    let details = lab.get(&next).await.refusal(410, "cap_revision_compacted", &message);
    assert_eq!(details, json!({"oldest": oldest}));
    assert_eq!(lab.get(&next).await.revision(), Some(oldest + 1));
    lab.app.engine.compact(2 * HOUR).await.unwrap();
    let details = lab.get(&next).await.refusal(410, "cap_revision_compacted", &message);
    assert_eq!(details, json!({"oldest": oldest}), "the horizon never goes back");
    assert_eq!(lab.get("/objects").await.ok()["results"].as_array().unwrap().len(), 4, "nothing current is gone");
}

#[tokio::test]
async fn history_is_kept_in_each_space_for_itself() {
    let lab = Lab::new().await;
    let other = lab.app.space("Other").await;
    let token = lab.app.token(&other, "other", crate::app::BOTH).await;
    let ask = |method, uri: &str| Ask::new(method, uri).token(&token);
    for title in ["a", "b"] {
        lab.app.send(ask(Method::POST, "/object").json(&page(title))).await.ok();
    }
    let first = lab.app.send(ask(Method::GET, "/objects?limit=1")).await.ok();
    lab.create(page("a")).await;
    lab.app.clock.advance(HOUR);
    lab.create(page("b")).await;
    lab.app.engine.compact(1).await.unwrap();
    let next = format!("/objects?limit=1&cursor={}", first["nextCursor"].as_str().unwrap());
    lab.app.send(ask(Method::GET, &next)).await.ok();
}

#[tokio::test]
async fn an_erased_object_is_gone_for_every_call_and_its_id_is_not_given_again() {
    let lab = Lab::new().await;
    let id = chosen(1);
    lab.create(json!({"id": id, "structureId": "RootPage", "properties": {"title": titled("secret")}})).await;
    lab.create(page("beside it")).await;
    let first = lab.get("/objects?limit=1").await.ok();
    let before = lab.head().await;
    assert_eq!(erase(&lab, &id).await.unwrap(), before + 1, "it is a commit that deletes");
    assert_eq!(erase(&lab, &id).await.unwrap(), before + 1, "once");
    assert_eq!(lab.head().await, before + 1);
    for reply in [
        lab.get(&format!("/object?id={id}")).await,
        lab.delete(&format!("/object?id={id}&hardDelete=true")).await,
        lab.patch("/object", &json!({"id": id, "deleteRequested": false})).await,
    ] {
        assert_eq!((reply.status, &*reply.code()), (404, "cap_not_found"));
    }
    let again = lab.post("/object", &json!({"id": id, "structureId": "RootPage"})).await;
    assert_eq!((again.status, &*again.code()), (409, "cap_already_exists"));
    let rest = lab.get(&format!("/objects?cursor={}", first["nextCursor"].as_str().unwrap())).await.ok();
    assert_eq!(rest["results"].as_array().unwrap().len(), 1, "pages that were begun before go on");
    let all = lab.get("/objects").await.ok();
    assert_eq!(all["results"][0]["title"], "beside it");
    assert_eq!(all["results"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_deleted_before_is_erased_without_a_revision() {
    let lab = Lab::new().await;
    let id = lab.make(page("secret")).await;
    assert_eq!(lab.delete(&format!("/object?id={id}&hardDelete=true")).await.status, 200);
    let before = lab.head().await;
    assert_eq!(erase(&lab, &id).await.unwrap(), before);
    assert_eq!(lab.head().await, before);
}

#[tokio::test]
async fn what_cannot_be_erased_is_named() {
    let lab = Lab::new().await;
    let other = lab.app.space("Other").await;
    let id = lab.make(page("kept")).await;
    let unknown = erase(&lab, &chosen(9)).await.unwrap_err();
    assert_eq!((unknown.code, unknown.message.contains(&chosen(9))), (Code::NotFound, true));
    assert_eq!(erase(&lab, "the page").await.unwrap_err().code, Code::InvalidInput);
    let elsewhere = Command::Erase { space: Some(other), id: id.clone() };
    assert_eq!(lab.app.engine.administer(elsewhere).await.unwrap_err().code, Code::NotFound);
    assert!(lab.sees(&id).await);
}

#[test]
fn what_is_gone_of_the_past_is_told_with_its_details() {
    let compacted = Error::from(StoreError::Compacted { oldest: Revision(7) });
    assert_eq!((compacted.code, compacted.details), (Code::RevisionCompacted, Some(json!({"oldest": 7}))));
    let id = ObjectId(Uuid::from_u128(1));
    let erased = Error::from(StoreError::Erased { id, revision: Revision(3) });
    assert_eq!((erased.code, erased.details), (Code::Erased, Some(json!({"id": id, "revision": 3}))));
}
