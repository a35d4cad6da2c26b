//! What each endpoint says of itself; the document is made of these descriptions and of the route list.

use std::borrow::Cow;

use palimpsest_engine::Code;
use serde_json::{Value, json};

use super::answers::Success;

/// What a call is for, what it takes, what it answers. Method, path and scope stand in the route list.
pub(crate) struct Description {
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) about: Option<Cow<'static, str>>,
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Value>,
    /// What the bytes are that make up the body, when it is no JSON.
    pub(super) raw: Option<&'static str>,
    pub(super) successes: Vec<Success>,
    pub(super) refusals: Vec<Code>,
    pub(super) is_abortable: bool,
}

impl Description {
    /// A call by the name that clients give it (where the official SDK has it, the SDK's), and what it does in one line.
    pub(crate) fn new(id: &'static str, summary: &'static str) -> Self {
        let (parameters, successes, refusals) = (Vec::new(), Vec::new(), Vec::new());
        Self { id, summary, about: None, parameters, body: None, raw: None, successes, refusals, is_abortable: false }
    }

    /// What else there is to know.
    pub(crate) fn about(mut self, about: impl Into<Cow<'static, str>>) -> Self {
        self.about = Some(about.into());
        self
    }

    /// A step of the path that stands for any.
    pub(crate) fn follows(mut self, name: &str, schema: Value) -> Self {
        self.parameters.push(json!({"in": "path", "name": name, "required": true, "schema": schema}));
        self
    }

    /// A query parameter that must be given.
    pub(crate) fn needs(mut self, name: &str, schema: Value) -> Self {
        self.parameters.push(json!({"in": "query", "name": name, "required": true, "schema": schema}));
        self
    }

    /// A query parameter that may be given.
    pub(crate) fn takes(mut self, name: &str, schema: Value) -> Self {
        self.parameters.push(json!({"in": "query", "name": name, "schema": schema}));
        self
    }

    /// A header that may be sent.
    pub(crate) fn hears(mut self, name: &str, schema: Value) -> Self {
        self.parameters.push(json!({"in": "header", "name": name, "schema": schema}));
        self
    }

    /// The body.
    pub(crate) fn body(mut self, schema: Value) -> Self {
        self.body = Some(schema);
        self
    }

    /// A body of bytes.
    pub(crate) fn raw(self, about: &'static str) -> Self {
        Self { raw: Some(about), ..self }
    }

    /// What it answers when it succeeds.
    pub(crate) fn answers(mut self, success: Success) -> Self {
        self.successes.push(success);
        self
    }

    /// It is made of parts, each of which may be refused as a call of its own is.
    pub(crate) fn aborts(self) -> Self {
        Self { is_abortable: true, ..self }
    }

    /// What it may answer besides what every call may.
    pub(crate) fn refuses(mut self, codes: &[Code]) -> Self {
        self.refusals.extend_from_slice(codes);
        self
    }
}
