//! Reading front matter into property values (spec/04 §3).

use palimpsest_model::{
    BuiltIn, DatePayload, Icon, LabelId, LabelOption, LinkTarget, Node, Number, ObjectId, Path, Problem, Problems,
    PropertyDefinition, PropertyId, PropertyKind, Reading, Resolution, Structure, StructureId, Timestamp, Token, Value,
    parse_uuid,
};

use crate::front_matter::FrontMatter;
use crate::key::{TYPE, resolve_key};
use crate::link::{Named, read_date, read_url, resolve};
use crate::names::Names;
use crate::read::read_line;
use crate::yaml::Yaml;

/// What front matter says about an object.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Properties {
    /// The values, each property once, in the order of the text.
    pub values: Vec<(PropertyId, Value)>,
    /// The keys that were not applied, wholly or in part: unknown ones, those of properties that cannot be written, and
    /// those that name an object which does not exist.
    pub ignored: Vec<String>,
    /// What is wrong with the values that could not be read.
    pub problems: Problems,
}

/// Reads front matter as the properties of an object of this structure. Tags that do not exist are made through
/// [`Names::new_tag`].
pub fn read_properties(front_matter: &FrontMatter, structure: &Structure, names: &mut dyn Names) -> Properties {
    let mut properties = Properties::default();
    for (key, yaml) in &front_matter.entries {
        if key == TYPE {
            // Of another type an object cannot become.
            if !matches!(read_text(yaml), Ok(Some(title)) if title == structure.title) {
                properties.ignored.push(key.clone());
            }
            continue;
        }
        let Some(definition) = resolve_key(key, structure).filter(|definition| is_writable(definition)) else {
            properties.ignored.push(key.clone());
            continue;
        };
        let mut reader = Reader { names: &mut *names, is_partial: false };
        match reader.read(yaml, definition) {
            Ok(Some(value)) => {
                properties.values.retain(|(id, _)| *id != definition.id);
                properties.values.push((definition.id.clone(), value));
            }
            Ok(None) => reader.is_partial = true,
            Err(message) => {
                properties.problems.push(Problem::new(Path::keys(&["markdown"]), format!("{key}: {message}")));
            }
        }
        if reader.is_partial {
            properties.ignored.push(key.clone());
        }
    }
    properties
}

fn is_writable(definition: &PropertyDefinition) -> bool {
    !definition.read_only && definition.kind != PropertyKind::LastUpdatedAt
}

struct Reader<'n> {
    names: &'n mut dyn Names,
    /// Whether a part of the value means nothing here.
    is_partial: bool,
}

impl Reader<'_> {
    /// The value; nothing when none of it means anything here; an error when it cannot be a value of this kind.
    fn read(&mut self, yaml: &Yaml, definition: &PropertyDefinition) -> Result<Option<Value>, String> {
        Ok(Some(match &definition.kind {
            PropertyKind::Title => Value::Title(read_text(yaml)?),
            PropertyKind::Text => Value::Text(read_text(yaml)?),
            PropertyKind::Url => Value::Url(read_text(yaml)?),
            PropertyKind::Number => Value::Number(read_text(yaml)?.map(|text| read_number(&text)).transpose()?),
            PropertyKind::Boolean => Value::Boolean(read_text(yaml)?.map(|text| read_boolean(&text)).transpose()?),
            PropertyKind::Date => Value::Date(read_date_value(yaml)?),
            PropertyKind::Label { multiple, options } => {
                let mut ids = read_labels(yaml, *multiple, options)?;
                if !multiple && ids.len() > 1 {
                    // A single-select keeps the first, as it does elsewhere.
                    ids.truncate(1);
                    self.is_partial = true;
                }
                Value::Label(ids)
            }
            PropertyKind::Entity { allowed } => return self.read_entities(yaml, allowed),
            PropertyKind::Aliases => Value::Aliases(read_aliases(yaml)?),
            PropertyKind::Icon => Value::Icon(read_text(yaml)?.map(|text| read_icon(&text)).transpose()?),
            PropertyKind::RichText => {
                let text = read_text(yaml)?.unwrap_or_default();
                Value::RichText(read_line(&text, self.names))
            }
            PropertyKind::CreatedAt => match read_text(yaml)? {
                Some(text) => Value::CreatedAt(Timestamp::parse(text.trim()).ok_or(NO_DATE)?),
                None => return Ok(None),
            },
            PropertyKind::LastUpdatedAt | PropertyKind::Blocks => return Ok(None),
        }))
    }

    fn read_entities(&mut self, yaml: &Yaml, allowed: &[StructureId]) -> Result<Option<Value>, String> {
        let is_tags = allowed == [StructureId::BuiltIn(BuiltIn::RootTag)];
        let mut ids: Vec<ObjectId> = Vec::new();
        let mut is_given = false;
        for text in read_texts(yaml)? {
            let whole = self.entity(text.trim(), allowed);
            let read = match whole {
                Some(id) => vec![Some(id)],
                None => {
                    split_entities(&text).into_iter().map(|name| self.entity_or_tag(&name, allowed, is_tags)).collect()
                }
            };
            for id in read {
                is_given = true;
                match id {
                    Some(id) if !ids.contains(&id) => ids.push(id),
                    Some(_) => {}
                    None => self.is_partial = true,
                }
            }
        }
        // Names that all mean nothing do not clear the property.
        Ok((!is_given || !ids.is_empty()).then_some(Value::Entity(ids)))
    }

    fn entity_or_tag(&mut self, name: &str, allowed: &[StructureId], is_tags: bool) -> Option<ObjectId> {
        if !is_tags {
            return self.entity(name, allowed);
        }
        let name = unwrap_name(name);
        let name = name.strip_prefix('#').unwrap_or(name);
        let known = self.names.tag(name).or_else(|| self.entity(name, allowed));
        // An id or link that means nothing here is not the name of a new tag.
        let is_name = !name.is_empty() && parse_uuid(name).is_none() && !name.contains("](");
        known.or_else(|| if is_name { self.names.new_tag(name) } else { None })
    }

    /// The object that a text means: its id, a link to it, or its title with or without brackets.
    fn entity(&mut self, text: &str, allowed: &[StructureId]) -> Option<ObjectId> {
        if let Some(id) = parse_uuid(text).map(ObjectId) {
            return self.names.exists(id).then_some(id);
        }
        let link = text.strip_prefix('[').and_then(|text| text.strip_suffix(')'));
        let linked = link.and_then(|link| link.split_once("](")).map(|(_, url)| url);
        // A bare word is a name, though it could be the path of a file as well.
        let url = linked.or_else(|| text.contains("://").then_some(text));
        if let Some(LinkTarget::Entity(id)) = url.map(|url| read_url(url, self.names)) {
            return Some(id);
        }
        let name = unwrap_name(text);
        let names = &*self.names;
        let named = resolve(name, allowed, names)
            .or_else(|| name.split_once('|').and_then(|(name, _)| resolve(name, allowed, names)));
        match named? {
            Named::Object(id) => Some(id),
            Named::Date(_) => None,
        }
    }
}

/// A name without the brackets of `[[name]]`.
fn unwrap_name(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix("[[").and_then(|text| text.strip_suffix("]]")).unwrap_or(text).trim()
}

/// Splits `A, [[B]], [[C, D]] [[E]]` at the commas outside of brackets; in a part with brackets, only they count.
fn split_entities(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for part in split_outside_brackets(text) {
        let before = names.len();
        let mut rest = part;
        while let Some((name, after)) = rest.split_once("[[").and_then(|(_, opened)| opened.split_once("]]")) {
            names.push(format!("[[{name}]]"));
            rest = after;
        }
        if names.len() == before && !part.trim().is_empty() {
            names.push(part.trim().to_owned());
        }
    }
    names
}

/// The parts between commas that do not stand between `[[` and `]]`. Brackets that are never closed are letters.
fn split_outside_brackets(text: &str) -> Vec<&str> {
    let last_close = text.rfind("]]").unwrap_or_default();
    let mut parts = Vec::new();
    let (mut begin, mut inside) = (0, false);
    for (at, pair) in text.bytes().zip(text.bytes().skip(1).chain([b' '])).enumerate() {
        match pair {
            (b'[', b'[') => inside |= at < last_close,
            (b']', b']') => inside = false,
            (b',', _) if !inside => {
                parts.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[begin..]);
    parts
}

fn expected(expected: &str, yaml: &Yaml) -> String {
    format!("Invalid input: expected {expected}, received {}", yaml.kind())
}

/// A scalar; nothing for `null`, which clears. A list of one scalar is that scalar.
fn read_text(yaml: &Yaml) -> Result<Option<String>, String> {
    match yaml {
        Yaml::Null => Ok(None),
        Yaml::Text(text) => Ok(Some(text.clone())),
        Yaml::List(list) => match list.as_slice() {
            [Yaml::Text(text)] => Ok(Some(text.clone())),
            _ => Err(expected("string", yaml)),
        },
        Yaml::Map => Err(expected("string", yaml)),
    }
}

/// The scalars of a list or the one scalar, when it is not empty. An unquoted `[[A]]` is a list in a list.
fn read_texts(yaml: &Yaml) -> Result<Vec<String>, String> {
    match yaml {
        Yaml::Text(text) if text.trim().is_empty() => Ok(Vec::new()),
        _ => read_items(yaml),
    }
}

fn read_items(yaml: &Yaml) -> Result<Vec<String>, String> {
    match yaml {
        Yaml::Null => Ok(Vec::new()),
        Yaml::Text(text) => Ok(vec![text.clone()]),
        Yaml::List(list) => {
            let read: Vec<_> = list.iter().map(read_items).collect::<Result<_, _>>()?;
            Ok(read.concat())
        }
        Yaml::Map => Err(expected("array", yaml)),
    }
}

fn read_number(text: &str) -> Result<Number, String> {
    let text = text.trim();
    let exact = serde_json::from_str(text).ok();
    let float = || text.parse().ok().and_then(serde_json::Number::from_f64);
    exact.or_else(float).map(Number::from).ok_or_else(|| "Invalid input: expected number, received string".to_owned())
}

fn read_boolean(text: &str) -> Result<bool, String> {
    match text.trim() {
        "true" | "True" | "TRUE" => Ok(true),
        "false" | "False" | "FALSE" => Ok(false),
        _ => Err("Invalid input: expected boolean, received string".to_owned()),
    }
}

const NO_DATE: &str = "Invalid ISO datetime";

fn read_date_value(yaml: &Yaml) -> Result<DatePayload, String> {
    let Some(text) = read_text(yaml)?.filter(|text| !text.trim().is_empty()) else {
        return Ok(DatePayload { resolution: Resolution::Day, start: None, end: None });
    };
    let name = unwrap_name(&text);
    read_date(name.strip_prefix("date/").unwrap_or(name)).ok_or_else(|| NO_DATE.to_owned())
}

/// Label options by name or id, each once.
fn read_labels(yaml: &Yaml, multiple: bool, options: &[LabelOption]) -> Result<Vec<LabelId>, String> {
    let mut ids: Vec<LabelId> = Vec::new();
    for text in read_texts(yaml)? {
        let names = match resolve_label(&text, options) {
            Some(_) => vec![text.as_str()],
            None if multiple => text.split(',').collect(),
            None => vec![text.as_str()],
        };
        for name in names {
            let id = resolve_label(name, options).ok_or_else(|| {
                let known: Vec<_> = options.iter().map(|option| format!("\"{}\"", option.name)).collect();
                format!("Unknown label option \"{}\": expected one of {}", name.trim(), known.join("|"))
            })?;
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
    }
    Ok(ids)
}

/// The option of this name, of this name in other letters, or of this id.
pub(crate) fn resolve_label<'o>(text: &str, options: &'o [LabelOption]) -> Option<&'o LabelId> {
    let text = text.trim();
    let folded = text.to_lowercase();
    let by_name = options.iter().find(|option| option.name == text);
    let by_id = || options.iter().find(|option| option.id.0 == text);
    let by_letters = || options.iter().find(|option| option.name.to_lowercase() == folded);
    by_name.or_else(by_id).or_else(by_letters).map(|option| &option.id)
}

/// An object has at most this many aliases.
const MAX_ALIASES: usize = 8;

fn read_aliases(yaml: &Yaml) -> Result<Vec<String>, String> {
    let aliases = read_texts(yaml)?;
    if aliases.len() > MAX_ALIASES {
        return Err(format!("Too big: expected array to have <={MAX_ALIASES} items"));
    }
    Ok(aliases)
}

fn read_icon(text: &str) -> Result<Icon, String> {
    let text = text.trim();
    let kind = if text.starts_with("ph-") { "iconify" } else { "emoji" };
    let json = serde_json::json!({ "type": kind, "val": text });
    let mut reading = Reading::default();
    let icon = Icon::read(&Node::root(&json), &mut reading);
    reading.finish(icon).map_err(|problems| {
        let messages: Vec<_> = problems.into_iter().map(|problem| problem.message).collect();
        messages.join("; ")
    })
}

/// Whether rich text says anything.
pub(crate) fn is_blank(tokens: &[Token]) -> bool {
    tokens.iter().all(|token| token.text().is_empty() && !matches!(token, Token::Link { .. }))
}
