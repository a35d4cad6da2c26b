//! The demo over the in-memory twin.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;

use palimpsest_engine::admin::{Command, Reply};
use palimpsest_engine::{Access, CountedIds, DeleteObject, Engine, ManualClock, Operation};
use palimpsest_model::{
    BuiltIn, Content, LinkTarget, Object, ObjectId, SpaceId, State, StructureId, Timestamp, Token, Value,
};
use palimpsest_store::{List, MemoryFiles, MemoryStore, Snapshot};
use palimpsest_transfer::demo::{DemoError, Filled, fill};

fn engine() -> Engine {
    let clock = Arc::new(ManualClock::at(Timestamp::parse("2026-11-22T23:59:00Z").unwrap()));
    let engine = Engine::new(Arc::new(MemoryStore::new()), clock, Arc::new(CountedIds::default()));
    engine.keeping(Arc::new(MemoryFiles::default()))
}

async fn space(engine: &Engine, title: &str) -> SpaceId {
    let Reply::Space(space) = engine.administer(Command::SpaceCreate { title: title.to_owned() }).await.unwrap() else {
        panic!("no space")
    };
    space.id
}

/// All objects that can be seen, and the revision of the space.
async fn objects(engine: &Engine, space: SpaceId) -> (Vec<Arc<Object>>, u64) {
    let look = |snapshot: &mut Snapshot<'_>| {
        let revision = snapshot.row().revision;
        let found = snapshot.list_at(List::All, revision, None, 1000).unwrap();
        let live = found.into_iter().filter(|found| found.state == State::Live).map(|found| found.object).collect();
        (live, revision.0)
    };
    engine.store().read(space, look).await.unwrap().value
}

/// What an object leads to, and all it says as plain text outside of code.
fn said(object: &Object) -> (Vec<ObjectId>, String) {
    let (mut targets, mut plain) = (Vec::new(), String::new());
    object.walk(&mut |block| match &block.content {
        Content::Text(text) => {
            for token in &text.tokens {
                match token {
                    Token::Link { target: Some(LinkTarget::Entity(id)), .. } => targets.push(*id),
                    other => plain.push_str(other.text()),
                }
            }
        }
        Content::Entity { target, .. } => targets.push(target.unwrap()),
        _ => {}
    });
    for value in object.properties.values() {
        if let Value::Entity(ids) = value {
            targets.extend(ids);
        }
    }
    (targets, plain)
}

#[tokio::test]
async fn it_is_made_at_one_revision_and_every_name_in_it_means_something() {
    let engine = engine();
    let space = space(&engine, "Test").await;
    let (_, before) = objects(&engine, space).await;
    // Strict: it would be refused if anything of it had no effect.
    assert_eq!(fill(&engine).await.unwrap(), Filled::Made(space));
    let (all, revision) = objects(&engine, space).await;
    assert_eq!(revision, before + 1);
    let ids: BTreeSet<_> = all.iter().map(|object| object.id).collect();
    let mut reached = BTreeSet::new();
    for object in &all {
        let (targets, plain) = said(object);
        assert!(targets.iter().all(|id| ids.contains(id)), "{}", object.title());
        reached.extend(targets);
        for mark in ["[[", "]]", "{id}", "{today}", "![", "#"] {
            assert!(!plain.contains(mark), "{}: {mark} in {plain}", object.title());
        }
    }
    let alone: Vec<_> =
        all.iter().filter(|object| !reached.contains(&object.id)).map(|object| object.title()).collect();
    assert!(alone.is_empty(), "nothing leads to {alone:?}");
    let kinds: BTreeSet<_> = all.iter().map(|object| object.structure.to_string()).collect();
    for kind in [
        BuiltIn::RootPage,
        BuiltIn::RootTask,
        BuiltIn::RootTag,
        BuiltIn::RootDailyNote,
        BuiltIn::MediaWebResource,
        BuiltIn::MediaImage,
    ] {
        assert!(kinds.contains(&StructureId::BuiltIn(kind).to_string()), "{kind:?}");
    }
    assert_eq!(kinds.len(), 8, "and books and people");
    assert!(all.iter().any(|object| object.title().starts_with("2026-11-22")), "the note of the day");
    assert_eq!(all.iter().filter(|object| !object.collections.is_empty()).count(), 2);
}

#[tokio::test]
async fn it_is_made_once() {
    let engine = engine();
    let space = space(&engine, "Test").await;
    fill(&engine).await.unwrap();
    let (all, revision) = objects(&engine, space).await;
    for hard in [false, true] {
        let welcome = all.iter().find(|object| object.title() == "Welcome").unwrap().id;
        let delete = Operation::DeleteObject(DeleteObject { id: welcome, hard });
        engine.execute(&Access::operator(space), delete.into()).await.unwrap();
        assert_eq!(fill(&engine).await.unwrap(), Filled::Present);
    }
    assert_eq!(objects(&engine, space).await.1, revision + 2);
}

#[tokio::test]
async fn it_is_refused_where_somebody_works() {
    let engine = engine();
    assert!(matches!(fill(&engine).await, Err(DemoError::NoSpace)));
    let (first, second) = (space(&engine, "First").await, space(&engine, "Second").await);
    let append = |text: &str| {
        let content = palimpsest_engine::Appended::Markdown(text.to_owned());
        Operation::AppendDaily(palimpsest_engine::AppendDaily { date: None, timed: false, content })
    };
    engine.execute(&Access::operator(second), append("mine").into()).await.unwrap();
    let before = objects(&engine, first).await.1;
    assert!(matches!(fill(&engine).await, Err(DemoError::Occupied)));
    // What lies in the trash is somebody's, too.
    let (all, _) = objects(&engine, second).await;
    for object in all {
        let delete = Operation::DeleteObject(DeleteObject { id: object.id, hard: false });
        engine.execute(&Access::operator(second), delete.into()).await.unwrap();
    }
    assert!(matches!(fill(&engine).await, Err(DemoError::Occupied)));
    assert_eq!(objects(&engine, first).await.1, before);
}
