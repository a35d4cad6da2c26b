//! Webhooks: a webhook is a cursor in the log of its space, not a queue of its own. What comes after the cursor is sent to its URL,
//! one change at a time and in order; the cursor moves when the receiver has taken it, or when the filter passes over it.
//!
//! Here is what may be done with them, and each step of a delivery. When the next step is taken is up to who has timers.

mod backoff;
mod body;
mod deliver;
mod filter;
mod manage;
mod sign;

pub use deliver::{Next, WebhookHolder};
pub use manage::{CreateWebhook, UpdateWebhook};

use palimpsest_store::Delivery;

/// So many deliveries are kept for each webhook.
const KEPT: usize = 100;
/// The most webhooks of a space.
const MOST: usize = 100;
/// For so long a process delivers for a webhook until it renews its lease: longer than a delivery may take.
const LEASE: i64 = 20_000;
/// A lease that was renewed so short a time ago need not be renewed for another delivery.
const FRESH: i64 = 2_000;

/// What ends a webhook for good.
const ENDED: &str = "The token that made it was revoked or has expired";

/// Whether a delivery arrived.
fn arrived(delivery: &Delivery) -> bool {
    delivery.error.is_none()
}
