//! PATCH /space/properties with another type: every value converts without loss, or nothing happens.

mod conditions;
mod past;
mod refusals;
mod there_and_back;
mod together;
mod values;

use palimpsest_model::PropertyKind;
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::titled;

const PATH: &str = "/space/properties";
const BOOK: &str = "33333333-3333-4333-8333-333333333333";
const FIELD: &str = "44444444-4444-4444-8444-444444444444";
const NUMBER: PropertyKind = PropertyKind::Number;
const TEXT: PropertyKind = PropertyKind::Text;

/// What a kind is in a request, and in `/space/structures`.
fn asked(kind: &PropertyKind) -> Value {
    match kind {
        PropertyKind::Label { multiple, options } => {
            json!({"type": "label", "multiple": multiple, "labelSet": options})
        }
        PropertyKind::Entity { allowed } => json!({"type": "entity", "allowedStructures": allowed}),
        other => json!({"type": other.name()}),
    }
}

/// A request that gives the field of books these members.
fn change(members: Value) -> Value {
    let mut body = json!({"structureId": BOOK, "id": FIELD});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

/// A structure with one property of this kind.
async fn define(lab: &Lab, kind: &PropertyKind) {
    let mut field = asked(kind);
    field["id"] = json!(FIELD);
    field["name"] = json!("Field");
    lab.post("/space/structures", &json!({"id": BOOK, "title": "Book", "propertyDefinitions": [field]})).await.ok();
}

/// A lab with a structure that has one property of this kind, and an object for each value.
async fn library(kind: &PropertyKind, values: &[Value]) -> (Lab, Vec<String>) {
    let lab = Lab::new().await;
    define(&lab, kind).await;
    let mut books = Vec::new();
    for value in values {
        let body = json!({"structureId": BOOK, "properties": {"title": titled("a book"), FIELD: value}});
        books.push(lab.make(body).await);
    }
    (lab, books)
}

/// The definition of the field in a structure.
fn field(structure: &Value) -> Value {
    let definitions = structure["propertyDefinitions"].as_array().unwrap();
    definitions.iter().find(|definition| definition["id"] == FIELD).unwrap().clone()
}

async fn structure(lab: &Lab) -> Value {
    let all = lab.get("/space/structures").await.ok();
    all["structures"].as_array().unwrap().iter().find(|structure| structure["id"] == BOOK).unwrap().clone()
}

async fn value_of(lab: &Lab, book: &str) -> Value {
    lab.object(book).await["properties"][FIELD].clone()
}

fn text(says: &str) -> Value {
    json!({"type": "text", "text": {"value": says}})
}

fn number(number: i64) -> Value {
    json!({"type": "number", "number": {"value": number}})
}
