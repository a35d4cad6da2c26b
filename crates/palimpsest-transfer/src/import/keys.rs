//! The keys of front matter and the columns of tables, brought into the words of the space.

use std::sync::Arc;

use palimpsest_markdown::Yaml;
use palimpsest_model::{MAX_ALIASES, Timestamp, parse_uuid};
use uuid::Uuid;

use super::report::Dialect;

/// What front matter or a row says, sorted by who wants to know.
#[derive(Clone, Debug, Default)]
pub(crate) struct Front {
    /// The id it gives itself.
    pub(crate) id: Option<Uuid>,
    /// The type it names, where notes name their types.
    pub(crate) kind: Option<String>,
    /// Its title.
    pub(crate) title: Option<String>,
    /// Its other names.
    pub(crate) aliases: Vec<String>,
    /// The collections it names.
    pub(crate) collections: Vec<String>,
    /// What becomes properties.
    pub(crate) entries: Vec<(Arc<str>, Yaml)>,
    /// What of it is left out.
    pub(crate) notices: Vec<&'static str>,
}

const CREATED: [&str; 7] =
    ["createdat", "created", "created_at", "created at", "date created", "date_created", "creation date"];

/// Sorts keys and values.
pub(crate) fn sort<K: Into<Arc<str>>>(entries: Vec<(K, Yaml)>, dialect: Dialect) -> Front {
    let mut front = Front::default();
    for (key, value) in entries {
        let value = flatten(value);
        let key: Arc<str> = key.into();
        let lower = key.trim().to_lowercase();
        match (lower.as_str(), texts(&value).as_slice()) {
            _ if value == Yaml::Map => front.notices.push("nested front matter is left out"),
            ("", _) | (_, []) => {}
            ("id", [text]) if parse_uuid(text.trim()).is_some_and(|id| !id.is_nil() && !id.is_max()) => {
                front.id = parse_uuid(text.trim());
            }
            ("type", [text]) if dialect == Dialect::Capacities => front.kind = Some(text.trim().to_owned()),
            // Elsewhere the key means nothing but itself; as `type` it would name the type of the object.
            ("type", _) => front.entries.push(("Type".into(), value)),
            ("title", texts) => {
                front.title = Some(texts.join(", ").trim().to_owned()).filter(|title| !title.is_empty())
            }
            ("alias" | "aliases", texts) => {
                front.aliases.extend(texts.iter().map(|text| text.trim().to_owned()));
                if front.aliases.len() > MAX_ALIASES {
                    front.aliases.truncate(MAX_ALIASES);
                    front.notices.push("of more than eight aliases the first eight are kept");
                }
            }
            ("collection" | "collections", texts) if dialect == Dialect::Capacities => {
                front.collections.extend(texts.iter().map(|text| unbracketed(text).to_owned()));
            }
            ("tag" | "tags", _) => front.entries.push(("tags".into(), value)),
            ("emoji", _) => front.entries.push(("icon".into(), value)),
            (created, [text]) if CREATED.contains(&created) && Timestamp::parse(text.trim()).is_some() => {
                front.entries.retain(|(key, _)| &**key != "createdAt");
                front.entries.push(("createdAt".into(), value));
            }
            _ if key.trim().len() == key.len() => front.entries.push((key, value)),
            _ => front.entries.push((key.trim().into(), value)),
        }
    }
    if !front.aliases.is_empty() {
        let aliases = front.aliases.iter().cloned().map(Yaml::Text).collect();
        front.entries.push(("aliases".into(), Yaml::List(aliases)));
    }
    front
}

/// A value without lists in lists: an unquoted `[[A]]` is one, and means a link.
fn flatten(value: Yaml) -> Yaml {
    match value {
        Yaml::List(items) => match items.as_slice() {
            [Yaml::List(inner)] if inner.iter().all(|item| matches!(item, Yaml::Text(_))) => link(inner),
            _ => Yaml::List(items.into_iter().filter_map(flat_item).collect()),
        },
        other => other,
    }
}

fn flat_item(item: Yaml) -> Option<Yaml> {
    match item {
        Yaml::Text(_) => Some(item),
        Yaml::List(inner) => match inner.as_slice() {
            [Yaml::List(innermost)] => Some(link(innermost)),
            _ => Some(link(&inner)),
        },
        Yaml::Null | Yaml::Map => None,
    }
}

fn link(inner: &[Yaml]) -> Yaml {
    let texts: Vec<_> = inner.iter().flat_map(texts).collect();
    Yaml::Text(format!("[[{}]]", texts.join(", ")))
}

/// The texts of a value that say something.
pub(crate) fn texts(value: &Yaml) -> Vec<String> {
    match value {
        Yaml::Null | Yaml::Map => Vec::new(),
        Yaml::Text(text) if text.trim().is_empty() => Vec::new(),
        Yaml::Text(text) => vec![text.clone()],
        Yaml::List(items) => items.iter().flat_map(texts).collect(),
    }
}

/// A name without the brackets of a link.
pub(crate) fn unbracketed(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix("[[").and_then(|text| text.strip_suffix("]]")).unwrap_or(text).trim()
}

#[cfg(test)]
mod tests {
    use palimpsest_markdown::split_document;

    use super::*;

    fn front(yaml: &str, dialect: Dialect) -> Front {
        let text = format!("---\n{yaml}\n---\n");
        sort(split_document(&text).front_matter.unwrap().into_entries(), dialect)
    }

    #[test]
    fn keys_are_sorted() {
        let id = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";
        let yaml = format!(
            "id: {id}\ntype: Book\ntitle: T\nalias: A\ntag: x\ncreated: 2020-01-02\nPages: 7\nnested: {{a: b}}\nempty:"
        );
        let read = front(&yaml, Dialect::Capacities);
        assert_eq!(read.id.map(|id| id.to_string()).as_deref(), Some(id));
        assert_eq!((read.kind.as_deref(), read.title.as_deref()), (Some("Book"), Some("T")));
        let keys: Vec<_> = read.entries.iter().map(|(key, _)| &**key).collect();
        assert_eq!(keys, ["tags", "createdAt", "Pages", "aliases"]);
        assert_eq!(read.notices, ["nested front matter is left out"]);
        let read = front("id: 7\ntype: Book", Dialect::Obsidian);
        assert_eq!((read.id, read.kind), (None, None));
        assert_eq!(read.entries.iter().map(|(key, _)| &**key).collect::<Vec<_>>(), ["id", "Type"]);
    }

    #[test]
    fn unquoted_links_are_links() {
        let check = |yaml: &str, expected: &[&str]| {
            let read = front(yaml, Dialect::Obsidian);
            assert_eq!(texts(&read.entries[0].1), expected, "{yaml}");
        };
        check("a: [[B]]", &["[[B]]"]);
        check("a: [[B, C]]", &["[[B, C]]"]);
        check("a: [[[B]], [[C]]]", &["[[B]]", "[[C]]"]);
        check("a:\n  - [[B]]\n  - c", &["[[B]]", "c"]);
        check("a: \"[[B]]\"", &["[[B]]"]);
    }
}
