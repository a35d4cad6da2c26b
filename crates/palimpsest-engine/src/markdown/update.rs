//! PATCH /object/markdown.

use std::collections::BTreeSet;
use std::sync::Arc;

use palimpsest_markdown::{Properties, normal_value, read_properties, rewrite, split_document, write_document};
use palimpsest_model::{Block, ObjectId, Path, Problem, PropertyId, State};
use palimpsest_store::{ChangeKind, Found, Tx};

use super::{key_path, read_blocks, read_with_names};
use crate::blocks::structure_of;
use crate::check::Checks;
use crate::error::Error;
use crate::names::SpaceNames;
use crate::objects::{check_limits, live};
use crate::operation::Ignored;
use crate::references::references_of;
use crate::world::Fresh;

/// Makes an object say what an edited text says, compared with the text that the server itself gives for it: what is the same
/// there stays untouched. Without a body only the front matter counts.
#[derive(Clone, Debug)]
pub struct UpdateFromMarkdown {
    /// Which object.
    pub id: ObjectId,
    /// The text.
    pub markdown: String,
}

impl UpdateFromMarkdown {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh, ignored: &mut Ignored) -> Result<Found, Error> {
        let before = live(tx, self.id)?;
        let schema = Arc::clone(tx.schema());
        let structure = structure_of(&schema, &before.object)?;
        let mut known = BTreeSet::from([self.id]);
        references_of(&before.object, &mut known);
        let at = Path::keys(&["markdown"]);
        let (properties, drafts) = read_with_names(tx, fresh, &at, known.clone(), |names| {
            let present = write_document(&before.object, structure, names);
            let (present, sent) = (split_document(&present), split_document(&self.markdown));
            let changed = sent.front_matter.map(|front| match &present.front_matter {
                Some(present) => front.changed_from(present),
                None => front,
            });
            let mut properties: Properties =
                changed.map(|front| read_properties(&front, structure, names)).unwrap_or_default();
            properties.values.retain(|(id, value)| {
                before.object.properties.get(id).is_none_or(|stored| normal_value(stored, names) != *value)
            });
            let is_changed = !sent.body.trim().is_empty() && sent.body != present.body;
            (properties, is_changed.then(|| read_blocks(sent.body, names)))
        })?;
        let mut drafts = drafts.transpose()?;
        let Properties { values, ignored: keys, problems } = properties;
        problems.check(())?;
        ignored.extend(keys.iter().map(|key| key_path(key)));
        let mut checks = Checks::new(tx, structure, self.id, Some(&before.object)).within(&at);
        let properties = checks.properties(&values)?;
        if let Some(drafts) = &mut drafts {
            checks.drafts(drafts, &at)?;
        }
        checks.finish(ignored)?;
        let mut object = (*before.object).clone();
        object.properties.extend(properties);
        if let Some(drafts) = drafts {
            let sections: Vec<PropertyId> = structure.sections().cloned().collect();
            if sections.is_empty() && !drafts.is_empty() {
                return Err(Problem::new(at, "This object has no body").into());
            }
            let present: Vec<&[Block]> =
                sections.iter().map(|id| before.object.blocks.get(id).map_or(&[][..], Vec::as_slice)).collect();
            let space = tx.space();
            let names = SpaceNames::new(tx, space, known);
            let rewritten = rewrite(&present, drafts, &names, &mut || fresh.block());
            names.finish()?;
            for (section, blocks) in sections.into_iter().zip(rewritten) {
                if !blocks.is_empty() || object.blocks.contains_key(&section) {
                    object.blocks.insert(section, blocks);
                }
            }
            check_limits(&object)?;
        }
        tx.put(object, State::Live, ChangeKind::Updated)?;
        live(tx, self.id)
    }
}
