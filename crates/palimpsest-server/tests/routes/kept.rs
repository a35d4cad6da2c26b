//! An oracle of the past: what GET showed at each revision is kept, and afterwards the past has to be just that.

use std::collections::BTreeMap;

use palimpsest_model::{Revision, SpaceId, parse_uuid};
use palimpsest_store::Snapshot;
use serde_json::{Value, json};

use crate::app::Lab;
use crate::object::entries;
use crate::wire::{id, ids};

/// Every object as GET showed it at a revision; nothing for one that could not be seen.
type Shown = BTreeMap<String, Option<Value>>;

/// What was seen after each commit.
#[derive(Default)]
pub(crate) struct Kept(BTreeMap<u64, Shown>);

impl Kept {
    /// Keeps what is seen at a revision.
    pub(crate) fn keep(&mut self, revision: u64, shown: &Shown) {
        self.0.insert(revision, shown.clone());
    }

    /// An object at a revision.
    fn at(&self, object: &str, revision: u64) -> Option<&Value> {
        self.0.get(&revision)?.get(object)?.as_ref()
    }

    /// What could be seen at a revision.
    pub(crate) fn visible(&self, revision: u64) -> BTreeMap<String, Value> {
        let shown = self.0.get(&revision).into_iter().flatten();
        shown.filter_map(|(id, object)| Some((id.clone(), object.clone()?))).collect()
    }

    /// Holds an object that is said to have stood so at a revision against what GET showed then.
    pub(crate) fn check_shown(&self, object: &str, revision: u64, shown: &Value) {
        assert_eq!(self.at(object, revision), Some(shown), "{object} at {revision}");
    }

    /// Holds the past against what was kept.
    pub(crate) async fn check(&self, lab: &Lab) {
        let Some((_, last)) = self.0.last_key_value() else { return };
        let objects: Vec<_> = last.keys().cloned().collect();
        for revision in self.0.keys() {
            self.check_revision(lab, &objects, *revision).await;
        }
        let mut all = Vec::new();
        let mut trash = Vec::new();
        for object in &objects {
            let history = entries(lab, object, 3).await;
            self.check_history(lab, object, &history).await;
            if history[0]["kind"] == "trashed" {
                trash.push(object.clone());
            }
            all.extend(history.iter().map(|entry| {
                let revision = entry["revision"].as_u64().unwrap();
                (revision, object.clone(), entry["kind"].clone(), entry["paths"].clone(), entry["by"].clone())
            }));
        }
        all.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        assert_eq!(all, log(lab).await, "the histories together are the log");
        let listed = lab.get("/trash?limit=1000").await.ok();
        let mut listed: Vec<_> = listed["results"].as_array().unwrap().iter().map(id).collect();
        listed.sort();
        assert_eq!(listed, trash);
    }

    async fn check_revision(&self, lab: &Lab, objects: &[String], revision: u64) {
        for some in objects.chunks(100) {
            let many = lab.post("/objects/get", &json!({"ids": some, "revision": revision})).await.ok();
            let results = many["results"].as_array().unwrap();
            assert_eq!(results.len(), some.len());
            for (object, found) in some.iter().zip(results) {
                let expected = self.at(object, revision);
                assert_eq!(found.get("object"), expected, "{object} at {revision}");
                assert_eq!((&found["id"], found["error"].is_null()), (&json!(object), expected.is_some()));
                // Each by itself only where something happened to it, which makes the work linear.
                if expected != self.at(object, revision - 1) {
                    let reply = lab.get(&format!("/object?id={object}&revision={revision}")).await;
                    let status = if expected.is_some() { 200 } else { 404 };
                    assert_eq!(reply.status, status, "{object} at {revision}");
                    assert!(expected.is_none_or(|expected| *expected == reply.json()));
                }
            }
        }
    }

    async fn check_history(&self, lab: &Lab, object: &str, history: &[Value]) {
        let revision = |entry: &Value| entry["revision"].as_u64().unwrap();
        assert!(history.is_sorted_by(|one, other| revision(one) > revision(other)), "{history:?}");
        let (first, rest) = history.split_last().unwrap();
        assert_eq!((&first["kind"], &first["paths"]), (&json!("created"), &json!([])));
        for entry in history {
            let (before, after) = (self.at(object, revision(entry) - 1), self.at(object, revision(entry)));
            let expected: &[&str] = match (before.is_some(), after.is_some()) {
                (true, true) => &["updated"],
                (true, false) => &["trashed", "deleted"],
                (false, true) => &["created", "restored"],
                (false, false) => &["deleted"],
            };
            assert!(expected.contains(&entry["kind"].as_str().unwrap()), "{object}: {entry}");
        }
        for (entry, earlier) in rest.iter().zip(&history[1..]) {
            self.check_difference(lab, object, revision(earlier), entry).await;
        }
    }

    /// The difference to the version before has the paths of the entry, and its values are those that were shown.
    async fn check_difference(&self, lab: &Lab, object: &str, from: u64, entry: &Value) {
        let to = entry["revision"].as_u64().unwrap();
        let difference = async |from: u64, to: u64| {
            let reply = lab.get(&format!("/object/diff?id={object}&from={from}&to={to}")).await.ok();
            reply["changes"].as_array().unwrap().clone()
        };
        let there = difference(from, to).await;
        let paths: Vec<_> = there.iter().map(|change| change["path"].clone()).collect();
        assert_eq!(json!(paths), entry["paths"], "{object} from {from} to {to}");
        for change in &there {
            let path = change["path"].as_str().unwrap();
            assert!(path.ends_with(".position") || change["before"] != change["after"], "{object} to {to}: {change}");
            for (side, revision) in [("before", from), ("after", to)] {
                if let Some(shown) = self.at(object, revision) {
                    check_value(shown, path, &change[side]);
                }
            }
        }
        // On the way back the same blocks and values change; which of two blocks that changed places has moved is open.
        let still = |changes: Vec<Value>, before: &str, after: &str| {
            let told = |change: &Value| {
                let path = change["path"].as_str().unwrap();
                let end = path.rsplit('.').next().unwrap();
                let name = if ["inserted", "deleted"].contains(&end) { path.trim_end_matches(end) } else { path };
                (end != "position").then(|| (name.to_owned(), change[before].clone(), change[after].clone()))
            };
            let mut told: Vec<_> = changes.iter().filter_map(told).collect();
            told.sort_by(|one, other| one.0.cmp(&other.0));
            told.into_iter().map(|told| (block_of(told.0), told.1, told.2)).collect::<Vec<_>>()
        };
        let back = difference(to, from).await;
        assert_eq!(still(back, "after", "before"), still(there, "before", "after"), "{object} from {to} to {from}");
    }
}

/// A path without the section, which is the new one on either way.
fn block_of(path: String) -> String {
    match path.strip_prefix("blocks.") {
        Some(rest) => rest.rsplitn(3, '.').take(2).collect(),
        None => path,
    }
}

/// Holds a value of a difference against the object that was shown.
fn check_value(shown: &Value, path: &str, value: &Value) {
    if path == "trashed" {
        assert_eq!(value, &json!(false));
    } else if path == "collections" {
        assert_eq!(value, &shown["collections"]);
    } else if let Some(property) = path.strip_prefix("properties.") {
        let none = json!({"type": "title", "title": {"value": null}});
        let expected = shown["properties"].get(property).unwrap_or(&Value::Null);
        assert!(value == expected || (value.is_null() && *expected == none), "{path}: {value} is not {expected}");
    } else if path.ends_with(".inserted") || path.ends_with(".deleted") {
        let block = path.rsplit('.').nth(1).unwrap();
        let all = shown["blocks"].as_object().unwrap().values();
        let found = all.flat_map(|list| find(list.as_array().unwrap(), block)).next();
        assert_eq!(value, found.unwrap_or(&Value::Null), "{path}");
    }
}

/// The block of this id, wherever it stands.
fn find<'b>(blocks: &'b [Value], id: &str) -> Option<&'b Value> {
    blocks.iter().find_map(|block| {
        if block["id"] == id {
            return Some(block);
        }
        if !ids(std::slice::from_ref(block)).iter().any(|below| below == id) {
            return None;
        }
        let columns = block["columns"].as_array().into_iter().flatten();
        let mut lists = block.get("blocks").into_iter().chain(columns);
        lists.find_map(|list| find(list.as_array().unwrap(), id))
    })
}

/// What the log says of objects.
async fn log(lab: &Lab) -> Vec<(u64, String, Value, Value, Value)> {
    let space = SpaceId(parse_uuid(&lab.space).unwrap());
    let read = |snapshot: &mut Snapshot<'_>| snapshot.entries(Revision(0), usize::MAX);
    let entries = lab.app.engine.store().read(space, read).await.unwrap().value.unwrap();
    let mut log = Vec::new();
    for entry in entries {
        let by = json!(entry.actor);
        log.extend(entry.objects.into_iter().map(|change| {
            (entry.revision.0, change.id.to_string(), json!(change.kind), json!(change.paths), by.clone())
        }));
    }
    log.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    log
}
