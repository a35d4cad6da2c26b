//! Several clients at once, and connections that are lost.

use std::future::IntoFuture;

use palimpsest_client::{
    Append, BlockView, Client, Code, CopyStep, Feed, NewObject, ObjectChanges, ObjectId, ObjectView, PropertyValue,
    Revision,
};
use palimpsest_engine::Scope;
use palimpsest_server::Limits;
use serde_json::json;

use crate::proxy::Proxy;
use crate::served::Served;

async fn page(client: &Client, title: &str) -> ObjectId {
    client.create_object(&NewObject::page(title)).await.unwrap().value.id
}

fn one_more(object: &ObjectView) -> ObjectChanges {
    ObjectChanges::new().title((object.title().parse::<u32>().unwrap() + 1).to_string())
}

async fn texts(client: &Client, id: ObjectId) -> Vec<String> {
    client.object(id).await.unwrap().value.walk().map(BlockView::text).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn clients_that_collide_lose_no_update() {
    const EACH: u32 = 25;
    let served = Served::new(Limits::default()).await;
    let id = page(&served.client().await, "0").await;
    let mut counting = Vec::new();
    for _ in 0..4 {
        let client = served.client().await;
        counting.push(tokio::spawn(async move {
            for _ in 0..EACH {
                client.update_with(id, one_more).times(1000).await.unwrap();
            }
        }));
    }
    for one in counting {
        one.await.unwrap();
    }
    let counted = served.client().await.object(id).await.unwrap();
    assert_eq!((counted.value.title(), counted.revision), ("100", Some(Revision(2 + 4 * u64::from(EACH)))));
}

#[tokio::test]
async fn a_queue_makes_updates_of_one_client_wait_for_each_other() {
    let client = Served::new(Limits::default()).await.client().await.queued(4);
    let id = page(&client, "0").await;
    let update = || tokio::spawn(client.update_with(id, one_more).times(0).into_future());
    let updates: Vec<_> = (0..20).map(|_| update()).collect();
    for update in updates {
        update.await.unwrap().unwrap();
    }
    assert_eq!(client.object(id).await.unwrap().value.title(), "20");
}

#[tokio::test]
async fn a_second_writer_learns_what_the_first_one_changed() {
    let served = Served::new(Limits::default()).await;
    let (one, other) = (served.client().await.careful(), served.client().await.careful());
    let id = page(&one, "a").await;
    other.object(id).await.unwrap();
    let first = one.update_object(id, &ObjectChanges::new().title("b")).await.unwrap();
    let stale = other.update_object(id, &ObjectChanges::new().title("c")).await.unwrap_err().stale().unwrap();
    assert_eq!((stale.id, stale.current, stale.revision), (Some(id), first.tag, first.revision.unwrap()));
    assert_eq!(stale.changed_paths.unwrap(), ["properties.title"]);
    assert_eq!(stale.changed_by.unwrap().name, "client");
    other.object(id).await.unwrap();
    other.update_object(id, &ObjectChanges::new().title("c")).await.unwrap();
    other.trash_object(id).minimal().await.unwrap();
    other.restore_object(id).await.unwrap();
    assert_eq!(one.object(id).await.unwrap().value.title(), "c");
}

#[tokio::test]
async fn what_does_not_collide_is_merged_and_what_does_is_told() {
    let client = Served::new(Limits::default()).await.client().await;
    let id = page(&client, "a").await;
    let read = client.object(id).await.unwrap();
    client.update_object(id, &ObjectChanges::new().title("b")).await.unwrap();
    let describe = |text: &str| ObjectChanges::new().property("description", PropertyValue::text(text));
    let merged = client.update_object(id, &describe("d")).if_match(&read).merge().await.unwrap();
    assert_eq!((merged.value.title(), merged.applied), ("b", vec!["merge".to_owned()]));
    let collides = client.update_object(id, &ObjectChanges::new().title("c")).if_match(&read).merge();
    let error = collides.await.unwrap_err();
    assert_eq!(error.code, Code::Conflict);
    let conflicts = error.conflicts();
    let title = |text: &str| json!({"type": "title", "title": {"value": text}});
    let told: Vec<_> = conflicts.iter().map(|one| (one.path.as_str(), &one.base, &one.theirs, &one.mine)).collect();
    assert_eq!(told, [("properties.title", &title("a"), &title("b"), &title("c"))]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_that_merges_is_decided_once_where_others_write_elsewhere() {
    let served = Served::new(Limits::default()).await;
    let client = served.client().await;
    let id = page(&client, "a").await;
    // Each time the object was read, somebody else writes before the update does.
    let update = async |merges: bool| {
        let (mut decided, other) = (0, served.client().await);
        let update = client.update_with(id, |_| {
            decided += 1;
            let text = format!("meanwhile {merges} {decided}");
            if decided == 1 {
                let writing = other.append(id, &Append::markdown(text));
                tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(writing.into_future()))
                    .unwrap();
            }
            ObjectChanges::new().title(format!("merges {merges}"))
        });
        if merges { update.merge().await } else { update.await }.unwrap();
        decided
    };
    assert_eq!((update(true).await, update(false).await), (1, 2));
    assert_eq!(texts(&client, id).await, ["meanwhile true 1", "meanwhile false 1"]);
    assert_eq!(client.object(id).await.unwrap().value.title(), "merges false");
}

#[tokio::test]
async fn the_versions_of_everything_read_serve_as_conditions() {
    let client = Served::new(Limits::default()).await.client().await;
    let id = page(&client, "a").await;
    let read = client.object(id).await.unwrap();
    assert_eq!(client.markdown(id).await.unwrap().tag, read.tag);
    let renamed = client.update_object(id, &ObjectChanges::new().title("b")).if_match(&read).await.unwrap();
    assert_eq!(client.object(id).await.unwrap().tag, renamed.tag);
    let stale = client.append(id, &Append::markdown("x")).if_match(&read).await.unwrap_err();
    assert_eq!(stale.code, Code::PreconditionFailed);
    let listed = client.objects(&Default::default()).await.unwrap().value.results;
    client.append(id, &Append::markdown("x")).if_match_tag(listed[0].etag.unwrap()).await.unwrap();
    let taken = client.create_object(&NewObject::page("a").id(id)).if_absent().await.unwrap_err();
    assert_eq!(taken.code, Code::PreconditionFailed);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_has_one_effect() {
    let served = Served::new(Limits::default()).await;
    let token = served.token(&[Scope::Read, Scope::Write]).await;
    let proxy = Proxy::to(&served.base).await;
    let client = Client::new(&proxy.base, &token).unwrap();
    let id = page(&client, "a").await;
    proxy.drop_answers(2);
    let appended = client.append(id, &Append::markdown("once")).await.unwrap();
    assert_eq!((appended.replayed, appended.revision, proxy.left()), (true, Some(Revision(3)), 0));
    assert_eq!(texts(&client, id).await, ["once"]);

    let unsure = Client::builder(&proxy.base).token(&token).idempotency(false).build().unwrap();
    proxy.drop_answers(1);
    let error = unsure.append(id, &Append::markdown("twice")).await.unwrap_err();
    assert!(error.outcome_is_unknown(), "without a key nobody may send it again");
    assert_eq!(texts(&unsure, id).await, ["once", "twice"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn queued_writes_take_place_in_the_order_of_their_calls() {
    let client = Served::new(Limits::default()).await.client().await.queued(4);
    let pages = [page(&client, "a").await, page(&client, "b").await, page(&client, "c").await];
    let calls = (0..60).map(|number: usize| {
        client.append(pages[number % 3], &Append::markdown(number.to_string())).minimal().into_future()
    });
    let calls: Vec<_> = calls.collect();
    for call in calls {
        call.await.unwrap();
    }
    for (first, id) in pages.into_iter().enumerate() {
        let expected: Vec<_> = (first..60).step_by(3).map(|number| number.to_string()).collect();
        assert_eq!(texts(&client, id).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_follower_sees_every_change_once_although_its_connections_are_lost() {
    const CHANGES: u64 = 60;
    let served = Served::new(Limits::default()).await;
    let client = served.client().await;
    let id = page(&client, "0").await;
    let tag = client.create_object(&NewObject::tag("t")).await.unwrap().value.id;
    let proxy = Proxy::to(&served.base).await;
    let reader = Client::new(&proxy.base, served.token(&[Scope::Read]).await).unwrap();
    let mut copy = reader.follow();
    let mut begun = Vec::new();
    let position = loop {
        match copy.next().await.unwrap().unwrap() {
            CopyStep::Object(row) => begun.push(row.object.unwrap().id),
            CopyStep::Complete(position) => break position,
            CopyStep::Change(change) => panic!("{change:?}"),
        }
    };
    assert_eq!((begun, position.revision), (vec![id, tag], Revision(3)));
    let writer = tokio::spawn(async move {
        for _ in 0..CHANGES {
            client.update_with(id, one_more).await.unwrap();
        }
    });
    for revision in 4..4 + CHANGES {
        let step = copy.next().await.unwrap().unwrap();
        let CopyStep::Change(followed) = step else { panic!("{step:?}") };
        assert_eq!(followed.change.revision, Revision(revision));
        let object = followed.change.objects[0].object.as_ref().unwrap();
        assert_eq!(object.title(), (revision - 3).to_string());
        if revision % 10 == 0 {
            proxy.cut();
        }
    }
    writer.await.unwrap();
    let lost = Feed::after("0000000000000000.3".parse().unwrap());
    assert!(reader.stream(&lost).next().await.unwrap().unwrap_err().says_start_again());
}

#[tokio::test]
async fn a_value_that_a_second_client_added_survives_the_edits_of_the_first() {
    let served = Served::new(Limits::default()).await;
    let (one, other) = (served.client().await, served.client().await);
    let id = page(&one, "a").await;
    let mut tags = Vec::new();
    for title in ["x", "y"] {
        tags.push(one.create_object(&NewObject::tag(title)).await.unwrap().value.id);
    }
    let tagged = |object: &ObjectView| match object.property("tags") {
        Some(PropertyValue::Entity(tags)) => tags.clone(),
        _ => Vec::new(),
    };
    let add = |tag: ObjectId| {
        move |object: &ObjectView| {
            let tags = tagged(object).into_iter().chain([tag]);
            ObjectChanges::new().property("tags", PropertyValue::objects(tags))
        }
    };
    let (first, second) = tokio::join!(
        one.update_with(id, add(tags[0])).into_future(),
        other.update_with(id, add(tags[1])).into_future()
    );
    first.unwrap();
    second.unwrap();
    let mut left = tagged(&one.object(id).await.unwrap().value);
    left.sort();
    tags.sort();
    assert_eq!(left, tags);
}
