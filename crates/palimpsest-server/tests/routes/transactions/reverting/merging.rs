//! What was changed since: it stays, or it collides.

use palimpsest_engine::admin::Command;
use serde_json::{Value, json};

use super::{revert, reverted, seen};
use crate::app::Lab;
use crate::transactions::{append, commit, create, rename, trash};
use crate::wire::{SECTION, chosen, outlined, page, text, titled};

/// A page that says something already.
fn noted(title: &str) -> Value {
    let mut page = page(title);
    page["blocks"] = json!({SECTION: [text("first")]});
    page
}

#[tokio::test]
async fn what_others_changed_elsewhere_stays() {
    let lab = Lab::new().await;
    let (one, two) = (lab.make(noted("one")).await, lab.make(page("two")).await);
    let revision =
        commit(&lab, &[rename(&one, "1"), append(&one, "mine"), rename(&two, "2")]).await["revision"].clone();
    commit(&lab, &[append(&one, "theirs")]).await;
    let told = reverted(&lab, &json!({"revision": revision})).await;
    assert_eq!(told["results"].as_array().unwrap().len(), 2);
    let left = lab.object(&one).await;
    assert_eq!((&left["properties"]["title"], outlined(&left).as_str()), (&titled("one"), "first theirs"));
    assert_eq!(lab.object(&two).await["properties"]["title"], titled("two"));
}

#[tokio::test]
async fn what_others_changed_there_collides() {
    let lab = Lab::new().await;
    let (one, two) = (chosen(1), chosen(2));
    commit(&lab, &[create(&page("one"), &one), create(&page("two"), &two)]).await;
    let revision =
        commit(&lab, &[rename(&one, "1"), append(&one, "mine"), rename(&two, "2")]).await["revision"].clone();
    commit(&lab, &[rename(&one, "theirs")]).await;
    let before = (seen(&lab).await, lab.head().await);
    let reply = revert(&lab, revision.as_u64().unwrap()).await;
    assert_eq!((reply.status, &*reply.code()), (409, "cap_conflict"));
    let conflict = json!({"id": one, "path": "properties.title",
        "base": titled("1"), "theirs": titled("theirs"), "mine": titled("one")});
    assert_eq!(reply.json()["details"], json!({"conflicts": [conflict]}));
    assert_eq!((seen(&lab).await, lab.head().await), before, "nothing happened");
    let told = reverted(&lab, &json!({"revision": revision, "partial": true})).await;
    assert_eq!(told["left"], json!([{"id": one, "path": "properties.title", "reason": "conflict"}]));
    let left = lab.object(&one).await;
    assert_eq!((&left["properties"]["title"], outlined(&left).as_str()), (&titled("theirs"), ""));
    assert_eq!(lab.object(&two).await["properties"]["title"], titled("two"));
}

#[tokio::test]
async fn a_state_is_one_value() {
    let lab = Lab::new().await;
    let object = chosen(1);
    commit(&lab, &[create(&page("a"), &object)]).await;
    commit(&lab, &[append(&object, "kept")]).await;
    let before = lab.object(&object).await;
    let hard = json!({"method": "DELETE", "path": format!("/object?id={object}&hardDelete=true")});
    for gone in [&trash(&object), &hard] {
        let revision = commit(&lab, std::slice::from_ref(gone)).await["revision"].clone();
        reverted(&lab, &json!({"revision": revision})).await;
        assert_eq!(lab.object(&object).await, before, "it comes back under its id");
    }
    let revision = commit(&lab, &[trash(&object)]).await["revision"].clone();
    commit(&lab, &[hard]).await;
    let reply = revert(&lab, revision.as_u64().unwrap()).await;
    let conflict = json!({"id": object, "path": "trashed", "base": true, "theirs": null, "mine": false});
    assert_eq!(reply.json()["details"], json!({"conflicts": [conflict]}));
    let reply = revert(&lab, 3).await;
    let conflicts = reply.json()["details"]["conflicts"].clone();
    assert_eq!(
        (reply.status, &conflicts[0]["theirs"]),
        (409, &Value::Null),
        "what is gone takes no changes: {conflicts}"
    );
}

#[tokio::test]
async fn the_schema_is_not_taken_back() {
    let lab = Lab::new().await;
    let (space, title) = (lab.space.clone(), "Attic".to_owned());
    lab.app.administer(Command::SpaceRename { space: space.clone(), title }).await;
    let head = lab.head().await;
    let reply = revert(&lab, head).await;
    let conflict = json!({"path": "space.title", "base": "Attic", "theirs": "Attic", "mine": "Lab"});
    assert_eq!((reply.status, &reply.json()["details"]), (409, &json!({"conflicts": [conflict]})));
    let told = reverted(&lab, &json!({"revision": head, "partial": true})).await;
    assert_eq!(
        (&told["results"], &told["left"]),
        (&json!([]), &json!([{"path": "space.title", "reason": "conflict"}]))
    );
    let told = reverted(&lab, &json!({"revision": 1, "partial": true})).await;
    let paths: Vec<_> = told["left"].as_array().unwrap().iter().map(|left| left["path"].as_str().unwrap()).collect();
    assert!(paths.contains(&"schema.RootPage") && paths.contains(&"space.title"), "{paths:?}");
    lab.app.administer(Command::SpaceRename { space, title: "Lab".to_owned() }).await;
    let told = reverted(&lab, &json!({"revision": head})).await;
    assert_eq!(told.get("left"), None, "it is what it was already");
}
