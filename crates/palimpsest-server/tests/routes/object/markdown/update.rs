//! PATCH /object/markdown.

use http::Method;
use serde_json::{Value, json};

use super::{URI, body_of, ignored, made, patch, patched, text_of, title};
use crate::app::Lab;
use crate::wire::{NOBODY, SECTION, body, id, ids, outlined, page, page_of, text, titled};

#[tokio::test]
async fn front_matter_alone_leaves_the_body_alone() {
    let lab = Lab::new().await;
    let object = lab.create(page_of(json!([text("a"), {"type": "GroupBlock", "blocks": [text("b")]}]))).await;
    for text in ["---\ntitle: T\n---\n", "---\ntitle: T\n---", "---\ntitle: T\n---\n\n \n"] {
        let after = patched(&lab, &id(&object), text).await;
        assert_eq!(title(&after), &json!("T"));
        assert_eq!(after["blocks"], object["blocks"]);
    }
    let head = lab.head().await;
    patched(&lab, &id(&object), "").await;
    assert_eq!(lab.head().await, head, "a text of nothing says nothing");
}

#[tokio::test]
async fn front_matter_changes_what_it_names_and_empties_what_it_names_empty() {
    let lab = Lab::new().await;
    let text = "---\ntitle: A\nstatus: Done\npriority: High\ndate: 2026-11-22\ntags: [x]\n---\n\nb\n";
    let task = made(&lab, "RootTask", text).await;
    let after = patched(&lab, &id(&task), "---\nstatus: Next Up\ndate:\ntags:\n---\n").await;
    let properties = &after["properties"];
    assert_eq!(properties["status"]["label"][0]["id"], json!("next-up"));
    assert_eq!(properties["priority"], task["properties"]["priority"]);
    assert_eq!((&properties["date"]["date"]["start"], &properties["tags"]["entity"]), (&Value::Null, &json!([])));
    assert_eq!((title(&after), &after["blocks"]), (title(&task), &task["blocks"]));
}

#[tokio::test]
async fn only_what_the_text_changed_is_touched() {
    let lab = Lab::new().await;
    let red = json!({"type": "TextBlock", "tokens": [{"type": "TextToken", "text": "red", "style": {"underline": true}}],
        "colorTheme": "text-rose"});
    let blocks = json!([text("one fish"), red, text("two fish"), text("blue fish")]);
    let object = lab.create(page_of(blocks)).await;
    let sent = text_of(&lab, &id(&object)).await.replace("two fish", "two big fish").replace("\n\nblue fish", "");
    let sent = sent.replace("one fish\n", "one fish\n\nnew fish\n");
    let after = patched(&lab, &id(&object), &sent).await;
    let (old, new) = (body(&object), body(&after));
    assert_eq!(outlined(&after), "one fish new fish red two big fish");
    assert_eq!((&new[0], &new[2]), (&old[0], &old[1]), "untouched, with all that Markdown cannot carry");
    assert_eq!(new[3]["id"], old[2]["id"]);
    assert!(!ids(old).contains(&id(&new[1])));
}

#[tokio::test]
async fn a_heading_stays_in_the_body() {
    let lab = Lab::new().await;
    let object = made(&lab, "RootPage", "# T\n\na").await;
    let after = patched(&lab, &id(&object), "# H\n\na").await;
    assert_eq!((title(&after), &*outlined(&after)), (&json!("T"), "H a"));
}

#[tokio::test]
async fn the_same_text_in_another_dress_takes_no_revision() {
    let lab = Lab::new().await;
    let text = "---\ntitle: A\ntags: [x, y]\ndescription: \"d: e\"\n---\n\n- a\n  - b\n\n## c\n\n#x **d**\n";
    let object = made(&lab, "RootPage", text).await;
    let sent = text_of(&lab, &id(&object)).await;
    let head = lab.head().await;
    let dresses = [
        sent.clone(),
        format!("{sent}\n\n\n"),
        sent.replace('\n', "\r\n"),
        format!("\u{feff}{sent}"),
        sent.replace("- ", "* ").replace("**d**", "__d__").replace("  * b", "    * b"),
        body_of(&sent).to_owned(),
        text.to_owned(),
    ];
    for dress in dresses {
        assert_eq!(patched(&lab, &id(&object), &dress).await, object, "{dress}");
        assert_eq!(lab.head().await, head, "{dress}");
    }
}

#[tokio::test]
async fn keys_that_say_what_is_there_are_not_named() {
    let lab = Lab::new().await;
    let object = made(&lab, "RootPage", "# A\n\nb").await;
    let check = async |lines: &str, named: Option<&str>| {
        let reply = patch(&lab, &id(&object), &format!("---\n{lines}\n---\n")).await;
        reply.ok();
        assert_eq!(ignored(&reply), named, "{lines}");
    };
    check("type: Page", None).await;
    check("type: Task", Some("\"markdown.type\"")).await;
    check("nope: 1", Some("\"markdown.nope\"")).await;
    check("lastUpdatedAt: 2026-11-22", Some("\"markdown.lastUpdatedAt\"")).await;
    check("tags: \"[x](capacities://a/b)\"", Some("\"markdown.tags\"")).await;
}

#[tokio::test]
async fn one_revision_holds_tags_properties_and_text() {
    let lab = Lab::new().await;
    let object = made(&lab, "RootPage", "# A\n\nb").await;
    let head = lab.head().await;
    let reply = patch(&lab, &id(&object), "---\ntags: [one]\n---\n\nb #two").await;
    reply.ok();
    assert_eq!((reply.revision(), lab.head().await), (Some(head + 1), head + 1));
}

#[tokio::test]
async fn the_first_text_of_a_new_object_replaces_its_empty_block() {
    let lab = Lab::new().await;
    let object = lab.create(page("a")).await;
    let after = patched(&lab, &id(&object), "x\n\ny").await;
    assert_eq!(outlined(&after), "x y");
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_is_no_text_is_refused() {
    let lab = Lab::new().await;
    let trashed = lab.make(page("a")).await;
    lab.delete(&format!("/object?id={trashed}")).await;
    for id in [&*trashed, NOBODY] {
        let request = json!({"id": id, "markdown": "#new"});
        lab.refuses_as(Method::PATCH, URI, request, (404, "cap_not_found"), "Object not found").await;
    }
    let message = "✖ Invalid input: expected string, received number\n  → at markdown";
    lab.refuses(Method::PATCH, URI, json!({"id": NOBODY, "markdown": 1}), message).await;
    let live = lab.make(page("a")).await;
    let message = "✖ date: Invalid ISO datetime\n  → at markdown";
    let task = lab.make(json!({"structureId": "RootTask"})).await;
    let request = json!({"id": task, "markdown": "---\ndate: soon\n---\n\n#new"});
    lab.refuses(Method::PATCH, URI, request, message).await;
    let many = "---\n\n".repeat(10_001);
    let request = json!({"id": live, "markdown": format!("a\n\n{many}")});
    lab.refuses(Method::PATCH, URI, request, "✖ Too big: an object holds at most 10000 blocks").await;
}

#[tokio::test]
async fn an_embed_of_a_day_that_is_moved_keeps_its_date() {
    let lab = Lab::new().await;
    let other = lab.make(page("Ann")).await;
    let object = lab.create(page_of(json!([text("a"), {"type": "EntityBlock", "entityId": other}, text("b")]))).await;
    let after = patched(&lab, &id(&object), "![[Ann]]\n\na\n\nb").await;
    assert_eq!(body(&after)[0]["id"], body(&object)[1]["id"]);
    assert_eq!(after["blocks"][SECTION].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_title_change_is_seen_by_links_to_itself() {
    let lab = Lab::new().await;
    let object = made(&lab, "RootPage", "# Self\n\na").await;
    patched(&lab, &id(&object), "[[Self]]").await;
    lab.update(json!({"id": id(&object), "properties": {"title": titled("Other")}})).await;
    let text = text_of(&lab, &id(&object)).await;
    let head = lab.head().await;
    patched(&lab, &id(&object), &text).await;
    assert_eq!(lab.head().await, head, "{text}");
}
