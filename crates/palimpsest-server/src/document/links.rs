//! Which call an answer leads to.

use serde_json::{Value, json};

/// A call, and what of the answer goes into it.
pub(crate) struct Link {
    pub(super) name: &'static str,
    operation: &'static str,
    parameters: Value,
    body: Option<Value>,
}

impl Link {
    /// To a call that takes parameters.
    pub(crate) fn new(name: &'static str, operation: &'static str, parameters: Value) -> Self {
        Self { name, operation, parameters, body: None }
    }

    /// To a call that takes a body.
    pub(crate) fn with_body(name: &'static str, operation: &'static str, body: Value) -> Self {
        Self { name, operation, parameters: json!({}), body: Some(body) }
    }

    pub(super) fn value(&self) -> Value {
        let mut link = json!({"operationId": self.operation});
        if self.parameters != json!({}) {
            link["parameters"] = self.parameters.clone();
        }
        if let Some(body) = &self.body {
            link["requestBody"] = body.clone();
        }
        link
    }
}

const ID: &str = "$response.body#/id";
/// The first block of a page; other structures have sections of other names.
const BLOCK: &str = "$response.body#/blocks/RootPage_content/0/id";

/// What can be done with an object that was shown.
pub(super) fn of_an_object() -> Vec<Link> {
    let mut links = of_an_id(ID);
    links.push(Link::with_body("updateBlock", "blocks.block.update", json!({"id": ID, "blockId": BLOCK})));
    let block = json!({"query.objectId": ID, "query.blockId": BLOCK});
    links.push(Link::new("deleteBlock", "blocks.block.delete", block));
    links
}

/// What can be done with the first object of a list.
pub(super) fn of_a_page() -> Vec<Link> {
    of_an_id("$response.body#/results/0/id")
}

fn of_an_id(id: &str) -> Vec<Link> {
    vec![
        Link::new("get", "object.get", json!({"query.id": id})),
        Link::with_body("update", "object.update", json!({"id": id})),
        Link::new("delete", "object.delete", json!({"query.id": id})),
        Link::with_body("append", "blocks.append", json!({"id": id})),
    ]
}
