//! What a value becomes when the type of its property changes. It does so without loss or not at all: converted back it is
//! the value again, so that a change of type can always be taken back. Types meet in the text that a value says (`said`);
//! docs/schema.md has the table.

mod said;

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::date::{DatePayload, Resolution};
use crate::id::{LabelId, ObjectId, StructureId};
use crate::structure::{LabelOption, PropertyKind};
use crate::structure_draft::{MAX_NAME, MAX_OPTIONS};
use crate::value::Value;
use said::{read, say};

/// Why a value does not convert. Without a word of what the value says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WhyNot {
    /// Nothing of one type is ever one of the other.
    #[error("no {from} becomes a value of type {to}")]
    Kinds {
        /// The type it has.
        from: &'static str,
        /// The type it should have.
        to: &'static str,
    },
    /// The text is none of this type.
    #[error("what it says is no value of type {0}")]
    Unreadable(&'static str),
    /// It chooses more than one option.
    #[error("it holds several options")]
    Several,
    /// It names what is no option.
    #[error("what it says is no option of the label")]
    NoOption,
    /// It has links, styles or more than one run.
    #[error("it is more than one run of plain text")]
    Styled,
    /// It refers to an object of a structure that is not allowed.
    #[error("it refers to an object of another structure")]
    Target,
    /// It would come back as another value.
    #[error("it would not come back as it is written now")]
    Lossy,
}

/// The value that a property of the kind `from` has when its kind becomes `to`. What is empty stays empty (a cleared date
/// forgets its resolution); every other value converts back into exactly what it was. `structure_of` tells what an object that
/// is referred to is.
pub fn convert(
    value: &Value,
    from: &PropertyKind,
    to: &PropertyKind,
    structure_of: &mut dyn FnMut(ObjectId) -> Option<StructureId>,
) -> Result<Value, WhyNot> {
    if to.name() == Some(value.kind()) {
        fits(value, from, to, structure_of)?;
        return Ok(value.clone());
    }
    let nothing = nothing(to).ok_or(WhyNot::Kinds { from: value.kind(), to: to.name().unwrap_or("blocks") })?;
    if value.is_nothing() {
        return Ok(nothing);
    }
    let text = say(value, from, to)?;
    let converted = read(&text, to, value)?;
    let back = say(&converted, to, from).and_then(|text| read(&text, from, &converted));
    if back.as_ref() == Ok(value) { Ok(converted) } else { Err(WhyNot::Lossy) }
}

/// Options for what values of the kind `from` say: one for each text that can be the name of one, in the order met, as many as a
/// label may have, with ids from `fresh`.
pub fn options_of<'v>(
    values: impl Iterator<Item = &'v Value>,
    from: &PropertyKind,
    fresh: &mut dyn FnMut() -> Uuid,
) -> Vec<LabelOption> {
    let label = PropertyKind::Label { multiple: false, options: Vec::new() };
    let mut met = BTreeSet::new();
    let said = values.filter(|value| !value.is_nothing()).filter_map(|value| say(value, from, &label).ok());
    let is_name = |text: &String| !text.is_empty() && text.trim() == text && text.chars().count() <= MAX_NAME;
    said.filter(|text| is_name(text) && met.insert(text.clone()))
        .take(MAX_OPTIONS)
        .map(|name| LabelOption { id: LabelId(fresh().to_string()), name, color: None })
        .collect()
}

/// Refuses a value of the same type that another definition of it does not take.
fn fits(
    value: &Value,
    from: &PropertyKind,
    to: &PropertyKind,
    structure_of: &mut dyn FnMut(ObjectId) -> Option<StructureId>,
) -> Result<(), WhyNot> {
    match (value, from, to) {
        (Value::Label(chosen), from, PropertyKind::Label { multiple, options }) => {
            let has = |options: &[LabelOption], id: &LabelId| options.iter().any(|option| option.id == *id);
            let before = if let PropertyKind::Label { options, .. } = from { &options[..] } else { &[] };
            if !multiple && chosen.len() > 1 {
                return Err(WhyNot::Several);
            }
            // What is no option is shown by no read: what is shown stays so, what is not must not come to light.
            let changes = chosen.iter().any(|id| has(before, id) != has(options, id));
            if changes { Err(WhyNot::NoOption) } else { Ok(()) }
        }
        (Value::Entity(targets), _, PropertyKind::Entity { allowed }) => {
            let admitted = |id: ObjectId, structure_of: &mut dyn FnMut(ObjectId) -> Option<StructureId>| {
                allowed.is_empty() || structure_of(id).is_none_or(|structure| allowed.contains(&structure))
            };
            if targets.iter().all(|id| admitted(*id, structure_of)) { Ok(()) } else { Err(WhyNot::Target) }
        }
        _ => Ok(()),
    }
}

/// The cleared value of a kind that values convert to.
fn nothing(kind: &PropertyKind) -> Option<Value> {
    Some(match kind {
        PropertyKind::Text => Value::Text(None),
        PropertyKind::Number => Value::Number(None),
        PropertyKind::Boolean => Value::Boolean(None),
        PropertyKind::Url => Value::Url(None),
        PropertyKind::Date => Value::Date(DatePayload { resolution: Resolution::Day, start: None, end: None }),
        PropertyKind::Label { .. } => Value::Label(Vec::new()),
        PropertyKind::Entity { .. } => Value::Entity(Vec::new()),
        PropertyKind::RichText => Value::RichText(Vec::new()),
        PropertyKind::Title
        | PropertyKind::Aliases
        | PropertyKind::Icon
        | PropertyKind::CreatedAt
        | PropertyKind::LastUpdatedAt
        | PropertyKind::Blocks => return None,
    })
}
