//! Taking back what one commit did: how it is asked for and answered.

use palimpsest_engine::{Condition, Ignored, Left, Retry, RevertTransaction, Reverted};
use palimpsest_model::{Node, ObjectId, Revision, Tag};
use serde::Serialize;

use crate::answer::{Answer, Failure};
use crate::api::read_revision_of_body;
use crate::input::Input;
use crate::transaction::{read_guards, refuse_conditions};

/// Reads the body of POST /transactions/revert.
pub(crate) fn read(input: &Input, condition: &Condition, retry: Option<Retry>) -> Result<RevertTransaction, Failure> {
    refuse_conditions(condition, "✖ A revert takes no If-Match or If-None-Match: its guards have members for them")?;
    let revert = input.body(|body, reading| {
        let revision = read_revision_of_body(&body.get("revision"), reading);
        let partial = body.get("partial").given(reading, Node::boolean);
        let guards = read_guards(body, reading);
        let dry_run = body.get("dryRun").given(reading, Node::boolean);
        let (partial, dry_run) = (partial?.unwrap_or(false), dry_run?.unwrap_or(false));
        Some(RevertTransaction { revision: revision?, partial, guards: guards?, dry_run, retry })
    })?;
    Ok(revert)
}

#[derive(Serialize)]
struct Body {
    revision: Revision,
    reverted: Revision,
    results: Vec<ResultBody>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left: Vec<Left>,
}

#[derive(Serialize)]
struct ResultBody {
    id: ObjectId,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<Tag>,
}

/// Makes the answer; `ignored` is what of the body had no effect.
pub(crate) fn render(reverted: Revision, done: Reverted, ignored: Ignored) -> Answer {
    let Reverted { revision, results, left, replayed } = done;
    let results = results.into_iter().map(|(id, etag)| ResultBody { id, etag }).collect();
    let body = serde_json::to_vec(&Body { revision, reverted, results, left }).unwrap_or_default();
    Answer { body: Some(body.into()), revision: Some(revision), ignored, replayed, ..Answer::default() }
}
