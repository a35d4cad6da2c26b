//! A typed client of the Capacities API and of what Palimpsest adds to it.
//!
//! A [`Client`] makes [`Call`]s. A call is a plain description of one request until it is awaited; then it is sent, perhaps
//! again (see [`Retry`]), and comes back as an [`Answered`] value, which carries the revision of the space it was computed
//! at, or as an [`Error`] with its [`Code`].
//!
//! ```no_run
//! use palimpsest_client::{Append, Client, NewBlock, NewObject, PropertyValue, Token};
//!
//! # async fn tour() -> Result<(), palimpsest_client::Error> {
//! let client = Client::new("http://127.0.0.1:7777", "cap-api-…")?;
//!
//! let page = NewObject::page("Reagents")
//!     .property("description", PropertyValue::text("What is where"))
//!     .blocks("RootPage_content", [NewBlock::text("Fridge").heading(1), NewBlock::text("Store cold").bullet()]);
//! let page = client.create_object(&page).await?.value;
//!
//! client.append(page.id, &Append::markdown("## Tuesday\n\nran gel")).await?;
//! let done = NewBlock::tokens([Token::text("ordered").bold()]).todo(true);
//! let answered = client.append(page.id, &Append::blocks([done]).at_start()).await?;
//! println!("revision {:?} of {}", answered.revision, answered.value.title());
//!
//! match client.object(page.id).await {
//!     Ok(answered) => println!("{} blocks", answered.value.walk().count()),
//!     Err(error) if error.is_not_found() => println!("somebody deleted it"),
//!     Err(error) => return Err(error),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Answers are read strictly where the contract promises something (a text block without a hierarchy is an error) and with
//! patience where it does not: members that nobody knows yet are passed over. [`Call::as_json`] gives an answer as it came.
//!
//! # More than one writer
//! An answer tells the version of what it shows; [`Call::if_match`] makes a write depend on it, and a [careful](Client::careful)
//! client does so by itself. [`Client::update_with`] reads, changes and writes until nobody came between. A
//! [`Transaction`] does many writes or none; [`Client::queued`] keeps the writes to one object in order; [`Client::stream`] and
//! [`Client::follow`] tell what happens. Against a server that knows no versions all of it works as far as it can.
//!
//! # Transport
//! HTTP/1.1, with TLS for `https`: the root certificates are those of the system, the crypto provider that of the process, or
//! ring if there is none. Redirects are not followed, so that a token never goes to another host.

mod actor_view;
mod answered;
mod append;
mod block_view;
mod call;
mod calls;
mod careful;
mod chance;
mod change_view;
mod client;
mod code;
mod committed_view;
mod copy;
mod daily;
mod date;
mod download;
mod edits;
mod error;
mod events;
mod feed;
mod guard;
mod headers;
mod history_view;
mod list;
mod managed;
mod managed_view;
mod markdown_view;
mod new_block;
mod new_link;
mod new_object;
mod new_property;
mod new_structure;
mod new_upload;
mod object_changes;
mod object_view;
mod objects_view;
mod page_view;
mod place;
mod position;
mod property;
mod queue;
mod refusal;
mod request;
mod required;
mod retry;
mod revert;
mod reverted_view;
mod search;
mod space_view;
mod stream;
mod structure_view;
mod time;
mod token;
mod transaction;
mod trash_view;
mod update_with;
mod upload_view;
mod webhook;
mod webhook_view;

pub use actor_view::ActorView;
pub use answered::Answered;
pub use append::Append;
pub use block_view::{BlockView, ContentView, GridView, GroupView, TextView, Walk};
pub use call::Call;
pub use calls::Admin;
pub use change_view::{ChangeKind, ChangeView, ChangedView, ChangesView, SchemaChangeView};
pub use client::{Client, ClientBuilder};
pub use code::Code;
pub use committed_view::{CommittedView, OutcomeView};
pub use copy::{CopyStep, CopyStream};
pub use daily::DailyAppend;
pub use date::Date;
pub use download::Download;
pub use edits::Edits;
pub use error::Error;
pub use feed::Feed;
/// The examples of the documentation, to be compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/client.md")]
struct Documentation;

/// What the changes of a space come as.
pub use futures_util::Stream;
pub use guard::Guard;
pub use history_view::{DifferenceView, EntryView, HistoryView, PathChange};
pub use list::{List, Page};
pub use managed::{Concurrency, NewAccessToken, NewSpace, Scope, SpaceSettings};
pub use managed_view::{ErasedView, MadeToken, ManagedSpace, ManagedToken};
pub use markdown_view::MarkdownView;
pub use new_block::NewBlock;
pub use new_link::NewLink;
pub use new_object::NewObject;
pub use new_property::{NewOption, NewProperty, PropertyChanges};
pub use new_structure::{NewCollection, NewStructure, SpaceChanges, StructureChanges};
pub use new_upload::NewUpload;
pub use object_changes::ObjectChanges;
pub use object_view::{FileView, ObjectView};
pub use objects_view::{FoundView, MissingView, ObjectsView};
pub use page_view::{PageView, RowView};
pub use palimpsest_model::{
    Alignment, BlockId, BuiltIn, CollectionId, Color, GridLayout, Hierarchy, Highlight, HighlightColor, HighlightKind,
    Icon, LabelId, ListKind, LogId, Number, ObjectId, PropertyId, QuoteLayout, Resolution, Revision, SpaceId,
    StructureId, Style, Tag, Timestamp, TokenId, WebhookId, parse_uuid,
};
pub use place::Place;
pub use position::{Position, PositionError};
pub use property::{LabelView, PropertyValue};
pub use refusal::{Aborted, ConflictView, InUseView, LostBase, Part, StaleView};
/// What [`Call::header`] takes.
pub use reqwest::header::{HeaderName, HeaderValue};
pub use retry::Retry;
pub use revert::Revert;
pub use reverted_view::{LeftReason, LeftView, RevertedObject, RevertedView};
pub use search::Search;
pub use space_view::SpaceView;
pub use stream::{ChangeStream, Followed};
pub use structure_view::{CollectionView, PropertyType, PropertyView, StructureView};
pub use token::{Link, LinkTarget, Token};
pub use transaction::Transaction;
pub use trash_view::{TrashView, TrashedView};
pub use update_with::{Amendment, UpdateWith};
pub use upload_view::{PartView, UploadView};
/// What most ids hold.
pub use uuid::Uuid;
pub use webhook::{NewWebhook, WebhookChanges};
pub use webhook_view::{DeliveryKind, DeliveryView, MadeWebhook, WebhookFailure, WebhookState, WebhookView};
