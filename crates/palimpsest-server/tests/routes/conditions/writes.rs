//! Conditions of writes to what exists.

use http::Method;
use serde_json::json;

use super::{FOREIGN, etag, retitle, retitled, revision, short, versioned};
use crate::app::{Lab, Reply};
use crate::authorisation::{Sample, things};
use crate::wire::{id, page, titled};

#[track_caller]
fn unmet(reply: &Reply, what: &str) {
    assert_eq!((reply.status, &*reply.code()), (412, "cap_precondition_failed"), "{what}: {reply:?}");
}

#[tokio::test]
async fn no_write_happens_on_another_version() {
    let lab = Lab::new().await;
    let samples = versioned(&things(&lab).await, true);
    let everything = async || {
        [
            lab.get("/objects?include=objects").await.body,
            lab.get("/space/structures").await.body,
            lab.get("/space").await.body,
        ]
    };
    let before = everything().await;
    for sample in samples {
        let mut others = [FOREIGN, "nonsense", "\"\"", "", ", ,", "\"0123456789abcdef.2-AAAAAAAAAAAAAAAA\""]
            .map(str::to_owned)
            .to_vec();
        if let Some(place) = sample.place() {
            let current = short(&lab.get(&place).await.etag());
            let (log, number) = current.trim_matches('"').split_once('.').unwrap();
            others.extend([format!("W/{current}"), current.trim_matches('"').to_owned()]);
            others
                .extend([format!("\"{log}.0{number}\""), format!("\"{log}.{}\"", number.parse::<u64>().unwrap() + 1)]);
        }
        for other in others {
            let what = format!("{} if {other}", sample.name());
            unmet(&lab.app.send(sample.with(&lab, "if-match", &other)).await, &what);
            let minimal = sample.with(&lab, "if-match", &other).header("prefer", "return=minimal");
            unmet(&lab.app.send(minimal).await, &what);
            assert_eq!(everything().await, before, "{what}");
        }
    }
}

/// The ways to name the current version of what a sample changes.
async fn names(lab: &Lab, sample: &Sample, place: &str) -> Vec<String> {
    let Some(object) = sample.subject() else {
        let whole = lab.get(place).await.etag();
        let one_of = format!("{FOREIGN} ,, W/{whole}, {whole}");
        return vec![short(&whole), whole.clone(), whole, one_of, "*".to_owned()];
    };
    let object = &*object;
    let whole = etag(lab, object).await;
    let text = lab.get(&format!("/object/markdown?id={object}")).await.etag();
    let rows = lab.get("/objects?limit=1000").await.ok();
    let row = rows["results"].as_array().unwrap().iter().find(|row| id(row) == object).unwrap();
    let listed = row["etag"].as_str().unwrap().to_owned();
    assert_eq!((&listed, &short(&text)), (&short(&whole), &short(&whole)));
    let one_of = format!("{FOREIGN} ,, W/{whole}, {whole}");
    vec![whole, text, listed, one_of, "*".to_owned()]
}

#[tokio::test]
async fn every_write_happens_on_the_current_version_whoever_named_it() {
    let count = versioned(&things(&Lab::new().await).await, true).len();
    for index in 0..count {
        let lab = Lab::new().await;
        for way in 0..5 {
            let sample = versioned(&things(&lab).await, true).swap_remove(index);
            let Some(place) = sample.place() else { break };
            let tag = names(&lab, &sample, &place).await.swap_remove(way);
            let reply = lab.app.send(sample.with(&lab, "if-match", &tag)).await;
            assert_eq!(reply.status, 200, "{} if {tag}: {reply:?}", sample.name());
            let left = match reply.body.is_empty() {
                true => lab.head().await,
                false => revision(&lab.get(&place).await.etag()),
            };
            assert_eq!(revision(&reply.etag()), left, "{}", sample.name());
        }
    }
}

#[tokio::test]
async fn the_tag_of_a_write_is_the_tag_of_the_next_read_and_serves_the_next_write() {
    let lab = Lab::new().await;
    for sample in versioned(&things(&lab).await, true) {
        let reply = lab.app.send(sample.ask().token(&lab.token)).await;
        let what = sample.name();
        assert_eq!(reply.status, 200, "{what}");
        if reply.body.is_empty() {
            assert_eq!(reply.etag(), short(&reply.etag()), "{what} shows no bytes that a digest could be of");
            continue;
        }
        if sample.is_of_schema() {
            tags_of_the_schema(&lab, &sample, &reply).await;
            continue;
        }
        let object = id(&reply.json());
        let read = lab.get(&format!("/object?id={object}")).await;
        assert_eq!((read.etag(), &read.body), (reply.etag(), &reply.body), "{what}");
        let appended = lab.ask(Method::POST, "/blocks/append").header("if-match", &reply.etag());
        let appended = lab.app.send(appended.json(&json!({"id": object, "markdown": "next"}))).await;
        assert_eq!(appended.status, 200, "{what}: {appended:?}");
        assert_ne!(appended.etag(), reply.etag(), "{what}");
        let stale = lab.ask(Method::POST, "/blocks/append").header("if-match", &reply.etag());
        unmet(&lab.app.send(stale.json(&json!({"id": object, "markdown": "never"}))).await, &what);
    }
}

/// The same of what the space is made of.
async fn tags_of_the_schema(lab: &Lab, sample: &Sample, reply: &Reply) {
    let (what, place) = (sample.name(), sample.place().unwrap());
    let read = lab.get(&place).await;
    assert_eq!(read.etag(), reply.etag(), "{what}");
    if place == "/space" {
        assert_eq!(read.body, reply.body, "{what}");
    }
    let next = json!({"id": "RootPage", "title": format!("After {what}")});
    let send = async || {
        let next = lab.ask(Method::PATCH, &place).header("if-match", &reply.etag()).json(&next);
        lab.app.send(next).await
    };
    let next = send().await;
    assert_eq!(next.status, 200, "{what}: {next:?}");
    unmet(&send().await, &what);
}

#[tokio::test]
async fn none_of_these_versions_is_a_condition_of_writes_too() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let tag = etag(&lab, &object).await;
    for named in ["*", &tag, &short(&tag), &format!("{FOREIGN}, {tag}")] {
        unmet(&retitled(&lab, &object, "never", "if-none-match", named).await, named);
    }
    assert_eq!(etag(&lab, &object).await, tag);
    for other in [FOREIGN.to_owned(), format!("W/{tag}"), String::new()] {
        let now = etag(&lab, &object).await;
        let reply = retitled(&lab, &object, &other, "if-none-match", &other).await;
        assert_eq!(reply.status, 200, "{other}");
        assert_ne!(reply.etag(), now);
    }
}

#[tokio::test]
async fn both_conditions_have_to_hold() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let tag = etag(&lab, &object).await;
    let send = async |matching: &str, unmatching: &str| {
        let ask = lab.ask(Method::PATCH, "/object").header("if-match", matching).header("if-none-match", unmatching);
        lab.app.send(ask.json(&retitle(&object, "b"))).await
    };
    unmet(&send(&tag, "*").await, "the second does not hold");
    unmet(&send(FOREIGN, FOREIGN).await, "the first does not hold");
    send(&tag, FOREIGN).await.ok();
}

#[tokio::test]
async fn what_changes_nothing_keeps_the_tag_and_is_held_to_conditions_all_the_same() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let before = lab.get(&format!("/object?id={object}")).await;
    lab.app.clock.advance(1000);
    let same = async |tags: &str| retitled(&lab, &object, "a", "if-match", tags).await;
    for tags in [before.etag(), short(&before.etag()), "*".to_owned()] {
        let reply = same(&tags).await;
        assert_eq!((reply.status, reply.etag(), &reply.body), (200, before.etag(), &before.body), "{tags}");
        assert_eq!(reply.revision(), before.revision());
    }
    unmet(&same(FOREIGN).await, "nothing to change");
    let empty = lab.ask(Method::POST, "/blocks/append").header("if-match", &before.etag());
    let reply = lab.app.send(empty.json(&json!({"id": object, "markdown": ""}))).await;
    assert_eq!((reply.status, reply.etag()), (200, before.etag()));
}

#[tokio::test]
async fn what_is_made_in_passing_is_no_part_of_the_condition() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let tag = etag(&lab, &object).await;
    let body = json!({"id": object, "markdown": "see [[2026-11-22]] #idea"});
    let reply = lab.app.send(lab.ask(Method::POST, "/blocks/append").header("if-match", &tag).json(&body)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let made = lab.get("/objects/structure?id=RootTag").await.ok()["results"][0]["id"].as_str().unwrap().to_owned();
    let (mine, made) = (lab.get(&format!("/object?id={object}")).await, lab.get(&format!("/object?id={made}")).await);
    assert_eq!(short(&mine.etag()), short(&made.etag()), "one commit is one revision");
    assert_ne!(mine.etag(), made.etag(), "but other bytes have other tags");
}

#[tokio::test]
async fn a_version_is_no_name_of_another_object() {
    let lab = Lab::new().await;
    let (one, two) = (lab.make(page("one")).await, lab.make(page("two")).await);
    let of_one = etag(&lab, &one).await;
    unmet(&retitled(&lab, &two, "b", "if-match", &of_one).await, "the tag of another object");
    let uri = format!("/object?id={two}");
    let reply = lab.app.send(lab.ask(Method::GET, &uri).header("if-none-match", &of_one)).await;
    assert_eq!(reply.status, 200);
    lab.update(json!({"id": one, "properties": {"title": titled("b")}})).await;
    assert_eq!(reply.etag(), etag(&lab, &two).await);
}

#[tokio::test]
async fn of_two_writers_with_one_tag_one_wins() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let tag = etag(&lab, &object).await;
    let (one, two) = tokio::join!(
        retitled(&lab, &object, "one", "if-match", &tag),
        retitled(&lab, &object, "two", "if-match", &tag)
    );
    let mut told = [one.status, two.status];
    told.sort_unstable();
    assert_eq!(told, [200, 412]);
}
