//! The law of query strings.

use std::sync::Arc;

use axum::body::Body;
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http_body_util::BodyExt;
use palimpsest_engine::admin::{Command, Reply};
use palimpsest_engine::{CountedIds, Engine, ManualClock, Policy, Scope};
use palimpsest_model::Timestamp;
use palimpsest_server::{Limits, RateLimits, Router, router};
use palimpsest_store::MemoryStore;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

/// Every query of every reading call that does not wait is answered in JSON, with what was asked for or with a refusal in
/// words, never with an error of the server.
pub fn query(input: &[u8]) {
    LAB.with(|lab| {
        let Some(lab) = lab else { unreachable!("a server in this process cannot be made") };
        let query = sendable(input);
        for path in PATHS {
            lab.runtime.block_on(lab.check(&format!("{path}?{query}")));
        }
    });
}

const PATHS: [&str; 7] =
    ["/objects", "/objects/structure", "/objects/collection", "/objects/tag", "/object", "/space", "/space/structures"];

thread_local! {
    static LAB: Option<Lab> = Lab::new();
}

/// The bytes as a client may send them: those that no request line can hold are written as `%XX`.
fn sendable(input: &[u8]) -> String {
    let mut query = String::new();
    for &byte in input {
        match byte {
            b'!' | b'$'..=b';' | b'=' | b'?'..=b'Z' | b'_' | b'a'..=b'z' | b'~' => query.push(char::from(byte)),
            _ => query.push_str(&form_urlencoded::byte_serialize(&[byte]).collect::<String>()),
        }
    }
    query
}

/// A server with a space in which every list has something to show.
struct Lab {
    runtime: Runtime,
    router: Router,
    token: String,
}

impl Lab {
    fn new() -> Option<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().ok()?;
        let (router, token) = runtime.block_on(furnished())?;
        Some(Self { runtime, router, token })
    }

    async fn check(&self, uri: &str) {
        let (status, body) = ask(&self.router, &self.token, "GET", uri, Body::empty()).await;
        let body = body.unwrap_or_default();
        // 410: a cursor of another log, or one that is too old.
        assert!(matches!(status, 200 | 400 | 404 | 410), "{uri}\n{status} {body}");
        assert!(body.is_object(), "{uri}\n{status} {body}");
        if status != 200 {
            let says = |member: &str| body[member].as_str().is_some_and(|text| !text.is_empty());
            assert!(says("code") && says("message"), "{uri}\n{status} {body}");
        }
    }
}

/// Asks; the status, and the body when it is JSON.
async fn ask(router: &Router, token: &str, method: &str, uri: &str, body: Body) -> (u16, Option<Json>) {
    let request = Request::builder().method(method).uri(uri).header(AUTHORIZATION, format!("Bearer {token}"));
    let Ok(request) = request.body(body) else { unreachable!("{uri} can be sent") };
    let response = router.answer(request).await;
    let status = response.status().as_u16();
    let is_json = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let bytes = response.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    (status, serde_json::from_slice(&bytes).ok().filter(|_| is_json))
}

/// The id of the tag; the pages' ids end in other numbers.
const TAG: &str = "22222222-2222-4222-8222-222222222200";
const SPACE: &str = "Space";

async fn furnished() -> Option<(Router, String)> {
    let clock = Arc::new(ManualClock::at(Timestamp(1_795_305_600_000)));
    let engine = Arc::new(Engine::new(Arc::new(MemoryStore::new()), clock, Arc::new(CountedIds::default())));
    engine.administer(Command::SpaceCreate { title: SPACE.to_owned() }).await.ok()?;
    let collection = Command::CollectionCreate {
        space: Some(SPACE.to_owned()),
        structure: "RootPage".to_owned(),
        title: "Collection".to_owned(),
    };
    let Reply::Collection(collection) = engine.administer(collection).await.ok()? else { return None };
    let token = Command::TokenCreate {
        spaces: vec![SPACE.to_owned()],
        name: "fuzz".to_owned(),
        scopes: vec![Scope::Read, Scope::Write],
        expires_at: None,
        concurrency: Policy::default(),
    };
    let Reply::TokenMade(made) = engine.administer(token).await.ok()? else { return None };
    let router = router(engine, Limits { rates: RateLimits::Off, ..Limits::default() });
    let mut objects = vec![json!({ "id": TAG, "structureId": "RootTag" })];
    objects.extend((1..4).map(|number| {
        json!({
            "id": format!("22222222-2222-4222-8222-2222222222{number:02}"),
            "structureId": "RootPage",
            "collections": [collection.id],
            "properties": { "tags": { "type": "entity", "entity": [{ "id": TAG }] } },
        })
    }));
    for object in objects {
        let (status, body) = ask(&router, &made.token, "POST", "/object", Body::from(object.to_string())).await;
        assert_eq!(status, 200, "{body:?}");
    }
    Some((router, made.token))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids are counted here, so that the corpus can name what the server has named.
    const COLLECTION: &str = "01a2008d-7400-7758-b5de-1c9756ce06c4";

    #[test]
    fn every_list_has_a_second_page() {
        let lab = Lab::new().unwrap();
        let get = |uri: &str| lab.runtime.block_on(ask(&lab.router, &lab.token, "GET", uri, Body::empty()));
        for list in [
            "/objects?limit=1".to_owned(),
            "/objects/structure?id=RootPage&pageSize=1".to_owned(),
            format!("/objects/collection?id={COLLECTION}&pageSize=1"),
            format!("/objects/tag?id={TAG}&pageSize=1"),
        ] {
            let (status, body) = get(&list);
            assert_eq!(status, 200, "{list} {body:?}");
            let cursor = body.unwrap()["nextCursor"].as_str().unwrap().to_owned();
            let (status, body) = get(&format!("{list}&cursor={cursor}"));
            assert_eq!(status, 200, "{list} {body:?}");
        }
    }
}
