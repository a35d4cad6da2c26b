//! POST /webhooks. What a webhook sends is what `api:read` shows, so that scope is needed too.

use palimpsest_engine::{CreateWebhook, Scope};
use palimpsest_model::Node;

use super::{read_kinds, read_structures, read_url};
use crate::document::names::uuid;
use crate::document::shape::{closed, open, pattern, said};
use crate::document::{Description, Link, Success, webhooks};
use crate::endpoint::{Call, Reading};

pub(crate) fn call(call: Call) -> Reading {
    Box::pin(async move {
        call.token.require(Scope::Read)?;
        let create = call.input.body(|body, notes| {
            let url = read_url(&body.get("url"), notes);
            let structures = body.get("structureIds").given(notes, read_structures);
            let kinds = body.get("kinds").given(notes, read_kinds);
            let objects = body.get("includeObjects").given(notes, Node::boolean);
            let (structures, kinds) = (structures?.flatten(), kinds?.flatten());
            Some(CreateWebhook { url: url?, structures, kinds, include_objects: objects?.unwrap_or(false) })
        })?;
        call.input.ignored()?;
        Ok(call.engine.create_webhook(&call.token, create).await?.into())
    })
}

pub(crate) fn describe() -> Description {
    let optional = [
        ("structureIds", webhooks::structures()),
        ("kinds", webhooks::kinds()),
        ("includeObjects", webhooks::include_objects()),
    ];
    let secret =
        said(pattern("^whsec_[A-Za-z0-9+/]{32,86}={0,2}$"), "What signatures are made with; it is shown once.");
    let made = closed(&[("id", uuid()), ("secret", secret)], &[]);
    let id = serde_json::json!({"query.id": "$response.body#/id"});
    let success = Success::json("The webhook, which begins with what comes after now.", made)
        .leads(Link::new("deliveries", "webhooks.deliveries", id.clone()))
        .leads(Link::new("delete", "webhooks.delete", id));
    Description::new("webhooks.create", "Have changes sent to a URL")
        .about(
            "Each change is sent by itself, in order, at least once, as `{\"type\": \"change\", \"data\": Change}`, signed as \
             the Standard Webhooks specification says. With a filter, a change is sent when one of its objects passes it. \
             Besides `api:write` the token needs `api:read`. Conditions and an Idempotency-Key are refused.",
        )
        .body(open(&[("url", webhooks::url())], &optional))
        .answers(success)
}
