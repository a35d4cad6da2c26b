//! Values of random kinds: all of them convert, or none does; changed back, each is what it was.

use std::collections::BTreeMap;

use palimpsest_model::arbitrary::{Retype, retypes, what};
use palimpsest_model::{
    LabelOption, Object, ObjectId, PropertyId, PropertyKind, Sections, SpaceId, State, StructureId, Value as Held,
    convert, options_of, parse_uuid,
};
use palimpsest_store::{Actor, ChangeKind, Intent, Tx};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{BOOK, FIELD, PATH, asked, change, define, field, structure};
use crate::app::Lab;
use crate::wire::{chosen, titled};

/// A property of some type with its values, and what it is to become.
struct Case {
    lab: Lab,
    from: PropertyKind,
    to: PropertyKind,
    /// Whether the options of the new type are left to the server.
    makes_options: bool,
    books: Vec<(String, Held)>,
    /// What the books look like, each as GET shows it.
    before: Vec<Value>,
    targets: BTreeMap<ObjectId, StructureId>,
}

impl Case {
    async fn new(retype: Retype, makes_options: bool) -> Self {
        let Retype { mut from, mut to, mut values } = retype;
        for kind in [&mut from, &mut to] {
            name_well(kind);
        }
        let lab = Lab::new().await;
        let mut targets = BTreeMap::new();
        for (number, kind) in (1..).zip(["RootPage", "RootTag", "RootTask"]) {
            lab.make(json!({"id": chosen(number), "structureId": kind})).await;
            targets.insert(ObjectId(parse_uuid(&chosen(number)).unwrap()), kind.parse().unwrap());
        }
        for target in values.iter_mut().filter_map(entities_of).flatten() {
            let known = targets.iter().find(|(_, kind)| what(*target) == Some(**kind));
            *target = known.map_or(*target, |(known, _)| *known);
        }
        define(&lab, &from).await;
        let mut books = Vec::new();
        for value in values {
            let book = lab.make(json!({"structureId": BOOK, "properties": {"title": titled("a book")}})).await;
            plant(&lab, &book, value.clone()).await;
            books.push((book, value));
        }
        let mut before = Vec::new();
        for (book, _) in &books {
            before.push(without_time(lab.object(book).await));
        }
        for (book, _) in books.iter().step_by(3) {
            lab.delete(&format!("/object?id={book}")).await;
        }
        let makes_options = makes_options && matches!(to, PropertyKind::Label { .. });
        Self { lab, from, to, makes_options, books, before, targets }
    }

    /// What each value becomes, or nothing.
    fn expected(&self, to: &PropertyKind) -> Vec<Option<Held>> {
        let structure_of = |id: ObjectId| self.targets.get(&id).copied();
        self.books.iter().map(|(_, value)| convert(value, &self.from, to, &mut { structure_of }).ok()).collect()
    }

    /// The new kind; options that the server makes have ids of this test.
    fn wanted(&self) -> PropertyKind {
        let PropertyKind::Label { multiple, .. } = self.to else { return self.to.clone() };
        if !self.makes_options || matches!(self.from, PropertyKind::Label { .. }) {
            return self.to.clone();
        }
        let mut next = 0;
        let mut fresh = || {
            next += 1;
            Uuid::from_u128(next)
        };
        let options = options_of(self.books.iter().map(|(_, value)| value), &self.from, &mut fresh);
        PropertyKind::Label { multiple, options }
    }

    fn request(&self) -> Value {
        let mut body = change(asked(&self.to));
        if self.makes_options {
            body.as_object_mut().unwrap().remove("labelSet");
        }
        body
    }

    /// Changes the type and takes it back. Answers whether the values converted.
    async fn run(self) -> bool {
        let lab = &self.lab;
        let mut wanted = self.wanted();
        if self.makes_options
            && let (PropertyKind::Label { options, .. }, PropertyKind::Label { options: old, .. }) =
                (&mut wanted, &self.from)
        {
            // What is a label already keeps its options.
            options.clone_from(old);
        }
        let expected = self.expected(&wanted);
        let refused = expected.iter().filter(|value| value.is_none()).count();
        let before = (lab.head().await, structure(lab).await);
        let mut dry = self.request();
        dry["dryRun"] = json!(true);
        let dry = lab.patch(PATH, &dry).await;
        assert_eq!(before, (lab.head().await, structure(lab).await), "a dry run changed something");
        let reply = lab.patch(PATH, &self.request()).await;
        assert_eq!(dry.status, reply.status, "{}", self.request());
        if refused > 0 {
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (409, "cap_conflict"),
                "{} from {:?}",
                self.request(),
                self.from
            );
            assert_eq!(dry.json(), reply.json());
            self.check_refusal(&reply.json()["details"], &expected);
            assert_eq!(before, (lab.head().await, structure(lab).await), "a refusal changed something");
            return false;
        }
        let changed = reply.ok();
        assert_eq!(changed, structure(lab).await);
        let kind = as_answered(&wanted, &field(&changed));
        let mut told = asked(&kind);
        told.as_object_mut()
            .unwrap()
            .extend(json!({"id": FIELD, "name": "Field", "writable": true}).as_object().unwrap().clone());
        told.as_object_mut()
            .unwrap()
            .retain(|_, member| *member != json!([]) || kind == wanted && kind.name() == Some("label"));
        assert_eq!(field(&changed), told);
        self.check_values(&kind, before.0).await;
        let back = lab.patch(PATH, &change(asked(&self.from))).await.ok();
        assert_eq!(back, before.1);
        for ((book, _), before) in self.books.iter().zip(&self.before) {
            lab.update(json!({"id": book, "deleteRequested": false})).await;
            assert_eq!(without_resolution(without_time(lab.object(book).await)), without_resolution(before.clone()));
        }
        true
    }

    /// Those that are named hold values that do not convert; between types, all of them.
    fn check_refusal(&self, details: &Value, expected: &[Option<Held>]) {
        let named = details["objects"].as_array().unwrap();
        assert_eq!(details["count"], json!(named.len()));
        let refused = self.books.iter().zip(expected).filter(|(_, value)| value.is_none());
        let refused: Vec<_> = refused.map(|((book, _), _)| json!(book)).collect();
        assert!(named.iter().all(|book| refused.contains(book)), "{named:?} of {refused:?}");
        if self.from.name() != self.to.name() {
            assert_eq!(named.len(), refused.len());
        }
    }

    /// Every book that can be seen has the new value, all of them since one revision, and its history tells so.
    async fn check_values(&self, kind: &PropertyKind, head: u64) {
        let expected = self.expected(kind);
        for (((book, old), new), before) in self.books.iter().zip(&expected).zip(&self.before) {
            let new = new.as_ref().unwrap();
            let history = self.lab.get(&format!("/object/history?id={book}&limit=1")).await.ok();
            let last = &history["results"][0];
            if old == new {
                assert!(last["revision"].as_u64().unwrap() <= head);
            } else {
                assert_eq!((&last["revision"], &last["kind"]), (&json!(head + 1), &json!("updated")));
                assert_eq!(last["paths"], json!([format!("properties.{FIELD}")]));
            }
            if self.lab.sees(book).await {
                let mut wanted = before.clone();
                wanted["properties"][FIELD] = self.shown(book, new, kind);
                assert_eq!(without_time(self.lab.object(book).await), wanted);
            }
        }
    }

    /// A value as GET shows it.
    fn shown(&self, book: &str, value: &Held, kind: &PropertyKind) -> Value {
        let mut structure = palimpsest_model::builtin_structures().remove(0);
        structure.properties = vec![palimpsest_model::PropertyDefinition {
            id: PropertyId::from(FIELD),
            name: "Field".to_owned(),
            kind: kind.clone(),
            read_only: false,
        }];
        let object = Object {
            id: ObjectId(parse_uuid(book).unwrap()),
            structure: structure.id,
            collections: Vec::new(),
            properties: BTreeMap::from([(PropertyId::from(FIELD), value.clone())]),
            blocks: Sections::default(),
            files: Vec::new(),
        };
        let updated_at = self.lab.app.engine.now();
        let shown = palimpsest_model::Shown { object: &object, structure: &structure, updated_at, links: &[] };
        let json: Value = serde_json::from_slice(&palimpsest_model::render_object(shown)).unwrap();
        json["properties"][FIELD].clone()
    }
}

/// The kind that was wanted with the ids of the options that were made.
fn as_answered(wanted: &PropertyKind, field: &Value) -> PropertyKind {
    let PropertyKind::Label { multiple, options } = wanted else { return wanted.clone() };
    let answered: Vec<LabelOption> = serde_json::from_value(field["labelSet"].clone()).unwrap();
    let names = |options: &[LabelOption]| options.iter().map(|option| option.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(options), names(&answered));
    PropertyKind::Label { multiple: *multiple, options: answered }
}

fn entities_of(value: &mut Held) -> Option<&mut Vec<ObjectId>> {
    if let Held::Entity(targets) = value { Some(targets) } else { None }
}

/// Names of options as requests may have them.
fn name_well(kind: &mut PropertyKind) {
    let PropertyKind::Label { options, .. } = kind else { return };
    for (index, option) in options.iter_mut().enumerate() {
        if option.name.trim() != option.name || option.name.is_empty() {
            option.name = format!("name {index}");
        }
    }
}

/// Puts a value where no request would: what links to nothing, for example.
async fn plant(lab: &Lab, book: &str, value: Held) {
    let (space, book) = (SpaceId(parse_uuid(&lab.space).unwrap()), ObjectId(parse_uuid(book).unwrap()));
    let intent = Intent { space, actor: Actor::operator(), at: lab.app.engine.now(), begins: None };
    let put = move |tx: &mut Tx<'_>| {
        let mut object = (*tx.object(book)?.unwrap().object).clone();
        object.properties.insert(PropertyId::from(FIELD), value.clone());
        tx.put(object, State::Live, ChangeKind::Updated)
    };
    lab.app.engine.store().commit(intent, put).await.unwrap().value.unwrap();
}

fn without_time(mut object: Value) -> Value {
    object["properties"].as_object_mut().unwrap().remove("lastUpdatedAt");
    object
}

/// A cleared date does not come back as precise as it was.
fn without_resolution(mut object: Value) -> Value {
    if object["properties"][FIELD]["date"]["start"].is_null() && object["properties"][FIELD]["type"] == "date" {
        object["properties"][FIELD]["date"]["dateResolution"] = json!("day");
    }
    object
}

fn rounds() -> usize {
    if std::env::var_os("PALIMPSEST_TEST_LONG").is_some() { 5000 } else { 120 }
}

#[tokio::test]
async fn values_convert_all_at_one_revision_or_none_and_back_into_what_they_were() {
    let mut runner = TestRunner::deterministic();
    let (mut converted, mut refused) = (0, 0);
    for round in 0..rounds() {
        let retype = retypes().new_tree(&mut runner).unwrap().current();
        match Case::new(retype, round % 3 == 0).await.run().await {
            true => converted += 1,
            false => refused += 1,
        }
    }
    assert!(converted * 4 > rounds() && refused * 4 > rounds(), "{converted} converted, {refused} were refused");
}
