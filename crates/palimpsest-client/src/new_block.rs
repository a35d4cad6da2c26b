//! Blocks as they are written (spec/03 §4.1).

use palimpsest_model::{
    Alignment, BlockId, Color, GridLayout, Hierarchy, Highlight, ListKind, Number, ObjectId, QuoteLayout,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::block_view::{BlockView, ContentView};
use crate::token::Token;

/// A block to be written: a new one, or the content of one that is updated.
///
/// In an update what is left out stays as it is, and the methods `without_…` remove. Decorations that a kind of block does
/// not know are ignored by the server.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(transparent)]
pub struct NewBlock(Map<String, Value>);

impl NewBlock {
    /// A paragraph.
    pub fn text(text: impl Into<String>) -> Self {
        Self::tokens([Token::text(text)])
    }

    /// A paragraph of several runs.
    pub fn tokens(tokens: impl IntoIterator<Item = Token>) -> Self {
        let tokens: Vec<_> = tokens.into_iter().collect();
        Self::of("TextBlock").with("tokens", to_value(&tokens))
    }

    /// A text block without tokens: a new one is empty, an updated one keeps its text.
    #[must_use]
    pub fn blank() -> Self {
        Self::of("TextBlock")
    }

    /// A block that only holds others.
    pub fn group(blocks: impl IntoIterator<Item = Self>) -> Self {
        Self::of("GroupBlock").children(blocks)
    }

    /// Columns side by side, at least two, equally wide.
    pub fn grid(columns: impl IntoIterator<Item = Vec<Self>>) -> Self {
        let columns: Vec<_> = columns.into_iter().collect();
        let borders = 1..columns.len();
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 columns")]
        let dividers: Vec<_> = borders.map(|border| border as f64 / columns.len() as f64).collect();
        Self::of("GridBlock").with("columns", to_value(&columns)).with("dividers", json!(dividers))
    }

    /// Source code.
    pub fn code(lang: impl Into<String>, text: impl Into<String>) -> Self {
        Self::of("CodeBlock").with("lang", lang.into()).with("text", text.into())
    }

    /// Displayed LaTeX.
    pub fn math(text: impl Into<String>) -> Self {
        Self::of("MathBlock").with("text", text.into())
    }

    /// Another object, embedded.
    #[must_use]
    pub fn embed(id: ObjectId) -> Self {
        Self::of("EntityBlock").with("entityId", to_value(&id))
    }

    /// A horizontal rule.
    #[must_use]
    pub fn line() -> Self {
        Self::of("HorizontalLineBlock")
    }

    /// The same under an id of the client's choice: that of the block it continues, or a new UUID.
    #[must_use]
    pub fn id(self, id: BlockId) -> Self {
        self.with("id", to_value(&id))
    }

    /// The same as a heading of level 1 to 3.
    #[must_use]
    pub fn heading(self, level: u8) -> Self {
        self.hierarchy(&Hierarchy::heading(level))
    }

    /// The same at a level.
    #[must_use]
    pub fn hierarchy(self, hierarchy: &Hierarchy) -> Self {
        self.with("hierarchy", to_value(hierarchy))
    }

    /// The same as a bulleted list item.
    #[must_use]
    pub fn bullet(self) -> Self {
        self.list(ListKind::Bullet)
    }

    /// The same as a list item.
    #[must_use]
    pub fn list(self, kind: ListKind) -> Self {
        self.with("list", json!({ "type": kind }))
    }

    /// No longer a list item.
    #[must_use]
    pub fn without_list(self) -> Self {
        self.with("list", Value::Null)
    }

    /// The same as a to-do.
    #[must_use]
    pub fn todo(self, is_done: bool) -> Self {
        self.with("todo", json!({ "isDone": is_done }))
    }

    /// No longer a to-do.
    #[must_use]
    pub fn without_todo(self) -> Self {
        self.with("todo", Value::Null)
    }

    /// The same, folding.
    #[must_use]
    pub fn toggle(self, is_open: bool) -> Self {
        self.with("toggle", json!({ "isOpen": is_open }))
    }

    /// No longer folding.
    #[must_use]
    pub fn without_toggle(self) -> Self {
        self.with("toggle", Value::Null)
    }

    /// The same as a quote.
    #[must_use]
    pub fn quote(self, layout: QuoteLayout) -> Self {
        self.with("quote", json!({ "layout": layout }))
    }

    /// No longer a quote.
    #[must_use]
    pub fn without_quote(self) -> Self {
        self.with("quote", Value::Null)
    }

    /// The same, aligned; answers never show it.
    #[must_use]
    pub fn align(self, alignment: Alignment) -> Self {
        self.with("textAlignment", to_value(&alignment))
    }

    /// The same in a colour.
    #[must_use]
    pub fn color(self, color: Color) -> Self {
        self.with("colorTheme", to_value(&color))
    }

    /// Without a colour of its own.
    #[must_use]
    pub fn without_color(self) -> Self {
        self.with("colorTheme", Value::Null)
    }

    /// The same, marked as highlighted elsewhere.
    #[must_use]
    pub fn highlight(self, highlight: &Highlight) -> Self {
        self.with("highlight", to_value(highlight))
    }

    /// No longer highlighted.
    #[must_use]
    pub fn without_highlight(self) -> Self {
        self.with("highlight", Value::Null)
    }

    /// A grid laid out this way.
    #[must_use]
    pub fn layout(self, layout: GridLayout) -> Self {
        self.with("gridLayout", to_value(&layout))
    }

    /// A grid whose inner borders are here.
    #[must_use]
    pub fn dividers(self, dividers: &[Number]) -> Self {
        self.with("dividers", to_value(&dividers))
    }

    /// The same with these blocks below it; an update that leaves them out keeps what is there.
    #[must_use]
    pub fn children(self, blocks: impl IntoIterator<Item = Self>) -> Self {
        let blocks: Vec<_> = blocks.into_iter().collect();
        self.with("blocks", to_value(&blocks))
    }

    /// What an answer showed, to be written again under the same ids; nothing when it holds what cannot be written.
    #[must_use]
    pub fn again(block: &BlockView) -> Option<Self> {
        let list = |blocks: &[BlockView]| blocks.iter().map(Self::again).collect::<Option<Vec<_>>>();
        let new = match &block.content {
            ContentView::Text(text) => Self::tokens(text.tokens.clone())
                .hierarchy(&text.hierarchy)
                .children(list(&text.blocks)?)
                .given(text.list, Self::list)
                .given(text.todo, Self::todo)
                .given(text.toggle, Self::toggle)
                .given(text.quote, Self::quote)
                .given(text.color_theme, Self::color)
                .given(text.highlight.as_ref(), Self::highlight),
            ContentView::Group(group) => Self::group(list(&group.blocks)?)
                .given(group.list, Self::list)
                .given(group.todo, Self::todo)
                .given(group.toggle, Self::toggle)
                .given(group.color_theme, Self::color),
            ContentView::Grid(grid) => {
                let columns = grid.columns.iter().map(|column| list(column)).collect::<Option<Vec<_>>>()?;
                Self::grid(columns)
                    .dividers(&grid.dividers)
                    .given(grid.grid_layout, Self::layout)
                    .given(grid.color_theme, Self::color)
            }
            ContentView::Code { lang, text } => Self::code(lang, text),
            ContentView::Math { text, color_theme } => Self::math(text).given(*color_theme, Self::color),
            ContentView::Entity { entity_id, .. } => Self::of("EntityBlock").with("entityId", to_value(entity_id)),
            ContentView::Line => Self::line(),
            ContentView::Unsupported { .. } => return None,
        };
        Some(new.id(block.id))
    }

    fn of(kind: &str) -> Self {
        Self(Map::from_iter([("type".to_owned(), Value::from(kind))]))
    }

    fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    fn given<T>(self, value: Option<T>, set: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => set(self, value),
            None => self,
        }
    }
}

fn to_value(value: &impl Serialize) -> Value {
    // The types written here are words, ids, numbers and lists and maps of them: that cannot fail.
    serde_json::to_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use palimpsest_model::parse_uuid;

    use super::*;

    const ID: &str = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";

    fn check(block: NewBlock, expected: Value) {
        assert_eq!(serde_json::to_value(block).unwrap(), expected);
    }

    #[test]
    fn blocks_are_written_as_the_contract_takes_them() {
        let tokens = json!([{"type": "TextToken", "text": "a", "style": {}}]);
        check(NewBlock::text("a"), json!({"type": "TextBlock", "tokens": tokens}));
        check(
            NewBlock::text("a").heading(2).bullet().children([NewBlock::line()]),
            json!({"type": "TextBlock", "tokens": tokens, "hierarchy": {"key": "H2", "val": 2}, "list": {"type": "bullet"},
                "blocks": [{"type": "HorizontalLineBlock"}]}),
        );
        check(
            NewBlock::blank().todo(true).toggle(false).quote(QuoteLayout::Normal).align(Alignment::Center),
            json!({"type": "TextBlock", "todo": {"isDone": true}, "toggle": {"isOpen": false},
                "quote": {"layout": "normal"}, "textAlignment": "center"}),
        );
        check(NewBlock::code("c", "a"), json!({"type": "CodeBlock", "lang": "c", "text": "a"}));
        check(
            NewBlock::math("a").color(Color::named("bg-red").unwrap()),
            json!({"type": "MathBlock", "text": "a", "colorTheme": "bg-red"}),
        );
        check(
            NewBlock::embed(ObjectId(parse_uuid(ID).unwrap())).id(BlockId(parse_uuid(ID).unwrap())),
            json!({"type": "EntityBlock", "entityId": ID, "id": ID}),
        );
        check(
            NewBlock::grid([vec![NewBlock::line()], vec![]]).layout(GridLayout::Grid),
            json!({"type": "GridBlock", "columns": [[{"type": "HorizontalLineBlock"}], []], "dividers": [0.5],
                "gridLayout": "grid"}),
        );
    }

    #[test]
    fn what_is_taken_away_is_null() {
        check(
            NewBlock::blank().without_list().without_todo().without_toggle().without_quote(),
            json!({"type": "TextBlock", "list": null, "todo": null, "toggle": null, "quote": null}),
        );
        check(
            NewBlock::group([]).without_color().without_highlight(),
            json!({"type": "GroupBlock", "blocks": [], "colorTheme": null, "highlight": null}),
        );
    }

    #[test]
    fn what_was_read_can_be_written_again() {
        let check = |json: Value| {
            let view: BlockView = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(NewBlock::again(&view).unwrap()).unwrap(), json);
        };
        let line = json!({"id": ID, "type": "HorizontalLineBlock"});
        check(line.clone());
        check(json!({"id": ID, "type": "TextBlock", "tokens": [{"type": "CodeToken", "text": "a"}], "blocks": [line],
            "hierarchy": {"key": "H1", "val": 1}, "list": {"type": "roman"}, "todo": {"isDone": true},
            "toggle": {"isOpen": false}, "quote": {"layout": "standout"}, "colorTheme": "bg-red",
            "highlight": {"type": "custom", "label": "a"}}));
        check(json!({"id": ID, "type": "GroupBlock", "blocks": [line], "list": {"type": "bullet"}}));
        check(json!({"id": ID, "type": "GridBlock", "columns": [[line], []], "dividers": [50], "gridLayout": "grid"}));
        check(json!({"id": ID, "type": "CodeBlock", "lang": "c", "text": "a"}));
        check(json!({"id": ID, "type": "MathBlock", "text": "a", "colorTheme": "text-red"}));
        check(json!({"id": ID, "type": "EntityBlock", "entityId": null}));
        let table = json!({"id": ID, "type": "unsupported", "blockType": "Table"});
        let group = json!({"id": ID, "type": "GroupBlock", "blocks": [table]});
        assert_eq!(NewBlock::again(&serde_json::from_value(group).unwrap()), None);
    }
}
