//! Structures (object types) and the definitions of their properties (spec/03 §1–2). They are data: a space has the ones its
//! log says.

use serde::{Deserialize, Serialize};

use crate::id::{LabelId, ObjectId, PropertyId, StructureId};
use crate::object::Object;
use crate::problem::{Path, Problem};
use crate::value::Value;

/// An object type.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Structure {
    /// Its name.
    pub id: StructureId,
    /// What one object of it is called.
    pub title: String,
    /// What several are called.
    pub plural_name: String,
    /// A colour name; clients treat it as opaque.
    pub label_color: String,
    /// How its objects come to be.
    pub creation: Creation,
    /// Whether `/space/structures` lists it.
    pub listed: bool,
    /// Its properties, body sections included, in their order.
    pub properties: Vec<PropertyDefinition>,
}

/// How objects of a structure come to be (spec/03 §1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Creation {
    /// By POST /object and POST /object/markdown.
    Direct,
    /// From a URL or an upload.
    Media,
    /// By appending to the note of a day.
    DailyNote,
    /// In passing, when something refers to it.
    Implicit,
}

/// One property of a structure.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PropertyDefinition {
    /// Its name within the structure.
    pub id: PropertyId,
    /// What people call it; may be empty for the title.
    pub name: String,
    /// What its values are.
    pub kind: PropertyKind,
    /// Whether clients may not write it.
    #[serde(default)]
    pub read_only: bool,
}

/// What the values of a property are.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the contract's")]
pub enum PropertyKind {
    Title,
    Text,
    Number,
    Boolean,
    Url,
    Date,
    /// One or more of a set of options.
    Label {
        /// Whether a value may hold several options.
        multiple: bool,
        /// The options, in their order.
        options: Vec<LabelOption>,
    },
    /// Other objects.
    Entity {
        /// The structures they may have; empty for any.
        allowed: Vec<StructureId>,
    },
    Aliases,
    Icon,
    CreatedAt,
    LastUpdatedAt,
    RichText,
    /// A body section: a list of blocks. Never listed by `/space/structures`; its id is the key in an object's `blocks`.
    Blocks,
}

impl PropertyKind {
    /// One of each kind, as empty as it can be.
    #[must_use]
    pub fn samples() -> [Self; 14] {
        [
            Self::Title,
            Self::Text,
            Self::Number,
            Self::Boolean,
            Self::Url,
            Self::Date,
            Self::Label { multiple: false, options: Vec::new() },
            Self::Entity { allowed: Vec::new() },
            Self::Aliases,
            Self::Icon,
            Self::CreatedAt,
            Self::LastUpdatedAt,
            Self::RichText,
            Self::Blocks,
        ]
    }

    /// The `type` on the wire; nothing for a body section.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Title => "title",
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Url => "url",
            Self::Date => "date",
            Self::Label { .. } => "label",
            Self::Entity { .. } => "entity",
            Self::Aliases => "aliases",
            Self::Icon => "icon",
            Self::CreatedAt => "createdAt",
            Self::LastUpdatedAt => "lastUpdatedAt",
            Self::RichText => "richText",
            Self::Blocks => return None,
        })
    }
}

/// An option of a label property.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LabelOption {
    /// Its name within the property; what values keep.
    pub id: LabelId,
    /// What people call it.
    pub name: String,
    /// The name of a theme colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
}

impl PropertyDefinition {
    /// The options of a label; none for every other kind.
    #[must_use]
    pub fn options(&self) -> &[LabelOption] {
        match &self.kind {
            PropertyKind::Label { options, .. } => options,
            _ => &[],
        }
    }
}

impl Structure {
    /// The definition of this id.
    #[must_use]
    pub fn property(&self, id: &PropertyId) -> Option<&PropertyDefinition> {
        self.properties.iter().find(|definition| definition.id == *id)
    }

    /// The body sections, in their order; the first is the main one.
    pub fn sections(&self) -> impl Iterator<Item = &PropertyId> {
        self.properties
            .iter()
            .filter(|definition| definition.kind == PropertyKind::Blocks)
            .map(|definition| &definition.id)
    }

    /// Whether `id` is a body section.
    #[must_use]
    pub fn has_section(&self, id: &PropertyId) -> bool {
        self.sections().any(|section| section == id)
    }
}

/// Checks a written value against its definition and puts it into normal form: a single-select label keeps its first option.
/// Whether referred objects exist is for the caller to check.
pub fn check_property(structure: &Structure, id: &PropertyId, value: Value) -> Result<Value, Problem> {
    let at = || Path::keys(&["properties", &id.0]);
    let problem = |message: String| Err(Problem::new(at(), message));
    let Some(definition) = structure.property(id) else {
        return problem(format!("Unknown property: {} has no property of this id", structure.title));
    };
    let Some(kind) = definition.kind.name() else {
        return problem("This is a body section: write it under `blocks`".to_owned());
    };
    if definition.read_only {
        return problem("This property is read-only".to_owned());
    }
    if kind != value.kind() {
        let message = format!("Invalid input: expected a value of type {kind}, received {}", value.kind());
        return Err(Problem::new(at().key("type"), message));
    }
    let (PropertyKind::Label { multiple, options }, Value::Label(chosen)) = (&definition.kind, &value) else {
        return Ok(value);
    };
    if let Some(index) = chosen.iter().position(|id| !options.iter().any(|option| option.id == *id)) {
        let known: Vec<_> = options.iter().map(|option| format!("\"{}\"", option.id)).collect();
        let message = format!("Unknown label option: expected one of {}", known.join("|"));
        return Err(Problem::new(at().key("label").index(index).key("id"), message));
    }
    let most = if *multiple { chosen.len() } else { 1 };
    let mut kept: Vec<_> = Vec::new();
    for id in chosen {
        if kept.len() < most && !kept.contains(id) {
            kept.push(id.clone());
        }
    }
    Ok(Value::Label(kept))
}

/// Whether a structure takes a value as it is. `structure_of` tells what an object that is referred to is; against one that
/// nothing is known of nothing can be said.
pub fn fits(
    structure: &Structure,
    id: &PropertyId,
    value: &Value,
    structure_of: &mut dyn FnMut(ObjectId) -> Option<StructureId>,
) -> bool {
    let Some(definition) = structure.property(id) else { return false };
    if definition.read_only {
        return true;
    }
    let (PropertyKind::Entity { allowed }, Value::Entity(targets)) = (&definition.kind, value) else {
        return check_property(structure, id, value.clone()).as_ref() == Ok(value);
    };
    let mut admits = |id: &ObjectId| structure_of(*id).is_none_or(|structure| allowed.contains(&structure));
    allowed.is_empty() || targets.iter().all(&mut admits)
}

/// What of an object its structure does not take: the properties and the sections that it does not define or that hold something
/// else than it says. `structure_of` tells what an object that is referred to is.
pub fn misfits(
    object: &Object,
    structure: &Structure,
    structure_of: &mut dyn FnMut(ObjectId) -> Option<StructureId>,
) -> Vec<PropertyId> {
    let values = object.properties.iter().filter(|(id, value)| !fits(structure, id, value, structure_of));
    let sections = object.blocks.keys().filter(|id| !structure.has_section(id));
    values.map(|(id, _)| id).chain(sections).cloned().collect()
}
