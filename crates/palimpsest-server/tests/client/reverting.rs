//! Going back: an object, and what one commit did.

use palimpsest_client::{
    Append, BlockView, ChangeKind, Client, Code, Guard, LeftReason, NewObject, ObjectChanges, ObjectId, Page, Part,
    Revert, Revision, Uuid,
};
use palimpsest_server::Limits;

use crate::served::Served;

async fn client() -> Client {
    Served::new(Limits::default()).await.client().await
}

fn titled(title: &str) -> ObjectChanges {
    ObjectChanges::new().title(title)
}

#[tokio::test]
async fn an_object_becomes_what_it_was() {
    let client = client().await;
    let made = client.create_object(&NewObject::page("a")).await.unwrap();
    let (id, at) = (made.value.id, made.revision.unwrap());
    client.append(id, &Append::markdown("one")).await.unwrap();
    let renamed = client.update_object(id, &titled("b")).await.unwrap();
    let stale = client.revert_object(id, at).if_match(&made).await.unwrap_err();
    assert_eq!(stale.code, Code::PreconditionFailed);
    let reverted = client.revert_object(id, at).if_match(&renamed).await.unwrap();
    assert_eq!((&reverted.value, reverted.revision), (&made.value, Some(Revision(5))));
    let history = client.history(id, &Page::first()).await.unwrap().value;
    assert_eq!(history.results[0].kind, ChangeKind::Reverted);
    client.delete_object(id).await.unwrap();
    let back = client.revert_object(id, renamed.revision.unwrap()).await.unwrap().value;
    assert_eq!((back.title(), back.walk().map(BlockView::text).collect::<Vec<_>>()), ("b", vec!["one".to_owned()]));
    assert_eq!(client.revert_object(id, Revision(99)).await.unwrap_err().code, Code::InvalidInput);
    assert!(client.revert_object(id, Revision(1)).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn going_back_merges_is_an_operation_and_can_be_careful() {
    let client = client().await;
    let made = client.create_object(&NewObject::page("a")).await.unwrap();
    let (id, at) = (made.value.id, made.revision.unwrap());
    let renamed = client.update_object(id, &titled("b")).await.unwrap();
    client.append(id, &Append::markdown("one")).await.unwrap();
    let merged = client.revert_object(id, at).if_match(&renamed).merge().await.unwrap();
    assert_eq!((merged.value.title(), merged.value.walk().count()), ("a", 1), "what came since stays");
    let careful = client.careful();
    careful.object(id).await.unwrap();
    client.update_object(id, &titled("c")).await.unwrap();
    assert_eq!(careful.revert_object(id, at).await.unwrap_err().code, Code::PreconditionFailed);
    let other = ObjectId(Uuid::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1101));
    let transaction = client
        .transaction()
        .then(client.create_object(&NewObject::page("d").id(other)))
        .then(client.revert_object(id, renamed.revision.unwrap()));
    let results = transaction.shown().commit().await.unwrap().value.results;
    assert_eq!(results[1].object.as_ref().unwrap().title(), "b");
}

#[tokio::test]
async fn what_a_commit_did_is_taken_back_as_a_whole() {
    let client = client().await;
    let old = client.create_object(&NewObject::page("old")).await.unwrap().value;
    let made = ObjectId(Uuid::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1101));
    let transaction = client
        .transaction()
        .then(client.create_object(&NewObject::page("made").id(made)))
        .then(client.update_object(old.id, &titled("new")));
    let committed = transaction.commit().await.unwrap().value.revision;
    let told = client.revert_transaction(&Revert::of(committed).dry_run()).await.unwrap().value;
    assert_eq!((told.revision, told.reverted, told.results.len()), (Revision(3), committed, 2));
    assert_eq!(client.object(old.id).await.unwrap().value.title(), "new", "only told");
    let careful = client.careful();
    careful.object(old.id).await.unwrap();
    let done = careful.revert_transaction(&Revert::of(committed)).await.unwrap();
    let ids = |view: &palimpsest_client::RevertedView| view.results.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!((ids(&done.value), done.revision), (ids(&told), Some(Revision(4))));
    assert!(
        told.results.iter().all(|one| one.etag.is_none()) && done.value.results.iter().all(|one| one.etag.is_some())
    );
    assert_eq!(client.object(old.id).await.unwrap().value, old);
    assert!(client.object(made).await.unwrap_err().is_not_found());
    careful.update_object(old.id, &titled("newer")).await.unwrap();
}

#[tokio::test]
async fn what_collides_is_told_or_left() {
    let client = client().await;
    let made = client.create_object(&NewObject::page("a")).await.unwrap().value;
    let renamed = client.update_object(made.id, &titled("b")).await.unwrap().revision.unwrap();
    client.update_object(made.id, &titled("c")).await.unwrap();
    let conflicts = client.revert_transaction(&Revert::of(renamed)).await.unwrap_err().conflicts();
    assert_eq!((conflicts[0].id, conflicts[0].path.as_str()), (Some(made.id), "properties.title"));
    let guarded = Revert::of(renamed).partial().guard(Guard::revision(renamed));
    let aborted = client.revert_transaction(&guarded).await.unwrap_err().aborted().unwrap();
    assert_eq!(aborted.part, Part::Guard(0));
    let left = client.revert_transaction(&Revert::of(renamed).partial()).await.unwrap().value;
    assert_eq!((left.revision, left.results), (Revision(4), Vec::new()), "nothing else was to be done");
    assert_eq!((left.left[0].id, left.left[0].reason), (Some(made.id), LeftReason::Conflict));
}
