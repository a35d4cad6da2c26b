//! Whether an object that comes whole could have been written. Its wire form is what a client would have sent: read as any
//! write is, it must give the same object. What the wire form does not carry (alignment, the dates of embeds, links without a
//! target, what only integrations write) is taken out before.

use std::collections::{BTreeMap, BTreeSet};

use palimpsest_model::{
    Block, BlockDraft, BlockId, BuiltIn, Content, Creation, HighlightKind, LinkTarget, MAX_BLOCKS, Node, Object, Path,
    Problem, Problems, PropertyId, Reading, Shown, Structure, StructureId, Timestamp, Token, Value, check_property,
    parse_uuid, read_blocks, read_properties, render_object, walk_blocks,
};
use serde_json::Value as Json;

use super::days::day_of;
use crate::objects::check_limits;

/// What is wrong with an object of a structure, whatever else the space holds.
pub(super) fn check(object: &Object, structure: &Structure) -> Problems {
    let mut problems = Problems::default();
    if parse_uuid(&object.id.to_string()).is_none() {
        problems.push(Problem::new(Path::keys(&["id"]), "Invalid UUID"));
    }
    if object.block_count() > MAX_BLOCKS || check_limits(object).is_err() {
        let message = format!("Too big: an object holds at most {MAX_BLOCKS} blocks, nested so deep as it may");
        problems.push(Problem::new(Path::keys(&["blocks"]), message));
        return problems;
    }
    check_files(object, structure, &mut problems);
    check_day(object, structure, &mut problems);
    let plain = plain(object);
    let bytes = render_object(Shown { object: &plain, structure, updated_at: Timestamp(0), links: &[] });
    let mut json: Json = serde_json::from_slice(&bytes).unwrap_or_default();
    check_values(&plain, structure, json["properties"].take(), &mut problems);
    check_blocks(&plain, structure, json["blocks"].take(), &mut problems);
    problems
}

fn check_files(object: &Object, structure: &Structure, problems: &mut Problems) {
    let weblink = StructureId::BuiltIn(BuiltIn::MediaWebResource);
    if !object.files.is_empty() && (structure.creation != Creation::Media || structure.id == weblink) {
        problems
            .push(Problem::new(Path::keys(&["files"]), format!("Objects of type {} have no files", structure.title)));
    }
    for (index, file) in object.files.iter().enumerate() {
        let path = Path::keys(&["files"]).index(index);
        for (key, text) in [("name", &file.name), ("fileType", &file.file_type)] {
            if text.chars().any(char::is_control) {
                problems.push(Problem::new(path.clone().key(key), "Invalid characters"));
            }
        }
    }
}

fn check_day(object: &Object, structure: &Structure, problems: &mut Problems) {
    let stands_for_one = matches!(structure.creation, Creation::DailyNote | Creation::Implicit);
    if stands_for_one && day_of(object).is_none_or(|day| day.to_string() != object.title()) {
        problems.push(Problem::new(Path::keys(&["properties", "title"]), "Invalid ISO datetime"));
    }
}

fn check_values(object: &Object, structure: &Structure, mut shown: Json, problems: &mut Problems) {
    // What only the server writes is checked like the rest.
    let mut open = structure.clone();
    open.properties.iter_mut().for_each(|definition| definition.read_only = false);
    for (id, value) in &object.properties {
        match check_property(&open, id, value.clone()) {
            Ok(normal) if normal == *value => {}
            Ok(_) => {
                problems.push(Problem::new(Path::keys(&["properties", &id.0]), "Some of the options are not kept"))
            }
            Err(problem) => problems.push(problem),
        }
    }
    if let Some(members) = shown.as_object_mut() {
        members.retain(|id, _| object.properties.contains_key(&PropertyId::from(id.as_str())));
    }
    let mut reading = Reading::default();
    let read = read_properties(&Node::root(&shown), &mut reading);
    let read: BTreeMap<_, _> = match reading.finish(read) {
        Ok(read) => read.into_iter().collect(),
        Err(found) => return problems.extend(under("properties", found)),
    };
    for (id, value) in &object.properties {
        if read.get(id).is_some_and(|read| read != value) {
            let message = "This is not what reading it again gives";
            problems.push(Problem::new(Path::keys(&["properties", &id.0]), message));
        }
    }
}

fn check_blocks(object: &Object, structure: &Structure, shown: Json, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    object.walk(&mut |block| {
        if !seen.insert(block.id) {
            let message = format!("Two blocks have the id {}", block.id);
            problems.push(Problem::new(Path::keys(&["blocks"]), message));
        }
        if parse_uuid(&block.id.to_string()).is_none() {
            problems.push(Problem::new(Path::keys(&["blocks"]), format!("Invalid UUID: {}", block.id)));
        }
    });
    for (section, blocks) in &object.blocks {
        let path = Path::keys(&["blocks", &section.0]);
        if !structure.has_section(section) {
            problems.push(Problem::new(path, "Unknown block property"));
            continue;
        }
        let mut reading = Reading::default();
        let read = read_blocks(&Node::root(&shown[&section.0]), &mut reading);
        match reading.finish(read) {
            Ok(drafts) => {
                if made(drafts, blocks) != *blocks {
                    problems.push(Problem::new(path, "This is not what reading it again gives"));
                }
            }
            Err(found) => problems.extend(found.into_iter().map(|problem| {
                let path = Path([&path.0[..], &problem.path.0].concat());
                Problem { path, ..problem }
            })),
        }
    }
}

fn under(key: &str, problems: Problems) -> impl Iterator<Item = Problem> {
    let first = Path::keys(&[key]);
    problems.into_iter().map(move |problem| Problem { path: Path([&first.0[..], &problem.path.0].concat()), ..problem })
}

/// New blocks of drafts, with the ids of other blocks in their order.
fn made(drafts: Vec<BlockDraft>, named: &[Block]) -> Vec<Block> {
    let mut ids = Vec::new();
    walk_blocks(named, &mut |block| ids.push(block.id));
    let mut ids = ids.into_iter();
    let mut next = || ids.next().unwrap_or(BlockId(palimpsest_model::NOTHING));
    drafts.into_iter().map(|draft| draft.into_new(&mut next)).collect()
}

/// The object without what the wire form does not carry.
fn plain(object: &Object) -> Object {
    let mut plain = object.clone();
    for value in plain.properties.values_mut() {
        if let Value::RichText(tokens) = value {
            plain_tokens(tokens);
        }
    }
    plain.blocks.values_mut().for_each(|blocks| plain_blocks(blocks));
    plain
}

fn plain_blocks(blocks: &mut [Block]) {
    for block in blocks {
        match &mut block.content {
            Content::Text(text) => {
                plain_tokens(&mut text.tokens);
                text.alignment = None;
                if let Some(highlight) = &mut text.highlight {
                    highlight.kind = HighlightKind::Custom;
                    let label = highlight.label.take().filter(|label| !label.is_empty());
                    highlight.label = Some(label.unwrap_or_else(|| "-".to_owned()));
                }
            }
            Content::Group(group) => group.alignment = None,
            Content::Entity { target: Some(_), date } => *date = None,
            content @ Content::Unsupported { .. } => *content = Content::Line,
            _ => {}
        }
        block.children.iter_mut().for_each(|list| plain_blocks(list));
    }
}

fn plain_tokens(tokens: &mut [Token]) {
    for token in tokens {
        if let Token::Link { target: target @ None, .. } = token {
            *target = Some(LinkTarget::Url(String::new()));
        }
    }
}

#[cfg(test)]
mod tests {
    use palimpsest_model::arbitrary::{objects, structures};
    use proptest::prelude::*;

    use super::*;

    fn structure_of(object: &Object) -> Structure {
        structures().into_iter().find(|structure| structure.id == object.structure).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn whatever_can_be_stored_passes(object in objects()) {
            let problems = check(&object, &structure_of(&object));
            prop_assert!(problems.is_empty(), "{}", problems);
        }
    }

    /// An object with one thing wrong is refused at its path.
    #[test]
    fn what_no_write_could_make_is_refused() {
        use palimpsest_model::{DatePayload, Hierarchy, Highlight, Resolution, Sections, TextContent};
        let structure = structures().remove(0);
        let section = structure.sections().next().unwrap().clone();
        let id = |number: u128| uuid::Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0000 + number);
        let base = Object {
            id: palimpsest_model::ObjectId(id(1)),
            structure: structure.id,
            collections: Vec::new(),
            properties: BTreeMap::new(),
            blocks: Sections::default(),
            files: Vec::new(),
        };
        let check = |path: &str, change: &dyn Fn(&mut Object)| {
            let mut object = base.clone();
            change(&mut object);
            let problems = super::check(&object, &structure);
            let paths: Vec<_> = problems.into_iter().map(|problem| problem.path.to_string()).collect();
            assert!(paths.iter().any(|found| found.starts_with(path)), "{path}: {paths:?}");
        };
        let value = |id: &'static str, value: Value| {
            move |object: &mut Object| _ = object.properties.insert(id.into(), value.clone())
        };
        let block = |content: Content, children: Vec<Vec<Block>>| {
            let section = section.clone();
            move |object: &mut Object| {
                let block = Block { id: BlockId(id(2)), content: content.clone(), children: children.clone() };
                object.blocks.insert(section.clone(), vec![block]);
            }
        };
        let text = |text: TextContent| Content::Text(text);
        check("id", &|object| object.id = palimpsest_model::ObjectId(palimpsest_model::NOTHING));
        check("properties.nonsense", &value("nonsense", Value::Text(None)));
        check("properties.description", &value("description", Value::Number(None)));
        check("properties.aliases", &value("aliases", Value::Aliases(vec![String::new(); 9])));
        check("properties.icon", &value("icon", Value::Icon(Some(palimpsest_model::Icon::Emoji("abc".to_owned())))));
        check("properties.createdAt", &value("createdAt", Value::CreatedAt(Timestamp(i64::MAX))));
        check("blocks.other", &|object| _ = object.blocks.insert("other".into(), Vec::new()));
        let twice = Block::empty(BlockId(id(3)));
        check("blocks", &block(text(TextContent::default()), vec![vec![twice.clone(), twice.clone()]]));
        check("blocks", &|object| {
            let nothing = Block::empty(BlockId(palimpsest_model::NOTHING));
            object.blocks.insert(section.clone(), vec![nothing]);
        });
        check("blocks", &block(Content::Line, vec![vec![twice.clone()]]));
        check("blocks", &block(text(TextContent::default()), vec![Vec::new()]));
        check("blocks", &block(text(TextContent::default()), vec![Vec::new(), vec![twice]]));
        let date = DatePayload { resolution: Resolution::Day, start: Some(Timestamp(1)), end: None };
        let link = Token::Link { text: String::new(), target: Some(LinkTarget::Date(date)) };
        check("blocks", &block(text(TextContent { tokens: vec![link], ..TextContent::default() }), Vec::new()));
        check("blocks", &block(Content::Entity { target: None, date: Some(date) }, Vec::new()));
        let highlight = Highlight {
            kind: HighlightKind::Readwise,
            url: None,
            label: Some("x".repeat(21)),
            location: None,
            color: None,
        };
        let long =
            TextContent { highlight: Some(highlight), hierarchy: Hierarchy::default(), ..TextContent::default() };
        check("blocks", &block(text(long), Vec::new()));
        let file = palimpsest_model::File {
            hash: palimpsest_model::FileHash([0; 32]),
            size: 0,
            name: String::new(),
            file_type: String::new(),
        };
        check("files", &|object| object.files.push(file.clone()));
    }
}
