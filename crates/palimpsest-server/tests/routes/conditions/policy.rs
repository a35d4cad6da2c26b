//! Policies: who has to name what it changes.

use http::Method;
use palimpsest_engine::Policy;
use palimpsest_engine::admin::Command;
use serde_json::{Value, json};

use super::{FOREIGN, etag, retitle, short, versioned};
use crate::app::{Ask, Lab};
use crate::authorisation::{Things, guarded, things};
use crate::wire::{NOBODY, page, titled};

const MESSAGE: &str = "This space or token asks for a version: send the ETag of what was read as If-Match";

async fn give(lab: &Lab, concurrency: Policy) {
    lab.app.administer(Command::SpacePolicy { space: lab.space.clone(), concurrency }).await;
}

/// Expects that writes to what exists are 428 for a token, but for appends, and that nothing else is.
async fn check(lab: &Lab, token: &str, things: &Things, is_asked: bool) {
    for sample in versioned(things, true) {
        let overwrites = sample.overwrites();
        for any in [None, Some("*")] {
            let (head, what) = (lab.head().await, format!("{} if {any:?}", sample.name()));
            let ask = sample.ask().token(token);
            // Creates have nothing to match.
            let any = any.filter(|_| sample.place().is_some());
            let reply = lab.app.send(match any {
                Some(tags) => ask.header("if-match", tags),
                None => ask,
            });
            let reply = reply.await;
            if overwrites && is_asked {
                assert_eq!(reply.refusal(428, "cap_precondition_required", MESSAGE), Value::Null, "{what}");
                assert_eq!((reply.revision(), lab.head().await), (Some(head), head), "{what}");
            } else {
                // What was deleted or taken before is not there any more.
                assert!([200, 404].contains(&reply.status), "{what}: {reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn the_stricter_of_token_and_space_holds() {
    for (of_space, is_careful) in
        [(Policy::LastWriteWins, true), (Policy::RequireCondition, false), (Policy::RequireCondition, true)]
    {
        let lab = Lab::new().await;
        let things = things(&lab).await;
        let careful = lab.app.careful(&lab.space, "careful").await;
        give(&lab, of_space).await;
        check(&lab, if is_careful { &careful } else { &lab.token }, &things, true).await;
    }
}

#[tokio::test]
async fn without_a_policy_nobody_is_asked() {
    let lab = Lab::new().await;
    let things = things(&lab).await;
    lab.app.careful(&lab.space, "careful").await;
    give(&lab, Policy::RequireCondition).await;
    give(&lab, Policy::LastWriteWins).await;
    check(&lab, &lab.token, &things, false).await;
}

#[tokio::test]
async fn a_policy_is_no_change_of_the_space_and_holds_there_only() {
    let lab = Lab::new().await;
    let before = lab.get("/space").await;
    let other = lab.app.space("Other").await;
    let stranger = lab.app.token(&other, "stranger", crate::app::BOTH).await;
    give(&lab, Policy::RequireCondition).await;
    let after = lab.get("/space").await;
    assert_eq!((after.etag(), &after.body, after.revision()), (before.etag(), &before.body, before.revision()));
    let made = Ask::new(Method::POST, "/object").token(&stranger).json(&page("a"));
    let object = lab.app.send(made).await.ok()["id"].as_str().unwrap().to_owned();
    let change = Ask::new(Method::PATCH, "/object").token(&stranger).json(&retitle(&object, "b"));
    assert_eq!(lab.app.send(change).await.status, 200);
}

#[tokio::test]
async fn reads_are_asked_for_nothing() {
    let lab = Lab::new().await;
    let things = things(&lab).await;
    give(&lab, Policy::RequireCondition).await;
    for (endpoint, _, sample) in guarded(&things).into_iter().filter(|(endpoint, ..)| endpoint.method == Method::GET) {
        let reply = lab.app.send(sample.ask().token(&lab.token)).await;
        assert_eq!(reply.status, 200, "{}", endpoint.path);
    }
}

#[tokio::test]
async fn who_names_a_version_is_judged_by_it() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    give(&lab, Policy::RequireCondition).await;
    let send = async |header: &'static str, tags: &str| {
        let ask = lab.ask(Method::PATCH, "/object").header(header, tags).json(&retitle(&object, tags));
        lab.app.send(ask).await.status
    };
    let current = short(&etag(&lab, &object).await);
    assert_eq!(send("if-match", FOREIGN).await, 412);
    assert_eq!(send("if-none-match", FOREIGN).await, 428, "what it is not tells nothing of what was read");
    assert_eq!(send("if-none-match", "*").await, 428, "428 comes before 412");
    assert_eq!(send("if-match", &current).await, 200);
    assert_eq!(send("if-match", &current).await, 412);
}

#[tokio::test]
async fn it_comes_after_404_and_before_400_that_depends_on_the_object() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    give(&lab, Policy::RequireCondition).await;
    let unknown = json!({"title": titled("b"), "height": {"type": "text", "text": {"value": null}}});
    let send = async |id: &str, collections: Value| {
        let body = json!({"id": id, "properties": unknown, "collections": collections});
        lab.patch("/object", &body).await.status
    };
    assert_eq!(send(&object, json!([])).await, 428);
    assert_eq!(send(NOBODY, json!([])).await, 404);
    assert_eq!(send(&object, json!("none")).await, 400, "form comes first");
}
