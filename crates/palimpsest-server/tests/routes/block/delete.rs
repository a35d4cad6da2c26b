//! DELETE /block.

use http::Method;
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{NOBODY, SECTION, body, id, ids, outlined, over, page_of, text};

#[tokio::test]
async fn a_block_goes_with_everything_below_it() {
    let lab = Lab::new().await;
    let made =
        lab.create(page_of(json!([over("a", json!([over("b", json!([text("c")])), text("d")])), text("e")]))).await;
    let (page, all) = (id(&made), ids(body(&made)));
    assert_eq!(outlined(&lab.delete_block(&page, &all[1]).await), "a[d] e");
    let left = lab.delete_block(&page, &all[0].to_uppercase()).await;
    assert_eq!((outlined(&left).as_str(), ids(body(&left))), ("e", vec![all[4].clone()]));
    assert_eq!(lab.delete_block(&page, &all[4]).await["blocks"], json!({SECTION: []}), "the last one, too");
}

#[tokio::test]
async fn a_column_of_a_grid_may_lose_its_last_block() {
    let lab = Lab::new().await;
    let grid = json!({"type": "GridBlock", "columns": [[text("a")], [text("b")]], "dividers": [50]});
    let page = lab.create(page_of(json!([grid]))).await;
    let left = lab.delete_block(&id(&page), &ids(body(&page))[1]).await;
    let columns = body(&left)[0]["columns"].as_array().unwrap().clone();
    assert_eq!((columns.len(), &columns[0]), (2, &json!([])));
}

#[tokio::test]
async fn an_unknown_object_or_block_is_not_found() {
    let lab = Lab::new().await;
    let made = lab.create(page_of(json!([text("a")]))).await;
    let (page, block) = (id(&made), id(&body(&made)[0]));
    let other = lab.create(page_of(json!([text("b")]))).await;
    let foreign = id(&body(&other)[0]);
    let refused = async |object: &str, block: &str, message: &str| {
        let uri = format!("/block?objectId={object}&blockId={block}");
        lab.refuses_as(Method::DELETE, &uri, Value::Null, (404, "cap_not_found"), message).await;
    };
    refused(NOBODY, &block, "Object not found").await;
    refused(&page, NOBODY, &format!("There is no block {NOBODY} here")).await;
    refused(&page, &foreign, &format!("There is no block {foreign} here")).await;
    lab.delete_block(&page, &block).await;
    refused(&page, &block, &format!("There is no block {block} here")).await;
}

#[tokio::test]
async fn all_problems_of_the_query_are_told() {
    let lab = Lab::new().await;
    let told = async |query: &str, message: &str| {
        lab.refuses(Method::DELETE, &format!("/block{query}"), Value::Null, message).await;
    };
    let undefined = |name: &str| format!("✖ Invalid input: expected string, received undefined\n  → at {name}");
    told("", &format!("{}\n{}", undefined("objectId"), undefined("blockId"))).await;
    told("?objectId=x&blockId=y", "✖ Invalid UUID\n  → at objectId\n✖ Invalid UUID\n  → at blockId").await;
    told(&format!("?id={NOBODY}&blockId={NOBODY}"), &undefined("objectId")).await;
}
