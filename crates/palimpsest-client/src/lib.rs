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
//! # Transport
//! HTTP/1.1, with TLS for `https`: the root certificates are those of the system, the crypto provider that of the process, or
//! ring if there is none. Redirects are not followed, so that a token never goes to another host.

mod answered;
mod append;
mod block_view;
mod call;
mod calls;
mod client;
mod code;
mod daily;
mod date;
mod error;
mod headers;
mod list;
mod markdown_view;
mod new_block;
mod new_link;
mod new_object;
mod object_changes;
mod object_view;
mod page_view;
mod property;
mod required;
mod retry;
mod search;
mod space_view;
mod structure_view;
mod time;
mod token;

pub use answered::Answered;
pub use append::Append;
pub use block_view::{BlockView, ContentView, GridView, GroupView, TextView, Walk};
pub use call::Call;
pub use client::{Client, ClientBuilder};
pub use code::Code;
pub use daily::DailyAppend;
pub use date::Date;
pub use error::Error;
pub use list::{List, Page};
pub use markdown_view::MarkdownView;
pub use new_block::NewBlock;
pub use new_link::NewLink;
pub use new_object::NewObject;
pub use object_changes::ObjectChanges;
pub use object_view::{FileView, ObjectView};
pub use page_view::{PageView, RowView};
pub use palimpsest_model::{
    Alignment, BlockId, BuiltIn, CollectionId, Color, GridLayout, Hierarchy, Highlight, HighlightColor, HighlightKind,
    Icon, LabelId, ListKind, Number, ObjectId, PropertyId, QuoteLayout, Resolution, Revision, SpaceId, StructureId,
    Style, Timestamp, parse_uuid,
};
pub use property::{LabelView, PropertyValue};
/// What [`Call::header`] takes.
pub use reqwest::header::{HeaderName, HeaderValue};
pub use retry::Retry;
pub use search::Search;
pub use space_view::SpaceView;
pub use structure_view::{CollectionView, PropertyType, PropertyView, StructureView};
pub use token::{Link, LinkTarget, Token};
/// What most ids hold.
pub use uuid::Uuid;
