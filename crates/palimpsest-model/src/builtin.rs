//! The structures a new space begins with (spec/03 §1–2, spec/10). They go into its log at revision 1 and are data from then
//! on. Where the contract knows no id of a body section, the one chosen here is kept for good: `RootPage_content`,
//! `RootTag_notes`, `UtilDate_notes`; `media_notes`, `RootTask_notes` and `RootDailyNote_notes` are the contract's.

use crate::id::{BuiltIn, LabelId, PropertyId, StructureId};
use crate::structure::{Creation, LabelOption, PropertyDefinition, PropertyKind, Structure};
use crate::value::Value;

/// The structures of a new space, in their order.
#[must_use]
pub fn builtin_structures() -> Vec<Structure> {
    vec![page(), tag(), task(), daily_note(), weblink()]
        .into_iter()
        .chain([
            media(BuiltIn::MediaImage, "Image", "Images"),
            media(BuiltIn::MediaPDF, "PDF", "PDFs"),
            media(BuiltIn::MediaAudio, "Audio", "Audios"),
            media(BuiltIn::MediaVideo, "Video", "Videos"),
            media(BuiltIn::MediaFile, "File", "Files"),
            util_date(),
        ])
        .collect()
}

/// What a new task holds besides what was sent.
#[must_use]
pub fn task_defaults() -> Vec<(PropertyId, Value)> {
    vec![("status".into(), Value::Label(vec!["not-started".into()]))]
}

/// Whether a structure has a property from the beginning, so that it cannot be taken away.
#[must_use]
pub fn comes_with(structure: StructureId, property: &PropertyId) -> bool {
    let has = |properties: &[PropertyDefinition]| properties.iter().any(|definition| definition.id == *property);
    match structure {
        StructureId::BuiltIn(_) => {
            builtin_structures().iter().any(|known| known.id == structure && has(&known.properties))
        }
        // The one body section has another id in each.
        StructureId::Custom(_) => has(&custom_properties(PropertyId::from(""))),
    }
}

/// The properties every custom structure has, with its one body section.
pub(crate) fn custom_properties(section: PropertyId) -> Vec<PropertyDefinition> {
    let mut properties = vec![title(), description(), tags(), aliases(), icon(), created_at(), last_updated_at()];
    properties.push(PropertyDefinition {
        id: section,
        name: "Content".to_owned(),
        kind: PropertyKind::Blocks,
        read_only: false,
    });
    properties
}

fn page() -> Structure {
    let properties = vec![
        title(),
        description(),
        tags(),
        aliases(),
        icon(),
        created_at(),
        last_updated_at(),
        section("RootPage_content"),
    ];
    structure(BuiltIn::RootPage, "Page", "Pages", "blue", Creation::Direct, properties)
}

fn tag() -> Structure {
    let properties = vec![title(), description(), aliases(), icon(), last_updated_at(), section("RootTag_notes")];
    structure(BuiltIn::RootTag, "Tag", "Tags", "gray", Creation::Direct, properties)
}

fn task() -> Structure {
    let properties = vec![
        title(),
        labels(
            "status",
            "Status",
            &[
                ("not-started", "Not started", "gray"),
                ("next-up", "Next Up", "blue"),
                ("in-progress", "In progress", "yellow"),
                ("done", "Done", "green"),
            ],
        ),
        labels(
            "priority",
            "Priority",
            &[("low", "Low", "gray"), ("medium", "Medium", "yellow"), ("high", "High", "red")],
        ),
        property("date", "Date", PropertyKind::Date),
        property("deadline", "Deadline", PropertyKind::Date),
        property("completed", "Completed", PropertyKind::Date),
        tags(),
        icon(),
        last_updated_at(),
        section("RootTask_notes"),
    ];
    structure(BuiltIn::RootTask, "Task", "Tasks", "green", Creation::Direct, properties)
}

fn daily_note() -> Structure {
    let properties = vec![read_only(title()), tags(), last_updated_at(), section("RootDailyNote_notes")];
    structure(BuiltIn::RootDailyNote, "Daily note", "Daily notes", "orange", Creation::DailyNote, properties)
}

fn weblink() -> Structure {
    let host = read_only(property("media_host", "Host", PropertyKind::Text));
    structure(BuiltIn::MediaWebResource, "Weblink", "Weblinks", "sky", Creation::Media, media_properties(host))
}

fn media(id: BuiltIn, singular: &str, plural: &str) -> Structure {
    let size = read_only(property("media_fileSize", "File size", PropertyKind::Number));
    structure(id, singular, plural, "purple", Creation::Media, media_properties(size))
}

/// What weblinks and files have alike, with the one property that only theirs have.
fn media_properties(own: PropertyDefinition) -> Vec<PropertyDefinition> {
    vec![
        title(),
        description(),
        read_only(property("media_URLReference", "URL", PropertyKind::Url)),
        own,
        tags(),
        aliases(),
        icon(),
        created_at(),
        last_updated_at(),
        section("media_notes"),
    ]
}

fn util_date() -> Structure {
    let properties = vec![read_only(title()), last_updated_at(), section("UtilDate_notes")];
    Structure { listed: false, ..structure(BuiltIn::UtilDate, "Date", "Dates", "gray", Creation::Implicit, properties) }
}

fn structure(
    id: BuiltIn,
    title: &str,
    plural: &str,
    color: &str,
    creation: Creation,
    properties: Vec<PropertyDefinition>,
) -> Structure {
    Structure {
        id: StructureId::BuiltIn(id),
        title: title.to_owned(),
        plural_name: plural.to_owned(),
        label_color: color.to_owned(),
        creation,
        listed: true,
        properties,
    }
}

fn property(id: &str, name: &str, kind: PropertyKind) -> PropertyDefinition {
    PropertyDefinition { id: id.into(), name: name.to_owned(), kind, read_only: false }
}

fn read_only(definition: PropertyDefinition) -> PropertyDefinition {
    PropertyDefinition { read_only: true, ..definition }
}

fn title() -> PropertyDefinition {
    property("title", "Title", PropertyKind::Title)
}

fn description() -> PropertyDefinition {
    property("description", "Description", PropertyKind::Text)
}

fn tags() -> PropertyDefinition {
    property("tags", "Tags", PropertyKind::Entity { allowed: vec![StructureId::BuiltIn(BuiltIn::RootTag)] })
}

fn aliases() -> PropertyDefinition {
    property("aliases", "Aliases", PropertyKind::Aliases)
}

fn icon() -> PropertyDefinition {
    property("icon", "Icon", PropertyKind::Icon)
}

fn created_at() -> PropertyDefinition {
    property("createdAt", "Created at", PropertyKind::CreatedAt)
}

fn last_updated_at() -> PropertyDefinition {
    read_only(property("lastUpdatedAt", "Last updated", PropertyKind::LastUpdatedAt))
}

fn section(id: &str) -> PropertyDefinition {
    property(id, "Content", PropertyKind::Blocks)
}

fn labels(id: &str, name: &str, options: &[(&str, &str, &str)]) -> PropertyDefinition {
    let options = options
        .iter()
        .map(|(id, name, color)| LabelOption {
            id: LabelId::from(*id),
            name: (*name).to_owned(),
            color: Some((*color).to_owned()),
        })
        .collect();
    property(id, name, PropertyKind::Label { multiple: false, options })
}
