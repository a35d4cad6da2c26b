//! Texts that are made to be expensive. What is quadratic does not end within the time that a test may take.

use serde_json::json;

use super::{body_of, patch, post, text_of};
use crate::app::Lab;
use crate::wire::{body, id, page};

/// A long text of one piece.
fn large(piece: &str) -> String {
    piece.repeat(60_000 / serde_json::to_string(piece).unwrap().len())
}

#[tokio::test]
async fn large_texts_are_answered_in_time() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let nested: String = (0..2_000).map(|depth| format!("{}- a\n", " ".repeat(2 * (depth % 900)))).collect();
    let texts = [
        large("> "),
        large("- "),
        large("[["),
        large("[a]("),
        large("![["),
        large("*a _b "),
        large("#a "),
        large("1. a\n"),
        large("$$"),
        large("<!-- "),
        large("[x](capacities://a/b) "),
        large("[[a]] "),
        large("`a "),
        large("| a "),
        nested,
    ];
    for text in texts {
        let what: String = text.chars().take(12).collect();
        let made = post(&lab, "RootPage", &text).await;
        assert!([200, 400].contains(&made.status), "{what} {}", made.status);
        let changed = patch(&lab, &page, &text).await;
        assert_eq!(changed.status, made.status, "{what}");
    }
}

#[tokio::test]
async fn ten_thousand_blocks_are_changed_and_reordered_in_time() {
    let lab = Lab::new().await;
    let paragraphs = |say: &dyn Fn(usize) -> String| (0..9_999).map(say).collect::<Vec<_>>().join("\n\n");
    let object = post(&lab, "RootPage", &paragraphs(&|number| format!("paragraph {number}"))).await.ok();
    assert_eq!(body(&object).len(), 9_999);
    let changes = [
        paragraphs(&|number| format!("paragraph {number} changed")),
        paragraphs(&|number| format!("paragraph {} changed", number * 4_001 % 9_999)),
        paragraphs(&|_| "same".to_owned()),
    ];
    for text in changes {
        let changed = patch(&lab, &id(&object), &text).await.ok();
        assert_eq!(body(&changed).len(), 9_999);
    }
}

#[tokio::test]
async fn front_matter_bombs_do_not_go_off() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}, ", level - 1).repeat(8);
        laughs.push_str(&format!("a{level}: &a{level} [{before}]\n"));
    }
    let keys: String = (0..20_000).map(|number| format!("k{number}: v\n")).collect();
    let tags: String = (0..15_000).map(|number| format!("t{number}, ")).collect();
    let fronts = [
        laughs,
        keys,
        format!("tags: [{tags}]\n"),
        format!("a: {}\n", "[".repeat(100_000)),
        format!("tags: \"{}\"\n", "[[".repeat(100_000)),
        format!("description: {}\n", "x".repeat(300_000)),
        large("- a: &b *b\n"),
    ];
    for front in fronts {
        let what: String = front.chars().take(12).collect();
        let text = format!("---\n{front}---\n\nbody\n");
        let reply = patch(&lab, &page, &text).await;
        assert!([200, 400].contains(&reply.status), "{what} {}", reply.status);
        let posted = post(&lab, "RootPage", &text).await;
        assert!([200, 400].contains(&posted.status), "{what} {}", posted.status);
        assert!(reply.headers.get("palimpsest-ignored").is_none_or(|field| field.len() <= 4096));
    }
}

#[tokio::test]
async fn many_new_tags_are_made_in_time() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    for many in [1_001, 50_000] {
        let text: String = (0..many).map(|number| format!("#t{number} ")).collect();
        let reply = patch(&lab, &page, &text).await;
        reply.refusal(400, "cap_invalid_input", "✖ Too big: a text makes at most 1000 tags\n  → at markdown");
    }
    let text: String = (0..1_000).map(|number| format!("#t{number} ")).collect();
    let object = post(&lab, "RootPage", &text).await;
    if object.status == 200 {
        let text = text_of(&lab, &id(&object.ok())).await;
        let changed = patch(&lab, &id(&object.ok()), &format!("new\n\n{}", body_of(&text))).await;
        assert_eq!(changed.status, 200);
    }
}

#[tokio::test]
async fn a_body_of_nothing_but_unknown_keys_is_fast_and_named_in_short() {
    let lab = Lab::new().await;
    let mut request = page("a");
    for number in 0..100_000 {
        request[format!("key{number}")] = json!(number);
    }
    let reply = lab.post("/object", &request).await;
    reply.ok();
    let field = reply.header("palimpsest-ignored").unwrap();
    assert!(field.len() <= 4096 && field.ends_with(";more=99980"), "{field}");
    let mut value = json!({"type": "title", "title": {"value": "a"}});
    for number in 0..20_000 {
        value[format!("k{number}")] = json!(1);
    }
    let request = json!({"structureId": "RootPage", "properties": {"x".repeat(3_000_000): value}});
    assert_eq!(lab.post("/object", &request).await.status, 400);
}

#[tokio::test]
async fn a_text_of_too_many_blocks_is_refused_before_it_is_read() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let head = lab.head().await;
    for text in ["> ".repeat(200_000), "- a\n".repeat(10_001), "a\n\n".repeat(10_001), "---\n".repeat(10_002)] {
        for reply in [post(&lab, "RootPage", &text).await, patch(&lab, &page, &text).await] {
            reply.refusal(400, "cap_invalid_input", "✖ Too big: an object holds at most 10000 blocks");
        }
    }
    assert_eq!(lab.head().await, head);
}
