//! The law of front matter.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use palimpsest_markdown::{FrontMatter, normal_value, read_properties, split_document, write_document};
use palimpsest_model::{
    BuiltIn, Creation, LabelOption, Object, ObjectId, PropertyDefinition, PropertyId, PropertyKind, Sections,
    Structure, StructureId, Value, builtin_structures, check_property,
};
use uuid::Uuid;

use crate::library::Library;

/// Every text is split into front matter and body, or is all body. Of front matter, each value is read as one that the API
/// takes too, or it is named as wrong or ignored; what is read is written so that it is read again.
pub fn front_matter(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let document = split_document(&text);
    assert!(text.ends_with(document.body), "a body is the end of the text");
    match document.front_matter {
        Some(found) => STRUCTURES.iter().for_each(|structure| properties(&found, structure)),
        None => {
            assert_eq!(document.body, text.strip_prefix('\u{FEFF}').unwrap_or(&text), "the text is all body");
            let fenced = format!("---\n{text}\n---\n");
            if let Some(found) = split_document(&fenced).front_matter {
                STRUCTURES.iter().for_each(|structure| properties(&found, structure));
            }
        }
    }
}

static STRUCTURES: LazyLock<Vec<Structure>> = LazyLock::new(|| {
    let mut structures = builtin_structures();
    structures.push(everything());
    structures
});

/// A structure with a property of every kind, whose names are easily mistaken for each other.
fn everything() -> Structure {
    let option = |id: &str, name: &str| LabelOption { id: id.into(), name: name.to_owned(), color: None };
    let options =
        vec![option("a", "To do"), option("b", "Done"), option("To do", "c"), option("d", "x, y"), option("e", "Done")];
    let tags = PropertyKind::Entity { allowed: vec![StructureId::BuiltIn(BuiltIn::RootTag)] };
    let kinds = [
        ("title", "", PropertyKind::Title),
        ("3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11", "Salary range", PropertyKind::Text),
        ("n", "Number", PropertyKind::Number),
        ("b", "number", PropertyKind::Boolean),
        ("u", "Iframe URL", PropertyKind::Url),
        ("d", "Date", PropertyKind::Date),
        ("s", "Status", PropertyKind::Label { multiple: false, options: options.clone() }),
        ("l", "Labels", PropertyKind::Label { multiple: true, options }),
        ("tags", "Tags", tags),
        ("e", "Works for", PropertyKind::Entity { allowed: Vec::new() }),
        ("aliases", "Aliases", PropertyKind::Aliases),
        ("icon", "Icon", PropertyKind::Icon),
        ("createdAt", "Created at", PropertyKind::CreatedAt),
        ("lastUpdatedAt", "Last updated", PropertyKind::LastUpdatedAt),
        ("r", "Rich", PropertyKind::RichText),
        ("t", "Type", PropertyKind::Text),
        ("c", "Content", PropertyKind::Blocks),
    ];
    let property = |(id, name, kind): (&str, &str, PropertyKind)| PropertyDefinition {
        id: id.into(),
        name: name.to_owned(),
        kind,
        read_only: id == "lastUpdatedAt",
    };
    Structure {
        id: StructureId::Custom(Uuid::nil()),
        title: "Everything".to_owned(),
        plural_name: "Everything".to_owned(),
        label_color: "gray".to_owned(),
        creation: Creation::Direct,
        listed: true,
        properties: kinds.into_iter().map(property).collect(),
    }
}

fn properties(front_matter: &FrontMatter, structure: &Structure) {
    let mut library = Library::new();
    let read = read_properties(front_matter, structure, &mut library);
    for problem in read.problems.all() {
        assert!(!problem.path.0.is_empty() && !problem.message.is_empty(), "{problem:?}");
    }
    let count = read.values.len();
    let values: BTreeMap<_, _> = read.values.into_iter().collect();
    assert_eq!(values.len(), count, "a property is read once");
    for (id, value) in &values {
        assert_eq!(check_property(structure, id, value.clone()).as_ref(), Ok(value), "the API takes it too");
        assert_eq!(&normal_value(value, &library), value, "a value is read in normal form");
    }
    let object = Object {
        id: ObjectId(Uuid::nil()),
        structure: structure.id,
        collections: Vec::new(),
        properties: values,
        blocks: Sections::default(),
        files: Vec::new(),
    };
    let written = write_document(&object, structure, &library);
    let Some(found) = split_document(&written).front_matter else {
        assert!(written.is_empty(), "what is written is no front matter\n{written}");
        return;
    };
    let again = read_properties(&found, structure, &mut library);
    // The title is always written, also where it cannot be read because the day is the title.
    let is_told = |id: &PropertyId| structure.property(id).is_some_and(|definition| definition.read_only);
    let ignored: &[&str] = if is_told(&"title".into()) { &["title"] } else { &[] };
    assert!(again.problems.is_empty() && again.ignored == ignored, "{again:?}\n{written}");
    assert_eq!(told(again.values), told(object.properties), "what is written is read back\n{written}");
}

/// The values that are not empty: only these are written.
fn told(values: impl IntoIterator<Item = (PropertyId, Value)>) -> BTreeMap<PropertyId, Value> {
    let is_empty = |value: &Value| match value {
        Value::Title(text) | Value::Text(text) | Value::Url(text) => text.as_deref().unwrap_or_default().is_empty(),
        Value::Number(None) | Value::Boolean(None) | Value::Icon(None) => true,
        Value::Date(date) => date.start.is_none(),
        Value::Label(ids) => ids.is_empty(),
        Value::Entity(ids) => ids.is_empty(),
        Value::Aliases(aliases) => aliases.is_empty(),
        Value::RichText(tokens) => tokens.is_empty(),
        _ => false,
    };
    values.into_iter().filter(|(_, value)| !is_empty(value)).collect()
}
