//! GET /space/structures.

use std::collections::BTreeSet;

use palimpsest_engine::admin::{Command, Reply};
use serde_json::{Value, json};

use crate::app::Lab;

async fn structures(lab: &Lab) -> Vec<Value> {
    lab.get("/space/structures").await.ok()["structures"].as_array().unwrap().clone()
}

fn find<'s>(list: &'s [Value], id: &str) -> &'s Value {
    list.iter().find(|thing| thing["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

fn definition<'s>(structure: &'s Value, id: &str) -> &'s Value {
    find(structure["propertyDefinitions"].as_array().unwrap(), id)
}

/// The members of an object, so that none is there that the contract does not know.
fn members(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_new_space_has_the_structures_clients_rely_on() {
    let lab = Lab::new().await;
    let structures = structures(&lab).await;
    for id in ["RootPage", "RootTag", "RootTask", "RootDailyNote", "MediaWebResource", "MediaImage", "MediaFile"] {
        find(&structures, id);
    }
    assert!(!structures.iter().any(|structure| structure["id"] == "UtilDate"), "dates are made in passing");
    let ids: BTreeSet<_> = structures.iter().map(|structure| structure["id"].to_string()).collect();
    assert_eq!(ids.len(), structures.len(), "ids are unique");
    for structure in &structures {
        let definitions = structure["propertyDefinitions"].as_array().unwrap();
        let ids: BTreeSet<_> = definitions.iter().map(|property| property["id"].to_string()).collect();
        assert_eq!(ids.len(), definitions.len(), "ids of properties are unique");
    }
}

#[tokio::test]
async fn answers_hold_no_member_the_contract_does_not_know() {
    let lab = Lab::new().await;
    for structure in structures(&lab).await {
        let known = ["id", "title", "pluralName", "labelColor", "propertyDefinitions", "collections"];
        assert_eq!(members(&structure), known.into(), "{structure}");
        for property in structure["propertyDefinitions"].as_array().unwrap() {
            let mut known = BTreeSet::from(["id", "name", "type", "writable"]);
            match property["type"].as_str() {
                Some("label") => known.extend(["multiple", "labelSet"]),
                Some("entity") => known.extend(property.get("allowedStructures").map(|_| "allowedStructures")),
                Some("blocks") | None => panic!("body sections are not listed: {property}"),
                _ => {}
            }
            assert_eq!(members(property), known, "{property}");
        }
    }
}

#[tokio::test]
async fn pages_and_tasks_have_the_properties_clients_rely_on() {
    let lab = Lab::new().await;
    let structures = structures(&lab).await;
    let (page, task) = (find(&structures, "RootPage"), find(&structures, "RootTask"));
    for (structure, id, kind) in [
        (page, "title", "title"),
        (page, "description", "text"),
        (page, "tags", "entity"),
        (page, "aliases", "aliases"),
        (page, "icon", "icon"),
        (page, "createdAt", "createdAt"),
        (page, "lastUpdatedAt", "lastUpdatedAt"),
        (task, "status", "label"),
        (task, "priority", "label"),
        (task, "date", "date"),
        (task, "deadline", "date"),
        (task, "completed", "date"),
    ] {
        let property = definition(structure, id);
        assert_eq!((&property["type"], &property["writable"]), (&json!(kind), &json!(id != "lastUpdatedAt")), "{id}");
    }
    assert_eq!(definition(page, "tags")["allowedStructures"], json!(["RootTag"]));
    assert_eq!(definition(task, "priority")["multiple"], json!(false));
    let first = json!({"id": "not-started", "name": "Not started", "color": "gray"});
    assert_eq!(definition(task, "status")["labelSet"][0], first);
}

#[tokio::test]
async fn a_custom_structure_is_listed_with_its_properties_and_collections() {
    let lab = Lab::new().await;
    let id = "33333333-3333-4333-8333-333333333333";
    let rating = json!({"id": id, "name": "Rating", "type": "label", "multiple": true,
        "labelSet": [{"id": "good", "name": "Good", "color": "green"}, {"id": "bad", "name": "Bad"}]});
    let friends = json!({"id": "44444444-4444-4444-8444-444444444444", "name": "Friends", "type": "entity"});
    let definition_sent =
        json!({"id": id, "title": "Book", "labelColor": "red", "propertyDefinitions": [rating, friends]});
    lab.app.administer(Command::StructureCreate { space: None, definition: definition_sent }).await;
    let command = Command::CollectionCreate { space: None, structure: "Book".to_owned(), title: "Unread".to_owned() };
    let Reply::Collection(collection) = lab.app.administer(command).await else { panic!("no collection") };
    let structures = structures(&lab).await;
    let book = structures.last().unwrap();
    assert_eq!((&book["id"], &book["pluralName"], &book["labelColor"]), (&json!(id), &json!("Books"), &json!("red")));
    assert_eq!(book["collections"], json!([{"id": collection.id, "title": "Unread"}]));
    let mut expected = rating;
    expected["writable"] = json!(true);
    assert_eq!(definition(book, id), &expected);
    let friends = definition(book, "44444444-4444-4444-8444-444444444444");
    assert_eq!(friends.get("allowedStructures"), None, "any object may be a friend");
    let names: Vec<_> = book["propertyDefinitions"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(names[..7], ["title", "description", "tags", "aliases", "icon", "createdAt", "lastUpdatedAt"]);
}
