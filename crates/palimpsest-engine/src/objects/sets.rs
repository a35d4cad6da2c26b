//! Adding to values that are lists, and removing from them, as from ordered sets.

use std::collections::BTreeSet;
use std::rc::Rc;

use palimpsest_model::{
    LabelId, MAX_ALIASES, ObjectId, Path, Problem, Problems, PropertyId, PropertyKind, Value, check_property,
    parse_uuid,
};

use crate::check::Checks;
use crate::editing::Editing;
use crate::error::Error;

impl Editing<'_, '_> {
    /// Adds to the value of a property what it does not have, after what it has.
    pub(super) fn add(&mut self, property: &PropertyId, values: &[String]) -> Result<(), Error> {
        let at = self.path("values");
        let before = self.list(property)?;
        let mut after = before.clone();
        let mut checks = Checks::knowing(self.tx, self.structure, self.object.id, Rc::clone(&self.known));
        match &mut after {
            Value::Entity(present) => {
                let mut had: BTreeSet<_> = present.iter().copied().collect();
                for (index, id) in read_ids(values, &at)?.into_iter().enumerate() {
                    if had.insert(id) {
                        checks.entity(property, id, at.clone().index(index))?;
                        present.push(id);
                    }
                }
            }
            Value::Label(present) => {
                let kind = self.structure.property(property).map(|definition| &definition.kind);
                let is_single = matches!(kind, Some(PropertyKind::Label { multiple: false, .. }));
                for (index, id) in values.iter().map(|id| LabelId::from(id.as_str())).enumerate() {
                    let path = at.clone().index(index);
                    if present.contains(&id) {
                        continue;
                    }
                    if let Err(problem) = check_property(self.structure, property, Value::Label(vec![id.clone()])) {
                        checks.problem(path, problem.message);
                    } else if is_single && !present.is_empty() {
                        checks.drops(path);
                    } else {
                        present.push(id);
                    }
                }
            }
            Value::Aliases(present) => {
                for alias in values {
                    if present.contains(alias) {
                        continue;
                    }
                    if present.len() >= MAX_ALIASES {
                        checks.problem(at, format!("Too big: expected array to have <={MAX_ALIASES} items in all"));
                        break;
                    }
                    present.push(alias.clone());
                }
            }
            _ => {}
        }
        checks.finish(self.ignored)?;
        if after != before {
            self.object.properties.insert(property.clone(), after);
        }
        Ok(())
    }

    /// Removes from the value of a property what it has.
    pub(super) fn remove(&mut self, property: &PropertyId, values: &[String]) -> Result<(), Error> {
        let before = self.list(property)?;
        let mut after = before.clone();
        match &mut after {
            Value::Entity(present) => {
                let gone: BTreeSet<_> = read_ids(values, &self.path("values"))?.into_iter().collect();
                present.retain(|id| !gone.contains(id));
            }
            Value::Label(present) => present.retain(|id| !values.contains(&id.0)),
            Value::Aliases(present) => present.retain(|alias| !values.contains(alias)),
            _ => {}
        }
        if after != before {
            self.object.properties.insert(property.clone(), after);
        }
        Ok(())
    }

    /// The value of a property that holds a list: of entities, of label options or of aliases.
    fn list(&self, property: &PropertyId) -> Result<Value, Error> {
        let kind = self.structure.property(property).map(|definition| &definition.kind);
        let empty = match kind {
            Some(PropertyKind::Entity { .. }) => Value::Entity(Vec::new()),
            Some(PropertyKind::Aliases) => Value::Aliases(Vec::new()),
            _ => Value::Label(Vec::new()),
        };
        if let Err(problem) = check_property(self.structure, property, empty.clone()) {
            let is_of_kind = problem.path.0.len() > 2;
            let message = if is_of_kind { "Only entities, labels and aliases are lists" } else { &problem.message };
            return Err(Problem::new(self.path("propertyId"), message).into());
        }
        let present = self.object.properties.get(property).filter(|value| value.kind() == empty.kind());
        Ok(present.cloned().unwrap_or(empty))
    }
}

/// Reads ids of objects; all problems at once.
fn read_ids(values: &[String], at: &Path) -> Result<Vec<ObjectId>, Error> {
    let mut problems = Problems::default();
    let mut ids = Vec::with_capacity(values.len());
    for (index, text) in values.iter().enumerate() {
        match parse_uuid(text) {
            Some(id) => ids.push(ObjectId(id)),
            None => problems.push(Problem::new(at.clone().index(index), "Invalid UUID")),
        }
    }
    Ok(problems.check(ids)?)
}
