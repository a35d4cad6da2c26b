//! Two writers who change different things: what both did is there.

use http::Method;
use palimpsest_engine::admin::{Command, Reply as Told};
use serde_json::{Value, json};

use super::{Call, edits, etag, merging, page, patch, post, retitle, rewrite, says, send, tags};
use crate::app::Lab;
use crate::wire::{outlined, tag, titled};

/// Lets two write to one version; answers what is there afterwards.
async fn both(lab: &Lab, object: &str, theirs: Call, mine: Call) -> Value {
    let base = etag(lab, object).await;
    assert_eq!(send(lab, &theirs).await.status, 200, "{theirs:?}");
    let reply = merging(lab, &base, &mine).await;
    assert_eq!(reply.status, 200, "{mine:?}: {reply:?}");
    assert_eq!(reply.header("preference-applied"), Some("merge"));
    let read = lab.get(&format!("/object?id={object}")).await;
    if read.status == 200 && !reply.body.is_empty() {
        assert_eq!((&read.body, read.header("etag")), (&reply.body, reply.header("etag")));
    }
    if read.status == 200 { read.json() } else { Value::Null }
}

#[tokio::test]
async fn a_property_and_a_block() {
    let lab = Lab::new().await;
    let (object, blocks) = page(&lab).await;
    let merged = both(&lab, &object, retitle(&object, "theirs"), rewrite(&object, &blocks[0], "mine")).await;
    assert_eq!(merged["properties"]["title"], titled("theirs"));
    assert_eq!(outlined(&merged), "mine b1 b2 b3 b4 b5 c1 c2 c3 c4 c5");
}

#[tokio::test]
async fn two_properties() {
    let lab = Lab::new().await;
    let (object, _) = page(&lab).await;
    let description = json!({"type": "text", "text": {"value": "mine"}});
    let mine = patch("/object", json!({"id": object, "properties": {"description": description}}));
    let merged = both(&lab, &object, retitle(&object, "theirs"), mine).await;
    let properties = &merged["properties"];
    assert_eq!((&properties["title"], &properties["description"]), (&titled("theirs"), &description));
}

#[tokio::test]
async fn blocks_in_every_way() {
    let insert = |object: &str, text: &str| post("/blocks/append", json!({"id": object, "blocks": [says(text)]}));
    let start = |object: &str, block: &str| {
        post("/blocks/move", json!({"id": object, "blockId": block, "position": {"type": "start"}}))
    };
    let delete =
        |object: &str, block: &str| (Method::DELETE, format!("/block?objectId={object}&blockId={block}"), json!({}));
    let change = |object: &str, block: &str, text: &str| {
        patch("/blocks/block", json!({"id": object, "blockId": block, "block": says(text)}))
    };
    type Make<'m> = Box<dyn Fn(&str, &[String]) -> (Call, Call) + 'm>;
    let rows: [(Make<'_>, &str); 9] = [
        (Box::new(|o, b| (change(o, &b[0], "x"), change(o, &b[1], "y"))), "x y C"),
        (Box::new(|o, b| (insert(o, "x"), change(o, &b[1], "y"))), "A y C x"),
        (Box::new(|o, b| (change(o, &b[1], "y"), insert(o, "x"))), "A y C x"),
        (Box::new(|o, _| (insert(o, "x"), insert(o, "y"))), "A B C x y"),
        (Box::new(|o, b| (delete(o, &b[0]), change(o, &b[1], "y"))), "y C"),
        (Box::new(|o, b| (change(o, &b[1], "y"), delete(o, &b[0]))), "y C"),
        (Box::new(|o, b| (start(o, &b[2]), change(o, &b[2], "y"))), "y A B"),
        (Box::new(|o, b| (change(o, &b[2], "y"), start(o, &b[2]))), "y A B"),
        (Box::new(|o, b| (delete(o, &b[0]), start(o, &b[2]))), "C B"),
    ];
    for (index, (calls, expected)) in rows.iter().enumerate() {
        let lab = Lab::new().await;
        let (object, blocks) = page(&lab).await;
        let (theirs, mine) = calls(&object, &blocks);
        let mut text = outlined(&both(&lab, &object, theirs, mine).await);
        for (letter, whole) in ["a", "b", "c"].iter().zip(["A", "B", "C"]) {
            let words: Vec<_> = (1..6).map(|number| format!("{letter}{number}")).collect();
            text = text.replace(&words.join(" "), whole);
        }
        assert_eq!(&text, expected, "row {index}");
    }
}

#[tokio::test]
async fn words_of_one_block() {
    let lab = Lab::new().await;
    let (object, blocks) = page(&lab).await;
    let replace = |find: &str, replace: &str| {
        edits(&object, &json!([{"op": "replaceText", "blockId": blocks[0], "find": find, "replace": replace}]))
    };
    let merged = both(&lab, &object, replace("a2", "theirs"), replace("a4", "mine")).await;
    assert_eq!(outlined(&merged), "a1 theirs a3 mine a5 b1 b2 b3 b4 b5 c1 c2 c3 c4 c5");
}

#[tokio::test]
async fn what_nobody_changed_keeps_its_look() {
    let lab = Lab::new().await;
    let (object, blocks) = page(&lab).await;
    let token = |text: &str, style: Value, color: Value| {
        let mut token = json!({"type": "TextToken", "text": text, "style": style});
        if color != Value::Null {
            token["color"] = color;
        }
        token
    };
    let bold = token("bold ", json!({"bold": true}), json!("text-red"));
    let italic = token(" italic", json!({"italic": true, "underline": true}), json!("bg-blue"));
    let with = |first: &str, second: &str| {
        let plain = token(&format!("{first} middle {second}"), json!({}), Value::Null);
        let block = json!({"type": "TextBlock", "tokens": [bold, plain, italic]});
        patch("/blocks/block", json!({"id": object, "blockId": blocks[0], "block": block}))
    };
    let before = send(&lab, &with("one", "two")).await.ok()["blocks"]["RootPage_content"][0]["tokens"].clone();
    let merged = both(&lab, &object, with("theirs", "two"), with("one", "mine")).await;
    let tokens = &merged["blocks"]["RootPage_content"][0]["tokens"];
    assert_eq!((&tokens[0], &tokens[2]), (&before[0], &before[2]));
    assert_eq!(tokens[1]["text"], json!("theirs middle mine"));
    assert!(before[0]["color"] == json!("text-red") && before[2]["style"]["underline"] == json!(true), "{before}");
}

#[tokio::test]
async fn sets_of_tags_collections_and_aliases() {
    let lab = Lab::new().await;
    let (object, _) = page(&lab).await;
    let (one, two, three) = (lab.make(tag("1")).await, lab.make(tag("2")).await, lab.make(tag("3")).await);
    let mut shelves = Vec::new();
    for title in ["x", "y", "z"] {
        let (space, structure) = (Some(lab.space.clone()), "RootPage".to_owned());
        let command = Command::CollectionCreate { space, structure, title: title.to_owned() };
        let Told::Collection(shelf) = lab.app.administer(command).await else { panic!("no collection") };
        shelves.push(shelf.id.to_string());
    }
    lab.update(json!({"id": object, "properties": tags(&[&one]), "collections": [shelves[0]]})).await;
    let with = |ids: &[&str], shelves: &[&String]| {
        patch("/object", json!({"id": object, "properties": tags(ids), "collections": shelves}))
    };
    let theirs = with(&[&one, &two], &[&shelves[0], &shelves[1]]);
    let merged = both(&lab, &object, theirs, with(&[&three], &[&shelves[2]])).await;
    assert_eq!(merged["properties"]["tags"], tags(&[&two, &three])["tags"]);
    assert_eq!(merged["collections"], json!([shelves[1], shelves[2]]));
    let add = |name: &str| edits(&object, &json!([{"op": "add", "propertyId": "aliases", "values": [name]}]));
    let merged = both(&lab, &object, add("theirs"), add("mine")).await;
    assert_eq!(merged["properties"]["aliases"]["aliases"]["value"], json!(["theirs", "mine"]));
}

#[tokio::test]
async fn a_whole_object_that_was_read_before() {
    let lab = Lab::new().await;
    let (object, blocks) = page(&lab).await;
    let read = lab.object(&object).await;
    let mut list = read["blocks"]["RootPage_content"].clone();
    list[2]["tokens"][0]["text"] = json!("mine");
    let mine = patch("/object", json!({"id": object, "blocks": {"RootPage_content": list}}));
    let merged = both(&lab, &object, rewrite(&object, &blocks[0], "theirs"), mine).await;
    assert_eq!(outlined(&merged), "theirs b1 b2 b3 b4 b5 mine");
}

#[tokio::test]
async fn an_old_text_that_is_sent_back() {
    let lab = Lab::new().await;
    let (object, blocks) = page(&lab).await;
    let text = lab.get(&format!("/object/markdown?id={object}")).await;
    let (base, old) = (text.header("etag").unwrap().to_owned(), text.json()["markdown"].as_str().unwrap().to_owned());
    send(&lab, &rewrite(&object, &blocks[0], "theirs")).await.ok();
    send(&lab, &post("/blocks/append", json!({"id": object, "markdown": "more of theirs"}))).await.ok();
    let with_theirs = lab.get(&format!("/object?id={object}")).await;
    let unchanged = merging(&lab, &base, &patch("/object/markdown", json!({"id": object, "markdown": old}))).await;
    assert_eq!((unchanged.status, &unchanged.body), (200, &with_theirs.body), "what others wrote stays");
    assert_eq!(unchanged.header("preference-applied"), Some("merge"));
    assert_eq!(unchanged.revision(), with_theirs.revision());
    let edited = old.replace("c3", "mine");
    assert_ne!(edited, old);
    let mine = patch("/object/markdown", json!({"id": object, "markdown": edited}));
    let merged = merging(&lab, &base, &mine).await.ok();
    assert_eq!(outlined(&merged), "theirs b1 b2 b3 b4 b5 c1 c2 mine c4 c5 more of theirs");
}

#[tokio::test]
async fn the_trash_and_the_way_out() {
    let lab = Lab::new().await;
    let (object, _) = page(&lab).await;
    let restore = patch("/object", json!({"id": object, "deleteRequested": false}));
    let trash = (Method::DELETE, format!("/object?id={object}"), json!({}));
    assert_eq!(both(&lab, &object, retitle(&object, "theirs"), trash.clone()).await, Value::Null);
    let restored = send(&lab, &restore).await.ok();
    assert_eq!(restored["properties"]["title"], titled("theirs"), "what is trashed is what was there");
    let base = etag(&lab, &object).await;
    send(&lab, &trash).await;
    let reply = merging(&lab, &base, &retitle(&object, "mine")).await;
    assert_eq!(reply.status, 404, "what is in the trash is not there: {reply:?}");
    let mut mine = restore;
    mine.2["properties"] = json!({"title": titled("mine")});
    let back = merging(&lab, &base, &mine).await.ok();
    assert_eq!(back["properties"]["title"], titled("mine"));
}
