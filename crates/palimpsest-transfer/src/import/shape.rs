//! What notes and rows become: object types of the space, new ones, and the properties that are added to them.

use std::collections::HashMap;

use palimpsest_engine::{CreateProperty, CreateStructure, Operation, SchemaOperation, UpdateProperty};
use palimpsest_markdown::{Yaml, resolve_key};
use palimpsest_model::{
    Creation, LabelId, LabelOption, MAX_OPTIONS, MAX_PROPERTIES, OptionDraft, PropertyDefinition, PropertyDraft,
    PropertyId, PropertyKind, Revision, Schema, Structure, StructureDraft, StructureId,
};
use uuid::Uuid;

use super::kinds::{Kind, Observed};
use super::report::{PropertyLine, StructureLine};

/// An object type, as it will be.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// It, with everything that is new.
    pub(crate) structure: Structure,
    /// Whether it is new.
    pub(crate) made: bool,
    /// How many objects it is for.
    pub(crate) objects: usize,
    /// The properties that are new.
    added: Vec<PropertyId>,
    /// How many options are new, of properties that were there.
    extended: Vec<(PropertyId, usize)>,
    /// What keys become.
    used: Vec<PropertyId>,
}

impl Shape {
    /// A type that is there.
    pub(crate) fn of(structure: &Structure) -> Self {
        Self {
            structure: structure.clone(),
            made: false,
            objects: 0,
            added: Vec::new(),
            extended: Vec::new(),
            used: Vec::new(),
        }
    }

    /// A type that is new.
    pub(crate) fn new(id: Uuid, title: &str, plural: &str) -> Self {
        let draft = StructureDraft {
            id: Some(id),
            title: title.to_owned(),
            plural_name: Some(plural.to_owned()),
            label_color: None,
            properties: Vec::new(),
        };
        // The body section gets another id when the type is made.
        Self { made: true, ..Self::of(&draft.make(&mut || Uuid::new_v5(&id, b"section"))) }
    }

    /// The operations that make what is new.
    pub(crate) fn operations(&self) -> Vec<Operation> {
        let structure = self.structure.id;
        let added = self.added.iter().filter_map(|id| self.structure.property(id)).map(draft_of);
        if self.made {
            let StructureId::Custom(id) = structure else { return Vec::new() };
            let draft = StructureDraft {
                id: Some(id),
                title: self.structure.title.clone(),
                plural_name: Some(self.structure.plural_name.clone()),
                label_color: None,
                properties: added.collect(),
            };
            return vec![Operation::Schema(SchemaOperation::CreateStructure(CreateStructure { draft }))];
        }
        let create = |draft| Operation::Schema(SchemaOperation::CreateProperty(CreateProperty { structure, draft }));
        let extend = |(id, _): &(PropertyId, usize)| {
            let options = self.structure.property(id)?.options().iter().map(option_draft).collect();
            Some(Operation::Schema(SchemaOperation::UpdateProperty(UpdateProperty {
                structure,
                id: id.clone(),
                name: None,
                kind: None,
                multiple: None,
                options: Some(options),
                allowed: None,
                drop_values: false,
                dry_run: false,
            })))
        };
        added.map(create).chain(self.extended.iter().filter_map(extend)).collect()
    }

    /// What the report says of it.
    pub(crate) fn line(&self) -> StructureLine {
        let properties = self.used.iter().filter_map(|id| self.structure.property(id));
        let line = |property: &PropertyDefinition| PropertyLine {
            name: property.name.clone(),
            kind: property.kind.name().unwrap_or_default().to_owned(),
            made: self.added.contains(&property.id),
            options: match self.extended.iter().find(|(id, _)| *id == property.id) {
                Some((_, new)) => *new,
                None if self.added.contains(&property.id) => property.options().len(),
                None => 0,
            },
        };
        StructureLine {
            title: self.structure.title.clone(),
            made: self.made,
            objects: self.objects,
            properties: properties.map(line).collect(),
        }
    }
}

fn draft_of(property: &PropertyDefinition) -> PropertyDraft {
    PropertyDraft {
        id: Uuid::parse_str(&property.id.0).ok(),
        name: property.name.clone(),
        kind: match &property.kind {
            PropertyKind::Label { multiple, .. } => PropertyKind::Label { multiple: *multiple, options: Vec::new() },
            kind => kind.clone(),
        },
        options: property.options().iter().map(option_draft).collect(),
    }
}

fn option_draft(option: &LabelOption) -> OptionDraft {
    OptionDraft { id: Some(option.id.clone()), name: option.name.clone(), color: option.color.clone() }
}

/// The type of a title that objects can be made of; else that of a plural.
pub(crate) fn find(schema: &Schema, title: &str) -> Found {
    let title = title.trim().to_lowercase();
    let listed = || schema.structures.iter().map(|structure| &structure.value).filter(|structure| structure.listed);
    let called: Vec<_> = listed().filter(|it| it.title.to_lowercase() == title).collect();
    let called = match called.is_empty() {
        true => listed().filter(|it| it.plural_name.to_lowercase() == title).collect(),
        false => called,
    };
    match called.iter().find(|structure| structure.creation == Creation::Direct) {
        Some(structure) => Found::Type(structure.id),
        None if called.is_empty() => Found::Nothing,
        None => Found::Other,
    }
}

/// What a title means.
pub(crate) enum Found {
    /// A type of objects that can be made.
    Type(StructureId),
    /// One of objects that come to be in other ways, such as daily notes.
    Other,
    /// None.
    Nothing,
}

/// The keys of the pieces of one type, before it is known what they become.
#[derive(Default)]
pub(crate) struct Keys {
    /// As they are first written, in the order found.
    order: Vec<String>,
    /// What is observed under each, by its lower case.
    observed: HashMap<String, Observed>,
}

impl Keys {
    /// Takes note of a key and its value.
    pub(crate) fn see(&mut self, key: &str, value: &Yaml, resolves: &dyn Fn(&str) -> bool) {
        let lower = key.to_lowercase();
        if !self.observed.contains_key(&lower) {
            self.order.push(key.to_owned());
        }
        self.observed.entry(lower).or_default().see(value, resolves);
    }

    /// Adds to a type what it takes to hold all of it. Answers the keys that have no room.
    pub(crate) fn extend(&self, shape: &mut Shape, seed: Revision, most: usize) -> Vec<String> {
        let mut left = Vec::new();
        for key in &self.order {
            let Some(observed) = self.observed.get(&key.to_lowercase()) else { continue };
            let Some(kind) = observed.kind() else { continue };
            let known = resolve_key(key, &shape.structure).map(|property| property.id.clone());
            let id = match known {
                Some(id) => {
                    add_options(shape, &id, observed.options());
                    id
                }
                None if shape.added.len() >= most
                    || shape.structure.properties.len() >= MAX_PROPERTIES
                    || key.chars().count() > MAX_KEY =>
                {
                    left.push(key.clone());
                    continue;
                }
                None => {
                    let id = property_id(shape.structure.id, key, seed);
                    let kind = kind_of(kind, &id);
                    shape.structure.properties.push(PropertyDefinition {
                        id: id.clone(),
                        name: key.clone(),
                        kind,
                        read_only: false,
                    });
                    shape.added.push(id.clone());
                    id
                }
            };
            if !shape.used.contains(&id) {
                shape.used.push(id);
            }
        }
        left
    }
}

/// So many letters the name of a property has.
const MAX_KEY: usize = 100;

/// The id of a property. What was deleted keeps its id: what is made again later gets another one.
fn property_id(structure: StructureId, key: &str, seed: Revision) -> PropertyId {
    let name = format!("import:property:{structure}:{}\n{seed}", key.to_lowercase());
    PropertyId(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string())
}

fn option(property: &PropertyId, name: &str) -> LabelOption {
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("import:option:{property}:{}", name.to_lowercase()).as_bytes());
    LabelOption { id: LabelId(id.to_string()), name: name.to_owned(), color: None }
}

fn kind_of(kind: Kind, id: &PropertyId) -> PropertyKind {
    match kind {
        Kind::Text => PropertyKind::Text,
        Kind::RichText => PropertyKind::RichText,
        Kind::Number => PropertyKind::Number,
        Kind::Boolean => PropertyKind::Boolean,
        Kind::Date => PropertyKind::Date,
        Kind::Url => PropertyKind::Url,
        Kind::Entity => PropertyKind::Entity { allowed: Vec::new() },
        Kind::Label { multiple, options } => {
            PropertyKind::Label { multiple, options: options.iter().map(|name| option(id, name)).collect() }
        }
    }
}

/// Adds the options that a label does not have yet.
fn add_options(shape: &mut Shape, id: &PropertyId, names: &[String]) {
    let Some(property) = shape.structure.properties.iter_mut().find(|property| property.id == *id) else { return };
    let PropertyKind::Label { options, multiple } = &mut property.kind else { return };
    let before = options.len();
    for name in names {
        // In a list in one text each part is an option.
        let is_known = |name: &str| options.iter().any(|one| one.name.to_lowercase() == name.to_lowercase());
        let parts: Vec<String> = match *multiple && !is_known(name) {
            true => name.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect(),
            false => vec![name.clone()],
        };
        for name in parts {
            let is_known = options.iter().any(|one| one.name.to_lowercase() == name.to_lowercase() || one.id.0 == name);
            if !is_known && options.len() < MAX_OPTIONS {
                options.push(option(id, &name));
            }
        }
    }
    let new = options.len() - before;
    if new == 0 || shape.added.contains(id) {
        return;
    }
    match shape.extended.iter_mut().find(|(other, _)| other == id) {
        Some((_, count)) => *count += new,
        None => shape.extended.push((id.clone(), new)),
    }
}
