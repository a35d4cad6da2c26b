//! GET /health/live, GET /health/ready: for those who watch the process.

use http::StatusCode;
use palimpsest_engine::Engine;

use crate::answer::Answer;

/// The process runs.
pub(crate) fn live(_engine: &Engine) -> Answer {
    Answer::plain(StatusCode::OK, r#"{"status":"live"}"#)
}

/// The store accepts writes.
pub(crate) fn ready(engine: &Engine) -> Answer {
    match engine.is_ready() {
        true => Answer::plain(StatusCode::OK, r#"{"status":"ready"}"#),
        false => Answer::plain(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"unavailable"}"#),
    }
}
