//! What things *are*: ids, spaces, structures, objects, properties, blocks and tokens; how their JSON is read (all problems
//! at once, each with its exact path) and written; how they are edited, aligned, compared and merged.
//!
//! Everything here is pure: no async, no clock, no randomness, no files, no SQL, no HTTP.

mod addresses;
mod align;
#[cfg(feature = "arbitrary")]
pub mod arbitrary;
mod block;
mod builtin;
mod checksum;
mod color;
mod convert;
mod date;
mod diff;
mod draft;
mod edit;
mod file;
mod icon;
mod id;
mod merge;
mod number;
mod object;
mod problem;
mod reader;
mod render;
mod schema;
mod sections;
mod stored;
mod structure;
mod structure_draft;
mod tag;
mod time;
mod token;
mod value;
mod value_at;
mod words;

pub use align::{Names, pair_equal, realign};
pub use block::{
    Alignment, Block, Content, GridContent, GridLayout, GroupContent, Hierarchy, Highlight, HighlightColor,
    HighlightKind, ListKind, QuoteLayout, TextContent, count_blocks, depth_of, find_block, walk_blocks,
};
pub use builtin::{builtin_structures, comes_with, task_defaults};
pub use checksum::checksum;
pub use color::{Color, HUES};
pub use convert::{WhyNot, convert, options_of};
pub use date::{DatePayload, Resolution};
pub use diff::{Changes, added_blocks, changed_paths, changes};
pub use draft::{BlockDraft, Given, MAX_HIGHLIGHT_TEXT, read_block, read_blocks, read_blocks_by_property};
pub use edit::{
    EditError, Occurrence, Position, Replacement, append, delete_block, is_lone_empty, move_block, replace_text,
    update_block,
};
pub use file::{File, FileHash, FileHashError};
pub use icon::Icon;
pub use id::{
    BlockId, BuiltIn, CollectionId, LabelId, LogId, NOTHING, ObjectId, PropertyId, Revision, SpaceId, StructureId,
    TokenId, WebhookId, parse_uuid, read_property_id, read_structure_id, read_uuid,
};
pub use merge::{Conflict, Merged, merge};
pub use number::Number;
pub use object::{Object, State};
pub use problem::{Path, Problem, Problems, Step};
pub use reader::{Dropped, Node, Reading, Seen};
pub use render::{
    FileLink, Shown, render_collection, render_object, render_space, render_structure, render_structures,
};
pub use schema::{Collection, Schema, Space, Versioned};
pub use sections::Sections;
pub use stored::StoredError;
pub use structure::{
    Creation, LabelOption, PropertyDefinition, PropertyKind, Structure, check_property, fits, misfits,
};
pub use structure_draft::{
    MAX_COLLECTIONS, MAX_NAME, MAX_OPTIONS, MAX_PROPERTIES, MAX_STRUCTURES, OWN_PROPERTIES, OptionDraft,
    PROPERTY_TYPES, PropertyDraft, StructureDraft, make_options, read_allowed, read_hue, read_name, read_options,
    read_property, read_structure, read_type,
};
pub use tag::{Tag, TagError};
pub use time::Timestamp;
pub use token::{LinkTarget, Style, Token, read_tokens};
pub use value::{MAX_ALIASES, Value, read_properties, read_value};
pub use value_at::{Values, value_at};
pub use words::{fold, words};

/// Blocks may nest this deep (the text at the top of a list counts as one).
pub const MAX_DEPTH: usize = 32;
/// An object holds at most this many blocks.
pub const MAX_BLOCKS: usize = 10_000;
/// The replacements of one call make texts at most so many bytes longer.
pub const MAX_GROWTH: usize = 1_000_000;
/// A Markdown text has at most this many UTF-16 code units where the contract limits it.
pub const MAX_MARKDOWN: usize = 200_000;
