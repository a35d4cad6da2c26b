//! What objects refer to.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use palimpsest_model::{Content, LinkTarget, Object, ObjectId, Token, Value};

/// Objects that an object may refer to whatever became of them: itself, and what it referred to before. They are looked for when
/// they are first asked for, as most writes never do.
pub(crate) struct Known {
    id: ObjectId,
    before: Option<Arc<Object>>,
    all: OnceCell<BTreeSet<ObjectId>>,
}

impl Known {
    /// Those of an object that, when it exists already, looked like this.
    pub(crate) fn of(id: ObjectId, before: Option<&Arc<Object>>) -> Self {
        Self { id, before: before.cloned(), all: OnceCell::new() }
    }

    /// Whether this is one of them.
    pub(crate) fn has(&self, id: ObjectId) -> bool {
        id == self.id || self.all().contains(&id)
    }

    /// All of them.
    pub(crate) fn all(&self) -> &BTreeSet<ObjectId> {
        self.all.get_or_init(|| {
            let mut all = BTreeSet::from([self.id]);
            if let Some(before) = &self.before {
                references_of(before, &mut all);
            }
            all
        })
    }
}

/// Adds the objects that an object refers to.
pub(crate) fn references_of(object: &Object, known: &mut BTreeSet<ObjectId>) {
    object.walk(&mut |block| match &block.content {
        Content::Text(text) => known.extend(linked(&text.tokens)),
        Content::Entity { target, .. } => known.extend(target),
        _ => {}
    });
    for value in object.properties.values() {
        match value {
            Value::RichText(tokens) => known.extend(linked(tokens)),
            Value::Entity(ids) => known.extend(ids),
            _ => {}
        }
    }
}

fn linked(tokens: &[Token]) -> impl Iterator<Item = ObjectId> {
    tokens.iter().filter_map(|token| match token {
        Token::Link { target: Some(LinkTarget::Entity(id)), .. } => Some(*id),
        _ => None,
    })
}
