//! Who may do what: every endpoint of the document, with every kind of token there is.

use http::Method;
use palimpsest_engine::Scope;
use palimpsest_engine::admin::{Command, Reply as Told};
use palimpsest_model::Timestamp;
use palimpsest_server::Access;
use serde_json::{Value, json};

use crate::app::{App, Ask, BOTH, Lab, Reply, unhurried};
use crate::contract::{Endpoint, endpoints};
use crate::uploads::{begin, part_of};
use crate::wire::{body, chosen, id, page_of, tag, text};

/// A request that succeeds with a token of the space, and what a token of another space gets for it.
pub(crate) struct Sample {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) query: String,
    pub(crate) body: Option<Value>,
    /// A body that is no JSON.
    pub(crate) bytes: Option<&'static [u8]>,
    elsewhere: Elsewhere,
}

/// What becomes of a request that names things of another space, or nothing in particular.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Elsewhere {
    /// They are not there.
    NotFound,
    /// They are not there, which is told of each.
    NotFoundEach,
    /// It speaks of the token's own space.
    Own,
}

impl Sample {
    pub(crate) fn ask(&self) -> Ask {
        let ask = Ask::new(self.method.clone(), &format!("{}{}", self.path, self.query));
        match (&self.body, self.bytes) {
            (Some(body), _) => ask.json(body),
            (None, Some(bytes)) => ask.body(bytes.into()),
            (None, None) => ask,
        }
    }

    /// The status of its success.
    pub(crate) fn status(&self) -> u16 {
        if self.path == "/object/media/upload/abort" { 204 } else { 200 }
    }
}

/// What the samples speak of.
pub(crate) struct Things {
    object: String,
    block: String,
    spare_block: String,
    edited: String,
    doomed: String,
    tag: String,
    collection: String,
    doomed_collection: String,
    structure: String,
    doomed_structure: String,
    property: String,
    doomed_property: String,
    webhook: String,
    doomed_webhook: String,
    upload: String,
    full_upload: String,
    doomed_upload: String,
    /// A revision at which all of them are there.
    revision: u64,
}

pub(crate) async fn things(lab: &Lab) -> Things {
    let object = lab.create(page_of(json!([text("first"), text("second"), text("third")]))).await;
    let doomed = lab.make(page_of(json!([]))).await;
    let tag = lab.make(tag("Methods")).await;
    let (space, structure) = (Some(lab.space.clone()), "RootPage".to_owned());
    let told = lab.app.administer(Command::CollectionCreate { space, structure, title: "Shelf".to_owned() }).await;
    let Told::Collection(shelf) = told else { panic!("{told:?}") };
    let collection = shelf.id.to_string();
    let doomed_collection = made(lab, "collections", json!({"structureId": "RootPage", "title": "Crate"})).await;
    let structure = made(lab, "structures", json!({"title": "Book"})).await;
    let doomed_structure = made(lab, "structures", json!({"title": "Scroll"})).await;
    let [property, doomed_property] = [chosen(98), chosen(99)];
    // Names within the structure.
    for id in [&property, &doomed_property] {
        made(lab, "properties", json!({"structureId": structure, "id": id, "name": "Year", "type": "number"})).await;
    }
    let [block, spare_block, edited] = [0, 1, 2].map(|place| id(&body(&object)[place]));
    let hook = json!({"url": "https://example.org/hook"});
    let webhook = id(&lab.post("/webhooks", &hook).await.ok());
    let doomed_webhook = id(&lab.post("/webhooks", &hook).await.ok());
    let [upload, full_upload, doomed_upload] =
        [begin(lab, "a.txt", 3).await, begin(lab, "b.txt", 3).await, begin(lab, "c.txt", 3).await];
    lab.put(&part_of(&full_upload, 1), "abc").await.ok();
    let revision = lab.head().await;
    let object = id(&object);
    Things {
        object,
        block,
        spare_block,
        edited,
        doomed,
        tag,
        collection,
        doomed_collection,
        structure,
        doomed_structure,
        property,
        doomed_property,
        webhook,
        doomed_webhook,
        upload,
        full_upload,
        doomed_upload,
        revision,
    }
}

/// Makes a part of the schema; answers the id of what is shown.
async fn made(lab: &Lab, noun: &str, body: Value) -> String {
    id(&lab.post(&format!("/space/{noun}"), &body).await.ok())
}

/// One sample of every endpoint that asks for a token.
fn samples(things: &Things) -> Vec<Sample> {
    use Elsewhere::{NotFound, NotFoundEach, Own};
    let Things { object, block, spare_block, edited, doomed, tag, collection, webhook, doomed_webhook, .. } = things;
    let Things { upload, full_upload, doomed_upload, revision, structure, property, .. } = things;
    let read = |path, query: &str, elsewhere| Sample {
        method: Method::GET,
        path,
        query: query.to_owned(),
        body: None,
        bytes: None,
        elsewhere,
    };
    let write = |method, path, body, elsewhere| Sample {
        method,
        path,
        query: String::new(),
        body: Some(body),
        bytes: None,
        elsewhere,
    };
    let delete = |path, query: String| Sample {
        method: Method::DELETE,
        path,
        query,
        body: None,
        bytes: None,
        elsewhere: NotFound,
    };
    let part = Sample {
        method: Method::PUT,
        path: "/object/media/upload/part",
        query: format!("?id={upload}&partNumber=1"),
        body: None,
        bytes: Some(b"abc"),
        elsewhere: NotFound,
    };
    let edits = json!({"id": object, "edits": [{"op": "delete", "blockId": edited}]});
    let block_change = json!({"id": object, "blockId": block, "block": text("changed")});
    vec![
        read("/space", "", Own),
        read("/space/structures", "", Own),
        write(Method::PATCH, "/space", json!({"title": "Laboratory"}), Own),
        write(Method::POST, "/space/structures", json!({"title": "Letter"}), Own),
        write(Method::PATCH, "/space/structures", json!({"id": structure, "title": "Volume"}), NotFound),
        delete("/space/structures", format!("?id={}", things.doomed_structure)),
        write(
            Method::POST,
            "/space/properties",
            json!({"structureId": structure, "name": "Place", "type": "text"}),
            NotFound,
        ),
        write(
            Method::PATCH,
            "/space/properties",
            json!({"structureId": structure, "id": property, "name": "Printed"}),
            NotFound,
        ),
        delete("/space/properties", format!("?structureId={structure}&id={}", things.doomed_property)),
        write(Method::POST, "/space/collections", json!({"structureId": "RootPage", "title": "Pile"}), Own),
        write(Method::PATCH, "/space/collections", json!({"id": collection, "title": "Board"}), NotFound),
        delete("/space/collections", format!("?id={}", things.doomed_collection)),
        read("/object", &format!("?id={object}"), NotFound),
        read("/object/history", &format!("?id={object}"), NotFound),
        read("/object/diff", &format!("?id={object}&from={revision}&to={revision}"), NotFound),
        write(Method::POST, "/objects/get", json!({"ids": [object]}), NotFoundEach),
        read("/trash", "", Own),
        write(Method::POST, "/object", json!({"structureId": "RootPage"}), Own),
        write(Method::POST, "/object/edits", edits, NotFound),
        write(Method::POST, "/object/revert", json!({"id": object, "revision": revision}), NotFound),
        write(Method::POST, "/object/url", json!({"url": "https://example.org/paper"}), Own),
        write(Method::PATCH, "/object", json!({"id": object, "collections": []}), NotFound),
        delete("/object", format!("?id={doomed}")),
        read("/object/markdown", &format!("?id={object}"), NotFound),
        write(Method::POST, "/object/markdown", json!({"structureId": "RootPage", "markdown": "# Text"}), Own),
        write(Method::PATCH, "/object/markdown", json!({"id": object, "markdown": "---\ntitle: b\n---"}), NotFound),
        write(Method::POST, "/blocks/append", json!({"id": object, "markdown": "more"}), NotFound),
        write(Method::POST, "/blocks/daily-note/append", json!({"markdown": "today"}), Own),
        write(Method::POST, "/blocks/move", json!({"id": object, "blockId": block}), NotFound),
        write(Method::PATCH, "/blocks/block", block_change, NotFound),
        delete("/block", format!("?objectId={object}&blockId={spare_block}")),
        write(Method::POST, "/transactions", json!({"operations": [made_together()]}), Own),
        write(Method::POST, "/transactions/revert", json!({"revision": 1, "partial": true}), Own),
        write(Method::POST, "/object/media/upload", json!({"fileName": "gel.png", "fileSize": 5}), Own),
        part,
        write(Method::POST, "/object/media/upload/complete", json!({"id": full_upload}), NotFound),
        write(Method::POST, "/object/media/upload/abort", json!({"id": doomed_upload}), NotFound),
        write(Method::POST, "/objects/search", json!({"query": "first"}), Own),
        read("/objects", "", Own),
        read("/changes", "", Own),
        write(Method::POST, "/webhooks", json!({"url": "https://example.org/hook"}), Own),
        read("/webhooks", "", Own),
        write(Method::PATCH, "/webhooks", json!({"id": webhook, "paused": true}), NotFound),
        delete("/webhooks", format!("?id={doomed_webhook}")),
        write(Method::POST, "/webhooks/test", json!({"id": webhook}), NotFound),
        read("/webhooks/deliveries", &format!("?id={webhook}"), NotFound),
        read("/objects/structure", "?id=RootPage", Own),
        read("/objects/collection", &format!("?id={collection}"), NotFound),
        read("/objects/tag", &format!("?id={tag}"), NotFound),
    ]
}

fn made_together() -> Value {
    json!({"method": "POST", "path": "/object", "body": {"structureId": "RootPage"}})
}

/// The sample of each guarded endpoint of the document, with what a token needs for it. An endpoint without a sample is an error.
pub(crate) fn guarded(things: &Things) -> Vec<(Endpoint, Scope, Sample)> {
    let mut samples = samples(things);
    let mut pairs = Vec::new();
    for endpoint in endpoints() {
        let Some(scope) = endpoint.scope() else { continue };
        let is_its = |sample: &Sample| sample.method == endpoint.method && sample.path == endpoint.path;
        let index = samples.iter().position(is_its);
        let index = index.unwrap_or_else(|| panic!("{} {} has no sample", endpoint.method, endpoint.path));
        pairs.push((endpoint, scope, samples.swap_remove(index)));
    }
    let left: Vec<_> = samples.iter().map(|sample| format!("{} {}", sample.method, sample.path)).collect();
    assert!(left.is_empty(), "samples of no endpoint: {left:?}");
    pairs
}

/// Sends every sample with an authorisation header; `expect` judges each answer.
async fn each(lab: &Lab, authorization: Option<&str>, expect: impl Fn(Scope, &Sample, &Reply, &str)) {
    let things = things(lab).await;
    for (endpoint, scope, sample) in guarded(&things) {
        let ask = match authorization {
            Some(value) => sample.ask().header("authorization", value),
            None => sample.ask(),
        };
        let reply = lab.app.send(ask).await;
        expect(scope, &sample, &reply, &format!("{} {}: {reply:?}", endpoint.method, endpoint.path));
    }
}

/// Expects 401 from every endpoint, whatever is wrong with the token, in the same words.
pub(crate) async fn nobody(lab: &Lab, authorization: Option<&str>) {
    each(lab, authorization, |_, _, reply, what| {
        assert_eq!(reply.status, 401, "{what}");
        reply.refusal(401, "cap_not_authenticated", "Missing or invalid access token");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"), "{what}");
        assert_eq!(reply.revision(), None, "{what}");
    })
    .await;
}

#[tokio::test]
async fn every_sample_succeeds_with_a_token_of_its_space() {
    let lab = Lab::new().await;
    let token = format!("Bearer {}", lab.token);
    each(&lab, Some(&token), |_, sample, reply, what| assert_eq!(reply.status, sample.status(), "{what}")).await;
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case() {
    let lab = Lab::new().await;
    for scheme in ["bearer", "BEARER", "Bearer "] {
        let ask = Ask::new(Method::GET, "/space").header("authorization", &format!("{scheme} {}", lab.token));
        assert_eq!(lab.app.send(ask).await.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn no_token_is_nobody() {
    nobody(&Lab::new().await, None).await;
}

#[tokio::test]
async fn a_malformed_header_is_nobody() {
    let lab = Lab::new().await;
    let bare = lab.token.clone();
    for value in ["Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer eyJhbGciOi", &bare, "cap-api-"] {
        nobody(&lab, Some(value)).await;
    }
}

#[tokio::test]
async fn an_unknown_token_is_nobody() {
    let lab = Lab::new().await;
    nobody(&lab, Some("Bearer cap-api-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")).await;
    let shorter = &lab.token[..lab.token.len() - 1];
    nobody(&lab, Some(&format!("Bearer {shorter}"))).await;
}

#[tokio::test]
async fn a_revoked_token_is_nobody_from_the_next_request_on() {
    let lab = Lab::new().await;
    let token = lab.app.token(&lab.space, "leaver", BOTH).await;
    let ask = || Ask::new(Method::GET, "/space").token(&token);
    assert_eq!(lab.app.send(ask()).await.status, 200);
    lab.app.administer(Command::TokenRevoke { token: "leaver".to_owned() }).await;
    assert_eq!(lab.app.send(ask()).await.status, 401);
    nobody(&lab, Some(&format!("Bearer {token}"))).await;
}

#[tokio::test]
async fn an_expired_token_is_nobody_from_its_last_moment_on() {
    let lab = Lab::new().await;
    let end = Timestamp(lab.app.engine.now().0 + 60_000);
    let token = lab.app.token_until(&lab.space, "guest", BOTH, Some(end)).await;
    let ask = || Ask::new(Method::GET, "/space").token(&token);
    lab.app.clock.advance(59_999);
    assert_eq!(lab.app.send(ask()).await.status, 200);
    lab.app.clock.advance(1);
    assert_eq!(lab.app.send(ask()).await.status, 401);
    nobody(&lab, Some(&format!("Bearer {token}"))).await;
}

#[tokio::test]
async fn a_token_of_a_deleted_space_is_nobody() {
    let lab = Lab::new().await;
    let space = lab.app.space("Attic").await;
    let token = lab.app.token(&space, "attic", BOTH).await;
    assert_eq!(lab.app.send(Ask::new(Method::GET, "/space").token(&token)).await.status, 200);
    lab.app.administer(Command::SpaceDelete { space }).await;
    nobody(&lab, Some(&format!("Bearer {token}"))).await;
}

#[tokio::test]
async fn a_token_of_several_spaces_is_nobody_also_when_it_has_one_left() {
    let lab = Lab::new().await;
    let other = lab.app.space("Other").await;
    let token = lab.app.token_of(&[&lab.space, &other], "both").await;
    nobody(&lab, Some(&format!("Bearer {token}"))).await;
    lab.app.administer(Command::SpaceDelete { space: other }).await;
    nobody(&lab, Some(&format!("Bearer {token}"))).await;
    let spaces = lab.app.send(Ask::new(Method::GET, "/spaces").token(&token)).await.ok();
    assert_eq!(spaces["spaces"].as_array().unwrap().len(), 1, "it is for the beta API as ever");
}

#[tokio::test]
async fn a_token_that_names_one_space_twice_opens_it() {
    let lab = Lab::new().await;
    let token = lab.app.token_of(&[&lab.space, "Lab"], "twice").await;
    let reply = lab.app.send(Ask::new(Method::GET, "/space").token(&token)).await;
    assert_eq!(reply.ok()["id"], json!(lab.space));
}

#[tokio::test]
async fn a_token_lacks_the_scopes_it_was_not_given() {
    for given in [Scope::Read, Scope::Write] {
        let lab = Lab::new().await;
        let token = lab.app.token(&lab.space, "half", &[given]).await;
        each(&lab, Some(&format!("Bearer {token}")), |needed, sample, reply, what| {
            // What a webhook sends is what a reader sees.
            let shows = sample.path == "/webhooks" && [Method::POST, Method::PATCH].contains(&sample.method);
            let lacks =
                if needed != given { Some(needed) } else { (shows && given == Scope::Write).then_some(Scope::Read) };
            let Some(lacks) = lacks else {
                assert_eq!(reply.status, sample.status(), "{what}");
                return;
            };
            let scope = lacks.as_str();
            let message = format!("This token lacks the scope {scope}");
            assert_eq!(reply.status, 403, "{what}");
            let details = reply.refusal(403, "cap_scope_insufficient", &message);
            assert_eq!(details, json!({"missingScopes": [scope]}), "{what}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_token_of_another_space_sees_and_touches_nothing() {
    let lab = Lab::new().await;
    let space = lab.app.space("Elsewhere").await;
    let token = lab.app.token(&space, "stranger", BOTH).await;
    let things = things(&lab).await;
    let (before, object) = (lab.head().await, lab.object(&things.object).await);
    for (endpoint, _, sample) in guarded(&things) {
        let reply = lab.app.send(sample.ask().token(&token)).await;
        let what = format!("{} {}: {reply:?}", endpoint.method, endpoint.path);
        match sample.elsewhere {
            Elsewhere::NotFound => {
                assert_eq!((reply.status, &*reply.code()), (404, "cap_not_found"), "{what}");
            }
            Elsewhere::NotFoundEach => {
                for one in reply.ok()["results"].as_array().unwrap() {
                    assert_eq!(
                        (&one["error"]["code"], &one["object"]),
                        (&json!("cap_not_found"), &Value::Null),
                        "{what}"
                    );
                }
            }
            Elsewhere::Own => {
                assert_eq!(reply.status, 200, "{what}");
                let text = String::from_utf8(reply.body.to_vec()).unwrap();
                for mine in [
                    &lab.space,
                    &things.structure,
                    &things.object,
                    &things.block,
                    &things.tag,
                    &things.collection,
                    &things.webhook,
                ] {
                    assert!(!text.contains(mine.as_str()), "{what} tells of {mine}");
                }
            }
        }
    }
    assert_eq!(lab.head().await, before);
    assert_eq!(lab.object(&things.object).await, object);
}

#[tokio::test]
async fn open_endpoints_answer_without_a_token() {
    let app = App::new(unhurried());
    let open: Vec<_> = endpoints().into_iter().filter(|endpoint| endpoint.access == Access::Open).collect();
    // A link says itself who may use it.
    let (links, open): (Vec<_>, Vec<_>) = open.into_iter().partition(|endpoint| endpoint.path.contains('{'));
    assert_eq!(links.iter().map(|endpoint| endpoint.path).collect::<Vec<_>>(), ["/files/{hash}/{name}"]);
    for endpoint in &open {
        let reply = app.send(Ask::new(endpoint.method.clone(), endpoint.path)).await;
        assert_eq!(reply.status, 200, "{}", endpoint.path);
        let reply = app.send(Ask::new(endpoint.method.clone(), endpoint.path).token("wrong")).await;
        assert_eq!(reply.status, 200, "{} with a token it does not need", endpoint.path);
    }
    let paths: Vec<_> = open.iter().map(|endpoint| endpoint.path).collect();
    let assets = ["/docs/start.js", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"];
    let rest = ["/health/live", "/health/ready", "/openapi.json"];
    assert_eq!(paths, [&["/docs"][..], &assets, &rest].concat());
}
