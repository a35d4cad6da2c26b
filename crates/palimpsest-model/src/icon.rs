//! Icons of spaces and objects: one emoji, or a regular Phosphor icon (spec/03 §3).

use serde::{Deserialize, Serialize};

use crate::reader::{Node, Reading};

/// An icon, on the wire `{type, val}`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(tag = "type", content = "val", rename_all = "lowercase")]
pub enum Icon {
    /// One emoji.
    Emoji(String),
    /// A Phosphor icon of the regular weight, `ph-<name>`.
    Iconify(String),
}

/// Unicode calls these emoji letters too.
const LETTER_EMOJI: [char; 6] = ['ℹ', 'Ⓜ', '🅰', '🅱', '🅾', '🅿'];

const OTHER_WEIGHTS: [&str; 5] = ["-duotone", "-fill", "-bold", "-light", "-thin"];

/// The kinds on the wire, and whether each is an emoji.
const KINDS: [(&str, bool); 2] = [("emoji", true), ("iconify", false)];

impl Icon {
    /// The `type` on the wire of each kind.
    pub fn kinds() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|(word, _)| *word)
    }

    /// Reads `{type, val}`.
    pub fn read(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Self> {
        node.object(reading)?;
        let kind = node.get("type").word(reading, &KINDS);
        let val = node.get("val");
        let text = val.string(reading)?;
        if kind? {
            let is_letter = |c: char| c.is_alphabetic() && !LETTER_EMOJI.contains(&c);
            if text.is_ascii() || text.chars().count() > 16 || text.chars().any(is_letter) {
                reading.problem(&val, "Invalid emoji");
                return None;
            }
            return Some(Self::Emoji(text.to_owned()));
        }
        let name = text.strip_prefix("ph-").unwrap_or_default();
        let regular = !OTHER_WEIGHTS.iter().any(|weight| name.ends_with(weight));
        let well_formed =
            !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !(regular && well_formed) {
            reading.problem(&val, "Invalid icon: expected a regular Phosphor icon such as `ph-lightbulb`");
            return None;
        }
        Some(Self::Iconify(text.to_owned()))
    }
}
