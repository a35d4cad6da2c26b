//! What POST and PATCH /object refuse, with all problems at once.

use http::Method;
use palimpsest_engine::admin::{Command, Reply};
use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{NOBODY, SECTION, page, page_of, text, titled};

const NOT_CREATED: &str = "This object type cannot be created via this endpoint.";

async fn create(lab: &Lab, body: Value, message: &str) {
    lab.refuses(Method::POST, "/object", body, message).await;
}

async fn blocks(lab: &Lab, blocks: Value, message: &str) {
    create(lab, page_of(blocks), message).await;
}

#[tokio::test]
async fn a_structure_has_to_be_named_and_to_be_of_the_space() {
    let lab = Lab::new().await;
    create(&lab, json!({}), "✖ Invalid input\n  → at structureId").await;
    create(&lab, json!({"structureId": 3}), "✖ Invalid input: expected string, received number\n  → at structureId")
        .await;
    create(&lab, json!({"structureId": "Page"}), "✖ Invalid UUID\n  → at structureId").await;
    create(&lab, json!({"structureId": "rootpage"}), "✖ Invalid UUID\n  → at structureId").await;
    create(&lab, json!({"structureId": NOBODY}), "✖ Unknown structure\n  → at structureId").await;
}

#[tokio::test]
async fn what_comes_from_elsewhere_cannot_be_created_here() {
    let lab = Lab::new().await;
    for structure in palimpsest_model::BuiltIn::ALL {
        if !["RootPage", "RootTag", "RootTask"].contains(&structure.as_str()) {
            create(&lab, json!({"structureId": structure.as_str()}), NOT_CREATED).await;
        }
    }
}

#[tokio::test]
async fn a_structure_of_another_space_is_unknown() {
    let lab = Lab::new().await;
    let attic = lab.app.space("Attic").await;
    let definition = json!({"id": NOBODY, "title": "Box"});
    lab.app.administer(Command::StructureCreate { space: Some(attic), definition }).await;
    create(&lab, json!({"structureId": NOBODY}), "✖ Unknown structure\n  → at structureId").await;
}

#[tokio::test]
async fn collections_have_to_be_of_the_structure() {
    let lab = Lab::new().await;
    let (structure, title, space) = ("Task".to_owned(), "Today".to_owned(), Some(lab.space.clone()));
    let told = lab.app.administer(Command::CollectionCreate { space, structure, title }).await;
    let Reply::Collection(today) = told else { panic!("{told:?}") };
    let with = |collections: Value| json!({"structureId": "RootPage", "collections": collections});
    let other = "✖ This collection holds no objects of type Page\n  → at collections[0]";
    create(&lab, with(json!([today.id])), other).await;
    create(&lab, with(json!([NOBODY])), "✖ Unknown collection\n  → at collections[0]").await;
    create(&lab, with(json!(["x"])), "✖ Invalid UUID\n  → at collections[0]").await;
    create(&lab, with(json!("x")), "✖ Invalid input: expected array, received string\n  → at collections").await;
    create(&lab, with(json!(null)), "✖ Invalid input: expected array, received null\n  → at collections").await;
    let attic = lab.app.space("Attic").await;
    let command =
        Command::CollectionCreate { space: Some(attic), structure: "Page".to_owned(), title: "Old".to_owned() };
    let Reply::Collection(old) = lab.app.administer(command).await else { panic!("no collection") };
    create(&lab, with(json!([old.id])), "✖ Unknown collection\n  → at collections[0]").await;
    let page = lab.make(page("a")).await;
    let body = json!({"id": page, "collections": [NOBODY, today.id], "properties": {"title": titled("b")}});
    let both = "✖ Unknown collection\n  → at collections[0]\n\
        ✖ This collection holds no objects of type Page\n  → at collections[1]";
    lab.refuses(Method::PATCH, "/object", body, both).await;
    assert_eq!(lab.object(&page).await["properties"]["title"], titled("a"), "nothing of it happened");
}

#[tokio::test]
async fn an_id_of_ones_own_has_to_be_a_uuid() {
    let lab = Lab::new().await;
    let with = |id: Value| json!({"structureId": "RootPage", "id": id});
    create(&lab, with(json!("x")), "✖ Invalid UUID\n  → at id").await;
    create(&lab, with(json!(3)), "✖ Invalid input: expected string, received number\n  → at id").await;
    create(&lab, with(json!(null)), "✖ Invalid input: expected string, received null\n  → at id").await;
}

#[tokio::test]
async fn blocks_go_into_sections_of_the_structure() {
    let lab = Lab::new().await;
    let body = json!({"structureId": "RootPage", "blocks": {"notes": [], SECTION: [], "RootTask_notes": []}});
    let message = "✖ Unknown block property: expected one of \"RootPage_content\"\n  → at blocks.RootTask_notes\n\
        ✖ Unknown block property: expected one of \"RootPage_content\"\n  → at blocks.notes";
    create(&lab, body, message).await;
    let body = json!({"structureId": "RootPage", "blocks": []});
    create(&lab, body, "✖ Invalid input: expected object, received array\n  → at blocks").await;
    let body = json!({"structureId": "RootPage", "blocks": {SECTION: {}}});
    create(&lab, body, "✖ Invalid input: expected array, received object\n  → at blocks.RootPage_content").await;
}

#[tokio::test]
async fn blocks_of_the_wrong_shape_are_refused_with_their_path() {
    let lab = Lab::new().await;
    let told = async |block: Value, problem: &str, at: &str| {
        let message = format!("✖ {problem}\n  → at blocks.RootPage_content[1]{at}");
        blocks(&lab, json!([text("fine"), block]), &message).await;
    };
    let text = |key: &str, value: Value| json!({"type": "TextBlock", key: value});
    let kinds = "Invalid discriminator value. Expected 'TextBlock' | 'GroupBlock' | 'GridBlock' | 'CodeBlock' | \
        'MathBlock' | 'EntityBlock' | 'HorizontalLineBlock'";
    told(json!({}), kinds, ".type").await;
    told(json!({"type": "unsupported", "blockType": "Table"}), kinds, ".type").await;
    told(json!("text"), "Invalid input: expected object, received string", "").await;
    told(text("tokens", json!("a")), "Invalid input: expected array, received string", ".tokens").await;
    told(text("tokens", json!(["a"])), "Invalid input: expected object, received string", ".tokens[0]").await;
    let tokens = "Invalid discriminator value. Expected 'TextToken' | 'LinkToken' | 'MathToken' | 'CodeToken'";
    told(text("tokens", json!([{"type": "Emoji"}])), tokens, ".tokens[0].type").await;
    let one = "Provide exactly one of `url`, `entityId`, or `date` on a LinkToken.";
    told(text("tokens", json!([{"type": "LinkToken", "text": "a"}])), one, ".tokens[0]").await;
    let both = json!([{"type": "LinkToken", "text": "a", "url": "x:y", "date": {"start": "2026-11-22"}}]);
    told(text("tokens", both), one, ".tokens[0]").await;
    told(
        text("hierarchy", json!({"key": "H1"})),
        "Invalid input: expected number, received undefined",
        ".hierarchy.val",
    )
    .await;
    let lists = "Invalid option: expected one of \"bullet\"|\"alphabetical\"|\"numerical\"|\"roman\"";
    told(text("list", json!({"type": "dash"})), lists, ".list.type").await;
    told(text("todo", json!({})), "Invalid input: expected boolean, received undefined", ".todo.isDone").await;
    told(text("toggle", json!(true)), "Invalid input: expected object, received boolean", ".toggle").await;
    let layouts = "Invalid option: expected one of \"normal\"|\"standout\"";
    told(text("quote", json!({"layout": "loud"})), layouts, ".quote.layout").await;
    let alignments = "Invalid option: expected one of \"left\"|\"center\"|\"right\"";
    told(text("textAlignment", json!("middle")), alignments, ".textAlignment").await;
    let vendor = "Only the integration of this name writes its highlights; use `custom`.";
    told(text("highlight", json!({"type": "webhighlights"})), vendor, ".highlight.type").await;
    let highlights = "Invalid discriminator value. Expected 'webhighlights' | 'custom'";
    told(text("highlight", json!({"type": "kindle-import"})), highlights, ".highlight.type").await;
    let long = json!({"type": "custom", "label": "x".repeat(21)});
    told(text("highlight", long), "Too big: expected string to have <=20 characters", ".highlight.label").await;
    let columns = "GridBlock must include at least two columns.";
    told(json!({"type": "GridBlock", "columns": [[]], "dividers": []}), columns, ".columns").await;
    let missing = "Invalid input: expected array, received undefined";
    told(json!({"type": "GridBlock", "columns": [[], []]}), missing, ".dividers").await;
    told(json!({"type": "CodeBlock", "lang": "c"}), "Invalid input: expected string, received undefined", ".text")
        .await;
    told(json!({"type": "EntityBlock"}), "Invalid input: expected string, received undefined", ".entityId").await;
    told(json!({"type": "EntityBlock", "entityId": "x"}), "Invalid UUID", ".entityId").await;
    let date = "EntityBlock does not accept `date`; use a LinkToken with `date` instead.";
    told(json!({"type": "EntityBlock", "entityId": null, "date": {}}), date, ".date").await;
}

#[tokio::test]
async fn a_colour_has_to_be_one_of_the_thirty_six() {
    let lab = Lab::new().await;
    let body = page_of(json!([{"type": "TextBlock", "colorTheme": "text-black"}]));
    let reply = lab.post("/object", &body).await;
    assert_eq!((reply.status, reply.code()), (400, "cap_invalid_input".to_owned()));
    let message = reply.json()["message"].as_str().unwrap().to_owned();
    let beginning = "✖ Invalid option: expected one of \"text-gray\"|\"text-rose\"|";
    assert!(message.starts_with(beginning), "{message}");
    assert!(message.ends_with("|\"bg-red\"\n  → at blocks.RootPage_content[0].colorTheme"), "{message}");
}

#[tokio::test]
async fn all_problems_are_told_at_once_the_shortest_paths_first() {
    let lab = Lab::new().await;
    let body = json!({
        "structureId": "Nothing",
        "collections": ["x"],
        "properties": {"title": {"type": "title", "title": {"value": 3}}, "icon": 7},
        "blocks": {SECTION: [{"type": "CodeBlock"}, {"type": "TextBlock", "blocks": [{"type": "What"}]}]},
    });
    let kinds =
        "'TextBlock' | 'GroupBlock' | 'GridBlock' | 'CodeBlock' | 'MathBlock' | 'EntityBlock' | 'HorizontalLineBlock'";
    let message = format!(
        "✖ Invalid UUID\n  → at structureId\n\
         ✖ Invalid UUID\n  → at collections[0]\n\
         ✖ Invalid input: expected object, received number\n  → at properties.icon\n\
         ✖ Invalid input: expected string, received number\n  → at properties.title.title.value\n\
         ✖ Invalid input: expected string, received undefined\n  → at blocks.RootPage_content[0].lang\n\
         ✖ Invalid input: expected string, received undefined\n  → at blocks.RootPage_content[0].text\n\
         ✖ Invalid discriminator value. Expected {kinds}\n  → at blocks.RootPage_content[1].blocks[0].type"
    );
    create(&lab, body, &message).await;
}

#[tokio::test]
async fn all_problems_that_depend_on_the_space_are_told_at_once_too() {
    let lab = Lab::new().await;
    let link = json!({"type": "LinkToken", "text": "a", "entityId": NOBODY});
    let body = json!({
        "structureId": "RootPage",
        "collections": [NOBODY],
        "properties": {"height": {"type": "text", "text": {"value": null}}, "tags": {"type": "entity", "entity": [{"id": NOBODY}]}},
        "blocks": {SECTION: [{"type": "TextBlock", "tokens": [link]}, {"type": "EntityBlock", "entityId": NOBODY}], "notes": []},
    });
    let message = "✖ Unknown collection\n  → at collections[0]\n\
         ✖ Unknown property: Page has no property of this id\n  → at properties.height\n\
         ✖ Unknown block property: expected one of \"RootPage_content\"\n  → at blocks.notes\n\
         ✖ Unknown object\n  → at blocks.RootPage_content[1].entityId\n\
         ✖ Unknown object\n  → at properties.tags.entity[0].id\n\
         ✖ Unknown object\n  → at blocks.RootPage_content[0].tokens[0].entityId";
    create(&lab, body, message).await;
}

#[tokio::test]
async fn a_message_lists_fifty_problems_and_counts_the_rest() {
    let lab = Lab::new().await;
    let reply = lab.post("/object", &page_of(json!(vec![json!(1); 60]))).await;
    let message = reply.json()["message"].as_str().unwrap().to_owned();
    assert_eq!(message.matches("→ at").count(), 50);
    assert!(message.ends_with("\n✖ 10 more problems"), "{message}");
}

#[tokio::test]
async fn blocks_nest_so_deep_and_no_deeper() {
    let lab = Lab::new().await;
    let nested =
        |depth: usize| (1..depth).fold(text("leaf"), |below, _| json!({"type": "GroupBlock", "blocks": [below]}));
    lab.create(page_of(json!([nested(32)]))).await;
    let path = ".blocks".to_owned() + &"[0].blocks".repeat(31);
    let message = format!("✖ Too deep: blocks nest at most 32 levels\n  → at blocks.RootPage_content[0]{path}");
    blocks(&lab, json!([nested(33)]), &message).await;
}

#[tokio::test]
async fn an_object_holds_so_many_blocks_and_no_more() {
    let lab = Lab::new().await;
    let line = json!({"type": "HorizontalLineBlock"});
    let page = lab.make(page_of(json!(vec![line.clone(); 10_000]))).await;
    let message = "✖ Too big: an object holds at most 10000 blocks\n  → at blocks.RootPage_content";
    blocks(&lab, json!(vec![line.clone(); 10_001]), message).await;
    let body = json!({"id": page, "blocks": [line]});
    let message = "✖ Too big: an object holds at most 10000 blocks";
    lab.refuses(Method::POST, "/blocks/append", body, message).await;
}

#[tokio::test]
async fn an_update_names_an_object_and_something_to_do() {
    let lab = Lab::new().await;
    let page = lab.make(page("a")).await;
    let told = async |body: Value, message: &str| lab.refuses(Method::PATCH, "/object", body, message).await;
    let nothing = "✖ Provide at least one of `properties`, `collections`, `blocks`, or `deleteRequested`.";
    told(json!({"id": page}), nothing).await;
    told(json!({"id": page, "markdown": "a"}), nothing).await;
    let undefined = "✖ Invalid input: expected string, received undefined\n  → at id";
    told(json!({}), &format!("{nothing}\n{undefined}")).await;
    told(json!({"id": "", "collections": []}), "✖ Too small: expected string to have >=1 characters\n  → at id").await;
    let boolean = "✖ Invalid input: expected boolean, received string\n  → at deleteRequested";
    told(json!({"id": page, "deleteRequested": "true"}), boolean).await;
}

#[tokio::test]
async fn an_update_of_nothing_is_not_found() {
    let lab = Lab::new().await;
    for nobody in [NOBODY, "no uuid", "00000000-0000-0000-0000-000000000001"] {
        let body = json!({"id": nobody, "collections": []});
        lab.refuses_as(Method::PATCH, "/object", body, (404, "cap_not_found"), "Object not found").await;
    }
}
