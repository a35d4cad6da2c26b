//! Webhooks: what their calls have in common.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod deliveries;
pub(crate) mod list;
pub(crate) mod test;
pub(crate) mod update;

use palimpsest_engine::ChangeKind;
use palimpsest_model::{Node, Reading, StructureId, read_structure_id};
use url::Url;

/// The longest URL.
pub(crate) const LONGEST_URL: usize = 2048;
/// The most structures, and the most kinds, of a filter.
pub(crate) const MOST_WORDS: usize = 100;

/// Reads where to send to. Whether it may be called is found out when it is.
fn read_url(node: &Node<'_, '_>, notes: &mut Reading) -> Option<String> {
    let text = node.string(notes)?;
    let parsed = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let problem = match parsed {
        _ if text.len() > LONGEST_URL => format!("Too big: expected string to have <={LONGEST_URL} bytes"),
        // What the document says of it is less than what a parser forgives.
        Some(_) if !text.trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with("://") => {
            "Invalid URL".to_owned()
        }
        Some(url) if !url.username().is_empty() || url.password().is_some() => {
            "Invalid URL: expected none with a user name or a password".to_owned()
        }
        Some(_) => return Some(text.to_owned()),
        None => "Invalid URL: expected one with http or https".to_owned(),
    };
    notes.problem(node, problem);
    None
}

/// Reads the structures of a filter; `null` is any.
fn read_structures(node: &Node<'_, '_>, notes: &mut Reading) -> Option<Option<Vec<StructureId>>> {
    read_some(node, notes, read_structure_id)
}

/// Reads the kinds of a filter; `null` is any.
fn read_kinds(node: &Node<'_, '_>, notes: &mut Reading) -> Option<Option<Vec<ChangeKind>>> {
    let words = ChangeKind::ALL.map(|kind| (kind.as_str(), kind));
    read_some(node, notes, |kind, notes| kind.word(notes, &words))
}

fn read_some<T>(
    node: &Node<'_, '_>,
    notes: &mut Reading,
    read: impl Fn(&Node<'_, '_>, &mut Reading) -> Option<T>,
) -> Option<Option<Vec<T>>> {
    if node.is_null() {
        return Some(None);
    }
    let elements = node.elements(notes)?;
    let problem = match elements.len() {
        0 => "Too small: expected array to have >=1 items".to_owned(),
        count if count > MOST_WORDS => format!("Too big: expected array to have <={MOST_WORDS} items"),
        _ => {
            // All are read, so that every problem is told.
            let some: Vec<_> = elements.map(|element| read(&element, notes)).collect();
            return some.into_iter().collect::<Option<_>>().map(Some);
        }
    };
    notes.problem(node, problem);
    None
}
