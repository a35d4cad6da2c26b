//! POST, PATCH and DELETE /space/properties.

use std::collections::BTreeSet;

use palimpsest_model::{
    BuiltIn, LabelId, MAX_PROPERTIES, ObjectId, OptionDraft, Path, Problem, Problems, PropertyDefinition,
    PropertyDraft, PropertyId, PropertyKind, Schema, Structure, StructureId, Value, comes_with, make_options,
    task_defaults,
};
use palimpsest_store::{List, Tx};

use super::usage::{Holds, Usage, holds_property};
use super::{already_exists, listed, too_many, unknown_targets};
use crate::error::Error;
use crate::shown::{About, Shown};
use crate::world::Fresh;

/// Adds a property, or a body section, to a structure.
#[derive(Clone, Debug)]
pub struct CreateProperty {
    /// The structure.
    pub structure: StructureId,
    /// What it shall be.
    pub draft: PropertyDraft,
}

impl CreateProperty {
    /// Whether there is one of the id that was chosen.
    pub(crate) fn is_taken(&self, schema: &Schema) -> bool {
        let id = self.draft.id.map(|id| PropertyId(id.to_string()));
        id.is_some_and(|id| find(schema, self.structure, &id).is_ok())
    }

    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh) -> Result<Shown, Error> {
        let schema = tx.schema();
        let mut structure = listed(schema, self.structure)?.value.clone();
        if structure.properties.len() >= MAX_PROPERTIES {
            return Err(too_many("properties", MAX_PROPERTIES));
        }
        let mut problems = Problems::default();
        problems.extend(unknown_targets(schema, None, &self.draft.kind, &Path::keys(&["allowedStructures"])));
        problems.check(())?;
        let property = self.draft.make(&mut || fresh.uuid());
        if structure.property(&property.id).is_some() {
            return Err(already_exists(&property.id.0));
        }
        structure.properties.push(property);
        tx.put_structure(structure);
        Ok(Shown::Part(About::Structure(self.structure)))
    }
}

/// Why what a structure comes with keeps its type.
const FIXED: &str = "This property comes with the structure: its type cannot be changed";

/// Changes a property. What is left out stays.
#[derive(Clone, Debug)]
pub struct UpdateProperty {
    /// The structure.
    pub structure: StructureId,
    /// Which of its properties.
    pub id: PropertyId,
    /// What people call it.
    pub name: Option<String>,
    /// What its values become, with nothing that a label or an entity has besides.
    pub kind: Option<PropertyKind>,
    /// Whether a value of a label may hold several options.
    pub multiple: Option<bool>,
    /// The whole new list of options.
    pub options: Option<Vec<OptionDraft>>,
    /// The structures that targets may have; none for any.
    pub allowed: Option<Vec<StructureId>>,
    /// Whether what it does not take any more goes out of the values; else there may be none of that.
    pub drop_values: bool,
    /// Whether only to tell what would happen.
    pub dry_run: bool,
}

impl UpdateProperty {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh) -> Result<Shown, Error> {
        // What is kept of the schema until it is put would have to be copied then.
        let mut structure = listed(tx.schema(), self.structure)?.value.clone();
        self.check(tx.schema(), &structure)?;
        let found = structure.properties.iter_mut().find(|property| property.id == self.id);
        let property = found.ok_or_else(|| Error::not_found("Property"))?;
        if let Some(name) = &self.name {
            property.name.clone_from(name);
        }
        if let Some(to) = self.other_type(&property.kind) {
            property.kind = self.retype(tx, &property.kind, to, fresh)?;
        } else {
            self.adjust(tx, &mut property.kind, fresh)?;
        }
        tx.put_structure(structure);
        Ok(Shown::Part(About::Structure(self.structure)))
    }

    /// The type that was sent, when it is another one.
    fn other_type(&self, present: &PropertyKind) -> Option<&PropertyKind> {
        self.kind.as_ref().filter(|sent| sent.name() != present.name())
    }

    /// Changes what a label or an entity has besides its type.
    fn adjust(&self, tx: &mut Tx<'_>, kind: &mut PropertyKind, fresh: &mut Fresh) -> Result<(), Error> {
        if let (PropertyKind::Label { options, .. }, Some(drafts)) = (&mut *kind, &self.options) {
            let new = make_options(drafts, &mut || fresh.uuid());
            let gone = options.iter().filter(|old| !new.iter().any(|option| option.id == old.id));
            let gone: BTreeSet<_> = gone.map(|option| option.id.clone()).collect();
            self.give_up_options(tx, &gone)?;
            *options = new;
        }
        if let (PropertyKind::Entity { allowed }, Some(sent)) = (&mut *kind, &self.allowed) {
            self.give_up_targets(tx, allowed, sent)?;
            allowed.clone_from(sent);
        }
        self.let_choose(tx, kind)
    }

    fn check(&self, schema: &Schema, structure: &Structure) -> Result<(), Error> {
        let property = structure.property(&self.id).ok_or_else(|| Error::not_found("Property"))?;
        let mut problems = Problems::default();
        let mut problem = |key: &str, message: &str| problems.push(Problem::new(Path::keys(&[key]), message));
        let is_fixed = comes_with(self.structure, &self.id);
        let other = self.other_type(&property.kind);
        let kind = other.unwrap_or(&property.kind);
        if let Some(other) = other {
            if is_fixed {
                problem("type", FIXED);
            } else if [other, &property.kind].contains(&&PropertyKind::Blocks) {
                problem("type", "A body section cannot become anything else, nor anything else a body section");
            }
            if self.drop_values {
                problem("values", "A change of type drops nothing: what does not convert refuses it");
            }
        }
        match (kind, self.multiple) {
            (_, None) => {}
            (PropertyKind::Label { multiple, .. }, Some(sent)) if is_fixed && *multiple != sent => {
                problem("multiple", FIXED);
            }
            (PropertyKind::Label { .. }, _) => {}
            _ => problem("multiple", "Only a property of type label has one option or several"),
        }
        match kind {
            PropertyKind::Label { .. } => {}
            _ if self.options.is_some() => problem("labelSet", "Only a property of type label has options"),
            _ => {}
        }
        match (kind, &self.allowed) {
            (_, None) => {}
            (PropertyKind::Entity { allowed }, Some(sent)) if is_fixed && allowed != sent => {
                problem("allowedStructures", "Every structure has this property: its targets cannot be changed");
            }
            (PropertyKind::Entity { .. }, Some(sent)) => {
                let (at, kind) = (Path::keys(&["allowedStructures"]), PropertyKind::Entity { allowed: sent.clone() });
                problems.extend(unknown_targets(schema, None, &kind, &at));
            }
            _ => problem("allowedStructures", "Only a property of type entity has allowed structures"),
        }
        if let Some(sent) = &self.options
            && let Some(first) = begins_with(self.structure, &self.id, sent)
        {
            let message = format!("Every new object begins with the option \"{first}\": it cannot be removed");
            problems.push(Problem::new(Path::keys(&["labelSet"]), message));
        }
        Ok(problems.check(())?)
    }

    /// Takes options out of all values, or refuses when any has one.
    fn give_up_options(&self, tx: &mut Tx<'_>, gone: &BTreeSet<LabelId>) -> Result<(), Error> {
        if gone.is_empty() {
            return Ok(());
        }
        let usage = self.find(tx, |value| match value {
            Value::Label(chosen) => chosen.iter().any(|option| gone.contains(option)),
            _ => false,
        })?;
        if !self.drop_values {
            usage.refuse("an option that is removed", "send `values: \"drop\"` to take it out of them")?;
        }
        usage.change(tx, |object| {
            if let Some(Value::Label(chosen)) = object.properties.get_mut(&self.id) {
                chosen.retain(|option| !gone.contains(option));
            }
        })
    }

    /// Takes targets of other structures out of all values, or refuses when any has one. Of a target that nothing is known of
    /// nothing can be said against.
    fn give_up_targets(&self, tx: &mut Tx<'_>, before: &[StructureId], allowed: &[StructureId]) -> Result<(), Error> {
        let is_wider = !before.is_empty() && before.iter().all(|id| allowed.contains(id));
        if allowed.is_empty() || is_wider {
            return Ok(());
        }
        let mut targets = BTreeSet::new();
        tx.look_through(List::Structure(self.structure), |found| {
            if let Some(Value::Entity(ids)) = found.object.properties.get(&self.id)
                && found.object.structure == self.structure
            {
                targets.extend(ids.iter().copied());
            }
        })?;
        let mut gone: BTreeSet<ObjectId> = BTreeSet::new();
        for id in targets {
            if tx.glance(id)?.is_some_and(|found| !allowed.contains(&found.object.structure)) {
                gone.insert(id);
            }
        }
        if gone.is_empty() {
            return Ok(());
        }
        let usage = self.find(tx, |value| match value {
            Value::Entity(ids) => ids.iter().any(|id| gone.contains(id)),
            _ => false,
        })?;
        if !self.drop_values {
            usage.refuse("a target of another structure", "send `values: \"drop\"` to take it out of them")?;
        }
        usage.change(tx, |object| {
            if let Some(Value::Entity(ids)) = object.properties.get_mut(&self.id) {
                ids.retain(|id| !gone.contains(id));
            }
        })
    }

    /// The objects that have such a value.
    fn find(&self, tx: &mut Tx<'_>, is_such: impl Fn(&Value) -> bool) -> Result<Usage, Error> {
        Usage::find(tx, List::Structure(self.structure), |object| {
            let value = object.properties.get(&self.id).filter(|_| object.structure == self.structure);
            if value.is_some_and(&is_such) { Holds::Used } else { Holds::Not }
        })
    }
}

/// Removes a property, or a body section, from a structure.
#[derive(Clone, Debug)]
pub struct DeleteProperty {
    /// The structure.
    pub structure: StructureId,
    /// Which of its properties.
    pub id: PropertyId,
    /// Whether its values go with it; else there may be none.
    pub drop_values: bool,
}

impl DeleteProperty {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>) -> Result<Shown, Error> {
        let mut structure = listed(tx.schema(), self.structure)?.value.clone();
        let refused = |message: &str| Err(Problem::new(Path::keys(&["id"]), message).into());
        if comes_with(self.structure, &self.id) {
            return refused("Every structure of this kind has this property: it cannot be removed");
        }
        if structure.has_section(&self.id) && structure.sections().count() == 1 {
            return refused("This is the only body section: a structure has at least one");
        }
        let usage = Usage::find(tx, List::Structure(self.structure), |object| {
            if object.structure == self.structure { holds_property(object, &self.id) } else { Holds::Not }
        })?;
        if !self.drop_values {
            usage.refuse("this property", "send values=drop to remove their values with it")?;
        }
        usage.change(tx, |object| {
            object.properties.remove(&self.id);
            object.blocks.remove(&self.id);
        })?;
        structure.properties.retain(|property| property.id != self.id);
        tx.put_structure(structure);
        Ok(Shown::Part(About::Structure(self.structure)))
    }
}

/// A property of a structure that is listed.
pub(super) fn find<'s>(
    schema: &'s Schema,
    structure: StructureId,
    id: &PropertyId,
) -> Result<&'s PropertyDefinition, Error> {
    listed(schema, structure)?.value.property(id).ok_or_else(|| Error::not_found("Property"))
}

/// The option that new objects begin with and that is not among those sent.
fn begins_with(structure: StructureId, id: &PropertyId, sent: &[OptionDraft]) -> Option<LabelId> {
    if structure != StructureId::BuiltIn(BuiltIn::RootTask) {
        return None;
    }
    let first = task_defaults().into_iter().find(|(known, _)| known == id);
    let Some((_, Value::Label(options))) = first else { return None };
    options.into_iter().find(|option| !sent.iter().any(|draft| draft.id.as_ref() == Some(option)))
}
