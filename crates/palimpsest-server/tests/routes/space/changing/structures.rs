//! POST, PATCH and DELETE /space/structures.

use http::Method;
use serde_json::{Value, json};

use super::{COLLECTIONS, STRUCTURES, in_use, listed, object, part, problem, shown, structure, told, told_of};
use crate::app::Lab;
use crate::wire::{NOBODY, chosen, id, page};

#[tokio::test]
async fn a_structure_is_made_with_what_every_one_has_and_what_was_sent() {
    let lab = Lab::new().await;
    let options = json!([{"id": "good", "name": "Good", "color": "green"}, {"name": "Bad"}]);
    let properties = json!([
        {"id": part(2), "name": " Year ", "type": "number"},
        {"name": "Rating", "type": "label", "multiple": true, "labelSet": options},
        {"name": "Sequels", "type": "entity", "allowedStructures": [part(1), "RootPage"]},
        {"name": "Plot", "type": "blocks"},
    ]);
    let body = json!({"id": part(1), "title": "Book", "labelColor": "amber", "propertyDefinitions": properties});
    let reply = lab.post(STRUCTURES, &body).await;
    let book = shown(&lab, &reply).await;
    assert_eq!(
        (&book["title"], &book["pluralName"], &book["labelColor"]),
        (&json!("Book"), &json!("Books"), &json!("amber"))
    );
    let definitions = book["propertyDefinitions"].as_array().unwrap();
    let ids: Vec<_> = definitions.iter().take(7).map(id).collect();
    assert_eq!(ids, ["title", "description", "tags", "aliases", "icon", "createdAt", "lastUpdatedAt"]);
    assert_eq!(definitions[7], json!({"id": part(2), "name": "Year", "type": "number", "writable": true}));
    assert_eq!((&definitions[8]["multiple"], &definitions[8]["labelSet"][0]), (&json!(true), &options[0]));
    assert_eq!(definitions[8]["labelSet"][1]["name"], "Bad");
    assert_eq!(definitions[9]["allowedStructures"], json!([part(1), "RootPage"]));
    assert_eq!(definitions.len(), 10, "body sections are not listed");
    let made = lab.create(json!({"structureId": part(1)})).await;
    assert_eq!(made["blocks"].as_object().unwrap().len(), 2, "the main section and the one that was sent");
    assert_eq!(told(&lab, reply.revision().unwrap()).await, [told_of("structure", &part(1), "created")]);
}

#[tokio::test]
async fn all_problems_of_form_are_told_at_once() {
    let lab = Lab::new().await;
    let long = "x".repeat(501);
    let label =
        json!({"name": long, "type": "label", "labelSet": [{"name": ""}, {"id": "a", "name": "A", "color": "beige"}]});
    let reply = lab.post(STRUCTURES, &json!({"id": "x", "title": " ", "propertyDefinitions": [label]})).await;
    let message = reply.json()["message"].as_str().unwrap().to_owned();
    assert_eq!((reply.status, reply.revision()), (400, None));
    for path in ["id", "title", "propertyDefinitions[0].name", "propertyDefinitions[0].labelSet[0].name"] {
        assert!(message.contains(&format!("\n  → at {path}\n")), "{message}");
    }
    assert!(message.ends_with("propertyDefinitions[0].labelSet[1].color"), "{message}");
    let many: Vec<_> = (0..193).map(|_| json!({"name": "n", "type": "text"})).collect();
    let too_many = problem("Too big: expected array to have <=192 items", "propertyDefinitions");
    lab.refuses(Method::POST, STRUCTURES, json!({"title": "T", "propertyDefinitions": many}), &too_many).await;
    let unknown = json!({"title": "T", "propertyDefinitions": [
        {"name": "a", "type": "text"}, {"name": "b", "type": "entity", "allowedStructures": ["RootPage", NOBODY]}]});
    let message = problem("Unknown structure", "propertyDefinitions[1].allowedStructures[1]");
    lab.refuses(Method::POST, STRUCTURES, unknown, &message).await;
}

#[tokio::test]
async fn names_change_of_every_structure_that_is_listed() {
    let lab = Lab::new().await;
    let page_before = listed(&lab, "RootPage").await.unwrap();
    let reply = lab.patch(STRUCTURES, &json!({"id": "RootPage", "title": "Note"})).await;
    let page = shown(&lab, &reply).await;
    assert_eq!(
        (&page["title"], &page["pluralName"]),
        (&json!("Note"), &page_before["pluralName"]),
        "what is left out stays"
    );
    assert_eq!(told(&lab, reply.revision().unwrap()).await, [told_of("structure", "RootPage", "updated")]);
    let again = lab.patch(STRUCTURES, &json!({"id": "RootPage", "title": "Note"})).await;
    assert_eq!((again.revision(), again.header("etag")), (reply.revision(), reply.header("etag")), "nothing changed");
    let nothing = "✖ Provide at least one of `title`, `pluralName`, or `labelColor`.";
    lab.refuses(Method::PATCH, STRUCTURES, json!({"id": "RootPage"}), nothing).await;
    for unknown in [NOBODY, "UtilDate", "RootSpace"] {
        let body = json!({"id": unknown, "title": "x"});
        lab.refuses_as(Method::PATCH, STRUCTURES, body, (404, "cap_not_found"), "Structure not found").await;
        let uri = format!("{STRUCTURES}?id={unknown}");
        lab.refuses_as(Method::DELETE, &uri, Value::Null, (404, "cap_not_found"), "Structure not found").await;
    }
}

#[tokio::test]
async fn an_id_is_never_given_again() {
    let lab = Lab::new().await;
    let body = json!({"id": part(1), "title": "Book"});
    let taken = format!("The id {} was given before", part(1));
    lab.post(STRUCTURES, &body).await.ok();
    let details = lab.refuses_as(Method::POST, STRUCTURES, body.clone(), (409, "cap_already_exists"), &taken).await;
    assert_eq!(details, json!({"id": part(1)}));
    assert_eq!(lab.delete(&format!("{STRUCTURES}?id={}", part(1))).await.status, 200);
    lab.refuses_as(Method::POST, STRUCTURES, body, (409, "cap_already_exists"), &taken).await;
}

#[tokio::test]
async fn what_objects_have_is_not_deleted() {
    let lab = Lab::new().await;
    let book = structure(&lab, 1, "Book", json!([])).await;
    let (one, two) = (object(&lab, &book, "Emma", json!({})).await, object(&lab, &book, "Persuasion", json!({})).await);
    lab.delete(&format!("/object?id={two}")).await;
    let uri = format!("{STRUCTURES}?id={book}");
    let instead = "use this structure: delete them for good, or send objects=trash";
    in_use(&lab.delete(&uri).await, &format!("2 objects {instead}"), &[&one, &two]);
    in_use(&lab.delete(&format!("{uri}&objects=refuse")).await, &format!("2 objects {instead}"), &[&one, &two]);
    let words = "Invalid option: expected one of \"refuse\"|\"trash\"";
    lab.refuses(Method::DELETE, &format!("{uri}&objects=drop"), Value::Null, &problem(words, "objects")).await;
    for gone in [&one, &two] {
        lab.delete(&format!("/object?id={gone}&hardDelete=true")).await;
    }
    assert_eq!(lab.delete(&uri).await.status, 200);
    assert_eq!(listed(&lab, &book).await, None);
}

#[tokio::test]
async fn of_many_objects_twenty_are_named_and_all_are_counted() {
    let lab = Lab::new().await;
    let book = structure(&lab, 1, "Book", json!([])).await;
    for number in 0..23 {
        object(&lab, &book, &number.to_string(), json!({})).await;
    }
    let reply = lab.delete(&format!("{STRUCTURES}?id={book}")).await;
    let details = reply.json()["details"].clone();
    assert_eq!((details["objects"].as_array().unwrap().len(), &details["count"]), (20, &json!(23)));
}

#[tokio::test]
async fn its_objects_go_into_the_trash_in_the_same_commit() {
    let lab = Lab::new().await;
    let book = structure(&lab, 1, "Book", json!([])).await;
    let collection = id(&lab.post(COLLECTIONS, &json!({"structureId": book, "title": "Shelf"})).await.ok());
    let live = lab.make(json!({"structureId": book, "collections": [collection]})).await;
    let other = lab.make(page("stays")).await;
    let reply = lab.delete(&format!("{STRUCTURES}?id={book}&objects=trash")).await;
    assert_eq!((reply.status, reply.body.len()), (200, 0));
    let revision = reply.revision().unwrap();
    let expected = [told_of("collection", &collection, "deleted"), told_of("structure", &book, "deleted")];
    assert_eq!(told(&lab, revision).await, expected);
    let change = &lab.get(&format!("/changes?since={}&include=objects", revision - 1)).await.ok()["changes"][0];
    assert_eq!(change["objects"].as_array().unwrap().len(), 1);
    assert_eq!((&change["objects"][0]["kind"], &change["objects"][0]["id"]), (&json!("trashed"), &json!(live)));
    assert_eq!(change["objects"][0].get("object"), None);
    assert_eq!(lab.get("/trash").await.ok()["results"][0]["id"], json!(live));
    assert!(lab.sees(&other).await && !lab.sees(&live).await);
    for uri in [format!("/objects/structure?id={book}"), format!("/objects/collection?id={collection}")] {
        assert_eq!(lab.get(&uri).await.status, 404, "{uri}");
    }
    let unknown = problem("Unknown structure", "structureId");
    lab.refuses(Method::POST, "/object", json!({"structureId": book}), &unknown).await;
    let body = json!({"structureId": "RootPage", "collections": [collection]});
    lab.refuses(Method::POST, "/object", body, &problem("Unknown collection", "collections[0]")).await;
}

#[tokio::test]
async fn built_in_structures_stay() {
    let lab = Lab::new().await;
    for structure in ["RootPage", "RootTask", "MediaImage", "RootDailyNote"] {
        let uri = format!("{STRUCTURES}?id={structure}&objects=trash");
        let message = problem("Every space has this structure: it cannot be deleted", "id");
        lab.refuses(Method::DELETE, &uri, Value::Null, &message).await;
    }
}

#[tokio::test]
async fn what_properties_of_others_allow_stays() {
    let lab = Lab::new().await;
    let book =
        structure(&lab, 1, "Book", json!([{"name": "Sequels", "type": "entity", "allowedStructures": []}])).await;
    let own =
        json!({"structureId": book, "id": part(8), "name": "Like", "type": "entity", "allowedStructures": [book]});
    lab.post("/space/properties", &own).await.ok();
    let about = json!({"structureId": "RootPage", "id": part(9), "name": "About", "type": "entity", "allowedStructures": ["RootTag", book]});
    lab.post("/space/properties", &about).await.ok();
    let (uri, path) = (format!("{STRUCTURES}?id={book}"), format!("schema.RootPage.{}", part(9)));
    let message = format!("{path} allows objects of this structure");
    let details = lab.refuses_as(Method::DELETE, &uri, Value::Null, (409, "cap_conflict"), &message).await;
    let (theirs, mine) = (json!({"allowedStructures": ["RootTag", book]}), json!({"allowedStructures": ["RootTag"]}));
    assert_eq!(details, json!({"conflicts": [{"path": path, "base": theirs, "theirs": theirs, "mine": mine}]}));
    let narrower = json!({"structureId": "RootPage", "id": part(9), "allowedStructures": ["RootTag"]});
    lab.patch("/space/properties", &narrower).await.ok();
    assert_eq!(lab.delete(&uri).await.status, 200, "that it allows itself is no hindrance");
}

#[tokio::test]
async fn a_space_has_so_many_structures() {
    let lab = Lab::new().await;
    let present = lab.get(STRUCTURES).await.ok()["structures"].as_array().unwrap().len() + 1;
    let make = json!({"method": "POST", "path": STRUCTURES, "body": {"title": "T"}});
    for batch in [500, 500 - present] {
        lab.post("/transactions", &json!({"operations": vec![make.clone(); batch]})).await.ok();
    }
    lab.refuses(Method::POST, STRUCTURES, json!({"title": "T"}), "✖ Too many structures: there may be 1000").await;
}

#[tokio::test]
async fn a_preference_of_silence_and_of_strictness_holds() {
    let lab = Lab::new().await;
    let strict = lab.ask(Method::POST, STRUCTURES).header("prefer", "handling=strict");
    let reply = lab.app.send(strict.json(&json!({"title": "Book", "shape": "round"}))).await;
    reply.refusal(400, "cap_invalid_input", &problem("This would have no effect", "shape"));
    let reply = lab.post(STRUCTURES, &json!({"title": "Book", "shape": "round"})).await;
    assert_eq!((reply.status, reply.header("palimpsest-ignored")), (200, Some("\"shape\"")));
    let minimal = lab.ask(Method::PATCH, STRUCTURES).header("prefer", "return=minimal");
    let reply = lab.app.send(minimal.json(&json!({"id": "RootPage", "title": "Leaf"}))).await;
    assert_eq!((reply.status, reply.body.len(), reply.revision()), (204, 0, Some(lab.head().await)));
    assert_eq!(reply.header("etag"), lab.get(STRUCTURES).await.header("etag"));
    lab.delete(&format!("/object?id={}", chosen(1))).await;
}
