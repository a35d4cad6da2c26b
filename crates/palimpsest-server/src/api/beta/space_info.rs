//! GET /space-info?spaceid=….

use palimpsest_engine::Code;

use super::read_space;
use crate::document::names::uuid;
use crate::document::shape::{closed, list, refer};
use crate::document::{Description, Success};
use crate::endpoint::{BetaCall, Reading};

pub(crate) fn call(call: BetaCall) -> Reading {
    Box::pin(async move {
        let space = call.input.query(read_space)?;
        let access = call.open(space)?;
        Ok(call.engine.beta_space_info(&access).await?.into())
    })
}

pub(crate) fn describe() -> Description {
    let body = closed(&[("structures", list(refer("BetaStructure")))], &[]);
    Description::new("beta.spaceInfo", "The structures of a space")
        .about("One of `spaceid` and `spaceId` has to be given.")
        .takes("spaceid", uuid())
        .takes("spaceId", uuid())
        .answers(Success::json("The structures.", body))
        .refuses(&[Code::NotFound])
}
