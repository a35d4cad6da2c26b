//! Which type the values of a key have, judged by all of them.

use std::collections::HashSet;

use palimpsest_markdown::Yaml;
use palimpsest_model::{Number, Timestamp};

use super::keys::texts;

/// What is known of the values of a key.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    values: usize,
    booleans: usize,
    numbers: usize,
    dates: usize,
    urls: usize,
    links: usize,
    lists: usize,
    /// Whether one of them says more than an option does.
    is_long: bool,
    /// Whether one of them says more than plain text does.
    is_rich: bool,
    options: Vec<String>,
    folded: HashSet<String>,
}

/// The type of values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Text,
    RichText,
    Number,
    Boolean,
    Date,
    Url,
    Entity,
    Label { multiple: bool, options: Vec<String> },
}

/// So many letters an option has.
const OPTION: usize = 40;
/// So many options a label has.
const OPTIONS: usize = 200;
/// Fewer values repeat nothing.
const REPEATED: usize = 3;

impl Observed {
    /// Takes note of a value; `resolves` says whether a link in it leads anywhere.
    pub(crate) fn see(&mut self, value: &Yaml, resolves: &dyn Fn(&str) -> bool) {
        let texts = texts(value);
        if texts.is_empty() {
            return;
        }
        self.values += 1;
        let links = texts.iter().filter(|text| is_link(text)).count();
        let all_resolve = || texts.iter().all(|text| resolves(text));
        self.links += usize::from(links == texts.len() && all_resolve());
        if matches!(value, Yaml::List(_)) {
            self.lists += 1;
        } else if let [text] = texts.as_slice() {
            let text = text.trim();
            self.booleans += usize::from(matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE"));
            self.numbers += usize::from(is_number(text));
            self.dates += usize::from(is_date(text));
            self.urls += usize::from(is_url(text));
        }
        for text in texts {
            self.is_long |= text.chars().count() > OPTION || text.contains('\n');
            self.is_rich |= text.contains('\n') || text.contains("[[") || text.contains("](") || text.contains("://");
            if self.options.len() <= OPTIONS && self.folded.insert(text.trim().to_lowercase()) {
                self.options.push(text.trim().to_owned());
            }
        }
    }

    /// The names of options that are seen.
    pub(crate) fn options(&self) -> &[String] {
        &self.options
    }

    /// The type that all of them have; nothing when there are none.
    pub(crate) fn kind(&self) -> Option<Kind> {
        let all = |count: usize| count == self.values;
        let can_choose = !self.is_long && !self.is_rich && self.options.len() <= OPTIONS;
        Some(match self {
            _ if self.values == 0 => return None,
            _ if all(self.booleans) => Kind::Boolean,
            _ if all(self.numbers) => Kind::Number,
            _ if all(self.dates) => Kind::Date,
            _ if all(self.urls) => Kind::Url,
            _ if all(self.links) => Kind::Entity,
            _ if self.lists > 0 && can_choose => Kind::Label { multiple: true, options: self.options.clone() },
            _ if can_choose && self.values >= REPEATED && self.options.len() * 2 <= self.values => {
                Kind::Label { multiple: false, options: self.options.clone() }
            }
            _ if self.is_rich => Kind::RichText,
            _ => Kind::Text,
        })
    }
}

fn is_link(text: &str) -> bool {
    let inner = text.trim().strip_prefix("[[").and_then(|text| text.strip_suffix("]]"));
    inner.is_some_and(|inner| !inner.contains("[[") && !inner.contains("]]"))
}

fn is_number(text: &str) -> bool {
    // Post codes, long order numbers and versions only look like numbers: written again they would be another text.
    serde_json::from_str::<serde_json::Number>(text).is_ok_and(|number| Number::from(number).to_string() == text)
}

fn is_date(text: &str) -> bool {
    text.len() >= "2026-11-22".len() && Timestamp::parse(text).is_some()
}

fn is_url(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(values: &[&[&str]]) -> Option<Kind> {
        let mut observed = Observed::default();
        for value in values {
            let texts: Vec<_> = value.iter().map(|text| Yaml::Text((*text).to_owned())).collect();
            let value = match texts.as_slice() {
                [only] => only.clone(),
                _ => Yaml::List(texts),
            };
            observed.see(&value, &|text| text != "[[Nobody]]");
        }
        observed.kind()
    }

    #[test]
    fn all_values_decide() {
        let label = |multiple, options: &[&str]| {
            Some(Kind::Label { multiple, options: options.iter().map(|name| (*name).to_owned()).collect() })
        };
        let check = |values: &[&[&str]], expected: Option<Kind>| assert_eq!(kind(values), expected, "{values:?}");
        check(&[], None);
        check(&[&[""], &[" "]], None);
        check(&[&["true"], &["False"]], Some(Kind::Boolean));
        check(&[&["1"], &["-2.5"]], Some(Kind::Number));
        for text in ["007", "1.10", "1e3", "-0", "1234567890123456789012", "0.1234567890123456789"] {
            check(&[&[text]], Some(Kind::Text));
            check(&[&["1"], &[text]], Some(Kind::Text));
        }
        check(&[&["18446744073709551615"], &["-9223372036854775808"], &["0.1"]], Some(Kind::Number));
        check(&[&["1"], &["one"]], Some(Kind::Text));
        check(&[&["2026-11-22"], &["2026-11-22T10:00:00Z"]], Some(Kind::Date));
        check(&[&["https://a.example"]], Some(Kind::Url));
        check(&[&["[[A]]"], &["[[A]]", "[[B]]"]], Some(Kind::Entity));
        check(&[&["[[A]]"], &["[[Nobody]]"]], Some(Kind::RichText));
        check(&[&["see [[A]]"]], Some(Kind::RichText));
        check(&[&["a", "b"], &["A"]], label(true, &["a", "b"]));
        check(&[&["todo"], &["done"], &["todo"], &["done"]], label(false, &["todo", "done"]));
        check(&[&["todo"], &["done"]], Some(Kind::Text));
        check(&[&["one\ntwo"]], Some(Kind::RichText));
        check(&[&[&"x".repeat(60), "y"]], Some(Kind::Text));
    }
}
