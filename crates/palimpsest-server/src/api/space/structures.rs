//! GET /space/structures.

use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move { Ok(call.engine.structures(&call.token).await?.into()) })
}
