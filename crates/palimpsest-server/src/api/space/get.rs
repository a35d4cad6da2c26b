//! GET /space.

use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move { Ok(call.engine.space(&call.token).await?.into()) })
}
