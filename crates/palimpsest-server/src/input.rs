//! The input of a call: the query as a JSON object of texts and the body as JSON, both read with exact paths.

use palimpsest_model::{Node, Path, Problem, Problems, Reading};
use serde_json::{Map, Value};

/// What a call was sent.
#[derive(Debug)]
pub(crate) struct Input {
    query: Value,
    body: Option<Value>,
}

impl Input {
    /// Reads the query, and the body when the call has one.
    pub(crate) fn new(query: &str, body: Option<&[u8]>) -> Result<Self, Problems> {
        let members: Map<_, _> = form_urlencoded::parse(query.as_bytes())
            .map(|(key, value)| (key.into_owned(), Value::String(value.into_owned())))
            .collect();
        let body = body.filter(|body| !body.is_empty()).map(parse).transpose()?;
        Ok(Self { query: Value::Object(members), body })
    }

    /// Reads the query by `read`; all problems, or what it made.
    pub(crate) fn query<T>(&self, read: impl FnOnce(&Node<'_, '_>, &mut Reading) -> Option<T>) -> Result<T, Problems> {
        let mut reading = Reading::default();
        let value = read(&Node::root(&self.query), &mut reading);
        reading.finish(value)
    }

    /// Reads the body, which must be an object, by `read`; all problems, or what it made.
    pub(crate) fn body<T>(&self, read: impl FnOnce(&Node<'_, '_>, &mut Reading) -> Option<T>) -> Result<T, Problems> {
        let mut reading = Reading::default();
        let node = self.body.as_ref().map_or_else(Node::absent, Node::root);
        let value = node.object(&mut reading).and_then(|()| read(&node, &mut reading));
        reading.finish(value)
    }
}

fn parse(body: &[u8]) -> Result<Value, Problems> {
    serde_json::from_slice(body).map_err(|error| Problem::new(Path::default(), format!("Invalid JSON: {error}")).into())
}
