//! What may be *done*: one module per use-case, over the storage contract. No HTTP, no SQL, no ambient clock or randomness:
//! a second transport calls the same functions.

mod access;
pub mod admin;
mod blocks;
mod cache;
mod check;
mod cursor;
mod dates;
mod engine;
mod error;
mod lists;
mod markdown;
mod names;
mod objects;
mod operation;
mod retention;
mod search;
mod secret;
mod world;
mod zone;

pub use access::Access;
pub use blocks::{AppendBlocks, AppendDaily, Appended, DeleteBlock, UpdateBlock};
pub use engine::{Engine, View};
pub use error::{Code, Error, Kind};
pub use lists::{ListObjects, Page, Row};
pub use markdown::{CreateFromMarkdown, UpdateFromMarkdown};
pub use objects::{CreateFromUrl, CreateObject, DeleteObject, Notes, UpdateObject};
pub use operation::{Ignored, Operation, Request, Written};
pub use palimpsest_store::{List, Scope};
pub use search::Search;
pub use world::{Clock, Fetch, Fetching, Ids, WebPage};
#[cfg(feature = "testing")]
pub use world::{CountedIds, ManualClock};
