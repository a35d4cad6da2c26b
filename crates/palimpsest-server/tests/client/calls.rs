//! What succeeds.

use std::collections::BTreeMap;

use palimpsest_client::{
    Append, BlockView, BuiltIn, Client, CollectionId, Color, ContentView, DailyAppend, Date, Highlight, HighlightKind,
    List, NewBlock, NewLink, NewObject, ObjectChanges, ObjectView, Page, PropertyId, PropertyType, PropertyValue,
    QuoteLayout, Revision, Search, StructureId, Timestamp, Token,
};
use palimpsest_engine::admin::{Command, Reply};
use palimpsest_server::Limits;

use crate::served::Served;

const SECTION: &str = "RootPage_content";

async fn client() -> Client {
    Served::new(Limits::default()).await.client().await
}

fn texts(object: &ObjectView) -> Vec<String> {
    object.walk().map(BlockView::text).collect()
}

#[tokio::test]
async fn the_space_and_its_structures_are_read() {
    let client = client().await;
    let space = client.space().await.unwrap();
    assert_eq!((space.value.title.as_str(), space.revision), ("Lab", Some(Revision(1))));
    assert!(space.request_id.is_some());
    let structures = client.structures().await.unwrap().value;
    let task = structures.iter().find(|one| one.id == StructureId::BuiltIn(BuiltIn::RootTask)).unwrap();
    let status = task.property("status").unwrap();
    assert_eq!((status.kind, status.multiple), (PropertyType::Label, Some(false)));
    assert_eq!(status.label_set.as_ref().unwrap()[0].name, "Not started");
}

#[tokio::test]
async fn every_value_comes_back_as_it_was_written() {
    let client = client().await;
    let tag = client.create_object(&NewObject::tag("Methods")).await.unwrap().value;
    let day = Timestamp::parse("2026-11-22").unwrap();
    let values = BTreeMap::from([
        (PropertyId::from("title"), PropertyValue::title("Reagents")),
        (PropertyId::from("description"), PropertyValue::text("What is where")),
        (PropertyId::from("tags"), PropertyValue::objects([tag.id])),
        (PropertyId::from("aliases"), PropertyValue::aliases(["Chemicals", "Stuff"])),
        (PropertyId::from("icon"), PropertyValue::emoji("🧪")),
        (PropertyId::from("createdAt"), PropertyValue::CreatedAt(day)),
    ]);
    let mut page = NewObject::new(StructureId::BuiltIn(BuiltIn::RootPage));
    for (id, value) in &values {
        page = page.property(id.clone(), value.clone());
    }
    let page = client.create_object(&page).await.unwrap().value;
    for (id, value) in &values {
        assert_eq!(page.properties.get(id), Some(value), "{id}");
    }
    let task = NewObject::task("Order").property("status", PropertyValue::labels(["done"]));
    let task = task.property("deadline", PropertyValue::Date(Date::day(day).until(Timestamp(day.0 + 86_400_000))));
    let task = client.create_object(&task).await.unwrap().value;
    let Some(PropertyValue::Label(labels)) = task.property("status") else { panic!("{task:?}") };
    assert_eq!(labels[0].name, "Done", "the server knows the name");
    let Some(PropertyValue::Date(deadline)) = task.property("deadline") else { panic!("{task:?}") };
    assert_eq!(deadline.end, Timestamp::parse("2026-11-23"));
}

#[tokio::test]
async fn every_kind_of_block_is_written_and_read_and_can_be_written_again() {
    let client = client().await;
    let target = client.create_object(&NewObject::page("target")).await.unwrap().value.id;
    let red = Color::named("bg-red").unwrap();
    let day = Date::day(Timestamp::parse("2026-11-22").unwrap());
    let custom =
        Highlight { kind: HighlightKind::Custom, url: None, label: Some("l".to_owned()), location: None, color: None };
    let tokens = [
        Token::text("a").bold().color(red),
        Token::url("b", "x:y"),
        Token::object("c", target),
        Token::date("d", day),
        Token::math("e"),
        Token::code("f"),
    ];
    let blocks = [
        NewBlock::tokens(tokens).heading(2).todo(true).toggle(false).quote(QuoteLayout::Standout).highlight(&custom),
        NewBlock::group([NewBlock::text("g").bullet()]).color(red),
        NewBlock::grid([vec![NewBlock::text("h")], vec![NewBlock::text("i")]]),
        NewBlock::code("c", "j"),
        NewBlock::math("k"),
        NewBlock::embed(target),
        NewBlock::line(),
        NewBlock::blank(),
    ];
    let page = NewObject::page("").blocks(SECTION, blocks);
    let made = client.create_object(&page).await.unwrap();
    let page = made.value;
    assert_eq!(texts(&page), ["abcdef", "", "g", "", "h", "i", "j", "k", "", "", ""]);
    let again: Vec<_> = page.section(SECTION).iter().map(|block| NewBlock::again(block).unwrap()).collect();
    let rewritten = client.update_object(page.id, &ObjectChanges::new().blocks(SECTION, again)).await.unwrap();
    assert_eq!((rewritten.value, rewritten.revision), (page, made.revision), "the same, so no new revision");
}

#[tokio::test]
async fn blocks_are_appended_changed_and_deleted() {
    let client = client().await;
    let page = client.create_object(&NewObject::page("a")).await.unwrap().value.id;
    let append = async |append: Append| client.append(page, &append).await.unwrap().value;
    let object = append(Append::markdown("one\n\ntwo")).await;
    let (one, two) = (object.section(SECTION)[0].id, object.section(SECTION)[1].id);
    append(Append::blocks([NewBlock::text("zero")]).at_start()).await;
    append(Append::blocks([NewBlock::text("half")]).after(one)).await;
    append(Append::blocks([NewBlock::text("almost two")]).before(two)).await;
    append(Append::blocks([NewBlock::text("inner")]).inside(two)).await;
    append(Append::blocks([NewBlock::text("first inner")]).inside(two).at_start()).await;
    let object = append(Append::blocks([NewBlock::text("end")]).section(SECTION).at_end()).await;
    assert_eq!(texts(&object), ["zero", "one", "half", "almost two", "two", "first inner", "inner", "end"]);
    let object = client.update_block(page, two, &NewBlock::blank().todo(true)).await.unwrap().value;
    let ContentView::Text(block) = &object.find_block(two).unwrap().content else { panic!("{object:?}") };
    assert_eq!((block.todo, block.blocks.len()), (Some(true), 2), "the rest stays");
    let object = client.delete_block(page, two).await.unwrap().value;
    assert_eq!(texts(&object), ["zero", "one", "half", "almost two", "end"]);
}

#[tokio::test]
async fn an_object_goes_to_the_trash_and_back_and_away() {
    let client = client().await;
    let page = client.create_object(&NewObject::page("a")).await.unwrap().value;
    assert_eq!(client.trash_object(page.id).await.unwrap().revision, Some(Revision(3)));
    assert!(client.object(page.id).await.unwrap_err().is_not_found());
    assert_eq!(client.restore_object(page.id).await.unwrap().value, page);
    let trashed = client.update_object(page.id, &ObjectChanges::new().trashed(true)).await.unwrap();
    assert_eq!(trashed.value, page, "as it was");
    client.delete_object(page.id).await.unwrap();
    assert!(client.restore_object(page.id).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn lists_are_read_page_by_page() {
    let served = Served::new(Limits::default()).await;
    let client = served.client().await;
    let command = Command::CollectionCreate { space: None, structure: "Page".to_owned(), title: "Shelf".to_owned() };
    let Reply::Collection(shelf) = served.engine.administer(command).await.unwrap() else { panic!("no collection") };
    let tag = client.create_object(&NewObject::tag("t")).await.unwrap().value.id;
    for number in 0..5 {
        let page = NewObject::page(number.to_string()).property("tags", PropertyValue::objects([tag]));
        client.create_object(&page.collection(CollectionId(shelf.id.0))).await.unwrap();
    }
    let pages = StructureId::BuiltIn(BuiltIn::RootPage);
    for list in [List::Structure(pages), List::Collection(shelf.id), List::Tag(tag)] {
        let mut titles = Vec::new();
        let mut next = Some(Page::first().size(2));
        while let Some(page) = next {
            let view = client.list(list, &page).await.unwrap().value;
            titles.extend(view.results.iter().map(|row| row.title.clone()));
            next = view.after(&page);
        }
        assert_eq!(titles, ["0", "1", "2", "3", "4"], "{list:?}");
    }
    let view = client.objects(&Page::first().size(2).whole()).await.unwrap();
    assert_eq!((view.value.revision, view.value.has_more), (view.revision, true));
    let row = &view.value.results[1];
    assert_eq!(row.etag.unwrap().revision, Revision(4));
    assert_eq!(row.object, Some(client.object(row.id).await.unwrap().value));
}

#[tokio::test]
async fn objects_are_searched_by_title() {
    let client = client().await;
    let page = client.create_object(&NewObject::page("Crème brûlée")).await.unwrap().value;
    let tag = client.create_object(&NewObject::tag("Cremes")).await.unwrap().value;
    let ids = async |search: Search| {
        let rows = client.search(&search).await.unwrap();
        assert_eq!(rows.revision, Some(Revision(3)));
        rows.value.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(Search::of("creme")).await, [tag.id, page.id]);
    assert_eq!(ids(Search::of("creme").limit(1)).await, [tag.id]);
    assert_eq!(ids(Search::of("creme").structures([StructureId::BuiltIn(BuiltIn::RootPage)])).await, [page.id]);
    let refused = client.search(&Search::of("creme").limit(51)).await.unwrap_err();
    assert_eq!(refused.message, "✖ Too big: expected number to be <=50\n  → at limit");
}

#[tokio::test]
async fn many_clients_write_at_once_and_no_revision_is_given_twice() {
    let client = client().await;
    let write = |number: u32| {
        tokio::spawn({
            let client = client.clone();
            async move { client.create_object(&NewObject::page(number.to_string())).await.unwrap().revision.unwrap().0 }
        })
    };
    let writes: Vec<_> = (0..50).map(write).collect();
    let mut revisions = Vec::new();
    for write in writes {
        revisions.push(write.await.unwrap());
    }
    revisions.sort_unstable();
    assert_eq!(revisions, (2..52).collect::<Vec<_>>());
}

#[tokio::test]
async fn objects_are_written_and_read_as_markdown() {
    let client = client().await;
    let page = StructureId::BuiltIn(BuiltIn::RootPage);
    let made = client.create_from_markdown(page, "# Buffers\n\n- Tris\n- PBS #wet").await.unwrap();
    let (made, revision) = (made.value, made.revision);
    assert_eq!((made.title(), texts(&made)), ("Buffers", vec!["Tris".to_owned(), "PBS #wet".to_owned()]));
    let read = client.markdown(made.id).await.unwrap().value;
    assert!(read.markdown.starts_with("---\ntype: Page\ntitle: Buffers\n"), "{}", read.markdown);
    assert!(read.markdown.ends_with("---\n\n- Tris\n- PBS #wet\n"), "{}", read.markdown);
    assert_eq!((read.id, read.structure_id), (made.id, page));
    let same = client.update_markdown(made.id, &read.markdown).strict().await.unwrap();
    assert_eq!((&same.value, same.revision), (&made, revision));
    let edited = read.markdown.replace("- Tris", "- Tris, cold");
    let changed = client.update_markdown(made.id, &edited).await.unwrap().value;
    assert_eq!(texts(&changed), ["Tris, cold", "PBS #wet"]);
    let ids = |object: &ObjectView| object.walk().map(|block| block.id).collect::<Vec<_>>();
    assert_eq!(ids(&changed), ids(&made));
}

#[tokio::test]
async fn links_and_daily_notes_are_written() {
    let client = client().await;
    let link = NewLink::new("https://example.org/paper").title("A paper").description("Read it").markdown("soon");
    let link = client.create_link(&link).await.unwrap().value;
    assert_eq!((link.title(), texts(&link)), ("A paper", vec!["soon".to_owned()]));
    assert_eq!(link.property("media_URLReference").unwrap().as_text(), Some("https://example.org/paper"));
    let append = DailyAppend::markdown("- autoclave done").on(Timestamp::parse("2026-11-22").unwrap());
    client.append_to_daily_note(&append).await.unwrap();
    client.append_to_daily_note(&append.untimed()).await.unwrap();
    let list = List::Structure(StructureId::BuiltIn(BuiltIn::RootDailyNote));
    let rows = client.list(list, &Page::default()).await.unwrap().value.results;
    let note = client.object(rows[0].id).await.unwrap().value;
    assert_eq!(texts(&note)[1..], ["autoclave done", "autoclave done"]);
}

#[tokio::test]
async fn what_has_no_effect_is_told_or_refused() {
    let client = client().await;
    let page = StructureId::BuiltIn(BuiltIn::RootPage);
    let text = "---\ntitle: Kühl\nfärbung: rot\n---\n";
    let told = client.create_from_markdown(page, text).await.unwrap();
    assert_eq!(told.ignored, ["markdown[\"färbung\"]"]);
    let refused = client.create_from_markdown(page, text).strict().await.unwrap_err();
    assert_eq!(refused.message, "✖ This would have no effect\n  → at markdown[\"färbung\"]");
    let quiet = client.update_object(told.value.id, &ObjectChanges::new().title("Kalt")).minimal().await.unwrap();
    assert_eq!(quiet.revision, told.revision.map(Revision::next));
    let block = client.append(told.value.id, &Append::markdown("a")).await.unwrap().value.walk().next().unwrap().id;
    let section = PropertyId::from(SECTION);
    let changed = client.update_block_in(told.value.id, &section, block, &NewBlock::text("b")).await.unwrap().value;
    assert_eq!(texts(&changed), ["b"]);
}
