//! POST /lookup: a read, although it is a POST.

use palimpsest_engine::{Code, Search};

use super::{RESULTS, of_a_space, read_space};
use crate::api::objects::search::{query_schema, read_query};
use crate::document::shape::refer;
use crate::document::{Description, Success};
use crate::endpoint::{BetaCall, Reading};

pub(crate) fn call(call: BetaCall) -> Reading {
    Box::pin(async move {
        let (space, query) = call.input.body(|body, notes| {
            let space = read_space(body, notes);
            let query = read_query(&body.get("searchTerm"), notes);
            Some((space?, query?))
        })?;
        let access = call.open(space)?;
        let ask = Search { query, structures: None, limit: RESULTS };
        Ok(call.engine.search(&access, ask).await?.into())
    })
}

pub(crate) fn describe() -> Description {
    Description::new("beta.lookup", "Objects of a space by their titles, the best match first")
        .body(of_a_space(&[("searchTerm", query_schema())], &[]))
        .answers(Success::json("What was found, at most 50.", refer("Results")))
        .refuses(&[Code::NotFound])
}
