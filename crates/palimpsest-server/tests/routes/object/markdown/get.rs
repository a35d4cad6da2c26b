//! GET /object/markdown.

use http::Method;
use serde_json::{Value, json};

use super::{URI, body_of, made, text_of};
use crate::app::Lab;
use crate::wire::{NOBODY, entities, id, page, page_of, run, tag, titled, tokens};

#[tokio::test]
async fn an_object_begins_with_its_type_and_title() {
    let lab = Lab::new().await;
    let made = lab.create(page("Reagents")).await;
    let reply = lab.get(&format!("{URI}?id={}", id(&made))).await;
    let created = made["properties"]["createdAt"]["createdAt"]["value"].as_str().unwrap();
    let text = format!("---\ntype: Page\ntitle: Reagents\ncreatedAt: {created}\n---\n");
    assert_eq!(reply.ok(), json!({"id": id(&made), "structureId": "RootPage", "markdown": text}));
    let untitled = lab.make(json!({"structureId": "RootTag"})).await;
    assert_eq!(text_of(&lab, &untitled).await, "---\ntype: Tag\ntitle:\n---\n");
}

#[tokio::test]
async fn values_stand_by_camel_case_key_name_and_title() {
    let lab = Lab::new().await;
    let idea = lab.make(tag("idea")).await;
    let status = json!({"type": "label", "label": [{"id": "next-up", "name": "Next Up"}]});
    let date = json!({"type": "date", "date": {"dateResolution": "day", "start": "2026-11-22", "end": null}});
    let properties = json!({"title": titled("T: 1"), "status": status, "deadline": date, "tags": entities(&[&idea])});
    let task = lab.make(json!({"structureId": "RootTask", "properties": properties})).await;
    let expected =
        "---\ntype: Task\ntitle: \"T: 1\"\nstatus: Next Up\ndeadline: 2026-11-22\ntags: [\"[[idea]]\"]\n---\n";
    assert_eq!(text_of(&lab, &task).await, expected);
}

fn link(text: &str, target: &str) -> Value {
    json!({"type": "LinkToken", "text": text, "entityId": target})
}

#[tokio::test]
async fn a_link_is_a_title_when_that_is_its_text_and_nothing_else_has_it() {
    let lab = Lab::new().await;
    let (ann, idea) = (lab.make(page("Ann")).await, lab.make(tag("idea")).await);
    let linking = async |token: Value| {
        let page = lab.make(page_of(json!([tokens(json!([run("a "), token]))]))).await;
        body_of(&text_of(&lab, &page).await).trim_end().to_owned()
    };
    let url = |id: &str| format!("capacities://{}/{id}", lab.space);
    assert_eq!(linking(link("Ann", &ann)).await, "a [[Ann]]");
    assert_eq!(linking(link("", &ann)).await, "a [[Ann]]", "a link without text has the title");
    assert_eq!(linking(link("her", &ann)).await, format!("a [her]({})", url(&ann)));
    assert_eq!(linking(link("ann", &ann)).await, format!("a [ann]({})", url(&ann)));
    assert_eq!(linking(link("#idea", &idea)).await, "a #idea");
    assert_eq!(linking(link("idea", &idea)).await, "a [[idea]]");
    let other = lab.make(page("Ann")).await;
    for twin in [&ann, &other] {
        assert_eq!(linking(link("Ann", twin)).await, format!("a [Ann]({})", url(twin)));
    }
    lab.delete(&format!("/object?id={other}")).await;
    assert_eq!(linking(link("Ann", &ann)).await, "a [[Ann]]", "the trash does not count");
}

#[tokio::test]
async fn an_embed_is_a_title_or_a_link() {
    let lab = Lab::new().await;
    let ann = lab.make(page("Ann")).await;
    let embedding = lab.make(page_of(json!([{"type": "EntityBlock", "entityId": ann}]))).await;
    assert_eq!(body_of(&text_of(&lab, &embedding).await), "![[Ann]]\n");
    lab.make(page("Ann")).await;
    let url = format!("![Ann](capacities://{}/{ann})\n", lab.space);
    assert_eq!(body_of(&text_of(&lab, &embedding).await), url);
}

#[tokio::test]
async fn the_text_follows_what_becomes_of_others() {
    let lab = Lab::new().await;
    let ann = lab.make(page("Ann")).await;
    let page = lab.make(page_of(json!([tokens(json!([link("", &ann)]))]))).await;
    assert_eq!(body_of(&text_of(&lab, &page).await), "[[Ann]]\n");
    lab.update(json!({"id": ann, "properties": {"title": titled("Bob")}})).await;
    assert_eq!(body_of(&text_of(&lab, &page).await), "[[Bob]]\n", "no old bytes are answered");
    lab.delete(&format!("/object?id={ann}")).await;
    assert!(body_of(&text_of(&lab, &page).await).contains(&ann), "the link is still there");
}

#[tokio::test]
async fn all_sections_stand_together() {
    let lab = Lab::new().await;
    let text = "---\ntitle: a\n---\n\n- x\n\n---\n\ny\n";
    let made = made(&lab, "RootPage", text).await;
    assert_eq!(body_of(&text_of(&lab, &id(&made)).await), "- x\n\n---\n\ny\n");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let lab = Lab::new().await;
    let trashed = lab.make(page("a")).await;
    lab.delete(&format!("/object?id={trashed}")).await;
    for id in [&*trashed, NOBODY] {
        let uri = format!("{URI}?id={id}");
        lab.refuses_as(Method::GET, &uri, json!({}), (404, "cap_not_found"), "Object not found").await;
    }
    assert_eq!(lab.get(&format!("{URI}?id=x")).await.status, 400);
    assert_eq!(lab.get(URI).await.status, 400);
}
