//! GET /spaces.

use http::StatusCode;
use palimpsest_engine::Code;

use crate::answer::Answer;
use crate::document::shape::{closed, list, refer};
use crate::document::{Description, Success};
use crate::endpoint::{BetaCall, Reading};

pub(crate) fn call(call: BetaCall) -> Reading {
    Box::pin(async move {
        call.input.ignored()?;
        Ok(Answer::plain(StatusCode::OK, call.engine.beta_spaces(&call.grant).await?))
    })
}

pub(crate) fn describe() -> Description {
    let body = closed(&[("spaces", list(refer("BetaSpace")))], &[]);
    Description::new("beta.spaces", "The spaces that the token opens")
        .about("A server may leave the retired API out (`--legacy-api off`); then its paths are 404.")
        .answers(Success::json("The spaces.", body))
        .refuses(&[Code::NotFound])
}
