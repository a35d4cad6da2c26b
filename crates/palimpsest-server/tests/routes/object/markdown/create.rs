//! POST /object/markdown.

use http::Method;
use serde_json::{Value, json};

use super::{URI, body_of, ignored, made, post, text_of, title};
use crate::app::Lab;
use crate::wire::{NOBODY, body, chosen, id, outlined, page, run};

async fn check_title(lab: &Lab, text: &str, expected: Value, rest: &str) {
    let object = made(lab, "RootPage", text).await;
    assert_eq!(title(&object), &expected, "{text}");
    assert_eq!(outlined(&object), rest, "{text}");
}

#[tokio::test]
async fn the_first_heading_is_the_title_and_leaves_the_body() {
    let lab = Lab::new().await;
    check_title(&lab, "# Buffers\n\n- Tris\n- PBS", json!("Buffers"), "Tris PBS").await;
    check_title(&lab, "\n\n# Buffers", json!("Buffers"), "").await;
    check_title(&lab, "# A [b](c:d) **e** [[f]] #g", json!("A [b](c:d) **e** [[f]] #g"), "").await;
    check_title(&lab, "# A\n# B", json!("A"), "B").await;
    check_title(&lab, "# A\r\nb", json!("A"), "b").await;
    check_title(&lab, "a\n\n# B", Value::Null, "a B").await;
    check_title(&lab, "## B", Value::Null, "B").await;
}

#[tokio::test]
async fn front_matter_gives_the_title_before_a_heading() {
    let lab = Lab::new().await;
    check_title(&lab, "---\ntitle: T\n---\nb", json!("T"), "b").await;
    check_title(&lab, "---\nTitle: T\n---\nb", json!("T"), "b").await;
    check_title(&lab, "---\nentityTitleName: T\n---\nb", json!("T"), "b").await;
    check_title(&lab, "---\ntitle: 1.10\n---\n", json!("1.10"), "").await;
    check_title(&lab, "---\ntitle: T\n---\n# T\n\nb", json!("T"), "b").await;
    check_title(&lab, "---\ntitle: T\n---\n# H\n\nb", json!("T"), "H b").await;
    check_title(&lab, "---\ntitle:\n---\n# H\n\nb", json!("H"), "b").await;
    check_title(&lab, "---\ndescription: d\n---\n# H\n\nb", json!("H"), "b").await;
    check_title(&lab, "---\ntitle: A\nentityTitleName: B\n---\n", json!("B"), "").await;
    check_title(&lab, "", Value::Null, "").await;
    check_title(&lab, "---\nno: [\n---\n\nb", Value::Null, " no: [ b").await;
}

#[tokio::test]
async fn an_object_without_text_has_one_empty_block() {
    let lab = Lab::new().await;
    for text in ["", "# A", "---\ntitle: A\n---\n", "---\ntitle: A\n---\n\n\n"] {
        let object = made(&lab, "RootPage", text).await;
        assert_eq!(body(&object).len(), 1, "{text}");
        assert_eq!(body(&object)[0]["tokens"], json!([]), "{text}");
    }
}

#[tokio::test]
async fn a_key_is_an_id_a_camel_case_or_a_display_name() {
    let lab = Lab::new().await;
    for key in ["createdAt", "Created at", "created at", "CREATED AT"] {
        let object = made(&lab, "RootPage", &format!("---\n{key}: 2012-11-27T12:23:00Z\n---\n")).await;
        let time = &object["properties"]["createdAt"]["createdAt"]["value"];
        assert_eq!(time, &json!("2012-11-27T12:23:00.000Z"), "{key}");
    }
}

#[tokio::test]
async fn labels_are_taken_by_name_and_by_id() {
    let lab = Lab::new().await;
    for name in ["Next Up", "next up", "next-up", "[Next Up]"] {
        let task = made(&lab, "RootTask", &format!("---\nstatus: {name}\n---\n")).await;
        assert_eq!(task["properties"]["status"]["label"][0]["id"], json!("next-up"), "{name}");
    }
    let task = made(&lab, "RootTask", "# A").await;
    assert_eq!(task["properties"]["status"]["label"][0]["id"], json!("not-started"));
    let text = "---\nstatus: Nowhere\n---\n";
    let message = "✖ status: Unknown label option \"Nowhere\": expected one of \
                   \"Not started\"|\"Next Up\"|\"In progress\"|\"Done\"\n  → at markdown";
    lab.refuses(Method::POST, URI, json!({"structureId": "RootTask", "markdown": text}), message).await;
}

#[tokio::test]
async fn a_second_option_of_a_single_choice_is_named() {
    let lab = Lab::new().await;
    let reply = post(&lab, "RootTask", "---\nstatus: [Done, Next Up]\n---\n").await;
    assert_eq!(reply.ok()["properties"]["status"]["label"][0]["id"], json!("done"));
    assert_eq!(ignored(&reply), Some("\"markdown.status\""));
}

#[tokio::test]
async fn values_are_read_by_the_kind_of_their_property() {
    let lab = Lab::new().await;
    let text =
        "---\ndate: 2026-11-22\ndeadline: 2026-11-22T08:30:00Z\ncompleted: 2026-11-22/2026-11-24\nicon: 🧪\n---\n";
    let task = made(&lab, "RootTask", text).await;
    let properties = &task["properties"];
    let day = |day: &str| json!(format!("2026-11-{day}T00:00:00.000Z"));
    assert_eq!(properties["date"]["date"]["start"], day("22"));
    assert_eq!(properties["deadline"]["date"]["start"], json!("2026-11-22T08:30:00.000Z"));
    assert_eq!(properties["completed"]["date"]["end"], day("24"));
    assert_eq!(properties["icon"]["icon"]["value"]["val"], json!("🧪"));
    let page = made(&lab, "RootPage", "---\naliases: [a, \"b: c\"]\ndescription: 1e3\n---\n").await;
    assert_eq!(page["properties"]["aliases"]["aliases"]["value"], json!(["a", "b: c"]));
    assert_eq!(page["properties"]["description"]["text"]["value"], json!("1e3"));
}

#[tokio::test]
async fn values_that_cannot_be_read_are_all_refused() {
    let lab = Lab::new().await;
    let text = "---\ndate: soon\nicon: no\ntags: {a: b}\n---\n";
    let before = lab.head().await;
    let reply = post(&lab, "RootTask", text).await;
    let message = reply.json()["message"].as_str().unwrap().to_owned();
    assert_eq!(reply.status, 400, "{message}");
    for key in ["date: ", "icon: ", "tags: "] {
        assert!(message.contains(key), "{message}");
    }
    assert_eq!(message.matches("→ at markdown").count(), 3, "{message}");
    assert_eq!(lab.head().await, before);
}

#[tokio::test]
async fn what_means_nothing_is_named_by_its_key() {
    let lab = Lab::new().await;
    let check = async |lines: &str, named: Option<&str>| {
        let reply = post(&lab, "RootPage", &format!("---\n{lines}\n---\n\nb")).await;
        reply.ok();
        assert_eq!(ignored(&reply), named, "{lines}");
    };
    check("type: Page\ntitle: a", None).await;
    check("type: Task", Some("\"markdown.type\"")).await;
    check("salaryRange: 1\ntitle: a\nx y: 2", Some(r#""markdown.salaryRange", "markdown[\"x y\"]""#)).await;
    check("nested: {a: {b: c}}", Some("\"markdown.nested\"")).await;
    check("lastUpdatedAt: 2026-11-22", Some("\"markdown.lastUpdatedAt\"")).await;
    check("RootPage_content: text", Some("\"markdown.RootPage_content\"")).await;
    check("clé: 1", Some("\"markdown[\\\"cl%C3%A9\\\"]\"")).await;
}

#[tokio::test]
async fn a_text_goes_into_the_main_section_at_one_revision() {
    let lab = Lab::new().await;
    let before = lab.head().await;
    let reply = post(&lab, "RootTask", "# A\n\nb #one #two").await;
    let object = reply.ok();
    assert_eq!(reply.revision(), Some(before + 1));
    assert_eq!(lab.head().await, before + 1);
    assert_eq!(object["blocks"]["RootTask_notes"][0]["tokens"][0], run("b "));
}

#[tokio::test]
async fn an_object_may_be_made_under_a_chosen_id_once() {
    let lab = Lab::new().await;
    let request = json!({"id": chosen(7), "structureId": "RootPage", "markdown": "# A\n\n#tag"});
    assert_eq!(id(&lab.post(URI, &request).await.ok()), chosen(7));
    let other = json!({"id": chosen(7), "structureId": "RootPage", "markdown": "# A\n\n#other"});
    let message = format!("The id {} was given before", chosen(7));
    lab.refuses_as(Method::POST, URI, other, (409, "cap_already_exists"), &message).await;
}

#[tokio::test]
async fn what_cannot_be_made_is_refused() {
    let lab = Lab::new().await;
    let message = "This object type cannot be created via this endpoint.";
    for structure in ["RootDailyNote", "MediaWebResource", "UtilDate"] {
        let request = json!({"structureId": structure, "markdown": "#new"});
        lab.refuses(Method::POST, URI, request, message).await;
    }
    let request = json!({"structureId": NOBODY, "markdown": "a"});
    lab.refuses(Method::POST, URI, request, "✖ Unknown structure\n  → at structureId").await;
    let message = "✖ Invalid input: expected string, received undefined\n  → at markdown";
    lab.refuses(Method::POST, URI, json!({"structureId": "RootPage"}), message).await;
}

#[tokio::test]
async fn siblings_of_the_text_are_named() {
    let lab = Lab::new().await;
    let request = json!({"structureId": "RootPage", "markdown": "# A", "properties": {}, "collections": []});
    let reply = lab.post(URI, &request).await;
    reply.ok();
    assert_eq!(ignored(&reply), Some("\"collections\", \"properties\""));
}

#[tokio::test]
async fn everything_that_is_understood_is_written_as_it_was() {
    let lab = Lab::new().await;
    lab.make(page("Ann")).await;
    let text = "## Head\n\n### Sub\n\n- bullet\n  1. one\n  2. two\n     - [ ] open\n     - [x] done\n\n> quote\n>\n> > deeper\n\n\
                ```rust\nfn main() {}\n```\n\n$$\n\\sum_i\n$$\n\n---\n\n\
                **bold** _italic_ ~~struck~~ `code` $x^2$ <https://a.b/c> [text](https://a.b) [[Ann]] #new-tag\n\n![[Ann]]\n";
    let object = made(&lab, "RootPage", text).await;
    let written = text_of(&lab, &id(&object)).await;
    let again = made(&lab, "RootPage", body_of(&written)).await;
    assert_eq!(body_of(&text_of(&lab, &id(&again)).await), body_of(&written));
    for part in [
        "## Head",
        "- [x] done",
        "> > deeper",
        "```rust",
        "\\sum_i",
        "---",
        "**bold** _italic_ ~~struck~~",
        "`code` $x^2$",
        "[[Ann]] #new-tag",
        "![[Ann]]",
    ] {
        assert!(body_of(&written).contains(part), "{part}\n{written}");
    }
}
