//! Conditions of reads.

use http::Method;
use palimpsest_server::{Limits, RateLimits};

use super::{FOREIGN, etag, retitled, short, unmet, versioned};
use crate::app::{App, Ask, BOTH, Lab, Reply};
use crate::authorisation::{Sample, things};
use crate::wire::{NOBODY, page, titled};

/// The headers that an answer shares with the one without a body.
fn shared(reply: &Reply) -> http::HeaderMap {
    let mut headers = reply.headers.clone();
    headers.remove("content-type");
    headers.remove("content-length");
    headers
}

async fn counted() -> (Lab, Vec<Sample>, String) {
    let lab = Lab::in_app(App::new(Limits { rates: RateLimits::Fixed(1000), ..Limits::default() })).await;
    let samples = versioned(&things(&lab).await, false);
    let token = lab.app.token(&lab.space, "reader", BOTH).await;
    (lab, samples, token)
}

#[tokio::test]
async fn known_bytes_are_304_with_the_headers_of_the_answer_and_cost_nothing() {
    let (lab, samples, token) = counted().await;
    for sample in samples {
        let ask = || sample.ask().token(&token).header("x-request-id", "r");
        let first = lab.app.send(ask()).await;
        let (tag, what) = (first.etag(), sample.name());
        assert_eq!(first.status, 200, "{what}");
        assert_eq!(first.header("ratelimit"), Some("limit=1000, remaining=999, reset=60"), "{what}");
        assert_eq!(first.header("cache-control"), Some("private, no-cache"), "{what}");
        assert_eq!(first.header("vary"), Some("Authorization, Accept-Encoding"), "{what}");
        for known in [tag.clone(), format!("W/{tag}"), format!("{FOREIGN}, \"x,y\" ,{tag}"), "*".to_owned()] {
            let reply = lab.app.send(ask().header("if-none-match", &known)).await;
            assert_eq!((reply.status, reply.body.len()), (304, 0), "{what}: {known}");
            assert_eq!(shared(&reply), shared(&first), "{what}: {known}");
        }
        assert_eq!(
            lab.app.send(ask()).await.header("ratelimit"),
            Some("limit=1000, remaining=998, reset=60"),
            "{what}"
        );
    }
}

#[tokio::test]
async fn other_bytes_are_sent_whole() {
    let (lab, samples, token) = counted().await;
    for sample in samples {
        let first = lab.app.send(sample.ask().token(&token)).await;
        let tag = first.etag();
        let other_digest = format!("{}-AAAAAAAAAAAAAAAA\"", short(&tag).trim_end_matches('"'));
        for other in [short(&tag), other_digest, FOREIGN.to_owned(), tag.trim_matches('"').to_owned(), String::new()] {
            let reply = lab.app.send(sample.ask().token(&token).header("if-none-match", &other)).await;
            assert_eq!((reply.status, &reply.body), (200, &first.body), "{}: {other}", sample.name());
        }
    }
}

#[tokio::test]
async fn a_read_of_another_version_than_the_one_asked_for_is_412() {
    let (lab, samples, token) = counted().await;
    for sample in samples {
        let first = lab.app.send(sample.ask().token(&token)).await;
        let (tag, what) = (first.etag(), sample.name());
        let ask = |tags: &str| sample.ask().token(&token).header("if-match", tags);
        for same in [tag.clone(), short(&tag), "*".to_owned(), format!("{FOREIGN}, {tag}")] {
            assert_eq!(lab.app.send(ask(&same)).await.body, first.body, "{what}: {same}");
        }
        for other in [FOREIGN.to_owned(), format!("W/{tag}"), "nonsense".to_owned(), String::new()] {
            let both = lab.app.send(ask(&other).header("if-none-match", &tag)).await;
            for reply in [lab.app.send(ask(&other)).await, both] {
                let details = reply.refusal(412, "cap_precondition_failed", &unmet(&short(&tag)));
                assert_eq!(details["current"].as_str(), Some(&*short(&tag)), "{what}: {other}");
                assert_eq!(details["revision"].as_u64(), reply.revision(), "{what}: {other}");
                assert_eq!(reply.revision(), first.revision(), "{what}: {other}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_404_whatever_the_condition() {
    let lab = Lab::new().await;
    for uri in
        [format!("/object?id={NOBODY}"), format!("/object/markdown?id={NOBODY}"), format!("/objects/tag?id={NOBODY}")]
    {
        for (header, tags) in
            [("if-match", "*"), ("if-match", FOREIGN), ("if-none-match", "*"), ("if-none-match", FOREIGN)]
        {
            let reply = lab.app.send(lab.ask(Method::GET, &uri).header(header, tags)).await;
            assert_eq!((reply.status, &*reply.code()), (404, "cap_not_found"), "{uri} {header}: {tags}");
        }
    }
}

#[tokio::test]
async fn a_known_answer_takes_from_the_window_before_it_gives_back() {
    let lab = Lab::in_app(App::new(Limits { rates: RateLimits::Fixed(2), ..Limits::default() })).await;
    let tag = lab.get("/space").await.etag();
    let known = || lab.ask(Method::GET, "/space").header("if-none-match", &tag);
    for _ in 0..5 {
        assert_eq!(lab.app.send(known()).await.status, 304);
    }
    assert_eq!(lab.get("/space").await.status, 200);
    assert_eq!(lab.app.send(known()).await.status, 429);
    lab.app.clock.advance(60_000);
    assert_eq!(lab.app.send(known()).await.header("ratelimit"), Some("limit=2, remaining=2, reset=60"));
}

#[tokio::test]
async fn what_is_known_ends_with_the_next_change() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let uri = format!("/object?id={object}");
    let known = async |tag: &str| lab.app.send(lab.ask(Method::GET, &uri).header("if-none-match", tag)).await.status;
    let first = etag(&lab, &object).await;
    lab.create(page("another")).await;
    assert_eq!(known(&first).await, 304, "another object is no change of this one");
    retitled(&lab, &object, "b", "if-match", &first).await.ok();
    assert_eq!(known(&first).await, 200);
    retitled(&lab, &object, "a", "if-match", "*").await.ok();
    assert_eq!(known(&first).await, 200, "a version is not the one before, though it says the same");
}

#[tokio::test]
async fn the_markdown_of_an_object_has_its_version_and_bytes_of_its_own() {
    let lab = Lab::new().await;
    let other = lab.make(page("Other")).await;
    let body = serde_json::json!({"structureId": "RootPage", "markdown": "see [[Other]]"});
    let object = lab.post("/object/markdown", &body).await.ok()["id"].as_str().unwrap().to_owned();
    let uri = format!("/object/markdown?id={object}");
    let (text, whole) = (lab.get(&uri).await, etag(&lab, &object).await);
    assert_eq!(short(&text.etag()), short(&whole));
    assert_ne!(text.etag(), whole);
    lab.update(serde_json::json!({"id": other, "properties": {"title": titled("Renamed")}})).await;
    let renamed = lab.app.send(lab.ask(Method::GET, &uri).header("if-none-match", &text.etag())).await;
    assert_eq!((renamed.status, short(&renamed.etag())), (200, short(&whole)), "other bytes of the same version");
    assert_eq!(etag(&lab, &object).await, whole);
    retitled(&lab, &object, "b", "if-match", &text.etag()).await.ok();
}

#[tokio::test]
async fn a_search_has_no_version_and_no_condition() {
    let lab = Lab::new().await;
    let ask = || Ask::new(Method::POST, "/objects/search").token(&lab.token).json(&serde_json::json!({"query": "a"}));
    for (header, tags) in [("if-match", FOREIGN), ("if-none-match", "*")] {
        let reply = lab.app.send(ask().header(header, tags)).await;
        assert_eq!((reply.status, reply.header("etag")), (200, None));
    }
}
