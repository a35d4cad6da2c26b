//! Webhooks: their calls, the steps of deliveries under a clock that is moved by hand, and the deliverer with its own timers.

mod calls;
mod deliverer;
mod failing;
mod leases;
pub(crate) mod receiver;
mod sending;
