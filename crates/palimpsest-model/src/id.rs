//! The names of things. Ids are UUIDs of the kinds the contract admits (versions 1–8, the nil and the max UUID), except
//! structures, which may be one of 22 built-in words, and properties and label options, which may be any text.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::reader::{Node, Reading};

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )+};
}

uuid_ids! {
    /// Names an object within its space.
    ObjectId;
    /// Names a block; unique in its space.
    BlockId;
    /// Names a space.
    SpaceId;
    /// Names a collection of one structure.
    CollectionId;
    /// Names an access token (not its secret).
    TokenId;
    /// Names a webhook.
    WebhookId;
}

/// What a text names that is no UUID: nothing. No version of UUID has this value, so it is never given.
pub const NOTHING: Uuid = Uuid::from_u128(1);

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )+};
}

text_ids! {
    /// Names a property of a structure: a word such as `title`, or a UUID in text form.
    PropertyId;
    /// Names an option of a label property.
    LabelId;
}

/// The number of a commit in the log of one space: 1, 2, 3 … without gaps; 0 is the log before its first entry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub u64);

impl Revision {
    /// The revision after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A random name of one life of a log: new for every space and after a restore, so that a revision of another life is never
/// mistaken for one of this.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogId(pub u64);

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

macro_rules! built_ins {
    ($($name:ident),+) => {
        /// The structure ids every space shares (contract, spec/03 §1); not each of them is a structure of a space.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[expect(missing_docs, reason = "the names are the contract's")]
        pub enum BuiltIn { $($name),+ }

        impl BuiltIn {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The id on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),+ }
            }
        }
    };
}

built_ins!(
    RootSpace,
    User,
    UserPersonal,
    RootDatabase,
    RootQuery,
    RootPage,
    RootStructure,
    RootEntity,
    RootBlocksTemplate,
    MediaImage,
    MediaPDF,
    MediaAudio,
    MediaVideo,
    MediaWebResource,
    MediaFile,
    MediaTweet,
    RootAIChat,
    RootSimpleTable,
    RootDailyNote,
    RootTag,
    UtilDate,
    RootTask
);

/// Names a structure (object type): a built-in word or the UUID of a custom type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum StructureId {
    /// One of the 22 words.
    BuiltIn(BuiltIn),
    /// A type made in the space.
    Custom(Uuid),
}

impl fmt::Display for StructureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(word) => f.write_str(word.as_str()),
            Self::Custom(uuid) => uuid.fmt(f),
        }
    }
}

impl FromStr for StructureId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        BuiltIn::ALL
            .iter()
            .find(|word| word.as_str() == text)
            .map(|word| Self::BuiltIn(*word))
            .or_else(|| parse_uuid(text).map(Self::Custom))
            .ok_or("Invalid UUID")
    }
}

impl Serialize for StructureId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StructureId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Reads a UUID as the contract's validator does: hyphenated, versions 1–8 with the RFC variant in either case, the nil UUID,
/// and the max UUID in lower case (spec/01 §6).
#[must_use]
pub fn parse_uuid(text: &str) -> Option<Uuid> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 || [8, 13, 18, 23].iter().any(|&at| bytes[at] != b'-') {
        return None;
    }
    let uuid = Uuid::try_parse(text).ok()?;
    let known = matches!(bytes[14], b'1'..=b'8') && matches!(bytes[19], b'8' | b'9' | b'a' | b'b' | b'A' | b'B');
    (known || uuid.is_nil() || text == "ffffffff-ffff-ffff-ffff-ffffffffffff").then_some(uuid)
}

/// Reads a UUID that must be there.
pub fn read_uuid(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Uuid> {
    let text = node.string(reading)?;
    let uuid = parse_uuid(text);
    if uuid.is_none() {
        reading.problem(node, "Invalid UUID");
    }
    uuid
}

/// Reads a structure id that must be there.
pub fn read_structure_id(node: &Node<'_, '_>, reading: &mut Reading) -> Option<StructureId> {
    if node.is_absent() {
        reading.problem(node, "Invalid input");
        return None;
    }
    let text = node.string(reading)?;
    let id = text.parse().ok();
    if id.is_none() {
        reading.problem(node, "Invalid UUID");
    }
    id
}

/// Reads a property id.
pub fn read_property_id(node: &Node<'_, '_>, reading: &mut Reading) -> Option<PropertyId> {
    node.string(reading).map(PropertyId::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_read_as_the_contract_reads_them() {
        let check = |text: &str, expected: bool| assert_eq!(parse_uuid(text).is_some(), expected, "{text}");
        check("3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11", true);
        check("3F0D6F2E-8A34-4F1C-AD57-2B7A3F0C9E11", true);
        check("3f0d6f2e-8a34-0f1c-9d57-2b7a3f0c9e11", false);
        check("3f0d6f2e-8a34-4f1c-cd57-2b7a3f0c9e11", false);
        check("3f0d6f2e8a344f1c9d572b7a3f0c9e11", false);
        check("{3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e1}", false);
        check("00000000-0000-0000-0000-000000000000", true);
        check("ffffffff-ffff-ffff-ffff-ffffffffffff", true);
        check("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", false);
        check("äääääääääääääääääa", false);
    }

    #[test]
    fn there_are_22_built_in_structures() {
        assert_eq!(BuiltIn::ALL.len(), 22);
        for word in BuiltIn::ALL {
            assert_eq!(word.as_str().parse(), Ok(StructureId::BuiltIn(*word)));
        }
    }
}
