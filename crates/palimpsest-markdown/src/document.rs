//! Writing an object as a text: its properties on top, then its sections.

use std::collections::BTreeSet;

use palimpsest_model::{
    Block, Icon, LabelId, LabelOption, Object, ObjectId, PropertyDefinition, PropertyKind, Structure, Value,
};

use crate::key::{TITLE, TYPE, key_of};
use crate::line::{Place, write_line};
use crate::link::{wiki_title, write_date};
use crate::names::Names;
use crate::property::{is_blank, resolve_label};
use crate::tokens::normal_tokens;
use crate::write::write_body;
use crate::yaml::{write_quoted, write_scalar};

/// Writes an object: front matter of its type, its title and its other values in the order of their definitions, empty
/// ones left out; a blank line; its sections one after another.
///
/// Reading it back gives the same values and the normal form of the same blocks.
#[must_use]
pub fn write_document(object: &Object, structure: &Structure, names: &dyn Names) -> String {
    let mut text = write_front_matter(object, structure, names);
    let sections: Vec<&[Block]> =
        structure.sections().filter_map(|section| object.blocks.get(section)).map(Vec::as_slice).collect();
    let body = write_body(&sections, names);
    if !body.is_empty() {
        text.push('\n');
        text.push_str(&body);
    }
    text
}

fn write_front_matter(object: &Object, structure: &Structure, names: &dyn Names) -> String {
    let mut lines = vec!["---".to_owned(), format!("{TYPE}: {}", write_scalar(&structure.title))];
    let title = structure.properties.iter().find(|definition| definition.kind == PropertyKind::Title);
    match title.and_then(|title| object.properties.get(&title.id)) {
        Some(Value::Title(Some(title))) => lines.push(format!("{TITLE}: {}", write_scalar(title))),
        _ => lines.push(format!("{TITLE}:")),
    }
    for definition in structure.properties.iter().filter(|definition| definition.kind != PropertyKind::Title) {
        let value = object.properties.get(&definition.id);
        if let Some(written) = value.and_then(|value| write_value(value, definition, names)) {
            lines.push(format!("{}: {written}", write_scalar(&key_of(definition, structure))));
        }
    }
    lines.push("---\n".to_owned());
    lines.join("\n")
}

/// The value as YAML; nothing when it is empty.
fn write_value(value: &Value, definition: &PropertyDefinition, names: &dyn Names) -> Option<String> {
    match value {
        Value::Title(text) | Value::Text(text) | Value::Url(text) => {
            text.as_ref().filter(|text| !text.is_empty()).map(|text| write_scalar(text))
        }
        Value::Number(number) => number.as_ref().map(ToString::to_string),
        Value::Boolean(flag) => flag.map(|flag| flag.to_string()),
        Value::Date(date) => write_date(*date),
        Value::Label(ids) => write_labels(ids, &definition.kind),
        Value::Entity(ids) => {
            let mut seen = BTreeSet::new();
            write_list(ids.iter().filter(|id| seen.insert(**id)).map(|id| write_entity(*id, names)))
        }
        Value::Aliases(aliases) => write_list(aliases.iter().cloned()),
        Value::Icon(Some(Icon::Emoji(icon) | Icon::Iconify(icon))) => Some(write_scalar(icon)),
        Value::Icon(None) => None,
        Value::CreatedAt(time) => Some(time.to_string()),
        Value::RichText(tokens) => {
            let tokens = normal_tokens(tokens, names);
            (!is_blank(&tokens)).then(|| write_scalar(&write_line(&tokens, Place::Property, names)))
        }
    }
}

fn write_list(items: impl Iterator<Item = String>) -> Option<String> {
    let items: Vec<_> = items.map(|item| write_quoted(&item)).collect();
    (!items.is_empty()).then(|| format!("[{}]", items.join(", ")))
}

fn write_labels(ids: &[LabelId], kind: &PropertyKind) -> Option<String> {
    let PropertyKind::Label { multiple, options } = kind else { return None };
    let mut names = ids.iter().map(|id| label_name(id, options));
    if *multiple { write_list(names) } else { names.next().map(|name| write_scalar(&name)) }
}

/// The name of an option where that means this option, else its id.
fn label_name(id: &LabelId, options: &[LabelOption]) -> String {
    let option = options.iter().find(|option| option.id == *id);
    let name = option.map(|option| &option.name).filter(|name| resolve_label(name, options) == Some(id));
    name.unwrap_or(&id.0).clone()
}

/// `[[Title]]` where that means the object, else a link to it.
fn write_entity(id: ObjectId, names: &dyn Names) -> String {
    match wiki_title(id, names) {
        Some(title) => format!("[[{title}]]"),
        None => {
            let title: String =
                names.title(id).unwrap_or_default().chars().filter(|c| !matches!(c, '[' | ']')).collect();
            format!("[{title}]({})", names.url(id, false))
        }
    }
}
