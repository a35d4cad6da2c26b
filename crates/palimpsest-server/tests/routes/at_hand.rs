//! An object that is asked for plainly is answered on the spot. Nobody can tell but by how soon: beside a second server that is asked
//! the same in a way that is not plain, and answers by the way of all requests.

use http::Method;
use palimpsest_server::{Limits, RateLimits};
use serde_json::json;

use crate::app::{App, Ask, BOTH, Lab};
use crate::wire::{NOBODY, titled};

/// A server in which everything is as in every other: with an object, one in the trash, and tokens.
struct Twin {
    lab: Lab,
    object: String,
    trashed: String,
    etag: String,
    tokens: Vec<String>,
}

impl Twin {
    async fn new(limit: u32) -> Self {
        let limits = Limits { rates: RateLimits::Fixed(limit), ..Limits::default() };
        let lab = Lab::in_app(App::new(limits)).await;
        let page = json!({"structureId": "RootPage", "properties": {"title": titled("one")}});
        let (object, trashed) = (lab.make(page.clone()).await, lab.make(page).await);
        assert_eq!(lab.delete(&format!("/object?id={trashed}")).await.status, 200);
        let blind = lab.app.token(&lab.space, "blind", &[palimpsest_engine::Scope::Write]).await;
        let several = lab.app.token_of(&[&lab.space, &lab.app.space("Other").await], "several").await;
        let fresh = lab.app.token(&lab.space, "fresh", BOTH).await;
        let tokens = vec![fresh, blind, several, "cap-api-none".to_owned()];
        let etag = lab.get(&format!("/object?id={object}&")).await.header("etag").unwrap().to_owned();
        Self { lab, object, trashed, etag, tokens }
    }

    /// The same requests of every twin; `more` goes to the end of each query.
    fn asks(&self, more: &str) -> Vec<Ask> {
        let ask = |id: &str| Ask::new(Method::GET, &format!("/object?id={id}{more}")).header("x-request-id", "twin");
        let of = |id: &str| ask(id).token(&self.tokens[0]);
        let known = |value: &str| of(&self.object).header("if-none-match", value);
        let version = |value: &str| of(&self.object).header("x-capacities-api-version", value);
        let mut asks = vec![of(&self.object), ask(&self.object), of(&self.trashed), of(NOBODY), of("nonsense")];
        asks.extend(self.tokens.iter().map(|token| ask(&self.object).token(token)));
        asks.extend([&*self.etag, &format!("W/{}", self.etag), "\"other\"", "*", "nonsense"].map(known));
        asks.push(known("\"other\"").and_header("if-none-match", &self.etag));
        asks.extend(["1.0.0", "99.0.0", "0.0.1", "new"].map(version));
        asks.push(of(&self.object).header("if-match", &self.etag));
        asks.push(of(&self.object).header("prefer", "handling=strict"));
        asks
    }
}

#[tokio::test]
async fn what_is_asked_plainly_is_answered_as_by_the_way_of_all_requests() {
    for limit in [8, 1000] {
        let (plain, other) = (Twin::new(limit).await, Twin::new(limit).await);
        assert_eq!((&plain.object, &plain.tokens), (&other.object, &other.tokens), "twins");
        for (number, (one, same)) in plain.asks("").into_iter().zip(other.asks("&")).enumerate() {
            let (one, same) = (plain.lab.app.send(one).await, other.lab.app.send(same).await);
            assert_eq!((one.status, one.headers, one.body), (same.status, same.headers, same.body), "{number}");
        }
    }
}

#[tokio::test]
async fn only_what_is_plain_and_there_is_answered_on_the_spot() {
    let twin = Twin::new(1000).await;
    let now: Vec<_> = twin.asks("").into_iter().map(|ask| twin.lab.app.answers_at_once(ask)).collect();
    let expected = [
        vec![true, false, false, false, false], // The object; without a token; others
        vec![true, false, false, false],        // Tokens: only the first may read it so
        vec![true; 6],                          // If-None-Match
        vec![true, true, false, false],         // Versions
        vec![false, false],                     // If-Match, Prefer
    ];
    assert_eq!(now, expected.concat());
    assert!(twin.asks("&").into_iter().all(|ask| !twin.lab.app.answers_at_once(ask)));
}
