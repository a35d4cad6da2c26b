//! PATCH /object with `blocks`: a section is replaced, and what stays the same keeps its ids.

use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{NOBODY, SECTION, body, chosen, id, ids, outlined, over, page_of, text};

async fn rewrite(lab: &Lab, page: &Value, blocks: Value) -> Value {
    lab.update(json!({"id": id(page), "blocks": {SECTION: blocks}})).await
}

#[tokio::test]
async fn a_rewrite_of_the_same_content_keeps_every_id() {
    let lab = Lab::new().await;
    let blocks = json!([over("a", json!([text("b"), text("b")])), text("c"), text("c")]);
    let before = lab.create(page_of(blocks.clone())).await;
    let head = lab.head().await;
    assert_eq!(rewrite(&lab, &before, blocks).await, before);
    assert_eq!(lab.head().await, head);
}

#[tokio::test]
async fn blocks_that_stay_the_same_keep_their_ids_among_others() {
    let lab = Lab::new().await;
    let before = lab.create(page_of(json!([text("a"), text("b"), text("c")]))).await;
    let after = rewrite(&lab, &before, json!([text("new"), text("a"), text("c"), text("newer")])).await;
    let (old, new) = (ids(body(&before)), ids(body(&after)));
    assert_eq!(outlined(&after), "new a c newer");
    assert_eq!((&new[1], &new[2]), (&old[0], &old[2]));
    assert!(!old.contains(&new[0]) && !old.contains(&new[3]));
}

#[tokio::test]
async fn what_get_showed_can_be_sent_back() {
    let lab = Lab::new().await;
    let before = lab.create(page_of(json!([over("a", json!([text("b")])), text("c")]))).await;
    let mut blocks = before["blocks"][SECTION].clone();
    blocks[0]["blocks"][0]["tokens"][0]["text"] = json!("changed");
    blocks.as_array_mut().unwrap().swap(0, 1);
    let after = rewrite(&lab, &before, blocks).await;
    assert_eq!(outlined(&after), "c a[changed]");
    let (old, new) = (ids(body(&before)), ids(body(&after)));
    assert_eq!(new, [old[2].clone(), old[0].clone(), old[1].clone()], "ids move with their blocks");
}

#[tokio::test]
async fn a_new_uuid_is_taken_as_the_id_of_a_block() {
    let lab = Lab::new().await;
    let mut block = text("mine");
    block["id"] = json!(chosen(1));
    let page = lab.create(page_of(json!([block]))).await;
    assert_eq!(ids(body(&page)), [chosen(1)]);
    block["id"] = json!(chosen(2));
    assert_eq!(ids(body(&rewrite(&lab, &page, json!([block])).await)), [chosen(2)]);
}

#[tokio::test]
async fn an_id_is_taken_once_and_never_from_another_object() {
    let lab = Lab::new().await;
    let mut block = text("mine");
    block["id"] = json!(chosen(1));
    let first = lab.create(page_of(json!([block, block]))).await;
    let own = ids(body(&first));
    assert_eq!(own[0], chosen(1));
    assert_ne!(own[1], chosen(1));
    let second = lab.create(page_of(json!([block]))).await;
    assert_ne!(ids(body(&second)), [chosen(1)], "it belongs to the first object");
    rewrite(&lab, &first, json!([])).await;
    let third = lab.create(page_of(json!([block]))).await;
    assert_ne!(ids(body(&third)), [chosen(1)], "for ever");
    assert_eq!(ids(body(&rewrite(&lab, &first, json!([block])).await)), [chosen(1)], "and may come back there");
}

#[tokio::test]
async fn another_space_may_use_the_same_block_id() {
    let lab = Lab::new().await;
    let mut block = text("mine");
    block["id"] = json!(chosen(1));
    lab.create(page_of(json!([block]))).await;
    let attic = lab.app.space("Attic").await;
    let token = lab.app.token(&attic, "attic", crate::app::BOTH).await;
    let other = Lab { app: lab.app, space: attic, token };
    assert_eq!(ids(body(&other.create(page_of(json!([block]))).await)), [chosen(1)]);
}

#[tokio::test]
async fn ids_that_are_no_uuid_are_passed_over() {
    let lab = Lab::new().await;
    for odd in [json!("x"), json!(3), json!(null)] {
        let mut block = text("a");
        block["id"] = odd;
        let page = lab.create(page_of(json!([block]))).await;
        assert!(palimpsest_model::parse_uuid(&ids(body(&page))[0]).is_some());
    }
}

#[tokio::test]
async fn the_alignment_that_reads_never_show_survives_a_rewrite() {
    let lab = Lab::new().await;
    let mut centred = text("a");
    centred["textAlignment"] = json!("center");
    let page = lab.create(page_of(json!([centred]))).await;
    let head = lab.head().await;
    rewrite(&lab, &page, json!([text("a")])).await;
    assert_eq!(lab.head().await, head, "leaving it out keeps it");
    let mut left = text("a");
    left["textAlignment"] = json!("left");
    rewrite(&lab, &page, json!([left])).await;
    assert_eq!(lab.head().await, head + 1, "another one is a change");
}

#[tokio::test]
async fn a_rewrite_may_empty_a_section() {
    let lab = Lab::new().await;
    let page = lab.create(page_of(json!([text("a")]))).await;
    assert_eq!(rewrite(&lab, &page, json!([])).await["blocks"], json!({SECTION: []}));
}

#[tokio::test]
async fn a_rewrite_with_a_problem_leaves_everything() {
    let lab = Lab::new().await;
    let page = lab.create(page_of(json!([text("a")]))).await;
    let embed = json!({"type": "EntityBlock", "entityId": NOBODY});
    let body = json!({"id": id(&page), "blocks": {SECTION: [embed]}});
    let message = "✖ Unknown object\n  → at blocks.RootPage_content[0].entityId";
    lab.refuses(http::Method::PATCH, "/object", body, message).await;
    assert_eq!(lab.object(&id(&page)).await, page);
}
