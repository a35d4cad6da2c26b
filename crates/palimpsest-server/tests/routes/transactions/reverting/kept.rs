//! What stays though it was made: tags that others carry, and days.

use serde_json::json;

use super::{reverted, seen};
use crate::app::Lab;
use crate::transactions::{append, commit, create};
use crate::wire::{chosen, day_link, entities, page, tag, tokens};

fn tagged(ids: &[&str]) -> serde_json::Value {
    json!({"structureId": "RootPage", "properties": {"tags": entities(ids)}})
}

#[tokio::test]
async fn a_tag_goes_unless_live_objects_carry_it_afterwards() {
    let lab = Lab::new().await;
    let (used, unused, page) = (chosen(1), chosen(2), chosen(3));
    let made =
        [create(&tag("used"), &used), create(&tag("unused"), &unused), create(&tagged(&[&used, &unused]), &page)];
    let revision = commit(&lab, &made).await["revision"].clone();
    let other = lab.make(tagged(&[&used])).await;
    let told = reverted(&lab, &json!({"revision": revision})).await;
    assert_eq!(told["left"], json!([{"id": used, "path": "trashed", "reason": "inUse"}]));
    assert_eq!((lab.sees(&used).await, lab.sees(&unused).await, lab.sees(&page).await), (true, false, false));
    lab.delete(&format!("/object?id={other}")).await;
    let told = reverted(&lab, &json!({"revision": revision})).await;
    assert_eq!((told.get("left"), lab.sees(&used).await), (None, false), "nobody carries it any more");
}

#[tokio::test]
async fn days_stay() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let before = lab.object(&object).await;
    let with_day = json!({"id": object, "blocks": [tokens(json!([day_link("2026-11-23")]))]});
    let linked = lab.append(with_day).await;
    let told = reverted(&lab, &json!({"revision": 3})).await;
    assert_ne!(linked, before);
    assert_eq!(lab.object(&object).await["blocks"], before["blocks"]);
    assert_eq!((&told["left"][0]["reason"], &told["left"][0]["path"]), (&json!("date"), &json!("trashed")));
    assert!(lab.sees(told["left"][0]["id"].as_str().unwrap()).await);
}

#[tokio::test]
async fn a_daily_note_goes_unless_others_wrote_into_it() {
    let lab = Lab::new().await;
    let before = seen(&lab).await;
    lab.post("/blocks/daily-note/append", &json!({"markdown": "mine"})).await;
    reverted(&lab, &json!({"revision": 2})).await;
    assert_eq!(seen(&lab).await, before);
    reverted(&lab, &json!({"revision": 3})).await;
    let note = seen(&lab).await[0]["id"].as_str().unwrap().to_owned();
    lab.post("/transactions", &json!({"operations": [append(&note, "theirs")]})).await.ok();
    let told = reverted(&lab, &json!({"revision": 2})).await;
    assert_eq!(told["left"], json!([{"id": note, "path": "trashed", "reason": "inUse"}]));
}
