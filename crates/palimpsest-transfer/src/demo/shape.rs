//! The types of the demo and its collection.

use palimpsest_engine::{CreateCollection, CreateProperty, CreateStructure, Operation, SchemaOperation};
use palimpsest_model::{CollectionId, OptionDraft, PropertyDraft, PropertyKind, SpaceId, StructureDraft, StructureId};

use super::name;

pub(super) fn person(space: SpaceId) -> StructureId {
    StructureId::Custom(name(space, "type/Person"))
}

pub(super) fn book(space: SpaceId) -> StructureId {
    StructureId::Custom(name(space, "type/Book"))
}

pub(super) fn voyages(space: SpaceId) -> CollectionId {
    CollectionId(name(space, "collection/Voyages"))
}

/// What makes them. People and books name each other, so the books of people come last.
pub(super) fn operations(space: SpaceId) -> Vec<Operation> {
    let state = PropertyDraft {
        options: vec![option("To read", "gray"), option("Reading", "blue"), option("Read", "green")],
        ..property("State", PropertyKind::Label { multiple: false, options: Vec::new() })
    };
    let of_book = vec![
        property("Subtitle", PropertyKind::Text),
        property("Year", PropertyKind::Number),
        state,
        property("Finished", PropertyKind::Date),
        property("Read at", PropertyKind::Url),
        property("Author", PropertyKind::Entity { allowed: vec![person(space)] }),
    ];
    let books = property("Books", PropertyKind::Entity { allowed: vec![book(space)] });
    let collection = CreateCollection { id: Some(voyages(space)), structure: book(space), title: "Voyages".to_owned() };
    let operations = [
        structure(person(space), "Person", "People", "pink", vec![property("Born", PropertyKind::Number)]),
        structure(book(space), "Book", "Books", "emerald", of_book),
        SchemaOperation::CreateProperty(CreateProperty { structure: person(space), draft: books }),
        SchemaOperation::CreateCollection(collection),
    ];
    operations.map(Operation::Schema).into()
}

fn structure(
    id: StructureId,
    title: &str,
    plural: &str,
    color: &str,
    properties: Vec<PropertyDraft>,
) -> SchemaOperation {
    let id = match id {
        StructureId::Custom(id) => Some(id),
        StructureId::BuiltIn(_) => None,
    };
    let (plural_name, label_color) = (Some(plural.to_owned()), Some(color.to_owned()));
    let draft = StructureDraft { id, title: title.to_owned(), plural_name, label_color, properties };
    SchemaOperation::CreateStructure(CreateStructure { draft })
}

fn property(name: &str, kind: PropertyKind) -> PropertyDraft {
    PropertyDraft { id: None, name: name.to_owned(), kind, options: Vec::new() }
}

fn option(name: &str, color: &str) -> OptionDraft {
    OptionDraft { id: None, name: name.to_owned(), color: Some(color.to_owned()) }
}
