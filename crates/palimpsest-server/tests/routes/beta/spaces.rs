//! The spaces of a token, and what is in one.

use palimpsest_engine::admin::{Command, Reply as Told};
use serde_json::{Value, json};

use super::Beta;

#[tokio::test]
async fn the_spaces_of_a_token_are_shown_in_its_order() {
    let beta = Beta::new().await;
    let icon = json!({"type": "iconify", "val": "ph:notebook"});
    let other = json!({"id": beta.other, "title": "Other", "icon": icon});
    let lab = json!({"id": beta.lab.space, "title": "Lab", "icon": icon});
    assert_eq!(beta.get("/spaces").await.ok(), json!({"spaces": [other, lab]}));
}

#[tokio::test]
async fn a_space_is_shown_with_its_structures_in_either_spelling() {
    let beta = Beta::new().await;
    let (space, structure) = (Some(beta.other.clone()), "RootPage".to_owned());
    let told = beta.lab.app.administer(Command::CollectionCreate { space, structure, title: "Shelf".to_owned() }).await;
    let Told::Collection(shelf) = told else { panic!("{told:?}") };
    let shown = beta.get(&format!("/space-info?spaceid={}", beta.other)).await.ok();
    let structures = shown["structures"].as_array().unwrap();
    let page = structures.iter().find(|structure| structure["id"] == "RootPage").unwrap();
    assert_eq!(page["collections"], json!([{"id": shelf.id, "title": "Shelf"}]));
    assert_eq!((&page["title"], &page["pluralName"]), (&json!("Page"), &json!("Pages")));
    let kinds: Vec<_> = page["propertyDefinitions"].as_array().unwrap().iter().collect();
    let of = |id: &str| kinds.iter().find(|definition| definition["id"] == id).unwrap();
    assert_eq!((&of("title")["type"], &of("title")["dataType"]), (&json!("title"), &json!("string")));
    assert_eq!((&of("tags")["type"], &of("tags")["dataType"]), (&json!("entity"), &json!("array")));
    assert!(kinds.iter().all(|definition| definition.as_object().unwrap().len() == 4), "{page}");
    assert_eq!(beta.get(&format!("/space-info?spaceId={}", beta.other)).await.ok(), shown);
    let lab = beta.get(&format!("/space-info?spaceid={}", beta.lab.space)).await.ok();
    assert!(!lab.to_string().contains("Shelf"));
    let ids = |shown: &Value| {
        let structures = shown["structures"].as_array().unwrap().iter();
        structures.map(|structure| structure["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&lab), ids(&beta.lab.get("/space/structures").await.ok()), "the same as v1 lists");
    for uri in ["/space-info", "/space-info?spaceid=Lab"] {
        let reply = beta.get(uri).await;
        assert!(reply.status == 400 && reply.json()["message"].as_str().unwrap().contains("at space"), "{reply:?}");
    }
}
