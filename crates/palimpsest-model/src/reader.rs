//! Reading JSON with exact paths: a node is a value and the trail that led to it; what is wrong is noted and reading goes on.
//!
//! serde's derived readers stop at the first problem and lose the path inside tagged enums, hence this cursor.

use std::cell::RefCell;

use serde_json::Value;

use crate::addresses::Addresses;
use crate::problem::{Path, Problem, Problems, Step};

/// The notes of one reading.
#[derive(Default)]
pub struct Reading {
    problems: Problems,
    ignored: Dropped,
}

impl Reading {
    /// Notes a problem at a node.
    pub fn problem(&mut self, node: &Node<'_, '_>, message: impl Into<String>) {
        self.problems.push(Problem::new(node.path(), message));
    }

    /// Notes that the value of a node has no effect.
    pub fn ignore(&mut self, node: &Node<'_, '_>) {
        self.ignored.note(&node.trail);
    }

    /// What was noted by [`ignore`](Self::ignore).
    pub fn take_ignored(&mut self) -> Dropped {
        std::mem::take(&mut self.ignored)
    }

    /// Notes a problem at a path that no node stands for.
    pub fn problem_at(&mut self, path: Path, message: impl Into<String>) {
        self.problems.push(Problem::new(path, message));
    }

    /// Notes a problem of the whole input, which has no path.
    pub fn general(&mut self, message: impl Into<String>) {
        self.problems.push(Problem::new(Path::default(), message));
    }

    /// `value` when it was read without a problem, else all problems. An absent value without a problem is a mistake of the
    /// reader, answered as an invalid input rather than a panic.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Problems> {
        match value {
            Some(value) => self.problems.check(value),
            None => {
                if self.problems.is_empty() {
                    self.general("Invalid input");
                }
                Err(self.problems)
            }
        }
    }
}

/// Paths of what has no effect. A large document can have a path of a megabyte for each of its members, so the later ones are
/// only counted.
#[derive(Clone, Default, Debug)]
pub struct Dropped {
    /// The first of them.
    pub paths: Vec<Path>,
    /// How many more there are.
    pub more: usize,
    letters: usize,
}

/// So many paths are kept, and no more once they have so many letters together.
const KEPT: usize = 100;
const LETTERS: usize = 64 * 1024;

impl Dropped {
    fn note(&mut self, trail: &Trail<'_>) {
        if self.paths.len() == KEPT || self.letters > LETTERS {
            self.more += 1;
            return;
        }
        let path = trail.path();
        self.letters += path.letters();
        self.paths.push(path);
    }
}

/// Which values of a document were looked at, by their addresses, so that the others can be named: they have no effect.
#[derive(Default)]
pub struct Seen {
    values: RefCell<Addresses>,
    /// Objects that were read by their members; of one that was read as a whole no member is unseen.
    opened: RefCell<Addresses>,
}

impl Seen {
    /// The members of a document that nothing looked at.
    #[must_use]
    pub fn unseen(&self, document: &Value) -> Dropped {
        let mut unseen = Dropped::default();
        self.walk(document, &Trail::Root, &mut unseen);
        unseen
    }

    fn walk(&self, value: &Value, trail: &Trail<'_>, unseen: &mut Dropped) {
        let is_seen = |value: &Value| self.values.borrow().contains(&address(value));
        match value {
            Value::Object(members) if self.opened.borrow().contains(&address(value)) => {
                for (key, member) in members {
                    let trail = Trail::Key(trail, key);
                    if is_seen(member) { self.walk(member, &trail, unseen) } else { unseen.note(&trail) }
                }
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate().filter(|(_, element)| is_seen(element)) {
                    self.walk(element, &Trail::Index(trail, index), unseen);
                }
            }
            _ => {}
        }
    }
}

fn address(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

#[derive(Clone, Copy)]
enum Trail<'t> {
    Root,
    Key(&'t Trail<'t>, &'t str),
    Index(&'t Trail<'t>, usize),
}

impl Trail<'_> {
    fn path(&self) -> Path {
        let mut steps = Vec::new();
        let mut trail = self;
        loop {
            match trail {
                Trail::Root => break,
                Trail::Key(parent, key) => {
                    steps.push(Step::Key((*key).to_owned()));
                    trail = parent;
                }
                Trail::Index(parent, index) => {
                    steps.push(Step::Index(*index));
                    trail = parent;
                }
            }
        }
        steps.reverse();
        Path(steps)
    }
}

/// A JSON value, possibly absent, and where it stands. `'t` is the trail, `'v` the document.
#[derive(Clone, Copy)]
pub struct Node<'t, 'v> {
    value: Option<&'v Value>,
    trail: Trail<'t>,
    seen: Option<&'t Seen>,
}

impl<'v> Node<'static, 'v> {
    /// The document itself.
    #[must_use]
    pub fn root(value: &'v Value) -> Self {
        Self { value: Some(value), trail: Trail::Root, seen: None }
    }

    /// The document that was not sent.
    #[must_use]
    pub fn absent() -> Self {
        Self { value: None, trail: Trail::Root, seen: None }
    }
}

impl<'t, 'v> Node<'t, 'v> {
    /// The document itself; what is looked at is noted.
    #[must_use]
    pub fn watched(value: &'v Value, seen: &'t Seen) -> Self {
        Self { value: Some(value), trail: Trail::Root, seen: Some(seen) }
    }

    fn child<'n>(&'n self, value: Option<&'v Value>, trail: Trail<'n>) -> Node<'n, 'v> {
        if let (Some(seen), Some(value)) = (self.seen, value) {
            seen.values.borrow_mut().insert(address(value));
        }
        Node { value, trail, seen: self.seen }
    }

    fn open(&self) {
        if let (Some(seen), Some(value)) = (self.seen, self.value) {
            seen.opened.borrow_mut().insert(address(value));
        }
    }

    /// The member `key`; absent when this is no object or has none.
    #[must_use]
    pub fn get<'n>(&'n self, key: &'n str) -> Node<'n, 'v> {
        self.open();
        self.child(self.value.and_then(|value| value.get(key)), Trail::Key(&self.trail, key))
    }

    /// Whether there is no value here (`null` is a value).
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.value.is_none()
    }

    /// Whether the value is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, Some(Value::Null))
    }

    /// This node when it holds a value.
    #[must_use]
    pub fn optional(self) -> Option<Self> {
        (!self.is_absent()).then_some(self)
    }

    /// Reads this node by `read` when it holds a value. The outer `None` means that a problem was noted.
    pub fn given<T>(
        &self,
        reading: &mut Reading,
        read: impl FnOnce(&Self, &mut Reading) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.is_absent() { Some(None) } else { read(self, reading).map(Some) }
    }

    /// This node when it holds a value other than `null`.
    #[must_use]
    pub fn present(self) -> Option<Self> {
        (!self.is_absent() && !self.is_null()).then_some(self)
    }

    /// The raw value.
    #[must_use]
    pub fn value(&self) -> Option<&'v Value> {
        self.value
    }

    /// A text.
    pub fn string(&self, reading: &mut Reading) -> Option<&'v str> {
        self.expect(reading, "string", Value::as_str)
    }

    /// A text or `null`; the outer `None` means a problem was noted.
    pub fn nullable_string(&self, reading: &mut Reading) -> Option<Option<String>> {
        if self.is_null() { Some(None) } else { self.string(reading).map(|text| Some(text.to_owned())) }
    }

    /// A truth value.
    pub fn boolean(&self, reading: &mut Reading) -> Option<bool> {
        self.expect(reading, "boolean", Value::as_bool)
    }

    /// A number.
    pub fn number(&self, reading: &mut Reading) -> Option<&'v serde_json::Number> {
        self.expect(reading, "number", Value::as_number)
    }

    /// The elements of an array, each with its place.
    pub fn elements<'n>(
        &'n self,
        reading: &mut Reading,
    ) -> Option<impl ExactSizeIterator<Item = Node<'n, 'v>> + use<'n, 't, 'v>> {
        let elements = self.expect(reading, "array", Value::as_array)?;
        Some(
            elements.iter().enumerate().map(|(index, value)| self.child(Some(value), Trail::Index(&self.trail, index))),
        )
    }

    /// The members of an object with their keys, in the order of the keys.
    pub fn members<'n>(
        &'n self,
        reading: &mut Reading,
    ) -> Option<impl ExactSizeIterator<Item = (&'v str, Node<'n, 'v>)> + use<'n, 't, 'v>>
    where
        'v: 'n,
    {
        let members = self.expect(reading, "object", Value::as_object)?;
        self.open();
        Some(members.iter().map(|(key, value)| {
            let key = key.as_str();
            (key, self.child(Some(value), Trail::Key(&self.trail, key)))
        }))
    }

    /// Notes a problem unless this is an object.
    pub fn object(&self, reading: &mut Reading) -> Option<()> {
        self.expect(reading, "object", Value::as_object).map(|_| ())
    }

    /// One of a few words, as an enum.
    pub fn word<T: Copy>(&self, reading: &mut Reading, words: &[(&str, T)]) -> Option<T> {
        let found = self.value.and_then(Value::as_str).and_then(|text| words.iter().find(|(word, _)| *word == text));
        if found.is_none() {
            let quoted: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            reading.problem(self, format!("Invalid option: expected one of {}", quoted.join("|")));
        }
        found.map(|(_, value)| *value)
    }

    /// Where this node stands.
    #[must_use]
    pub fn path(&self) -> Path {
        self.trail.path()
    }

    fn expect<T>(&self, reading: &mut Reading, expected: &str, cast: impl Fn(&'v Value) -> Option<T>) -> Option<T> {
        let found = self.value.and_then(cast);
        if found.is_none() {
            reading.problem(self, format!("Invalid input: expected {expected}, received {}", self.kind()));
        }
        found
    }

    fn kind(&self) -> &'static str {
        match self.value {
            None => "undefined",
            Some(Value::Null) => "null",
            Some(Value::Bool(_)) => "boolean",
            Some(Value::Number(_)) => "number",
            Some(Value::String(_)) => "string",
            Some(Value::Array(_)) => "array",
            Some(Value::Object(_)) => "object",
        }
    }
}
