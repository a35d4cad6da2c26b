//! Pages of other origins (the Fetch standard, CORS): which may call and read what is answered. None unless they are named.

use std::convert::Infallible;
use std::str::FromStr;
use std::time::Duration;

use http::header::{
    ACCEPT_RANGES, AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_LOCATION, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName,
    IF_MATCH, IF_NONE_MATCH, IF_RANGE, RANGE, RETRY_AFTER,
};
use http::{HeaderValue, Method};
use tower::{Layer, Service, service_fn};
use tower_http::cors::CorsLayer;
use url::Url;

use crate::answer::{BETA_RATES, IGNORED, PREFERENCE_APPLIED, RATE_LIMIT, REQUEST_ID, REVISION};
use crate::dispatch::Router;
use crate::prefer::PREFER;

/// An origin whose pages may call the server from a browser, such as `https://notes.example`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin(HeaderValue);

impl FromStr for Origin {
    type Err = String;

    /// Takes what a browser would send as `Origin`, and nothing like it: an origin that never matches would help nobody.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sent = Url::parse(text).ok().map(|url| url.origin()).filter(url::Origin::is_tuple);
        let same = sent.is_some_and(|origin| origin.ascii_serialization() == text);
        let value = HeaderValue::try_from(text).ok().filter(|_| same);
        value.map(Self).ok_or_else(|| {
            format!(
                "`{text}` is no origin: expected a scheme, a host and perhaps a port, such as https://notes.example"
            )
        })
    }
}

/// How long a browser may go by the answer to a preflight.
const REMEMBERED: Duration = Duration::from_secs(2 * 60 * 60);

/// Lets pages of these origins in. Without any, nothing is different.
pub(crate) fn allow(origins: &[Origin], router: Router) -> Router {
    if origins.is_empty() {
        return router;
    }
    let methods = [Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::PUT, Method::DELETE];
    let named = HeaderName::from_static;
    let sent = [
        AUTHORIZATION,
        CONTENT_TYPE,
        named("x-capacities-api-version"),
        IF_MATCH,
        IF_NONE_MATCH,
        PREFER,
        named("idempotency-key"),
        REQUEST_ID,
        named("last-event-id"),
        RANGE,
        IF_RANGE,
    ];
    let answered = [
        ETAG,
        REVISION,
        CONTENT_LOCATION,
        PREFERENCE_APPLIED,
        IGNORED,
        named("idempotency-replayed"),
        RATE_LIMIT,
        RETRY_AFTER,
        REQUEST_ID,
        ACCEPT_RANGES,
        CONTENT_RANGE,
        CONTENT_DISPOSITION,
    ];
    let answered = answered.into_iter().chain(BETA_RATES);
    let origins = origins.iter().map(|origin| origin.0.clone());
    let layer = CorsLayer::new()
        .allow_origin(origins.collect::<Vec<_>>())
        .allow_methods(methods)
        .allow_headers(sent)
        .expose_headers(answered.collect::<Vec<_>>())
        .max_age(REMEMBERED);
    Router::told(move |request, stopping| {
        let (router, stopping) = (router.clone(), stopping.clone());
        let inner = service_fn(move |request| {
            let answer = router.answer_until(request, &stopping);
            async move { Ok::<_, Infallible>(answer.await) }
        });
        let answer = layer.layer(inner).call(request);
        async move {
            match answer.await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        for origin in ["https://notes.example", "http://localhost:5173", "https://xn--bcher-kva.example:8443"] {
            assert_eq!(origin.parse::<Origin>().unwrap().0, origin);
        }
        let others = ["", "*", "null", "notes.example", "https://notes.example/", "https://Notes.example", "data:x"];
        let more =
            ["https://notes.example:443", "https://bücher.example", "https://a.example/app", "https://u@a.example"];
        for text in others.into_iter().chain(more) {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
