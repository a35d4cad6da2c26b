//! PUT /object/media/upload/part?id=…&partNumber=….

use palimpsest_engine::Code;
use palimpsest_model::{ObjectId, read_uuid};

use crate::api::read_whole;
use crate::document::names::uuid;
use crate::document::shape::{closed, count, said};
use crate::document::{Description, Success};
use crate::endpoint::{Call, Incoming, Streaming};

pub(crate) fn call(call: Call, Incoming { announced, bytes }: Incoming<'_>) -> Streaming<'_> {
    Box::pin(async move {
        let (id, number) = call.input.query(|query, notes| {
            let id = read_uuid(&query.get("id"), notes).map(ObjectId);
            let number = read_whole(&query.get("partNumber"), notes);
            Some((id?, number?))
        })?;
        call.input.ignored()?;
        Ok(call.engine.put_part(&call.token, id, number, announced, bytes).await?.into())
    })
}

pub(crate) fn describe() -> Description {
    let kept = closed(&[("number", count(1)), ("size", said(count(1), "How many bytes it has."))], &[]);
    Description::new("object.media.part", "Send a part of a file")
        .about(
            "Every part has `partSize` bytes but the last, which has the rest; any other size is refused. Parts may be sent in \
             any order; one that is sent again replaces the earlier one. Conditions and an Idempotency-Key are refused.",
        )
        .needs("id", uuid())
        .needs("partNumber", said(count(1), "From 1 to `partCount`."))
        .raw("The bytes of the part.")
        .answers(Success::json("The part is kept.", kept))
        .refuses(&[Code::NotFound])
}
