//! POST /blocks/append with `markdown`.

use http::Method;
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{NOBODY, body, id, outlined, page, page_of, text};

#[tokio::test]
async fn markdown_becomes_blocks() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let answered = lab
        .append(json!({"id": page, "markdown": "## Tuesday\n\nran **gel**\n\n- [x] wash\n\n```c\nint x;\n```"}))
        .await;
    let blocks = body(&answered);
    assert_eq!(blocks[0]["hierarchy"], json!({"key": "H2", "val": 2}));
    assert_eq!(blocks[1]["tokens"][1], json!({"type": "TextToken", "text": "gel", "style": {"bold": true}}));
    assert_eq!(blocks[2]["todo"], json!({"isDone": true}));
    assert_eq!((&blocks[3]["type"], &blocks[3]["lang"]), (&json!("CodeBlock"), &json!("c")));
    assert_eq!(blocks.len(), 4);
}

#[tokio::test]
async fn markdown_goes_where_it_is_sent() {
    let lab = Lab::new().await;
    let page = lab.create(page_of(json!([text("a"), text("b")]))).await;
    let place = json!({"type": "after_block", "after_block": {"id": id(&body(&page)[0])}});
    let answered = lab.append(json!({"id": id(&page), "markdown": "x\n\ny", "position": place})).await;
    assert_eq!(outlined(&answered), "a x y b");
}

#[tokio::test]
async fn empty_markdown_adds_nothing() {
    let lab = Lab::new().await;
    let made = lab.create(page("a")).await;
    let head = lab.head().await;
    for markdown in ["", " \n\n"] {
        assert_eq!(lab.append(json!({"id": id(&made), "markdown": markdown})).await, made);
    }
    assert_eq!(lab.head().await, head);
}

#[tokio::test]
async fn a_place_that_is_not_there_is_not_found_even_for_an_empty_text() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let place = json!({"type": "after_block", "after_block": {"id": NOBODY}});
    let nowhere = [json!({"position": place}), json!({"parentBlockId": NOBODY})];
    for mut body in nowhere {
        body["id"] = json!(page);
        body["markdown"] = json!("");
        let message = format!("There is no block {NOBODY} here");
        lab.refuses_as(Method::POST, "/blocks/append", body, (404, "cap_not_found"), &message).await;
    }
}

#[tokio::test]
async fn markdown_may_be_as_long_as_the_limit_counted_as_javascript_counts() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let check = async |markdown: String, fits: bool| {
        let body = json!({"id": page, "markdown": markdown});
        if fits {
            lab.append(body).await;
            return;
        }
        let message = "✖ Too big: expected string to have <=200000 characters\n  → at markdown";
        lab.refuses(Method::POST, "/blocks/append", body, message).await;
    };
    check("x".repeat(200_000), true).await;
    check("x".repeat(200_001), false).await;
    check("🧪".repeat(100_000), true).await;
    check(format!("{}x", "🧪".repeat(100_000)), false).await;
}

#[tokio::test]
async fn markdown_of_too_many_blocks_is_refused() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let body: Value = json!({"id": page, "markdown": "---\n\n".repeat(10_001)});
    lab.refuses(Method::POST, "/blocks/append", body, "✖ Too big: an object holds at most 10000 blocks").await;
}
