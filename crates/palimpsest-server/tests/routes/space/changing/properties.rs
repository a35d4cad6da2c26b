//! POST, PATCH and DELETE /space/properties.

use http::Method;
use serde_json::{Value, json};

use super::{PROPERTIES, in_use, object, part, problem, shown, structure, told, told_of};
use crate::app::Lab;
use crate::wire::{NOBODY, SECTION, entities, id, page_of, tag, text, titled};

fn text_value(value: &str) -> Value {
    json!({"type": "text", "text": {"value": value}})
}

/// Adds a property; answers its id.
async fn add(lab: &Lab, structure: &str, number: u8, kind: &str) -> String {
    let body = json!({"structureId": structure, "id": part(number), "name": "N", "type": kind});
    let reply = lab.post(PROPERTIES, &body).await;
    shown(lab, &reply).await;
    part(number)
}

fn removal(structure: &str, property: &str) -> String {
    format!("{PROPERTIES}?structureId={structure}&id={property}")
}

#[tokio::test]
async fn built_in_structures_take_properties_too() {
    let lab = Lab::new().await;
    for (number, structure) in ["RootPage", "RootTask", "RootTag", "MediaWebResource", "MediaImage"].iter().enumerate()
    {
        let property = add(&lab, structure, u8::try_from(number).unwrap(), "text").await;
        let head = lab.head().await;
        let expected = [told_of("structure", structure, "updated"), told_of("property", &property, "created")];
        assert_eq!(told(&lab, head).await, expected);
        if structure.starts_with("Root") {
            let made = object(&lab, structure, "a", json!({property.clone(): text_value("x")})).await;
            assert_eq!(lab.object(&made).await["properties"][&property], text_value("x"));
        }
    }
    let link = lab.post("/object/url", &json!({"url": "https://example.org/paper"})).await.ok();
    lab.update(json!({"id": link["id"], "properties": {part(3): text_value("read")}})).await;
}

#[tokio::test]
async fn what_is_asked_for_is_checked() {
    let lab = Lab::new().await;
    let body = |structure: &str, extra: Value| {
        let mut body = json!({"structureId": structure, "name": "N", "type": "text"});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    for unknown in [NOBODY, "UtilDate"] {
        let asked = body(unknown, json!({}));
        lab.refuses_as(Method::POST, PROPERTIES, asked, (404, "cap_not_found"), "Structure not found").await;
    }
    let uuid = problem("Invalid UUID", "id");
    lab.refuses(Method::POST, PROPERTIES, body("RootPage", json!({"id": "year"})), &uuid).await;
    let entity = json!({"type": "entity", "allowedStructures": [NOBODY, "RootPage", NOBODY]});
    let twice = format!(
        "{}\n{}",
        problem("Unknown structure", "allowedStructures[0]"),
        problem("Unknown structure", "allowedStructures[2]")
    );
    lab.refuses(Method::POST, PROPERTIES, body("RootPage", entity), &twice).await;
    let many: Vec<_> = (0..501).map(|number| json!({"name": number.to_string()})).collect();
    let label = json!({"type": "label", "labelSet": many});
    let most = problem("Too big: expected array to have <=500 items", "labelSet");
    lab.refuses(Method::POST, PROPERTIES, body("RootPage", label), &most).await;
    add(&lab, "RootPage", 1, "text").await;
    let taken = format!("The id {} was given before", part(1));
    let again = body("RootPage", json!({"id": part(1)}));
    lab.refuses_as(Method::POST, PROPERTIES, again.clone(), (409, "cap_already_exists"), &taken).await;
    // Properties are named within their structure.
    add(&lab, "RootTag", 1, "text").await;
    let make = json!({"method": "POST", "path": PROPERTIES, "body": body("RootPage", json!({}))});
    lab.post("/transactions", &json!({"operations": vec![make; 200 - 9]})).await.ok();
    let full = "✖ Too many properties: there may be 200";
    lab.refuses(Method::POST, PROPERTIES, body("RootPage", json!({})), full).await;
}

#[tokio::test]
async fn a_property_is_renamed_and_no_object_has_a_new_version() {
    let lab = Lab::new().await;
    let property = add(&lab, "RootPage", 1, "text").await;
    let page = object(&lab, "RootPage", "a", json!({property.clone(): text_value("x")})).await;
    let before = lab.get(&format!("/object?id={page}")).await;
    let reply = lab.patch(PROPERTIES, &json!({"structureId": "RootPage", "id": property, "name": "Place"})).await;
    let structure = shown(&lab, &reply).await;
    assert_eq!(structure["propertyDefinitions"].as_array().unwrap().last().unwrap()["name"], "Place");
    let expected = [told_of("structure", "RootPage", "updated"), told_of("property", &property, "updated")];
    assert_eq!(told(&lab, reply.revision().unwrap()).await, expected);
    let after = lab.get(&format!("/object?id={page}")).await;
    assert_eq!((after.body, after.headers["etag"].clone()), (before.body.clone(), before.headers["etag"].clone()));
    for (body, message) in [
        (
            json!({}),
            "✖ Provide at least one of `name`, `type`, `multiple`, `labelSet`, or `allowedStructures`.".to_owned(),
        ),
        (json!({"labelSet": []}), problem("Only a property of type label has options", "labelSet")),
        (
            json!({"allowedStructures": []}),
            problem("Only a property of type entity has allowed structures", "allowedStructures"),
        ),
    ] {
        let mut body = body;
        body["structureId"] = json!("RootPage");
        body["id"] = json!(property);
        lab.refuses(Method::PATCH, PROPERTIES, body, &message).await;
    }
    let unknown = json!({"structureId": "RootPage", "id": part(7), "name": "x"});
    lab.refuses_as(Method::PATCH, PROPERTIES, unknown, (404, "cap_not_found"), "Property not found").await;
}

#[tokio::test]
async fn what_a_structure_comes_with_stays() {
    let lab = Lab::new().await;
    let book = structure(&lab, 1, "Book", json!([])).await;
    let stays = problem("Every structure of this kind has this property: it cannot be removed", "id");
    for (structure, property) in
        [("RootPage", "title"), ("RootPage", SECTION), ("RootTask", "status"), (&*book, "tags"), (&book, "aliases")]
    {
        lab.refuses(Method::DELETE, &format!("{}&values=drop", removal(structure, property)), Value::Null, &stays)
            .await;
    }
    let other = json!({"structureId": "RootPage", "id": "tags", "allowedStructures": ["RootPage"]});
    let fixed = problem("Every structure has this property: its targets cannot be changed", "allowedStructures");
    lab.refuses(Method::PATCH, PROPERTIES, other, &fixed).await;
    lab.patch(PROPERTIES, &json!({"structureId": "RootPage", "id": "description", "name": "Abstract"})).await.ok();
}

#[tokio::test]
async fn values_hold_a_property_until_they_go_with_it() {
    let lab = Lab::new().await;
    let property = add(&lab, "RootPage", 1, "text").await;
    let value = |text: &str| json!({property.clone(): text_value(text)});
    let (live, trashed) =
        (object(&lab, "RootPage", "a", value("x")).await, object(&lab, "RootPage", "b", value("y")).await);
    lab.delete(&format!("/object?id={trashed}")).await;
    let empty = json!({property.clone(): {"type": "text", "text": {"value": null}}});
    let cleared = object(&lab, "RootPage", "c", empty).await;
    let uri = removal("RootPage", &property);
    let message = "2 objects use this property: send values=drop to remove their values with it";
    in_use(&lab.delete(&uri).await, message, &[&live, &trashed]);
    let reply = lab.delete(&format!("{uri}&values=drop")).await;
    shown(&lab, &reply).await;
    let expected = [told_of("structure", "RootPage", "updated"), told_of("property", &property, "deleted")];
    assert_eq!(told(&lab, reply.revision().unwrap()).await, expected);
    for object in [&live, &trashed, &cleared] {
        let last = &lab.get(&format!("/object/history?id={object}&limit=1")).await.ok()["results"][0];
        let path = format!("properties.{property}");
        assert_eq!((&last["revision"], &last["paths"]), (&json!(reply.revision()), &json!([path])), "{last}");
    }
    let restored = lab.update(json!({"id": trashed, "deleteRequested": false})).await;
    assert_eq!(restored["properties"].get(&property), None);
    // Added again, it is empty.
    add(&lab, "RootPage", 1, "number").await;
    assert_eq!(lab.object(&live).await["properties"].get(&property), None);
    assert_eq!(lab.delete(&uri).await.status, 200, "nothing uses it");
}

#[tokio::test]
async fn body_sections_come_and_go_but_the_last() {
    let lab = Lab::new().await;
    let book = structure(&lab, 1, "Book", json!([])).await;
    let made = lab.create(json!({"structureId": book})).await;
    let main = made["blocks"].as_object().unwrap().keys().next().unwrap().clone();
    let only = problem("This is the only body section: a structure has at least one", "id");
    lab.refuses(Method::DELETE, &format!("{}&values=drop", removal(&book, &main)), Value::Null, &only).await;
    let notes = add(&lab, &book, 2, "blocks").await;
    let id = id(&made);
    assert_eq!(lab.object(&id).await["blocks"][&notes], json!([]), "it begins empty");
    lab.append(json!({"id": id, "propertyId": notes, "markdown": "a note"})).await;
    assert_eq!(lab.delete(&removal(&book, &main)).await.status, 200, "an empty text block is no use");
    let left = lab.object(&id).await;
    assert_eq!(left["blocks"].as_object().unwrap().keys().collect::<Vec<_>>(), [&notes]);
    lab.append(json!({"id": id, "markdown": "into the one there is"})).await;
    assert_eq!(lab.object(&id).await["blocks"][&notes].as_array().unwrap().len(), 2);
    let more = add(&lab, &book, 3, "blocks").await;
    let message = "1 object uses this property: send values=drop to remove their values with it";
    in_use(&lab.delete(&removal(&book, &notes)).await, message, &[&id]);
    let block = lab.object(&id).await["blocks"][&notes][0]["id"].clone();
    assert_eq!(lab.delete(&format!("{}&values=drop", removal(&book, &notes))).await.status, 200);
    assert_eq!(lab.object(&id).await["blocks"], json!({more.clone(): []}));
    let back = json!({"id": id, "blocks": {more: [{"id": block, "type": "TextBlock"}]}});
    assert_eq!(lab.update(back).await["blocks"][&part(3)][0]["id"], block, "its ids stay this object's");
}

#[tokio::test]
async fn targets_of_structures_that_are_allowed_no_more_hold_them_until_they_go() {
    let lab = Lab::new().await;
    let body = json!({"structureId": "RootPage", "id": part(1), "name": "See", "type": "entity"});
    lab.post(PROPERTIES, &body).await.ok();
    let (page, label) = (lab.make(page_of(json!([text("x")]))).await, lab.make(tag("t")).await);
    let gone = lab.make(tag("gone")).await;
    let holder = object(&lab, "RootPage", "a", json!({part(1): entities(&[&page, &label, &gone])})).await;
    lab.delete(&format!("/object?id={gone}&hardDelete=true")).await;
    let narrow = |values: &str| json!({"structureId": "RootPage", "id": part(1), "allowedStructures": ["RootTag"], "values": values});
    let message = "1 object uses a target of another structure: send `values: \"drop\"` to take it out of them";
    in_use(&lab.patch(PROPERTIES, &narrow("refuse")).await, message, &[&holder]);
    let reply = lab.patch(PROPERTIES, &narrow("drop")).await;
    shown(&lab, &reply).await;
    assert_eq!(lab.object(&holder).await["properties"][part(1)], entities(&[&label, &gone]));
    let invalid = "Invalid target: expected an object of \"RootTag\", received RootPage";
    let body = json!({"id": holder, "properties": {part(1): entities(&[&page])}});
    let path = format!("properties[\"{}\"].entity[0].id", part(1));
    lab.refuses(Method::PATCH, "/object", body, &problem(invalid, &path)).await;
    lab.update(json!({"id": holder, "properties": {"title": titled("b")}})).await;
}
