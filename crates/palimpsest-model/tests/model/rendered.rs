//! What reads show: exactly what the contract knows.

use std::collections::{BTreeMap, BTreeSet};

use palimpsest_model::arbitrary::{block_lists, histories, objects, structures};
use palimpsest_model::{
    Block, Collection, CollectionId, Content, DatePayload, FileLink, Hierarchy, Highlight, HighlightKind, Icon,
    LabelId, ListKind, Number, ObjectId, PropertyId, PropertyKind, Resolution, Revision, Schema, Shown, Space, SpaceId,
    TextContent, Timestamp, Token, Value, Versioned, builtin_structures, render_object, render_space,
    render_structures,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::contract::{are_structures, is_object, is_space};
use crate::support::{cases, group, id, page, shown, shown_blocks, structure_of, text};

fn has_member(json: &Json, name: &str) -> bool {
    match json {
        Json::Array(list) => list.iter().any(|element| has_member(element, name)),
        Json::Object(map) => map.iter().any(|(key, member)| key == name || has_member(member, name)),
        _ => false,
    }
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn an_object_shows_no_member_the_contract_does_not_know(object in objects()) {
        let json = shown(&object);
        is_object(&json);
        prop_assert_eq!(&json["id"], &object.id.to_string());
        prop_assert_eq!(&json["structureId"], &object.structure.to_string());
    }

    #[test]
    fn the_alignment_is_never_shown(blocks in block_lists()) {
        prop_assert!(!has_member(&shown_blocks(&blocks), "textAlignment"));
    }

    #[test]
    fn every_section_and_every_value_of_the_structure_is_shown_and_nothing_else(object in objects()) {
        let json = shown(&object);
        let structure = structure_of(object.structure);
        let sections: Vec<_> = structure.sections().map(|section| section.0.as_str()).collect();
        let mut shown: Vec<_> = json["blocks"].as_object().unwrap().keys().map(String::as_str).collect();
        shown.sort_by_key(|key| sections.iter().position(|section| section == key));
        prop_assert_eq!(shown, sections);
        for definition in &structure.properties {
            let expected = match definition.kind {
                PropertyKind::Blocks => false,
                PropertyKind::Title | PropertyKind::LastUpdatedAt => true,
                _ => object.properties.contains_key(&definition.id),
            };
            let kind = json["properties"].get(&definition.id.0).map(|value| value["type"].as_str());
            prop_assert_eq!(kind, expected.then(|| definition.kind.name()));
        }
        let all = json["properties"].as_object().unwrap().keys().map(|key| PropertyId::from(key.as_str()));
        prop_assert!(all.into_iter().all(|id| structure.property(&id).is_some()));
    }
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn edited_objects_show_no_member_the_contract_does_not_know(versions in histories(10)) {
        versions.iter().for_each(|version| is_object(&shown(version)));
    }
}

#[test]
fn the_members_of_a_block_stand_in_the_order_of_the_contract() {
    let structure = structure_of(page(Vec::new()).structure);
    let text_block = Content::Text(TextContent {
        tokens: vec![Token::plain("x")],
        hierarchy: Hierarchy::heading(2),
        list: Some(ListKind::Bullet),
        todo: Some(false),
        highlight: Some(Highlight {
            kind: HighlightKind::Kindle,
            url: None,
            label: None,
            location: Some("p. 3".to_owned()),
            color: None,
        }),
        ..TextContent::default()
    });
    let date = DatePayload { resolution: Resolution::Day, start: Some(Timestamp(0)), end: None };
    let target = Some(ObjectId(Uuid::nil()));
    let embed = Content::Entity { target, date: Some(date) };
    let mut object = page(vec![
        Block::leaf(id(1), text_block),
        Block::leaf(id(2), embed),
        Block::leaf(id(3), Content::Unsupported { kind: "simpleTableBlock".to_owned() }),
        group(4, vec![text(5, "y")]),
    ]);
    object.properties.insert("title".into(), Value::Title(Some("T".to_owned())));
    let shown = Shown { object: &object, structure: &structure, updated_at: Timestamp(1), links: &[] };
    let expected = concat!(
        r#"{"id":"00000000-0000-4000-8000-000000000001","structureId":"RootPage","collections":[],"properties":{"#,
        r#""title":{"type":"title","title":{"value":"T"}},"#,
        r#""lastUpdatedAt":{"type":"lastUpdatedAt","lastUpdatedAt":{"value":"1970-01-01T00:00:00.001Z"}}},"#,
        r#""blocks":{"RootPage_content":["#,
        r#"{"id":"00000000-0000-4000-8000-000000000001","type":"TextBlock","#,
        r#""tokens":[{"type":"TextToken","text":"x","style":{}}],"blocks":[],"hierarchy":{"key":"H2","val":2},"#,
        r#""list":{"type":"bullet"},"todo":{"isDone":false},"#,
        r#""highlight":{"type":"kindle-import","location":"p. 3"}},"#,
        r#"{"id":"00000000-0000-4000-8000-000000000002","type":"EntityBlock","#,
        r#""entityId":"00000000-0000-0000-0000-000000000000","#,
        r#""date":{"dateResolution":"day","start":"1970-01-01T00:00:00.000Z","end":null}},"#,
        r#"{"id":"00000000-0000-4000-8000-000000000003","type":"unsupported","blockType":"simpleTableBlock"},"#,
        r#"{"id":"00000000-0000-4000-8000-000000000004","type":"GroupBlock","blocks":["#,
        r#"{"id":"00000000-0000-4000-8000-000000000005","type":"TextBlock","#,
        r#""tokens":[{"type":"TextToken","text":"y","style":{}}],"blocks":[],"hierarchy":{"key":"Base","val":0}}]}]}}"#,
    );
    assert_eq!(String::from_utf8(render_object(shown)).unwrap(), expected);
    let (url, file_type) = ("https://a/b?c=\"d\"".to_owned(), "image/png".to_owned());
    let links = [FileLink { url, file_type, expires: Timestamp(1000) }];
    let files = concat!(
        r#","files":[{"url":"https://a/b?c=\"d\"","fileType":"image/png","#,
        r#""expirationDate":"1970-01-01T00:00:01.000Z"}]}"#,
    );
    let expected = format!("{}{files}", expected.strip_suffix('}').unwrap());
    assert_eq!(String::from_utf8(render_object(Shown { links: &links, ..shown })).unwrap(), expected);
}

#[test]
fn a_label_shows_the_name_and_colour_of_its_option_and_not_of_one_that_is_gone() {
    let task = structures().into_iter().find(|structure| structure.title == "Task").unwrap();
    let mut object = page(Vec::new());
    object.structure = task.id;
    object.properties.insert("status".into(), Value::Label(vec!["gone".into(), "done".into()]));
    assert_eq!(
        shown(&object)["properties"]["status"],
        json!({"type": "label", "label": [{"id": "done", "name": "Done", "color": "green"}]}),
    );
}

#[test]
fn every_kind_of_value_is_shown_as_the_contract_has_it() {
    let custom = structures().pop().unwrap();
    let by_name = |name: &str| custom.properties.iter().find(|property| property.name == name).unwrap().id.clone();
    let check = |name: &str, value: Value, payload: Json| {
        let mut object = page(Vec::new());
        object.structure = custom.id;
        let kind = value.kind();
        object.properties.insert(by_name(name), value);
        assert_eq!(shown(&object)["properties"][&by_name(name).0], json!({"type": kind, kind: payload}));
    };
    let day = |start| DatePayload { resolution: Resolution::Day, start, end: None };
    check("Title", Value::Title(None), json!({"value": null}));
    check("Text", Value::Text(Some("a".to_owned())), json!({"value": "a"}));
    check("Number", Value::Number(Some(Number::from(7))), json!({"value": 7}));
    check("Number", Value::Number(None), json!({"value": null}));
    check("Boolean", Value::Boolean(Some(false)), json!({"value": false}));
    check("Link", Value::Url(Some("no url".to_owned())), json!({"value": "no url"}));
    check("When", Value::Date(day(None)), json!({"dateResolution": "day", "start": null, "end": null}));
    check(
        "When",
        Value::Date(DatePayload {
            resolution: Resolution::Time,
            start: Some(Timestamp(-1)),
            end: Some(Timestamp(253_402_300_799_999)),
        }),
        json!({"dateResolution": "time", "start": "1969-12-31T23:59:59.999Z", "end": "9999-12-31T23:59:59.999Z"}),
    );
    check("Some of", Value::Label(vec![LabelId::from("gone")]), json!([]));
    check(
        "Related",
        Value::Entity(vec![ObjectId(Uuid::nil())]),
        json!([{"id": "00000000-0000-0000-0000-000000000000"}]),
    );
    check("Aliases", Value::Aliases(vec!["a".to_owned(), "b".to_owned()]), json!({"value": ["a", "b"]}));
    check("Icon", Value::Icon(None), json!({"value": null}));
    check(
        "Icon",
        Value::Icon(Some(Icon::Iconify("ph-x".to_owned()))),
        json!({"value": {"type": "iconify", "val": "ph-x"}}),
    );
    check("Created at", Value::CreatedAt(Timestamp(0)), json!({"value": "1970-01-01T00:00:00.000Z"}));
    check(
        "Rich",
        Value::RichText(vec![Token::Link { text: "lost".to_owned(), target: None }]),
        json!({"value": [{"type": "LinkToken", "text": "lost"}]}),
    );
}

#[test]
fn a_space_and_its_structures_show_no_member_the_contract_does_not_know() {
    let versioned = |structure| Versioned { revision: Revision(1), value: structure };
    let icon = Some(Icon::Emoji("🧪".to_owned()));
    let space = Space { id: SpaceId(Uuid::nil()), title: "Lab notes".to_owned(), icon, timezone: None };
    let mut all = builtin_structures();
    all.extend(structures().pop());
    let custom = all.last().unwrap().id;
    let collection = Collection { id: CollectionId(Uuid::nil()), structure: custom, title: "Shelf".to_owned() };
    let schema = Schema {
        space: Versioned { revision: Revision(1), value: space.clone() },
        structures: all.into_iter().map(versioned).collect(),
        collections: vec![Versioned { revision: Revision(2), value: collection }],
    };
    let json: Json = serde_json::from_slice(&render_structures(&schema)).unwrap();
    are_structures(&json);
    is_space(&serde_json::from_slice(&render_space(&space)).unwrap());
    is_space(&serde_json::from_slice(&render_space(&Space { icon: None, ..space })).unwrap());

    let listed: BTreeMap<_, _> =
        json["structures"].as_array().unwrap().iter().map(|structure| (structure["id"].as_str(), structure)).collect();
    assert!(["RootPage", "RootTag", "RootTask", "MediaWebResource"].iter().all(|id| listed.contains_key(&Some(id))));
    assert!(!listed.contains_key(&Some("UtilDate")), "an internal structure is listed");
    let shelf = json!([{"id": "00000000-0000-0000-0000-000000000000", "title": "Shelf"}]);
    assert_eq!(listed[&Some(custom.to_string().as_str())]["collections"], shelf);
    for structure in listed.values() {
        let definitions = structure["propertyDefinitions"].as_array().unwrap();
        let ids: BTreeSet<_> = definitions.iter().map(|property| property["id"].as_str()).collect();
        assert_eq!(ids.len(), definitions.len(), "property ids are unique");
        for property in definitions {
            let is_label = property["type"] == "label";
            assert_eq!(property.get("labelSet").is_some(), is_label, "{property}");
            assert_eq!(property.get("multiple").is_some(), is_label, "{property}");
            assert!(property["type"] != "lastUpdatedAt" || property["writable"] == false);
        }
    }
}
