//! POST /object/edits.

use palimpsest_engine::{Code, Edit, EditObject, MAX_EDITS, Operation};
use palimpsest_model::{
    Node, ObjectId, Occurrence, Problems, Reading, Replacement, read_block, read_property_id, read_uuid, read_value,
};
use serde_json::{Value, json};

use super::read_collections;
use crate::api::blocks::append::read_content;
use crate::api::blocks::place::read_place;
use crate::api::blocks::{append, moving, read_block_name};
use crate::document::names::{name, uuid};
use crate::document::shape::{count, list, open, refer, said, text, word};
use crate::document::{Description, Success};
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let edits = input.body(|body, reading| {
        let id = read_uuid(&body.get("id"), reading).map(ObjectId);
        let edits = read_edits(&body.get("edits"), reading);
        Some(EditObject { id: id?, edits: edits? })
    })?;
    Ok(Operation::EditObject(edits))
}

fn read_edits(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Vec<Edit>> {
    let edits = node.elements(reading)?;
    if edits.len() == 0 {
        reading.problem(node, "Too small: expected array to have >=1 items");
        return None;
    }
    if edits.len() > MAX_EDITS {
        reading.problem(node, format!("Too big: expected array to have <={MAX_EDITS} items"));
        return None;
    }
    let read: Vec<_> = edits.map(|edit| read_edit(&edit, reading)).collect();
    read.into_iter().collect()
}

/// Reads what an edit says besides its `op`.
type Read = fn(&Node<'_, '_>, &mut Reading) -> Option<Edit>;

const OPS: [(&str, Read); 10] = [
    ("set", read_set),
    ("add", |node, reading| read_values(node, reading).map(|(property, values)| Edit::Add(property, values))),
    ("remove", |node, reading| read_values(node, reading).map(|(property, values)| Edit::Remove(property, values))),
    ("addCollections", |node, reading| read_collections(&node.get("ids"), reading).map(Edit::AddCollections)),
    ("removeCollections", |node, reading| read_collections(&node.get("ids"), reading).map(Edit::RemoveCollections)),
    ("insert", read_insert),
    ("update", read_update),
    ("move", read_move),
    ("delete", |node, reading| read_block_name(&node.get("blockId"), reading).map(Edit::Delete)),
    ("replaceText", read_replacement),
];

fn read_edit(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Edit> {
    node.object(reading)?;
    let read = node.get("op").word(reading, &OPS)?;
    read(node, reading)
}

fn read_set(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Edit> {
    let property = read_property_id(&node.get("propertyId"), reading);
    let value = read_value(&node.get("value"), reading);
    Some(Edit::Set(property?, value?))
}

fn read_values(node: &Node<'_, '_>, reading: &mut Reading) -> Option<(palimpsest_model::PropertyId, Vec<String>)> {
    let property = read_property_id(&node.get("propertyId"), reading);
    let values = node.get("values");
    let values: Vec<_> = values.elements(reading)?.map(|value| value.string(reading).map(str::to_owned)).collect();
    Some((property?, values.into_iter().collect::<Option<_>>()?))
}

fn read_insert(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Edit> {
    let place = read_place(node, reading);
    let content = read_content(node, reading);
    Some(Edit::Insert(place?, content?))
}

fn read_update(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Edit> {
    let block = read_block_name(&node.get("blockId"), reading);
    let draft = read_block(&node.get("block"), reading);
    Some(Edit::Update(block?, draft?))
}

fn read_move(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Edit> {
    let block = read_block_name(&node.get("blockId"), reading);
    let place = read_place(node, reading);
    Some(Edit::Move(block?, place?))
}

fn read_replacement(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Edit> {
    let block = read_block_name(&node.get("blockId"), reading);
    let find = node.get("find").string(reading).filter(|find| {
        if find.is_empty() {
            reading.problem(&node.get("find"), "Too small: expected string to have >=1 characters");
        }
        !find.is_empty()
    });
    let replace = node.get("replace").string(reading).map(str::to_owned);
    let occurrence = read_occurrence(&node.get("occurrence"), reading);
    Some(Edit::ReplaceText(block?, Replacement { find: find?.to_owned(), replace: replace?, occurrence: occurrence? }))
}

fn read_occurrence(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Occurrence> {
    let Some(value) = node.value() else { return Some(Occurrence::Only) };
    let number = value.as_u64().filter(|number| *number > 0);
    let nth = number.map(|number| Occurrence::Nth(usize::try_from(number).unwrap_or(usize::MAX)));
    let read = nth.or((value == "all").then_some(Occurrence::All));
    if read.is_none() {
        reading.problem(node, "Invalid input: expected a whole number from 1, or \"all\"");
    }
    read
}

pub(crate) fn describe() -> Description {
    let edits = json!({"type": "array", "items": edit(), "minItems": 1, "maxItems": MAX_EDITS});
    Description::new("object.edits", "Make many small edits of an object at once")
        .about("Each edit sees what those before it left. All of them are made, at one revision, or none is.")
        .body(open(&[("id", uuid()), ("edits", edits)], &[]))
        .answers(Success::object())
        .refuses(&[Code::NotFound])
}

fn edit() -> Value {
    let schemas: Vec<_> = OPS.iter().map(|(op, _)| described(op)).collect();
    json!({ "oneOf": schemas })
}

/// The schema of an edit.
fn described(op: &str) -> Value {
    let kind = ("op", word(op));
    let property = ("propertyId", text());
    let block = ("blockId", name());
    match op {
        "set" => open(&[kind, property, ("value", refer("PropertyValueInput"))], &[]),
        "add" | "remove" => {
            let values = said(list(text()), "Ids of objects, ids of label options, or aliases.");
            open(&[kind, property, ("values", values)], &[])
        }
        "addCollections" | "removeCollections" => open(&[kind, ("ids", list(uuid()))], &[]),
        "insert" => append::described(&[kind]),
        "update" => open(&[kind, block, ("block", refer("BlockInput"))], &[]),
        "move" => moving::described(&[kind]),
        "replaceText" => {
            let occurrence = json!({"anyOf": [count(1), word("all")]});
            let about = "Which match, from 1 on, or all of them; without it there must be exactly one.";
            let replaced = [kind, block, ("find", name()), ("replace", text())];
            open(&replaced, &[("occurrence", said(occurrence, about))])
        }
        _ => open(&[kind, block], &[]),
    }
}
