//! POST /transactions.

use serde_json::{Value, json};

use crate::document::names::{structure_id, uuid};
use crate::document::shape::{boolean, closed, count, list, open, refer, said, such_as, text, words};
use crate::document::{Description, Success};
use crate::transaction::{LOOKS, OPERATIONS};

pub(crate) fn describe() -> Description {
    let dry = said(boolean(), "Only tell what would happen: nothing is written, no page is looked at.");
    let operations = most(list(operation()), OPERATIONS);
    let guards = most(list(guard()), OPERATIONS);
    let body = such_as(open(&[("operations", operations)], &[("guards", guards), ("dryRun", dry)]), examples());
    let about = format!(
        "The operations are applied in order, each seeing those before it; conditions and guards speak of what was there \
         before the transaction. New objects and blocks are referred to by ids of the client's choice. At most {LOOKS} \
         operations make weblinks. `Prefer: return=representation` shows what each was about as the transaction left it."
    );
    Description::new("transactions.commit", "Do many operations at one revision, or none of them")
        .about(about)
        .body(body)
        .answers(Success::json("What became of each operation, in their order.", answered()))
        .aborts()
}

pub(super) fn most(mut list: Value, most: usize) -> Value {
    list["maxItems"] = json!(most);
    list
}

fn operation() -> Value {
    let path = said(text(), "The path of the call, with its query.");
    let body = said(json!({}), "The body of the call.");
    let tags = said(text(), "As the header of this name.");
    let merge = said(boolean(), "Merge with what came since the version that `ifMatch` names.");
    let optional = [("body", body), ("ifMatch", tags.clone()), ("ifNoneMatch", tags), ("merge", merge)];
    open(&[("method", words(["POST", "PATCH", "DELETE"])), ("path", path)], &optional)
}

pub(super) fn guard() -> Value {
    let tags = || said(text(), "Entity tags, or `*`.");
    let path = said(text(), "A path that is answered with an ETag, with its query: a list, the space, its structures.");
    let revision = said(count(1), "Nothing in the space changed since.");
    json!({"anyOf": [
        open(&[("id", uuid()), ("ifMatch", tags())], &[]),
        open(&[("id", uuid()), ("absent", json!({"type": "boolean", "const": true}))], &[]),
        open(&[("path", path), ("ifMatch", tags())], &[]),
        open(&[("revision", revision)], &[]),
    ]})
}

fn answered() -> Value {
    let id = said(structure_id(), "The object, structure or collection it was about, or the space.");
    let etag =
        said(refer("EntityTag"), "Its version as the transaction left it; absent where a dry run would change it.");
    let kinds: Vec<_> = ["Object", "Structure", "Collection", "Space"].into_iter().map(refer).collect();
    let shown = said(json!({ "anyOf": kinds }), "What it was about, as the transaction left it.");
    let status = json!({"type": "integer", "const": 200});
    let one = closed(&[("status", status)], &[("id", id), ("etag", etag), ("body", shown)]);
    let revision = said(count(1), "The revision it took, or the head when it changed nothing or is a dry run.");
    closed(&[("revision", revision), ("results", list(one))], &[])
}

fn examples() -> Value {
    let (tag, page) = ("66666666-6666-4666-8666-666666666601", "66666666-6666-4666-8666-666666666602");
    let title = |title: &str| json!({"type": "title", "title": {"value": title}});
    let tagged = json!({"title": title("Buffers"), "tags": {"type": "entity", "entity": [{"id": tag}]}});
    json!([{
        "operations": [
            {"method": "POST", "path": "/object", "body": {"id": tag, "structureId": "RootTag", "properties": {"title": title("assays")}}},
            {"method": "POST", "path": "/object", "body": {"id": page, "structureId": "RootPage", "properties": tagged}},
            {"method": "POST", "path": "/blocks/append", "body": {"id": page, "markdown": "Made together with its tag."}},
        ],
        "guards": [{"id": page, "absent": true}],
        "dryRun": true,
    }])
}

/// The details of a transaction that did not happen.
pub(crate) fn failure() -> Value {
    let part = |what: &str| said(count(0), what);
    let refused = [("code", text()), ("message", text())];
    let details = said(json!({"type": "object"}), "What the code tells besides.");
    let operation = [&[("failed", part("Which operation, from 0."))][..], &refused].concat();
    let guard = [&[("failedGuard", part("Which guard, from 0."))][..], &refused].concat();
    json!({"anyOf": [closed(&operation, &[("details", details.clone())]), closed(&guard, &[("details", details)])]})
}
