//! Following the feed over real connections: streams, pages that are waited for, and how they end.

#![cfg(test)]

mod ends;
mod followers;
mod served;
mod streams;
mod wire;
