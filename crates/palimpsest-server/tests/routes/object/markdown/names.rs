//! What titles and tags in a text mean.

use http::Method;
use palimpsest_engine::admin::{Command, Reply as Told};
use serde_json::{Value, json};

use super::{URI, ignored, made, patch, patched, post, text_of};
use crate::app::Lab;
use crate::wire::{NOBODY, body, chosen, entities, id, page, tag, titled};

/// The one token of a text made into a page.
async fn token(lab: &Lab, text: &str) -> Value {
    let object = made(lab, "RootPage", text).await;
    let tokens = body(&object)[0]["tokens"].as_array().unwrap().clone();
    assert_eq!(tokens.len(), 1, "{tokens:?}");
    tokens[0].clone()
}

async fn links(lab: &Lab, text: &str, target: &str) {
    assert_eq!(token(lab, text).await["entityId"], json!(target), "{text}");
}

async fn stays(lab: &Lab, text: &str) {
    let token = token(lab, text).await;
    assert_eq!((&token["type"], &token["text"]), (&json!("TextToken"), &json!(text)));
}

/// The tags of the space by title.
async fn tags(lab: &Lab) -> Vec<String> {
    let list = lab.get("/objects/structure?id=RootTag").await.ok();
    let titles = list["results"].as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned());
    let mut titles: Vec<_> = titles.collect();
    titles.sort();
    titles
}

#[tokio::test]
async fn a_title_means_the_exact_one_then_other_letters_then_another_name_then_the_oldest() {
    let lab = Lab::new().await;
    let alias = json!({"title": titled("x"), "aliases": {"type": "aliases", "aliases": {"value": ["Ann"]}}});
    let other_name = lab.make(json!({"structureId": "RootPage", "properties": alias})).await;
    links(&lab, "[[Ann]]", &other_name).await;
    lab.app.clock.advance(1000);
    let other_letters = lab.make(page("ANN")).await;
    links(&lab, "[[Ann]]", &other_letters).await;
    lab.app.clock.advance(1000);
    let exact = lab.make(page("Ann")).await;
    links(&lab, "[[Ann]]", &exact).await;
    lab.app.clock.advance(1000);
    lab.make(page("Ann")).await;
    links(&lab, "[[Ann]]", &exact).await;
    links(&lab, "[[Ann|her]]", &exact).await;
    stays(&lab, "[[Anna]]").await;
    lab.delete(&format!("/object?id={exact}")).await;
    lab.delete(&format!("/object?id={other_letters}")).await;
    assert_ne!(token(&lab, "[[Ann]]").await["entityId"], json!(exact));
}

#[tokio::test]
async fn a_type_or_a_collection_tells_which() {
    let lab = Lab::new().await;
    let (structure, title) = ("Page".to_owned(), "Shelf".to_owned());
    let told = lab.app.administer(Command::CollectionCreate { space: None, structure, title }).await;
    let Told::Collection(shelf) = told else { panic!("{told:?}") };
    let tag = lab.make(tag("Ann")).await;
    let first = lab.make(page("Ann")).await;
    let mut shelved = page("Ann");
    shelved["collections"] = json!([{"id": shelf.id.to_string()}]);
    let reply = lab.post("/object", &shelved).await;
    let shelved = if reply.status == 200 {
        id(&reply.ok())
    } else {
        shelved["collections"] = json!([shelf.id.to_string()]);
        lab.make(shelved).await
    };
    links(&lab, "[[Tag/Ann]]", &tag).await;
    links(&lab, "[[tag/Ann]]", &tag).await;
    links(&lab, "[[Page/Ann]]", &first).await;
    links(&lab, "[[Shelf/Ann]]", &shelved).await;
    stays(&lab, "[[Task/Ann]]").await;
    let slashed = lab.make(page("Tag/Ann")).await;
    links(&lab, "[[Tag/Ann]]", &slashed).await;
}

#[tokio::test]
async fn a_day_is_a_link_to_a_date() {
    let lab = Lab::new().await;
    let link = token(&lab, "[[date/2026-11-22]]").await;
    assert_eq!(link["date"]["start"], json!("2026-11-22T00:00:00.000Z"));
    assert_eq!(link["date"]["dateResolution"], json!("day"));
    stays(&lab, "[[date/2026-13-22]]").await;
    let deep = format!("[day](capacities://{}/date/2026-11-22)", lab.space);
    assert_eq!(token(&lab, &deep).await["date"]["start"], json!("2026-11-22T00:00:00.000Z"));
}

#[tokio::test]
async fn a_deep_link_leads_to_an_object_of_this_space_only() {
    let lab = Lab::new().await;
    let ann = lab.make(page("Ann")).await;
    let trashed = lab.make(page("Gone")).await;
    lab.delete(&format!("/object?id={trashed}")).await;
    links(&lab, &format!("[her](capacities://{}/{ann})", lab.space), &ann).await;
    let urls = [
        format!("capacities://{}/{NOBODY}", lab.space),
        format!("capacities://{}/{trashed}", lab.space),
        format!("capacities://{NOBODY}/{ann}"),
        format!("https://app.capacities.io/{}/{ann}", lab.space),
    ];
    for url in urls {
        let link = token(&lab, &format!("[x]({url})")).await;
        assert_eq!((&link["url"], link.get("entityId")), (&json!(url), None), "{url}");
    }
    stays(&lab, "[[Gone]]").await;
}

#[tokio::test]
async fn an_embed_needs_an_object() {
    let lab = Lab::new().await;
    let ann = lab.make(page("Ann")).await;
    let object = made(&lab, "RootPage", "![[Ann]]\n\n![x](https://a.b/c.png)").await;
    assert_eq!(body(&object)[0]["entityId"], json!(ann));
    assert_eq!(body(&object)[1]["tokens"][0]["url"], json!("https://a.b/c.png"));
    stays(&lab, "![[Nobody]]").await;
}

#[tokio::test]
async fn missing_tags_are_made_once_with_the_object() {
    let lab = Lab::new().await;
    let before = lab.head().await;
    let text = "---\ntags: [\"[[Alpha]]\", beta, \"#gamma\"]\n---\n\n#alpha #ALPHA #Beta #delta, (#delta) #1 \\#no a#b";
    let object = made(&lab, "RootPage", text).await;
    assert_eq!(lab.head().await, before + 1, "one revision for all");
    assert_eq!(tags(&lab).await, ["Alpha", "beta", "delta", "gamma"]);
    let alpha = &object["properties"]["tags"]["entity"][0]["id"];
    let tokens = body(&object)[0]["tokens"].as_array().unwrap();
    assert_eq!((&tokens[0]["text"], &tokens[0]["entityId"]), (&json!("#alpha"), alpha));
    assert_eq!((&tokens[2]["text"], &tokens[2]["entityId"]), (&json!("#ALPHA"), alpha));
    let again = made(&lab, "RootPage", text).await;
    assert_eq!(again["properties"]["tags"], object["properties"]["tags"]);
    assert_eq!(tags(&lab).await.len(), 4);
}

#[tokio::test]
async fn tags_are_a_list_or_stand_between_commas() {
    let lab = Lab::new().await;
    let (a, b) = (lab.make(tag("a")).await, lab.make(tag("b")).await);
    let written =
        ["a, b", "[a, b]", "\"[[a]], [[b]]\"", "[\"[[a]]\", \"[[b]]\"]", "\"#a, #b\"", "[a, b, A]", "\n  - a\n  - b"];
    for tags in written {
        let object = made(&lab, "RootPage", &format!("---\ntags: {tags}\n---\n")).await;
        assert_eq!(object["properties"]["tags"], entities(&[&a, &b]), "{tags}");
    }
    assert_eq!(self::tags(&lab).await, ["a", "b"]);
}

#[tokio::test]
async fn a_refused_text_makes_no_tags() {
    let lab = Lab::new().await;
    let text = "---\ntags: [new]\nstatus: Nowhere\n---\n\n#other";
    assert_eq!(post(&lab, "RootTask", text).await.status, 400);
    let task = lab.make(json!({"structureId": "RootTask"})).await;
    assert_eq!(patch(&lab, &task, text).await.status, 400);
    let strict = lab.ask(Method::POST, URI).header("prefer", "handling=strict");
    let request = json!({"structureId": "RootPage", "markdown": "---\nx: y\ntags: [new]\n---\n"});
    assert_eq!(lab.app.send(strict.json(&request)).await.status, 400);
    let deep = format!("{}x\n\n#new", "---\n\n".repeat(10_001));
    assert_eq!(post(&lab, "RootPage", &deep).await.status, 400);
    assert_eq!(tags(&lab).await, [""; 0]);
}

#[tokio::test]
async fn what_is_made_by_the_same_text_can_be_named_in_it() {
    let lab = Lab::new().await;
    let request = json!({"id": chosen(3), "structureId": "RootPage", "markdown": "# Self\n\n[[Self]]"});
    let object = lab.post(URI, &request).await.ok();
    assert_eq!(body(&object)[0]["tokens"][0]["entityId"], json!(chosen(3)));
    let object = made(&lab, "RootPage", "---\ntags: [fresh]\n---\n\n[[fresh]]").await;
    assert_eq!(body(&object)[0]["tokens"][0]["entityId"], object["properties"]["tags"]["entity"][0]["id"]);
}

#[tokio::test]
async fn several_entities_are_taken_and_those_that_are_not_there_are_named() {
    let lab = Lab::new().await;
    let definition = json!({"title": "Job", "pluralName": "Jobs", "propertyDefinitions": [
        {"name": "Works for", "type": "entity"}]});
    let told = lab.app.administer(Command::StructureCreate { space: None, definition }).await;
    let structure = serde_json::to_value(&told).ok().and_then(|told| told["id"].as_str().map(str::to_owned));
    let structures = lab.get("/space/structures").await.ok();
    let all = structures["structures"].as_array().or_else(|| structures.as_array()).unwrap();
    let job = all.iter().find(|structure| structure["title"] == "Job").unwrap().clone();
    let structure = structure.unwrap_or_else(|| id(&job));
    let (ann, bob) = (lab.make(page("Ann")).await, lab.make(page("Bob")).await);
    for written in ["[\"[[Ann]]\", \"[[Bob]]\"]", "Ann, Bob", "\"[[Ann]], [[Bob]]\""] {
        for key in ["worksFor", "Works for"] {
            let object = made(&lab, &structure, &format!("---\n{key}: {written}\n---\n")).await;
            let mut values = object["properties"].as_object().unwrap().values();
            let held = values.find(|value| value["type"] == "entity" && value["entity"] != json!([])).unwrap();
            assert_eq!(held, &entities(&[&ann, &bob]), "{written}");
        }
    }
    let reply = post(&lab, &structure, "---\nworksFor: [\"[[Ann]]\", \"[[Nobody]]\"]\n---\n").await;
    assert!(reply.ok().to_string().contains(&ann));
    assert_eq!(ignored(&reply), Some("\"markdown.worksFor\""));
}

#[tokio::test]
async fn a_link_whose_target_was_trashed_stays_with_the_text_of_before_and_of_after() {
    let lab = Lab::new().await;
    let (ann, idea) = (lab.make(page("Ann")).await, lab.make(tag("idea")).await);
    let text = "---\ntitle: A\ntags: [idea]\n---\n\n[[Ann]] and #idea\n\n![[Ann]]\n";
    let page = made(&lab, "RootPage", text).await;
    let before = text_of(&lab, &id(&page)).await;
    for gone in [&ann, &idea] {
        lab.delete(&format!("/object?id={gone}")).await;
    }
    let after = text_of(&lab, &id(&page)).await;
    assert_ne!(before, after);
    let head = lab.head().await;
    for text in [&after, &before] {
        assert_eq!(patched(&lab, &id(&page), text).await, page, "{text}");
        assert_eq!(lab.head().await, head, "{text}");
    }
}
