//! What one block says, field by field.

use super::Three;
use super::text::{merge as merge_text, merge_plain};
use crate::block::{Block, Content, GridContent, GroupContent, TextContent};

/// The lists of children that a block has room for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    Leaf,
    List,
    Columns(usize),
}

impl Shape {
    pub(super) fn of(block: &Block) -> Self {
        match block.content {
            Content::Text(_) | Content::Group(_) => Self::List,
            Content::Grid(_) => Self::Columns(block.children.len()),
            _ => Self::Leaf,
        }
    }

    /// How many lists there are.
    pub(super) fn room(self) -> usize {
        match self {
            Self::Leaf => 0,
            Self::List => 1,
            Self::Columns(count) => count,
        }
    }
}

/// What two changes of a block make together; nothing if they collide. Columns and dividers are one field.
pub(super) fn merge(blocks: Three<&Block>) -> Option<(Content, Shape)> {
    let whole = blocks.map(|block| (&block.content, Shape::of(block)));
    if let Some((content, shape)) = whole.settled() {
        return Some((content.clone(), shape));
    }
    let contents = blocks.map(|block| &block.content);
    let merged = match (contents.base, contents.theirs, contents.mine) {
        (Content::Text(base), Content::Text(theirs), Content::Text(mine)) => {
            Content::Text(text(Three { base, theirs, mine })?)
        }
        (Content::Group(base), Content::Group(theirs), Content::Group(mine)) => {
            Content::Group(group(Three { base, theirs, mine })?)
        }
        (Content::Grid(base), Content::Grid(theirs), Content::Grid(mine)) => {
            let grids = Three { base, theirs, mine };
            let layout = grids.map(|grid| grid.layout).settled()?;
            let color_theme = grids.map(|grid| grid.color_theme).settled()?;
            let columns = Three {
                base: (&base.dividers, whole.base.1),
                theirs: (&theirs.dividers, whole.theirs.1),
                mine: (&mine.dividers, whole.mine.1),
            };
            let (dividers, shape) = columns.settled()?;
            return Some((Content::Grid(GridContent { dividers: dividers.clone(), layout, color_theme }), shape));
        }
        (
            Content::Code { lang: base_lang, text: base },
            Content::Code { lang: theirs_lang, text: theirs },
            Content::Code { lang: mine_lang, text: mine },
        ) => {
            let lang = Three { base: base_lang, theirs: theirs_lang, mine: mine_lang }.settled()?.clone();
            Content::Code { lang, text: merge_plain(Three { base, theirs, mine })? }
        }
        (
            Content::Math { text: base, color_theme: base_color },
            Content::Math { text: theirs, color_theme: theirs_color },
            Content::Math { text: mine, color_theme: mine_color },
        ) => {
            let color_theme = Three { base: base_color, theirs: theirs_color, mine: mine_color }.settled()?;
            Content::Math { text: Three { base, theirs, mine }.settled()?.clone(), color_theme: *color_theme }
        }
        _ => return None,
    };
    Some((merged, whole.base.1))
}

fn text(texts: Three<&TextContent>) -> Option<TextContent> {
    Some(TextContent {
        tokens: merge_text(texts.map(|text| &text.tokens))?,
        hierarchy: texts.map(|text| &text.hierarchy).settled()?.clone(),
        list: texts.map(|text| text.list).settled()?,
        todo: texts.map(|text| text.todo).settled()?,
        toggle: texts.map(|text| text.toggle).settled()?,
        quote: texts.map(|text| text.quote).settled()?,
        alignment: texts.map(|text| text.alignment).settled()?,
        color_theme: texts.map(|text| text.color_theme).settled()?,
        highlight: texts.map(|text| &text.highlight).settled()?.clone(),
    })
}

fn group(groups: Three<&GroupContent>) -> Option<GroupContent> {
    Some(GroupContent {
        list: groups.map(|group| group.list).settled()?,
        todo: groups.map(|group| group.todo).settled()?,
        toggle: groups.map(|group| group.toggle).settled()?,
        alignment: groups.map(|group| group.alignment).settled()?,
        color_theme: groups.map(|group| group.color_theme).settled()?,
    })
}
