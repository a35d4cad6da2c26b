//! Webhooks.

use palimpsest_engine::ChangeKind;
use serde_json::{Value, json};

use super::names::{structure_id, uuid};
use super::shape::{boolean, closed, count, list, nullable, refer, said, text, words};
use crate::api::webhooks::{LONGEST_URL, MOST_WORDS};

/// Schemas of the components.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let error = closed(&[("at", refer("Timestamp")), ("message", text())], &[]);
    let webhook = closed(
        &[
            ("id", uuid()),
            ("url", text()),
            ("structureIds", nullable(list(structure_id()))),
            ("kinds", nullable(list(words(ChangeKind::ALL.map(ChangeKind::as_str))))),
            ("includeObjects", boolean()),
            ("createdAt", refer("Timestamp")),
            ("state", words(["active", "paused"])),
            ("pausedBecause", said(nullable(text()), "Why it is paused.")),
            ("revision", said(count(0), "The last revision that was delivered or passed over.")),
            ("failures", said(count(0), "How often the next change has failed in a row.")),
            ("lastError", said(nullable(error), "What the last failure was; null after a success.")),
            ("nextAttemptAt", said(nullable(refer("Timestamp")), "When the next change is tried again.")),
        ],
        &[],
    );
    let delivery = closed(
        &[
            ("id", said(text(), "The `webhook-id`: the same at every attempt.")),
            ("type", words(["change", "test"])),
            ("revision", said(nullable(count(1)), "The revision it told of; null for a test.")),
            ("attempt", said(count(1), "Which attempt it was.")),
            ("at", refer("Timestamp")),
            ("delivered", boolean()),
            ("status", said(nullable(count(100)), "What the receiver answered, if it did.")),
            ("error", said(nullable(text()), "Why it failed.")),
        ],
        &[],
    );
    let named = [
        ("Webhook", said(webhook, "A cursor in the log, and where to send what comes after it.")),
        ("Webhooks", closed(&[("results", list(refer("Webhook")))], &[])),
        ("Delivery", said(delivery, "What became of one attempt at a delivery.")),
        ("Deliveries", closed(&[("results", list(refer("Delivery")))], &[])),
    ];
    named.map(|(name, schema)| (name.to_owned(), schema)).into()
}

/// Where a webhook sends to.
pub(crate) fn url() -> Value {
    json!({
        "type": "string",
        "maxLength": LONGEST_URL,
        "pattern": "^[hH][tT][tT][pP][sS]?://",
        "description": "Where to send to: http or https, on the public network.",
    })
}

/// The structures of a filter.
pub(crate) fn structures() -> Value {
    some(structure_id(), "Only changes of objects of these structures; null: of any.")
}

/// The kinds of a filter.
pub(crate) fn kinds() -> Value {
    some(words(ChangeKind::ALL.map(ChangeKind::as_str)), "Only changes of these kinds; null: of any.")
}

/// Whether objects are sent along.
pub(crate) fn include_objects() -> Value {
    said(boolean(), "Whether each object is sent as it stood at the revision.")
}

fn some(items: Value, about: &str) -> Value {
    let list = json!({"type": "array", "items": items, "minItems": 1, "maxItems": MOST_WORDS});
    said(nullable(list), about)
}
