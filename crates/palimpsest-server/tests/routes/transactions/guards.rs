//! Guards: what has to be true of the space for a transaction to happen.

use palimpsest_engine::admin::{Command, Reply as Told};
use serde_json::{Value, json};

use super::{PATH, STALE, aborted, create, everything, rename, short, version, version_of};
use crate::app::{Lab, Reply};
use crate::wire::{NOBODY, chosen, entities, page, tag, titled};

async fn guarded(lab: &Lab, guards: Value, dry: bool) -> Reply {
    let operations = json!([create(&page("guarded"), &chosen(9))]);
    lab.post(PATH, &json!({"operations": operations, "guards": guards, "dryRun": dry})).await
}

async fn holds(lab: &Lab, guard: &Value) {
    guarded(lab, json!([guard]), true).await.ok();
}

/// Expects that a guard is not true, after one that is; answers the details.
async fn fails(lab: &Lab, guard: &Value) -> Value {
    let before = everything(lab).await;
    let reply = guarded(lab, json!([{"revision": lab.head().await}, guard]), false).await;
    let inner = aborted(&reply, 412, "failedGuard", 1);
    assert_eq!(inner["code"], "cap_precondition_failed", "{guard}");
    assert_eq!(reply.revision(), Some(lab.head().await));
    assert_eq!(everything(lab).await, before, "{guard}");
    inner["details"].clone()
}

#[tokio::test]
async fn an_object_is_at_a_version_or_it_is_not() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let old = version_of(&lab, &object).await;
    let guard = |tags: &str| json!({"id": object, "ifMatch": tags});
    let long = lab.get(&format!("/object?id={object}")).await.header("etag").unwrap().to_owned();
    for tags in [&*old, &long, &format!("{STALE}, {old}"), "*"] {
        holds(&lab, &guard(tags)).await;
    }
    for path in ["object", "object/markdown"] {
        holds(&lab, &json!({"path": format!("/{path}?id={object}"), "ifMatch": old})).await;
    }
    for tags in [STALE, "", "nonsense", &format!("W/{old}")] {
        fails(&lab, &guard(tags)).await;
    }
    lab.update(json!({"id": object, "properties": {"title": titled("b")}})).await;
    let current = version_of(&lab, &object).await;
    holds(&lab, &guard(&current)).await;
    let details = fails(&lab, &guard(&old)).await;
    assert_eq!(details["changedPaths"], json!(["properties.title"]));
    assert_eq!((&details["current"], &details["id"]), (&json!(current), &json!(object)));
    assert_eq!(fails(&lab, &json!({"id": NOBODY, "ifMatch": "*"})).await["current"], json!(null));
}

#[tokio::test]
async fn an_object_in_the_trash_has_a_version_but_cannot_be_seen() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let old = version_of(&lab, &object).await;
    for hard in ["", "&hardDelete=true"] {
        let left = short(&lab.delete(&format!("/object?id={object}{hard}")).await);
        holds(&lab, &json!({"id": object, "ifMatch": left})).await;
        holds(&lab, &json!({"id": object, "absent": true})).await;
        fails(&lab, &json!({"id": object, "ifMatch": old})).await;
        fails(&lab, &json!({"id": object, "ifMatch": "*"})).await;
    }
}

#[tokio::test]
async fn an_object_is_absent_or_it_is_not() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    holds(&lab, &json!({"id": NOBODY, "absent": true})).await;
    // What the transaction itself makes was not there before.
    holds(&lab, &json!({"id": chosen(9), "absent": true})).await;
    let details = fails(&lab, &json!({"id": object, "absent": true})).await;
    assert_eq!(details["current"], json!(version_of(&lab, &object).await));
}

#[tokio::test]
async fn nothing_changed_since_a_revision_or_something_did() {
    let lab = Lab::new().await;
    for _ in 0..2 {
        lab.make(page("a")).await;
        let head = lab.head().await;
        holds(&lab, &json!({"revision": head})).await;
        for other in [0, head - 1, head + 1] {
            assert_eq!(fails(&lab, &json!({"revision": other})).await["revision"], json!(head));
        }
    }
}

#[tokio::test]
async fn a_list_changes_with_each_member() {
    let lab = Lab::new().await;
    let (space, structure) = (Some(lab.space.clone()), "RootPage".to_owned());
    let told = lab.app.administer(Command::CollectionCreate { space, structure, title: "Shelf".to_owned() }).await;
    let Told::Collection(shelf) = told else { panic!("{told:?}") };
    let (shelf, methods) = (shelf.id.to_string(), lab.make(tag("Methods")).await);
    let paths = [
        "/objects".to_owned(),
        "/objects?limit=1".to_owned(),
        "/objects/structure?id=RootPage".to_owned(),
        format!("/objects/collection?collectionId={shelf}"),
        format!("/objects/tag?id={methods}"),
    ];
    let member = json!({"id": chosen(1), "structureId": "RootPage", "collections": [shelf],
        "properties": {"title": titled("a"), "tags": entities(&[&methods])}});
    // Another writer adds a member, changes it, takes it out.
    for step in 0..3 {
        let mut guards = Vec::new();
        for path in &paths {
            let guard = json!({"path": path, "ifMatch": version(&lab, path).await});
            holds(&lab, &guard).await;
            guards.push(guard);
        }
        match step {
            0 => _ = lab.create(member.clone()).await,
            1 => _ = lab.update(json!({"id": chosen(1), "properties": {"title": titled("b")}})).await,
            _ => _ = lab.delete(&format!("/object?id={}", chosen(1))).await,
        }
        for guard in &guards {
            assert!(fails(&lab, guard).await["current"].is_string(), "{guard} in step {step}");
        }
    }
    // What is in none of the lists does not touch them, except that of all.
    let guard = json!({"path": paths[4], "ifMatch": version(&lab, &paths[4]).await});
    lab.make(page("elsewhere")).await;
    holds(&lab, &guard).await;
    // A list that is gone is at no version.
    lab.delete(&format!("/object?id={methods}")).await;
    fails(&lab, &guard).await;
    fails(&lab, &json!({"path": format!("/objects/collection?id={NOBODY}"), "ifMatch": "*"})).await;
}

#[tokio::test]
async fn the_space_and_its_structures_have_versions() {
    let lab = Lab::new().await;
    let space = json!({"path": "/space", "ifMatch": version(&lab, "/space").await});
    let structures = json!({"path": "/space/structures", "ifMatch": version(&lab, "/space/structures").await});
    lab.make(page("a")).await;
    holds(&lab, &space).await;
    holds(&lab, &structures).await;
    lab.app.administer(Command::SpaceRename { space: lab.space.clone(), title: "Other".to_owned() }).await;
    fails(&lab, &space).await;
    let structures = json!({"path": "/space/structures", "ifMatch": version(&lab, "/space/structures").await});
    let (in_space, structure) = (Some(lab.space.clone()), "RootPage".to_owned());
    let title = "Shelf".to_owned();
    lab.app.administer(Command::CollectionCreate { space: in_space, structure, title }).await;
    fails(&lab, &structures).await;
    holds(&lab, &json!({"path": "/space", "ifMatch": "*"})).await;
}

#[tokio::test]
async fn guards_speak_of_what_was_there_before_and_come_first() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let guards = json!([{"id": object, "ifMatch": version_of(&lab, &object).await}, {"revision": lab.head().await},
        {"path": "/objects", "ifMatch": version(&lab, "/objects").await}]);
    let body = json!({"operations": [rename(&object, "b"), rename(&object, "c")], "guards": guards});
    lab.post(PATH, &body).await.ok();
    let again = json!({"operations": [rename(NOBODY, "d")], "guards": guards});
    aborted(&lab.post(PATH, &again).await, 412, "failedGuard", 0);
}
