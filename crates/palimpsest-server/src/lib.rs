//! The Capacities API over HTTP. Only this crate knows axum and status codes: one flat list of endpoints ([`ENDPOINTS`]), one
//! file per endpoint that reads its input, one function that turns refusals into answers.

mod answer;
mod api;
mod at_hand;
mod call;
mod caller;
mod conditions;
mod cors;
mod deliverer;
mod dispatch;
mod document;
mod endpoint;
mod feed;
mod input;
mod limits;
mod panics;
mod prefer;
mod rates;
mod retry;
mod reverting;
mod router;
mod serve;
mod stopping;
mod streaming;
mod timer;
mod transaction;
mod unread;

pub use cors::Origin;
pub use deliverer::deliver;
pub use dispatch::{Answering, Router};
pub use document::openapi;
pub use endpoint::{Access, Endpoint};
pub use limits::Limits;
pub use rates::RateLimits;
pub use router::{ENDPOINTS, Routers, router};
pub use serve::serve;
