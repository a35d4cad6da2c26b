//! Blocks as clients write them: which fields were given matters, because an update keeps what was left out.

use std::collections::BTreeMap;

use crate::block::{
    Alignment, Block, Content, GridContent, GridLayout, GroupContent, Hierarchy, Highlight, HighlightColor,
    HighlightKind, ListKind, QuoteLayout, TextContent,
};
use crate::color::Color;
use crate::id::{BlockId, PropertyId, parse_uuid};
use crate::number::Number;
use crate::reader::{Node, Reading};
use crate::token::{read_entity, read_tokens};
use crate::value::discriminate;
use crate::{MAX_BLOCKS, MAX_DEPTH};

/// A block as written, before it has a place or an identity.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlockDraft {
    /// The id the client sent, when it is a UUID.
    pub sent: Option<BlockId>,
    /// The content, with defaults for what was left out.
    pub content: Content,
    /// What was given.
    pub given: Given,
    /// The children, when they were given.
    pub children: Option<Vec<Vec<BlockDraft>>>,
}

/// Which optional fields of a draft were given (also as `null`, which removes).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "the names are the contract's fields")]
pub struct Given {
    pub tokens: bool,
    pub hierarchy: bool,
    pub list: bool,
    pub todo: bool,
    pub toggle: bool,
    pub quote: bool,
    pub alignment: bool,
    pub color_theme: bool,
    pub highlight: bool,
    pub layout: bool,
}

impl BlockDraft {
    /// A draft of a content that is given whole, as text converters make them.
    #[must_use]
    pub fn new(content: Content, children: Vec<Vec<BlockDraft>>) -> Self {
        Self { sent: None, content, given: Given::default(), children: Some(children) }
    }

    /// Its children; a grid that was written without columns has one empty column on each side of each divider.
    pub(crate) fn lists(content: &Content, children: Option<Vec<Vec<Self>>>) -> Vec<Vec<Self>> {
        match (children, content) {
            (Some(lists), _) => lists,
            (None, Content::Grid(grid)) => vec![Vec::new(); (grid.dividers.len() + 1).clamp(2, MAX_COLUMNS)],
            (None, _) => Vec::new(),
        }
    }

    /// Makes a new block of it, with ids from `fresh` for itself and everything below.
    pub fn into_new(self, fresh: &mut dyn FnMut() -> BlockId) -> Block {
        let id = fresh();
        let children = Self::lists(&self.content, self.children);
        let children =
            children.into_iter().map(|list| list.into_iter().map(|child| child.into_new(fresh)).collect()).collect();
        let mut block = Block { id, content: self.content, children };
        block.normalise();
        block
    }

    /// The content that an update of `current` leaves: what was left out stays, `null` removes. `None` when the kinds differ.
    #[must_use]
    pub fn updated(&self, current: &Content) -> Option<Content> {
        let given = self.given;
        Some(match (&self.content, current) {
            (Content::Text(new), Content::Text(old)) => {
                let pick = |given: bool| if given { new } else { old };
                Content::Text(TextContent {
                    tokens: pick(given.tokens).tokens.clone(),
                    hierarchy: pick(given.hierarchy).hierarchy.clone(),
                    list: pick(given.list).list,
                    todo: pick(given.todo).todo,
                    toggle: pick(given.toggle).toggle,
                    quote: pick(given.quote).quote,
                    alignment: pick(given.alignment).alignment,
                    color_theme: pick(given.color_theme).color_theme,
                    highlight: pick(given.highlight).highlight.clone(),
                })
            }
            (Content::Group(new), Content::Group(old)) => {
                let pick = |given: bool| if given { new } else { old };
                Content::Group(GroupContent {
                    list: pick(given.list).list,
                    todo: pick(given.todo).todo,
                    toggle: pick(given.toggle).toggle,
                    alignment: pick(given.alignment).alignment,
                    color_theme: pick(given.color_theme).color_theme,
                })
            }
            (Content::Grid(new), Content::Grid(old)) => Content::Grid(GridContent {
                dividers: new.dividers.clone(),
                layout: if given.layout { new.layout } else { old.layout },
                color_theme: if given.color_theme { new.color_theme } else { old.color_theme },
            }),
            (Content::Math { text, color_theme }, Content::Math { color_theme: old, .. }) => {
                Content::Math { text: text.clone(), color_theme: if given.color_theme { *color_theme } else { *old } }
            }
            (new, old) if new.kind() == old.kind() => new.clone(),
            _ => return None,
        })
    }
}

/// A grid that was written without columns gets at most this many empty ones.
const MAX_COLUMNS: usize = 32;

/// Reads a map from property id to a list of blocks.
pub fn read_blocks_by_property(
    node: &Node<'_, '_>,
    reading: &mut Reading,
) -> Option<BTreeMap<PropertyId, Vec<BlockDraft>>> {
    let read: Vec<_> =
        node.members(reading)?.map(|(id, list)| Some((PropertyId::from(id), read_blocks(&list, reading)?))).collect();
    read.into_iter().collect()
}

/// Reads a list of blocks with everything below them, at most [`MAX_DEPTH`] deep and [`MAX_BLOCKS`] in all.
pub fn read_blocks(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Vec<BlockDraft>> {
    let mut budget = MAX_BLOCKS + 1;
    let drafts = read_list(node, reading, MAX_DEPTH, &mut budget);
    if budget == 0 {
        reading.problem(node, format!("Too big: an object holds at most {MAX_BLOCKS} blocks"));
        return None;
    }
    drafts
}

/// Reads one block with everything below it.
pub fn read_block(node: &Node<'_, '_>, reading: &mut Reading) -> Option<BlockDraft> {
    let mut budget = MAX_BLOCKS + 1;
    let draft = read_draft(node, reading, MAX_DEPTH, &mut budget);
    if budget == 0 {
        reading.problem(node, format!("Too big: an object holds at most {MAX_BLOCKS} blocks"));
        return None;
    }
    draft
}

fn read_list(node: &Node<'_, '_>, reading: &mut Reading, depth: usize, budget: &mut usize) -> Option<Vec<BlockDraft>> {
    let elements = node.elements(reading)?;
    if elements.len() == 0 {
        return Some(Vec::new());
    }
    if depth == 0 {
        reading.problem(node, format!("Too deep: blocks nest at most {MAX_DEPTH} levels"));
        return None;
    }
    let mut read = Vec::with_capacity(elements.len().min(MAX_BLOCKS));
    for block in elements {
        if *budget == 0 {
            return None;
        }
        read.push(read_draft(&block, reading, depth, budget));
    }
    read.into_iter().collect()
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Group,
    Grid,
    Code,
    Math,
    Entity,
    Line,
}

const KINDS: [(&str, Kind); 7] = [
    ("TextBlock", Kind::Text),
    ("GroupBlock", Kind::Group),
    ("GridBlock", Kind::Grid),
    ("CodeBlock", Kind::Code),
    ("MathBlock", Kind::Math),
    ("EntityBlock", Kind::Entity),
    ("HorizontalLineBlock", Kind::Line),
];

fn read_draft(node: &Node<'_, '_>, reading: &mut Reading, depth: usize, budget: &mut usize) -> Option<BlockDraft> {
    *budget = budget.saturating_sub(1);
    node.object(reading)?;
    let kind = discriminate(node, reading, &KINDS)?;
    let id = node.get("id");
    let sent = id.value().and_then(serde_json::Value::as_str).and_then(parse_uuid).map(BlockId);
    if sent.is_none() && !id.is_absent() {
        reading.ignore(&id);
    }
    let mut given = Given::default();
    let mut fields = Fields { node, reading, given: &mut given };
    let content = match kind {
        Kind::Text => fields.text(),
        Kind::Group => fields.group(),
        Kind::Grid => fields.grid(),
        Kind::Code => fields.code(),
        Kind::Math => fields.math(),
        Kind::Entity => fields.entity(),
        Kind::Line => Some(Content::Line),
    };
    let children = match kind {
        Kind::Text | Kind::Group => read_children(&node.get("blocks"), reading, depth - 1, budget),
        Kind::Grid => read_columns(node, reading, depth - 1, budget),
        _ => Some(None),
    };
    Some(BlockDraft { sent, content: content?, given, children: children? })
}

fn read_children(
    node: &Node<'_, '_>,
    reading: &mut Reading,
    depth: usize,
    budget: &mut usize,
) -> Option<Option<Vec<Vec<BlockDraft>>>> {
    if node.is_absent() {
        return Some(None);
    }
    read_list(node, reading, depth, budget).map(|list| Some(vec![list]))
}

fn read_columns(
    node: &Node<'_, '_>,
    reading: &mut Reading,
    depth: usize,
    budget: &mut usize,
) -> Option<Option<Vec<Vec<BlockDraft>>>> {
    let columns = node.get("columns");
    if columns.is_absent() {
        return Some(None);
    }
    let read: Vec<_> = columns.elements(reading)?.map(|column| read_list(&column, reading, depth, budget)).collect();
    if read.len() < 2 {
        reading.problem(&columns, "GridBlock must include at least two columns.");
        return None;
    }
    read.into_iter().collect::<Option<_>>().map(Some)
}

/// The fields of one block; each method notes what was given.
struct Fields<'a, 't, 'v> {
    node: &'a Node<'t, 'v>,
    reading: &'a mut Reading,
    given: &'a mut Given,
}

impl Fields<'_, '_, '_> {
    fn text(&mut self) -> Option<Content> {
        let tokens = self.tokens();
        let hierarchy = self.hierarchy();
        let list = self.list();
        let todo = self.todo();
        let toggle = self.toggle();
        let quote = self.quote();
        let alignment = self.alignment();
        let color_theme = self.color_theme();
        let highlight = self.highlight();
        Some(Content::Text(TextContent {
            tokens: tokens?,
            hierarchy: hierarchy?,
            list: list?,
            todo: todo?,
            toggle: toggle?,
            quote: quote?,
            alignment: alignment?,
            color_theme: color_theme?,
            highlight: highlight?,
        }))
    }

    fn group(&mut self) -> Option<Content> {
        let list = self.list();
        let todo = self.todo();
        let toggle = self.toggle();
        let alignment = self.alignment();
        let color_theme = self.color_theme();
        Some(Content::Group(GroupContent {
            list: list?,
            todo: todo?,
            toggle: toggle?,
            alignment: alignment?,
            color_theme: color_theme?,
        }))
    }

    fn grid(&mut self) -> Option<Content> {
        let dividers = self.dividers();
        let layout = self.layout();
        let color_theme = self.color_theme();
        Some(Content::Grid(GridContent { dividers: dividers?, layout: layout?, color_theme: color_theme? }))
    }

    fn code(&mut self) -> Option<Content> {
        let lang = self.node.get("lang").string(self.reading).map(str::to_owned);
        let text = self.node.get("text").string(self.reading).map(str::to_owned);
        Some(Content::Code { lang: lang?, text: text? })
    }

    fn math(&mut self) -> Option<Content> {
        let text = self.node.get("text").string(self.reading).map(str::to_owned);
        let color_theme = self.color_theme();
        Some(Content::Math { text: text?, color_theme: color_theme? })
    }

    fn entity(&mut self) -> Option<Content> {
        let date = self.node.get("date");
        if !date.is_absent() {
            self.reading.problem(&date, "EntityBlock does not accept `date`; use a LinkToken with `date` instead.");
        }
        let entity = self.node.get("entityId");
        let target = if entity.is_null() { None } else { Some(read_entity(&entity, self.reading)?) };
        date.is_absent().then_some(Content::Entity { target, date: None })
    }

    /// An optional field: `read` when it is given and not `null`.
    fn field<T>(
        &mut self,
        name: &str,
        given: fn(&mut Given) -> &mut bool,
        read: impl Fn(&Node<'_, '_>, &mut Reading) -> Option<T>,
    ) -> Option<Option<T>> {
        let node = self.node.get(name);
        *given(self.given) = !node.is_absent();
        match node.present() {
            None => Some(None),
            Some(node) => read(&node, self.reading).map(Some),
        }
    }

    fn tokens(&mut self) -> Option<Vec<crate::Token>> {
        self.field("tokens", |given| &mut given.tokens, read_tokens).map(Option::unwrap_or_default)
    }

    fn hierarchy(&mut self) -> Option<Hierarchy> {
        let read = |node: &Node<'_, '_>, reading: &mut Reading| {
            node.object(reading)?;
            let key = node.get("key").string(reading).map(str::to_owned);
            let val = node.get("val").number(reading).cloned().map(Number::from);
            Some(Hierarchy { key: key?.into(), val: val? })
        };
        self.field("hierarchy", |given| &mut given.hierarchy, read).map(Option::unwrap_or_default)
    }

    fn list(&mut self) -> Option<Option<ListKind>> {
        self.field(
            "list",
            |given| &mut given.list,
            |node, reading| {
                node.object(reading)?;
                node.get("type").word(reading, ListKind::WORDS)
            },
        )
    }

    fn todo(&mut self) -> Option<Option<bool>> {
        self.field(
            "todo",
            |given| &mut given.todo,
            |node, reading| {
                node.object(reading)?;
                node.get("isDone").boolean(reading)
            },
        )
    }

    fn toggle(&mut self) -> Option<Option<bool>> {
        self.field(
            "toggle",
            |given| &mut given.toggle,
            |node, reading| {
                node.object(reading)?;
                node.get("isOpen").boolean(reading)
            },
        )
    }

    fn quote(&mut self) -> Option<Option<QuoteLayout>> {
        self.field(
            "quote",
            |given| &mut given.quote,
            |node, reading| {
                node.object(reading)?;
                node.get("layout").word(reading, QuoteLayout::WORDS)
            },
        )
    }

    fn alignment(&mut self) -> Option<Option<Alignment>> {
        self.field("textAlignment", |given| &mut given.alignment, |node, reading| node.word(reading, Alignment::WORDS))
    }

    fn color_theme(&mut self) -> Option<Option<Color>> {
        self.field("colorTheme", |given| &mut given.color_theme, Color::read)
    }

    fn layout(&mut self) -> Option<Option<GridLayout>> {
        self.field("gridLayout", |given| &mut given.layout, |node, reading| node.word(reading, GridLayout::WORDS))
    }

    fn dividers(&mut self) -> Option<Vec<Number>> {
        let node = self.node.get("dividers");
        let reading = &mut *self.reading;
        let read: Vec<_> =
            node.elements(reading)?.map(|number| number.number(reading).cloned().map(Number::from)).collect();
        read.into_iter().collect()
    }

    fn highlight(&mut self) -> Option<Option<Highlight>> {
        self.field("highlight", |given| &mut given.highlight, read_highlight)
    }
}

/// A label or location of a highlight has at most this many UTF-16 code units.
pub const MAX_HIGHLIGHT_TEXT: usize = 20;

fn read_highlight(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Highlight> {
    node.object(reading)?;
    let kinds = [("webhighlights", HighlightKind::Webhighlights), ("custom", HighlightKind::Custom)];
    if discriminate(node, reading, &kinds)? == HighlightKind::Webhighlights {
        reading.problem(&node.get("type"), "Only the integration of this name writes its highlights; use `custom`.");
        return None;
    }
    let label = node.get("label").string(reading).and_then(|text| {
        let length = text.encode_utf16().count();
        if length == 0 {
            reading.problem(&node.get("label"), "Too small: expected string to have >=1 characters");
        }
        short(&node.get("label"), text, reading).filter(|_| length > 0)
    });
    let location = node.get("location").given(reading, |n, r| n.string(r).and_then(|text| short(n, text, r)));
    let url = node.get("url").given(reading, |n, r| n.string(r).map(str::to_owned));
    let color = node.get("color").given(reading, |n, r| n.word(r, HighlightColor::WORDS));
    Some(Highlight { kind: HighlightKind::Custom, url: url?, label: Some(label?), location: location?, color: color? })
}

fn short(node: &Node<'_, '_>, text: &str, reading: &mut Reading) -> Option<String> {
    if text.encode_utf16().count() > MAX_HIGHLIGHT_TEXT {
        reading.problem(node, format!("Too big: expected string to have <={MAX_HIGHLIGHT_TEXT} characters"));
        return None;
    }
    Some(text.to_owned())
}
