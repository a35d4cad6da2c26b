//! POST /blocks/append.

use http::Method;
use palimpsest_engine::admin::Command;
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{NOBODY, SECTION, body, chosen, id, ids, outline, outlined, over, page, page_of, text};

/// A page that says `a[b c] d`, and the ids of these four.
async fn abcd(lab: &Lab) -> (String, Vec<String>) {
    let page = lab.create(page_of(json!([over("a", json!([text("b"), text("c")])), text("d")]))).await;
    (id(&page), ids(body(&page)))
}

fn after(block: &str) -> Value {
    json!({"type": "after_block", "after_block": {"id": block}})
}

fn before(block: &str) -> Value {
    json!({"type": "before_block", "before_block": {"id": block}})
}

/// An append of `x y`, with more members.
fn append(page: &str, more: Value) -> Value {
    let mut body = json!({"id": page, "blocks": [text("x"), text("y")]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn blocks_go_where_they_are_sent() {
    let check = async |more: fn(&[String]) -> Value, expected: &str| {
        let lab = Lab::new().await;
        let (page, ids) = abcd(&lab).await;
        let answered = lab.append(append(&page, more(&ids))).await;
        assert_eq!(outlined(&answered), expected);
        let kept: Vec<_> = crate::wire::ids(body(&answered)).into_iter().filter(|id| ids.contains(id)).collect();
        assert_eq!(kept, ids, "the others keep their ids");
    };
    check(|_| json!({}), "a[b c] d x y").await;
    check(|_| json!({"position": {"type": "end"}}), "a[b c] d x y").await;
    check(|_| json!({"position": {"type": "start"}}), "x y a[b c] d").await;
    check(|ids| json!({"parentBlockId": ids[0]}), "a[b c x y] d").await;
    check(|ids| json!({"parentBlockId": ids[0], "position": {"type": "end"}}), "a[b c x y] d").await;
    check(|ids| json!({"parentBlockId": ids[0], "position": {"type": "start"}}), "a[x y b c] d").await;
    check(|ids| json!({"parentBlockId": ids[3]}), "a[b c] d[x y]").await;
    check(|ids| json!({"position": after(&ids[0])}), "a[b c] x y d").await;
    check(|ids| json!({"position": after(&ids[1])}), "a[b x y c] d").await;
    check(|ids| json!({"position": before(&ids[3])}), "a[b c] x y d").await;
    check(|ids| json!({"position": before(&ids[1])}), "a[x y b c] d").await;
    check(|ids| json!({"position": after(&ids[3].to_uppercase()), "propertyId": SECTION}), "a[b c] d x y").await;
}

#[tokio::test]
async fn what_is_first_written_takes_the_place_of_the_empty_block() {
    let check = async |more: Value, expected: &str| {
        let lab = Lab::new().await;
        let page = lab.make(page("a")).await;
        assert_eq!(outlined(&lab.append(append(&page, more)).await), expected);
    };
    check(json!({}), "x y").await;
    check(json!({"position": {"type": "start"}}), "x y").await;
}

#[tokio::test]
async fn an_empty_block_that_is_named_or_not_alone_stays() {
    let lab = Lab::new().await;
    let page = lab.create(page("a")).await;
    let empty = id(&body(&page)[0]);
    let answered = lab.append(append(&id(&page), json!({"position": after(&empty)}))).await;
    assert_eq!(ids(body(&answered))[0], empty);
    assert_eq!(outlined(&answered), " x y");
    let answered = lab.append(append(&id(&page), json!({}))).await;
    assert_eq!(outlined(&answered), " x y x y");
}

#[tokio::test]
async fn another_section_is_named() {
    let lab = Lab::new().await;
    let (book, summary) = ("33333333-3333-4333-8333-333333333333", "55555555-5555-4555-8555-555555555555");
    let section = json!({"id": summary, "name": "Summary", "type": "blocks"});
    let definition = json!({"id": book, "title": "Book", "propertyDefinitions": [section]});
    lab.app.administer(Command::StructureCreate { space: None, definition }).await;
    let made = lab.create(json!({"structureId": book, "blocks": {summary: [text("s")]}})).await;
    let (object, there) = (id(&made), id(&made["blocks"][summary][0]));
    let says = |object: &Value, section: &str| outline(object["blocks"][section].as_array().unwrap());
    let answered = lab.append(append(&object, json!({"propertyId": summary}))).await;
    assert_eq!(says(&answered, summary), "s x y");
    let main = answered["blocks"].as_object().unwrap().keys().find(|key| *key != summary).unwrap().clone();
    assert_eq!(says(&answered, &main), "", "the main one is untouched");
    let answered = lab.append(append(&object, json!({"position": after(&there)}))).await;
    assert_eq!(says(&answered, summary), "s x y x y", "beside a block, in its section");
    let answered = lab.append(append(&object, json!({"parentBlockId": there}))).await;
    assert_eq!(says(&answered, summary), "s[x y] x y x y");
    let answered = lab.append(append(&object, json!({}))).await;
    assert_eq!(says(&answered, &main), "x y", "else the main one");
    let wrong = append(&object, json!({"propertyId": main, "position": after(&there)}));
    let message = format!("There is no block {there} here");
    lab.refuses_as(Method::POST, "/blocks/append", wrong, (404, "cap_not_found"), &message).await;
}

#[tokio::test]
async fn a_sent_id_is_kept_when_it_is_free() {
    let lab = Lab::new().await;
    let (page, present) = abcd(&lab).await;
    let with_id = |id: &str| {
        let mut block = text("x");
        block["id"] = json!(id);
        block
    };
    let answered = lab.append(json!({"id": page, "blocks": [with_id(&chosen(1))]})).await;
    assert_eq!(ids(body(&answered))[4], chosen(1));
    let again = lab.append(json!({"id": page, "blocks": [with_id(&chosen(1)), with_id(&present[0])]})).await;
    let all = ids(body(&again));
    assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 7, "every block has an id of its own");
    assert_eq!(outlined(&again), "a[b c] d x x x");
}

#[tokio::test]
async fn exactly_one_of_blocks_and_markdown_is_given() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let told = async |body: Value, message: &str| lab.refuses(Method::POST, "/blocks/append", body, message).await;
    let one = "✖ Provide exactly one of `blocks` or `markdown`.";
    told(json!({"id": page}), one).await;
    told(json!({"id": page, "blocks": [text("a")], "markdown": ""}), one).await;
    told(json!({}), &format!("{one}\n✖ Invalid input: expected string, received undefined\n  → at id")).await;
    let few = "✖ Too small: expected array to have >=1 items\n  → at blocks";
    told(json!({"id": page, "blocks": []}), few).await;
    told(json!({"id": page, "blocks": null}), "✖ Invalid input: expected array, received null\n  → at blocks").await;
    let number = "✖ Invalid input: expected string, received number\n  → at markdown";
    told(json!({"id": page, "markdown": 3}), number).await;
}

#[tokio::test]
async fn a_place_that_makes_no_sense_is_refused() {
    let lab = Lab::new().await;
    let (page, ids) = abcd(&lab).await;
    let told = async |more: Value, message: &str| {
        lab.refuses(Method::POST, "/blocks/append", append(&page, more), message).await;
    };
    let words =
        "✖ Invalid option: expected one of \"end\"|\"start\"|\"after_block\"|\"before_block\"\n  → at position.type";
    told(json!({"position": {}}), words).await;
    told(json!({"position": {"type": "middle"}}), words).await;
    told(json!({"position": "end"}), "✖ Invalid input: expected object, received string\n  → at position").await;
    for word in ["after_block", "before_block"] {
        let missing = format!("✖ Invalid input: expected object, received undefined\n  → at position.{word}");
        told(json!({"position": {"type": word}}), &missing).await;
        let missing = format!("✖ Invalid input: expected string, received undefined\n  → at position.{word}.id");
        told(json!({"position": {"type": word, word: {}}}), &missing).await;
        let short = format!("✖ Too small: expected string to have >=1 characters\n  → at position.{word}.id");
        told(json!({"position": {"type": word, word: {"id": ""}}}), &short).await;
        let place = json!({"type": word, word: {"id": ids[1]}});
        let both = "✖ `parentBlockId` goes with the positions `start` and `end` only\n  → at parentBlockId";
        told(json!({"position": place, "parentBlockId": ids[0]}), both).await;
    }
    let number = "✖ Invalid input: expected string, received number\n  → at parentBlockId";
    told(json!({"parentBlockId": 3}), number).await;
    let unknown = "✖ Unknown block property: expected one of \"RootPage_content\"\n  → at propertyId";
    told(json!({"propertyId": "title"}), unknown).await;
}

#[tokio::test]
async fn a_block_that_takes_no_children_is_no_parent() {
    let lab = Lab::new().await;
    let check = async |block: Value, kind: &str| {
        let page = lab.create(page_of(json!([block]))).await;
        let body = append(&id(&page), json!({"parentBlockId": id(&body(&page)[0])}));
        let message = format!("✖ A {kind} takes no children: the parent must be a TextBlock or GroupBlock");
        lab.refuses(Method::POST, "/blocks/append", body, &message).await;
    };
    check(json!({"type": "HorizontalLineBlock"}), "HorizontalLineBlock").await;
    check(json!({"type": "CodeBlock", "lang": "c", "text": "a"}), "CodeBlock").await;
    check(json!({"type": "GridBlock", "columns": [[], []], "dividers": [50]}), "GridBlock").await;
}

#[tokio::test]
async fn blocks_stand_beside_one_in_a_column() {
    let lab = Lab::new().await;
    let grid = json!({"type": "GridBlock", "columns": [[text("a")], [text("b")]], "dividers": [50]});
    let page = lab.create(page_of(json!([grid]))).await;
    let columns = &body(&page)[0]["columns"];
    let answered = lab.append(append(&id(&page), json!({"position": after(&id(&columns[1][0]))}))).await;
    let columns = &body(&answered)[0]["columns"];
    assert_eq!(outline(columns[0].as_array().unwrap()), "a");
    assert_eq!(outline(columns[1].as_array().unwrap()), "b x y");
}

#[tokio::test]
async fn an_unknown_object_or_block_is_not_found() {
    let lab = Lab::new().await;
    let (page, _) = abcd(&lab).await;
    let (_, foreign) = abcd(&lab).await;
    let refused = async |body: Value, message: &str| {
        lab.refuses_as(Method::POST, "/blocks/append", body, (404, "cap_not_found"), message).await;
    };
    refused(append(NOBODY, json!({})), "Object not found").await;
    for block in [NOBODY, &foreign[0]] {
        let message = format!("There is no block {block} here");
        refused(append(&page, json!({"position": after(block)})), &message).await;
        refused(append(&page, json!({"position": before(block)})), &message).await;
        refused(append(&page, json!({"parentBlockId": block})), &message).await;
    }
    let body = append("x", json!({}));
    lab.refuses(Method::POST, "/blocks/append", body, "✖ Invalid UUID\n  → at id").await;
}

#[tokio::test]
async fn no_answer_names_a_block_that_nobody_spoke_of() {
    let lab = Lab::new().await;
    let (page, _) = abcd(&lab).await;
    let reply = lab.post("/blocks/append", &append(&page, json!({"position": after("no-uuid")}))).await;
    reply.refusal(404, "cap_not_found", "There is no such block here");
}

#[tokio::test]
async fn what_blocks_refer_to_is_checked_with_its_path() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let column = json!([{"type": "EntityBlock", "entityId": NOBODY}]);
    let grid = json!({"type": "GridBlock", "columns": [[], column], "dividers": [50]});
    let body = json!({"id": page, "blocks": [over("a", json!([text("b"), grid]))]});
    let message = "✖ Unknown object\n  → at blocks[0].blocks[1].columns[1][0].entityId";
    lab.refuses(Method::POST, "/blocks/append", body, message).await;
}

#[tokio::test]
async fn blocks_may_not_nest_too_deep_where_they_go() {
    let lab = Lab::new().await;
    let group = |below: Value| json!({"type": "GroupBlock", "blocks": [below]});
    let deep = (1..32).fold(text("leaf"), |below, _| group(below));
    let page = lab.create(page_of(json!([deep]))).await;
    let leaf = ids(body(&page)).pop().unwrap();
    let body = append(&id(&page), json!({"parentBlockId": leaf}));
    lab.refuses(Method::POST, "/blocks/append", body, "✖ Too deep: blocks nest at most 32 levels").await;
    lab.append(append(&id(&page), json!({"position": after(&leaf)}))).await;
}
