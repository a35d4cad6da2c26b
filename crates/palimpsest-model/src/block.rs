//! Blocks: the tree that an object's text is made of (spec/03 §4).
//!
//! A block is its own content plus lists of children: one list under a text or group block, one per column under a grid, none
//! under the others. Keeping children out of the content makes walking, aligning and comparing the same for every kind.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::color::Color;
use crate::date::DatePayload;
use crate::id::{BlockId, ObjectId};
use crate::number::Number;
use crate::token::Token;

/// One block with everything below it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Block {
    /// Its name, unique in the space; kept as long as the block lives.
    #[serde(rename = "i")]
    pub id: BlockId,
    /// What it says itself.
    #[serde(rename = "c")]
    pub content: Content,
    /// What stands below it; empty lists at the end are left out for text and group blocks.
    #[serde(rename = "b", default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Vec<Block>>,
}

/// What a block says itself, apart from its children.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// A paragraph, heading, list item, to-do, toggle or quote.
    Text(TextContent),
    /// A block that only holds others.
    Group(GroupContent),
    /// Columns side by side.
    Grid(GridContent),
    /// Source code.
    Code {
        /// Its language, any word.
        lang: String,
        /// The source.
        text: String,
    },
    /// Displayed LaTeX.
    Math {
        /// The source.
        text: String,
        /// Its colour.
        #[serde(rename = "color", default, skip_serializing_if = "Option::is_none")]
        color_theme: Option<Color>,
    },
    /// Another object, embedded.
    Entity {
        /// Which; nothing for an embed that lost its target.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<ObjectId>,
        /// The date, when the target is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        date: Option<DatePayload>,
    },
    /// A horizontal rule.
    Line,
    /// Something this API cannot carry.
    Unsupported {
        /// Its kind where it came from.
        kind: String,
    },
}

/// The level of a text block: `Base/0`, `H1/1`, `H2/2`, `H3/3`; other pairs are kept as sent.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Hierarchy {
    /// Its name.
    pub key: Cow<'static, str>,
    /// Its number.
    pub val: Number,
}

impl Default for Hierarchy {
    fn default() -> Self {
        Self { key: Cow::Borrowed("Base"), val: Number::from(0) }
    }
}

impl Hierarchy {
    /// The heading of a level from 1 to 3; deeper ones are level 3.
    #[must_use]
    pub fn heading(level: u8) -> Self {
        let level = level.clamp(1, 3);
        let key = match level {
            1 => "H1",
            2 => "H2",
            _ => "H3",
        };
        Self { key: Cow::Borrowed(key), val: Number::from(i64::from(level)) }
    }

    fn is_base(&self) -> bool {
        *self == Self::default()
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the words are the contract's")]
        pub enum $name { $(#[serde(rename = $word)] $variant),+ }

        impl $name {
            /// The words of the wire and what they mean.
            pub const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),+];

            /// The word on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    )+};
}

words! {
    /// How a list item is marked.
    ListKind { Bullet = "bullet", Alphabetical = "alphabetical", Numerical = "numerical", Roman = "roman" }
    /// How a quote is set.
    QuoteLayout { Normal = "normal", Standout = "standout" }
    /// How the columns of a grid are laid out.
    GridLayout { Columns = "columns", Grid = "grid" }
    /// How text is aligned; written by clients, never shown by reads.
    Alignment { Left = "left", Center = "center", Right = "right" }
    /// The colour of a highlight.
    HighlightColor {
        Yellow = "yellow", Orange = "orange", Green = "green", Red = "red", Purple = "purple", Blue = "blue",
    }
    /// Where a highlight came from; clients write the last only.
    HighlightKind {
        Webhighlights = "webhighlights", Readwise = "readwise", Kindle = "kindle-import", Custom = "custom",
    }
}

/// What marks a passage as quoted from elsewhere.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Highlight {
    /// Where it came from.
    #[serde(rename = "type")]
    pub kind: HighlightKind,
    /// The page it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A name of 1–20 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// A place of at most 20 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Its colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<HighlightColor>,
}

/// The content of a text block.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct TextContent {
    /// The runs of text.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<Token>,
    /// Its level.
    #[serde(rename = "h", default, skip_serializing_if = "Hierarchy::is_base")]
    pub hierarchy: Hierarchy,
    /// Set when it is a list item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<ListKind>,
    /// Set when it is a to-do: whether it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub todo: Option<bool>,
    /// Set when it folds: whether it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toggle: Option<bool>,
    /// Set when it is a quote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<QuoteLayout>,
    /// How it is aligned.
    #[serde(rename = "align", default, skip_serializing_if = "Option::is_none")]
    pub alignment: Option<Alignment>,
    /// Its colour.
    #[serde(rename = "color", default, skip_serializing_if = "Option::is_none")]
    pub color_theme: Option<Color>,
    /// Set when it was highlighted elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highlight: Option<Highlight>,
}

/// The content of a group block.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct GroupContent {
    /// Set when it is a list item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<ListKind>,
    /// Set when it is a to-do: whether it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub todo: Option<bool>,
    /// Set when it folds: whether it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toggle: Option<bool>,
    /// How it is aligned.
    #[serde(rename = "align", default, skip_serializing_if = "Option::is_none")]
    pub alignment: Option<Alignment>,
    /// Its colour.
    #[serde(rename = "color", default, skip_serializing_if = "Option::is_none")]
    pub color_theme: Option<Color>,
}

/// The content of a grid block; its columns are the block's lists of children.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct GridContent {
    /// Where the inner borders are, as sent.
    #[serde(default)]
    pub dividers: Vec<Number>,
    /// How the columns are laid out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<GridLayout>,
    /// Its colour.
    #[serde(rename = "color", default, skip_serializing_if = "Option::is_none")]
    pub color_theme: Option<Color>,
}

impl Content {
    /// One of each kind, as empty as it can be.
    #[must_use]
    pub fn samples() -> [Self; 8] {
        [
            Self::Text(TextContent::default()),
            Self::Group(GroupContent::default()),
            Self::Grid(GridContent::default()),
            Self::Code { lang: String::new(), text: String::new() },
            Self::Math { text: String::new(), color_theme: None },
            Self::Entity { target: None, date: None },
            Self::Line,
            Self::Unsupported { kind: String::new() },
        ]
    }

    /// The `type` on the wire.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "TextBlock",
            Self::Group(_) => "GroupBlock",
            Self::Grid(_) => "GridBlock",
            Self::Code { .. } => "CodeBlock",
            Self::Math { .. } => "MathBlock",
            Self::Entity { .. } => "EntityBlock",
            Self::Line => "HorizontalLineBlock",
            Self::Unsupported { .. } => "unsupported",
        }
    }

    /// How the block is aligned, for the kinds that can be.
    #[must_use]
    pub fn alignment(&self) -> Option<Alignment> {
        match self {
            Self::Text(text) => text.alignment,
            Self::Group(group) => group.alignment,
            _ => None,
        }
    }

    pub(crate) fn set_alignment(&mut self, alignment: Option<Alignment>) {
        match self {
            Self::Text(text) => text.alignment = alignment,
            Self::Group(group) => group.alignment = alignment,
            _ => {}
        }
    }
}

impl Block {
    /// A block without children.
    #[must_use]
    pub fn leaf(id: BlockId, content: Content) -> Self {
        Self { id, content, children: Vec::new() }
    }

    /// A text block without tokens or decoration, as a new object holds.
    #[must_use]
    pub fn empty(id: BlockId) -> Self {
        Self::leaf(id, Content::Text(TextContent::default()))
    }

    /// Whether other blocks may be put under it (not into it: grids take columns).
    #[must_use]
    pub fn is_parent(&self) -> bool {
        matches!(self.content, Content::Text(_) | Content::Group(_))
    }

    /// Leaves out what an empty list of children would only repeat.
    pub(crate) fn normalise(&mut self) {
        if self.is_parent() && self.children.iter().all(Vec::is_empty) {
            self.children.clear();
        }
    }
}

/// Calls `visit` with every block of a list, parents before their children.
pub fn walk_blocks<'b>(blocks: &'b [Block], visit: &mut impl FnMut(&'b Block)) {
    for block in blocks {
        visit(block);
        for list in &block.children {
            walk_blocks(list, visit);
        }
    }
}

/// How many blocks a list holds, all levels counted.
#[must_use]
pub fn count_blocks(blocks: &[Block]) -> usize {
    let mut count = 0;
    walk_blocks(blocks, &mut |_| count += 1);
    count
}

/// How deep a list nests: 0 when empty, 1 without children.
#[must_use]
pub fn depth_of(blocks: &[Block]) -> usize {
    blocks
        .iter()
        .map(|block| 1 + block.children.iter().map(|list| depth_of(list)).max().unwrap_or(0))
        .max()
        .unwrap_or(0)
}

/// The block of this id, wherever it stands in the list.
#[must_use]
pub fn find_block(blocks: &[Block], id: BlockId) -> Option<&Block> {
    blocks.iter().find_map(|block| {
        if block.id == id { Some(block) } else { block.children.iter().find_map(|list| find_block(list, id)) }
    })
}
