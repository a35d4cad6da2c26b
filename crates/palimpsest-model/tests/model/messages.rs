//! The contract's messages, each with its path (spec/01 §6), as far as they concern blocks, tokens and properties.

use palimpsest_model::{
    BuiltIn, Color, DatePayload, Icon, Node, Reading, StructureId, read_block, read_blocks, read_blocks_by_property,
    read_properties, read_property_id, read_structure_id, read_tokens, read_uuid, read_value,
};
use serde_json::{Value as Json, json};

use crate::support::read;

/// A message as the answer holds it.
pub(crate) fn at(message: &str, path: &str) -> String {
    if path.is_empty() { format!("✖ {message}") } else { format!("✖ {message}\n  → at {path}") }
}

/// Reads a request body with these members as the endpoints do.
fn check(json: Json, message: &str, path: &str) {
    let result = read(&json, body);
    let problems = result.map_err(|problems| problems.to_string());
    assert_eq!(problems, Err(at(message, path)), "{json}");
}

fn fine(json: Json) {
    assert_eq!(read(&json, body), Ok(()), "{json}");
}

/// A body of which each member is read by the reader it belongs to, when it is there.
fn body(node: &Node<'_, '_>, reading: &mut Reading) -> Option<()> {
    type Reader = fn(&Node<'_, '_>, &mut Reading) -> bool;
    let readers: [(&str, Reader); 10] = [
        ("blocks", |n, r| read_blocks(n, r).is_some()),
        ("block", |n, r| read_block(n, r).is_some()),
        ("sections", |n, r| read_blocks_by_property(n, r).is_some()),
        ("tokens", |n, r| read_tokens(n, r).is_some()),
        ("properties", |n, r| read_properties(n, r).is_some()),
        ("value", |n, r| read_value(n, r).is_some()),
        ("date", |n, r| DatePayload::read(n, r).is_some()),
        ("icon", |n, r| Icon::read(n, r).is_some()),
        ("id", |n, r| read_uuid(n, r).is_some()),
        ("propertyId", |n, r| read_property_id(n, r).is_some()),
    ];
    node.object(reading)?;
    let given: Vec<_> = readers.iter().filter(|(name, _)| !node.get(name).is_absent()).collect();
    given.iter().map(|(name, reader)| reader(&node.get(name), reading)).fold(true, |all, one| all & one).then_some(())
}

const KINDS: &str = "Invalid discriminator value. Expected 'TextBlock' | 'GroupBlock' | 'GridBlock' | 'CodeBlock' | \
                     'MathBlock' | 'EntityBlock' | 'HorizontalLineBlock'";
const TOKENS: &str = "Invalid discriminator value. Expected 'TextToken' | 'LinkToken' | 'MathToken' | 'CodeToken'";
const VALUES: &str = "Invalid discriminator value. Expected 'title' | 'text' | 'number' | 'boolean' | 'url' | 'date' | \
                      'label' | 'entity' | 'aliases' | 'icon' | 'createdAt' | 'richText'";
const ONE_TARGET: &str = "Provide exactly one of `url`, `entityId`, or `date` on a LinkToken.";

fn colors() -> String {
    let names: Vec<_> = Color::all().map(|color| format!("\"{}\"", color.as_str())).collect();
    format!("Invalid option: expected one of {}", names.join("|"))
}

/// A value of another kind than it must have.
pub(crate) fn expected(kind: &str, received: &str) -> String {
    format!("Invalid input: expected {kind}, received {received}")
}

#[test]
fn the_body_itself() {
    check(json!("x"), &expected("object", "string"), "");
    check(json!(null), &expected("object", "null"), "");
    check(json!([]), &expected("object", "array"), "");
}

#[test]
fn lists_of_blocks() {
    check(json!({"blocks": {}}), &expected("array", "object"), "blocks");
    check(json!({"blocks": [7]}), &expected("object", "number"), "blocks[0]");
    check(json!({"blocks": [{}]}), KINDS, "blocks[0].type");
    check(json!({"blocks": [{"type": "Block"}]}), KINDS, "blocks[0].type");
    check(json!({"blocks": [{"type": 7}]}), KINDS, "blocks[0].type");
    check(json!({"blocks": [{"type": "unsupported", "blockType": "x"}]}), KINDS, "blocks[0].type");
    check(json!({"block": "x"}), &expected("object", "string"), "block");
    check(json!({"sections": []}), &expected("object", "array"), "sections");
    check(json!({"sections": {"a": null}}), &expected("array", "null"), "sections.a");
    check(json!({"sections": {"b1c2-3": [{}]}}), KINDS, "sections[\"b1c2-3\"][0].type");
    check(json!({"sections": {"": [{}]}}), KINDS, "sections[\"\"][0].type");
    check(json!({"sections": {"a\"b": [{}]}}), KINDS, "sections[\"a\\\"b\"][0].type");
    fine(json!({"blocks": [], "sections": {"a": []}}));
}

/// The one problem of a block of this kind with these fields.
fn check_block(mut fields: Json, kind: &str, message: &str, path: &str) {
    fields["type"] = kind.into();
    check(json!({"blocks": [fields]}), message, &format!("blocks[0].{path}"));
}

#[test]
fn text_blocks() {
    let check = |fields: Json, message: &str, path: &str| check_block(fields, "TextBlock", message, path);
    check(json!({"tokens": "x"}), &expected("array", "string"), "tokens");
    check(json!({"tokens": [7]}), &expected("object", "number"), "tokens[0]");
    check(json!({"blocks": {}}), &expected("array", "object"), "blocks");
    check(json!({"blocks": null}), &expected("array", "null"), "blocks");
    check(json!({"blocks": [{"type": "CodeBlock", "lang": ""}]}), &expected("string", "undefined"), "blocks[0].text");
    check(json!({"hierarchy": "H1"}), &expected("object", "string"), "hierarchy");
    check(json!({"hierarchy": {"val": 1}}), &expected("string", "undefined"), "hierarchy.key");
    check(json!({"hierarchy": {"key": "H1", "val": "1"}}), &expected("number", "string"), "hierarchy.val");
    check(json!({"list": true}), &expected("object", "boolean"), "list");
    let lists = "Invalid option: expected one of \"bullet\"|\"alphabetical\"|\"numerical\"|\"roman\"";
    check(json!({"list": {"type": "ordered"}}), lists, "list.type");
    check(json!({"list": {}}), lists, "list.type");
    check(json!({"todo": false}), &expected("object", "boolean"), "todo");
    check(json!({"todo": {}}), &expected("boolean", "undefined"), "todo.isDone");
    check(json!({"toggle": {"isOpen": 1}}), &expected("boolean", "number"), "toggle.isOpen");
    check(json!({"quote": {"layout": ""}}), "Invalid option: expected one of \"normal\"|\"standout\"", "quote.layout");
    let alignments = "Invalid option: expected one of \"left\"|\"center\"|\"right\"";
    check(json!({"textAlignment": "justify"}), alignments, "textAlignment");
    check(json!({"colorTheme": "red"}), &colors(), "colorTheme");
    check(
        json!({"highlight": {}}),
        "Invalid discriminator value. Expected 'webhighlights' | 'custom'",
        "highlight.type",
    );
}

#[test]
fn highlights() {
    let check = |highlight: Json, message: &str, path: &str| {
        check_block(json!({"highlight": highlight}), "TextBlock", message, &format!("highlight{path}"));
    };
    check(json!("me"), &expected("object", "string"), "");
    let kinds = "Invalid discriminator value. Expected 'webhighlights' | 'custom'";
    check(json!({"type": "readwise"}), kinds, ".type");
    check(
        json!({"type": "webhighlights"}),
        "Only the integration of this name writes its highlights; use `custom`.",
        ".type",
    );
    check(json!({"type": "custom"}), &expected("string", "undefined"), ".label");
    check(json!({"type": "custom", "label": ""}), "Too small: expected string to have >=1 characters", ".label");
    let long = "Too big: expected string to have <=20 characters";
    check(json!({"type": "custom", "label": "123456789012345678901"}), long, ".label");
    check(json!({"type": "custom", "label": "x", "location": "123456789012345678901"}), long, ".location");
    // Characters are counted as JavaScript does: an emoji outside the first plane is two.
    check(json!({"type": "custom", "label": "🧪🧪🧪🧪🧪🧪🧪🧪🧪🧪x"}), long, ".label");
    check(json!({"type": "custom", "label": "x", "url": null}), &expected("string", "null"), ".url");
    let hues = "Invalid option: expected one of \"yellow\"|\"orange\"|\"green\"|\"red\"|\"purple\"|\"blue\"";
    check(json!({"type": "custom", "label": "x", "color": "pink"}), hues, ".color");
    let full = json!({"type": "custom", "label": "🧪🧪🧪🧪🧪🧪🧪🧪🧪🧪", "location": "12345678901234567890", "url": "",
        "color": "blue"});
    fine(json!({"blocks": [{"type": "TextBlock", "highlight": full}]}));
}

#[test]
fn group_and_grid_blocks() {
    check_block(json!({"blocks": 1}), "GroupBlock", &expected("array", "number"), "blocks");
    check_block(json!({"todo": {"isDone": null}}), "GroupBlock", &expected("boolean", "null"), "todo.isDone");
    let check = |fields: Json, message: &str, path: &str| check_block(fields, "GridBlock", message, path);
    check(json!({}), &expected("array", "undefined"), "dividers");
    check(json!({"dividers": 0.5}), &expected("array", "number"), "dividers");
    check(json!({"dividers": [0.5, "x"]}), &expected("number", "string"), "dividers[1]");
    let two = "GridBlock must include at least two columns.";
    check(json!({"dividers": [], "columns": []}), two, "columns");
    check(json!({"dividers": [], "columns": [[]]}), two, "columns");
    check(json!({"dividers": [], "columns": {}}), &expected("array", "object"), "columns");
    check(json!({"dividers": [], "columns": [[], {}]}), &expected("array", "object"), "columns[1]");
    check(json!({"dividers": [], "columns": [[], [{}]]}), KINDS, "columns[1][0].type");
    let layouts = "Invalid option: expected one of \"columns\"|\"grid\"";
    check(json!({"dividers": [], "gridLayout": "rows"}), layouts, "gridLayout");
    check(json!({"dividers": [], "colorTheme": "x"}), &colors(), "colorTheme");
    fine(
        json!({"blocks": [{"type": "GridBlock", "dividers": []}, {"type": "GridBlock", "dividers": [50], "columns": [[], []]}]}),
    );
}

#[test]
fn the_other_blocks() {
    check_block(json!({"text": ""}), "CodeBlock", &expected("string", "undefined"), "lang");
    check_block(json!({"lang": "", "text": null}), "CodeBlock", &expected("string", "null"), "text");
    check_block(json!({}), "MathBlock", &expected("string", "undefined"), "text");
    check_block(json!({"text": "", "colorTheme": 7}), "MathBlock", &colors(), "colorTheme");
    check_block(json!({}), "EntityBlock", &expected("string", "undefined"), "entityId");
    check_block(json!({"entity": {"id": "x"}}), "EntityBlock", &expected("string", "undefined"), "entityId");
    check_block(json!({"entityId": "x"}), "EntityBlock", "Invalid UUID", "entityId");
    let date = "EntityBlock does not accept `date`; use a LinkToken with `date` instead.";
    check_block(json!({"entityId": null, "date": {"start": "2026-11-22"}}), "EntityBlock", date, "date");
    fine(json!({"block": {"type": "EntityBlock", "entityId": null}}));
    fine(json!({"block": {"type": "HorizontalLineBlock", "text": 7}}));
}

#[test]
fn tokens() {
    let check = |token: Json, message: &str, path: &str| {
        check(
            json!({"blocks": [{"type": "TextBlock", "tokens": [token]}]}),
            message,
            &format!("blocks[0].tokens[0]{path}"),
        );
    };
    check(json!({}), TOKENS, ".type");
    check(json!({"type": "Text"}), TOKENS, ".type");
    check(json!({"type": "TextToken", "text": "x"}), &expected("object", "undefined"), ".style");
    check(json!({"type": "TextToken", "text": "x", "style": null}), &expected("object", "null"), ".style");
    check(json!({"type": "TextToken", "style": {}}), &expected("string", "undefined"), ".text");
    check(
        json!({"type": "TextToken", "text": "", "style": {"bold": "b"}}),
        &expected("boolean", "string"),
        ".style.bold",
    );
    check(json!({"type": "TextToken", "text": "", "style": {}, "color": "red"}), &colors(), ".color");
    check(json!({"type": "MathToken"}), &expected("string", "undefined"), ".text");
    check(json!({"type": "CodeToken", "text": 1}), &expected("string", "number"), ".text");
    check(json!({"type": "LinkToken", "text": "x"}), ONE_TARGET, "");
    let both = json!({"type": "LinkToken", "text": "x", "url": "u", "date": {"start": "2026-11-22"}});
    check(both, ONE_TARGET, "");
    let id = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";
    check(json!({"type": "LinkToken", "text": "x", "url": "u", "entityId": id}), ONE_TARGET, "");
    check(json!({"type": "LinkToken", "text": "x", "url": null}), &expected("string", "null"), ".url");
    check(json!({"type": "LinkToken", "text": "x", "entityId": "tag"}), "Invalid UUID", ".entityId");
    check(json!({"type": "LinkToken", "text": "x", "date": "2026-11-22"}), &expected("object", "string"), ".date");
    check(json!({"type": "LinkToken", "text": "x", "date": {}}), &expected("string", "undefined"), ".date.start");
    let resolution = "Invalid option: expected one of \"time\"|\"day\"";
    let date = json!({"start": null, "dateResolution": "month"});
    check(json!({"type": "LinkToken", "text": "x", "date": date}), resolution, ".date.dateResolution");
    fine(json!({"tokens": [{"type": "LinkToken", "text": "", "url": "no url at all"},
        {"type": "LinkToken", "text": "", "date": {"start": null}}, {"type": "LinkToken", "text": "", "entityId": id}]}));
}

#[test]
fn values() {
    let check_value = |value: Json, message: &str, path: &str| {
        check(json!({"properties": {"p": value}}), message, &format!("properties.p{path}"));
    };
    check(json!({"properties": []}), &expected("object", "array"), "properties");
    check(json!({"properties": {"a-b": {}}}), VALUES, "properties[\"a-b\"].type");
    check(json!({"value": {"type": "title"}}), &expected("object", "undefined"), "value.title");
    check_value(json!("x"), &expected("object", "string"), "");
    check_value(json!({"type": "lastUpdatedAt", "lastUpdatedAt": {"value": "x"}}), VALUES, ".type");
    check_value(json!({"type": "blocks"}), VALUES, ".type");
    for kind in ["title", "text", "url"] {
        check_value(json!({"type": kind, kind: "x"}), &expected("object", "string"), &format!(".{kind}"));
        check_value(json!({"type": kind, kind: {}}), &expected("string", "undefined"), &format!(".{kind}.value"));
        check_value(
            json!({"type": kind, kind: {"value": 7}}),
            &expected("string", "number"),
            &format!(".{kind}.value"),
        );
        fine(json!({"value": {"type": kind, kind: {"value": null}}}));
    }
    let number = |value: Json| json!({"type": "number", "number": {"value": value}});
    check_value(number(json!("7")), &expected("number", "string"), ".number.value");
    let boolean = |value: Json| json!({"type": "boolean", "boolean": {"value": value}});
    check_value(boolean(json!(1)), &expected("boolean", "number"), ".boolean.value");
    check_value(json!({"type": "boolean", "boolean": {}}), &expected("boolean", "undefined"), ".boolean.value");
    let label = |options: Json| json!({"type": "label", "label": options});
    check_value(label(json!({"value": []})), &expected("array", "object"), ".label");
    check_value(label(json!(["x"])), &expected("object", "string"), ".label[0]");
    check_value(label(json!([{"id": "x"}])), &expected("string", "undefined"), ".label[0].name");
    check_value(label(json!([{"name": "x"}])), &expected("string", "undefined"), ".label[0].id");
    check_value(label(json!([{"id": "x", "name": "x", "color": 7}])), &expected("string", "number"), ".label[0].color");
    let entity = |targets: Json| json!({"type": "entity", "entity": targets});
    check_value(entity(json!(null)), &expected("array", "null"), ".entity");
    check_value(entity(json!(["x"])), &expected("object", "string"), ".entity[0]");
    check_value(entity(json!([{}])), &expected("string", "undefined"), ".entity[0].id");
    check_value(entity(json!([{"id": ""}])), "Invalid UUID", ".entity[0].id");
    let aliases = |value: Json| json!({"type": "aliases", "aliases": {"value": value}});
    check_value(aliases(json!("x")), &expected("array", "string"), ".aliases.value");
    check_value(aliases(json!([7])), &expected("string", "number"), ".aliases.value[0]");
    let nine = vec!["x"; 9];
    check_value(aliases(json!(nine)), "Too big: expected array to have <=8 items", ".aliases.value");
    fine(json!({"value": aliases(json!(nine[1..]))}));
    let created = |value: Json| json!({"type": "createdAt", "createdAt": {"value": value}});
    check_value(created(json!(null)), &expected("string", "null"), ".createdAt.value");
    check_value(created(json!("yesterday")), "Invalid ISO datetime", ".createdAt.value");
    let rich = |value: Json| json!({"type": "richText", "richText": {"value": value}});
    check_value(rich(json!("x")), &expected("array", "string"), ".richText.value");
    check_value(rich(json!([{"type": "LinkToken", "text": ""}])), ONE_TARGET, ".richText.value[0]");
}

#[test]
fn dates() {
    let check = |date: Json, message: &str, path: &str| {
        check(json!({"value": {"type": "date", "date": date}}), message, &format!("value.date{path}"));
    };
    check(json!(null), &expected("object", "null"), "");
    check(json!({"end": null}), &expected("string", "undefined"), ".start");
    check(json!({"start": 7}), &expected("string", "number"), ".start");
    check(json!({"start": "22.11.2026"}), "Invalid ISO datetime", ".start");
    check(json!({"start": "2026-02-30"}), "Invalid ISO datetime", ".start");
    check(json!({"start": null, "end": "later"}), "Invalid ISO datetime", ".end");
    let resolution = "Invalid option: expected one of \"time\"|\"day\"";
    check(json!({"start": null, "dateResolution": null}), resolution, ".dateResolution");
    fine(json!({"date": {"start": "9999-12-31", "end": "9999-12-31T23:59:59.999Z"}}));
}

#[test]
fn icons() {
    let check_icon =
        |icon: Json, message: &str, path: &str| check(json!({"icon": icon}), message, &format!("icon{path}"));
    check_icon(json!("🧪"), &expected("object", "string"), "");
    check_icon(json!({"type": "emoji"}), &expected("string", "undefined"), ".val");
    check_icon(json!({"type": "image", "val": "x"}), "Invalid option: expected one of \"emoji\"|\"iconify\"", ".type");
    for no_emoji in ["", "x", "Größe", "日", "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀"]
    {
        check_icon(json!({"type": "emoji", "val": no_emoji}), "Invalid emoji", ".val");
    }
    for emoji in ["🧪", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇪🇺", "1️⃣", "ℹ️", "Ⓜ️", "🅰️", "🅱️", "🅾️", "🅿️", "🆎", "㊗️", "🈁", "™️"]
    {
        fine(json!({"icon": {"type": "emoji", "val": emoji}}));
    }
    let regular = "Invalid icon: expected a regular Phosphor icon such as `ph-lightbulb`";
    for other in
        ["", "ph-", "lightbulb", "ph-x-fill", "ph-x-duotone", "ph-x-bold", "ph-x-light", "ph-x-thin", "ph-X", "ph-ä"]
    {
        check_icon(json!({"type": "iconify", "val": other}), regular, ".val");
    }
    for icon in ["ph-lightbulb", "ph-number-one", "ph-dots-9"] {
        fine(json!({"icon": {"type": "iconify", "val": icon}}));
    }
}

#[test]
fn ids() {
    check(json!({"id": "x"}), "Invalid UUID", "id");
    check(json!({"id": 7}), &expected("string", "number"), "id");
    check(json!({"id": null}), &expected("string", "null"), "id");
    check(json!({"propertyId": 7}), &expected("string", "number"), "propertyId");
    fine(json!({"id": "3F0D6F2E-8A34-4F1C-9D57-2B7A3F0C9E11", "propertyId": ""}));
    let check = |json: Json, message: &str| {
        let read = read(&json, |node, reading| read_structure_id(&node.get("structureId"), reading));
        assert_eq!(read.map_err(|problems| problems.to_string()), Err(at(message, "structureId")), "{json}");
    };
    check(json!({}), "Invalid input");
    check(json!({"structureId": "Page"}), "Invalid UUID");
    check(json!({"structureId": "rootpage"}), "Invalid UUID");
    check(json!({"structureId": "3f0d6f2e-8a34-0f1c-9d57-2b7a3f0c9e11"}), "Invalid UUID");
    let json = json!({"structureId": "RootPage"});
    let id = read(&json, |node, reading| read_structure_id(&node.get("structureId"), reading));
    assert_eq!(id, Ok(StructureId::BuiltIn(BuiltIn::RootPage)));
}
