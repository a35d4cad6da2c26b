//! The space (spec/02 §1–2), and what it is made of.

pub(crate) mod collections;
pub(crate) mod get;
pub(crate) mod properties;
pub(crate) mod structures;
pub(crate) mod update;

use palimpsest_model::{Node, Reading};

/// Reads what is to become of what is in use: `false` for the first word, which is also meant when nothing is said.
fn read_fate(node: &Node<'_, '_>, reading: &mut Reading, take: &'static str) -> Option<bool> {
    let words = [("refuse", false), (take, true)];
    node.given(reading, |node, reading| node.word(reading, &words)).map(Option::unwrap_or_default)
}

/// Notes a problem when none of these members is there.
fn require_one(body: &Node<'_, '_>, reading: &mut Reading, names: &[&str]) {
    if names.iter().all(|name| body.get(name).is_absent()) {
        let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
        let (last, others) = names.split_last().map_or(("", &[][..]), |(last, others)| (last.as_str(), others));
        match others {
            [] => reading.general(format!("Provide {last}.")),
            [other] => reading.general(format!("Provide at least one of {other} or {last}.")),
            others => reading.general(format!("Provide at least one of {}, or {last}.", others.join(", "))),
        }
    }
}
