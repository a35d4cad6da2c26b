//! No input makes a reader panic or end without a value and without a problem; what is read can be kept and shown.

use palimpsest_model::arbitrary::{objects, writable_block_lists, written};
use palimpsest_model::{
    Block, DatePayload, Icon, Node, Object, Path, PropertyId, Reading, StructureId, Timestamp, check_property,
    parse_uuid, read_block, read_blocks, read_blocks_by_property, read_options, read_properties, read_property,
    read_property_id, read_structure, read_structure_id, read_tokens, read_uuid, read_value,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value as Json;

use crate::contract::{are_blocks, is_object};
use crate::support::{cases, page_structure, read, realigned, shown, shown_blocks};

/// The words of the contract, so that what is made gets past the first check.
const WORDS: &[&str] = &[
    "",
    "type",
    "value",
    "id",
    "name",
    "color",
    "text",
    "style",
    "bold",
    "url",
    "entityId",
    "date",
    "start",
    "end",
    "dateResolution",
    "day",
    "time",
    "title",
    "number",
    "boolean",
    "label",
    "entity",
    "aliases",
    "icon",
    "createdAt",
    "richText",
    "emoji",
    "iconify",
    "val",
    "key",
    "tokens",
    "blocks",
    "columns",
    "dividers",
    "hierarchy",
    "list",
    "bullet",
    "todo",
    "isDone",
    "toggle",
    "isOpen",
    "quote",
    "layout",
    "normal",
    "colorTheme",
    "bg-red",
    "highlight",
    "custom",
    "location",
    "textAlignment",
    "left",
    "gridLayout",
    "grid",
    "lang",
    "TextBlock",
    "GroupBlock",
    "GridBlock",
    "CodeBlock",
    "MathBlock",
    "EntityBlock",
    "HorizontalLineBlock",
    "unsupported",
    "TextToken",
    "LinkToken",
    "MathToken",
    "CodeToken",
    "propertyDefinitions",
    "labelSet",
    "multiple",
    "allowedStructures",
    "pluralName",
    "labelColor",
    "RootPage",
    "2026-11-22",
    "2026-11-22T14:05:00.000Z",
    "ph-x",
    "🧪",
    "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11",
    "00000000-0000-0000-0000-000000000000",
];

fn words() -> BoxedStrategy<String> {
    prop_oneof![8 => select(WORDS).prop_map(str::to_owned), 1 => any::<String>()].boxed()
}

fn scalars() -> BoxedStrategy<Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        words().prop_map(Json::from),
        words().prop_map(Json::from),
    ]
    .boxed()
}

fn documents() -> BoxedStrategy<Json> {
    scalars()
        .prop_recursive(6, 48, 5, |below| {
            let map = btree_map(words(), below.clone(), 0..6);
            let typed = (map.clone(), select(WORDS)).prop_map(|(mut map, kind)| {
                map.insert("type".to_owned(), kind.into());
                map
            });
            prop_oneof![
                vec(below, 0..5).prop_map(Json::from),
                map.prop_map(|map| Json::Object(map.into_iter().collect())),
                typed.prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
        .boxed()
}

/// A value and a problem, or neither, is a mistake of the reader.
fn reads<T>(json: &Json, reader: impl FnOnce(&Node<'_, '_>, &mut Reading) -> Option<T>) {
    if let Err(problems) = read(json, reader) {
        assert!(!problems.to_string().is_empty());
        for problem in problems.all() {
            let forgotten = problem.path == Path::default() && problem.message == "Invalid input";
            assert!(!forgotten, "nothing was read and nothing was said about {json}");
        }
    }
}

fn reads_all(json: &Json) {
    reads(json, read_blocks);
    reads(json, read_block);
    reads(json, read_blocks_by_property);
    reads(json, read_tokens);
    reads(json, read_value);
    reads(json, read_properties);
    reads(json, DatePayload::read);
    reads(json, Icon::read);
    reads(json, read_uuid);
    reads(json, read_structure_id);
    reads(json, read_property_id);
    reads(json, read_structure);
    reads(json, read_property);
    reads(json, read_options);
}

/// All places of a document.
fn pointers(json: &Json, at: String, found: &mut Vec<String>) {
    match json {
        Json::Array(list) => {
            list.iter().enumerate().for_each(|(index, below)| pointers(below, format!("{at}/{index}"), found));
        }
        Json::Object(map) => map.iter().for_each(|(key, below)| pointers(below, format!("{at}/{key}"), found)),
        _ => {}
    }
    found.push(at);
}

/// The document with something else at a place, or without what was there.
fn spoilt(mut json: Json, place: &Index, other: Option<Json>) -> Json {
    let mut all = Vec::new();
    pointers(&json, String::new(), &mut all);
    let place = place.get(&all);
    match (other, place.rsplit_once('/')) {
        (Some(other), _) => *json.pointer_mut(place).unwrap() = other,
        (None, Some((parent, key))) => {
            if let Some(map) = json.pointer_mut(parent).unwrap().as_object_mut() {
                map.remove(key);
            }
        }
        (None, None) => {}
    }
    json
}

fn stored_and_shown(blocks: &Json) {
    let Ok(drafts) = read(blocks, read_blocks) else { return };
    let blocks = realigned(&[], drafts);
    are_blocks(&shown_blocks(&blocks));
    let bytes = serde_json::to_vec(&blocks).unwrap();
    assert_eq!(serde_json::from_slice::<Vec<Block>>(&bytes).unwrap(), blocks);
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn any_json_is_read_or_refused(json in documents()) {
        reads_all(&json);
        stored_and_shown(&json);
    }

    #[test]
    fn any_text_is_read_or_refused(text in prop_oneof![any::<String>(), "[-0-9TZ:.+]{0,30}", "[-0-9a-f]{36}"]) {
        reads_all(&Json::from(text.as_str()));
        if let Some(uuid) = parse_uuid(&text) {
            prop_assert_eq!(uuid.to_string(), text.to_lowercase());
        }
        if let Ok(id) = text.parse::<StructureId>() {
            prop_assert_eq!(id.to_string().to_lowercase(), text.to_lowercase());
        }
        if let Some(time) = Timestamp::parse(&text) {
            prop_assert_eq!(time.to_string().len(), 24);
            prop_assert_eq!(Timestamp::parse(&time.to_string()), Some(time));
            prop_assert_eq!(time.day().day(), time.day());
        }
    }

    #[test]
    fn any_instant_of_the_four_digit_years_is_written_and_read(time in -62_167_219_200_000..253_402_300_800_000_i64) {
        let text = Timestamp(time).to_string();
        prop_assert_eq!(text.len(), 24);
        prop_assert_eq!(Timestamp::parse(&text), Some(Timestamp(time)));
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn blocks_with_one_fault_are_read_or_refused(
        blocks in writable_block_lists(), place in any::<Index>(), other in prop::option::of(documents()),
    ) {
        let json = spoilt(written(&blocks, true), &place, other);
        reads_all(&json);
        stored_and_shown(&json);
    }

    #[test]
    fn properties_with_one_fault_are_read_or_refused(
        object in objects(), place in any::<Index>(), other in prop::option::of(documents()),
    ) {
        let json = spoilt(shown(&object)["properties"].take(), &place, other);
        reads_all(&json);
        let structure = page_structure();
        if let Ok(properties) = read(&json, read_properties) {
            let checked = |(id, value)| Some((PropertyId::clone(&id), check_property(&structure, &id, value).ok()?));
            let fitting = properties.into_iter().filter_map(checked);
            let object = Object { structure: structure.id, properties: fitting.collect(), ..object };
            is_object(&shown(&object));
            let bytes = serde_json::to_vec(&object).unwrap();
            prop_assert_eq!(serde_json::from_slice::<Object>(&bytes).unwrap(), object);
        }
    }
}
