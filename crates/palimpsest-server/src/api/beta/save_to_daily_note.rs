//! POST /save-to-daily-note.

use palimpsest_engine::{AppendDaily, Appended, Code, Operation};
use palimpsest_model::{MAX_MARKDOWN, Node};
use serde_json::json;

use super::{either, of_a_space, read_space, read_text};
use crate::answer::Answer;
use crate::document::shape::{boolean, said, text};
use crate::document::{Description, Success};
use crate::endpoint::{BetaCall, Reading};

pub(crate) fn call(call: BetaCall) -> Reading {
    Box::pin(async move {
        let (space, append) = call.input.body(|body, notes| {
            let space = read_space(body, notes);
            let markdown = read_text(&body.get("mdText"), notes, MAX_MARKDOWN);
            let untimed = either(body, "noTimeStamp", "noTimestamp").given(notes, Node::boolean);
            // Where a text comes from was told, and is not kept.
            let origin = body.get("origin").given(notes, |origin, notes| origin.string(notes).map(|_| ()));
            origin?;
            let content = Appended::Markdown(markdown?);
            Some((space?, AppendDaily { date: None, timed: untimed? != Some(true), content }))
        })?;
        let written = call.execute(space, Operation::AppendDaily(append)).await?;
        // What is there has a version; the beta API knows none.
        Ok(Answer { etag: None, ..Answer::from(written) })
    })
}

pub(crate) fn describe() -> Description {
    let stamp = "Whether the time is left out that stands above what is added.";
    let optional = [
        ("noTimeStamp", said(boolean(), stamp)),
        ("noTimestamp", said(boolean(), "The same in another spelling.")),
        ("origin", said(text(), "Where the text comes from; it is not kept.")),
    ];
    let markdown = json!({"type": "string", "maxLength": MAX_MARKDOWN});
    Description::new("beta.saveToDailyNote", "Add Markdown to the note of today")
        .about("Today and the time are those of the time zone of the space. The note is made when there is none.")
        .body(of_a_space(&[("mdText", markdown)], &optional))
        .answers(Success::empty("The text is in the note."))
        .refuses(&[Code::NotFound])
}
