//! What becomes of a note or row: values and blocks.

use std::collections::{BTreeMap, BTreeSet};

use palimpsest_markdown::{
    FrontMatter, Properties, Yaml, read_body_within, read_properties, split_document, split_title,
};
use palimpsest_model::{
    Block, BlockDraft, BlockId, Content, LinkTarget, MAX_BLOCKS, Object, ObjectId, PropertyId, PropertyKind, Structure,
    Token, Value, is_lone_empty,
};
use uuid::Uuid;

use super::keys::{sort, texts};
use super::limits::Limits;
use super::names::{Asked, NoteNames, Tags};
use super::plan::{Note, Plan};
use super::report::Dialect;
use super::source::Source;
use super::survey::{From, stem};

/// What a note or row says.
pub(crate) struct Built {
    /// Its values, the title among them.
    pub(crate) properties: Vec<(PropertyId, Value)>,
    /// Its text, unless it has none.
    pub(crate) blocks: BTreeMap<PropertyId, Vec<BlockDraft>>,
    /// How many links and embeds lead to an object that is no tag.
    pub(crate) links: usize,
    /// How many names mean nothing.
    pub(crate) dangling: usize,
    /// The tags it has.
    pub(crate) tags: BTreeSet<ObjectId>,
    /// What of it is lost.
    pub(crate) problems: Vec<String>,
    /// What of it becomes something else.
    pub(crate) notices: Vec<&'static str>,
    /// How many bytes it was read from.
    pub(crate) size: u64,
}

/// Marks of a vault that nothing here stands for: they stay text.
const MARKS: [(&str, &str); 4] = [
    ("==", "highlights stay text between two equals signs"),
    ("%%", "comments stay text between two percent signs"),
    ("> [!", "callouts become quotes"),
    ("```dataview", "queries become code"),
];

/// Reads a note again, now that it is known what its names mean.
pub(crate) fn build(
    note: &Note,
    plan: &Plan,
    source: &Source,
    tags: &mut Tags,
    limits: &Limits,
) -> Result<Built, String> {
    let structure = &plan.shapes[note.shape].structure;
    let text = match note.from {
        From::Note(at) => source.text(&source.files[at], limits)?,
        From::Row(_) => String::new(),
    };
    let document = split_document(&text);
    let (entries, body) = match note.from {
        From::Note(_) => {
            let entries = document.front_matter.map(FrontMatter::into_entries).unwrap_or_default();
            (sort(entries, plan.dialect).entries, body_of(document.body, note, plan.dialect))
        }
        From::Row(_) => (note.entries.clone(), ""),
    };
    let mut names = NoteNames {
        space: plan.space,
        index: &plan.index,
        tags,
        folder: &note.folder,
        own: note.id,
        asked: Asked::default(),
    };
    let entries = entries.into_iter().map(|(key, value)| fit(&key, value, structure)).collect();
    let Properties { values, ignored, problems } = read_properties(&FrontMatter::new(entries), structure, &mut names);
    let mut problems: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
    problems.extend(ignored.iter().map(|key| format!("{key}: not all of it can be kept")));
    let mut notices: Vec<&'static str> =
        MARKS.iter().filter(|(mark, _)| body.contains(mark)).map(|(_, what)| *what).collect();
    let mut properties = vec![("title".into(), Value::Title(Some(note.title.clone())))];
    properties.extend(values.into_iter().filter(|(id, value)| id.0 != "title" && !is_blank(value)));
    let mut blocks = BTreeMap::new();
    match (read_body_within(body, &mut names, MAX_BLOCKS), structure.sections().next()) {
        (None, _) => problems.push(format!("the text has more than {MAX_BLOCKS} blocks and is left out")),
        (Some(drafts), Some(section)) if !drafts.is_empty() => _ = blocks.insert(section.clone(), drafts),
        (Some(drafts), None) if !drafts.is_empty() => {
            problems.push("objects of this type have no text: it is left out".to_owned());
        }
        _ => {}
    }
    let Asked { missed, parts, tags } = names.asked;
    if parts.get() {
        notices.push("links to a heading or a block lead to its note");
    }
    let tags = tags.into_inner();
    let mut targets = Vec::new();
    blocks.values().for_each(|drafts| targets_of(drafts, &mut targets));
    for (_, value) in &properties {
        match value {
            Value::Entity(ids) => targets.extend(ids),
            Value::RichText(tokens) => targets.extend(linked(tokens)),
            _ => {}
        }
    }
    let links = targets.into_iter().filter(|id| !tags.contains(id)).count();
    let dangling = missed.into_inner().len();
    Ok(Built { properties, blocks, links, dangling, tags, problems, notices, size: note.size(source) })
}

/// Adds what blocks lead to.
fn targets_of(drafts: &[BlockDraft], targets: &mut Vec<ObjectId>) {
    for draft in drafts {
        match &draft.content {
            Content::Text(text) => targets.extend(linked(&text.tokens)),
            Content::Entity { target, .. } => targets.extend(target),
            _ => {}
        }
        draft.children.iter().flatten().for_each(|list| targets_of(list, targets));
    }
}

fn linked(tokens: &[Token]) -> impl Iterator<Item = ObjectId> {
    tokens.iter().filter_map(|token| match token {
        Token::Link { target: Some(LinkTarget::Entity(id)), .. } => Some(*id),
        _ => None,
    })
}

/// The body without the heading that is the title.
fn body_of<'t>(body: &'t str, note: &Note, dialect: Dialect) -> &'t str {
    match split_title(body) {
        Some((heading, rest)) if heading == note.title => rest,
        Some((heading, rest)) if dialect == Dialect::Obsidian && heading == stem(&note.path) => rest,
        _ => body,
    }
}

/// A value in the form that the property of its key takes: a text has no items, and no value is empty.
fn fit(key: &str, value: Yaml, structure: &Structure) -> (String, Yaml) {
    let kind = palimpsest_markdown::resolve_key(key, structure).map(|property| &property.kind);
    let value = match (kind, &value) {
        (Some(PropertyKind::Text | PropertyKind::RichText), Yaml::List(_)) => Yaml::Text(texts(&value).join(", ")),
        (Some(PropertyKind::Title), _) | (_, Yaml::Map) => Yaml::Null,
        _ if texts(&value).is_empty() => Yaml::Null,
        _ => value,
    };
    (key.to_owned(), value)
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Title(text) | Value::Text(text) | Value::Url(text) => text.as_ref().is_none_or(String::is_empty),
        Value::Number(number) => number.is_none(),
        Value::Boolean(flag) => flag.is_none(),
        Value::Date(date) => date.start.is_none(),
        Value::Label(ids) => ids.is_empty(),
        Value::Entity(ids) => ids.is_empty(),
        Value::Aliases(aliases) => aliases.is_empty(),
        Value::Icon(icon) => icon.is_none(),
        Value::RichText(tokens) => tokens.is_empty(),
        Value::CreatedAt(_) => false,
    }
}

impl Built {
    /// Whether an object says all of it.
    pub(crate) fn is_in(&self, object: &Object) -> bool {
        let has = |(id, value): &(PropertyId, Value)| object.properties.get(id) == Some(value);
        let says = |(section, drafts): (&PropertyId, &Vec<BlockDraft>)| {
            let mut fresh = || BlockId(Uuid::nil());
            let new: Vec<Block> = drafts.iter().cloned().map(|draft| draft.into_new(&mut fresh)).collect();
            object.blocks.get(section).is_some_and(|old| same(old, &new))
        };
        self.properties.iter().all(has) && self.blocks.iter().all(says)
    }
}

/// Whether an object was made and never filled: an import that was interrupted left it so.
pub(crate) fn is_shell(object: &Object) -> bool {
    let is_first = |(id, value): (&PropertyId, &Value)| {
        matches!(value, Value::Title(_) | Value::CreatedAt(_)) || (id.0 == "status" && matches!(value, Value::Label(_)))
    };
    object.properties.iter().all(is_first) && object.blocks.values().all(|list| list.is_empty() || is_lone_empty(list))
}

/// Whether two lists say the same, whatever the blocks are called.
fn same(one: &[Block], other: &[Block]) -> bool {
    let alike = |one: &Content, other: &Content| match (one, other) {
        // The date of an embed is filled in when it is stored.
        (Content::Entity { target: one, .. }, Content::Entity { target: other, .. }) => one == other,
        _ => one == other,
    };
    one.len() == other.len()
        && one.iter().zip(other).all(|(one, other)| {
            alike(&one.content, &other.content)
                && one.children.len() == other.children.len()
                && one.children.iter().zip(&other.children).all(|(one, other)| same(one, other))
        })
}
