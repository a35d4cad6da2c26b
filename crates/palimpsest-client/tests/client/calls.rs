//! What goes over the wire for each call, and what comes of the answer.

use std::time::Duration;

use palimpsest_client::{
    Append, BlockId, BuiltIn, Call, Client, CollectionId, Edits, Feed, Guard, HeaderName, HeaderValue, List, NewBlock,
    NewObject, ObjectChanges, ObjectId, Page, Place, Revision, Search, StructureId, parse_uuid,
};
use serde_json::{Value, json};

use crate::scripted::{Heard, Scripted, answer};

const ID: &str = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";
const TAG: &str = "\"00000000000000ab.7\"";

fn object() -> ObjectId {
    ObjectId(parse_uuid(ID).unwrap())
}

fn block() -> BlockId {
    BlockId(parse_uuid(ID).unwrap())
}

fn page() -> Value {
    json!({"id": ID, "structureId": "RootPage", "collections": [], "properties": {}, "blocks": {}})
}

/// Makes a call of a server that says `reply`; answers what the server heard.
async fn heard<T: Send + 'static>(reply: Value, call: impl Fn(&Client) -> Call<T>) -> Heard {
    let reply = if reply.is_null() { String::new() } else { reply.to_string() };
    let server = Scripted::new(vec![answer(200, &[], reply)]).await;
    call(&server.client()).await.unwrap();
    server.heard().remove(0)
}

async fn check<T: Send + 'static>(reply: Value, call: impl Fn(&Client) -> Call<T>, line: &str, body: Value) {
    let heard = heard(reply, call).await;
    assert_eq!(heard.line, line);
    let sent = if heard.body.is_empty() { Value::Null } else { serde_json::from_str(&heard.body).unwrap() };
    assert_eq!(sent, body, "{line}");
}

#[tokio::test]
async fn each_call_says_what_the_contract_takes() {
    let structures = json!({ "structures": [] });
    check(json!({"id": ID, "title": "Lab"}), Client::space, "GET /space", Value::Null).await;
    check(structures, Client::structures, "GET /space/structures", Value::Null).await;
    let line = format!("GET /object?id={ID}");
    check(page(), |client| client.object(object()), &line, Value::Null).await;
    let create = |client: &Client| client.create_object(&NewObject::page("a"));
    let title = json!({"title": {"type": "title", "title": {"value": "a"}}});
    check(page(), create, "POST /object", json!({"structureId": "RootPage", "properties": title})).await;
    let update = |client: &Client| client.update_object(object(), &ObjectChanges::new().title("a"));
    check(page(), update, "PATCH /object", json!({"id": ID, "properties": title})).await;
    let line = format!("DELETE /object?id={ID}");
    check(Value::Null, |client| client.trash_object(object()), &line, Value::Null).await;
    let restore = |client: &Client| client.restore_object(object());
    check(page(), restore, "PATCH /object", json!({"id": ID, "deleteRequested": false})).await;
    let line = format!("DELETE /object?id={ID}&hardDelete=true");
    check(Value::Null, |client| client.delete_object(object()), &line, Value::Null).await;
    let append = |client: &Client| client.append(object(), &Append::markdown("a"));
    check(page(), append, "POST /blocks/append", json!({"id": ID, "markdown": "a"})).await;
    let update = |client: &Client| client.update_block(object(), block(), &NewBlock::line());
    let body = json!({"id": ID, "blockId": ID, "block": {"type": "HorizontalLineBlock"}});
    check(page(), update, "PATCH /blocks/block", body).await;
    let line = format!("DELETE /block?objectId={ID}&blockId={ID}");
    check(page(), |client| client.delete_block(object(), block()), &line, Value::Null).await;
}

#[tokio::test]
async fn each_call_of_our_own_says_what_the_api_takes() {
    let edits = |client: &Client| client.edit_object(object(), &Edits::new().delete(block()));
    let body = json!({"id": ID, "edits": [{"op": "delete", "blockId": ID}]});
    check(page(), edits, "POST /object/edits", body).await;
    let body = json!({"id": ID, "blockId": ID, "propertyId": "notes", "parentBlockId": ID});
    let place = Place::new().section("notes").inside(block());
    check(page(), |client| client.move_block(object(), block(), &place), "POST /blocks/move", body).await;
    let line = format!("GET /object?id={ID}&revision=7");
    check(page(), |client| client.object_at(object(), Revision(7)), &line, Value::Null).await;
    let found = json!({"revision": 7, "results": [
        {"id": ID, "etag": TAG, "object": page()}, {"id": ID, "error": {"code": "cap_not_found", "message": "None"}}]});
    let get = |client: &Client| client.get_objects(&[object(), object()]);
    check(found.clone(), get, "POST /objects/get", json!({"ids": [ID, ID]})).await;
    let get = |client: &Client| client.get_objects_at(&[object()], Revision(7));
    check(found, get, "POST /objects/get", json!({"ids": [ID], "revision": 7})).await;
    let empty = || json!({"results": [], "nextCursor": null, "hasMore": false});
    let next = Page::at("c").size(2);
    let line = format!("GET /object/history?id={ID}&limit=2&cursor=c");
    check(empty(), |client| client.history(object(), &next), &line, Value::Null).await;
    let line = format!("GET /object/history?id={ID}&before=7");
    let before = |client: &Client| client.history_before(object(), Revision(7), &Page::first());
    check(empty(), before, &line, Value::Null).await;
    let line = format!("GET /object/diff?id={ID}&from=1&to=7");
    let none = json!({"from": 1, "to": 7, "changes": []});
    check(none, |client| client.difference(object(), Revision(1), Revision(7)), &line, Value::Null).await;
    check(empty(), |client| client.trash(&next), "GET /trash?limit=2&cursor=c", Value::Null).await;
    let none = json!({"log": "00000000000000ab", "revision": 7, "changes": [], "hasMore": false});
    let feed = Feed::after("00000000000000ab.7".parse().unwrap()).whole().size(3).wait(Duration::from_secs(9));
    let line = "GET /changes?include=objects&since=00000000000000ab.7&limit=3&wait=9";
    check(none.clone(), |client| client.changes(&feed), line, Value::Null).await;
    check(none, |client| client.changes(&Feed::from_the_start()), "GET /changes", Value::Null).await;
}

#[tokio::test]
async fn a_transaction_is_made_of_calls() {
    let done =
        json!({"revision": 7, "results": [{"status": 200, "id": ID, "etag": TAG, "body": page()}, {"status": 200}]});
    let transaction = |client: &Client| {
        let update = client.update_object(object(), &ObjectChanges::new().trashed(true));
        let delete = client.delete_block(object(), block()).if_match_tag(TAG.parse().unwrap()).merge();
        client.transaction().then(update.if_absent()).then(delete).guard(Guard::absent(object())).shown()
    };
    let body = json!({"operations": [
        {"method": "PATCH", "path": "/object", "body": {"id": ID, "deleteRequested": true}, "ifNoneMatch": "*"},
        {"method": "DELETE", "path": format!("/block?objectId={ID}&blockId={ID}"), "ifMatch": TAG, "merge": true},
    ], "guards": [{"id": ID, "absent": true}]});
    check(done.clone(), |client| transaction(client).commit(), "POST /transactions", body.clone()).await;
    let mut dry = body;
    dry["dryRun"] = json!(true);
    check(done.clone(), |client| transaction(client).dry_run().commit(), "POST /transactions", dry).await;
    let heard = heard(done, |client| transaction(client).commit().strict()).await;
    let preferences: Vec<_> = heard.headers.iter().filter(|line| line.starts_with("prefer")).collect();
    assert_eq!(preferences, ["prefer: return=representation", "prefer: handling=strict"]);
}

#[tokio::test]
async fn lists_are_asked_for_page_by_page() {
    let page = || json!({"results": [], "nextCursor": null, "hasMore": false});
    let pages = StructureId::BuiltIn(BuiltIn::RootPage);
    let list = |list: List, page: Page| move |client: &Client| client.list(list, &page);
    let first = list(List::Structure(pages), Page::first());
    check(page(), first, "GET /objects/structure?id=RootPage", Value::Null).await;
    let collection = List::Collection(CollectionId(object().0));
    let line = format!("GET /objects/collection?id={ID}&pageSize=7");
    check(page(), list(collection, Page::first().size(7)), &line, Value::Null).await;
    let line = format!("GET /objects/tag?id={ID}&cursor=a%2Bb");
    check(page(), list(List::Tag(object()), Page::at("a+b")), &line, Value::Null).await;
    let all = |client: &Client| client.objects(&Page::at("c").size(1).whole());
    check(page(), all, "GET /objects?limit=1&cursor=c&include=objects", Value::Null).await;
    check(page(), |client| client.objects(&Page::first()), "GET /objects", Value::Null).await;
}

#[tokio::test]
async fn a_search_says_what_is_wanted_and_nothing_else() {
    let results = || json!({"results": [{"id": ID, "structureId": "RootPage", "title": "Buffers"}]});
    let search = |search: Search| move |client: &Client| client.search(&search);
    let line = "POST /objects/search";
    check(results(), search(Search::of("buffer")), line, json!({"query": "buffer"})).await;
    let narrow = Search::of("b").structures([StructureId::BuiltIn(BuiltIn::RootTag)]).limit(5);
    check(results(), search(narrow), line, json!({"query": "b", "structureIds": ["RootTag"], "limit": 5})).await;
}

#[tokio::test]
async fn every_request_names_token_and_version() {
    let heard = heard(json!({"id": ID, "title": "Lab"}), Client::space).await;
    for header in
        ["authorization: bearer cap-api-secret", "x-capacities-api-version: 1.0.0", "accept: application/json"]
    {
        assert!(heard.headers.iter().any(|line| line == header), "{header} in {:?}", heard.headers);
    }
    assert!(!heard.headers.iter().any(|line| line.starts_with("content-type")), "a GET has no body");
}

#[tokio::test]
async fn a_header_of_a_call_takes_the_place_of_the_clients() {
    const AUTHORIZATION: HeaderName = HeaderName::from_static("authorization");
    let other = |client: &Client| client.space().header(AUTHORIZATION, HeaderValue::from_static("Bearer other"));
    let heard = heard(json!({"id": ID, "title": "Lab"}), other).await;
    let sent: Vec<_> = heard.headers.iter().filter(|line| line.starts_with("authorization")).collect();
    assert_eq!(sent, ["authorization: bearer other"]);
}

#[tokio::test]
async fn a_base_path_stays_in_front() {
    let server = Scripted::new(vec![answer(200, &[], json!({"id": ID, "title": "Lab"}))]).await;
    let client = Client::new(format!("{}/api/", server.base), "t").unwrap();
    client.space().await.unwrap();
    assert_eq!(server.heard()[0].line, "GET /api/space");
}

#[tokio::test]
async fn an_answer_carries_its_revision_and_request_id() {
    let headers = &["Palimpsest-Revision: 7", "X-Request-Id: r1"];
    let server = Scripted::new(vec![answer(200, headers, page()), answer(200, &[], "")]).await;
    let answered = server.client().object(object()).await.unwrap();
    assert_eq!((answered.revision, answered.request_id.as_deref()), (Some(Revision(7)), Some("r1")));
    assert_eq!(answered.map(|page| page.id).value, object());
    assert_eq!(server.client().trash_object(object()).await.unwrap().revision, None, "a server that knows none");
}

#[tokio::test]
async fn an_answer_can_be_had_as_it_came() {
    let mut reply = page();
    reply["unknown"] = json!([1]);
    let server = Scripted::new(vec![answer(200, &[], &reply)]).await;
    assert_eq!(server.client().object(object()).as_json().await.unwrap().value, reply);
}
