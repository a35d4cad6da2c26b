//! Random objects of three structures: a page, a task, and a custom type that has every kind of property.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::{select, subsequence};
use proptest::strategy::Union;
use uuid::Uuid;

use super::blocks::{block_lists, dates, numbers, texts, times, token_lists};
use super::ids::uuids;
use crate::block::Block;
use crate::builtin::{builtin_structures, custom_properties};
use crate::icon::Icon;
use crate::id::{BuiltIn, CollectionId, LabelId, ObjectId, PropertyId, StructureId};
use crate::object::Object;
use crate::structure::{Creation, LabelOption, PropertyDefinition, PropertyKind, Structure};
use crate::value::Value;

/// The structures whose objects are made: RootPage, RootTask and a custom one with every kind of property and two body
/// sections.
#[must_use]
pub fn structures() -> Vec<Structure> {
    let mut structures = builtin_structures();
    let wanted = [BuiltIn::RootPage, BuiltIn::RootTask].map(StructureId::BuiltIn);
    structures.retain(|structure| wanted.contains(&structure.id));
    structures.push(custom());
    structures
}

/// Objects of one of [`structures`], each body section filled.
pub fn objects() -> BoxedStrategy<Object> {
    Union::new(structures().iter().map(objects_of)).boxed()
}

/// Objects of a structure.
pub fn objects_of(structure: &Structure) -> BoxedStrategy<Object> {
    let id = structure.id;
    (uuids(), collections(), properties(structure), sections(structure))
        .prop_map(move |(object, collections, properties, blocks)| Object {
            id: ObjectId(object),
            structure: id,
            collections,
            properties,
            blocks: blocks.into(),
            files: Vec::new(),
        })
        .boxed()
}

pub(super) fn collections() -> BoxedStrategy<Vec<CollectionId>> {
    prop_oneof![3 => Just(Vec::new()), 1 => vec(uuids().prop_map(CollectionId), 1..4)].boxed()
}

fn properties(structure: &Structure) -> BoxedStrategy<BTreeMap<PropertyId, Value>> {
    let each: Vec<_> = settable(structure)
        .into_iter()
        .map(|(id, value)| option::of(value).prop_map(move |value| Some((id.clone(), value?))))
        .collect();
    each.prop_map(|values| values.into_iter().flatten().collect()).boxed()
}

fn sections(structure: &Structure) -> BoxedStrategy<BTreeMap<PropertyId, Vec<Block>>> {
    let each: Vec<_> = structure
        .sections()
        .cloned()
        .map(|section| block_lists().prop_map(move |blocks| (section.clone(), blocks)))
        .collect();
    each.prop_map(|lists| lists.into_iter().collect()).boxed()
}

/// The properties of a structure that clients may write, with the values each may have.
pub(super) fn settable(structure: &Structure) -> Vec<(PropertyId, BoxedStrategy<Value>)> {
    let writable = structure.properties.iter().filter(|definition| !definition.read_only);
    writable.filter_map(|definition| Some((definition.id.clone(), values(&definition.kind)?))).collect()
}

pub(super) fn values(kind: &PropertyKind) -> Option<BoxedStrategy<Value>> {
    Some(match kind {
        PropertyKind::Title => option::of(texts()).prop_map(Value::Title).boxed(),
        PropertyKind::Text => option::of(texts()).prop_map(Value::Text).boxed(),
        PropertyKind::Number => option::of(numbers()).prop_map(Value::Number).boxed(),
        PropertyKind::Boolean => option::of(any::<bool>()).prop_map(Value::Boolean).boxed(),
        PropertyKind::Url => option::of(texts()).prop_map(Value::Url).boxed(),
        PropertyKind::Date => dates().prop_map(Value::Date).boxed(),
        PropertyKind::Label { multiple, options } => {
            let ids: Vec<LabelId> = options.iter().map(|option| option.id.clone()).collect();
            let most = if *multiple { ids.len() } else { ids.len().min(1) };
            subsequence(ids, 0..=most).prop_shuffle().prop_map(Value::Label).boxed()
        }
        PropertyKind::Entity { .. } => vec(uuids().prop_map(ObjectId), 0..4).prop_map(Value::Entity).boxed(),
        PropertyKind::Aliases => vec(texts(), 0..=8).prop_map(Value::Aliases).boxed(),
        PropertyKind::Icon => option::of(icons()).prop_map(Value::Icon).boxed(),
        PropertyKind::CreatedAt => times().prop_map(Value::CreatedAt).boxed(),
        PropertyKind::RichText => token_lists().prop_map(Value::RichText).boxed(),
        PropertyKind::LastUpdatedAt | PropertyKind::Blocks => return None,
    })
}

fn icons() -> impl Strategy<Value = Icon> + Clone {
    prop_oneof![
        select(&["🧪", "👩‍🔬", "🇪🇺", "1️⃣", "ℹ️"][..]).prop_map(|emoji| Icon::Emoji(emoji.to_owned())),
        select(&["ph-lightbulb", "ph-number-one"][..]).prop_map(|name| Icon::Iconify(name.to_owned())),
    ]
}

/// A custom structure; its ids are fixed, so that every test means the same one.
fn custom() -> Structure {
    let id = |number: u128| Uuid::from_u128(0xc057_0300_0000_4000_8000_0000_0000_0000 + number);
    let option = |number: u128, name: &str, color: Option<&str>| LabelOption {
        id: LabelId(id(number).to_string()),
        name: name.to_owned(),
        color: color.map(str::to_owned),
    };
    let options =
        || vec![option(100, "Good", Some("green")), option(101, "Bad", Some("red")), option(102, "Odd", None)];
    let kinds = [
        ("Text", PropertyKind::Text),
        ("Number", PropertyKind::Number),
        ("Boolean", PropertyKind::Boolean),
        ("Link", PropertyKind::Url),
        ("When", PropertyKind::Date),
        ("One of", PropertyKind::Label { multiple: false, options: options() }),
        ("Some of", PropertyKind::Label { multiple: true, options: options() }),
        ("Related", PropertyKind::Entity { allowed: Vec::new() }),
        ("Rich", PropertyKind::RichText),
        ("Appendix", PropertyKind::Blocks),
    ];
    let mut properties = custom_properties(PropertyId(id(1).to_string()));
    properties.extend((2..).zip(kinds).map(|(number, (name, kind))| PropertyDefinition {
        id: PropertyId(id(number).to_string()),
        name: name.to_owned(),
        kind,
        read_only: false,
    }));
    Structure {
        id: StructureId::Custom(id(0)),
        title: "Specimen".to_owned(),
        plural_name: "Specimens".to_owned(),
        label_color: "teal".to_owned(),
        creation: Creation::Direct,
        listed: true,
        properties,
    }
}
