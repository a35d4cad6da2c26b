//! The storage contract: what a backend keeps and promises, what a commit is, and the in-memory twin that serves as oracle.
//!
//! # What a backend proves
//! - A space has one log. Each commit that changes anything takes the next revision of its space, without gaps, in the order
//!   the closures ran; one that changes nothing or refuses takes none.
//! - A closure sees everything committed before it and nothing else. Closures of one space run one after another.
//! - "Returned" means durable: no answer of a commit leaves, not even a refusal, before what it saw is on disk.
//! - A snapshot sees exactly one revision. The published head never falls, and never runs ahead of what is durable.
//! - A crash loses nothing that was acknowledged. What was answered with an error is there wholly or not at all.
//! - A panic in a closure fails that closure alone.
//! - Webhooks and what became of their deliveries, and uploads, go with their token and with their space.
//! - A token opens at least one space. With a space go the tokens that open only it; the others open it no more, from the moment
//!   this is answered, and keep the rest of their spaces. Tokens of the operator open none, and are looked up apart.
//! - A stored answer is there exactly when the commit is that it answers; one that changed nothing takes no revision for it.
//! - The content of a file is named ([`Registry::named_files`]) from the commit of its object on, in whatever state that is, until
//!   the object has no content left in any version: it is erased, compacted, or gone with its space.
//! - The secret of the server is made once and never changes.
//!
//! # What is taken out of a log
//! - Each space has a horizon ([`SpaceRow::oldest`], 1 at first) that only moves forward. Every state from the horizon on is read
//!   as before; what asks for an earlier one is [`StoreError::Compacted`].
//! - The log holds every entry from the horizon on. Whoever follows it from revision N misses nothing while N is at least the
//!   revision before the horizon; below that, entries and changes are [`StoreError::Compacted`].
//! - The horizon moves first, in one commit with the first step of what is taken out below it. The steps keep the rest whole,
//!   so a crash between them leaves rows that nobody reads and the next compaction takes out.
//! - Of what is left, when and by whom it was made stays known ([`Origin`]): of an object in the trash, who put it there.
//! - An object that was deleted at or below the horizon keeps its id, its structure and its block ids, without content.
//! - An erased object ([`Doc::erased`]) is deleted, has no content in any version, and no paths in any entry. Its id, its block
//!   ids, and revision, time, actor and kind of its changes stay. What asks for it as it stood at a revision is
//!   [`StoreError::Erased`]; a list of the past is read without it. When the erasure is answered, no file of the backend holds
//!   its bytes.
//!
//! Backends hold no rules: reading a domain object, comparing, computing deltas and paths happen here, above them, in
//! [`Tx`]; a backend moves rows. The module `conformance` (a feature) is the suite each of them passes.

mod answer;
mod delta;
mod error;
mod files;
mod files_memory;
mod head;
mod job;
mod memory;
mod past;
mod record;
mod registry;
mod retention;
mod rows;
mod schema;
mod sealed;
mod snapshot;
mod store;
mod stored;
mod title;
mod tx;
mod upload;
mod verify;
mod versions;
mod webhook;

#[cfg(feature = "conformance")]
pub mod conformance;

pub use answer::{ANSWERS_KEPT, AnswerChange, StoredAnswer};
pub use delta::{DeltaError, apply_delta, make_delta};
pub use error::StoreError;
pub use files::{ByteStream, Files, FilesError, Filing, Kept};
pub use files_memory::MemoryFiles;
pub use head::{Current, Heads, Moves, ObjectHead, REMEMBERED};
pub use job::{Answer, Ran, ReadJob, Target, Work, WriteJob, guarded, run_job};
pub use memory::MemoryStore;
pub use past::changed_between;
pub use record::{
    Actor, AdminToken, ChangeKind, Doc, DocKey, Intent, List, LogEntry, Made, Membership, ObjectChange, Origin, Place,
    Policy, SchemaChange, SchemaKind, Scope, SpaceRow, Step, TokenHash, TokenRecord, Version,
};
pub use registry::Registry;
pub use rows::{Batch, RegistryRows, Rows};
pub use schema::load_schema;
pub use snapshot::Snapshot;
pub use store::{Glimpse, Lookup, Store};
pub use stored::StoredObject;
pub use title::{NO_OBJECT, Term, TermRange, TitleChanges, Titled, name_words};
pub use tx::{Found, Tx};
pub use upload::Upload;
pub use verify::{AuditRows, Verified, verify};
pub use webhook::{Delivery, Lease, SigningSecret, Webhook};
