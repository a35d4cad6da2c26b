//! POST /object/url.

use std::sync::{Arc, Mutex};

use http::Method;
use palimpsest_engine::{Fetch, Fetched, Fetching, WebPage};
use serde_json::{Value, json};

use crate::app::{App, Lab};
use crate::wire::{NOBODY, body_of, id, outline, text, titled};

/// A network of few pages that notes who is looked at.
#[derive(Clone, Default)]
pub(crate) struct Network {
    pub(crate) looks: Arc<Mutex<Vec<String>>>,
}

impl Fetch for Network {
    fn fetch<'f>(&'f self, url: &'f str) -> Fetching<'f> {
        self.looks.lock().unwrap().push(url.to_owned());
        let page = |content_type: &str| WebPage {
            content_type: content_type.to_owned(),
            host: "www.example.org".to_owned(),
            ..WebPage::default()
        };
        let told =
            |page| WebPage { title: Some("A paper".to_owned()), description: Some("On gels".to_owned()), ..page };
        let kind = url.rsplit('.').next().unwrap();
        let found = match kind {
            "html" => Some(told(page("text/html"))),
            "bare" => Some(page("text/html")),
            "png" => Some(page("image/png")),
            "svg" => Some(page("image/svg+xml")),
            "pdf" => Some(page("application/pdf")),
            "mp3" => Some(page("audio/mpeg")),
            "mp4" => Some(page("video/mp4")),
            "zip" => Some(page("application/zip")),
            _ => None,
        };
        Box::pin(std::future::ready(found.map(Fetched::from)))
    }
}

async fn lab() -> (Lab, Network) {
    let network = Network::default();
    (Lab::in_app(App::fetching(network.clone())).await, network)
}

const PATH: &str = "/object/url";

async fn link(lab: &Lab, body: Value) -> Value {
    let reply = lab.post(PATH, &body).await;
    let object = reply.ok();
    assert_eq!(lab.object(&id(&object)).await, object, "GET answers the same");
    object
}

fn words(object: &Value, property: &str) -> Value {
    let value = &object["properties"][property];
    value[value["type"].as_str().unwrap_or("none")]["value"].clone()
}

#[tokio::test]
async fn a_weblink_tells_what_its_page_tells() {
    let (lab, network) = lab().await;
    let made = link(&lab, json!({"url": "https://short.example/x.html"})).await;
    assert_eq!(made["structureId"], "MediaWebResource");
    assert_eq!(made["properties"]["title"], titled("A paper"));
    assert_eq!(made["properties"]["description"], json!({"type": "text", "text": {"value": "On gels"}}));
    assert_eq!(words(&made, "media_host"), "www.example.org");
    let url = json!({"type": "url", "url": {"value": "https://short.example/x.html"}});
    assert_eq!(made["properties"]["media_URLReference"], url);
    assert_eq!(made["collections"], json!([]));
    assert_eq!(outline(body_of(&made, "media_notes")), "");
    assert_eq!(*network.looks.lock().unwrap(), ["https://short.example/x.html"]);
}

#[tokio::test]
async fn what_the_client_says_wins() {
    let (lab, _) = lab().await;
    let properties = json!({"title": titled("Mine"), "description": {"type": "text", "text": {"value": "Own words"}},
        "tags": {"type": "entity", "entity": []}});
    let reply = lab.post(PATH, &json!({"url": "https://e.org/x.html", "properties": properties})).await;
    let made = reply.ok();
    assert_eq!((words(&made, "title"), words(&made, "description")), (json!("Mine"), json!("Own words")));
    assert_eq!(reply.header("palimpsest-ignored"), Some("\"properties.tags\""));
}

#[tokio::test]
async fn a_page_that_cannot_be_had_makes_a_weblink_of_what_is_known() {
    let (fetching, _) = lab().await;
    for lab in [fetching, Lab::new().await] {
        let made = link(&lab, json!({"url": "https://Gone.example/a%20b?q=1#f"})).await;
        assert_eq!(made["structureId"], "MediaWebResource");
        assert_eq!(words(&made, "title"), "https://Gone.example/a%20b?q=1#f");
        assert_eq!(words(&made, "media_URLReference"), "https://Gone.example/a%20b?q=1#f");
        assert_eq!(words(&made, "media_host"), "gone.example");
        assert_eq!(made["properties"].get("description"), None);
        let made = link(&lab, json!({"url": "mailto:ann@example.org"})).await;
        assert_eq!(made["properties"].get("media_host"), None);
    }
}

#[tokio::test]
async fn media_become_objects_of_their_own_kind() {
    let (lab, _) = lab().await;
    for (url, structure, title) in [
        ("https://e.org/a%20gel.png", "MediaImage", "a gel.png"),
        ("https://e.org/a.svg", "MediaImage", "a.svg"),
        ("https://e.org/paper.pdf", "MediaPDF", "paper.pdf"),
        ("https://e.org/talk.mp3", "MediaAudio", "talk.mp3"),
        ("https://e.org/talk.mp4", "MediaVideo", "talk.mp4"),
        ("https://e.org/data.zip", "MediaWebResource", "https://e.org/data.zip"),
        ("https://e.org/x.bare", "MediaWebResource", "https://e.org/x.bare"),
    ] {
        let made = link(&lab, json!({"url": url, "markdown": "noted"})).await;
        assert_eq!((&made["structureId"], words(&made, "title")), (&json!(structure), json!(title)), "{url}");
        assert_eq!(words(&made, "media_URLReference"), url);
        assert_eq!(outline(body_of(&made, "media_notes")), "noted");
    }
}

#[tokio::test]
async fn notes_come_as_markdown_or_blocks() {
    let (lab, _) = lab().await;
    let url = "https://e.org/x.html";
    let made = link(&lab, json!({"url": url, "markdown": "read **soon** #methods"})).await;
    assert_eq!(outline(body_of(&made, "media_notes")), "read soon #methods");
    let tags = lab.get("/objects/structure?id=RootTag").await.ok();
    assert_eq!(tags["results"][0]["title"], "methods");
    let made = link(&lab, json!({"url": url, "blocks": {"media_notes": [text("a"), text("b")]}})).await;
    assert_eq!(outline(body_of(&made, "media_notes")), "a b");
    let made = link(&lab, json!({"url": url, "markdown": ""})).await;
    assert_eq!(body_of(&made, "media_notes").len(), 1, "one empty block, as everywhere");
}

#[tokio::test]
async fn a_weblink_can_be_changed_as_any_object() {
    let (lab, _) = lab().await;
    let made = link(&lab, json!({"url": "https://e.org/x.html"})).await;
    let changed = lab.update(json!({"id": id(&made), "properties": {"title": titled("Read")}})).await;
    assert_eq!(words(&changed, "title"), "Read");
    let own = json!({"id": id(&made), "properties": {"media_URLReference": {"type": "url", "url": {"value": "https://x.y"}}}});
    let message = "✖ This property is read-only\n  → at properties.media_URLReference";
    lab.refuses(Method::PATCH, "/object", own, message).await;
}

#[tokio::test]
async fn an_invalid_request_looks_at_nothing() {
    let (lab, network) = lab().await;
    let url = "https://e.org/x.html";
    for (body, message) in [
        (json!({}), "✖ Invalid input: expected string, received undefined\n  → at url"),
        (json!({"url": "nope"}), "✖ Invalid URL\n  → at url"),
        (json!({"url": url, "blocks": {}, "markdown": ""}), "✖ Provide at most one of `blocks` or `markdown`."),
        (json!({"url": url, "id": "x"}), "✖ Invalid UUID\n  → at id"),
        (json!({"url": url, "properties": []}), "✖ Invalid input: expected object, received array\n  → at properties"),
    ] {
        lab.refuses(Method::POST, PATH, body, message).await;
    }
    assert!(network.looks.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_does_not_fit_makes_nothing() {
    let (lab, _) = lab().await;
    let url = "https://e.org/x.html";
    let wrong = json!({"url": url, "properties": {"title": {"type": "text", "text": {"value": "x"}}}});
    let message = "✖ Invalid input: expected a value of type title, received text\n  → at properties.title.type";
    lab.refuses(Method::POST, PATH, wrong, message).await;
    let section = json!({"url": url, "blocks": {"RootPage_content": []}});
    let message = "✖ Unknown block property: expected one of \"media_notes\"\n  → at blocks.RootPage_content";
    lab.refuses(Method::POST, PATH, section, message).await;
    let embed = json!({"url": url, "blocks": {"media_notes": [{"type": "EntityBlock", "entityId": NOBODY}]}});
    lab.refuses(Method::POST, PATH, embed, "✖ Unknown object\n  → at blocks.media_notes[0].entityId").await;
    let made = link(&lab, json!({"url": url, "id": NOBODY})).await;
    assert_eq!(id(&made), NOBODY);
    let again = lab.post(PATH, &json!({"url": url, "id": NOBODY})).await;
    assert_eq!((again.status, again.code().as_str()), (409, "cap_already_exists"));
}
