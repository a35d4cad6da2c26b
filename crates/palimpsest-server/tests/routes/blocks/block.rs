//! PATCH /blocks/block.

use http::Method;
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{NOBODY, SECTION, body, chosen, id, ids, outlined, over, page_of, run, text, tokens};

/// A page of one block; answers the page's id and the block's.
async fn one(lab: &Lab, block: Value) -> (String, String) {
    let page = lab.create(page_of(json!([block]))).await;
    (id(&page), id(&body(&page)[0]))
}

fn change(page: &str, blocks_id: &str, block: Value) -> Value {
    json!({"id": page, "blockId": blocks_id, "block": block})
}

fn decorated() -> Value {
    json!({"type": "TextBlock", "tokens": [run("a")], "blocks": [], "hierarchy": {"key": "H2", "val": 2},
        "list": {"type": "bullet"}, "todo": {"isDone": false}, "toggle": {"isOpen": true}, "quote": {"layout": "normal"},
        "colorTheme": "bg-red", "highlight": {"type": "custom", "label": "l"}})
}

#[tokio::test]
async fn what_is_left_out_stays() {
    let lab = Lab::new().await;
    let (page, block) = one(&lab, decorated()).await;
    let answered = lab.update_block(change(&page, &block, tokens(json!([run("b")])))).await;
    let mut expected = decorated();
    expected["id"] = json!(block);
    expected["tokens"] = json!([run("b")]);
    assert_eq!(body(&answered)[0], expected);
    let head = lab.head().await;
    lab.update_block(change(&page, &block, json!({"type": "TextBlock"}))).await;
    assert_eq!(lab.head().await, head, "nothing was given, nothing changed");
}

#[tokio::test]
async fn null_removes() {
    let lab = Lab::new().await;
    let fields = ["list", "todo", "toggle", "quote", "colorTheme", "highlight"];
    for field in fields {
        let (page, block) = one(&lab, decorated()).await;
        let answered = lab.update_block(change(&page, &block, json!({"type": "TextBlock", field: null}))).await;
        let mut expected = decorated();
        expected["id"] = json!(block);
        expected.as_object_mut().unwrap().remove(field);
        assert_eq!(body(&answered)[0], expected, "{field}");
    }
}

#[tokio::test]
async fn children_stay_with_their_ids_when_they_are_left_out() {
    let lab = Lab::new().await;
    let page = lab.create(page_of(json!([over("a", json!([over("b", json!([text("c")]))]))]))).await;
    let before = ids(body(&page));
    let answered = lab.update_block(change(&id(&page), &before[0], text("changed"))).await;
    assert_eq!((outlined(&answered).as_str(), ids(body(&answered))), ("changed[b[c]]", before));
}

#[tokio::test]
async fn children_that_are_given_replace_those_that_are_there() {
    let lab = Lab::new().await;
    let page = lab.create(page_of(json!([over("a", json!([text("b"), text("c")]))]))).await;
    let before = ids(body(&page));
    let new = json!({"type": "TextBlock", "blocks": [text("c"), text("d")]});
    let answered = lab.update_block(change(&id(&page), &before[0], new)).await;
    let after = ids(body(&answered));
    assert_eq!(outlined(&answered), "a[c d]");
    assert_eq!((&after[0], &after[1]), (&before[0], &before[2]), "what stays the same keeps its id");
    assert!(!before.contains(&after[2]));
    let none = json!({"type": "TextBlock", "blocks": []});
    assert_eq!(outlined(&lab.update_block(change(&id(&page), &before[0], none)).await), "a");
}

#[tokio::test]
async fn the_columns_of_a_grid_stay_or_are_replaced() {
    let lab = Lab::new().await;
    let grid =
        json!({"type": "GridBlock", "columns": [[text("a")], [text("b")]], "dividers": [50], "gridLayout": "grid"});
    let page = lab.create(page_of(json!([grid]))).await;
    let before = ids(body(&page));
    let answered =
        lab.update_block(change(&id(&page), &before[0], json!({"type": "GridBlock", "dividers": [30]}))).await;
    let block = &body(&answered)[0];
    assert_eq!((&block["dividers"], &block["gridLayout"]), (&json!([30]), &json!("grid")));
    assert_eq!(ids(body(&answered)), before);
    let new = json!({"type": "GridBlock", "dividers": [30, 60], "columns": [[text("a")], [], [text("c")]]});
    let answered = lab.update_block(change(&id(&page), &before[0], new)).await;
    let after = ids(body(&answered));
    assert_eq!((&after[..2], after.len()), (&before[..2], 3));
}

#[tokio::test]
async fn blocks_without_children_are_replaced_whole() {
    let lab = Lab::new().await;
    let check = async |before: Value, sent: Value, expected: Value| {
        let (page, block) = one(&lab, before).await;
        let answered = lab.update_block(change(&page, &block, sent)).await;
        let mut expected = expected;
        expected["id"] = json!(block);
        assert_eq!(body(&answered)[0], expected);
    };
    let code = |text: &str| json!({"type": "CodeBlock", "lang": "c", "text": text});
    check(code("a"), code("b"), code("b")).await;
    let math = json!({"type": "MathBlock", "text": "a", "colorTheme": "bg-red"});
    let sent = json!({"type": "MathBlock", "text": "b"});
    check(math.clone(), sent.clone(), json!({"type": "MathBlock", "text": "b", "colorTheme": "bg-red"})).await;
    check(math, json!({"type": "MathBlock", "text": "b", "colorTheme": null}), sent).await;
    let target = lab.make(page_of(json!([]))).await;
    let embed = |target: Value| json!({"type": "EntityBlock", "entityId": target});
    check(embed(json!(null)), embed(json!(target)), embed(json!(target))).await;
    check(embed(json!(target)), embed(json!(null)), embed(json!(null))).await;
}

#[tokio::test]
async fn a_block_keeps_its_own_id_whatever_is_sent() {
    let lab = Lab::new().await;
    let (page, block) = one(&lab, text("a")).await;
    let mut sent = text("b");
    sent["id"] = json!(chosen(1));
    let answered = lab.update_block(change(&page, &block, sent)).await;
    assert_eq!(ids(body(&answered)), [block]);
}

#[tokio::test]
async fn a_nested_block_is_found_in_any_section_or_the_one_named() {
    let lab = Lab::new().await;
    let page = lab.create(page_of(json!([over("a", json!([text("b")]))]))).await;
    let nested = ids(body(&page)).pop().unwrap();
    let mut sent = change(&id(&page), &nested.to_uppercase(), text("c"));
    assert_eq!(outlined(&lab.update_block(sent.clone()).await), "a[c]");
    sent["propertyId"] = json!(SECTION);
    lab.update_block(sent.clone()).await;
    sent["propertyId"] = json!("RootTask_notes");
    let message = "✖ Unknown block property: expected one of \"RootPage_content\"\n  → at propertyId";
    lab.refuses(Method::PATCH, "/blocks/block", sent, message).await;
}

#[tokio::test]
async fn the_kind_of_a_block_cannot_change() {
    let lab = Lab::new().await;
    let (page, block) = one(&lab, text("a")).await;
    let sent = change(&page, &block, json!({"type": "GroupBlock"}));
    let message = "✖ The type of a block cannot change: it is a TextBlock, received GroupBlock";
    lab.refuses(Method::PATCH, "/blocks/block", sent, message).await;
}

#[tokio::test]
async fn an_unknown_object_or_block_is_not_found() {
    let lab = Lab::new().await;
    let (page, block) = one(&lab, text("a")).await;
    let (_, foreign) = one(&lab, text("a")).await;
    let refused = async |body: Value, message: &str| {
        lab.refuses_as(Method::PATCH, "/blocks/block", body, (404, "cap_not_found"), message).await;
    };
    refused(change(NOBODY, &block, text("b")), "Object not found").await;
    for nobody in [NOBODY, &foreign, &page] {
        refused(change(&page, nobody, text("b")), &format!("There is no block {nobody} here")).await;
    }
}

#[tokio::test]
async fn no_answer_names_a_block_that_nobody_spoke_of() {
    let lab = Lab::new().await;
    let (page, _) = one(&lab, text("a")).await;
    let reply = lab.patch("/blocks/block", &change(&page, "no-uuid", text("b"))).await;
    reply.refusal(404, "cap_not_found", "There is no such block here");
}

#[tokio::test]
async fn all_problems_are_told_with_their_paths() {
    let lab = Lab::new().await;
    let (page, block) = one(&lab, text("a")).await;
    let told = async |body: Value, message: &str| lab.refuses(Method::PATCH, "/blocks/block", body, message).await;
    let undefined = "expected string, received undefined";
    let object = "✖ Invalid input: expected object, received undefined\n  → at block";
    told(
        json!({}),
        &format!("✖ Invalid input: {undefined}\n  → at id\n✖ Invalid input: {undefined}\n  → at blockId\n{object}"),
    )
    .await;
    let both = "✖ Invalid UUID\n  → at id\n✖ Too small: expected string to have >=1 characters\n  → at blockId";
    told(change("x", "", text("b")), both).await;
    let nested = over("b", json!([{"type": "CodeBlock", "lang": "c"}]));
    told(change(&page, &block, nested), &format!("✖ Invalid input: {undefined}\n  → at block.blocks[0].text")).await;
    let link = json!({"type": "LinkToken", "text": "a", "entityId": NOBODY});
    told(change(&page, &block, tokens(json!([link]))), "✖ Unknown object\n  → at block.tokens[0].entityId").await;
}

#[tokio::test]
async fn children_may_not_be_too_many_or_too_deep() {
    let lab = Lab::new().await;
    let group = |below: Value| json!({"type": "GroupBlock", "blocks": [below]});
    let deep = |depth: usize| (1..depth).fold(text("leaf"), |below, _| group(below));
    let (page, top) = one(&lab, deep(2)).await;
    let inner = ids(body(&lab.object(&page).await)).pop().unwrap();
    let sent = json!({"type": "TextBlock", "blocks": [deep(31)]});
    let message = "✖ Too deep: blocks nest at most 32 levels";
    lab.refuses(Method::PATCH, "/blocks/block", change(&page, &inner, sent), message).await;
    let sent = json!({"type": "GroupBlock", "blocks": vec![json!({"type": "HorizontalLineBlock"}); 10_000]});
    let message = "✖ Too big: an object holds at most 10000 blocks\n  → at block";
    lab.refuses(Method::PATCH, "/blocks/block", change(&page, &top, sent), message).await;
}
