//! POST /transactions/revert.

use palimpsest_engine::{Code, Reason};
use serde_json::{Value, json};

use super::commit::{guard, most};
use crate::document::names::{revision, uuid};
use crate::document::shape::{boolean, closed, count, list, open, refer, said, such_as, text, words};
use crate::document::{Description, Success};
use crate::transaction::OPERATIONS;

pub(crate) fn describe() -> Description {
    let partial = said(boolean(), "Leave what collides as it is, and tell of it, instead of being refused.");
    let dry = said(boolean(), "Only tell what would happen: nothing is written.");
    let guards = most(list(guard()), OPERATIONS);
    let optional = [("partial", partial), ("guards", guards), ("dryRun", dry)];
    let asked = open(&[("revision", revision("The revision whose changes are to be taken back."))], &optional);
    let body = such_as(asked, json!([{"revision": 1, "partial": true, "dryRun": true}]));
    let about = "What was changed since stays: each object is merged, with what the commit left as the base. What was made \
                 goes into the trash, but for tags that others carry and for days; what was deleted comes back. What \
                 both changed collides, and so does the schema, which is not taken back.";
    Description::new("transactions.revert", "Take back what one commit did")
        .about(about)
        .body(body)
        .answers(Success::json("What became of the objects of the commit.", answered()))
        .refuses(&[Code::Conflict])
        .aborts()
}

fn answered() -> Value {
    let etag = said(refer("EntityTag"), "Its version afterwards; absent in a dry run.");
    let one = closed(&[("id", said(uuid(), "An object that changed."))], &[("etag", etag)]);
    let id = said(uuid(), "The object; absent where it is about the schema.");
    let path = said(text(), "Where: a path of the grammar of histories and differences.");
    let reason = said(words(Reason::ALL.map(Reason::as_str)), "Why.");
    let left = closed(&[("path", path), ("reason", reason)], &[("id", id)]);
    let taken = said(count(1), "The revision it took, or the head when it changed nothing or is a dry run.");
    let reverted = said(count(1), "The revision whose changes were taken back.");
    let required = [("revision", taken), ("reverted", reverted), ("results", list(one))];
    closed(&required, &[("left", said(list(left), "What was left as it is; absent when nothing was."))])
}
