//! Random calls that change the schema, and objects with it, on both stores: what is answered is the same; and after each of them
//! whatever an object holds is defined, and the past is what it was.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::Method;
use palimpsest_model::{SpaceId, State, misfits, parse_uuid};
use palimpsest_store::{List, Snapshot};
use palimpsest_store_sqlite::{Options, SqliteStore};
use serde_json::{Value, json};

use super::{COLLECTIONS, PROPERTIES, STRUCTURES, part};
use crate::app::{App, Lab, Reply, unhurried};
use crate::walk::{Dice, length};
use crate::wire::{NOBODY, entities, id, titled};

/// The words that the walks call structures, properties, collections and objects by.
const PARTS: usize = 8;
const OBJECTS: usize = 4;

fn object_id(number: usize) -> String {
    format!("66666666-6666-4666-8666-6666666666{number:02}")
}

struct Walk {
    labs: [Lab; 2],
    dice: Dice,
    /// Every object and the structures, as they were shown at each revision.
    shown: BTreeMap<u64, BTreeMap<String, Value>>,
    what: String,
}

#[tokio::test]
async fn whatever_is_asked_for_all_that_is_held_is_defined() {
    let (walks, steps) = length();
    let mut done = BTreeMap::new();
    for seed in 0..walks {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = SqliteStore::open(folder.path(), &Options::default()).unwrap();
        let labs = [Lab::new().await, Lab::in_app(App::over(Arc::new(sqlite), unhurried())).await];
        let mut walk = Walk { labs, dice: Dice(seed), shown: BTreeMap::new(), what: String::new() };
        for step in 0..3 * steps {
            let (method, uri, status) = walk.step(step).await;
            *done.entry((method, uri, status)).or_insert(0) += 1;
        }
        walk.check_past().await;
        for lab in &walk.labs {
            lab.app.engine.store().close();
        }
    }
    // All of it happened, and all of it was refused.
    for (method, uri) in [
        (Method::POST, STRUCTURES),
        (Method::DELETE, STRUCTURES),
        (Method::POST, PROPERTIES),
        (Method::PATCH, PROPERTIES),
        (Method::DELETE, PROPERTIES),
        (Method::POST, COLLECTIONS),
        (Method::DELETE, COLLECTIONS),
    ] {
        let count = |status| done.get(&(method.to_string(), uri.to_owned(), status)).copied().unwrap_or(0);
        assert!(count(200) > 0 && count(409) + count(404) > 0, "{method} {uri}: {done:?}");
    }
    let conflicts = done.iter().filter(|((.., status), _)| *status == 409).map(|(_, count)| count).sum::<usize>();
    assert!(conflicts > 10, "{done:?}");
}

impl Walk {
    async fn step(&mut self, step: usize) -> (String, String, u16) {
        let (method, uri, body) = self.request(true);
        self.what = format!("step {step}: {method} {uri} {body}");
        let mut replies = Vec::new();
        for lab in &self.labs {
            lab.app.clock.advance(1000);
            replies.push(lab.app.send(lab.ask(method.clone(), &uri).json(&body)).await);
        }
        let [one, other] = &replies[..] else { panic!("two stores") };
        assert_eq!(said(one), said(other), "{}", self.what);
        assert!([200, 400, 404, 409].contains(&one.status), "{}: {one:?}", self.what);
        for lab in &self.labs {
            self.check_held(lab).await;
        }
        // Of both, so that both count the same requests.
        let (shown, alike) = (self.look(&self.labs[0]).await, self.look(&self.labs[1]).await);
        assert_eq!(shown, alike, "{}", self.what);
        let (head, same) = (self.labs[0].head().await, self.labs[1].head().await);
        assert_eq!(head, same, "{}", self.what);
        let before = self.shown.insert(head, shown.clone());
        assert!(before.is_none_or(|before| before == shown), "{}: without a revision something changed", self.what);
        (method.to_string(), uri.split('?').next().unwrap().to_owned(), one.status)
    }

    /// What every object holds is defined: its structure, its values, its sections, its collections.
    async fn check_held(&self, lab: &Lab) {
        let space = SpaceId(parse_uuid(&lab.space).unwrap());
        let look = |snapshot: &mut Snapshot<'_>| {
            let (schema, head) = (Arc::clone(snapshot.schema()), snapshot.row().revision);
            let mut found = snapshot.list_at(List::All, head, None, 1000).unwrap();
            found.extend(snapshot.list_at(List::Trash, head, None, 1000).unwrap());
            (schema, found)
        };
        let (schema, found) = lab.app.engine.store().read(space, look).await.unwrap().value;
        let structures: BTreeMap<_, _> = found.iter().map(|one| (one.object.id, one.object.structure)).collect();
        for found in found {
            let object = &found.object;
            let Some(structure) = schema.structure(object.structure) else {
                assert_eq!(found.state, State::Trashed, "{}: {} has no structure", self.what, object.id);
                continue;
            };
            let misfits = misfits(object, &structure.value, &mut |id| structures.get(&id).copied());
            assert_eq!(misfits, [], "{}: {object:?}", self.what);
            for id in &object.collections {
                let collection = schema.collection(*id).unwrap_or_else(|| panic!("{}: no collection {id}", self.what));
                assert_eq!(collection.value.structure, object.structure, "{}", self.what);
            }
        }
        for collection in &schema.collections {
            assert!(schema.structure(collection.value.structure).is_some(), "{}", self.what);
        }
    }

    async fn look(&self, lab: &Lab) -> BTreeMap<String, Value> {
        let all = lab.get("/objects?limit=1000&include=objects").await.ok();
        all["results"].as_array().unwrap().iter().map(|row| (id(row), row["object"].clone())).collect()
    }

    /// At every revision everything is shown as it was then, also by a server that remembers nothing.
    async fn check_past(&self) {
        for lab in &self.labs {
            for (revision, shown) in &self.shown {
                let ids: Vec<_> = (0..OBJECTS).map(object_id).collect();
                let then = lab.post("/objects/get", &json!({"ids": ids, "revision": revision})).await.ok();
                for found in then["results"].as_array().unwrap() {
                    assert_eq!(found.get("object"), shown.get(&id(found)), "{} at {revision}", id(found));
                }
            }
            let last = lab.head().await;
            let feed = lab.get("/changes?since=0&limit=1000&include=objects").await.ok();
            assert_eq!(feed["changes"].as_array().unwrap().len() as u64, last);
        }
    }

    fn request(&mut self, may_be_many: bool) -> (Method, String, Value) {
        let (structure, property) = (self.structure(), self.part());
        let take = self.dice.pick(&["", "refuse", "take", "take"]);
        let fate = |name: &str, word: &str| match take {
            "" => String::new(),
            "take" => format!("&{name}={word}"),
            other => format!("&{name}={other}"),
        };
        match self.dice.below(if may_be_many { 18 } else { 16 }) {
            0 => (Method::POST, STRUCTURES.to_owned(), json!({"id": self.some_id(), "title": "S"})),
            1 => (Method::PATCH, STRUCTURES.to_owned(), json!({"id": structure, "title": self.dice.pick(&["a", "b"])})),
            2 => (Method::DELETE, format!("{STRUCTURES}?id={structure}{}", fate("objects", "trash")), Value::Null),
            3 | 4 => (Method::POST, PROPERTIES.to_owned(), self.property(&structure, property)),
            5 => {
                let uri = format!("{PROPERTIES}?structureId={structure}&id={}", id_of_property(property));
                (Method::DELETE, uri + &fate("values", "drop"), Value::Null)
            }
            6 | 7 => {
                let mut body = self.property(&structure, property);
                body["values"] = json!(if take == "take" { "drop" } else { "refuse" });
                if self.dice.one_in(2) {
                    let other = self.part();
                    body = self.property(&structure, other);
                    body["id"] = json!(id_of_property(property));
                    body["dryRun"] = json!(self.dice.one_in(4));
                }
                (Method::PATCH, PROPERTIES.to_owned(), body)
            }
            8 => {
                let body = json!({"id": self.some_id(), "structureId": structure, "title": "C"});
                (Method::POST, COLLECTIONS.to_owned(), body)
            }
            9 => (Method::DELETE, format!("{COLLECTIONS}?id={}", self.some_id()), Value::Null),
            10 | 11 => {
                let mut body = self.content();
                body["structureId"] = json!(structure);
                body["id"] = json!(self.object());
                (Method::POST, "/object".to_owned(), body)
            }
            12 => {
                let mut body = self.content();
                body["id"] = json!(self.object());
                if self.dice.one_in(3) {
                    body["deleteRequested"] = json!(self.dice.one_in(3));
                }
                (Method::PATCH, "/object".to_owned(), body)
            }
            13 => {
                let uri = format!("/object?id={}&hardDelete={}", self.object(), self.dice.one_in(2));
                (Method::DELETE, uri, Value::Null)
            }
            14 => {
                let body = json!({"id": self.object(), "revision": self.revision()});
                (Method::POST, "/object/revert".to_owned(), body)
            }
            15 => {
                let body = json!({"id": self.object(), "properties": {"title": titled("t")}, "deleteRequested": false});
                (Method::PATCH, "/object".to_owned(), body)
            }
            16 => {
                let body = json!({"revision": self.revision(), "partial": self.dice.one_in(2)});
                (Method::POST, "/transactions/revert".to_owned(), body)
            }
            _ => {
                let operations: Vec<_> = (0..1 + self.dice.below(3)).map(|_| self.operation()).collect();
                (Method::POST, "/transactions".to_owned(), json!({ "operations": operations }))
            }
        }
    }

    fn operation(&mut self) -> Value {
        let (method, path, body) = self.request(false);
        let mut operation = json!({"method": method.as_str(), "path": path});
        if !body.is_null() {
            operation["body"] = body;
        }
        operation
    }

    fn part(&mut self) -> usize {
        // Some more often than others, so that much meets.
        [0, 0, 0, 1, 1, 2, 3, 4, 5][self.dice.below(9)]
    }

    fn structure(&mut self) -> String {
        if !self.dice.one_in(3) { "RootPage".to_owned() } else { self.some_id() }
    }

    /// Ids are never given again, so that in time others are asked about.
    fn some_id(&mut self) -> String {
        let begun = self.shown.len() / 12;
        part(u8::try_from((begun + self.dice.below(PARTS)) % 100).unwrap())
    }

    fn object(&mut self) -> String {
        object_id(self.dice.below(OBJECTS))
    }

    fn revision(&mut self) -> u64 {
        let last = self.shown.last_key_value().map_or(1, |(revision, _)| *revision);
        last - self.dice.below(usize::try_from(last.min(12)).unwrap()) as u64
    }

    /// A property of this number begins with always the same type, but not always the same options and targets.
    fn property(&mut self, structure: &str, number: usize) -> Value {
        let mut body =
            json!({"structureId": structure, "id": id_of_property(number), "name": self.dice.pick(&["n", "m"])});
        body["type"] = json!(["text", "label", "label", "entity", "blocks", "number"][number]);
        match number {
            1 | 2 => {
                body["multiple"] = json!(number == 2);
                body["labelSet"] = self.some(&["a", "b", "c"]).iter().map(|id| json!({"id": id, "name": id})).collect();
            }
            3 => body["allowedStructures"] = json!(if self.dice.one_in(2) { vec![] } else { vec![structure] }),
            _ => {}
        }
        body
    }

    /// Values and collections, many of which do not fit.
    fn content(&mut self) -> Value {
        let mut body = json!({"properties": {"title": titled(self.dice.pick(&["a", "b"]))}});
        if !self.dice.one_in(4) {
            let number = self.part();
            let value = match number {
                0 => json!({"type": "text", "text": {"value": self.dice.pick(&["x", "y"])}}),
                1 | 2 => {
                    let chosen = self.some(&["a", "b", "c"]);
                    json!({"type": "label", "label": chosen.iter().map(|id| json!({"id": id, "name": ""})).collect::<Vec<_>>()})
                }
                3 => {
                    let targets = [self.object(), self.object()];
                    entities(&[&targets[0], if self.dice.one_in(9) { NOBODY } else { &targets[1] }])
                }
                4 => {
                    let block =
                        json!([{"type": "TextBlock", "tokens": [{"type": "TextToken", "text": "x", "style": {}}]}]);
                    body["blocks"][id_of_property(4)] = block;
                    return body;
                }
                _ => json!({"type": "number", "number": {"value": 1}}),
            };
            body["properties"][id_of_property(number)] = value;
        }
        if self.dice.one_in(3) {
            body["collections"] = json!([self.some_id()]);
        }
        body
    }

    fn some<'w>(&mut self, words: &[&'w str]) -> Vec<&'w str> {
        words.iter().copied().filter(|_| !self.dice.one_in(3)).collect()
    }
}

fn id_of_property(number: usize) -> String {
    format!("44444444-4444-4444-8444-4444444444{number:02}")
}

/// What both stores have to say alike.
fn said(reply: &Reply) -> (u16, String, Option<String>, Option<u64>) {
    let body = String::from_utf8(reply.body.to_vec()).unwrap();
    (reply.status, body, reply.header("etag").map(str::to_owned), reply.revision())
}
