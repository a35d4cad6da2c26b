//! GET /openapi.json: the description of the API.

use http::StatusCode;
use palimpsest_engine::Engine;
use serde_json::json;

use crate::answer::Answer;
use crate::document::{self, Description, JSON, Success};

pub(crate) fn tell(_engine: &Engine) -> Answer {
    Answer::plain(StatusCode::OK, document::openapi())
}

pub(crate) fn describe() -> Description {
    let document = Success::plain(StatusCode::OK, "An OpenAPI 3.1 document.", JSON, json!({"type": "object"}));
    Description::new("openapi", "This document").answers(document)
}
