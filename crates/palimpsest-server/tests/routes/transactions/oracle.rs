//! Random transactions against an oracle: the same calls one by one, sent to another server.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{PATH, aborted, alone, append, create, everything, imagined, op, rename, trash};
use crate::app::Lab;
use crate::walk::Dice;
use crate::wire::{SECTION, entities, run, titled};

fn rounds() -> u64 {
    if std::env::var_os("PALIMPSEST_TEST_LONG").is_some() { 2000 } else { 120 }
}

/// An operation, sensible or not, on one of a few objects and blocks whose ids the client chose.
pub(super) fn operation(dice: &mut Dice) -> Value {
    let number = dice.below(5);
    let (object, letter) = (object(number), dice.pick(&["a", "b", "c"]));
    // No two objects have a name in common: which one a name means would depend on when they changed.
    let title = format!("{letter}{number}");
    match dice.below(15) {
        0 | 1 => make(dice, number),
        2 | 3 => rename(&object, &title),
        4 => rename(&object, ""),
        5 => {
            let tags = json!({"tags": entities(&[&self::object(0)])});
            op("PATCH", "/object", &json!({"id": object, "properties": tags}))
        }
        6 => op("PATCH", "/object", &json!({"id": object, "blocks": {SECTION: [block(dice), block(dice)]}})),
        7 => op("PATCH", "/object", &json!({"id": object, "deleteRequested": dice.one_in(3)})),
        8 => append(&object, dice.pick(&["", "x", "#seen", "- a\n  - b", "> c"])),
        9 => op("POST", "/blocks/append", &json!({"id": object, "blocks": [block(dice)]})),
        10 => op("PATCH", "/blocks/block", &json!({"id": object, "blockId": block_id(dice), "block": block(dice)})),
        11 => json!({"method": "DELETE", "path": format!("/block?objectId={object}&blockId={}", block_id(dice))}),
        12 if dice.one_in(2) => json!({"method": "DELETE", "path": format!("/object?id={object}&hardDelete=true")}),
        12 => trash(&object),
        13 if dice.one_in(2) => {
            op("POST", "/object/url", &json!({"id": object, "url": format!("https://e.org/{title}")}))
        }
        14 => op(
            "PATCH",
            "/object/markdown",
            &json!({"id": object, "markdown": format!("---\ntitle: {title}\n---\n\nd")}),
        ),
        _ => op("POST", "/blocks/daily-note/append", &json!({"markdown": "e", "noTimeStamp": true})),
    }
}

/// Makes a tag, or a page with text.
pub(super) fn make(dice: &mut Dice, number: usize) -> Value {
    let kind = if number == 0 { "RootTag" } else { "RootPage" };
    let mut body = json!({"structureId": kind, "properties": {"title": titled(&format!("a{number}"))}});
    if number > 0 {
        body["blocks"] = json!({SECTION: [block(dice), block(dice)]});
    }
    create(&body, &object(number))
}

pub(super) fn object(number: usize) -> String {
    format!("77777777-7777-4777-8777-{number:012}")
}

fn block_id(dice: &mut Dice) -> String {
    format!("88888888-8888-4888-8888-{:012}", dice.below(12))
}

fn block(dice: &mut Dice) -> Value {
    let token = match dice.below(4) {
        0 => json!({"type": "LinkToken", "text": "", "entityId": object(dice.below(5))}),
        1 => json!({"type": "LinkToken", "text": "", "date": {"start": "2026-11-23"}}),
        _ => run(dice.pick(&["a", "b"])),
    };
    json!({"id": block_id(dice), "type": "TextBlock", "tokens": [token]})
}

/// All objects without their versions, those whose id nobody chose under what they are called, and so with blocks.
async fn seen(lab: &Lab) -> Vec<Value> {
    let all = lab.get("/objects?limit=1000&include=objects").await.ok();
    let rows = all["results"].as_array().unwrap().iter();
    let mut objects: Vec<_> = rows.map(|row| row["object"].clone()).collect();
    let is_chosen = |id: &str| id.starts_with("77777777") || id.starts_with("88888888");
    let name = |object: &Value| match object["id"].as_str().unwrap() {
        id if is_chosen(id) => id.to_owned(),
        _ => format!("{} {}", object["structureId"], object["properties"]["title"]),
    };
    objects.sort_by_key(name);
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for object in &objects {
        names.insert(crate::wire::id(object), name(object));
    }
    for object in &objects {
        let lists = object["blocks"].as_object().unwrap().values();
        for id in lists.flat_map(|list| crate::wire::ids(list.as_array().unwrap())) {
            let number = names.len();
            names.entry(id.clone()).or_insert_with(|| if is_chosen(&id) { id } else { format!("block {number}") });
        }
    }
    objects.iter_mut().for_each(|object| rename_all(object, &names));
    objects
}

fn rename_all(json: &mut Value, names: &BTreeMap<String, String>) {
    match json {
        Value::String(text) => *text = names.get(text).unwrap_or(text).clone(),
        Value::Array(list) => list.iter_mut().for_each(|element| rename_all(element, names)),
        Value::Object(map) => map.values_mut().for_each(|member| rename_all(member, names)),
        _ => {}
    }
}

#[tokio::test]
async fn a_transaction_does_what_its_operations_do_one_by_one_or_nothing() {
    let (mut done, mut refused) = (0, 0);
    for seed in 0..rounds() {
        let mut dice = Dice(seed);
        let (lab, twin) = (Lab::new().await, Lab::new().await);
        let mut known: Vec<_> = (0..5).map(|number| make(&mut dice, number)).collect();
        known.truncate(3 + dice.below(3));
        known.extend((0..dice.below(4)).map(|_| operation(&mut dice)));
        for operation in known {
            let answers = [alone(&lab, &lab.token, &operation).await, alone(&twin, &twin.token, &operation).await];
            assert_eq!(answers[0].status, answers[1].status);
        }
        let operations: Vec<_> = (0..=dice.below(4)).map(|_| operation(&mut dice)).collect();
        let before = everything(&lab).await;
        assert_eq!(seen(&lab).await, seen(&twin).await);
        let mut failure = None;
        for (index, operation) in operations.iter().enumerate() {
            let told = alone(&twin, &twin.token, operation).await;
            if told.status != 200 {
                failure = Some((index, told));
                break;
            }
        }
        let what = format!("seed {seed}: {operations:?}");
        let dry = lab.post(PATH, &json!({"operations": operations, "dryRun": true})).await;
        assert_eq!(everything(&lab).await, before, "{what}");
        let reply = lab.post(PATH, &json!({"operations": operations})).await;
        let told =
            if reply.status == 200 { imagined(&reply.json(), before[1].as_u64().unwrap()) } else { reply.json() };
        assert_eq!((dry.status, dry.json()), (reply.status, told), "{what}");
        if let Some((index, told)) = failure {
            let inner = aborted(&reply, told.status, "failed", index);
            assert_eq!((&inner["code"], &inner["message"]), (&told.json()["code"], &told.json()["message"]), "{what}");
            assert_eq!(everything(&lab).await, before, "{what}");
            refused += 1;
        } else {
            assert_eq!(reply.status, 200, "{what}: {reply:?}");
            assert_eq!(seen(&lab).await, seen(&twin).await, "{what}");
            assert!(
                [before[1].as_u64().unwrap(), before[1].as_u64().unwrap() + 1].contains(&lab.head().await),
                "{what}"
            );
            done += 1;
        }
    }
    assert!(done >= 20 && refused >= 20, "the operations are not worth much: {done} done, {refused} refused");
}
