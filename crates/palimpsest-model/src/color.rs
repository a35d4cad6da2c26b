//! The eighteen theme colours, each for text or for the background (spec/03 §6).

use serde::{Deserialize, Deserializer, Serialize};

/// The names of the hues, as label options and structures use them.
pub const HUES: [&str; 18] = [
    "gray", "rose", "pink", "fuchsia", "purple", "violet", "indigo", "blue", "sky", "cyan", "teal", "emerald", "green",
    "lime", "yellow", "amber", "orange", "red",
];

const NAMES: [&str; 36] = [
    "text-gray",
    "text-rose",
    "text-pink",
    "text-fuchsia",
    "text-purple",
    "text-violet",
    "text-indigo",
    "text-blue",
    "text-sky",
    "text-cyan",
    "text-teal",
    "text-emerald",
    "text-green",
    "text-lime",
    "text-yellow",
    "text-amber",
    "text-orange",
    "text-red",
    "bg-gray",
    "bg-rose",
    "bg-pink",
    "bg-fuchsia",
    "bg-purple",
    "bg-violet",
    "bg-indigo",
    "bg-blue",
    "bg-sky",
    "bg-cyan",
    "bg-teal",
    "bg-emerald",
    "bg-green",
    "bg-lime",
    "bg-yellow",
    "bg-amber",
    "bg-orange",
    "bg-red",
];

/// A colour theme such as `text-red` or `bg-blue`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct Color(&'static str);

impl Color {
    /// All thirty-six.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.into_iter().map(Self)
    }

    /// The colour of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|known| **known == name).map(|known| Self(known))
    }

    /// Its name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl<'de> Deserialize<'de> for Color {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| serde::de::Error::custom("unknown colour"))
    }
}

impl Color {
    pub(crate) fn read(node: &crate::Node<'_, '_>, reading: &mut crate::Reading) -> Option<Self> {
        let words: Vec<_> = Self::all().map(|color| (color.0, color)).collect();
        node.word(reading, &words)
    }
}
