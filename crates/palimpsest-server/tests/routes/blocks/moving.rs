//! POST /blocks/move.

use http::Method;
use palimpsest_engine::admin::Command;
use serde_json::{Value, json};

use crate::app::{BOTH, Lab};
use crate::wire::{NOBODY, SECTION, body, id, ids, outline, outlined, over, page_of, text};

const PATH: &str = "/blocks/move";

/// A page that says `a[b c] d`, and the ids of these four.
async fn abcd(lab: &Lab) -> (String, [String; 4]) {
    let page = lab.create(page_of(json!([over("a", json!([text("b"), text("c")])), text("d")]))).await;
    (id(&page), ids(body(&page)).try_into().unwrap())
}

fn beside(word: &str, block: &str) -> Value {
    json!({"position": {"type": word, word: {"id": block}}})
}

fn after(block: &str) -> Value {
    beside("after_block", block)
}

fn before(block: &str) -> Value {
    beside("before_block", block)
}

fn below(block: &str, position: &str) -> Value {
    json!({"parentBlockId": block, "position": {"type": position}})
}

fn change(page: &str, block: &str, place: Value) -> Value {
    let mut body = json!({"id": page, "blockId": block});
    body.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn a_block_goes_where_it_is_sent_with_everything_below_it() {
    let check = async |block: usize, place: fn(&[String; 4]) -> Value, expected: &str| {
        let lab = Lab::new().await;
        let (page, named) = abcd(&lab).await;
        let head = lab.head().await;
        let reply = lab.post(PATH, &change(&page, &named[block], place(&named))).await;
        let answered = reply.ok();
        assert_eq!(outlined(&answered), expected);
        assert_eq!(lab.object(&page).await, answered);
        let mut kept = ids(body(&answered));
        let mut all = named.to_vec();
        kept.sort();
        all.sort();
        assert_eq!(kept, all, "every block keeps its id");
        assert_eq!((reply.revision(), lab.head().await), (Some(head + 1), head + 1));
        assert_eq!(reply.header("palimpsest-ignored"), None);
    };
    check(0, |_| json!({}), "d a[b c]").await;
    check(1, |_| json!({}), "a[c] d b").await;
    check(0, |_| json!({"propertyId": SECTION, "position": {"type": "end"}}), "d a[b c]").await;
    check(3, |_| json!({"position": {"type": "start"}}), "d a[b c]").await;
    check(3, |named| json!({"parentBlockId": named[0]}), "a[b c d]").await;
    check(3, |named| below(&named[0], "start"), "a[d b c]").await;
    check(0, |named| below(&named[3], "end"), "d[a[b c]]").await;
    check(3, |named| after(&named[1]), "a[b d c]").await;
    check(3, |named| before(&named[1].to_uppercase()), "a[d b c]").await;
    check(3, |named| before(&named[0]), "d a[b c]").await;
    check(2, |named| before(&named[1]), "a[c b] d").await;
    check(1, |named| after(&named[0]), "a[c] b d").await;
}

#[tokio::test]
async fn a_move_to_where_the_block_stands_takes_no_revision() {
    let lab = Lab::new().await;
    let (page, [a, b, c, d]) = abcd(&lab).await;
    let (head, object) = (lab.head().await, lab.object(&page).await);
    lab.app.clock.advance(1000);
    for (block, place) in [
        (&d, json!({})),
        (&a, json!({"position": {"type": "start"}})),
        (&d, after(&a)),
        (&a, before(&d)),
        (&b, below(&a, "start")),
        (&c, below(&a, "end")),
        (&b, before(&c)),
        (&b, after(&b)),
        (&b, before(&b)),
    ] {
        let reply = lab.post(PATH, &change(&page, block, place.clone())).await;
        assert_eq!(reply.ok(), object, "{place}");
        assert_eq!(reply.revision(), Some(head), "{place}");
    }
    assert_eq!(lab.head().await, head);
}

#[tokio::test]
async fn a_block_goes_to_another_section() {
    let lab = Lab::new().await;
    let (book, summary) = ("33333333-3333-4333-8333-333333333333", "55555555-5555-4555-8555-555555555555");
    let section = json!({"id": summary, "name": "Summary", "type": "blocks"});
    let definition = json!({"id": book, "title": "Book", "propertyDefinitions": [section]});
    lab.app.administer(Command::StructureCreate { space: None, definition }).await;
    let made = lab.create(json!({"structureId": book, "blocks": {summary: [text("s"), text("t")]}})).await;
    let (object, first) = (id(&made), id(&made["blocks"][summary][0]));
    let main = made["blocks"].as_object().unwrap().keys().find(|key| *key != summary).unwrap().clone();
    let says = |object: &Value, section: &str| outline(object["blocks"][section].as_array().unwrap());
    let moved = lab.post(PATH, &change(&object, &first, json!({}))).await.ok();
    assert_eq!(says(&moved, summary), "t s", "without a section, in the one where it stands");
    let moved = lab.post(PATH, &change(&object, &first, json!({"propertyId": main}))).await.ok();
    assert_eq!((says(&moved, &main), says(&moved, summary)), (" s".to_owned(), "t".to_owned()), "nothing gives way");
    let there = id(&moved["blocks"][summary][0]);
    let moved = lab.post(PATH, &change(&object, &first, before(&there))).await.ok();
    assert_eq!(says(&moved, summary), "s t", "beside a block, in its section");
    let mut wrong = change(&object, &first, after(&there));
    wrong["propertyId"] = json!(main);
    let message = format!("✖ There is no block {there} here\n  → at position.after_block.id");
    lab.refuses_as(Method::POST, PATH, wrong, (404, "cap_not_found"), &message).await;
    let mut beside_itself = change(&object, &first, after(&first));
    beside_itself["propertyId"] = json!(main);
    let message = format!("✖ There is no block {first} here\n  → at position.after_block.id");
    lab.refuses_as(Method::POST, PATH, beside_itself, (404, "cap_not_found"), &message).await;
}

#[tokio::test]
async fn what_a_move_names_must_be_there() {
    let lab = Lab::new().await;
    let (page, [a, ..]) = abcd(&lab).await;
    let (_, [foreign, ..]) = abcd(&lab).await;
    let refused = async |body: Value, message: &str| {
        lab.refuses_as(Method::POST, PATH, body, (404, "cap_not_found"), message).await;
    };
    refused(change(NOBODY, &a, json!({})), "Object not found").await;
    for block in [NOBODY, &foreign] {
        let missing = format!("✖ There is no block {block} here\n  → at");
        refused(change(&page, block, json!({})), &format!("{missing} blockId")).await;
        refused(change(&page, block, after(block)), &format!("{missing} blockId")).await;
        refused(change(&page, &a, below(block, "end")), &format!("{missing} parentBlockId")).await;
        refused(change(&page, &a, after(block)), &format!("{missing} position.after_block.id")).await;
        refused(change(&page, &a, before(block)), &format!("{missing} position.before_block.id")).await;
    }
    refused(change(&page, "b-1", json!({})), "✖ There is no such block here\n  → at blockId").await;
    let message = "✖ There is no such block here\n  → at position.after_block.id";
    refused(change(&page, &a, after("b-1")), message).await;
}

#[tokio::test]
async fn blocks_of_another_space_are_not_there() {
    let lab = Lab::new().await;
    let (page, [a, ..]) = abcd(&lab).await;
    let space = lab.app.space("Elsewhere").await;
    let token = lab.app.token(&space, "stranger", BOTH).await;
    let own = Lab { space, token, ..lab };
    let (theirs, [foreign, ..]) = abcd(&own).await;
    let refused = async |body: Value, message: &str| {
        own.refuses_as(Method::POST, PATH, body, (404, "cap_not_found"), message).await;
    };
    refused(change(&page, &a, json!({})), "Object not found").await;
    let missing = format!("✖ There is no block {a} here\n  → at");
    refused(change(&theirs, &a, json!({})), &format!("{missing} blockId")).await;
    refused(change(&theirs, &foreign, after(&a)), &format!("{missing} position.after_block.id")).await;
}

#[tokio::test]
async fn a_block_does_not_stand_below_itself() {
    let lab = Lab::new().await;
    let (page, [a, b, ..]) = abcd(&lab).await;
    let refused = async |place: Value, path: &str| {
        let message = format!("✖ A block cannot stand below itself\n  → at {path}");
        lab.refuses(Method::POST, PATH, change(&page, &a, place), &message).await;
    };
    refused(below(&a, "end"), "parentBlockId").await;
    refused(below(&b, "start"), "parentBlockId").await;
    refused(after(&b), "position.after_block.id").await;
    refused(before(&b), "position.before_block.id").await;
}

#[tokio::test]
async fn a_parent_takes_children() {
    let lab = Lab::new().await;
    let grid = json!({"type": "GridBlock", "columns": [[text("x")], []], "dividers": [50]});
    let page = lab.create(page_of(json!([text("a"), {"type": "HorizontalLineBlock"}, grid]))).await;
    let blocks = body(&page);
    for (block, kind) in [(&blocks[1], "HorizontalLineBlock"), (&blocks[2], "GridBlock")] {
        let message =
            format!("✖ A {kind} takes no children: the parent must be a TextBlock or GroupBlock\n  → at parentBlockId");
        let body = change(&id(&page), &id(&blocks[0]), below(&id(block), "end"));
        lab.refuses(Method::POST, PATH, body, &message).await;
    }
    let inside = id(&blocks[2]["columns"][0][0]);
    let moved = lab.post(PATH, &change(&id(&page), &id(&blocks[0]), after(&inside))).await.ok();
    assert_eq!(outline(body(&moved)[1]["columns"][0].as_array().unwrap()), "x a", "beside one in a column");
}

#[tokio::test]
async fn a_move_does_not_nest_blocks_too_deep() {
    let lab = Lab::new().await;
    let deep = (1..31).fold(text("deep"), |below, _| over("x", json!([below])));
    let page = lab.create(page_of(json!([deep, over("a", json!([text("b")])), text("c")]))).await;
    let all = ids(body(&page));
    let bottom = &all[30];
    let message = "✖ Too deep: blocks nest at most 32 levels\n  → at parentBlockId";
    lab.refuses(Method::POST, PATH, change(&id(&page), &all[31], below(bottom, "end")), message).await;
    lab.post(PATH, &change(&id(&page), &all[33], below(bottom, "end"))).await.ok();
}

#[tokio::test]
async fn the_form_is_that_of_an_append() {
    let lab = Lab::new().await;
    let (page, [a, b, ..]) = abcd(&lab).await;
    let told = async |body: Value, message: &str| lab.refuses(Method::POST, PATH, body, message).await;
    let missing = "✖ Invalid input: expected string, received undefined\n  → at";
    told(json!({}), &format!("{missing} id\n{missing} blockId")).await;
    told(
        json!({"id": "x", "blockId": ""}),
        "✖ Invalid UUID\n  → at id\n✖ Too small: expected string to have >=1 characters\n  → at blockId",
    )
    .await;
    let words =
        "✖ Invalid option: expected one of \"end\"|\"start\"|\"after_block\"|\"before_block\"\n  → at position.type";
    told(change(&page, &a, json!({"position": {"type": "middle"}})), words).await;
    let mut both = change(&page, &a, after(&b));
    both["parentBlockId"] = json!(b);
    told(both, "✖ `parentBlockId` goes with the positions `start` and `end` only\n  → at parentBlockId").await;
    let section = change(&page, &a, json!({"propertyId": "title"}));
    let unknown = "✖ Unknown block property: expected one of \"RootPage_content\"\n  → at propertyId";
    told(section, unknown).await;
}

#[tokio::test]
async fn what_has_no_effect_is_named_or_refused() {
    let lab = Lab::new().await;
    let (page, [a, ..]) = abcd(&lab).await;
    let body = change(&page, &a, json!({"index": 3}));
    let head = lab.head().await;
    let strict = lab.ask(Method::POST, PATH).header("prefer", "handling=strict").json(&body);
    let message = "✖ This would have no effect\n  → at index";
    lab.app.send(strict).await.refusal(400, "cap_invalid_input", message);
    assert_eq!(lab.head().await, head);
    let reply = lab.post(PATH, &body).await;
    assert_eq!((reply.status, reply.header("palimpsest-ignored")), (200, Some("\"index\"")));
}
