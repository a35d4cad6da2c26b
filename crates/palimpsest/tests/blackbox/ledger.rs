//! What was asked of a server and what it acknowledged, and the comparison of that with what is there afterwards.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::http::Client;
use crate::stored::Stored;

/// The paragraphs of a write: how many, and how many letters are added to each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) paragraphs: usize,
    pub(crate) padding: usize,
}

/// A write: paragraphs, added to an object or standing in a new one.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) object: String,
    /// Unique; the paragraphs read `label/0`, `label/1` …, and a new object has it as its title.
    pub(crate) label: String,
    pub(crate) shape: Shape,
    pub(crate) creates: bool,
    /// The revision it was acknowledged with; nothing when the answer was an error or never came.
    pub(crate) revision: Option<i64>,
}

impl Write {
    pub(crate) fn paragraphs(&self) -> Vec<String> {
        let padding = "x".repeat(self.shape.padding);
        (0..self.shape.paragraphs).map(|index| format!("{}/{index}{padding}", self.label)).collect()
    }
}

/// Writes of any number of clients.
#[derive(Clone, Default, Debug)]
pub(crate) struct Ledger {
    pub(crate) writes: Vec<Write>,
}

impl Ledger {
    pub(crate) fn add(&mut self, other: &Self) {
        self.writes.extend_from_slice(&other.writes);
    }

    pub(crate) fn acknowledged(&self) -> usize {
        self.writes.iter().filter(|write| write.revision.is_some()).count()
    }

    /// The newest revision that was acknowledged.
    pub(crate) fn newest(&self) -> i64 {
        self.writes.iter().filter_map(|write| write.revision).max().unwrap_or_default()
    }

    /// Everything that contradicts the promises: an acknowledged write that is missing, one that is there by half, twice or
    /// in the wrong place, a revision given twice, something that nobody wrote. The objects are read over HTTP.
    pub(crate) fn contradictions(&self, client: &mut Client) -> Vec<String> {
        let mut found = self.revisions_given_twice();
        let mut objects: BTreeMap<&str, Vec<&Write>> = BTreeMap::new();
        for write in &self.writes {
            objects.entry(&write.object).or_default().push(write);
        }
        for (id, writes) in objects {
            match client.object(id) {
                Some(object) => check_object(&object, &writes, &mut found),
                None => {
                    let lost = writes.iter().filter(|write| write.revision.is_some());
                    found.extend(lost.map(|write| format!("{write:?} is lost with its object")));
                }
            }
        }
        found
    }

    /// Asserts that nothing is lost or there by half, neither for a client nor in the log.
    pub(crate) fn assert_kept(&self, mut client: Client, stored: &Stored) {
        assert_eq!(self.contradictions(&mut client), Vec::<String>::new());
        client.having_seen(self.newest()).get("/space");
        for write in &self.writes {
            if let Some(revision) = write.revision {
                assert!(
                    stored.touches(revision, &write.object),
                    "the log knows another revision {revision} than {write:?}"
                );
            }
        }
    }

    /// Asserts that what was not acknowledged did not happen.
    pub(crate) fn assert_nothing_else(&self, client: &mut Client) {
        let writes = self.writes.iter().filter(|write| write.revision.is_none()).cloned().collect();
        Self { writes }.assert_absent(client);
    }

    /// Asserts that nothing of this is there.
    pub(crate) fn assert_absent(&self, client: &mut Client) {
        for write in &self.writes {
            let texts = client.object(&write.object).map(|object| texts(&object)).unwrap_or_default();
            assert!(!texts.contains(&write.paragraphs()[0]), "{write:?} is there");
        }
    }

    /// What was acknowledged up to a revision, and what was after it.
    pub(crate) fn split_at(&self, revision: i64) -> (Self, Self) {
        let is_held = |write: &Write| write.revision.is_some_and(|acknowledged| acknowledged <= revision);
        let (held, later) = self.writes.iter().cloned().partition(is_held);
        (Self { writes: held }, Self { writes: later })
    }

    fn revisions_given_twice(&self) -> Vec<String> {
        let mut given = BTreeSet::new();
        let revisions = self.writes.iter().filter_map(|write| write.revision);
        revisions
            .filter(|revision| !given.insert(*revision))
            .map(|revision| format!("{revision} was given twice"))
            .collect()
    }
}

/// Compares one object with the writes to it.
fn check_object(object: &Value, writes: &[&Write], found: &mut Vec<String>) {
    let texts = texts(object);
    let mut places = BTreeMap::new();
    for (place, text) in texts.iter().enumerate() {
        if places.insert(text.as_str(), place).is_some() {
            found.push(format!("{text} is there twice"));
        }
    }
    let mut explained = 0;
    let mut in_order = Vec::new();
    for write in writes {
        let paragraphs = write.paragraphs();
        let there: Vec<_> = paragraphs.iter().filter_map(|text| places.get(text.as_str()).copied()).collect();
        explained += there.len();
        let is_whole = there.len() == write.shape.paragraphs && there.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        match write.revision {
            None if there.is_empty() && !write.creates => {}
            _ if !is_whole => found.push(format!("{write:?} stands at {there:?}")),
            None => {}
            Some(revision) => in_order.push((revision, there[0])),
        }
        let title = object.pointer("/properties/title/title/value").and_then(Value::as_str);
        if write.creates && title != Some(&write.label) {
            found.push(format!("{write:?} has the title {title:?}"));
        }
    }
    if explained != texts.len() {
        found.push(format!(
            "{} of {} paragraphs were written by nobody: {texts:?}",
            texts.len() - explained,
            texts.len()
        ));
    }
    in_order.sort_unstable();
    if !in_order.is_sorted_by_key(|(_, place)| *place) {
        found.push(format!("the order of the revisions is not that of the paragraphs: {in_order:?}"));
    }
}

/// The paragraphs of a page, one string each.
pub(crate) fn texts(object: &Value) -> Vec<String> {
    let text = |block: &Value| {
        let tokens = block["tokens"].as_array().unwrap();
        tokens.iter().map(|token| token["text"].as_str().unwrap()).collect::<String>()
    };
    let blocks = object["blocks"]["RootPage_content"].as_array().unwrap();
    blocks.iter().map(text).filter(|text| !text.is_empty()).collect()
}
