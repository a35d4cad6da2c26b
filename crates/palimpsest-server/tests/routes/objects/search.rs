//! POST /objects/search.

use http::Method;
use palimpsest_engine::Scope;
use palimpsest_model::{
    BuiltIn, Object, ObjectId, PropertyId, Sections, SpaceId, State, StructureId, Value as Held, parse_uuid,
};
use palimpsest_store::{Actor, ChangeKind, Intent, Tx};
use serde_json::{Value, json};

use crate::app::{Ask, BOTH, Lab};
use crate::wire::{NOBODY, chosen, page, tag, titled};

const SEARCH: &str = "/objects/search";

/// The titles that a search finds; every row tells just what the contract says.
async fn found(lab: &Lab, body: Value) -> Vec<String> {
    let answer = lab.post(SEARCH, &body).await.ok();
    assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
    let rows = answer["results"].as_array().unwrap();
    for row in rows {
        let members: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["id", "structureId", "title"]);
    }
    rows.iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
}

async fn named(lab: &Lab, query: &str) -> Vec<String> {
    found(lab, json!({ "query": query })).await
}

async fn lab_with(titles: &[&str]) -> Lab {
    let lab = Lab::new().await;
    for title in titles {
        lab.create(page(title)).await;
    }
    lab
}

#[tokio::test]
async fn what_is_called_so_comes_first_then_what_begins_so_and_so_on() {
    let titles = ["Buffers", "Salt buffer", "The rebuffered", "Bufer", "buffer (old)", "Buffer"];
    let lab = lab_with(&titles).await;
    let expected = ["Buffer", "buffer (old)", "Buffers", "Salt buffer", "The rebuffered", "Bufer"];
    assert_eq!(named(&lab, "BUFFER").await, expected);
    assert_eq!(named(&lab, " bufer\u{feff}\n").await[..1], ["Bufer"], "blanks around do not count");
}

#[tokio::test]
async fn within_a_class_the_last_named_comes_first() {
    let lab = lab_with(&["Buffer a", "Buffer b", "Buffer c"]).await;
    assert_eq!(named(&lab, "buffer").await, ["Buffer c", "Buffer b", "Buffer a"]);
    let answer = lab.post(SEARCH, &json!({"query": "buffer a"})).await.ok();
    let id = &answer["results"][0]["id"];
    lab.append(json!({"id": id, "markdown": "changed, but not in its title"})).await;
    assert_eq!(named(&lab, "buffer").await, ["Buffer c", "Buffer b", "Buffer a"]);
    lab.update(json!({"id": id, "properties": {"title": titled("Buffer d")}})).await;
    assert_eq!(named(&lab, "buffer").await, ["Buffer d", "Buffer c", "Buffer b"]);
}

#[tokio::test]
async fn case_and_accents_do_not_count_and_one_letter_finds() {
    let lab = lab_with(&["Crème Brûlée", "Straße"]).await;
    for query in ["creme", "CRÈME", "c", "B", "brulee creme", "rul", "cremé brulew", "rbulee"] {
        assert_eq!(named(&lab, query).await, ["Crème Brûlée"], "{query}");
    }
    assert_eq!(named(&lab, "STRASSE").await, ["Straße"]);
    for query in ["ul", "creme nothing", "cerm", "content"] {
        assert_eq!(named(&lab, query).await, Vec::<String>::new(), "{query}");
    }
}

#[tokio::test]
async fn aliases_are_found_and_the_title_is_shown() {
    let lab = Lab::new().await;
    let mut body = page("Sodium chloride");
    body["properties"]["aliases"] = json!({"type": "aliases", "aliases": {"value": ["Table salt", "NaCl"]}});
    let made = lab.post("/object", &body).await;
    assert_eq!(made.status, 200, "{made:?}");
    for query in ["nacl", "salt", "table chloride"] {
        assert_eq!(named(&lab, query).await, ["Sodium chloride"], "{query}");
    }
}

#[tokio::test]
async fn a_filter_leaves_only_what_is_of_these_types() {
    let lab = lab_with(&["Buffer"]).await;
    lab.create(tag("Buffer tag")).await;
    lab.create(json!({"structureId": "RootTask", "properties": {"title": titled("Buffer task")}})).await;
    let of = async |structures: &[&str]| found(&lab, json!({"query": "buffer", "structureIds": structures})).await;
    assert_eq!(of(&["RootTag"]).await, ["Buffer tag"]);
    assert_eq!(of(&["RootTask", "RootPage", "RootPage"]).await, ["Buffer", "Buffer task"]);
    assert_eq!(of(&[NOBODY, "RootQuery"]).await, Vec::<String>::new(), "what is not there has no objects");
    assert_eq!(of(&[NOBODY, "RootTag"]).await, ["Buffer tag"]);
}

#[tokio::test]
async fn there_are_20_results_unless_something_else_is_said() {
    let lab = Lab::new().await;
    for number in 0..60 {
        lab.create(page(&format!("Page {number}"))).await;
    }
    assert_eq!(named(&lab, "page").await.len(), 20);
    for limit in [json!(1), json!(50), json!(7.0)] {
        let titles = found(&lab, json!({"query": "page", "limit": limit})).await;
        assert_eq!(Some(titles.len() as f64), limit.as_f64());
        assert_eq!(titles[0], "Page 59");
    }
}

#[tokio::test]
async fn a_write_is_seen_by_the_next_search() {
    let lab = Lab::new().await;
    let first = lab.make(page("Autoclave")).await;
    assert_eq!(named(&lab, "autoclave").await, ["Autoclave"]);
    lab.update(json!({"id": first, "properties": {"title": titled("Centrifuge")}})).await;
    assert_eq!(named(&lab, "autoclave").await, Vec::<String>::new());
    assert_eq!(named(&lab, "centri").await, ["Centrifuge"]);
    lab.delete(&format!("/object?id={first}")).await;
    assert_eq!(named(&lab, "centri").await, Vec::<String>::new(), "in the trash");
    lab.update(json!({"id": first, "deleteRequested": false})).await;
    assert_eq!(named(&lab, "centri").await, ["Centrifuge"], "restored");
    lab.delete(&format!("/object?id={first}&hardDelete=true")).await;
    assert_eq!(named(&lab, "centri").await, Vec::<String>::new(), "deleted");
}

#[tokio::test]
async fn a_daily_note_is_found_by_its_day() {
    let lab = lab_with(&["2026-11-22 meeting"]).await;
    let day = "2026-11-22T00:00:00.000Z";
    let note = Object {
        id: ObjectId(parse_uuid(&chosen(1)).unwrap()),
        structure: StructureId::BuiltIn(BuiltIn::RootDailyNote),
        collections: Vec::new(),
        properties: [(PropertyId::from("title"), Held::Title(Some(day.to_owned())))].into(),
        blocks: Sections::default(),
        files: Vec::new(),
    };
    let space = SpaceId(parse_uuid(&lab.space).unwrap());
    let intent = Intent { space, actor: Actor::operator(), at: lab.app.engine.now(), begins: None };
    let put = move |tx: &mut Tx<'_>| tx.put(note.clone(), State::Live, ChangeKind::Created);
    lab.app.engine.store().commit(intent, put).await.unwrap().value.unwrap();
    assert_eq!(found(&lab, json!({"query": "2026-11-22", "structureIds": ["RootDailyNote"]})).await, [day]);
    assert_eq!(named(&lab, "2026-11-22").await, [day, "2026-11-22 meeting"]);
    assert_eq!(named(&lab, "2026-11-23").await, Vec::<String>::new(), "digits are never mistyped");
}

#[tokio::test]
async fn many_searches_at_once_are_served() {
    let lab = lab_with(&["alpha", "beta", "gamma"]).await;
    let letters: Vec<_> = ('a'..='z').map(String::from).collect();
    let bodies: Vec<_> = letters.iter().map(|letter| json!({ "query": letter })).collect();
    let mut searches = Vec::new();
    for body in &bodies {
        let ask = lab.ask(Method::POST, SEARCH).json(body);
        searches.push(lab.app.send(ask));
    }
    let mut total = 0;
    for reply in join_all(searches).await {
        total += reply.ok()["results"].as_array().unwrap().len();
    }
    assert_eq!(total, 3);
}

/// Waits for all of some futures, which go on side by side.
async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, output) in futures.iter_mut().filter(|(_, output)| output.is_none()) {
            if let std::task::Poll::Ready(ready) = future.as_mut().poll(context) {
                *output = Some(ready);
            }
        }
        if futures.iter().all(|(_, output)| output.is_some()) {
            return std::task::Poll::Ready(futures.iter_mut().filter_map(|(_, output)| output.take()).collect());
        }
        std::task::Poll::Pending
    })
    .await
}

#[tokio::test]
async fn a_space_is_searched_by_itself_and_the_answer_tells_its_head() {
    let lab = lab_with(&["Buffer"]).await;
    let space = lab.app.space("Elsewhere").await;
    let token = lab.app.token(&space, "stranger", BOTH).await;
    let ask = Ask::new(Method::POST, SEARCH).token(&token).json(&json!({"query": "buffer"}));
    let reply = lab.app.send(ask).await;
    assert_eq!((reply.revision(), reply.ok()), (Some(1), json!({"results": []})));
    let reply = lab.post(SEARCH, &json!({"query": "buffer"})).await;
    assert_eq!((reply.revision(), reply.header("content-location")), (Some(2), None));
    let reader = lab.app.token(&lab.space, "reader", &[Scope::Read]).await;
    let ask = Ask::new(Method::POST, SEARCH).token(&reader).json(&json!({"query": "buffer"}));
    assert_eq!(lab.app.send(ask).await.status, 200, "a search writes nothing");
}

#[tokio::test]
async fn all_problems_of_the_body_are_told() {
    let lab = Lab::new().await;
    let told = async |body: Value, message: &str| lab.refuses(Method::POST, SEARCH, body, message).await;
    told(json!({}), "✖ Invalid input: expected string, received undefined\n  → at query").await;
    told(json!({"query": 1}), "✖ Invalid input: expected string, received number\n  → at query").await;
    told(json!([]), "✖ Invalid input: expected object, received array").await;
    for blank in ["", " ", "\u{feff}\t\n"] {
        told(json!({"query": blank}), "✖ Too small: expected string to have >=1 characters\n  → at query").await;
    }
    let of = |length: usize| json!({"query": "🎉".repeat(length / 2) + &"x".repeat(length % 2)});
    told(of(513), "✖ Too big: expected string to have <=512 characters\n  → at query").await;
    lab.post(SEARCH, &of(512)).await.ok();
    lab.post(SEARCH, &json!({"query": format!("  {}  ", "x ".repeat(256))})).await.ok();
    let limit = async |limit: Value, problem: &str| {
        told(json!({"query": "x", "limit": limit}), &format!("✖ {problem}\n  → at limit")).await;
    };
    limit(json!(51), "Too big: expected number to be <=50").await;
    limit(json!(1e300), "Too big: expected number to be <=50").await;
    limit(json!(0), "Too small: expected number to be >0").await;
    limit(json!(-1), "Too small: expected number to be >0").await;
    limit(json!(1.5), "Invalid input: expected int, received number").await;
    limit(json!("5"), "Invalid input: expected number, received string").await;
    limit(json!(null), "Invalid input: expected number, received null").await;
    let structures = async |ids: Value, problem: &str| {
        told(json!({"query": "x", "structureIds": ids}), &format!("✖ {problem}")).await;
    };
    structures(json!([]), "Too small: expected array to have >=1 items\n  → at structureIds").await;
    structures(json!(vec!["RootPage"; 26]), "Too big: expected array to have <=25 items\n  → at structureIds").await;
    structures(json!("RootPage"), "Invalid input: expected array, received string\n  → at structureIds").await;
    structures(json!(["RootPage", "Page"]), "Invalid UUID\n  → at structureIds[1]").await;
    let all = "✖ Too small: expected string to have >=1 characters\n  → at query\n✖ Too big: expected number to be <=50\n  → at limit\n✖ Invalid UUID\n  → at structureIds[0]";
    told(json!({"query": "", "structureIds": ["x"], "limit": 99}), all).await;
    lab.post(SEARCH, &json!({"query": "x", "structureIds": vec!["RootPage"; 25], "unknown": true})).await.ok();
}

#[tokio::test]
async fn names_and_words_without_end_do_no_harm() {
    let lab = Lab::new().await;
    let (word, name) = ("x".repeat(5000), format!("{}needle", "hay ".repeat(2000)));
    lab.create(page(&word)).await;
    lab.create(page(&name)).await;
    assert_eq!(named(&lab, &"x".repeat(512)).await, [word]);
    assert_eq!(named(&lab, "hay").await, [name]);
    assert_eq!(named(&lab, "needle").await, Vec::<String>::new(), "beyond the letters that are indexed");
}
