//! The input of a call: the query as a JSON object of texts and the body as JSON, both read with exact paths.

use std::sync::{Mutex, PoisonError};

use palimpsest_engine::Ignored;
use palimpsest_model::{Node, Path, Problem, Problems, Reading, Seen};
use serde_json::{Map, Value};

/// What a call was sent.
#[derive(Debug)]
pub(crate) struct Input {
    query: Value,
    body: Option<Value>,
    ignored: Mutex<Ignored>,
}

impl Input {
    /// Reads the query, and the body when the call has one.
    pub(crate) fn new(query: &str, body: Option<&[u8]>) -> Result<Self, Problems> {
        let members: Map<_, _> = form_urlencoded::parse(query.as_bytes())
            .map(|(key, value)| (key.into_owned(), Value::String(value.into_owned())))
            .collect();
        let body = body.filter(|body| !body.is_empty()).map(parse).transpose()?;
        Ok(Self { query: Value::Object(members), body, ignored: Mutex::default() })
    }

    /// Reads the query by `read`; all problems, or what it made.
    pub(crate) fn query<T>(&self, read: impl FnOnce(&Node<'_, '_>, &mut Reading) -> Option<T>) -> Result<T, Problems> {
        let (mut reading, seen) = (Reading::default(), Seen::default());
        let value = read(&Node::watched(&self.query, &seen), &mut reading);
        self.note(seen.unseen(&self.query), &mut reading);
        reading.finish(value)
    }

    /// Reads the body, which must be an object, by `read`; all problems, or what it made.
    pub(crate) fn body<T>(&self, read: impl FnOnce(&Node<'_, '_>, &mut Reading) -> Option<T>) -> Result<T, Problems> {
        let (mut reading, seen) = (Reading::default(), Seen::default());
        let node = match &self.body {
            Some(body) => Node::watched(body, &seen),
            None => Node::absent(),
        };
        let value = node.object(&mut reading).and_then(|()| read(&node, &mut reading));
        self.note(self.body.as_ref().map(|body| seen.unseen(body)).unwrap_or_default(), &mut reading);
        reading.finish(value)
    }

    /// What was sent and had no effect, as far as reading could tell.
    pub(crate) fn ignored(&self) -> Ignored {
        self.ignored.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, unseen: Vec<Path>, reading: &mut Reading) {
        let mut ignored = self.ignored.lock().unwrap_or_else(PoisonError::into_inner);
        ignored.extend(unseen);
        ignored.extend(reading.take_ignored());
    }
}

fn parse(body: &[u8]) -> Result<Value, Problems> {
    serde_json::from_slice(body).map_err(|error| Problem::new(Path::default(), format!("Invalid JSON: {error}")).into())
}
