//! Two clients with forks of one object, against the model's merge: what mine is comes from a twin that theirs never reached.

use palimpsest_model::{ObjectId, merge, parse_uuid};
use serde_json::{Value, json};

use super::{Call, conflicts, edits, etag, merging, patch, paths, post, says, send, stored};
use crate::app::Lab;
use crate::walk::Dice;
use crate::wire::{SECTION, id, titled};

fn rounds() -> u64 {
    if std::env::var_os("PALIMPSEST_TEST_LONG").is_some() { 3000 } else { 150 }
}

const OBJECT: &str = "99999999-9999-4999-8999-999999999999";

fn block_id(number: usize) -> String {
    format!("88888888-8888-4888-8888-{number:012}")
}

fn tag_id(number: usize) -> String {
    format!("77777777-7777-4777-8777-{number:012}")
}

/// A block that is there at first.
fn some(dice: &mut Dice) -> String {
    block_id(dice.below(6))
}

fn block(dice: &mut Dice, number: usize) -> Value {
    let words: Vec<_> = (0..6).map(|_| dice.pick(&["alpha", "beta", "gamma", "delta"])).collect();
    let mut block = says(&words.join(" "));
    block["id"] = json!(block_id(number));
    block
}

async fn begin(dice: &mut Dice) -> Lab {
    let lab = Lab::new().await;
    for number in 0..3 {
        let mut tag = crate::wire::tag(&format!("tag {number}"));
        tag["id"] = json!(tag_id(number));
        lab.create(tag).await;
    }
    let mut blocks: Vec<_> = (0..4).map(|number| block(dice, number)).collect();
    blocks[1]["blocks"] = json!([block(dice, 4), block(dice, 5)]);
    let body = json!({"id": OBJECT, "structureId": "RootPage", "properties": {"title": titled("base")},
        "blocks": {SECTION: blocks}});
    lab.create(body).await;
    lab
}

/// A change of the object; new blocks are numbered from `new` on.
fn change(dice: &mut Dice, read: &Value, new: usize) -> Call {
    let block_of = some(dice);
    let edit = match dice.below(10) {
        0 => json!({"op": "set", "propertyId": "title", "value": titled(dice.pick(&["x", "y"]))}),
        1 => json!({"op": "add", "propertyId": "tags", "values": [tag_id(dice.below(3))]}),
        2 => json!({"op": "add", "propertyId": "aliases", "values": [dice.pick(&["p", "q", "r"])]}),
        3 => json!({"op": "insert", "blocks": [block(dice, new)],
            "position": {"type": "after_block", "after_block": {"id": block_of}}}),
        4 => json!({"op": "update", "blockId": block_of, "block": says(dice.pick(&["one", "two"]))}),
        5 => json!({"op": "move", "blockId": block_of, "position": {"type": dice.pick(&["start", "end"])}}),
        6 => json!({"op": "delete", "blockId": block_of}),
        7 => {
            let find = dice.pick(&["alpha", "beta", "gamma"]);
            json!({"op": "replaceText", "blockId": block_of, "find": find, "replace": "omega", "occurrence": "all"})
        }
        8 => {
            let mut list = read["blocks"][SECTION].as_array().unwrap().clone();
            let (one, two) = (dice.below(list.len()), dice.below(list.len()));
            list.swap(one, two);
            if dice.one_in(2) {
                list[one] = block(dice, new);
            }
            return patch("/object", json!({"id": OBJECT, "blocks": {SECTION: list}}));
        }
        _ => return post("/blocks/append", json!({"id": OBJECT, "blocks": [block(dice, new)]})),
    };
    edits(OBJECT, &json!([edit]))
}

#[tokio::test]
async fn it_is_the_merge_of_the_model_or_a_refusal_with_its_conflicts() {
    let (mut merged_rounds, mut refused) = (0, 0);
    for seed in 0..rounds() {
        let (mut dice, mut same) = (Dice(seed), Dice(seed));
        let (lab, twin) = (begin(&mut dice).await, begin(&mut same).await);
        let (tag, read) = (etag(&lab, OBJECT).await, lab.object(OBJECT).await);
        let (base, schema) = stored(&lab, OBJECT).await;
        assert_eq!(stored(&twin, OBJECT).await.0, base);
        for number in 0..=dice.below(3) {
            send(&lab, &change(&mut dice, &read, 20 + number)).await;
        }
        let call = change(&mut dice, &read, 40);
        let alone = send(&twin, &call).await;
        let (theirs, mine) = (stored(&lab, OBJECT).await.0, stored(&twin, OBJECT).await.0);
        let (head, is_current) = (lab.head().await, theirs == base);
        let reply = merging(&lab, &tag, &call).await;
        let what = format!("seed {seed}: {call:?}: {reply:?}");
        if alone.status != 200 {
            assert_eq!((reply.status, lab.head().await), (alone.status, head), "{what}");
            continue;
        }
        let structure = &schema.structure(base.structure).unwrap().value;
        let expected = merge(&base, &theirs, &mine, structure);
        let left = stored(&lab, OBJECT).await.0;
        if expected.conflicts.is_empty() {
            assert_eq!((reply.status, reply.header("preference-applied")), (200, Some("merge")), "{what}");
            assert_eq!(left, expected.object, "{what}");
            assert_eq!(left.id, ObjectId(parse_uuid(&id(&reply.json())).unwrap()));
            merged_rounds += usize::from(!is_current && mine != base);
        } else {
            let told: Vec<_> = expected.conflicts.into_iter().map(|conflict| conflict.path).collect();
            assert_eq!(paths(&conflicts(&reply)), told, "{what}");
            assert_eq!((left, lab.head().await), (theirs, head), "{what}");
            refused += 1;
        }
    }
    assert!(merged_rounds >= 50 && refused >= 5, "{merged_rounds} merged, {refused} refused");
}
