//! What is told when two change one thing.

use http::Method;
use serde_json::{Value, json};

use super::{conflicts, edits, etag, merging, page, paths, retitle, rewrite, says, send};
use crate::app::Lab;
use crate::wire::{SECTION, id, titled};

#[tokio::test]
async fn every_place_with_all_three_values_and_nothing_happens() {
    let lab = Lab::new().await;
    let (object, blocks) = page(&lab).await;
    let base = etag(&lab, &object).await;
    let was = lab.object(&object).await["blocks"][SECTION][1].clone();
    send(&lab, &retitle(&object, "theirs")).await.ok();
    let now = send(&lab, &rewrite(&object, &blocks[1], "their words")).await.ok();
    let before = lab.get(&format!("/object?id={object}")).await;
    let mine = edits(
        &object,
        &json!([
            {"op": "set", "propertyId": "title", "value": titled("mine")},
            {"op": "update", "blockId": blocks[1], "block": says("my words")},
            {"op": "update", "blockId": blocks[2], "block": says("no quarrel")},
        ]),
    );
    let reply = merging(&lab, &base, &mine).await;
    let mut my_words = was.clone();
    my_words["tokens"][0]["text"] = json!("my words");
    let bare = |mut block: Value| {
        block.as_object_mut().unwrap().remove("blocks");
        block
    };
    let told = conflicts(&reply);
    let mut told_bare = told.clone();
    for side in ["base", "theirs", "mine"] {
        told_bare[0][side] = bare(told[0][side].clone());
    }
    let content = format!("blocks.{SECTION}.{}.content", blocks[1]);
    let theirs = bare(now["blocks"][SECTION][1].clone());
    assert_eq!(
        told_bare,
        json!([
            {"path": content, "base": bare(was), "theirs": theirs, "mine": bare(my_words)},
            {"path": "properties.title", "base": titled("base"), "theirs": titled("theirs"), "mine": titled("mine")},
        ])
    );
    assert!(reply.json()["message"].as_str().unwrap().contains("2 things"));
    let after = lab.get(&format!("/object?id={object}")).await;
    assert_eq!((&after.body, after.revision()), (&before.body, before.revision()), "something happened");
}

#[tokio::test]
async fn a_deleted_block_that_the_other_changed() {
    let lab = Lab::new().await;
    let (object, blocks) = page(&lab).await;
    let delete = (Method::DELETE, format!("/block?objectId={object}&blockId={}", blocks[0]), json!({}));
    let base = etag(&lab, &object).await;
    send(&lab, &delete).await.ok();
    let told = conflicts(&merging(&lab, &base, &rewrite(&object, &blocks[0], "mine")).await);
    assert_eq!(paths(&told), [format!("blocks.{SECTION}.{}.content", blocks[0])]);
    assert_eq!((&told[0]["theirs"], &told[0]["mine"]["tokens"][0]["text"]), (&Value::Null, &json!("mine")));
}

#[tokio::test]
async fn the_same_change_is_no_conflict() {
    let lab = Lab::new().await;
    let (object, blocks) = page(&lab).await;
    let base = etag(&lab, &object).await;
    for call in [retitle(&object, "same"), rewrite(&object, &blocks[0], "same words")] {
        send(&lab, &call).await.ok();
        let before = lab.get(&format!("/object?id={object}")).await;
        let reply = merging(&lab, &base, &call).await;
        assert_eq!((reply.status, reply.revision()), (200, before.revision()), "no revision for nothing");
        assert_eq!((&reply.body, reply.header("preference-applied")), (&before.body, Some("merge")));
    }
}

#[tokio::test]
async fn the_history_tells_of_a_merge() {
    let lab = Lab::new().await;
    let (object, blocks) = page(&lab).await;
    let base = etag(&lab, &object).await;
    send(&lab, &retitle(&object, "theirs")).await.ok();
    merging(&lab, &base, &rewrite(&object, &blocks[0], "mine")).await.ok();
    let history = lab.get(&format!("/object/history?id={object}")).await.ok();
    assert_eq!(history["results"][0]["kind"], json!("merged"));
    assert_eq!(history["results"][0]["paths"], json!([format!("blocks.{SECTION}.{}.content", blocks[0])]));
    assert_eq!(id(&lab.object(&object).await), object);
}
