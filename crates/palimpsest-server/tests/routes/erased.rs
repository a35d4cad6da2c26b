//! The calls that look at the past, after the operator erased an object.

use http::Method;
use serde_json::{Value, json};

use crate::app::{Ask, Lab, Reply};
use crate::object::entries;
use crate::retention::{compact, erase};
use crate::wire::{id, page, titled};

const KEY: &str = "idempotency-key";
const SECRET: &str = "qzxkvj";

/// A space in which an object with a secret was made with a key, changed and erased, and another one beside it was not.
struct Erasure {
    lab: Lab,
    object: String,
    beside: String,
    created: u64,
    /// The tag of its first version.
    first: String,
    /// Its history, and the feed, before it was erased.
    history: Vec<Value>,
    feed: Vec<Value>,
}

impl Erasure {
    async fn new() -> Self {
        let lab = Lab::new().await;
        let beside = lab.make(page("beside it")).await;
        let made = lab.app.send(Self::create(&lab)).await;
        let object = id(&made.ok());
        let created = lab.head().await;
        for title in ["second", "third"] {
            let title = titled(&format!("{SECRET} {title}"));
            lab.update(json!({"id": object, "properties": {"title": title}})).await;
            lab.update(json!({"id": beside, "properties": {"title": title}})).await;
        }
        lab.update(json!({"id": beside, "properties": {"title": titled("beside it")}})).await;
        lab.delete(&format!("/object?id={object}&hardDelete=true")).await;
        let history = entries(&lab, &object, 100).await;
        let feed = feed(&lab).await;
        let first = history.last().unwrap()["etag"].as_str().unwrap().to_owned();
        erase(&lab, &object).await.unwrap();
        Self { lab, object, beside, created, first, history, feed }
    }

    fn create(lab: &Lab) -> Ask {
        lab.ask(Method::POST, "/object").header(KEY, "create").json(&page(&format!("{SECRET} first")))
    }

    /// A refusal to show it at a revision, which does not tell what it was.
    #[track_caller]
    fn assert_erased(&self, reply: &Reply, revision: u64) {
        let details = reply.refusal(410, "cap_erased", "The content of this object was erased");
        assert_eq!(details, json!({"id": self.object, "revision": revision}));
    }
}

async fn feed(lab: &Lab) -> Vec<Value> {
    let page = lab.get("/changes?limit=1000&include=objects").await.ok();
    page["changes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn no_call_shows_it_at_any_revision() {
    let erasure = Erasure::new().await;
    let Erasure { lab, object, beside, created, .. } = &erasure;
    let head = lab.head().await;
    for revision in 1..*created {
        assert_eq!(lab.get(&format!("/object?id={object}&revision={revision}")).await.status, 404, "it was not there");
    }
    for revision in *created..=head {
        erasure.assert_erased(&lab.get(&format!("/object?id={object}&revision={revision}")).await, revision);
        let diff = lab.get(&format!("/object/diff?id={object}&from={revision}&to={head}")).await;
        erasure.assert_erased(&diff, revision);
        let all = lab.post("/objects/get", &json!({"ids": [object, beside], "revision": revision})).await.ok();
        assert_eq!(all["results"][0]["error"]["code"], "cap_erased");
        assert_eq!(all["results"][1]["object"]["id"], json!(beside));
    }
    assert_eq!(lab.get(&format!("/object?id={object}")).await.status, 404);
}

#[tokio::test]
async fn its_history_and_the_feed_say_that_it_was_and_nothing_of_what() {
    let erasure = Erasure::new().await;
    let Erasure { lab, object, .. } = &erasure;
    let mut history = erasure.history.clone();
    assert!(history.iter().any(|entry| entry["paths"] == json!(["properties.title"])));
    history.iter_mut().for_each(|entry| entry["paths"] = json!([]));
    assert_eq!(entries(lab, object, 100).await, history);
    let mut changes = erasure.feed.clone();
    let objects = changes.iter_mut().flat_map(|change| change["objects"].as_array_mut().unwrap());
    let mut shown = 0;
    for change in objects.filter(|change| change["id"] == json!(object)) {
        shown += usize::from(change.as_object_mut().unwrap().remove("object").is_some());
        change["paths"] = json!([]);
    }
    assert_eq!(shown, 3, "it was there to be seen");
    assert_eq!(feed(lab).await, changes, "no number is missing, and others are shown as before");
}

#[tokio::test]
async fn a_retry_of_what_shows_it_is_410_and_has_no_effect() {
    let erasure = Erasure::new().await;
    let (lab, head) = (&erasure.lab, erasure.lab.head().await);
    erasure.assert_erased(&lab.app.send(Erasure::create(lab)).await, erasure.created);
    assert_eq!(lab.head().await, head);
    let horizon = compact(lab).await;
    let again = lab.app.send(Erasure::create(lab)).await;
    assert_eq!(again.status, 410, "also below the horizon, {horizon}");
    assert_eq!(lab.head().await, horizon);
}

#[tokio::test]
async fn a_guard_on_a_version_of_it_says_that_it_is_gone() {
    let erasure = Erasure::new().await;
    let (lab, object) = (&erasure.lab, &erasure.object);
    let guards = json!([{"id": object, "ifMatch": erasure.first}]);
    let operations = json!([{"method": "POST", "path": "/object", "body": page("never")}]);
    let aborted = lab.post("/transactions", &json!({"guards": guards, "operations": operations})).await;
    assert_eq!((aborted.status, &*aborted.code()), (412, "cap_transaction_aborted"), "{}", aborted.json());
    assert!(aborted.json().to_string().contains("\"base\":\"compacted\""), "{}", aborted.json());
    let body = json!({"id": object, "collections": []});
    let write = lab.ask(Method::PATCH, "/object").header("if-match", &erasure.first).json(&body);
    assert_eq!(lab.app.send(write).await.status, 404);
}
