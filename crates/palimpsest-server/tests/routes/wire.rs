//! Pieces of JSON that many tests send or look for.

use serde_json::{Value, json};

/// The body section of a page.
pub(crate) const SECTION: &str = "RootPage_content";

/// Well formed, and never given to anything.
pub(crate) const NOBODY: &str = "11111111-1111-4111-8111-111111111111";

/// A few ids for clients to choose.
pub(crate) fn chosen(number: u8) -> String {
    format!("22222222-2222-4222-8222-2222222222{number:02}")
}

/// A page to be made.
pub(crate) fn page(title: &str) -> Value {
    json!({"structureId": "RootPage", "properties": {"title": titled(title)}})
}

/// A page to be made, with text.
pub(crate) fn page_of(blocks: Value) -> Value {
    json!({"structureId": "RootPage", "blocks": {SECTION: blocks}})
}

pub(crate) fn tag(title: &str) -> Value {
    json!({"structureId": "RootTag", "properties": {"title": titled(title)}})
}

pub(crate) fn titled(title: &str) -> Value {
    json!({"type": "title", "title": {"value": title}})
}

/// References to objects, as a property holds them.
pub(crate) fn entities(ids: &[&str]) -> Value {
    let ids: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
    json!({"type": "entity", "entity": ids})
}

/// A text block to be written.
pub(crate) fn text(text: &str) -> Value {
    json!({"type": "TextBlock", "tokens": [run(text)]})
}

/// A text block to be written, with others below it.
pub(crate) fn over(says: &str, blocks: Value) -> Value {
    let mut block = text(says);
    block["blocks"] = blocks;
    block
}

/// A text block that says nothing but these tokens.
pub(crate) fn tokens(tokens: Value) -> Value {
    json!({"type": "TextBlock", "tokens": tokens})
}

/// A run of plain text.
pub(crate) fn run(text: &str) -> Value {
    json!({"type": "TextToken", "text": text, "style": {}})
}

/// A link to a day.
pub(crate) fn day_link(day: &str) -> Value {
    json!({"type": "LinkToken", "text": day, "date": {"start": day}})
}

/// The blocks at the top of a page's text.
pub(crate) fn body(object: &Value) -> &Vec<Value> {
    body_of(object, SECTION)
}

/// The blocks at the top of a section.
pub(crate) fn body_of<'o>(object: &'o Value, section: &str) -> &'o Vec<Value> {
    object["blocks"][section].as_array().unwrap()
}

/// What blocks say, each with what stands below it in brackets.
pub(crate) fn outline(blocks: &[Value]) -> String {
    let one = |block: &Value| {
        let tokens = block["tokens"].as_array().map_or(&[][..], Vec::as_slice);
        let says: String = tokens.iter().filter_map(|token| token["text"].as_str()).collect();
        match block["blocks"].as_array().map(|below| outline(below)) {
            Some(below) if !below.is_empty() => format!("{says}[{below}]"),
            _ => says,
        }
    };
    blocks.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// The outline of a page.
pub(crate) fn outlined(object: &Value) -> String {
    outline(body(object))
}

/// The ids of blocks, parents before their children.
pub(crate) fn ids(blocks: &[Value]) -> Vec<String> {
    let below = |block: &Value| {
        let columns = block["columns"].as_array().into_iter().flatten();
        let lists = block.get("blocks").into_iter().chain(columns);
        lists.flat_map(|list| ids(list.as_array().unwrap())).collect::<Vec<_>>()
    };
    blocks.iter().flat_map(|block| [vec![id(block)], below(block)].concat()).collect()
}

pub(crate) fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}
