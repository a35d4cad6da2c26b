//! GET /object?id=…&revision=….

use http::Method;
use palimpsest_engine::Scope;
use palimpsest_model::{BuiltIn, LabelOption, PropertyKind, StructureId, parse_uuid};
use palimpsest_store::{Actor, Intent, Tx};
use serde_json::{Value, json};

use crate::app::{Ask, Lab, Reply};
use crate::wire::{NOBODY, id, page, page_of, text, titled};

const GONE: (u16, &str) = (404, "cap_not_found");

async fn at(lab: &Lab, object: &str, revision: u64) -> Reply {
    lab.get(&format!("/object?id={object}&revision={revision}")).await
}

/// Puts these words in front of the names of all options of a task, as a change of the schema would.
pub(crate) async fn rename_options(lab: &Lab, words: &'static str) {
    let space = palimpsest_model::SpaceId(parse_uuid(&lab.space).unwrap());
    let intent = Intent { space, actor: Actor::operator(), at: lab.app.engine.now(), begins: None };
    let rename = move |tx: &mut Tx<'_>| {
        let task = StructureId::BuiltIn(BuiltIn::RootTask);
        let mut structure = tx.schema().structure(task).unwrap().value.clone();
        let rename = |option: &mut LabelOption| option.name = format!("{words} {}", option.name);
        for property in &mut structure.properties {
            if let PropertyKind::Label { options, .. } = &mut property.kind {
                options.iter_mut().for_each(rename);
            }
        }
        tx.put_structure(structure);
        Ok::<_, palimpsest_store::StoreError>(())
    };
    lab.app.engine.store().commit(intent, rename).await.unwrap().value.unwrap();
}

#[tokio::test]
async fn every_version_is_answered_byte_for_byte_as_it_was() {
    let lab = Lab::new().await;
    let page = lab.make(page_of(json!([text("a")]))).await;
    let mut kept = Vec::new();
    for title in ["a", "b", "c"] {
        lab.app.clock.advance(1000);
        lab.update(json!({"id": page, "properties": {"title": titled(title)}})).await;
        lab.create(crate::wire::page("noise")).await;
        kept.push((lab.head().await, lab.get(&format!("/object?id={page}")).await.body));
    }
    let head = lab.head().await;
    for (revision, body) in kept {
        for revision in [revision - 1, revision] {
            let reply = at(&lab, &page, revision).await;
            assert_eq!((reply.status, &reply.body, reply.revision()), (200, &body, Some(head)), "at {revision}");
            let place = format!("/object?id={page}&revision={revision}");
            assert_eq!(reply.header("content-location"), Some(&*place));
        }
    }
}

#[tokio::test]
async fn the_structures_of_that_revision_say_how_it_is_shown() {
    let lab = Lab::new().await;
    let task = lab.make(json!({"structureId": "RootTask", "properties": {"title": titled("a")}})).await;
    let other = lab.make(json!({"structureId": "RootTask", "properties": {"title": titled("b")}})).await;
    let first = lab.get("/objects?limit=1&include=objects").await.ok();
    let mut kept = Vec::new();
    for words in ["old", "new"] {
        kept.push((lab.head().await, lab.get(&format!("/object?id={task}")).await.body, lab.object(&other).await));
        rename_options(&lab, words).await;
    }
    kept.push((lab.head().await, lab.get(&format!("/object?id={task}")).await.body, lab.object(&other).await));
    assert!(kept[0].1 != kept[1].1 && kept[1].1 != kept[2].1, "the names show");
    for (revision, body, of_other) in &kept {
        assert_eq!(at(&lab, &task, *revision).await.body, body, "at {revision}");
        let many = lab.post("/objects/get", &json!({"ids": [other, task], "revision": revision})).await.ok();
        let one: Value = serde_json::from_slice(body).unwrap();
        assert_eq!((&many["results"][0]["object"], &many["results"][1]["object"]), (of_other, &one));
    }
    let next = first["nextCursor"].as_str().unwrap();
    let second = lab.get(&format!("/objects?limit=1&include=objects&cursor={next}")).await.ok();
    assert_eq!(second["results"][0]["object"], kept[0].2, "a page is of one revision");
}

#[tokio::test]
async fn what_could_not_be_seen_then_is_not_found() {
    let lab = Lab::new().await;
    let made = lab.create(page("a")).await;
    let page = id(&made);
    let one = format!("/object?id={page}");
    lab.delete(&one).await;
    lab.patch("/object", &json!({"id": page, "deleteRequested": false})).await;
    lab.delete(&format!("{one}&hardDelete=true")).await;
    let statuses = async |id: String| {
        let mut statuses = Vec::new();
        for revision in 1..=5 {
            let reply = at(&lab, &id, revision).await;
            if reply.status == 200 {
                assert_eq!(reply.json(), made);
            } else {
                reply.refusal(404, "cap_not_found", "Object not found");
            }
            statuses.push(reply.status);
        }
        statuses
    };
    assert_eq!(statuses(page).await, [404, 200, 404, 200, 404], "unmade, made, trashed, restored, deleted");
    assert_eq!(statuses(NOBODY.to_owned()).await, [404; 5]);
}

#[tokio::test]
async fn a_revision_is_a_number_up_to_the_head() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let told = async |revision: &str, problem: &str| {
        let uri = format!("/object?id={page}&revision={revision}");
        lab.refuses(Method::GET, &uri, Value::Null, &format!("✖ {problem}\n  → at revision")).await;
        let reply = lab.get(&uri).await;
        assert!(reply.revision().is_none_or(|head| head == 2), "{reply:?}");
    };
    told("3", "Too big: expected number to be <=2").await;
    told("18446744073709551616", "Too big: expected number to be <=2").await;
    told("9223372036854775808", "Too big: expected number to be <=2").await;
    told("0", "Too small: expected number to be >0").await;
    told("-1", "Too small: expected number to be >0").await;
    told("1.5", "Invalid input: expected int, received number").await;
    told("last", "Invalid input: expected number, received NaN").await;
    let uri = format!("/object?id={NOBODY}&revision=3");
    lab.refuses_as(Method::GET, &uri, Value::Null, GONE, "Object not found").await;
}

#[tokio::test]
async fn another_space_has_another_past() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let attic = lab.app.space("Attic").await;
    let token = lab.app.token(&attic, "attic", &[Scope::Read]).await;
    for path in ["/object?revision=1&", "/object?revision=2&", "/object/history?", "/object/diff?from=1&to=9&"] {
        let reply = lab.app.send(Ask::new(Method::GET, &format!("{path}id={page}")).token(&token)).await;
        reply.refusal(404, "cap_not_found", "Object not found");
    }
}
