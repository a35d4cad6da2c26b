//! Transactions, edits, the past, changes: what Palimpsest adds.

use palimpsest_client::{
    Append, BlockView, ChangeKind, Client, Code, Edits, Feed, FoundView, Guard, NewBlock, NewObject, ObjectChanges,
    ObjectId, ObjectView, Page, Part, Place, PropertyValue, Revision, Uuid,
};
use palimpsest_server::Limits;
use serde_json::json;

use crate::served::Served;

async fn client() -> Client {
    Served::new(Limits::default()).await.client().await
}

fn chosen(number: u128) -> ObjectId {
    ObjectId(Uuid::from_u128(0x1111_1111_1111_4111_8111_1111_1111_1100 + number))
}

fn texts(object: &ObjectView) -> Vec<String> {
    object.walk().map(BlockView::text).collect()
}

#[tokio::test]
async fn a_transaction_does_all_of_it_at_one_revision() {
    let client = client().await.careful();
    let old = client.create_object(&NewObject::page("old")).await.unwrap();
    let transaction = client
        .transaction()
        .then(client.create_object(&NewObject::tag("assays").id(chosen(1))))
        .then(client.create_object(
            &NewObject::page("Buffers").id(chosen(2)).property("tags", PropertyValue::objects([chosen(1)])),
        ))
        .then(client.append(chosen(2), &Append::markdown("one")))
        .then(client.update_object(old.value.id, &ObjectChanges::new().title("new")))
        .then(client.trash_object(old.value.id))
        .guard(Guard::absent(chosen(1)))
        .guard(Guard::revision(Revision(2)))
        .guard(Guard::object(old.value.id, old.tag.unwrap()))
        .shown();
    let committed = transaction.commit().await.unwrap();
    let (revision, results) = (committed.value.revision, committed.value.results);
    assert_eq!((revision, committed.revision, results.len()), (Revision(3), Some(Revision(3)), 5));
    assert_eq!(texts(results[2].object.as_ref().unwrap()), ["one"]);
    assert!(results.iter().all(|one| one.etag.unwrap().revision == revision));
    let aborted = transaction.commit().await.unwrap_err().aborted().unwrap();
    assert_eq!((aborted.part, aborted.error.code), (Part::Guard(0), Code::PreconditionFailed));
    client.restore_object(old.value.id).await.unwrap();
}

#[tokio::test]
async fn a_transaction_that_fails_does_nothing_and_a_dry_run_only_tells() {
    let client = client().await;
    let read = client.create_object(&NewObject::page("a")).await.unwrap();
    let id = read.value.id;
    client.update_object(id, &ObjectChanges::new().title("b")).await.unwrap();
    let create = || client.create_object(&NewObject::page("c").id(chosen(1)));
    let stale = client.update_object(id, &ObjectChanges::new().title("d")).if_match(&read);
    let error = client.transaction().then(create()).then(stale).commit().await.unwrap_err();
    assert_eq!((error.status, &error.code), (Some(412), &Code::TransactionAborted));
    let aborted = error.aborted().unwrap();
    assert_eq!(aborted.part, Part::Operation(1));
    assert_eq!(aborted.error.stale().unwrap().changed_paths.unwrap(), ["properties.title"]);
    let told = client.transaction().then(create()).dry_run().commit().await.unwrap().value;
    assert_eq!((told.revision, told.results[0].id, told.results[0].etag), (Revision(3), Some(chosen(1)), None));
    assert!(client.object(chosen(1)).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_list_that_was_read_can_be_guarded() {
    let client = client().await;
    let list = client.objects(&Page::first()).await.unwrap();
    let create = |title: &str| client.create_object(&NewObject::page(title));
    let guarded = |title| client.transaction().then(create(title)).guard(Guard::objects(list.tag.unwrap())).commit();
    guarded("a").await.unwrap();
    let aborted = guarded("b").await.unwrap_err().aborted().unwrap();
    assert_eq!((aborted.part, aborted.error.code), (Part::Guard(0), Code::PreconditionFailed));
}

#[tokio::test]
async fn small_edits_are_made_at_once() {
    let client = client().await;
    let page = NewObject::page("a").blocks("RootPage_content", ["one", "two", "three"].map(NewBlock::text));
    let page = client.create_object(&page).await.unwrap().value;
    let [one, two, three] = [0, 1, 2].map(|index| page.section("RootPage_content")[index].id);
    let edits = Edits::new()
        .set("title", PropertyValue::title("b"))
        .add("aliases", ["c", "d"])
        .remove("aliases", ["c"])
        .replace_text(one, "ne", "nce")
        .update(two, NewBlock::blank().todo(true))
        .move_block(three, Place::new().at_start())
        .insert(Append::markdown("four").before(two))
        .delete(one);
    let edited = client.edit_object(page.id, &edits).await.unwrap();
    assert_eq!((edited.value.title(), edited.revision), ("b", Some(Revision(3))));
    assert_eq!(edited.value.property("aliases"), Some(&PropertyValue::aliases(["d"])));
    assert_eq!(texts(&edited.value), ["three", "four", "two"]);
    let moved = client.move_block(page.id, three, &Place::new().after(two)).if_match(&edited).await.unwrap();
    assert_eq!(texts(&moved.value), ["four", "two", "three"]);
    let edit = |object: &ObjectView| Edits::new().replace_all(object.walk().next().unwrap().id, "four", "4");
    assert_eq!(texts(&client.update_with(page.id, edit).await.unwrap().value)[0], "4");
}

#[tokio::test]
async fn the_past_is_read() {
    let client = client().await;
    let made = client.create_object(&NewObject::page("a")).await.unwrap();
    let id = made.value.id;
    let renamed = client.update_object(id, &ObjectChanges::new().title("b")).await.unwrap();
    client.trash_object(id).await.unwrap();
    let past = client.object_at(id, Revision(2)).await.unwrap();
    assert_eq!((&past.value, past.tag), (&made.value, made.tag));
    let first = Page::first().size(2);
    let history = client.history(id, &first).await.unwrap().value;
    let kinds: Vec<_> = history.results.iter().map(|entry| (entry.kind, entry.revision.0)).collect();
    assert_eq!(kinds, [(ChangeKind::Trashed, 4), (ChangeKind::Updated, 3)]);
    assert_eq!((history.results[1].by.name.as_str(), Some(history.results[1].etag)), ("client", renamed.tag));
    let rest = client.history(id, &history.after(&first).unwrap()).await.unwrap().value;
    assert_eq!((rest.results[0].kind, rest.after(&first)), (ChangeKind::Created, None));
    assert_eq!(client.history_before(id, Revision(3), &first).await.unwrap().value.results, rest.results);
    let difference = client.difference(id, Revision(2), Revision(3)).await.unwrap().value;
    assert_eq!(difference.changes[0].path, "properties.title");
    assert_eq!(difference.changes[0].after, json!({"type": "title", "title": {"value": "b"}}));
    let trash = client.trash(&first).await.unwrap().value;
    assert_eq!((trash.results[0].id, trash.results[0].trashed_by.name.as_str()), (id, "client"));
    let objects = client.get_objects_at(&[chosen(1), id], Revision(3)).await.unwrap().value;
    let FoundView::Missing { error, .. } = &objects.results[0] else { panic!("{objects:?}") };
    assert_eq!((&error.code, objects.revision), (&Code::NotFound, Revision(3)));
    assert_eq!(objects.results[1].object(), Some(&renamed.value));
    assert!(client.get_objects(&[id]).await.unwrap().value.results[0].object().is_none());
    let restored = client.restore_object(id).if_match_tag(trash.results[0].etag).await.unwrap();
    assert_eq!(restored.value, renamed.value);
}

#[tokio::test]
async fn changes_are_read_page_by_page_and_waited_for() {
    let client = client().await;
    let id = client.create_object(&NewObject::page("a")).await.unwrap().value.id;
    let page = client.changes(&Feed::from_the_start().size(1)).await.unwrap().value;
    assert_eq!((page.changes[0].schema[0].kind.as_str(), page.has_more), ("space", true));
    let page = client.changes(&Feed::after(page.position()).whole()).await.unwrap().value;
    let made = &page.changes[0].objects[0];
    assert_eq!((made.id, made.kind, made.object.as_ref().unwrap().title()), (id, ChangeKind::Created, "a"));
    let next = Feed::after(page.position()).wait(std::time::Duration::from_secs(60));
    let (waited, deleted) = tokio::join!(
        std::future::IntoFuture::into_future(client.changes(&next)),
        std::future::IntoFuture::into_future(client.delete_object(id))
    );
    deleted.unwrap();
    let waited = waited.unwrap().value;
    assert_eq!((waited.changes[0].objects[0].kind, waited.changes[0].objects[0].etag), (ChangeKind::Deleted, None));
}
