//! Properties, one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

use super::{Three, set, text};
use crate::id::{LabelId, ObjectId, PropertyId};
use crate::structure::{PropertyKind, Structure};
use crate::value::Value;

type Values = BTreeMap<PropertyId, Value>;

pub(super) fn merge(versions: Three<&Values>, structure: &Structure, conflicts: &mut BTreeSet<String>) -> Values {
    let ids: BTreeSet<_> = versions.theirs.keys().chain(versions.mine.keys()).collect();
    let mut merged = Values::new();
    for id in ids {
        let values = versions.map(|properties| properties.get(id));
        let both = || one(values, many_labels(structure, id));
        let value = values.settled().map(Option::<&Value>::cloned).or_else(both).unwrap_or_else(|| {
            conflicts.insert(format!("properties.{id}"));
            values.theirs.cloned()
        });
        if let Some(value) = value {
            merged.insert(id.clone(), value);
        }
    }
    merged
}

fn many_labels(structure: &Structure, id: &PropertyId) -> bool {
    let kind = structure.property(id).map(|definition| &definition.kind);
    matches!(kind, Some(PropertyKind::Label { multiple: true, .. }))
}

/// What two different changes of a value make together; nothing if they collide.
fn one(values: Three<Option<&Value>>, many_labels: bool) -> Option<Option<Value>> {
    let set = sets(values, entities)
        .map(Value::Entity)
        .or_else(|| sets(values, aliases).map(Value::Aliases))
        .or_else(|| many_labels.then(|| sets(values, labels))?.map(Value::Label));
    if set.is_some() {
        return Some(set);
    }
    match (values.base, values.theirs, values.mine) {
        (Some(Value::RichText(base)), Some(Value::RichText(theirs)), Some(Value::RichText(mine))) => {
            text::merge(Three { base, theirs, mine }).map(Value::RichText).map(Some)
        }
        // When an object was made is no statement of its content: two corrections do not collide.
        (_, Some(Value::CreatedAt(_)), Some(Value::CreatedAt(_))) => Some(values.theirs.cloned()),
        _ => None,
    }
}

/// The merge of three lists of one kind; a value that is absent is an empty list.
fn sets<'v, T: Clone + Eq + Hash + 'v>(
    values: Three<Option<&'v Value>>,
    list: impl Fn(&'v Value) -> Option<&'v Vec<T>>,
) -> Option<Vec<T>> {
    let lists = values.map(|value| value.map_or(Some(&[][..]), |value| list(value).map(Vec::as_slice)));
    Some(set::merge(Three { base: lists.base?, theirs: lists.theirs?, mine: lists.mine? }))
}

fn entities(value: &Value) -> Option<&Vec<ObjectId>> {
    if let Value::Entity(ids) = value { Some(ids) } else { None }
}

fn aliases(value: &Value) -> Option<&Vec<String>> {
    if let Value::Aliases(names) = value { Some(names) } else { None }
}

fn labels(value: &Value) -> Option<&Vec<LabelId>> {
    if let Value::Label(ids) = value { Some(ids) } else { None }
}
