//! Blocks as answers show them (spec/03 §4.1).

use palimpsest_model::{BlockId, Color, GridLayout, Hierarchy, Highlight, ListKind, Number, ObjectId, QuoteLayout};
use serde::{Deserialize, Deserializer};

use crate::date::Date;
use crate::required::required;
use crate::token::Token;

/// One block with everything below it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct BlockView {
    /// Its name, unique in the space.
    pub id: BlockId,
    /// What it is.
    #[serde(flatten)]
    pub content: ContentView,
}

/// What a block is, by its `type`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum ContentView {
    /// A paragraph, heading, list item, to-do, toggle or quote.
    #[serde(rename = "TextBlock")]
    Text(TextView),
    /// A block that only holds others.
    #[serde(rename = "GroupBlock")]
    Group(GroupView),
    /// Columns side by side.
    #[serde(rename = "GridBlock")]
    Grid(GridView),
    /// Source code.
    #[serde(rename = "CodeBlock")]
    Code {
        /// Its language.
        lang: String,
        /// The source.
        text: String,
    },
    /// Displayed LaTeX.
    #[serde(rename = "MathBlock")]
    Math {
        /// The source.
        text: String,
        /// Its colour.
        #[serde(default)]
        color_theme: Option<Color>,
    },
    /// Another object, embedded.
    #[serde(rename = "EntityBlock")]
    Entity {
        /// Which; nothing when it lost its target.
        #[serde(deserialize_with = "required")]
        entity_id: Option<ObjectId>,
        /// The date that the object stands for, if it does.
        #[serde(default)]
        date: Option<Date>,
    },
    /// A horizontal rule.
    #[serde(rename = "HorizontalLineBlock")]
    Line,
    /// Something the API cannot carry.
    #[serde(rename = "unsupported")]
    Unsupported {
        /// What it is where it came from.
        block_type: String,
    },
}

/// The content of a text block.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TextView {
    /// The runs of text.
    pub tokens: Vec<Token>,
    /// What stands below it.
    pub blocks: Vec<BlockView>,
    /// Its level.
    pub hierarchy: Hierarchy,
    /// Set when it is a list item.
    #[serde(default, deserialize_with = "list")]
    pub list: Option<ListKind>,
    /// Set when it is a to-do: whether it is done.
    #[serde(default, deserialize_with = "todo")]
    pub todo: Option<bool>,
    /// Set when it folds: whether it is open.
    #[serde(default, deserialize_with = "toggle")]
    pub toggle: Option<bool>,
    /// Set when it is a quote.
    #[serde(default, deserialize_with = "quote")]
    pub quote: Option<QuoteLayout>,
    /// Its colour.
    #[serde(default)]
    pub color_theme: Option<Color>,
    /// Set when it was highlighted elsewhere.
    #[serde(default)]
    pub highlight: Option<Highlight>,
}

/// The content of a group block.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupView {
    /// What it holds.
    pub blocks: Vec<BlockView>,
    /// Set when it is a list item.
    #[serde(default, deserialize_with = "list")]
    pub list: Option<ListKind>,
    /// Set when it is a to-do: whether it is done.
    #[serde(default, deserialize_with = "todo")]
    pub todo: Option<bool>,
    /// Set when it folds: whether it is open.
    #[serde(default, deserialize_with = "toggle")]
    pub toggle: Option<bool>,
    /// Its colour.
    #[serde(default)]
    pub color_theme: Option<Color>,
}

/// The content of a grid block.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GridView {
    /// Its columns.
    pub columns: Vec<Vec<BlockView>>,
    /// Where the inner borders are.
    pub dividers: Vec<Number>,
    /// How the columns are laid out.
    #[serde(default)]
    pub grid_layout: Option<GridLayout>,
    /// Its colour.
    #[serde(default)]
    pub color_theme: Option<Color>,
}

impl BlockView {
    /// The blocks right below it; of a grid, those of all columns.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        let (blocks, columns): (&[Self], &[Vec<Self>]) = match &self.content {
            ContentView::Text(text) => (&text.blocks, &[]),
            ContentView::Group(group) => (&group.blocks, &[]),
            ContentView::Grid(grid) => (&[], &grid.columns),
            _ => (&[], &[]),
        };
        blocks.iter().chain(columns.iter().flatten())
    }

    /// It and every block below it, parents before their children.
    pub fn walk(&self) -> Walk<'_> {
        Walk { open: vec![self] }
    }

    /// What a text, code or math block says itself.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.content {
            ContentView::Text(text) => text.tokens.iter().map(Token::as_text).collect(),
            ContentView::Code { text, .. } | ContentView::Math { text, .. } => text.clone(),
            _ => String::new(),
        }
    }
}

/// Blocks on a walk through trees, parents before their children.
#[derive(Clone, Debug)]
pub struct Walk<'b> {
    open: Vec<&'b BlockView>,
}

impl<'b> Walk<'b> {
    pub(crate) fn through(blocks: impl DoubleEndedIterator<Item = &'b BlockView>) -> Self {
        Self { open: blocks.rev().collect() }
    }
}

impl<'b> Iterator for Walk<'b> {
    type Item = &'b BlockView;

    fn next(&mut self) -> Option<Self::Item> {
        let block = self.open.pop()?;
        let from = self.open.len();
        self.open.extend(block.children());
        self.open[from..].reverse();
        Some(block)
    }
}

fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ListKind>, D::Error> {
    #[derive(Deserialize)]
    struct List {
        #[serde(rename = "type")]
        kind: ListKind,
    }
    Ok(Option::<List>::deserialize(deserializer)?.map(|list| list.kind))
}

fn todo<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Todo {
        is_done: bool,
    }
    Ok(Option::<Todo>::deserialize(deserializer)?.map(|todo| todo.is_done))
}

fn toggle<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Toggle {
        is_open: bool,
    }
    Ok(Option::<Toggle>::deserialize(deserializer)?.map(|toggle| toggle.is_open))
}

fn quote<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<QuoteLayout>, D::Error> {
    #[derive(Deserialize)]
    struct Quote {
        layout: QuoteLayout,
    }
    Ok(Option::<Quote>::deserialize(deserializer)?.map(|quote| quote.layout))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ID: &str = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";

    fn read(json: Value) -> Result<BlockView, serde_json::Error> {
        serde_json::from_value(json)
    }

    fn text(text: &str, below: Vec<Value>) -> Value {
        json!({"id": ID, "type": "TextBlock", "blocks": below, "hierarchy": {"key": "Base", "val": 0},
            "tokens": [{"type": "TextToken", "text": text, "style": {}}]})
    }

    #[test]
    fn every_kind_of_block_is_read() {
        let decorated = json!({"id": ID, "type": "TextBlock", "tokens": [], "blocks": [], "hierarchy": {"key": "H1", "val": 1},
            "list": {"type": "roman"}, "todo": {"isDone": true}, "toggle": {"isOpen": false}, "quote": {"layout": "standout"},
            "colorTheme": "bg-red", "highlight": {"type": "custom", "label": "a"}});
        let ContentView::Text(content) = read(decorated).unwrap().content else { panic!("no text block") };
        assert_eq!(content.hierarchy, Hierarchy::heading(1));
        assert_eq!((content.list, content.todo), (Some(ListKind::Roman), Some(true)));
        assert_eq!((content.toggle, content.quote), (Some(false), Some(QuoteLayout::Standout)));
        assert_eq!(content.color_theme, Color::named("bg-red"));
        assert_eq!(content.highlight.unwrap().label.as_deref(), Some("a"));
        let grid = json!({"id": ID, "type": "GridBlock", "columns": [[text("a", vec![])], []], "dividers": [0.5]});
        assert_eq!(read(grid).unwrap().walk().count(), 2);
        for json in [
            json!({"id": ID, "type": "GroupBlock", "blocks": []}),
            json!({"id": ID, "type": "CodeBlock", "lang": "c", "text": "a"}),
            json!({"id": ID, "type": "MathBlock", "text": "a"}),
            json!({"id": ID, "type": "EntityBlock", "entityId": null}),
            json!({"id": ID, "type": "EntityBlock", "entityId": ID,
                "date": {"dateResolution": "day", "start": null, "end": null}}),
            json!({"id": ID, "type": "HorizontalLineBlock"}),
            json!({"id": ID, "type": "unsupported", "blockType": "TableBlock"}),
        ] {
            read(json.clone()).unwrap_or_else(|error| panic!("{error}: {json}"));
        }
    }

    #[test]
    fn a_walk_meets_parents_before_their_children_and_siblings_in_order() {
        let tree = text("1", vec![text("2", vec![text("3", vec![])]), text("4", vec![])]);
        let texts: Vec<_> = read(tree).unwrap().walk().map(BlockView::text).collect();
        assert_eq!(texts, ["1", "2", "3", "4"]);
    }

    #[test]
    fn surprises_are_noticed_and_unknown_members_passed_over() {
        let check = |json: Value, expected: bool| assert_eq!(read(json.clone()).is_ok(), expected, "{json}");
        check(json!({"id": ID, "type": "TextBlock", "tokens": [], "blocks": []}), false);
        check(json!({"id": ID, "type": "EntityBlock"}), false);
        check(json!({"id": ID, "type": "TableBlock"}), false);
        check(json!({"type": "HorizontalLineBlock"}), false);
        check(json!({"id": ID, "type": "HorizontalLineBlock", "thickness": 3}), true);
    }

    #[test]
    fn deep_trees_are_read_from_bytes() {
        let mut tree = text("leaf", vec![]);
        for _ in 1..32 {
            tree = json!({"id": ID, "type": "GridBlock", "columns": [[tree], []], "dividers": []});
        }
        let block: BlockView = serde_json::from_slice(&serde_json::to_vec(&tree).unwrap()).unwrap();
        assert_eq!(block.walk().count(), 32);
    }
}
