//! GET /changes as pages, and as pages that are waited for. Streams need a connection: see the tests of the feed.

mod pages;
mod positions;
mod waiting;
