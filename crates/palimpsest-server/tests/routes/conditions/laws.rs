//! Laws of entity tags, on random walks over all kinds of writes.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use palimpsest_engine::admin::{Command, Reply as Told};
use serde_json::{Value, json};

use super::{revision, short};
use crate::app::Reply;
use crate::walk::{Walk, length};
use crate::wire::id;

#[tokio::test]
async fn tags_stand_for_bytes_and_for_versions_whatever_is_written() {
    for seed in 100..100 + length().0 {
        let mut book = Book::new(seed).await;
        for step in 0..length().1 {
            book.step(step).await;
        }
        assert!(book.lists.values().any(|list| list.changes > 3), "nothing happened");
    }
}

/// What was seen of a list when it was last looked at.
struct Known {
    rows: Vec<Value>,
    tag: String,
    changes: usize,
    step: usize,
}

struct Book {
    walk: Walk,
    shelf: String,
    /// The bytes that each tag stood for.
    bytes: BTreeMap<String, Vec<u8>>,
    /// The last tag of each object that could be seen.
    objects: BTreeMap<String, (String, Vec<u8>)>,
    /// The version of every object that can be seen.
    versions: BTreeMap<String, String>,
    lists: BTreeMap<String, Known>,
}

impl Book {
    async fn new(seed: u64) -> Self {
        let mut walk = Walk::new(seed).await;
        let (space, structure) = (Some(walk.twins.lab.space.clone()), "RootPage".to_owned());
        let told =
            walk.twins.lab.app.administer(Command::CollectionCreate { space, structure, title: "Shelf".to_owned() });
        let Told::Collection(shelf) = told.await else { panic!("no collection") };
        walk.head = walk.twins.lab.head().await;
        Self {
            walk,
            shelf: shelf.id.to_string(),
            bytes: BTreeMap::new(),
            objects: BTreeMap::new(),
            versions: BTreeMap::new(),
            lists: BTreeMap::new(),
        }
    }

    async fn step(&mut self, step: usize) {
        let reply = if step % 5 == 4 { self.shelve(step).await } else { self.walk.step(step).await };
        self.check_write(&reply).await;
        let versions = self.check_objects().await;
        let written: BTreeSet<String> = versions
            .iter()
            .filter(|(id, version)| self.versions.get(*id) != Some(version))
            .map(|(id, _)| id.clone())
            .collect();
        self.versions = versions;
        for uri in self.uris() {
            self.check_list(step, &uri, &written).await;
        }
    }

    /// Puts a page on the shelf, or takes it off.
    async fn shelve(&mut self, step: usize) -> Reply {
        let pages = self
            .walk
            .seen
            .iter()
            .filter(|(_, object)| object.as_ref().is_some_and(|object| object["structureId"] == "RootPage"));
        let Some((page, _)) = pages.cycle().nth(step) else { return self.walk.step(step).await };
        let on = self.walk.seen[page].as_ref().unwrap()["collections"].as_array().is_some_and(|list| !list.is_empty());
        let body = json!({"id": page, "collections": if on { json!([]) } else { json!([self.shelf]) }});
        self.walk.send(step, Method::PATCH, "/object".to_owned(), body).await
    }

    /// Other bytes have another tag.
    fn record(&mut self, reply: &Reply) {
        let known = self.bytes.entry(reply.etag()).or_insert_with(|| reply.body.to_vec());
        assert_eq!(known.as_slice(), &*reply.body, "{}: one tag of two bodies", self.walk.what);
    }

    /// The tag of a write is that of the next read; of what it left in the trash, its revision.
    async fn check_write(&mut self, reply: &Reply) {
        if reply.status != 200 {
            return;
        }
        let tag = reply.etag();
        if reply.body.is_empty() {
            assert_eq!(tag, short(&tag), "{}", self.walk.what);
            return;
        }
        let read = self.walk.twins.lab.get(&format!("/object?id={}", id(&reply.json()))).await;
        if read.status == 200 {
            assert_eq!(read.etag(), tag, "{}", self.walk.what);
        } else {
            assert_eq!(Some(revision(&tag)), reply.revision(), "{}", self.walk.what);
        }
    }

    /// An object keeps its tag while it shows the same. Answers the versions of all.
    async fn check_objects(&mut self) -> BTreeMap<String, String> {
        let rows = self.walk.twins.lab.get("/objects?limit=1000").await.ok();
        let mut versions = BTreeMap::new();
        for row in rows["results"].as_array().unwrap() {
            versions.insert(id(row), row["etag"].as_str().unwrap().to_owned());
        }
        for (object, version) in &versions {
            let read = self.walk.twins.lab.get(&format!("/object?id={object}")).await;
            assert_eq!(&short(&read.etag()), version, "{}", self.walk.what);
            self.record(&read);
            let seen = (read.etag(), read.body.to_vec());
            if let Some((tag, bytes)) = self.objects.insert(object.clone(), seen) {
                assert_eq!(tag == read.etag(), bytes == read.body, "{}: {tag}, {}", self.walk.what, read.etag());
            }
            if self.versions.get(object) != Some(version) {
                let text = self.walk.twins.lab.get(&format!("/object/markdown?id={object}")).await;
                assert_eq!(&short(&text.etag()), version, "{}", self.walk.what);
                self.record(&text);
            }
        }
        versions
    }

    fn uris(&self) -> Vec<String> {
        let structures = ["RootPage", "RootTag", "RootTask", "UtilDate"];
        let mut uris = structures.map(|id| format!("/objects/structure?id={id}&pageSize=100")).to_vec();
        uris.push("/objects?limit=1000".to_owned());
        uris.push(format!("/objects/collection?id={}&pageSize=100", self.shelf));
        let tags = self
            .walk
            .seen
            .iter()
            .filter(|(_, object)| object.as_ref().is_some_and(|object| object["structureId"] == "RootTag"));
        uris.extend(tags.map(|(id, _)| format!("/objects/tag?id={id}&pageSize=100")));
        uris
    }

    /// The tag of a list changes exactly when its rows do or one of them was written, to the head, and never goes back.
    async fn check_list(&mut self, step: usize, uri: &str, written: &BTreeSet<String>) {
        let reply = self.walk.twins.lab.get(uri).await;
        self.record(&reply);
        let what = format!("{}: {uri}", self.walk.what);
        let mut body = reply.ok();
        assert_eq!(body["nextCursor"], Value::Null, "{what} has more than a page");
        let Value::Array(rows) = body["results"].take() else { panic!("{what} has no rows") };
        let tag = short(&reply.etag());
        if let Some(known) = self.lists.get(uri) {
            let has_changed = known.rows != rows || rows.iter().any(|row| written.contains(&id(row)));
            if tag != known.tag {
                assert!(revision(&tag) > revision(&known.tag), "{what} went back from {} to {tag}", known.tag);
            }
            // The tag of a list may be in the trash for a while: what happened to the list meanwhile nobody saw.
            if known.step + 1 == step {
                assert_eq!(tag != known.tag, has_changed, "{what}: {}, then {tag}", known.tag);
            }
        }
        let before = self.lists.remove(uri);
        let changes = before.map_or(0, |known| known.changes + usize::from(known.tag != tag));
        self.lists.insert(uri.to_owned(), Known { rows, tag, changes, step });
    }
}
