//! The page itself, and the script that starts it.

use http::StatusCode;
use palimpsest_engine::Engine;

use crate::answer::Answer;
use crate::document::shape::text;
use crate::document::{Description, Success};

const HTML: &str = "text/html";
const SCRIPT: &str = "text/javascript";

/// Scripts, styles and requests of this server only; Swagger UI writes styles into its elements and has its icons inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn tell(_engine: &Engine) -> Answer {
    let page = Answer::plain(StatusCode::OK, include_str!("page.html"));
    Answer { media: HTML, policy: Some(POLICY), ..page }
}

pub(crate) fn describe() -> Description {
    let page = Success::plain(StatusCode::OK, "A page for browsers.", HTML, text()).guarded();
    Description::new("docs", "This document for people").answers(page)
}

pub(crate) fn start(_engine: &Engine) -> Answer {
    Answer { media: SCRIPT, ..Answer::plain(StatusCode::OK, include_str!("start.js")) }
}

pub(crate) fn describe_start() -> Description {
    let script = Success::plain(StatusCode::OK, "A script.", SCRIPT, text());
    Description::new("docs.start", "What starts the page").answers(script)
}
