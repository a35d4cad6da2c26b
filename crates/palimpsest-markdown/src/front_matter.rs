//! The front of a text: a YAML mapping between `---` lines, and a title above the body.

use crate::yaml::{Yaml, read_mapping};

/// A text split into its front matter and its body.
#[derive(Clone, Debug)]
pub struct Document<'t> {
    /// The properties on top, when the text begins with them.
    pub front_matter: Option<FrontMatter>,
    /// The rest.
    pub body: &'t str,
}

/// The keys and values on top of a text; [`read_properties`](crate::read_properties) says what they mean.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FrontMatter {
    pub(crate) entries: Vec<(String, Yaml)>,
}

impl FrontMatter {
    /// Front matter of these keys and values.
    #[must_use]
    pub fn new(entries: Vec<(String, Yaml)>) -> Self {
        Self { entries }
    }

    /// The keys and values, in the order of the text.
    #[must_use]
    pub fn into_entries(self) -> Vec<(String, Yaml)> {
        self.entries
    }

    /// The keys whose values are not the same in `other`.
    #[must_use]
    pub fn changed_from(&self, other: &Self) -> Self {
        Self { entries: self.entries.iter().filter(|entry| !other.entries.contains(entry)).cloned().collect() }
    }
}

/// Splits a text. Front matter is a YAML mapping between two `---` lines at the very start; whatever else begins with
/// `---` is body.
#[must_use]
pub fn split_document(text: &str) -> Document<'_> {
    let whole = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    match split_fences(whole) {
        Some((front_matter, body)) => Document { front_matter: Some(front_matter), body },
        None => Document { front_matter: None, body: whole },
    }
}

fn split_fences(text: &str) -> Option<(FrontMatter, &str)> {
    let is_fence = |line: &str| line.trim_end() == "---";
    let first = text.split_inclusive('\n').next().filter(|line| is_fence(line))?;
    let after = &text[first.len()..];
    let mut length = 0;
    for line in after.split_inclusive('\n') {
        if is_fence(line) {
            let entries = read_mapping(&after[..length])?;
            return Some((FrontMatter { entries }, &after[length + line.len()..]));
        }
        length += line.len();
    }
    None
}

/// Splits the title from a body that begins with a heading of the first level: the heading's text as it is written, and
/// the rest.
#[must_use]
pub fn split_title(body: &str) -> Option<(String, &str)> {
    let mut rest = body;
    loop {
        let line = rest.split_inclusive('\n').next()?;
        rest = &rest[line.len()..];
        if line.trim().is_empty() {
            continue;
        }
        let indent = line.len() - line.trim_start_matches(' ').len();
        let title = line.trim_start_matches(' ').strip_prefix('#')?;
        if indent > MAX_INDENT || !title.starts_with([' ', '\t']) || title.trim().is_empty() {
            return None;
        }
        return Some((title.trim().to_owned(), rest));
    }
}

/// A heading may be indented so far; further in it is code.
const MAX_INDENT: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_stands_at_the_start_only() {
        let check = |text: &str, keys: Option<&[&str]>, body: &str| {
            let document = split_document(text);
            let found =
                document.front_matter.map(|front| front.entries.into_iter().map(|(key, _)| key).collect::<Vec<_>>());
            assert_eq!(found, keys.map(|keys| keys.iter().map(|key| (*key).to_owned()).collect()), "{text:?}");
            assert_eq!(document.body, body, "{text:?}");
        };
        check("---\na: 1\nb: 2\n---\n\nbody\n", Some(&["a", "b"]), "\nbody\n");
        check("---\r\na: 1\r\n---\r\nbody", Some(&["a"]), "body");
        check("--- \na: 1\n---", Some(&["a"]), "");
        check("\u{feff}---\na: 1\n---\n", Some(&["a"]), "");
        check("\n---\na: 1\n---\n", None, "\n---\na: 1\n---\n");
        check("---\na: 1\n", None, "---\na: 1\n");
        check("---\n- a\n---\nb", None, "---\n- a\n---\nb");
        check("---\na: [\n---\nb", None, "---\na: [\n---\nb");
        check("---\n---\nb", None, "---\n---\nb");
        check("a: 1\n", None, "a: 1\n");
        check("----\na: 1\n----\n", None, "----\na: 1\n----\n");
        check("", None, "");
    }

    #[test]
    fn a_first_heading_is_the_title() {
        let check = |body: &str, expected: Option<(&str, &str)>| {
            assert_eq!(split_title(body), expected.map(|(title, rest)| (title.to_owned(), rest)), "{body:?}");
        };
        check("# A [b] **c** #\n\nd", Some(("A [b] **c** #", "\nd")));
        check("\n\n   # A\r\nb", Some(("A", "b")));
        check("#\tA", Some(("A", "")));
        for body in ["", "\n", "#", "# ", "#A", "## A", "    # A", "a\n# B", "A\n===\n"] {
            check(body, None);
        }
    }
}
