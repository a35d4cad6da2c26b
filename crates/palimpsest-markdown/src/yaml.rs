//! Reading front matter as YAML. Scalars stay the text they are written as: what `1.10` means, a version or a number,
//! only the property that it is for can tell.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Spanned, alias_limits, budget, from_str_with_options, options};

/// A value of front matter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Yaml {
    /// Nothing, as after `key:`.
    Null,
    /// A scalar, as written between its quotes, if any.
    Text(String),
    /// A list.
    List(Vec<Yaml>),
    /// A mapping; no property takes one.
    Map,
}

impl Yaml {
    /// What the contract's messages call it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Text(_) => "string",
            Self::List(_) => "array",
            Self::Map => "object",
        }
    }
}

/// Reads a mapping, its keys in their order; of a key that comes twice, the last value. Nothing when the text is no YAML
/// or no mapping with keys.
pub(crate) fn read_mapping(text: &str) -> Option<Vec<(String, Yaml)>> {
    let options = options! {
        strict_booleans: true,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
        emit_comments: false,
        // Front matter is short; aliases that grow it into something long are not what it is for.
        budget: budget! { max_depth: 16, max_nodes: 20_000, max_aliases: 100 },
        alias_limits: alias_limits! { max_total_replayed_events: 10_000, max_replay_stack_depth: 4 },
    };
    let mapping: Mapping = from_str_with_options(text, options).ok()?;
    let mut entries: Vec<(String, Yaml)> = Vec::new();
    let mut places = HashMap::new();
    for (key, node) in mapping.0 {
        let value = node.read(text);
        match places.get(&key).and_then(|place: &usize| entries.get_mut(*place)) {
            Some(entry) => entry.1 = value,
            None => {
                places.insert(key.clone(), entries.len());
                entries.push((key, value));
            }
        }
    }
    (!entries.is_empty()).then_some(entries)
}

struct Mapping(Vec<(String, Node)>);

impl<'de> Deserialize<'de> for Mapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MappingVisitor)
    }
}

struct MappingVisitor;

impl<'de> Visitor<'de> for MappingVisitor {
    type Value = Mapping;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Mapping, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Mapping(entries))
    }
}

/// A value and where it stands, because a scalar that looks like a number has lost its spelling.
#[derive(Deserialize)]
#[serde(transparent)]
struct Node(Spanned<Untyped>);

impl Node {
    fn read(self, source: &str) -> Yaml {
        match self.0.value {
            Untyped::Null => Yaml::Null,
            Untyped::Text(text) => Yaml::Text(text),
            Untyped::Bare(text) => {
                let span = self.0.defined.span();
                let range = span.byte_offset().zip(span.byte_len());
                let written = range.and_then(|(from, length)| {
                    let from = usize::try_from(from).ok()?;
                    source.get(from..from + usize::try_from(length).ok()?)
                });
                Yaml::Text(written.map_or(text, |written| written.trim().to_owned()))
            }
            Untyped::List(nodes) => Yaml::List(nodes.into_iter().map(|node| node.read(source)).collect()),
            Untyped::Map => Yaml::Map,
        }
    }
}

enum Untyped {
    Null,
    Text(String),
    /// A scalar that YAML takes for a number or truth value, as such; its spelling is in the source.
    Bare(String),
    List(Vec<Node>),
    Map,
}

impl<'de> Deserialize<'de> for Untyped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UntypedVisitor)
    }
}

struct UntypedVisitor;

impl<'de> Visitor<'de> for UntypedVisitor {
    type Value = Untyped;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Untyped, E> {
        Ok(Untyped::Null)
    }

    fn visit_none<E>(self) -> Result<Untyped, E> {
        Ok(Untyped::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Untyped, D::Error> {
        Untyped::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Untyped, E> {
        Ok(Untyped::Bare(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Untyped, E> {
        Ok(Untyped::Bare(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Untyped, E> {
        Ok(Untyped::Bare(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Untyped, E> {
        Ok(Untyped::Bare(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Untyped, E> {
        Ok(Untyped::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Untyped, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Untyped::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Untyped, A::Error> {
        while map.next_entry::<serde::de::IgnoredAny, serde::de::IgnoredAny>()?.is_some() {}
        Ok(Untyped::Map)
    }
}

/// Writes a scalar: bare when every YAML reader takes it for a text, else between double quotes.
pub(crate) fn write_scalar(text: &str) -> String {
    if is_bare(text) { text.to_owned() } else { write_quoted(text) }
}

/// Words that some YAML version takes for something else than text.
const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

fn is_bare(text: &str) -> bool {
    text.starts_with(char::is_alphabetic)
        && text.ends_with(char::is_alphanumeric)
        && text.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_' | '.' | '/'))
        && !WORDS.contains(&text.to_lowercase().as_str())
}

/// Writes a scalar between double quotes.
pub(crate) fn write_quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            letter if is_unprintable(letter) => out.push_str(&format!("\\U{:08X}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Letters that a YAML text must not hold, or that it would take for the end of a line.
fn is_unprintable(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Yaml {
        Yaml::Text(text.to_owned())
    }

    #[test]
    fn scalars_keep_their_spelling() {
        let read = |yaml: &str| read_mapping(yaml).map(|entries| entries.into_iter().map(|(_, value)| value).collect());
        let check = |yaml: &str, expected: Yaml| assert_eq!(read(yaml), Some(vec![expected]), "{yaml}");
        check("a: 1.10", text("1.10"));
        check("a: 007", text("007"));
        check("a: 0x1F # hex", text("0x1F"));
        check("a: True", text("True"));
        check("a: yes", text("yes"));
        check("a: '2.0'", text("2.0"));
        check("a: 2026-11-22", text("2026-11-22"));
        check("a: 2026-11-22 14:05", text("2026-11-22 14:05"));
        check("a: é 1", text("é 1"));
        check("é: 1.50", text("1.50"));
        check("a:", Yaml::Null);
        check("a: ~", Yaml::Null);
        check("a: \"\"", text(""));
        check("a: {b: c}", Yaml::Map);
        check("a: [1.0, b, [c]]", Yaml::List(vec![text("1.0"), text("b"), Yaml::List(vec![text("c")])]));
        check("a:\n  - 1.0\n  - b", Yaml::List(vec![text("1.0"), text("b")]));
        check("a: |\n  b\n  c\n", text("b\nc\n"));
        check("a: 1\na: 2", text("2"));
        check("a: .nan", text(".nan"));
        check("a: 1e999", text("1e999"));
        check("a: &x 1.0", text("1.0"));
        check("a: !!str 1.0", text("1.0"));
    }

    #[test]
    fn what_is_no_mapping_is_not_read() {
        for yaml in ["", "a", "- a", "a: [", "a: b: c", "[[A]]: [[", "a: [[A]], [[B]]", "? a\n? [b]"] {
            assert_eq!(read_mapping(yaml), None, "{yaml}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for value in [
            "a",
            "",
            " a",
            "a ",
            "true",
            "No",
            "1.0",
            "a: b",
            "a #b",
            "- a",
            "\"",
            "\\",
            "a\nb",
            "\t",
            "\u{1}",
            "\u{85}",
            "\u{2028}",
            "\u{feff}",
            "é",
            "🎉",
            "[[A]]",
            "{a}",
            "a,b",
            "%a",
            "@a",
            "*a",
            "&a",
            "!a",
            "|",
            ">",
            "'a'",
            "~",
            "2026-11-22",
            "0x1F",
            "\u{fffe}",
            "a/b.c-d_e f",
        ] {
            let yaml = format!("key: {}\nlist: [{}]", write_scalar(value), write_quoted(value));
            let expected = vec![("key".to_owned(), text(value)), ("list".to_owned(), Yaml::List(vec![text(value)]))];
            assert_eq!(read_mapping(&yaml), Some(expected), "{yaml}");
        }
    }
}
