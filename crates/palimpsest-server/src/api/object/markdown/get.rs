//! GET /object/markdown?id=….

use palimpsest_model::{ObjectId, read_uuid};

use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        let id = call.input.query(|query, reading| read_uuid(&query.get("id"), reading).map(ObjectId))?;
        Ok(call.engine.markdown(&call.token, id).await?.into())
    })
}
