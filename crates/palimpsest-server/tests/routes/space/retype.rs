//! PATCH /space/properties with another type: every value converts without loss, or nothing happens.

use std::collections::BTreeMap;

use http::Method;
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

use crate::app::Lab;
use crate::wire::{NOBODY, chosen, entities, id, run, titled};

const PATH: &str = "/space/properties";
const BOOK: &str = "33333333-3333-4333-8333-333333333333";
const FIELD: &str = "44444444-4444-4444-8444-444444444444";

/// What a kind is in a request, and in `/space/structures`.
fn asked(kind: &PropertyKind) -> Value {
    match kind {
        PropertyKind::Label { multiple, options } => {
            json!({"type": "label", "multiple": multiple, "labelSet": options})
        }
        PropertyKind::Entity { allowed } => json!({"type": "entity", "allowedStructures": allowed}),
        other => json!({"type": other.name()}),
    }
}

/// A request that gives the field of books these members.
fn change(members: Value) -> Value {
    let mut body = json!({"structureId": BOOK, "id": FIELD});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

/// A structure with one property of this kind.
async fn define(lab: &Lab, kind: &PropertyKind) {
    let mut field = asked(kind);
    field["id"] = json!(FIELD);
    field["name"] = json!("Field");
    lab.post("/space/structures", &json!({"id": BOOK, "title": "Book", "propertyDefinitions": [field]})).await.ok();
}

/// A lab with a structure that has one property of this kind, and an object for each value.
async fn library(kind: &PropertyKind, values: &[Value]) -> (Lab, Vec<String>) {
    let lab = Lab::new().await;
    define(&lab, kind).await;
    let mut books = Vec::new();
    for value in values {
        let body = json!({"structureId": BOOK, "properties": {"title": titled("a book"), FIELD: value}});
        books.push(lab.make(body).await);
    }
    (lab, books)
}

/// The definition of the field in a structure.
fn field(structure: &Value) -> Value {
    let definitions = structure["propertyDefinitions"].as_array().unwrap();
    definitions.iter().find(|definition| definition["id"] == FIELD).unwrap().clone()
}

async fn structure(lab: &Lab) -> Value {
    let all = lab.get("/space/structures").await.ok();
    all["structures"].as_array().unwrap().iter().find(|structure| structure["id"] == BOOK).unwrap().clone()
}

async fn value_of(lab: &Lab, book: &str) -> Value {
    lab.object(book).await["properties"][FIELD].clone()
}

fn text(says: &str) -> Value {
    json!({"type": "text", "text": {"value": says}})
}

fn number(number: i64) -> Value {
    json!({"type": "number", "number": {"value": number}})
}

const NUMBER: PropertyKind = PropertyKind::Number;
const TEXT: PropertyKind = PropertyKind::Text;

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

#[tokio::test]
async fn what_does_not_convert_is_told_with_the_objects_that_hold_it() {
    let values: Vec<_> = (0..25).map(|index| text(&format!("{index} items"))).chain([text("7")]).collect();
    let (lab, books) = library(&TEXT, &values).await;
    lab.delete(&format!("/object?id={}", books[24])).await;
    let message = format!(
        "25 objects have values that do not convert to number without loss: of {}, what it says is no value of type number",
        books[0]
    );
    for dry_run in [true, false] {
        let body = change(json!({"type": "number", "dryRun": dry_run}));
        let details = lab.refuses_as(Method::PATCH, PATH, body, (409, "cap_conflict"), &message).await;
        assert_eq!(details, json!({"objects": books[..20], "count": 25}));
    }
}

#[tokio::test]
async fn objects_in_the_trash_come_back_with_values_of_the_new_type() {
    let (lab, books) = library(&NUMBER, &[number(1), number(2)]).await;
    lab.delete(&format!("/object?id={}", books[1])).await;
    let trash = lab.get("/trash").await.ok();
    lab.app.clock.advance(1000);
    lab.patch(PATH, &change(json!({"type": "text"}))).await.ok();
    let row = |trash: &Value| (trash["results"][0]["id"].clone(), trash["results"][0]["trashedAt"].clone());
    assert_eq!(row(&lab.get("/trash").await.ok()), row(&trash), "it is in the trash since then");
    let back = lab.update(json!({"id": books[1], "deleteRequested": false})).await;
    assert_eq!(back["properties"][FIELD], text("2"));
}

#[tokio::test]
async fn the_feed_and_the_history_tell_of_every_object_and_the_past_stays() {
    let (lab, books) = library(&NUMBER, &[number(1), number(2)]).await;
    let head = lab.head().await;
    let reply = lab.patch(PATH, &change(json!({"type": "text"}))).await;
    assert_eq!(reply.revision(), Some(head + 1));
    let changes = lab.get(&format!("/changes?since={head}")).await.ok();
    let all = changes["changes"].as_array().unwrap();
    assert_eq!(all.len(), 1);
    let mut changed: Vec<_> = all[0]["objects"].as_array().unwrap().iter().map(id).collect();
    changed.sort();
    let mut expected = books.clone();
    expected.sort();
    assert_eq!(changed, expected);
    for object in all[0]["objects"].as_array().unwrap() {
        assert_eq!((&object["kind"], &object["paths"]), (&json!("updated"), &json!([format!("properties.{FIELD}")])));
    }
    let then = lab.get(&format!("/object?id={}&revision={head}", books[0])).await.ok();
    assert_eq!(then["properties"][FIELD], number(1));
    let diff = lab.get(&format!("/object/diff?id={}&from={head}&to={}", books[0], head + 1)).await.ok();
    assert_eq!((&diff["changes"][0]["before"], &diff["changes"][0]["after"]), (&number(1), &text("1")));
    let body = json!({"id": books[0], "revision": head});
    let reply = lab.post("/object/revert", &body).await;
    assert_eq!(
        (reply.status, reply.json()["details"]["conflicts"][0]["path"].clone()),
        (409, json!(format!("properties.{FIELD}")))
    );
}

#[tokio::test]
async fn texts_become_options_in_the_order_of_the_objects() {
    let says = ["Good", "Bad", "Good", "Odd"];
    let lab = Lab::new().await;
    define(&lab, &TEXT).await;
    // The order of their ids is another one.
    let books: Vec<_> = (1..5).rev().map(chosen).collect();
    for (book, says) in books.iter().zip(says) {
        lab.make(json!({"id": book, "structureId": BOOK, "properties": {FIELD: text(says)}})).await;
    }
    let made = field(&lab.patch(PATH, &change(json!({"type": "label"}))).await.ok());
    assert_eq!(made["multiple"], json!(false));
    let names: Vec<_> = made["labelSet"].as_array().unwrap().iter().map(|option| option["name"].clone()).collect();
    assert_eq!(names, ["Good", "Bad", "Odd"]);
    assert_eq!(value_of(&lab, &books[2]).await, json!({"type": "label", "label": [made["labelSet"][0]]}));
    lab.patch(PATH, &change(json!({"type": "text"}))).await.ok();
    for (book, says) in books.iter().zip(says) {
        assert_eq!(value_of(&lab, book).await, text(says));
    }
    // No name of an option has blanks around it, and none is empty.
    lab.update(json!({"id": books[0], "properties": {FIELD: text(" Good")}})).await;
    lab.update(json!({"id": books[1], "properties": {FIELD: text("")}})).await;
    let reply = lab.patch(PATH, &change(json!({"type": "label"}))).await;
    assert_eq!((reply.status, reply.json()["details"].clone()), (409, json!({"objects": books[..2], "count": 2})));
}

#[tokio::test]
async fn more_options_than_a_label_may_have_are_not_made() {
    let lab = Lab::new().await;
    define(&lab, &NUMBER).await;
    let operations: Vec<_> = (0..501)
        .map(|index| {
            let body = json!({"structureId": BOOK, "properties": {FIELD: number(index % 500)}});
            json!({"method": "POST", "path": "/object", "body": body})
        })
        .collect();
    for operations in operations.chunks(300) {
        lab.post("/transactions", &json!({"operations": operations})).await.ok();
    }
    let dry = change(json!({"type": "label", "dryRun": true}));
    assert_eq!(field(&lab.patch(PATH, &dry).await.ok())["labelSet"].as_array().unwrap().len(), 500);
    lab.make(json!({"structureId": BOOK, "properties": {FIELD: number(500)}})).await;
    let reply = lab.patch(PATH, &dry).await;
    assert_eq!((reply.status, reply.json()["details"]["count"].clone()), (409, json!(1)));
}

#[tokio::test]
async fn a_choice_of_several_becomes_one_of_one_only_when_none_has_more() {
    let options = json!([{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]);
    let kind = PropertyKind::Label { multiple: true, options: serde_json::from_value(options).unwrap() };
    let label = |ids: &[&str]| {
        let chosen: Vec<_> = ids.iter().map(|id| json!({"id": id, "name": id.to_uppercase()})).collect();
        json!({"type": "label", "label": chosen})
    };
    let (lab, books) = library(&kind, &[label(&["a"]), label(&["b", "a"]), label(&[])]).await;
    let message = format!(
        "1 object has a value that does not convert to label without loss: of {}, it holds several options",
        books[1]
    );
    let single = change(json!({"multiple": false}));
    let details = lab.refuses_as(Method::PATCH, PATH, single.clone(), (409, "cap_conflict"), &message).await;
    assert_eq!(details, json!({"objects": [books[1]], "count": 1}));
    lab.update(json!({"id": books[1], "properties": {FIELD: label(&["b"])}})).await;
    assert_eq!(field(&lab.patch(PATH, &single).await.ok())["multiple"], json!(false));
    let reply = lab.patch(PATH, &change(json!({"multiple": true, "name": "Marks"}))).await.ok();
    assert_eq!((&field(&reply)["multiple"], &field(&reply)["name"]), (&json!(true), &json!("Marks")));
    assert_eq!(value_of(&lab, &books[1]).await, label(&["b"]));
}

#[tokio::test]
async fn fewer_structures_are_allowed_when_no_value_names_another() {
    let (lab, books) = library(&PropertyKind::Entity { allowed: Vec::new() }, &[]).await;
    assert!(books.is_empty());
    let page = lab.make(json!({"structureId": "RootPage"})).await;
    let book = lab.make(json!({"structureId": BOOK, "properties": {FIELD: entities(&[&page])}})).await;
    for dry_run in [true, false] {
        let body = change(json!({"allowedStructures": ["RootTag"], "dryRun": dry_run}));
        let reply = lab.patch(PATH, &body).await;
        assert_eq!((reply.status, reply.json()["details"].clone()), (409, json!({"objects": [book], "count": 1})));
    }
    let narrow = change(json!({"allowedStructures": ["RootTag", "RootPage"]}));
    assert_eq!(field(&lab.patch(PATH, &narrow).await.ok())["allowedStructures"], json!(["RootTag", "RootPage"]));
    assert_eq!(value_of(&lab, &book).await, entities(&[&page]));
}

#[tokio::test]
async fn what_cannot_be_another_type_says_so_with_its_path() {
    let lab = Lab::new().await;
    define(&lab, &TEXT).await;
    let bad = |structure: &str, id: &str, members: Value| {
        let mut body = change(members);
        (body["structureId"], body["id"]) = (json!(structure), json!(id));
        body
    };
    let built_in = "✖ This property comes with the structure: its type cannot be changed\n  → at type";
    for (structure, id) in [
        (BOOK, "title"),
        (BOOK, "lastUpdatedAt"),
        (BOOK, "tags"),
        ("RootTask", "status"),
        ("MediaImage", "media_fileSize"),
        ("RootPage", "description"),
    ] {
        lab.refuses(Method::PATCH, PATH, bad(structure, id, json!({"type": "boolean"})), built_in).await;
    }
    let several = "✖ This property comes with the structure: its type cannot be changed\n  → at multiple";
    lab.refuses(Method::PATCH, PATH, bad("RootTask", "status", json!({"multiple": true})), several).await;
    let section = "✖ A body section cannot become anything else, nor anything else a body section\n  → at type";
    lab.refuses(Method::PATCH, PATH, change(json!({"type": "blocks"})), section).await;
    let misplaced = "✖ Only a property of type label has one option or several\n  → at multiple";
    lab.refuses(Method::PATCH, PATH, change(json!({"type": "number", "multiple": true})), misplaced).await;
    lab.refuses(Method::PATCH, PATH, change(json!({"multiple": true})), misplaced).await;
    let reply = lab.patch(PATH, &bad(BOOK, NOBODY, json!({"type": "number"}))).await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn a_dry_run_leaves_nothing_behind_not_even_in_what_is_kept_of_answers() {
    let (lab, books) = library(&NUMBER, &[number(1)]).await;
    let (head, before) = (lab.head().await, lab.get("/space/structures").await);
    let dry = change(json!({"type": "text", "dryRun": true}));
    let ask = lab.ask(Method::PATCH, PATH).header("idempotency-key", "dry").json(&dry);
    let told = lab.app.send(ask).await;
    assert_eq!((told.status, told.revision(), told.header("idempotency-replayed")), (200, Some(head), None));
    assert_eq!(told.header("etag"), None, "what is to come has no version yet");
    assert_eq!(field(&told.ok())["type"], json!("text"));
    assert_eq!((lab.head().await, lab.get("/space/structures").await.body), (head, before.body));
    assert_eq!(value_of(&lab, &books[0]).await, number(1));
    // Another change takes the next revision.
    let other = lab.patch(PATH, &change(json!({"name": "Other"}))).await;
    assert_eq!((other.revision(), field(&other.ok())["type"].clone()), (Some(head + 1), json!("number")));
    assert_eq!(field(&structure(&lab).await), field(&other.ok()));
    // The key was not used.
    let real = lab.ask(Method::PATCH, PATH).header("idempotency-key", "dry").json(&change(json!({"type": "text"})));
    assert_eq!(lab.app.send(real).await.status, 200);
}

#[tokio::test]
async fn a_type_is_changed_under_a_condition_and_once_for_one_key() {
    let (lab, books) = library(&NUMBER, &[number(1)]).await;
    let stale = lab.get("/space/structures").await.header("etag").unwrap().to_owned();
    lab.patch(PATH, &change(json!({"name": "Other"}))).await.ok();
    let body = change(json!({"type": "text"}));
    for dry_run in [true, false] {
        let mut body = body.clone();
        body["dryRun"] = json!(dry_run);
        let ask = lab.ask(Method::PATCH, PATH).header("if-match", &stale).json(&body);
        assert_eq!(lab.app.send(ask).await.status, 412);
    }
    let now = lab.get("/space/structures").await.header("etag").unwrap().to_owned();
    let ask = || lab.ask(Method::PATCH, PATH).header("if-match", &now).header("idempotency-key", "once").json(&body);
    let first = lab.app.send(ask()).await;
    assert_eq!(value_of(&lab, &books[0]).await, text("1"));
    let head = lab.head().await;
    let again = lab.app.send(ask()).await;
    assert_eq!((again.ok(), again.header("idempotency-replayed")), (first.ok(), Some("true")));
    assert_eq!((lab.head().await, again.header("etag")), (head, first.header("etag")));
}

#[tokio::test]
async fn a_transaction_changes_types_and_uses_them_at_once() {
    let (lab, books) = library(&NUMBER, &[number(1)]).await;
    let op = |method: &str, path: &str, body: Value| json!({"method": method, "path": path, "body": body});
    let retype = op("PATCH", PATH, change(json!({"type": "text"})));
    let write = op("PATCH", "/object", json!({"id": books[0], "properties": {FIELD: text("one")}}));
    let back = op("PATCH", PATH, change(json!({"type": "number"})));
    let head = lab.head().await;
    let all = json!({"operations": [retype, write, back]});
    let details = lab.post("/transactions", &all).await.json()["details"].clone();
    assert_eq!(
        (&details["failed"], &details["code"], &details["details"]["count"]),
        (&json!(2), &json!("cap_conflict"), &json!(1))
    );
    assert_eq!((lab.head().await, value_of(&lab, &books[0]).await), (head, number(1)));
    let dry = lab.post("/transactions", &json!({"operations": [retype, write], "dryRun": true})).await;
    assert_eq!((dry.status, lab.head().await), (200, head));
    lab.post("/transactions", &json!({"operations": [retype, write]})).await.ok();
    assert_eq!((lab.head().await, value_of(&lab, &books[0]).await), (head + 1, text("one")));
    let unasked = op("PATCH", PATH, change(json!({"type": "richText", "dryRun": true})));
    let details = lab.post("/transactions", &json!({"operations": [unasked]})).await.json()["details"].clone();
    let message = "✖ Here it is the transaction that has a `dryRun`\n  → at dryRun";
    assert_eq!((&details["failed"], &details["message"]), (&json!(0), &json!(message)));
    assert_eq!(field(&structure(&lab).await)["type"], json!("text"));
}

#[tokio::test]
async fn rich_text_becomes_text_when_it_is_plain() {
    let rich = |runs: Value| json!({"type": "richText", "richText": {"value": runs}});
    let styled = json!({"type": "TextToken", "text": "b", "style": {"bold": true}});
    let (lab, books) =
        library(&PropertyKind::RichText, &[rich(json!([run("a")])), rich(json!([run("a"), styled]))]).await;
    let to_text = change(json!({"type": "text"}));
    assert_eq!(lab.patch(PATH, &to_text).await.json()["details"], json!({"objects": [books[1]], "count": 1}));
    lab.update(json!({"id": books[1], "properties": {FIELD: rich(json!([]))}})).await;
    lab.patch(PATH, &to_text).await.ok();
    assert_eq!(value_of(&lab, &books[0]).await, text("a"));
    assert_eq!(value_of(&lab, &books[1]).await, json!({"type": "text", "text": {"value": null}}));
}

#[tokio::test]
async fn neither_a_revert_nor_a_merge_brings_values_of_the_old_type_back() {
    let (lab, books) = library(&NUMBER, &[number(1)]).await;
    let book = &books[0];
    let before = lab.get(&format!("/object?id={book}")).await.header("etag").unwrap().to_owned();
    let changed = lab.patch(PATH, &change(json!({"type": "text"}))).await.revision().unwrap();

    let merging = |properties: Value| {
        let body = json!({"id": book, "properties": properties});
        lab.ask(Method::PATCH, "/object").header("if-match", &before).header("prefer", "merge").json(&body)
    };
    let merged = lab.app.send(merging(json!({"title": titled("renamed")}))).await.ok();
    assert_eq!((&merged["properties"]["title"], &merged["properties"][FIELD]), (&titled("renamed"), &text("1")));
    assert_eq!(lab.app.send(merging(json!({FIELD: number(2)}))).await.status, 400);
    assert_eq!(lab.app.send(merging(json!({FIELD: text("2")}))).await.status, 409);

    let revert = json!({"revision": changed});
    assert_eq!(lab.post("/transactions/revert", &revert).await.status, 409);
    let told = lab.post("/transactions/revert", &json!({"revision": changed, "partial": true})).await.ok();
    let left: Vec<_> = told["left"].as_array().unwrap().iter().map(|left| left["path"].as_str().unwrap()).collect();
    assert!(left.contains(&&*format!("properties.{FIELD}")) && left.contains(&&*format!("schema.{BOOK}")), "{left:?}");
    assert_eq!((value_of(&lab, book).await, &field(&structure(&lab).await)["type"]), (text("1"), &json!("text")));
}

/// Nobody else writes while objects are looked through.
#[tokio::test]
async fn a_transaction_looks_through_objects_only_so_often_and_only_when_it_has_to() {
    let label = PropertyKind::Label { multiple: false, options: Vec::new() };
    let entity = PropertyKind::Entity { allowed: Vec::new() };
    let op = |members: Value| json!({"method": "PATCH", "path": PATH, "body": change(members)});
    let (lab, _) = library(&label, &[]).await;
    let (widen, narrow) = (op(json!({"multiple": true})), op(json!({"multiple": false})));
    let mut operations = vec![narrow.clone(); 30];
    for _ in 0..20 {
        operations.extend([widen.clone(), widen.clone(), narrow.clone()]);
    }
    lab.post("/transactions", &json!({ "operations": operations })).await.ok();
    operations.extend([widen, narrow]);
    let head = lab.head().await;
    let message = "✖ Too many operations that look through all objects of a structure or collection: \
                   a transaction has at most 20\n  → at operations[91]";
    lab.refuses(Method::POST, "/transactions", json!({ "operations": operations }), message).await;
    assert_eq!(lab.head().await, head);

    let (lab, _) = library(&entity, &[]).await;
    let allow = |structures: &[&str]| op(json!({ "allowedStructures": structures }));
    let wide = allow(&["RootTask", "RootPage", "RootTag"]);
    let mut operations = vec![allow(&["RootPage", "RootTag"])];
    operations.extend(vec![allow(&["RootTag", "RootPage"]); 30]);
    operations.extend(vec![wide.clone(); 30]);
    operations.extend(vec![allow(&[]); 30]);
    lab.post("/transactions", &json!({ "operations": operations })).await.ok();
    let narrowing = vec![[wide, allow(&[])]; 21].concat();
    let reply = lab.post("/transactions", &json!({ "operations": narrowing })).await;
    assert_eq!((reply.status, reply.json()["message"].as_str().unwrap().ends_with("operations[40]")), (400, true));
}
