//! What may be *done*: one module per use-case, over the storage contract. No HTTP, no SQL, no ambient clock or randomness:
//! a second transport calls the same functions.

mod access;
pub mod admin;
mod beta;
mod blocks;
mod cache;
mod check;
mod collecting;
mod condition;
mod cursor;
mod dates;
mod editing;
mod engine;
mod error;
mod etag;
mod expiry;
#[cfg(feature = "faults")]
mod faults;
mod feed;
mod files;
mod history;
mod lists;
mod markdown;
mod media;
mod merging;
mod names;
mod objects;
mod operation;
mod perform;
mod references;
mod retention;
mod retry;
mod schema;
mod search;
mod secret;
mod shown;
mod transactions;
mod transfer;
mod undone;
mod uploads;
mod webhooks;
mod world;
mod zone;

pub use access::{Access, AdminAccess, Grant};
pub use beta::BetaSearch;
pub use blocks::{AppendBlocks, AppendDaily, Appended, DeleteBlock, MoveBlock, Place, UpdateBlock};
pub use condition::{Condition, Tags};
pub use engine::{CACHE, Engine, View};
pub use error::{Code, Error, Kind};
pub use etag::{Digest, ETag};
#[cfg(feature = "faults")]
pub use faults::Faults;
pub use feed::{Change, ChangedObject, Changes, ListChanges, Position, PositionError};
pub use files::{Linked, Links, PublicUrl};
pub use history::{GetObjects, ListHistory};
pub use lists::{ListObjects, Page, Row};
pub use markdown::{CreateFromMarkdown, UpdateFromMarkdown};
pub use media::{LONGEST_TYPE, is_media_type, media_of, type_of_name};
pub use objects::{
    CreateFromUrl, CreateMedia, CreateObject, DeleteObject, Edit, EditObject, MAX_EDITS, Notes, RevertObject,
    UpdateObject,
};
pub use operation::{Ignored, Operation, Request, Written};
pub use palimpsest_store::{ByteStream, ChangeKind, FilesError, List, Moves, Policy, Scope};
pub use retry::Retry;
pub use schema::{
    CreateCollection, CreateProperty, CreateStructure, DeleteCollection, DeleteProperty, DeleteStructure,
    SchemaOperation, UpdateCollection, UpdateProperty, UpdateSpace, UpdateStructure,
};
pub use search::Search;
pub use shown::About;
pub use transactions::{Committed, Guard, Left, Outcome, Part, Reason, RevertTransaction, Reverted, Step, Transaction};
pub use transfer::{Adoption, Blueprint, Fate};
pub use uploads::{MAX_FILE, PART_SIZE, StartUpload};
pub use webhooks::{CreateWebhook, Next, UpdateWebhook, WebhookHolder};
pub use world::{Clock, Fetch, Fetched, Fetching, Ids, Message, Post, Posted, Posting, WebPage};
#[cfg(feature = "testing")]
pub use world::{CountedIds, ManualClock};
pub use zone::ZoneName;
