//! POST /object/edits: values, collections, and what holds for every edit.

use http::Method;
use palimpsest_engine::admin::{Command, Reply as Told};
use serde_json::{Value, json};

use crate::app::{BOTH, Lab};
use crate::wire::{NOBODY, body, entities, id, page, page_of, tag, text, titled};

pub(super) const PATH: &str = "/object/edits";

pub(super) fn edits(object: &str, edits: Value) -> Value {
    json!({"id": object, "edits": edits})
}

/// Makes edits, which take one revision; answers the object.
pub(super) async fn make(lab: &Lab, object: &str, list: Value) -> Value {
    let head = lab.head().await;
    let reply = lab.post(PATH, &edits(object, list.clone())).await;
    let answered = reply.ok();
    assert_eq!((reply.revision(), lab.head().await), (Some(head + 1), head + 1), "{list}");
    assert_eq!(reply.header("palimpsest-ignored"), None, "{list}");
    assert_eq!(lab.object(object).await, answered, "{list}");
    answered
}

/// Makes edits that change nothing.
pub(super) async fn nothing(lab: &Lab, object: &str, list: Value) {
    let (head, before) = (lab.head().await, lab.object(object).await);
    lab.app.clock.advance(1000);
    let reply = lab.post(PATH, &edits(object, list.clone())).await;
    assert_eq!((reply.ok(), reply.revision()), (before, Some(head)), "{list}");
    assert_eq!(lab.head().await, head, "{list}");
}

/// Expects that an edit is refused, behind one that could be made, at a path below it.
pub(super) async fn refused(lab: &Lab, object: &str, edit: Value, status: u16, message: &str, path: &str) {
    let first = json!({"op": "set", "propertyId": "title", "value": titled("never")});
    let list = edits(object, json!([first, edit]));
    let code = if status == 404 { "cap_not_found" } else { "cap_invalid_input" };
    let message = format!("✖ {message}\n  → at edits[1]{path}");
    lab.refuses_as(Method::POST, PATH, list, (status, code), &message).await;
    let title = &lab.object(object).await["properties"]["title"];
    assert_ne!(*title, titled("never"), "a part was made");
}

fn set(property: &str, value: Value) -> Value {
    json!({"op": "set", "propertyId": property, "value": value})
}

fn values(op: &str, property: &str, values: &[&str]) -> Value {
    json!({"op": op, "propertyId": property, "values": values})
}

fn aliases(names: &[&str]) -> Value {
    json!({"type": "aliases", "aliases": {"value": names}})
}

async fn collection(lab: &Lab, structure: &str, title: &str) -> String {
    let (space, structure) = (Some(lab.space.clone()), structure.to_owned());
    let told = lab.app.administer(Command::CollectionCreate { space, structure, title: title.to_owned() }).await;
    let Told::Collection(made) = told else { panic!("{told:?}") };
    made.id.to_string()
}

const BOOK: &str = "33333333-3333-4333-8333-333333333333";
const MOODS: &str = "44444444-4444-4444-8444-444444444444";

/// A space with a structure of which a property holds several labels.
async fn library() -> Lab {
    let lab = Lab::new().await;
    let option = |id: &str| json!({"id": id, "name": id});
    let moods = json!({"id": MOODS, "name": "Moods", "type": "label", "multiple": true,
        "labelSet": [option("calm"), option("bold"), option("odd")]});
    let definition = json!({"id": BOOK, "title": "Book", "propertyDefinitions": [moods]});
    lab.app.administer(Command::StructureCreate { space: None, definition }).await;
    lab
}

fn labels(object: &Value, property: &str) -> Vec<String> {
    let list = object["properties"][property]["label"].as_array().unwrap();
    list.iter().map(|option| option["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn edits_are_made_in_order_at_one_revision() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let list = json!([
        set("title", titled("b")),
        values("add", "aliases", &["one", "two"]),
        set("aliases", aliases(&["three"])),
        values("add", "aliases", &["four"]),
        {"op": "insert", "blocks": [text("x")]},
        set("title", titled("c")),
    ]);
    let made = make(&lab, &page, list).await;
    assert_eq!(made["properties"]["title"], titled("c"));
    assert_eq!(made["properties"]["aliases"], aliases(&["three", "four"]));
    assert_eq!(body(&made)[0]["tokens"][0]["text"], "x");
}

#[tokio::test]
async fn edits_that_undo_each_other_take_no_revision() {
    let lab = Lab::new().await;
    let page = lab.create(page_of(json!([text("a")]))).await;
    let block = id(&body(&page)[0]);
    let to_and_fro = |from: &str, to: &str| {
        let change = |find: &str, replace: &str| json!({"op": "replaceText", "blockId": block, "find": find, "replace": replace});
        json!([change(from, to), change(to, from)])
    };
    nothing(&lab, &id(&page), to_and_fro("a", "b")).await;
    let markdown = json!({"op": "insert", "markdown": ""});
    nothing(&lab, &id(&page), json!([markdown])).await;
    let spare = crate::wire::chosen(1);
    let mut new = text("b");
    new["id"] = json!(spare);
    let inserted = json!([{"op": "insert", "blocks": [new]}, {"op": "insert", "markdown": ""}, {"op": "delete", "blockId": spare}]);
    nothing(&lab, &id(&page), inserted).await;
}

#[tokio::test]
async fn a_value_is_set_as_patch_sets_it() {
    let lab = Lab::new().await;
    let tag = lab.make(tag("Read")).await;
    let page = lab.make(page("a")).await;
    let made = make(
        &lab,
        &page,
        json!([set("tags", entities(&[&tag])), set("description", json!({"type": "text", "text": {"value": "d"}}))]),
    )
    .await;
    assert_eq!(made["properties"]["tags"], entities(&[&tag]));
    nothing(&lab, &page, json!([set("tags", entities(&[&tag]))])).await;
    let refused = async |property: &str, value: Value, message: &str, path: &str| {
        refused(&lab, &page, set(property, value), 400, message, path).await;
    };
    refused("nope", titled("x"), "Unknown property: Page has no property of this id", ".propertyId").await;
    refused("lastUpdatedAt", titled("x"), "This property is read-only", ".propertyId").await;
    let section = "This is a body section: write it under `blocks`";
    refused("RootPage_content", titled("x"), section, ".propertyId").await;
    let kind = "Invalid input: expected a value of type entity, received title";
    refused("tags", titled("x"), kind, ".value.type").await;
    refused("tags", entities(&[&tag, NOBODY]), "Unknown object", ".value.entity[1].id").await;
    let target = "Invalid target: expected an object of \"RootTag\", received RootPage";
    refused("tags", entities(&[&page]), target, ".value.entity[0].id").await;
    let text = "Invalid input: expected string, received number";
    refused("title", json!({"type": "title", "title": {"value": 3}}), text, ".value.title.value").await;
}

#[tokio::test]
async fn values_that_are_lists_are_ordered_sets() {
    let lab = library().await;
    let tags = [lab.make(tag("a")).await, lab.make(tag("b")).await, lab.make(tag("c")).await];
    let [a, b, c] = tags.each_ref().map(String::as_str);
    let book = lab.make(json!({"structureId": BOOK})).await;
    let made = make(&lab, &book, json!([values("add", "tags", &[b, a, b])])).await;
    assert_eq!(made["properties"]["tags"], entities(&[b, a]));
    nothing(&lab, &book, json!([values("add", "tags", &[&a.to_uppercase(), b])])).await;
    let made = make(&lab, &book, json!([values("add", "tags", &[a, c]), values("remove", "tags", &[b, NOBODY])])).await;
    assert_eq!(made["properties"]["tags"], entities(&[a, c]));
    let made =
        make(&lab, &book, json!([values("add", MOODS, &["odd", "calm"]), values("add", MOODS, &["bold", "odd"])]))
            .await;
    assert_eq!(labels(&made, MOODS), ["odd", "calm", "bold"]);
    let made = make(&lab, &book, json!([values("remove", MOODS, &["calm", "nope"])])).await;
    assert_eq!(labels(&made, MOODS), ["odd", "bold"]);
    let made = make(
        &lab,
        &book,
        json!([values("add", "aliases", &["x", "y", "x"]), values("remove", "aliases", &["x", "z"])]),
    )
    .await;
    assert_eq!(made["properties"]["aliases"], aliases(&["y"]));
    nothing(
        &lab,
        &book,
        json!([values("add", "aliases", &["y"]), values("remove", "aliases", &["x"]), values("add", MOODS, &[])]),
    )
    .await;
    let made = make(&lab, &book, json!([values("remove", "aliases", &["y"])])).await;
    assert_eq!(made["properties"]["aliases"], aliases(&[]), "a value that was emptied is an explicit nothing");
}

#[tokio::test]
async fn what_was_never_set_stays_so_when_nothing_is_removed_from_it() {
    let lab = library().await;
    let book = lab.make(json!({"structureId": BOOK})).await;
    nothing(&lab, &book, json!([values("remove", MOODS, &["odd"]), values("remove", "tags", &[NOBODY])])).await;
    assert_eq!(lab.object(&book).await["properties"].get(MOODS), None);
}

#[tokio::test]
async fn what_is_referred_to_already_may_stay_whatever_became_of_it() {
    let lab = library().await;
    let [kept, gone] = [lab.make(tag("kept")).await, lab.make(tag("gone")).await];
    let book = lab.make(json!({"structureId": BOOK, "properties": {"tags": entities(&[&kept, &gone])}})).await;
    lab.delete(&format!("/object?id={gone}")).await;
    nothing(&lab, &book, json!([values("add", "tags", &[&gone])])).await;
    let made = make(&lab, &book, json!([values("remove", "tags", &[&gone])])).await;
    assert_eq!(made["properties"]["tags"], entities(&[&kept]));
    refused(&lab, &book, values("add", "tags", &[&kept, &gone]), 400, "Unknown object", ".values[1]").await;
}

#[tokio::test]
async fn what_cannot_be_added_or_removed_is_refused() {
    let lab = library().await;
    let tag = lab.make(tag("a")).await;
    let book = lab.make(json!({"structureId": BOOK})).await;
    let told = async |edit: Value, message: &str, path: &str| refused(&lab, &book, edit, 400, message, path).await;
    for op in ["add", "remove"] {
        let lists = "Only entities, labels and aliases are lists";
        told(values(op, "title", &["x"]), lists, ".propertyId").await;
        told(values(op, "nope", &["x"]), "Unknown property: Book has no property of this id", ".propertyId").await;
        told(values(op, "lastUpdatedAt", &["x"]), "This property is read-only", ".propertyId").await;
        told(values(op, "tags", &[&tag, "x"]), "Invalid UUID", ".values[1]").await;
    }
    told(values("add", "tags", &[&tag, NOBODY]), "Unknown object", ".values[1]").await;
    let target = format!("Invalid target: expected an object of \"RootTag\", received {BOOK}");
    told(values("add", "tags", &[&book]), &target, ".values[0]").await;
    let option = "Unknown label option: expected one of \"calm\"|\"bold\"|\"odd\"";
    told(values("add", MOODS, &["odd", "nope"]), option, ".values[1]").await;
    let names: Vec<_> = (0..9).map(|number| number.to_string()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    told(values("add", "aliases", &names), "Too big: expected array to have <=8 items in all", ".values").await;
    make(&lab, &book, json!([values("add", "aliases", &names[..8])])).await;
    told(values("add", "aliases", &["more"]), "Too big: expected array to have <=8 items in all", ".values").await;
    nothing(&lab, &book, json!([values("add", "aliases", &["1"])])).await;
}

#[tokio::test]
async fn collections_are_an_ordered_set() {
    let lab = Lab::new().await;
    let [a, b] = [collection(&lab, "RootPage", "a").await, collection(&lab, "RootPage", "b").await];
    let tags = collection(&lab, "RootTag", "tags").await;
    let page = lab.make(page("a")).await;
    let change = |op: &str, ids: &[&str]| json!({"op": op, "ids": ids});
    let made =
        make(&lab, &page, json!([change("addCollections", &[&b, &b]), change("addCollections", &[&a, &b])])).await;
    assert_eq!(made["collections"], json!([b, a]));
    nothing(&lab, &page, json!([change("addCollections", &[&a]), change("removeCollections", &[NOBODY])])).await;
    let made = make(&lab, &page, json!([change("removeCollections", &[&b])])).await;
    assert_eq!(made["collections"], json!([a]));
    let told = async |edit: Value, message: &str, path: &str| refused(&lab, &page, edit, 400, message, path).await;
    told(change("addCollections", &[&b, NOBODY]), "Unknown collection", ".ids[1]").await;
    told(change("addCollections", &[&tags]), "This collection holds no objects of type Page", ".ids[0]").await;
    told(change("addCollections", &["x"]), "Invalid UUID", ".ids[0]").await;
    told(change("removeCollections", &["x"]), "Invalid UUID", ".ids[0]").await;
}

#[tokio::test]
async fn what_is_dropped_is_named_by_its_path_and_refused_when_strict() {
    let lab = Lab::new().await;
    let task = lab.make(json!({"structureId": "RootTask", "properties": {"title": titled("t")}})).await;
    let mut taken = text("x");
    taken["id"] = json!(id(&lab.object(&task).await["blocks"]["RootTask_notes"][0]));
    let mut priorities = values("add", "priority", &["low", "high", "low"]);
    priorities["why"] = json!("both");
    let status = json!({"type": "label", "label": [{"id": "done", "name": ""}, {"id": "next-up", "name": ""}]});
    let list = json!([priorities, set("status", status), {"op": "insert", "blocks": [text("y"), taken.clone()],
        "position": {"type": "start", "of": "all"}}, {"op": "insert", "blocks": [taken, text("z")]}]);
    let paths = ["edits[0].why", "edits[2].position.of", "edits[0].values[1]", "edits[1].value.label[1]"];
    // The empty block gave way to the first insertion, so that its id is free for the second.
    let paths = [&paths[..], &["edits[2].blocks[1].id"]].concat();
    let (head, before) = (lab.head().await, lab.object(&task).await);
    let strict = lab.ask(Method::POST, PATH).header("prefer", "handling=strict").json(&edits(&task, list.clone()));
    let reply = lab.app.send(strict).await;
    let message = reply.json()["message"].as_str().unwrap().to_owned();
    assert_eq!((reply.status, lab.head().await, lab.object(&task).await), (400, head, before));
    assert!(message.contains("✖ This would have no effect\n  → at edits[0].why"), "{message}");
    let reply = lab.post(PATH, &edits(&task, list)).await;
    let named: Vec<_> = paths.iter().map(|path| format!("\"{path}\"")).collect();
    assert_eq!(reply.header("palimpsest-ignored"), Some(&*named.join(", ")));
    let made = reply.ok();
    assert_eq!((labels(&made, "priority"), labels(&made, "status")), (vec!["low".to_owned()], vec!["done".to_owned()]));
    let strict = lab.ask(Method::POST, PATH).header("prefer", "handling=strict");
    let second = edits(&task, json!([set("title", titled("u")), values("add", "priority", &["high"])]));
    let message = "✖ This would have no effect\n  → at edits[1].values[0]";
    lab.app.send(strict.json(&second)).await.refusal(400, "cap_invalid_input", message);
    assert_eq!(lab.object(&task).await["properties"]["title"], titled("t"), "nothing of it was made");
}

#[tokio::test]
async fn edits_are_read_with_exact_paths_all_at_once() {
    let lab = Lab::new().await;
    let told = async |body: Value, message: &str| lab.refuses(Method::POST, PATH, body, message).await;
    let missing =
        |kind: &str, path: &str| format!("✖ Invalid input: expected {kind}, received undefined\n  → at {path}");
    told(json!({}), &[missing("string", "id"), missing("array", "edits")].join("\n")).await;
    told(edits(NOBODY, json!([])), "✖ Too small: expected array to have >=1 items\n  → at edits").await;
    let list = json!(["x", {}, {"op": "nope"}]);
    let ops = [
        "set",
        "add",
        "remove",
        "addCollections",
        "removeCollections",
        "insert",
        "update",
        "move",
        "delete",
        "replaceText",
    ];
    let ops = ops.map(|op| format!("\"{op}\"")).join("|");
    let message = [
        "✖ Invalid input: expected object, received string\n  → at edits[0]".to_owned(),
        format!("✖ Invalid option: expected one of {ops}\n  → at edits[1].op"),
        format!("✖ Invalid option: expected one of {ops}\n  → at edits[2].op"),
    ];
    told(edits(NOBODY, list), &message.join("\n")).await;
    for (op, needed) in [
        ("set", &[("string", "propertyId")][..]),
        ("add", &[("array", "values")]),
        ("remove", &[("array", "values")]),
        ("addCollections", &[("array", "ids")]),
        ("removeCollections", &[("array", "ids")]),
        ("update", &[("string", "blockId"), ("object", "block")]),
        ("move", &[("string", "blockId")]),
        ("delete", &[("string", "blockId")]),
        ("replaceText", &[("string", "blockId"), ("string", "find"), ("string", "replace")]),
    ] {
        let reply = lab.post(PATH, &edits(NOBODY, json!([{"op": op}]))).await;
        let message = reply.json()["message"].as_str().unwrap().to_owned();
        assert_eq!(reply.status, 400);
        for (kind, key) in needed {
            assert!(message.contains(&missing(kind, &format!("edits[0].{key}"))), "{op}: {message}");
        }
    }
    let one = "✖ Provide exactly one of `blocks` or `markdown`.\n  → at edits[0]";
    told(edits(NOBODY, json!([{"op": "insert"}])), one).await;
    told(edits(NOBODY, json!([{"op": "insert", "blocks": [text("a")], "markdown": ""}])), one).await;
}

#[tokio::test]
async fn there_are_five_hundred_edits_at_most() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let many = |count: usize| {
        let one = |number: usize| json!({"op": "insert", "blocks": [text(&number.to_string())]});
        edits(&page, (0..count).map(one).collect())
    };
    lab.refuses(Method::POST, PATH, many(501), "✖ Too big: expected array to have <=500 items\n  → at edits").await;
    assert_eq!(body(&lab.post(PATH, &many(500)).await.ok()).len(), 500);
}

#[tokio::test]
async fn the_object_must_be_there() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let list = || json!([set("title", titled("b"))]);
    let gone = async |object: &str| {
        let body = edits(object, list());
        lab.refuses_as(Method::POST, PATH, body, (404, "cap_not_found"), "Object not found").await;
    };
    gone(NOBODY).await;
    let space = lab.app.space("Elsewhere").await;
    let token = lab.app.token(&space, "stranger", BOTH).await;
    let reply = lab.app.send(crate::app::Ask::new(Method::POST, PATH).token(&token).json(&edits(&page, list()))).await;
    reply.refusal(404, "cap_not_found", "Object not found");
    lab.delete(&format!("/object?id={page}")).await;
    gone(&page).await;
}
