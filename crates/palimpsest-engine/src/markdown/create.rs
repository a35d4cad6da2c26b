//! POST /object/markdown.

use std::collections::BTreeSet;
use std::sync::Arc;

use palimpsest_markdown::{Properties, read_properties, split_document, split_title};
use palimpsest_model::{ObjectId, Path, Problem, PropertyKind, Structure, StructureId, Value};
use palimpsest_store::{Found, Tx};

use super::{key_path, read_blocks, read_with_names};
use crate::error::Error;
use crate::objects::{CreateObject, creatable};
use crate::operation::Ignored;
use crate::world::Fresh;

/// Makes an object of a text: front matter becomes its properties, the rest its main section.
#[derive(Clone, Debug)]
pub struct CreateFromMarkdown {
    /// The id the client chose, if it did.
    pub id: Option<ObjectId>,
    /// What it shall be.
    pub structure: StructureId,
    /// The text.
    pub markdown: String,
}

impl CreateFromMarkdown {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh, ignored: &mut Ignored) -> Result<Found, Error> {
        let schema = Arc::clone(tx.schema());
        let structure = creatable(&schema, self.structure)?;
        let id = self.id.unwrap_or_else(|| fresh.object());
        let (properties, drafts) =
            read_with_names(tx, fresh, &Path::keys(&["markdown"]), BTreeSet::from([id]), |names| {
                let document = split_document(&self.markdown);
                let read = document.front_matter.map(|front| read_properties(&front, structure, names));
                let mut properties = read.unwrap_or_default();
                let body = take_title(document.body, structure, &mut properties);
                if let Some((_, Value::Title(Some(title)))) =
                    properties.values.iter().find(|(_, value)| value.kind() == "title")
                {
                    names.call_own(id, title);
                }
                (properties, read_blocks(body, names))
            })?;
        let drafts = drafts?;
        let Properties { values, ignored: keys, problems } = properties;
        problems.check(())?;
        ignored.extend(keys.iter().map(|key| key_path(key)));
        let section = structure.sections().next().cloned();
        let blocks = match (section, drafts.is_empty()) {
            (_, true) => [].into(),
            (Some(section), false) => [(section, drafts)].into(),
            (None, false) => return Err(Problem::new(Path::keys(&["markdown"]), "This object type has no body").into()),
        };
        let create = CreateObject {
            id: Some(id),
            structure: self.structure,
            collections: Vec::new(),
            properties: values,
            blocks,
        };
        create.make(tx, fresh, ignored, Some(&Path::keys(&["markdown"])))
    }
}

/// The body without the heading that is the title: the first one, unless front matter gives another title.
fn take_title<'b>(body: &'b str, structure: &Structure, properties: &mut Properties) -> &'b str {
    let Some((heading, rest)) = split_title(body) else { return body };
    let title = structure.properties.iter().find(|definition| definition.kind == PropertyKind::Title);
    let Some(title) = title.filter(|title| !title.read_only) else { return body };
    match properties.values.iter().find(|(id, _)| *id == title.id) {
        Some((_, Value::Title(Some(given)))) if *given == heading => rest,
        Some((_, Value::Title(Some(given)))) if !given.is_empty() => body,
        _ => {
            properties.values.retain(|(id, _)| *id != title.id);
            properties.values.push((title.id.clone(), Value::Title(Some(heading))));
            rest
        }
    }
}
