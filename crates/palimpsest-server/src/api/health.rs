//! GET /health/live, GET /health/ready: for those who watch the process.

use http::StatusCode;
use palimpsest_engine::Engine;

use crate::answer::Answer;
use crate::document::shape::{closed, word};
use crate::document::{Description, JSON, Success};

const LIVE: &str = "live";
const READY: &str = "ready";
const UNAVAILABLE: &str = "unavailable";

/// The process runs.
pub(crate) fn live(_engine: &Engine) -> Answer {
    tell(StatusCode::OK, LIVE)
}

/// The store accepts writes.
pub(crate) fn ready(engine: &Engine) -> Answer {
    match engine.is_ready() {
        true => tell(StatusCode::OK, READY),
        false => tell(StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE),
    }
}

fn tell(status: StatusCode, word: &str) -> Answer {
    Answer::plain(status, format!(r#"{{"status":"{word}"}}"#))
}

pub(crate) fn describe_live() -> Description {
    Description::new("health.live", "Whether the process runs").answers(told(StatusCode::OK, LIVE))
}

pub(crate) fn describe_ready() -> Description {
    Description::new("health.ready", "Whether writes are taken")
        .answers(told(StatusCode::OK, READY))
        .answers(told(StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE))
}

fn told(status: StatusCode, status_word: &str) -> Success {
    Success::plain(status, "How the server is.", JSON, closed(&[("status", word(status_word))], &[]))
}
