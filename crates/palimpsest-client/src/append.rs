//! What is put into an object, and where (spec/02 §12).

use palimpsest_model::{BlockId, ObjectId, PropertyId};
use serde::Serialize;

use crate::new_block::NewBlock;
use crate::place::Place;

/// Blocks or Markdown to be put into an object: at the end of its main section unless something else is said.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Append {
    #[serde(flatten)]
    content: Content,
    #[serde(flatten)]
    place: Place,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Content {
    Blocks(Vec<NewBlock>),
    Markdown(String),
}

/// What is appended with the object it goes into, as the body of a call.
#[derive(Serialize)]
pub(crate) struct AppendTo<'c> {
    pub(crate) id: ObjectId,
    #[serde(flatten)]
    pub(crate) append: &'c Append,
}

impl Append {
    /// Blocks.
    pub fn blocks(blocks: impl IntoIterator<Item = NewBlock>) -> Self {
        Self::of(Content::Blocks(blocks.into_iter().collect()))
    }

    /// Markdown, which the server turns into blocks.
    pub fn markdown(text: impl Into<String>) -> Self {
        Self::of(Content::Markdown(text.into()))
    }

    /// The same into a body section other than the main one.
    #[must_use]
    pub fn section(self, id: impl Into<PropertyId>) -> Self {
        Self { place: self.place.section(id), ..self }
    }

    /// The same below a block; at the end unless [`Append::at_start`] says otherwise.
    #[must_use]
    pub fn inside(self, parent: BlockId) -> Self {
        Self { place: self.place.inside(parent), ..self }
    }

    /// The same before everything that is there.
    #[must_use]
    pub fn at_start(self) -> Self {
        Self { place: self.place.at_start(), ..self }
    }

    /// The same after everything that is there, said outright.
    #[must_use]
    pub fn at_end(self) -> Self {
        Self { place: self.place.at_end(), ..self }
    }

    /// The same right after a block, beside it.
    #[must_use]
    pub fn after(self, block: BlockId) -> Self {
        Self { place: self.place.after(block), ..self }
    }

    /// The same right before a block, beside it. Palimpsest only.
    #[must_use]
    pub fn before(self, block: BlockId) -> Self {
        Self { place: self.place.before(block), ..self }
    }

    fn of(content: Content) -> Self {
        Self { content, place: Place::default() }
    }
}

#[cfg(test)]
mod tests {
    use palimpsest_model::parse_uuid;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn content_and_place_are_written_with_the_object_they_are_for() {
        let uuid = parse_uuid("3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11").unwrap();
        let block = BlockId(uuid);
        let check = |append: Append, expected: Value| {
            let body = AppendTo { id: ObjectId(uuid), append: &append };
            assert_eq!(serde_json::to_value(body).unwrap(), expected);
        };
        check(Append::blocks([NewBlock::line()]), json!({"id": uuid, "blocks": [{"type": "HorizontalLineBlock"}]}));
        check(
            Append::markdown("a").section("notes").inside(block).at_start(),
            json!({"id": uuid, "markdown": "a", "propertyId": "notes", "parentBlockId": uuid, "position": {"type": "start"}}),
        );
        check(Append::markdown("a").at_end(), json!({"id": uuid, "markdown": "a", "position": {"type": "end"}}));
        check(
            Append::markdown("a").after(block),
            json!({"id": uuid, "markdown": "a", "position": {"type": "after_block", "after_block": {"id": uuid}}}),
        );
        check(
            Append::markdown("a").before(block),
            json!({"id": uuid, "markdown": "a", "position": {"type": "before_block", "before_block": {"id": uuid}}}),
        );
    }
}
