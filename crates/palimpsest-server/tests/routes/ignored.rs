//! `Palimpsest-Ignored`: what was sent and had no effect is named; with `Prefer: handling=strict` it is refused.

use http::Method;
use serde_json::{Value, json};

use crate::app::{Lab, Reply};
use crate::wire::{SECTION, body, chosen, id, over, page, page_of, run, text, titled, tokens};

fn named(reply: &Reply) -> &str {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.header("palimpsest-ignored").unwrap_or_default()
}

/// Sends what should have no effect in part: once as it is, once strictly, which must change nothing.
async fn check(lab: &Lab, method: Method, uri: &str, body: &Value, paths: &[&str]) {
    let strict = lab.ask(method.clone(), uri).header("prefer", "handling=strict");
    let before = lab.head().await;
    let refused = lab.app.send(strict.json(body)).await;
    if paths.is_empty() {
        refused.ok();
    } else {
        assert_eq!((refused.status, &*refused.code()), (400, "cap_invalid_input"), "{body} {:?}", refused.json());
        let message = refused.json()["message"].as_str().unwrap().to_owned();
        for path in paths {
            assert!(message.contains(&format!("✖ This would have no effect\n  → at {path}")), "{path}: {message}");
        }
        assert_eq!(message.matches('✖').count(), paths.len(), "{message}");
        assert_eq!(lab.head().await, before, "a refusal changed something");
    }
    let reply = lab.app.send(lab.ask(method, uri).json(body)).await;
    let quoted: Vec<_> =
        paths.iter().map(|path| format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))).collect();
    assert_eq!(named(&reply), quoted.join(", "), "{body}");
}

#[tokio::test]
async fn unknown_keys_are_named_wherever_they_stand() {
    let lab = Lab::new().await;
    let mut styled = run("a");
    styled["style"]["blink"] = json!(true);
    styled["font"] = json!("x");
    let mut block = over("b", json!([{"type": "TextBlock", "tokens": [], "deep": 1}]));
    block["size"] = json!({"any": ["thing"]});
    let request = json!({"structureId": "RootPage", "nope": {"deep": [1]}, "properties": {
        "title": {"type": "title", "title": {"value": "a", "lang": "en"}, "more": 1}},
        "blocks": {SECTION: [tokens(json!([styled])), block]}});
    let at = format!("blocks.{SECTION}");
    let (font, blink) = (format!("{at}[0].tokens[0].font"), format!("{at}[0].tokens[0].style.blink"));
    let (deep, size) = (format!("{at}[1].blocks[0].deep"), format!("{at}[1].size"));
    let paths = [&*font, &*blink, &*deep, &*size, "nope", "properties.title.more", "properties.title.title.lang"];
    check(&lab, Method::POST, "/object", &request, &paths).await;
}

#[tokio::test]
async fn what_the_contract_drops_is_not_named() {
    let lab = Lab::new().await;
    let label = json!({"type": "label", "label": [{"id": "done", "name": "Anything", "color": "pink"}]});
    let request = json!({"structureId": "RootTask", "properties": {"status": label}});
    check(&lab, Method::POST, "/object", &request, &[]).await;
}

#[tokio::test]
async fn a_second_option_of_a_single_choice_is_named() {
    let lab = Lab::new().await;
    let option = |id: &str| json!({"id": id, "name": id});
    let label = |ids: &[&str]| {
        let options: Vec<_> = ids.iter().map(|id| option(id)).collect();
        json!({"structureId": "RootTask", "properties": {"status": {"type": "label", "label": options}}})
    };
    check(&lab, Method::POST, "/object", &label(&["done", "next-up"]), &["properties.status.label[1]"]).await;
    let (second, third) = ("properties.status.label[1]", "properties.status.label[2]");
    check(&lab, Method::POST, "/object", &label(&["done", "next-up", "done"]), &[second]).await;
    check(&lab, Method::POST, "/object", &label(&["done", "done", "next-up"]), &[third]).await;
    check(&lab, Method::POST, "/object", &label(&["done", "done"]), &[]).await;
    let task = lab.make(json!({"structureId": "RootTask"})).await;
    let mut request = label(&["done", "next-up"]);
    request.as_object_mut().unwrap().remove("structureId");
    request["id"] = json!(task);
    check(&lab, Method::PATCH, "/object", &request, &["properties.status.label[1]"]).await;
}

#[tokio::test]
async fn ids_that_were_not_taken_are_named() {
    let lab = Lab::new().await;
    let with_id = |says: &str, id: &str| {
        let mut block = text(says);
        block["id"] = json!(id);
        block
    };
    let other = lab.create(page_of(json!([text("x")]))).await;
    let taken = id(&body(&other)[0]);
    let blocks = json!([with_id("a", &taken), with_id("b", "no uuid"), with_id("c", &chosen(4))]);
    let at = |index: usize| format!("blocks.{SECTION}[{index}].id");
    let request = page_of(blocks);
    let reply = lab.post("/object", &request).await;
    let named_paths = named(&reply).to_owned();
    assert!(
        named_paths.contains(&at(0)) && named_paths.contains(&at(1)) && !named_paths.contains(&at(2)),
        "{named_paths}"
    );
    let made = lab.object(&id(&reply.ok())).await;
    let kept = json!({"id": id(&made), "blocks": {SECTION: body(&made)}});
    check(&lab, Method::PATCH, "/object", &kept, &[]).await;
    let appended = json!({"id": id(&made), "blocks": [with_id("d", &taken)]});
    check(&lab, Method::POST, "/blocks/append", &appended, &["blocks[0].id"]).await;
    let update = json!({"id": id(&made), "blockId": id(&body(&made)[0]), "block": with_id("e", &taken)});
    check(&lab, Method::PATCH, "/blocks/block", &update, &["block.id"]).await;
    let update = json!({"id": id(&made), "blockId": id(&body(&made)[0]), "block": with_id("f", &id(&body(&made)[0]))});
    check(&lab, Method::PATCH, "/blocks/block", &update, &[]).await;
}

#[tokio::test]
async fn an_answer_that_is_sent_back_names_only_what_is_dropped() {
    let lab = Lab::new().await;
    let blocks = json!([over("a", json!([text("b")])), {"type": "CodeBlock", "lang": "c", "text": "d"},
        {"type": "GridBlock", "dividers": [50], "columns": [[text("e")], [text("f")]]},
        {"type": "MathBlock", "text": "g"}, {"type": "HorizontalLineBlock"}, {"type": "GroupBlock", "blocks": []},
        tokens(json!([{"type": "LinkToken", "text": "day", "date": {"start": "2026-11-22"}}]))]);
    for mut request in [page_of(blocks), json!({"structureId": "RootTask", "properties": {"title": titled("t")}})] {
        request["properties"]["icon"] = json!({"type": "icon", "icon": {"value": {"type": "emoji", "val": "🧪"}}});
        let mut object = lab.create(request).await;
        object["properties"].as_object_mut().unwrap().remove("lastUpdatedAt");
        check(&lab, Method::PATCH, "/object", &object, &["structureId"]).await;
        object.as_object_mut().unwrap().remove("structureId");
        let head = lab.head().await;
        check(&lab, Method::PATCH, "/object", &object, &[]).await;
        assert_eq!(lab.head().await, head);
    }
}

#[tokio::test]
async fn unknown_members_of_the_query_are_named_for_reads_and_writes() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    for uri in [
        format!("/object?id={page}&x=1"),
        format!("/object/markdown?id={page}&x=1"),
        "/space?x=1".to_owned(),
        "/space/structures?x=1".to_owned(),
        "/objects/structure?id=RootPage&x=1".to_owned(),
        "/objects?x=1".to_owned(),
    ] {
        check(&lab, Method::GET, &uri, &json!({}), &["x"]).await;
    }
    let request = json!({"id": page, "properties": {"title": titled("b")}});
    check(&lab, Method::PATCH, "/object?x=1", &request, &["x"]).await;
    check(&lab, Method::POST, "/object?x=1&y=2", &json!({"structureId": "RootPage"}), &["x", "y"]).await;
    let uri = format!("/object?id={page}&x=1");
    let strict = lab.ask(Method::DELETE, &uri).header("prefer", "handling=strict");
    assert_eq!(lab.app.send(strict).await.status, 400);
    assert_eq!(named(&lab.delete(&uri).await), "\"x\"");
}

#[tokio::test]
async fn strictness_is_part_of_the_form_where_reading_alone_knows() {
    let lab = Lab::new().await;
    let nobody = crate::wire::NOBODY;
    let strict = |method: Method, uri: &str| lab.ask(method, uri).header("prefer", "handling=strict");
    let form = lab.app.send(strict(Method::PATCH, "/object").json(&json!({"id": nobody, "x": 1}))).await;
    assert_eq!(form.status, 400, "form comes before what is there");
    let form = lab.app.send(strict(Method::PATCH, "/object").json(&json!({"id": 1, "x": 1}))).await;
    assert!(!form.json()["message"].as_str().unwrap().contains("no effect"), "{form:?}");
    let state = json!({"id": nobody, "markdown": "---\nnope: 1\n---\n"});
    let state = lab.app.send(strict(Method::PATCH, "/object/markdown").json(&state)).await;
    assert_eq!(state.status, 404, "what only the object can tell comes after it was found");
    let head = lab.app.send(strict(Method::GET, &format!("/object?id={nobody}&x=1")).json(&json!({}))).await;
    assert!([400, 404].contains(&head.status));
}

#[tokio::test]
async fn a_strict_refusal_lists_many_and_counts_the_rest() {
    let lab = Lab::new().await;
    let mut request = json!({"structureId": "RootPage"});
    for number in 0..1_000 {
        request[format!("k{number}")] = json!(1);
    }
    let strict = lab.ask(Method::POST, "/object").header("prefer", "handling=strict");
    let reply = lab.app.send(strict.json(&request)).await;
    let message = reply.json()["message"].as_str().unwrap().to_owned();
    assert_eq!(reply.status, 400);
    assert!(message.ends_with("✖ 950 more problems"), "{message}");
}
