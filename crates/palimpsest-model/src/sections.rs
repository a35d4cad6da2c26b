//! The text of an object: its body sections.

use std::collections::{BTreeMap, btree_map};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::block::Block;
use crate::id::PropertyId;

/// A list of blocks for each body section. Versions of an object share them until one of them changes its own: a copy costs
/// nothing, and neither does finding that two are the same one.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sections(Arc<BTreeMap<PropertyId, Vec<Block>>>);

impl Sections {
    /// Whether two share one text, so that nothing in it can differ.
    pub(crate) fn are_shared(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Deref for Sections {
    type Target = BTreeMap<PropertyId, Vec<Block>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Sections {
    fn deref_mut(&mut self) -> &mut Self::Target {
        Arc::make_mut(&mut self.0)
    }
}

impl From<BTreeMap<PropertyId, Vec<Block>>> for Sections {
    fn from(sections: BTreeMap<PropertyId, Vec<Block>>) -> Self {
        Self(Arc::new(sections))
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

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

impl<'s> IntoIterator for &'s Sections {
    type Item = (&'s PropertyId, &'s Vec<Block>);
    type IntoIter = btree_map::Iter<'s, PropertyId, Vec<Block>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'s> IntoIterator for &'s mut Sections {
    type Item = (&'s PropertyId, &'s mut Vec<Block>);
    type IntoIter = btree_map::IterMut<'s, PropertyId, Vec<Block>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}
