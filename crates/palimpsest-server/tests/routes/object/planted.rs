//! Objects that this API cannot make yet (weblinks, media, daily notes): they are put into the store, and take the same calls
//! as others.

use http::Method;
use palimpsest_engine::admin::{Command, Reply as Told};
use palimpsest_model::{
    Block, BlockId, BuiltIn, Creation, Object, ObjectId, PropertyId, State, StructureId, Value as Held,
    builtin_structures, parse_uuid,
};
use palimpsest_store::{Actor, ChangeKind, Intent, Tx};
use serde_json::json;

use crate::app::Lab;
use crate::wire::{NOBODY, chosen, entities, id, outline, tag, text, titled};

/// Puts an object of a structure into the store; answers its id.
async fn planted(lab: &Lab, structure: StructureId, section: &str, properties: &[(&str, Held)]) -> String {
    let id = chosen(1);
    let uuid = parse_uuid(&id).unwrap();
    let object = Object {
        id: ObjectId(uuid),
        structure,
        collections: Vec::new(),
        properties: properties.iter().map(|(id, value)| (PropertyId::from(*id), value.clone())).collect(),
        blocks: [(PropertyId::from(section), vec![Block::empty(BlockId(uuid))])].into(),
        files: Vec::new(),
    };
    let space = palimpsest_model::SpaceId(parse_uuid(&lab.space).unwrap());
    let intent = Intent { space, actor: Actor::operator(), at: lab.app.engine.now(), begins: None };
    let put = move |tx: &mut Tx<'_>| tx.put(object.clone(), State::Live, ChangeKind::Created);
    lab.app.engine.store().commit(intent, put).await.unwrap().value.unwrap();
    id
}

#[tokio::test]
async fn a_weblink_takes_every_change_but_that_of_its_url() {
    let lab = Lab::new().await;
    let url = "HTTPS://Example.org/%7Epaper";
    let properties = [("media_URLReference", Held::Url(Some(url.to_owned())))];
    let weblink = planted(&lab, StructureId::BuiltIn(BuiltIn::MediaWebResource), "media_notes", &properties).await;
    let tag = lab.make(tag("Read")).await;
    let changes = json!({"title": titled("A paper"), "tags": entities(&[&tag]),
        "description": {"type": "text", "text": {"value": "good"}}});
    let updated = lab.update(json!({"id": weblink, "properties": changes})).await;
    assert_eq!(updated["properties"]["title"], titled("A paper"));
    assert_eq!(updated["properties"]["media_URLReference"]["url"]["value"], json!(url), "byte for byte");
    let other = json!({"type": "url", "url": {"value": "x:y"}});
    let body = json!({"id": weblink, "properties": {"media_URLReference": other}});
    let message = "✖ This property is read-only\n  → at properties.media_URLReference";
    lab.refuses(Method::PATCH, "/object", body, message).await;
    let noted = lab.append(json!({"id": weblink, "blocks": [text("note")]})).await;
    let notes = noted["blocks"]["media_notes"].as_array().unwrap();
    assert_eq!(outline(notes), "note");
    lab.update_block(json!({"id": weblink, "blockId": id(&notes[0]), "block": text("better note")})).await;
    let left = lab.delete_block(&weblink, &id(&notes[0])).await;
    assert_eq!(left["blocks"], json!({"media_notes": []}));
}

#[tokio::test]
async fn weblinks_and_media_take_title_description_tags_and_collections() {
    let media = builtin_structures().into_iter().filter(|structure| structure.creation == Creation::Media);
    let mut known = 0;
    for structure in media {
        known += 1;
        let lab = Lab::new().await;
        let (space, name) = (Some(lab.space.clone()), structure.id.to_string());
        let shelf = Command::CollectionCreate { space, structure: name, title: "Shelf".to_owned() };
        let Told::Collection(shelf) = lab.app.administer(shelf).await else { panic!("no collection") };
        let object = planted(&lab, structure.id, "media_notes", &[]).await;
        let tag = lab.make(tag("Read")).await;
        let description = json!({"type": "text", "text": {"value": "good"}});
        let properties = json!({"title": titled("A gel"), "description": description, "tags": entities(&[&tag])});
        let shelves = json!([shelf.id.to_string()]);
        let patch = json!({"id": object, "properties": properties, "collections": shelves});
        let patched = lab.update(patch).await;
        for (key, value) in properties.as_object().unwrap() {
            assert_eq!(patched["properties"][key], *value, "{} {key}", structure.id);
        }
        assert_eq!(patched["collections"], shelves, "{}", structure.id);
        let listed = lab.get(&format!("/objects/collection?id={}", shelf.id)).await.ok();
        assert_eq!(listed["results"][0]["id"], json!(object));
        let edits = json!({"id": object, "edits": [
            {"op": "set", "propertyId": "title", "value": titled("Another gel")},
            {"op": "remove", "propertyId": "tags", "values": [tag]},
            {"op": "add", "propertyId": "aliases", "values": ["gel 2"]},
            {"op": "removeCollections", "ids": shelves},
            {"op": "insert", "markdown": "note"},
        ]});
        let edited = lab.post("/object/edits", &edits).await.ok();
        assert_eq!(edited["properties"]["title"], titled("Another gel"), "{}", structure.id);
        assert_eq!(edited["properties"]["tags"], entities(&[]), "{}", structure.id);
        assert_eq!(edited["collections"], json!([]), "{}", structure.id);
        assert_eq!(outline(edited["blocks"]["media_notes"].as_array().unwrap()), "note", "{}", structure.id);
        let own =
            json!({"op": "set", "propertyId": "media_URLReference", "value": {"type": "url", "url": {"value": "x:y"}}});
        let message = "✖ This property is read-only\n  → at edits[0].propertyId";
        lab.refuses(Method::POST, "/object/edits", json!({"id": object, "edits": [own]}), message).await;
    }
    assert!(known > 4, "weblinks, images, PDF files, audio, video: {known}");
}

#[tokio::test]
async fn a_daily_note_keeps_its_title() {
    let lab = Lab::new().await;
    let day = "2026-11-22T00:00:00.000Z";
    let properties = [("title", Held::Title(Some(day.to_owned())))];
    let note = planted(&lab, StructureId::BuiltIn(BuiltIn::RootDailyNote), "RootDailyNote_notes", &properties).await;
    let body = json!({"id": note, "properties": {"title": titled("Sunday")}});
    lab.refuses(Method::PATCH, "/object", body, "✖ This property is read-only\n  → at properties.title").await;
    let noted = lab.append(json!({"id": note, "markdown": "- autoclave done"})).await;
    assert_eq!(noted["properties"]["title"], titled(day));
    assert_eq!(noted["blocks"]["RootDailyNote_notes"][0]["list"], json!({"type": "bullet"}));
}

#[tokio::test]
async fn media_go_to_the_trash_and_come_back() {
    let lab = Lab::new().await;
    let image = planted(&lab, StructureId::BuiltIn(BuiltIn::MediaImage), "media_notes", &[]).await;
    let before = lab.object(&image).await;
    assert_eq!(lab.delete(&format!("/object?id={image}")).await.status, 200);
    assert!(!lab.sees(&image).await);
    assert_eq!(lab.update(json!({"id": image, "deleteRequested": false})).await, before);
}

#[tokio::test]
async fn an_object_of_a_structure_that_is_not_there_is_an_internal_error() {
    let lab = Lab::new().await;
    let nowhere = StructureId::Custom(parse_uuid(NOBODY).unwrap());
    let object = planted(&lab, nowhere, "content", &[]).await;
    for reply in [
        lab.get(&format!("/object?id={object}")).await,
        lab.post("/blocks/append", &json!({"id": object, "markdown": "a"})).await,
    ] {
        assert_eq!((reply.status, &*reply.code()), (500, "cap_server_error"), "{reply:?}");
    }
}
