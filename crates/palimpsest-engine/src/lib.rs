//! What may be *done*: one module per use-case, over the storage contract. No HTTP, no SQL, no ambient clock or randomness:
//! a second transport calls the same functions.

mod access;
pub mod admin;
mod blocks;
mod cache;
mod check;
mod condition;
mod cursor;
mod dates;
mod engine;
mod error;
mod etag;
mod history;
mod lists;
mod markdown;
mod names;
mod objects;
mod operation;
mod perform;
mod search;
mod secret;
mod transactions;
mod world;
mod zone;

pub use access::Access;
pub use blocks::{AppendBlocks, AppendDaily, Appended, DeleteBlock, UpdateBlock};
pub use condition::{Condition, Tags};
pub use engine::{Engine, View};
pub use error::{Code, Error, Kind};
pub use etag::{Digest, ETag};
pub use history::{GetObjects, ListHistory};
pub use lists::{ListObjects, Page, Row};
pub use markdown::{CreateFromMarkdown, UpdateFromMarkdown};
pub use objects::{CreateFromUrl, CreateObject, DeleteObject, Notes, UpdateObject};
pub use operation::{Ignored, Operation, Request, Written};
pub use palimpsest_store::{ChangeKind, List, Policy, Scope};
pub use search::Search;
pub use transactions::{Committed, Guard, Outcome, Part, Step, Transaction};
pub use world::{Clock, Fetch, Fetching, Ids, WebPage};
#[cfg(feature = "testing")]
pub use world::{CountedIds, ManualClock};
