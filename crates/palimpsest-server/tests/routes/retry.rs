//! `Idempotency-Key`: a request that is sent again has one effect and one answer.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use http::Method;
use palimpsest_engine::{Fetch, Fetched, Fetching, Scope, WebPage};
use palimpsest_model::{PropertyKind, Structure};
use palimpsest_server::{Limits, RateLimits};
use palimpsest_store::{Actor, Intent, MemoryStore, Store, StoreError, Tx};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::app::{App, Ask, BOTH, Lab, Reply, unhurried};
use crate::authorisation::{guarded, things};
use crate::codes::{in_progress, poll_once};
use crate::wire::{chosen, id, page, page_of, text, titled};

const KEY: &str = "idempotency-key";
const REPLAYED: &str = "idempotency-replayed";
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A server over a store, and another one that begins with nothing but what is stored.
pub(crate) struct Twins {
    pub(crate) lab: Lab,
    store: Arc<MemoryStore>,
}

impl Twins {
    pub(crate) async fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        Self { lab: Lab::in_app(App::over(Arc::clone(&store) as _, unhurried())).await, store }
    }

    /// Nothing rendered is left over there.
    pub(crate) fn restarted(&self) -> Lab {
        let app = App::over(Arc::clone(&self.store) as _, unhurried());
        Lab { app, space: self.lab.space.clone(), token: self.lab.token.clone() }
    }
}

/// Everything of an answer that says what was done.
fn said(reply: &Reply) -> (u16, Vec<u8>, BTreeMap<String, String>) {
    let passing = |name: &str| ["x-request-id", "ratelimit", REPLAYED].contains(&name);
    let headers = reply.headers.iter().filter(|(name, _)| !passing(name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (reply.status, reply.body.to_vec(), headers.collect())
}

/// A write that was done, and what it was answered.
pub(crate) struct Done {
    pub(crate) method: Method,
    pub(crate) uri: String,
    pub(crate) body: Value,
    pub(crate) key: String,
    pub(crate) reply: Reply,
}

impl Done {
    pub(crate) fn ask(lab: &Lab, method: &Method, uri: &str, body: &Value, key: &str) -> Ask {
        lab.ask(method.clone(), uri).header(KEY, key).json(body)
    }

    /// Sends it once more: the answer is the first one.
    pub(crate) async fn repeat(&self, lab: &Lab) {
        let again = lab.app.send(Self::ask(lab, &self.method, &self.uri, &self.body, &self.key)).await;
        let what = format!("{} {} {}", self.method, self.uri, self.body);
        assert_eq!(said(&again), said(&self.reply), "{what}");
        assert_eq!(again.header(REPLAYED), Some("true"), "{what}");
    }
}

/// Sends a request again, here and after a restart, while the space goes on: nothing happens, and the answer is the first one.
async fn check_repeats(twins: &Twins, ask: impl Fn() -> Ask, first: &Reply, what: &str) {
    assert!([200, 204].contains(&first.status), "{what}: {first:?}");
    assert_eq!(first.header(REPLAYED), None, "{what}");
    let head = twins.lab.head().await;
    for lab in [&twins.lab, &twins.restarted()] {
        let again = lab.app.send(ask()).await;
        assert_eq!(said(&again), said(first), "{what}");
        assert_eq!(again.header(REPLAYED), Some("true"), "{what}");
    }
    assert_eq!(twins.lab.head().await, head, "{what} had a second effect");
}

#[tokio::test]
async fn every_write_of_the_document_is_done_once() {
    for preference in [None, Some("return=minimal")] {
        let twins = Twins::new().await;
        let lab = &twins.lab;
        let things = things(lab).await;
        let mut sent = Vec::new();
        for (number, (endpoint, scope, sample)) in guarded(&things).into_iter().enumerate() {
            let what = format!("{} {} {preference:?}", endpoint.method, endpoint.path);
            let ask = move || {
                let ask = sample.ask().token(&lab.token).header(KEY, &format!("key-{number}"));
                preference.into_iter().fold(ask, |ask, preference| ask.header("prefer", preference))
            };
            let before = lab.head().await;
            let first = lab.app.send(ask()).await;
            // What is in no log cannot be answered again.
            let is_beside = ["/webhooks", "/object/media"].iter().any(|path| endpoint.path.starts_with(path));
            let is_keyless = is_beside && scope == Scope::Write;
            let took = lab.head().await - before;
            assert!(took == 0 || (took == 1 && scope == Scope::Write), "{what} took {took} revisions");
            let parameters = endpoint.operation["parameters"].as_array().unwrap();
            let told = parameters.contains(&json!({"$ref": "#/components/parameters/IdempotencyKey"}));
            assert_eq!(told, scope == Scope::Write && !is_keyless, "{what}");
            if is_keyless {
                let message = "✖ This call takes no key: what it does is not in the log\n  → at Idempotency-Key";
                first.refusal(400, "cap_invalid_input", message);
            } else if scope == Scope::Write {
                check_repeats(&twins, &ask, &first, &what).await;
                sent.push((ask, first, what));
            } else {
                let again = lab.app.send(ask()).await;
                assert_eq!((again.status, again.header(REPLAYED)), (200, None), "{what}");
            }
        }
        assert!(sent.len() >= 10);
        // All of them once more, after what the others have changed since.
        for (ask, first, what) in &sent {
            check_repeats(&twins, ask, first, what).await;
        }
    }
}

#[tokio::test]
async fn what_had_no_effect_is_named_again() {
    let twins = Twins::new().await;
    let mut body = page("a");
    for name in ["b", "é \"%", &"long".repeat(1_500), "d"] {
        body[name] = json!(1);
    }
    let many: Vec<_> = (0..150).map(|number| format!("n{number}")).collect();
    let mut crowded = page("b");
    many.iter().for_each(|name| crowded[name] = json!(1));
    for (key, body) in [("few", &body), ("many", &crowded)] {
        let ask = || twins.lab.ask(Method::POST, "/object?more=1").header(KEY, key).json(body);
        let first = twins.lab.app.send(ask()).await;
        assert!(first.header("palimpsest-ignored").is_some_and(|named| named.contains(";more=")), "{first:?}");
        check_repeats(&twins, ask, &first, key).await;
    }
    let strict = || {
        let ask = twins.lab.ask(Method::POST, "/object").header("prefer", "handling=strict");
        ask.header(KEY, "strict").json(&page("c"))
    };
    let first = twins.lab.app.send(strict()).await;
    assert_eq!(first.header("preference-applied"), Some("handling=strict"));
    check_repeats(&twins, strict, &first, "strict").await;
}

#[tokio::test]
async fn the_answer_is_that_of_then_whatever_became_of_the_object() {
    let twins = Twins::new().await;
    let lab = &twins.lab;
    let create = || lab.ask(Method::POST, "/object").header(KEY, "create").json(&page_of(json!([text("first")])));
    let made = lab.app.send(create()).await;
    let object = id(&made.ok());
    let rename = json!({"id": object, "properties": {"title": titled("second")}});
    let update = || lab.ask(Method::PATCH, "/object").header(KEY, "update").json(&rename);
    lab.app.clock.advance(1000);
    let updated = lab.app.send(update()).await;
    let same = || lab.ask(Method::PATCH, "/object").header(KEY, "same").json(&rename);
    let unchanged = lab.app.send(same()).await;
    assert_eq!(unchanged.revision(), updated.revision(), "a write without an effect has an answer too");
    let renamed = json!({"id": object, "deleteRequested": true, "properties": {"title": titled("third")}});
    let trash = || lab.ask(Method::PATCH, "/object").header(KEY, "trash").json(&renamed);
    lab.app.clock.advance(1000);
    let trashed = lab.app.send(trash()).await;
    assert_eq!(trashed.ok(), updated.ok(), "what GET answered just before");
    let gone = format!("/object?id={object}&hardDelete=true");
    let delete = || lab.ask(Method::DELETE, &gone).header(KEY, "delete");
    let deleted = lab.app.send(delete()).await;
    check_repeats(&twins, create, &made, "create").await;
    check_repeats(&twins, update, &updated, "update").await;
    check_repeats(&twins, same, &unchanged, "same").await;
    check_repeats(&twins, trash, &trashed, "trash").await;
    check_repeats(&twins, delete, &deleted, "delete").await;
    assert!(!lab.sees(&object).await);
}

/// Changes a structure of the space, as an operator may one day.
async fn change_structure(twins: &Twins, name: &str, change: impl Fn(&mut Structure) + Send + 'static) {
    let space = palimpsest_model::SpaceId(twins.lab.space.parse().unwrap());
    let intent = Intent { space, actor: Actor::operator(), at: twins.lab.app.engine.now(), begins: None };
    let name = name.to_owned();
    let decide = move |tx: &mut Tx<'_>| {
        let schema = Arc::clone(tx.schema());
        let found = schema.structures.iter().find(|structure| structure.value.id.to_string() == name).unwrap();
        let mut structure = found.value.clone();
        change(&mut structure);
        tx.put_structure(structure);
        Ok::<_, StoreError>(())
    };
    let store: Arc<dyn Store> = Arc::clone(&twins.store) as _;
    assert!(store.commit(intent, decide).await.unwrap().changed);
}

#[tokio::test]
async fn the_answer_is_made_with_the_structure_of_then() {
    let twins = Twins::new().await;
    let lab = &twins.lab;
    let ask = || lab.ask(Method::POST, "/object").header(KEY, "task").json(&json!({"structureId": "RootTask"}));
    let first = lab.app.send(ask()).await;
    let object = id(&first.ok());
    change_structure(&twins, "RootTask", |structure| {
        for property in &mut structure.properties {
            if let PropertyKind::Label { options, .. } = &mut property.kind {
                options.iter_mut().for_each(|option| option.name = "Renamed".to_owned());
            }
        }
    })
    .await;
    let now = lab.get(&format!("/object?id={object}")).await;
    assert_ne!(now.body, first.body);
    assert!(now.ok().to_string().contains("Renamed"));
    check_repeats(&twins, ask, &first, "a task").await;
    assert_eq!(lab.get(&format!("/object?id={object}")).await.body, now.body, "the old bytes take nobody's place");
}

#[tokio::test]
async fn another_request_with_the_same_key_is_a_mismatch() {
    let lab = Lab::new().await;
    let body = page("a");
    let ask = |uri: &str| lab.ask(Method::POST, uri).header(KEY, "key");
    lab.app.send(ask("/object").json(&body)).await.ok();
    let spaced = format!(" {body}");
    let others = [
        ask("/object").json(&page("b")),
        ask("/object").body(spaced.into()),
        ask("/object?").json(&body),
        ask("/object?a=b").json(&body),
        ask("/object/markdown").json(&json!({"structureId": "RootPage", "markdown": "a"})),
        ask("/object").header("prefer", "return=minimal").json(&body),
        ask("/object").header("if-match", "\"a\"").json(&body),
        ask("/object").header("if-none-match", "\"a\"").json(&body),
        lab.ask(Method::PATCH, "/object").header(KEY, "key").json(&json!({"id": chosen(1), "collections": []})),
        lab.ask(Method::DELETE, &format!("/object?id={}", chosen(1))).header(KEY, "key"),
    ];
    let head = lab.head().await;
    for (number, other) in others.into_iter().enumerate() {
        let reply = lab.app.send(other).await;
        let message = "This Idempotency-Key was used with another request";
        assert_eq!(reply.status, 422, "{number}");
        reply.refusal(422, "cap_idempotency_mismatch", message);
        assert_eq!(reply.revision(), Some(head), "{number}");
    }
    assert_eq!(lab.head().await, head);
    let again = lab.app.send(ask("/object").header("x-anything", "else").json(&body)).await;
    assert_eq!((again.status, again.header(REPLAYED)), (200, Some("true")), "what is not compared may differ");
}

#[tokio::test]
async fn a_key_belongs_to_its_token() {
    let lab = Lab::new().await;
    let other = lab.app.token(&lab.space, "other", BOTH).await;
    let attic = lab.app.space("Attic").await;
    let stranger = lab.app.token(&attic, "stranger", BOTH).await;
    let mut made = Vec::new();
    for token in [&lab.token, &other, &stranger] {
        let ask = Ask::new(Method::POST, "/object").token(token).header(KEY, "key").json(&page("a"));
        let reply = lab.app.send(ask).await;
        assert_eq!(reply.header(REPLAYED), None);
        made.push(id(&reply.ok()));
    }
    assert!(made[0] != made[1] && made[1] != made[2]);
    // Whose token no longer counts gets nothing, and without the scope nobody does.
    let reader = lab.app.token(&lab.space, "reader", &[Scope::Read]).await;
    let ask = Ask::new(Method::POST, "/object").token(&reader).header(KEY, "key").json(&page("a"));
    assert_eq!(lab.app.send(ask).await.status, 403);
}

#[tokio::test]
async fn a_refusal_is_not_kept_but_judged_anew() {
    let lab = Lab::new().await;
    let object = chosen(1);
    let rename = json!({"id": object, "properties": {"title": titled("b")}});
    let ask = || lab.ask(Method::PATCH, "/object").header(KEY, "key").json(&rename);
    for _ in 0..2 {
        let reply = lab.app.send(ask()).await;
        assert_eq!((reply.status, reply.header(REPLAYED)), (404, None));
    }
    let mut body = page("a");
    body["id"] = json!(object);
    lab.create(body).await;
    let done = lab.app.send(ask()).await;
    assert_eq!((done.status, done.header(REPLAYED)), (200, None));
    assert_eq!(lab.app.send(ask()).await.header(REPLAYED), Some("true"));
    // A key that had a refusal is free for any request.
    let bad = lab.ask(Method::POST, "/object").header(KEY, "other").json(&json!({}));
    assert_eq!(lab.app.send(bad).await.status, 400);
    let good = lab.ask(Method::POST, "/object").header(KEY, "other").json(&page("a"));
    lab.app.send(good).await.ok();
}

#[tokio::test]
async fn a_key_is_visible_ascii_with_or_without_quotation_marks() {
    let lab = Lab::new().await;
    let ask = |key: &str| lab.ask(Method::POST, "/object").header(KEY, key).json(&page("a"));
    let longest = "k".repeat(255);
    for key in ["a", "8e03978e-40d5-43dd-bc93-6894a57f9324", "!\"#~", &longest] {
        let first = lab.app.send(ask(key)).await;
        assert_eq!(first.header(REPLAYED), None, "{key}");
        let made = id(&first.ok());
        for same in [key.to_owned(), format!("\"{key}\"")] {
            let again = lab.app.send(ask(&same)).await;
            assert_eq!((id(&again.ok()), again.header(REPLAYED)), (made.clone(), Some("true")), "{same}");
        }
    }
    let message = "✖ Invalid key: expected 1 to 255 visible ASCII characters\n  → at Idempotency-Key";
    let (head, too_long) = (lab.head().await, "k".repeat(256));
    for key in ["", "\"\"", "a b", "\"a b\"", "schlüssel", "a\tb", &too_long, &format!("\"{too_long}\"")] {
        lab.app.send(ask(key)).await.refusal(400, "cap_invalid_input", message);
        let search = lab.ask(Method::POST, "/objects/search").header(KEY, key).json(&json!({"query": "a"}));
        assert_eq!(lab.app.send(search).await.status, 200, "who reads needs no key");
    }
    let twice = ask("a").and_header(KEY, "a");
    let message = "✖ Given more than once\n  → at Idempotency-Key";
    lab.app.send(twice).await.refusal(400, "cap_invalid_input", message);
    assert_eq!(lab.head().await, head);
}

#[tokio::test]
async fn a_key_is_kept_for_a_day() {
    let lab = Lab::new().await;
    let ask = |key: &str| lab.ask(Method::POST, "/object").header(KEY, key).json(&page("a"));
    let first = id(&lab.app.send(ask("key")).await.ok());
    lab.app.clock.advance(DAY);
    lab.app.send(ask("another")).await.ok();
    assert_eq!(id(&lab.app.send(ask("key")).await.ok()), first);
    lab.app.clock.advance(1);
    lab.app.send(ask("third")).await.ok();
    let later = lab.app.send(ask("key")).await;
    assert_eq!(later.header(REPLAYED), None);
    assert_ne!(id(&later.ok()), first);
}

/// The hourly removal: in several commits, whatever was written meanwhile, and no revision tells of it.
#[tokio::test]
async fn answers_that_are_older_than_a_day_are_removed_all_of_them() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let write = async |number: usize| {
        let key = number.to_string();
        let body = json!({"id": object, "properties": {"title": {"type": "title", "title": {"value": key}}}});
        let reply = lab.app.send(lab.ask(Method::PATCH, "/object").header(KEY, &key).json(&body)).await;
        reply.ok();
        reply.header(REPLAYED).is_some()
    };
    for number in 0..501 {
        assert!(!write(number).await);
    }
    lab.app.clock.advance(DAY);
    assert_eq!(lab.app.engine.expire_answers().await.unwrap(), 0, "each may be asked for still");
    assert!(write(0).await);
    lab.app.clock.advance(1);
    let head = lab.head().await;
    assert_eq!(lab.app.engine.expire_answers().await.unwrap(), 501);
    assert_eq!(lab.app.engine.expire_answers().await.unwrap(), 0);
    assert_eq!(lab.head().await, head);
    for number in [0, 500] {
        assert!(!write(number).await, "it was kept");
    }
}

#[tokio::test]
async fn a_replay_takes_its_quota() {
    let limits = Limits { rates: RateLimits::Fixed(2), ..Limits::default() };
    let lab = Lab::in_app(App::new(limits)).await;
    let ask = || lab.ask(Method::POST, "/object").header(KEY, "key").json(&page("a"));
    let statuses =
        [lab.app.send(ask()).await.status, lab.app.send(ask()).await.status, lab.app.send(ask()).await.status];
    assert_eq!(statuses, [200, 200, 429]);
}

#[tokio::test]
async fn a_duplicate_of_what_does_not_end_is_told_so() {
    let reply = in_progress().await;
    let message = "The first request with this Idempotency-Key is still on its way; try again shortly";
    reply.refusal(409, "cap_idempotency_in_progress", message);
    assert_eq!(reply.revision(), Some(1));
}

/// A network whose one page comes when it is told to.
#[derive(Clone, Default)]
struct Slow {
    looks: Arc<AtomicUsize>,
    page: Arc<Mutex<Option<oneshot::Receiver<()>>>>,
}

impl Fetch for Slow {
    fn fetch<'f>(&'f self, _: &'f str) -> Fetching<'f> {
        let look = self.looks.fetch_add(1, Ordering::SeqCst);
        let page = self.page.lock().unwrap().take();
        Box::pin(async move {
            if let Some(page) = page {
                let _ = page.await;
            }
            Some(Fetched::from(WebPage { title: Some(format!("look {look}")), ..WebPage::default() }))
        })
    }
}

#[tokio::test]
async fn a_duplicate_waits_for_the_first_and_looks_at_no_page() {
    let network = Slow::default();
    let lab = Lab::in_app(App::fetching(network.clone())).await;
    let (come, page) = oneshot::channel();
    *network.page.lock().unwrap() = Some(page);
    let body = json!({"url": "https://example.org/slow"});
    let ask = |key: &str| lab.ask(Method::POST, "/object/url").header(KEY, key).json(&body);
    let (mut first, mut second) = (Box::pin(lab.app.send(ask("key"))), Box::pin(lab.app.send(ask("key"))));
    assert!(poll_once(&mut first).is_pending() && poll_once(&mut second).is_pending());
    let other: Value = lab.app.send(ask("other")).await.ok();
    assert_eq!(other["properties"]["title"], titled("look 1"), "other keys wait for nobody");
    come.send(()).unwrap();
    let (first, second) = tokio::join!(first, second);
    assert_eq!((said(&first), second.header(REPLAYED)), (said(&second), Some("true")));
    lab.app.send(ask("key")).await.ok();
    assert_eq!(network.looks.load(Ordering::SeqCst), 2, "nobody looked twice");
    let mismatch = lab.ask(Method::POST, "/object/url?a=b").header(KEY, "key").json(&body);
    assert_eq!((lab.app.send(mismatch).await.status, network.looks.load(Ordering::SeqCst)), (422, 2));
}

#[tokio::test]
async fn a_duplicate_whose_first_was_given_up_goes_on_in_its_place() {
    let network = Slow::default();
    let lab = Lab::in_app(App::fetching(network.clone())).await;
    let (_never, page) = oneshot::channel();
    *network.page.lock().unwrap() = Some(page);
    let ask = || lab.ask(Method::POST, "/object/url").header(KEY, "key").json(&json!({"url": "https://example.org/"}));
    let (mut first, mut second) = (Box::pin(lab.app.send(ask())), Box::pin(lab.app.send(ask())));
    assert!(poll_once(&mut first).is_pending() && poll_once(&mut second).is_pending());
    drop(first);
    let second = second.await;
    assert_eq!((second.status, second.header(REPLAYED)), (200, None));
    assert_eq!(lab.head().await, 2);
}
