//! The text of an object: its body sections.

use std::collections::{BTreeMap, btree_map};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::block::Block;
use crate::id::PropertyId;
use crate::stored::Lines;

type Lists = BTreeMap<PropertyId, Vec<Block>>;

/// A list of blocks for each body section. Versions of an object share them until one of them changes its own: a copy costs
/// nothing, and neither does finding that two are the same one.
///
/// A text that comes from the store is not read before somebody looks at its blocks: who only shows or stores it copies the lines
/// that it was stored as.
#[derive(Clone, Default)]
pub struct Sections(Arc<Text>);

#[derive(Default)]
struct Text {
    /// The blocks, unless they are `unread`.
    lists: Lists,
    /// Set when the lines are what there is: the blocks as soon as somebody looked at them; nothing when they cannot be read.
    unread: Option<OnceLock<Option<Lists>>>,
    /// The same as it is stored.
    lines: OnceLock<Lines>,
    /// Whether it was made of lines that cannot be read.
    is_lost: bool,
}

impl Text {
    fn lists(&self) -> &Lists {
        match &self.unread {
            None => &self.lists,
            Some(read) => read.get_or_init(|| self.read()).as_ref().unwrap_or(&self.lists),
        }
    }

    /// The blocks of the lines. Lines that are not what was written are refused before they come here.
    fn read(&self) -> Option<Lists> {
        self.lines.get().and_then(|lines| lines.read().ok())
    }
}

/// A copy is made to be changed: it has blocks, and no lines.
impl Clone for Text {
    fn clone(&self) -> Self {
        let lists = self.lists().clone();
        let cannot_be_read = self.unread.as_ref().and_then(OnceLock::get).is_some_and(Option::is_none);
        Self { lists, unread: None, lines: OnceLock::new(), is_lost: self.is_lost || cannot_be_read }
    }
}

impl Sections {
    /// A text that was stored as these lines.
    pub(crate) fn stored(lines: Lines) -> Self {
        Self(Arc::new(Text { unread: Some(OnceLock::new()), lines: lines.into(), ..Text::default() }))
    }

    /// Whether two share one text, so that nothing in it can differ.
    pub(crate) fn are_shared(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The text as it is stored, if that is known.
    pub(crate) fn lines(&self) -> Option<&Lines> {
        self.0.lines.get()
    }

    /// Keeps the lines that the text was stored as.
    pub(crate) fn keep(&self, lines: Lines) {
        // Whoever was first wrote the same.
        let _ = self.0.lines.set(lines);
    }

    /// Whether it was made of a text that cannot be read, as if that had no blocks: it must not be stored in the place of that.
    #[must_use]
    pub fn are_lost(&self) -> bool {
        self.0.is_lost
    }

    /// Whether somebody looked at the blocks, so that they take memory.
    #[must_use]
    pub fn are_read(&self) -> bool {
        self.0.unread.as_ref().is_none_or(|read| read.get().is_some())
    }
}

impl PartialEq for Sections {
    fn eq(&self, other: &Self) -> bool {
        let same_lines = || match (self.lines(), other.lines()) {
            (Some(one), Some(other)) => Some(one == other),
            _ => None,
        };
        self.are_shared(other) || same_lines().unwrap_or_else(|| self.0.lists() == other.0.lists())
    }
}

impl Eq for Sections {}

impl fmt::Debug for Sections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.lists().fmt(f)
    }
}

impl Serialize for Sections {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.lists().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Sections {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Lists::deserialize(deserializer).map(Self::from)
    }
}

impl Deref for Sections {
    type Target = Lists;

    fn deref(&self) -> &Self::Target {
        self.0.lists()
    }
}

impl DerefMut for Sections {
    fn deref_mut(&mut self) -> &mut Self::Target {
        let text = Arc::make_mut(&mut self.0);
        if let Some(read) = text.unread.take() {
            match read.into_inner().unwrap_or_else(|| text.read()) {
                Some(lists) => text.lists = lists,
                None => text.is_lost = true,
            }
        }
        text.lines.take();
        &mut text.lists
    }
}

impl From<Lists> for Sections {
    fn from(lists: Lists) -> Self {
        Self(Arc::new(Text { lists, ..Text::default() }))
    }
}

impl<const N: usize> From<[(PropertyId, Vec<Block>); N]> for Sections {
    fn from(sections: [(PropertyId, Vec<Block>); N]) -> Self {
        BTreeMap::from(sections).into()
    }
}

impl FromIterator<(PropertyId, Vec<Block>)> for Sections {
    fn from_iter<I: IntoIterator<Item = (PropertyId, Vec<Block>)>>(sections: I) -> Self {
        BTreeMap::from_iter(sections).into()
    }
}

impl IntoIterator for Sections {
    type Item = (PropertyId, Vec<Block>);
    type IntoIter = btree_map::IntoIter<PropertyId, Vec<Block>>;

    fn into_iter(mut self) -> Self::IntoIter {
        std::mem::take(&mut *self).into_iter()
    }
}

impl<'s> IntoIterator for &'s Sections {
    type Item = (&'s PropertyId, &'s Vec<Block>);
    type IntoIter = btree_map::Iter<'s, PropertyId, Vec<Block>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'s> IntoIterator for &'s mut Sections {
    type Item = (&'s PropertyId, &'s mut Vec<Block>);
    type IntoIter = btree_map::IterMut<'s, PropertyId, Vec<Block>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}
