//! Structures, properties and options as they are asked for: ids may be left out, and are given when they are made.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::builtin::custom_properties;
use crate::color::HUES;
use crate::id::{LabelId, PropertyId, StructureId, parse_uuid, read_structure_id};
use crate::reader::{Node, Reading};
use crate::structure::{Creation, LabelOption, PropertyDefinition, PropertyKind, Structure};

/// A name, or the id of an option, has at most this many characters.
pub const MAX_NAME: usize = 500;
/// A structure has at most this many properties, those it comes with included.
pub const MAX_PROPERTIES: usize = 200;
/// A label has at most this many options.
pub const MAX_OPTIONS: usize = 500;
/// A space has at most this many structures.
pub const MAX_STRUCTURES: usize = 1_000;
/// A space has at most this many collections.
pub const MAX_COLLECTIONS: usize = 10_000;

/// So many properties a new structure comes with.
pub const OWN_PROPERTIES: usize = 8;

/// The types of properties that can be asked for.
pub const PROPERTY_TYPES: [&str; 9] =
    ["text", "number", "boolean", "url", "date", "label", "entity", "richText", "blocks"];

/// A structure to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StructureDraft {
    /// Its id, when the client chose one.
    pub id: Option<Uuid>,
    /// What one object of it is called.
    pub title: String,
    /// What several are called; an `s` more when it is left out.
    pub plural_name: Option<String>,
    /// The name of a colour; gray when it is left out.
    pub label_color: Option<String>,
    /// The properties it has besides those that every structure has.
    pub properties: Vec<PropertyDraft>,
}

/// A property to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PropertyDraft {
    /// Its id, when the client chose one.
    pub id: Option<Uuid>,
    /// What people call it.
    pub name: String,
    /// What its values are; of a label without the options.
    pub kind: PropertyKind,
    /// The options of a label.
    pub options: Vec<OptionDraft>,
}

/// An option of a label, new or known by its id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OptionDraft {
    /// Its id; a new one when it is left out.
    pub id: Option<LabelId>,
    /// What people call it.
    pub name: String,
    /// The name of a colour.
    pub color: Option<String>,
}

impl StructureDraft {
    /// The structure: `title`, `description`, `tags`, `aliases`, `icon`, `createdAt`, `lastUpdatedAt` and one body section, then
    /// what was asked for. `fresh` gives the ids that were left out.
    pub fn make(&self, fresh: &mut dyn FnMut() -> Uuid) -> Structure {
        let id = StructureId::Custom(self.id.unwrap_or_else(&mut *fresh));
        let mut properties = custom_properties(PropertyId(fresh().to_string()));
        properties.extend(self.properties.iter().map(|property| property.make(fresh)));
        Structure {
            id,
            title: self.title.clone(),
            plural_name: self.plural_name.clone().unwrap_or_else(|| format!("{}s", self.title)),
            label_color: self.label_color.clone().unwrap_or_else(|| "gray".to_owned()),
            creation: Creation::Direct,
            listed: true,
            properties,
        }
    }
}

impl PropertyDraft {
    /// The property. `fresh` gives the ids that were left out.
    pub fn make(&self, fresh: &mut dyn FnMut() -> Uuid) -> PropertyDefinition {
        let id = PropertyId(self.id.unwrap_or_else(&mut *fresh).to_string());
        let mut kind = self.kind.clone();
        if let PropertyKind::Label { options, .. } = &mut kind {
            *options = make_options(&self.options, fresh);
        }
        PropertyDefinition { id, name: self.name.clone(), kind, read_only: false }
    }
}

/// The options. `fresh` gives the ids that were left out.
pub fn make_options(drafts: &[OptionDraft], fresh: &mut dyn FnMut() -> Uuid) -> Vec<LabelOption> {
    let make = |draft: &OptionDraft| LabelOption {
        id: draft.id.clone().unwrap_or_else(|| LabelId(fresh().to_string())),
        name: draft.name.clone(),
        color: draft.color.clone(),
    };
    drafts.iter().map(make).collect()
}

/// Reads `{id?, title, pluralName?, labelColor?, propertyDefinitions?}`.
pub fn read_structure(node: &Node<'_, '_>, reading: &mut Reading) -> Option<StructureDraft> {
    node.object(reading)?;
    let id = read_own_id(&node.get("id"), reading);
    let title = read_name(&node.get("title"), reading);
    let plural = node.get("pluralName").given(reading, read_name);
    let color = node.get("labelColor").given(reading, read_hue);
    let list = node.get("propertyDefinitions");
    let properties = list.given(reading, |list, reading| {
        let read: Vec<_> = list.elements(reading)?.map(|property| read_property(&property, reading)).collect();
        if read.len() > MAX_PROPERTIES - OWN_PROPERTIES {
            let most = MAX_PROPERTIES - OWN_PROPERTIES;
            reading.problem(list, format!("Too big: expected array to have <={most} items"));
        }
        read.into_iter().collect::<Option<Vec<_>>>()
    });
    let properties = properties?.unwrap_or_default();
    let mut seen = BTreeSet::new();
    for (index, id) in properties.iter().enumerate().filter_map(|(index, property)| Some((index, property.id?))) {
        if !seen.insert(id) {
            reading.problem_at(list.path().index(index).key("id"), format!("There is already a property \"{id}\""));
        }
    }
    Some(StructureDraft { id: id?, title: title?, plural_name: plural?, label_color: color?, properties })
}

/// Reads `{id?, name, type, multiple?, labelSet?, allowedStructures?}`.
pub fn read_property(node: &Node<'_, '_>, reading: &mut Reading) -> Option<PropertyDraft> {
    node.object(reading)?;
    let id = read_own_id(&node.get("id"), reading);
    let name = read_name(&node.get("name"), reading);
    let mut kind = read_type(&node.get("type"), reading)?;
    let mut options = Vec::new();
    match &mut kind {
        PropertyKind::Label { multiple, .. } => {
            let flag = node.get("multiple").given(reading, Node::boolean);
            let set = node.get("labelSet").given(reading, read_options);
            (*multiple, options) = (flag?.unwrap_or(false), set?.unwrap_or_default());
        }
        PropertyKind::Entity { allowed } => {
            *allowed = node.get("allowedStructures").given(reading, read_allowed)?.unwrap_or_default();
        }
        _ => {}
    }
    Some(PropertyDraft { id: id?, name: name?, kind, options })
}

/// Reads the type of a property: one of [`PROPERTY_TYPES`], with nothing that a label or an entity has besides.
pub fn read_type(node: &Node<'_, '_>, reading: &mut Reading) -> Option<PropertyKind> {
    let kinds = [
        PropertyKind::Text,
        PropertyKind::Number,
        PropertyKind::Boolean,
        PropertyKind::Url,
        PropertyKind::Date,
        PropertyKind::Label { multiple: false, options: Vec::new() },
        PropertyKind::Entity { allowed: Vec::new() },
        PropertyKind::RichText,
        PropertyKind::Blocks,
    ];
    let words: Vec<_> = PROPERTY_TYPES.into_iter().zip(&kinds).collect();
    node.word(reading, &words).cloned()
}

/// Reads the options of a label.
pub fn read_options(list: &Node<'_, '_>, reading: &mut Reading) -> Option<Vec<OptionDraft>> {
    let mut seen = BTreeSet::new();
    let elements = list.elements(reading)?;
    if elements.len() > MAX_OPTIONS {
        reading.problem(list, format!("Too big: expected array to have <={MAX_OPTIONS} items"));
        return None;
    }
    let read: Vec<_> = elements
        .map(|option| {
            option.object(reading)?;
            let id = option.get("id").given(reading, read_name);
            let name = read_name(&option.get("name"), reading);
            let color = option.get("color").given(reading, read_hue);
            let id = id?;
            if let Some(id) = id.as_ref().filter(|id| !seen.insert((*id).clone())) {
                reading.problem(&option.get("id"), format!("There is already an option \"{id}\""));
            }
            Some(OptionDraft { id: id.map(LabelId), name: name?, color: color? })
        })
        .collect();
    read.into_iter().collect()
}

/// Reads the structures that the targets of an entity may have; none of them is any.
pub fn read_allowed(list: &Node<'_, '_>, reading: &mut Reading) -> Option<Vec<StructureId>> {
    let elements = list.elements(reading)?;
    if elements.len() > MAX_STRUCTURES {
        reading.problem(list, format!("Too big: expected array to have <={MAX_STRUCTURES} items"));
        return None;
    }
    let read: Vec<_> = elements.map(|id| read_structure_id(&id, reading)).collect();
    read.into_iter().collect()
}

/// Reads what people call something.
pub fn read_name(node: &Node<'_, '_>, reading: &mut Reading) -> Option<String> {
    let text = node.string(reading)?;
    let name = text.trim();
    if name.is_empty() {
        reading.problem(node, "Too small: expected string to have >=1 characters");
        return None;
    }
    if text.chars().count() > MAX_NAME {
        reading.problem(node, format!("Too big: expected string to have <={MAX_NAME} characters"));
        return None;
    }
    Some(name.to_owned())
}

/// Reads the name of a colour.
pub fn read_hue(node: &Node<'_, '_>, reading: &mut Reading) -> Option<String> {
    let words: Vec<_> = HUES.iter().map(|hue| (*hue, *hue)).collect();
    node.word(reading, &words).map(str::to_owned)
}

fn read_own_id(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Option<Uuid>> {
    node.given(reading, |node, reading| {
        let id = parse_uuid(node.string(reading)?);
        if id.is_none() {
            reading.problem(node, "Invalid UUID");
        }
        id
    })
}
