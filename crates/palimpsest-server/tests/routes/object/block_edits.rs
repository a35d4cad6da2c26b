//! POST /object/edits: blocks and their text.

use http::Method;
use serde_json::{Value, json};

use super::edits::{PATH, edits, make, nothing, refused};
use crate::app::{BOTH, Lab};
use crate::wire::{NOBODY, SECTION, body, chosen, id, ids, outlined, over, page, page_of, run, text, titled, tokens};

/// A page that says `a[b c] d`, and the ids of these four.
async fn abcd(lab: &Lab) -> (String, [String; 4]) {
    let page = lab.create(page_of(json!([over("a", json!([text("b"), text("c")])), text("d")]))).await;
    (id(&page), ids(body(&page)).try_into().unwrap())
}

fn with_id(says: &str, id: &str) -> Value {
    let mut block = text(says);
    block["id"] = json!(id);
    block
}

fn beside(word: &str, block: &str) -> Value {
    json!({"type": word, word: {"id": block}})
}

fn replace(block: &str, find: &str, replace: &str) -> Value {
    json!({"op": "replaceText", "blockId": block, "find": find, "replace": replace})
}

fn replace_at(block: &str, find: &str, replacement: &str, occurrence: Value) -> Value {
    let mut edit = replace(block, find, replacement);
    edit["occurrence"] = occurrence;
    edit
}

#[tokio::test]
async fn blocks_are_inserted_changed_moved_and_deleted() {
    let check = async |list: fn(&[String; 4]) -> Value, expected: &str| {
        let lab = Lab::new().await;
        let (page, named) = abcd(&lab).await;
        assert_eq!(outlined(&make(&lab, &page, list(&named)).await), expected);
    };
    check(|_| json!([{"op": "insert", "blocks": [text("x"), text("y")]}]), "a[b c] d x y").await;
    check(|_| json!([{"op": "insert", "markdown": "- x\n- y", "position": {"type": "start"}}]), "x y a[b c] d").await;
    check(|named| json!([{"op": "insert", "markdown": "x", "parentBlockId": named[0]}]), "a[b c x] d").await;
    check(
        |named| json!([{"op": "insert", "markdown": "x", "position": beside("before_block", &named[1])}]),
        "a[x b c] d",
    )
    .await;
    check(|named| json!([{"op": "insert", "markdown": "x", "propertyId": SECTION, "position": beside("after_block", &named[3])}]), "a[b c] d x").await;
    check(|named| json!([{"op": "update", "blockId": named[0], "block": text("x")}]), "x[b c] d").await;
    check(|named| json!([{"op": "move", "blockId": named[0]}]), "d a[b c]").await;
    check(|named| json!([{"op": "move", "blockId": named[3], "parentBlockId": named[0]}]), "a[b c d]").await;
    check(|named| json!([{"op": "delete", "blockId": named[0]}]), "d").await;
    check(|named| json!([replace(&named[3], "d", "done")]), "a[b c] done").await;
}

#[tokio::test]
async fn each_edit_sees_what_those_before_it_left() {
    let lab = Lab::new().await;
    let (page, [a, b, c, d]) = abcd(&lab).await;
    let list = json!([
        {"op": "insert", "blocks": [with_id("x", &chosen(1))], "position": beside("after_block", &b)},
        replace(&chosen(1), "x", "x1"),
        {"op": "insert", "blocks": [with_id("y", &chosen(2))], "parentBlockId": chosen(1)},
        {"op": "move", "blockId": c, "parentBlockId": chosen(2)},
        {"op": "delete", "blockId": a},
    ]);
    // With `a` everything below it went.
    let made = make(&lab, &page, list.clone()).await;
    assert_eq!((outlined(&made).as_str(), ids(body(&made))), ("d", vec![d.clone()]));
    let list = json!([
        {"op": "insert", "blocks": [with_id("x", &chosen(3))]},
        {"op": "move", "blockId": d, "parentBlockId": chosen(3)},
        replace(&d, "d", "e"),
        {"op": "update", "blockId": chosen(3), "block": {"type": "TextBlock", "todo": {"isDone": true}}},
    ]);
    let made = make(&lab, &page, list).await;
    assert_eq!((outlined(&made).as_str(), ids(body(&made))), ("x[e]", vec![chosen(3), d]));
    assert_eq!(body(&made)[0]["todo"], json!({"isDone": true}));
}

#[tokio::test]
async fn a_text_may_name_the_object_as_an_earlier_edit_called_it() {
    let lab = Lab::new().await;
    let page = lab.make(page("old")).await;
    let list = json!([
        {"op": "set", "propertyId": "title", "value": titled("Brand new")},
        {"op": "insert", "markdown": "see [[Brand new]] #fresh"},
    ]);
    let head = lab.head().await;
    let reply = lab.post(PATH, &edits(&page, list)).await;
    let links: Vec<_> = body(&reply.ok())[0]["tokens"].as_array().unwrap().clone();
    assert!(links.iter().any(|token| token["entityId"] == json!(page)), "{links:?}");
    assert_eq!(lab.head().await, head + 1, "the tag is made at the same revision");
    let tags = lab.get("/objects/structure?id=RootTag").await.ok();
    assert_eq!(tags["results"][0]["title"], "fresh");
}

#[tokio::test]
async fn ids_of_blocks_are_taken_when_they_are_free() {
    let lab = Lab::new().await;
    let (page, [a, b, ..]) = abcd(&lab).await;
    let (_, [foreign, ..]) = abcd(&lab).await;
    let list = json!([
        {"op": "insert", "blocks": [with_id("x", &chosen(1)), with_id("y", &foreign)]},
        {"op": "insert", "blocks": [with_id("z", &chosen(1))]},
        {"op": "update", "blockId": a, "block": {"type": "TextBlock", "blocks": [with_id("b", &b), with_id("c", &chosen(1))]}},
    ]);
    let reply = lab.post(PATH, &edits(&page, list)).await;
    let taken = "\"edits[0].blocks[1].id\", \"edits[1].blocks[0].id\", \"edits[2].block.blocks[1].id\"";
    assert_eq!(reply.header("palimpsest-ignored"), Some(taken));
    let made = reply.ok();
    assert_eq!(outlined(&made), "a[b c] d x y z");
    let all = ids(body(&made));
    assert_eq!((&all[1], &all[4]), (&b, &chosen(1)));
    assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
    let again = json!([{"op": "delete", "blockId": chosen(1)}, {"op": "insert", "blocks": [with_id("w", &chosen(1))]}]);
    let made = make(&lab, &page, again).await;
    assert_eq!(ids(body(&made)).last(), Some(&chosen(1)), "a block that went may come back under its id");
}

#[tokio::test]
async fn blocks_that_are_not_there_are_named_by_their_paths() {
    let lab = Lab::new().await;
    let (page, [a, ..]) = abcd(&lab).await;
    let (_, [foreign, ..]) = abcd(&lab).await;
    let space = lab.app.space("Elsewhere").await;
    let token = lab.app.token(&space, "stranger", BOTH).await;
    let there = Lab { space, token, app: lab.app };
    let (_, [of_another_space, ..]) = abcd(&there).await;
    let lab = Lab { space: lab.space, token: lab.token, app: there.app };
    for block in [NOBODY, &foreign, &of_another_space] {
        let told = async |edit: Value, path: &str| {
            refused(&lab, &page, edit, 404, &format!("There is no block {block} here"), path).await;
        };
        told(json!({"op": "update", "blockId": block, "block": text("x")}), ".blockId").await;
        told(json!({"op": "delete", "blockId": block}), ".blockId").await;
        told(json!({"op": "move", "blockId": block}), ".blockId").await;
        told(replace(block, "a", "b"), ".blockId").await;
        told(json!({"op": "insert", "markdown": "x", "parentBlockId": block}), ".parentBlockId").await;
        told(json!({"op": "move", "blockId": a, "parentBlockId": block}), ".parentBlockId").await;
        for word in ["after_block", "before_block"] {
            let path = format!(".position.{word}.id");
            told(json!({"op": "insert", "markdown": "x", "position": beside(word, block)}), &path).await;
            told(json!({"op": "move", "blockId": a, "position": beside(word, block)}), &path).await;
        }
    }
    let gone = json!([{"op": "delete", "blockId": a}, {"op": "delete", "blockId": a}]);
    let message = format!("✖ There is no block {a} here\n  → at edits[1].blockId");
    lab.refuses_as(Method::POST, PATH, edits(&page, gone), (404, "cap_not_found"), &message).await;
    assert_eq!(outlined(&lab.object(&page).await), "a[b c] d", "the first was not made either");
}

#[tokio::test]
async fn what_cannot_be_done_is_told_of_with_its_path() {
    let lab = Lab::new().await;
    let line = json!({"type": "HorizontalLineBlock"});
    let page = lab.create(page_of(json!([over("a", json!([text("b")])), line, text("c")]))).await;
    let (page, named) = (id(&page), ids(body(&page)));
    let [a, b, line, c] = [0, 1, 2, 3].map(|index| named[index].as_str());
    let told = async |edit: Value, message: &str, path: &str| refused(&lab, &page, edit, 400, message, path).await;
    let below = "A block cannot stand below itself";
    told(json!({"op": "move", "blockId": a, "parentBlockId": b}), below, ".parentBlockId").await;
    told(json!({"op": "move", "blockId": a, "position": beside("after_block", b)}), below, ".position.after_block.id")
        .await;
    let parent = "A HorizontalLineBlock takes no children: the parent must be a TextBlock or GroupBlock";
    told(json!({"op": "move", "blockId": a, "parentBlockId": line}), parent, ".parentBlockId").await;
    told(json!({"op": "insert", "markdown": "x", "parentBlockId": line}), parent, ".parentBlockId").await;
    let section = "Unknown block property: expected one of \"RootPage_content\"";
    told(json!({"op": "move", "blockId": a, "propertyId": "title"}), section, ".propertyId").await;
    told(json!({"op": "insert", "markdown": "x", "propertyId": "title"}), section, ".propertyId").await;
    let kind = "The type of a block cannot change: it is a HorizontalLineBlock, received TextBlock";
    told(json!({"op": "update", "blockId": line, "block": text("x")}), kind, ".block.type").await;
    let embed = json!({"type": "EntityBlock", "entityId": NOBODY});
    told(json!({"op": "insert", "blocks": [text("x"), embed]}), "Unknown object", ".blocks[1].entityId").await;
    let child = json!({"op": "update", "blockId": c, "block": {"type": "TextBlock", "blocks": [embed]}});
    told(child, "Unknown object", ".block.blocks[0].entityId").await;
    let both = json!({"op": "insert", "markdown": "x", "parentBlockId": a, "position": beside("after_block", b)});
    told(both, "`parentBlockId` goes with the positions `start` and `end` only", ".parentBlockId").await;
    told(replace(line, "a", "b"), "A HorizontalLineBlock has no text", ".blockId").await;
}

#[tokio::test]
async fn an_object_holds_no_more_than_it_may() {
    let lab = Lab::new().await;
    let deep = (1..31).fold(text("deep"), |below, _| over("x", json!([below])));
    let full = |count: usize| (0..count).map(|_| json!({"type": "HorizontalLineBlock"})).collect::<Vec<_>>();
    let page = lab.create(page_of(json!([deep, over("a", json!([text("b")]))]))).await;
    let all = ids(body(&page));
    let (page, bottom) = (id(&page), &all[30]);
    let told = async |edit: Value, message: &str, path: &str| refused(&lab, &page, edit, 400, message, path).await;
    let too_deep = "Too deep: blocks nest at most 32 levels";
    told(json!({"op": "move", "blockId": all[31], "parentBlockId": bottom}), too_deep, ".parentBlockId").await;
    let two = json!([over("x", json!([text("y")]))]);
    told(json!({"op": "insert", "blocks": two, "parentBlockId": bottom}), too_deep, ".blocks").await;
    let update = json!({"op": "update", "blockId": bottom, "block": {"type": "TextBlock", "blocks": two}});
    told(update, too_deep, ".block").await;
    let too_many = "Too big: an object holds at most 10000 blocks";
    told(json!({"op": "insert", "blocks": full(9_968)}), too_many, ".blocks").await;
    let lines = "---\n\n".repeat(9_968);
    told(json!({"op": "insert", "markdown": lines}), too_many, ".markdown").await;
    told(json!({"op": "insert", "markdown": "---\n\n".repeat(10_001)}), too_many, ".markdown").await;
    make(&lab, &page, json!([{"op": "insert", "blocks": full(9_967)}, {"op": "move", "blockId": all[0]}])).await;
}

#[tokio::test]
async fn text_is_replaced_across_runs_and_keeps_what_is_around_it() {
    let lab = Lab::new().await;
    let bold = |says: &str| json!({"type": "TextToken", "text": says, "style": {"bold": true}});
    let link = |says: &str| json!({"type": "LinkToken", "text": says, "url": "https://example.org"});
    let page =
        lab.create(page_of(json!([tokens(json!([run("see "), bold("the old "), link("old page"), run(".")]))]))).await;
    let (page, block) = (id(&page), id(&body(&page)[0]));
    let now = async |list: Value, expected: Value| {
        let made = make(&lab, &page, list).await;
        assert_eq!(body(&made)[0]["tokens"], expected);
        assert_eq!(ids(body(&made)), std::slice::from_ref(&block));
    };
    now(json!([replace(&block, "old old", "new")]), json!([run("see "), bold("the new"), link(" page"), run(".")]))
        .await;
    now(
        json!([replace_at(&block, "e", "E", json!("all"))]),
        json!([run("sEE "), bold("thE nEw"), link(" pagE"), run(".")]),
    )
    .await;
    now(
        json!([replace_at(&block, "E", "e", json!(5))]),
        json!([run("sEE "), bold("thE nEw"), link(" page"), run(".")]),
    )
    .await;
    now(json!([replace(&block, " page", "")]), json!([run("sEE "), bold("thE nEw"), run(".")])).await;
}

#[tokio::test]
async fn a_text_that_is_to_be_replaced_is_found_as_often_as_expected() {
    let lab = Lab::new().await;
    let page = lab.create(page_of(json!([text("a rose is a rose")]))).await;
    let (page, block) = (id(&page), id(&body(&page)[0]));
    let told = async |edit: Value, message: &str, path: &str| refused(&lab, &page, edit, 400, message, path).await;
    let many = "There are 2 matches: tell which by `occurrence`, a number from 1 or \"all\"";
    told(replace(&block, "rose", "x"), many, ".find").await;
    told(replace(&block, "tulip", "x"), "There are 0 matches: the block does not say this", ".find").await;
    let third = replace_at(&block, "rose", "x", json!(3));
    told(third, "There are 2 matches, and number 3 was asked for", ".occurrence").await;
    told(replace(&block, "", "x"), "Too small: expected string to have >=1 characters", ".find").await;
    for wrong in [json!(0), json!(-1), json!(1.5), json!("1"), json!("ALL"), json!(null), json!([])] {
        let message = "Invalid input: expected a whole number from 1, or \"all\"";
        told(replace_at(&block, "rose", "x", wrong), message, ".occurrence").await;
    }
    nothing(&lab, &page, json!([replace_at(&block, "tulip", "x", json!("all"))])).await;
    nothing(&lab, &page, json!([replace_at(&block, "rose", "rose", json!(2))])).await;
    let made = make(&lab, &page, json!([replace_at(&block, "rose", "tulip", json!(2))])).await;
    assert_eq!(outlined(&made), "a rose is a tulip");
}

#[tokio::test]
async fn code_and_formulas_have_text_as_well() {
    let lab = Lab::new().await;
    let code = json!({"type": "CodeBlock", "lang": "rust", "text": "let a = 1;"});
    let math = json!({"type": "MathBlock", "text": "x^2", "colorTheme": "bg-red"});
    let page = lab.create(page_of(json!([code, math]))).await;
    let blocks = ids(body(&page));
    let made = make(&lab, &id(&page), json!([replace(&blocks[0], "1", "2"), replace(&blocks[1], "x", "y")])).await;
    let (code, math) = (&body(&made)[0], &body(&made)[1]);
    assert_eq!((&code["text"], &code["lang"]), (&json!("let a = 2;"), &json!("rust")));
    assert_eq!((&math["text"], &math["colorTheme"]), (&json!("y^2"), &json!("bg-red")));
}

#[tokio::test]
async fn replacements_do_not_make_a_text_grow_without_end() {
    let lab = Lab::new().await;
    let page = lab.create(page_of(json!([text("aa")]))).await;
    let block = id(&body(&page)[0]);
    let double = replace_at(&block, "a", "aa", json!("all"));
    let list: Vec<_> = std::iter::repeat_n(double, 60).collect();
    // Each doubles the text: 2 letters become 2 million with the twentieth.
    let message = "✖ Too big: replacements make texts at most 1000000 bytes longer\n  → at edits[18].replace";
    lab.refuses(Method::POST, PATH, edits(&id(&page), json!(list)), message).await;
}
