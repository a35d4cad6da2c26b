//! What two make together may be more than an object holds, or not fit its structure: that collides.

use palimpsest_model::{BuiltIn, MAX_ALIASES, MAX_BLOCKS, PropertyKind, StructureId};
use serde_json::{Value, json};

use super::{conflicts, edits, etag, merging, operate, page, paths, post, retitle, send};
use crate::app::Lab;

#[tokio::test]
async fn more_aliases_than_an_object_may_have() {
    let lab = Lab::new().await;
    let (object, _) = page(&lab).await;
    let base = etag(&lab, &object).await;
    let add = |who: &str, count: usize| {
        let names: Vec<_> = (0..count).map(|number| format!("{who} {number}")).collect();
        edits(&object, &json!([{"op": "add", "propertyId": "aliases", "values": names}]))
    };
    send(&lab, &add("theirs", MAX_ALIASES - 2)).await.ok();
    let told = conflicts(&merging(&lab, &base, &add("mine", 3)).await);
    assert_eq!(paths(&told), ["properties.aliases"]);
    assert_eq!(merging(&lab, &base, &add("mine", 2)).await.status, 200, "as many as it may have");
}

#[tokio::test]
async fn more_blocks_than_an_object_may_have() {
    let lab = Lab::new().await;
    let (object, _) = page(&lab).await;
    let add = |count: usize| {
        let blocks: Vec<Value> = vec![json!({"type": "HorizontalLineBlock"}); count];
        post("/blocks/append", json!({"id": object, "blocks": blocks}))
    };
    let base = etag(&lab, &object).await;
    send(&lab, &add(MAX_BLOCKS - 4)).await.ok();
    let head = lab.head().await;
    assert_eq!(paths(&conflicts(&merging(&lab, &base, &add(2)).await)), ["blocks"]);
    assert_eq!(lab.head().await, head);
    assert_eq!(merging(&lab, &base, &add(1)).await.status, 200, "as many as it may have");
}

#[tokio::test]
async fn a_property_that_the_structure_lost_since() {
    let lab = Lab::new().await;
    let (object, _) = page(&lab).await;
    let description = json!({"type": "text", "text": {"value": "mine"}});
    let set = edits(&object, &json!([{"op": "set", "propertyId": "description", "value": description}]));
    send(&lab, &set).await.ok();
    let with = etag(&lab, &object).await;
    let head = lab.head().await;
    let clear = json!({"type": "text", "text": {"value": "other"}});
    send(&lab, &edits(&object, &json!([{"op": "set", "propertyId": "description", "value": clear}]))).await.ok();
    operate(&lab, |tx| {
        let page = StructureId::BuiltIn(BuiltIn::RootPage);
        let mut structure = tx.schema().structure(page).unwrap().value.clone();
        structure.properties.retain(|property| property.id.0 != "description");
        assert!(structure.properties.iter().any(|property| property.kind == PropertyKind::Title));
        tx.put_structure(structure);
    })
    .await;
    assert_eq!(merging(&lab, &with, &retitle(&object, "fits")).await.status, 200);
    let back = json!({"id": object, "revision": head});
    let told = conflicts(&lab.post("/object/revert", &back).await);
    assert_eq!(paths(&told), ["properties.description"]);
}
