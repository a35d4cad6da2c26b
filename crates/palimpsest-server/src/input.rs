//! The input of a call: the query as a JSON object of texts and the body as JSON, both read with exact paths.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use palimpsest_engine::Ignored;
use palimpsest_model::{Dropped, Node, Path, Problem, Problems, Reading, Seen};
use serde_json::{Map, Value};

/// What a call was sent.
#[derive(Debug)]
pub(crate) struct Input {
    query: Value,
    body: Option<Value>,
    ignored: Mutex<Ignored>,
    is_query_read: AtomicBool,
    strict: bool,
}

impl Input {
    /// Reads the query, and the body when the call has one. `strict`: what has no effect is a problem.
    pub(crate) fn new(query: &str, body: Option<&[u8]>, strict: bool) -> Result<Self, Problems> {
        let body = body.filter(|body| !body.is_empty()).map(parse).transpose()?;
        Ok(Self::of(query, body, strict))
    }

    /// The same with a body that was read already.
    pub(crate) fn of(query: &str, body: Option<Value>, strict: bool) -> Self {
        let (ignored, is_query_read) = (Mutex::default(), AtomicBool::new(false));
        Self { query: Value::Object(members(query)), body, ignored, is_query_read, strict }
    }

    /// Reads the query by `read`; all problems, or what it made.
    pub(crate) fn query<T>(&self, read: impl FnOnce(&Node<'_, '_>, &mut Reading) -> Option<T>) -> Result<T, Problems> {
        let (mut reading, seen) = (Reading::default(), Seen::default());
        self.is_query_read.store(true, Ordering::Relaxed);
        let value = read(&Node::watched(&self.query, &seen), &mut reading);
        self.finish(seen.unseen(&self.query), reading, value)
    }

    /// Reads the body, which must be an object, by `read`; all problems, or what it made.
    pub(crate) fn body<T>(&self, read: impl FnOnce(&Node<'_, '_>, &mut Reading) -> Option<T>) -> Result<T, Problems> {
        let (mut reading, seen) = (Reading::default(), Seen::default());
        let node = match &self.body {
            Some(body) => Node::watched(body, &seen),
            None => Node::absent(),
        };
        let value = node.object(&mut reading).and_then(|()| read(&node, &mut reading));
        self.finish(self.body.as_ref().map(|body| seen.unseen(body)).unwrap_or_default(), reading, value)
    }

    /// Ends the reading: what was sent and had no effect, as far as reading could tell; a problem when that is asked for.
    pub(crate) fn ignored(&self) -> Result<Ignored, Problems> {
        let mut ignored = self.ignored.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if !self.is_query_read.load(Ordering::Relaxed) {
            // The call takes no query.
            let keys = self.query.as_object().into_iter().flatten().map(|(key, _)| Path::keys(&[key]));
            ignored.extend(keys);
        }
        if self.strict {
            ignored.refuse()?;
        }
        Ok(ignored)
    }

    /// Whether what has no effect is a problem.
    pub(crate) fn is_strict(&self) -> bool {
        self.strict
    }

    fn finish<T>(&self, unseen: Dropped, mut reading: Reading, value: Option<T>) -> Result<T, Problems> {
        let mut ignored = self.ignored.lock().unwrap_or_else(PoisonError::into_inner);
        ignored.add(unseen);
        ignored.add(reading.take_ignored());
        // After a problem much is unread that would have an effect.
        let value = reading.finish(value)?;
        if self.strict {
            ignored.refuse()?;
        }
        Ok(value)
    }
}

/// The parameters of a query; of several of one name the last. Most have nothing that stands for another character.
fn members(query: &str) -> Map<String, Value> {
    let mut members = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        if pair.contains(['%', '+']) {
            let decoded = form_urlencoded::parse(pair.as_bytes());
            members.extend(decoded.map(|(key, value)| (key.into_owned(), Value::String(value.into_owned()))));
        } else {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            members.insert(key.to_owned(), Value::String(value.to_owned()));
        }
    }
    members
}

fn parse(body: &[u8]) -> Result<Value, Problems> {
    serde_json::from_slice(body).map_err(|error| Problem::new(Path::default(), format!("Invalid JSON: {error}")).into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_query_is_read_as_forms_are(query in "[ab=&%+4é]{0,12}") {
            let forms = form_urlencoded::parse(query.as_bytes());
            let forms = forms.map(|(key, value)| (key.into_owned(), Value::String(value.into_owned())));
            prop_assert_eq!(members(&query), forms.collect::<Map<_, _>>());
        }
    }
}
