//! What is sent.

use std::fmt;
use std::time::Duration;

use palimpsest_model::{ObjectId, Tag};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use serde::Serialize;

use crate::queue::Subject;

/// What is sent.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) timeout: Option<Duration>,
    /// Whether it changes nothing, so that it may be sent again whatever became of it.
    pub(crate) reads: bool,
    /// What it is about, as far as that is known.
    pub(crate) subjects: Vec<Subject>,
    /// The object it changes, when there has to be one.
    pub(crate) amends: Option<ObjectId>,
    /// Whether it shows what was, not what is.
    pub(crate) past: bool,
    /// Whether the server takes no key for it.
    pub(crate) unkeyed: bool,
    /// Whether it has the same effect however often it is sent, without a key.
    pub(crate) repeatable: bool,
    /// What the body is.
    pub(crate) media: &'static str,
}

impl Request {
    pub(crate) fn new(method: Method, path: &'static str) -> Self {
        let reads = method == Method::GET;
        Self {
            method,
            path,
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            timeout: None,
            reads,
            subjects: Vec::new(),
            amends: None,
            past: false,
            unkeyed: false,
            repeatable: false,
            media: "application/json",
        }
    }

    /// A read that asks with a body.
    pub(crate) fn asking(path: &'static str, body: &impl Serialize) -> Self {
        Self { reads: true, ..Self::new(Method::POST, path).json(body) }
    }

    pub(crate) fn query(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.query.push((key, value.to_string()));
        self
    }

    pub(crate) fn json(self, body: &impl Serialize) -> Self {
        // Bodies are lists and maps with text keys of words, ids and numbers: writing them cannot fail.
        Self { body: Some(serde_json::to_vec(body).unwrap_or_default()), ..self }
    }

    /// A body that is no JSON.
    pub(crate) fn bytes(self, bytes: Vec<u8>) -> Self {
        Self { body: Some(bytes), media: "application/octet-stream", ..self }
    }

    /// A write that has the same effect however often it is sent.
    pub(crate) fn repeatable(self) -> Self {
        Self { repeatable: true, ..self.unkeyed() }
    }

    /// A write to an object.
    pub(crate) fn amending(self, id: ObjectId) -> Self {
        Self { amends: Some(id), ..self.about([Subject::Object(id)]) }
    }

    pub(crate) fn about(self, subjects: impl IntoIterator<Item = Subject>) -> Self {
        Self { subjects: subjects.into_iter().collect(), ..self }
    }

    /// A read of what was.
    pub(crate) fn past(self) -> Self {
        Self { past: true, ..self }
    }

    /// A write that has an effect each time it is sent.
    pub(crate) fn unkeyed(self) -> Self {
        Self { unkeyed: true, ..self }
    }

    pub(crate) fn if_match(&mut self, tag: Tag) {
        // A tag is quotation marks, digits and a dot.
        if let Ok(value) = HeaderValue::try_from(tag.to_string()) {
            self.headers.insert(IF_MATCH, value);
        }
    }

    /// The one object it names.
    pub(crate) fn named(&self) -> Option<ObjectId> {
        match self.subjects[..] {
            [Subject::Object(id)] => Some(id),
            _ => None,
        }
    }

    /// Whether it says itself when it is to be done.
    pub(crate) fn is_conditional(&self) -> bool {
        self.headers.contains_key(IF_MATCH) || self.headers.contains_key(IF_NONE_MATCH)
    }

    /// The value of a header; of several fields, all of them.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let fields: Vec<_> = self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        (!fields.is_empty()).then(|| fields.join(", "))
    }
}
