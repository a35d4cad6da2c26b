//! Weblinks to be made (spec/02 §7).

use std::collections::BTreeMap;

use palimpsest_model::{ObjectId, PropertyId};
use serde::Serialize;

use crate::new_block::NewBlock;
use crate::property::PropertyValue;
use crate::queue::Subject;

/// A weblink, or whatever media the server finds at the URL.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewLink {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<ObjectId>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<PropertyId, PropertyValue>,
    #[serde(flatten)]
    notes: Option<Notes>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum Notes {
    Blocks(BTreeMap<PropertyId, Vec<NewBlock>>),
    Markdown(String),
}

impl NewLink {
    /// A link to a URL, which is kept as it is given.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), id: None, properties: BTreeMap::new(), notes: None }
    }

    pub(crate) fn subject(&self) -> Option<Subject> {
        self.id.map(Subject::Object)
    }

    /// The same under an id of the client's choice. Palimpsest only.
    #[must_use]
    pub fn id(self, id: ObjectId) -> Self {
        Self { id: Some(id), ..self }
    }

    /// The same with a title in place of the page's own.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.properties.insert("title".into(), PropertyValue::title(title));
        self
    }

    /// The same with a description in place of the page's own.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.properties.insert("description".into(), PropertyValue::text(text));
        self
    }

    /// The same with Markdown as its notes.
    #[must_use]
    pub fn markdown(self, text: impl Into<String>) -> Self {
        Self { notes: Some(Notes::Markdown(text.into())), ..self }
    }

    /// The same with blocks as its notes.
    #[must_use]
    pub fn blocks(self, blocks: impl IntoIterator<Item = NewBlock>) -> Self {
        let sections = BTreeMap::from([("media_notes".into(), blocks.into_iter().collect())]);
        Self { notes: Some(Notes::Blocks(sections)), ..self }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_link_is_written_with_its_notes() {
        let check = |link: NewLink, expected: serde_json::Value| {
            assert_eq!(serde_json::to_value(link).unwrap(), expected);
        };
        check(NewLink::new("https://x.y"), json!({"url": "https://x.y"}));
        let titled = json!({"title": {"type": "title", "title": {"value": "T"}}});
        check(NewLink::new("a:").title("T").markdown("m"), json!({"url": "a:", "properties": titled, "markdown": "m"}));
        let blocks = json!({"media_notes": [{"type": "HorizontalLineBlock"}]});
        check(NewLink::new("a:").blocks([NewBlock::line()]), json!({"url": "a:", "blocks": blocks}));
    }
}
