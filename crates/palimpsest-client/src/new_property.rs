//! Properties of structures as they are asked for.

use palimpsest_model::{PropertyId, StructureId};
use serde::Serialize;
use uuid::Uuid;

use crate::structure_view::PropertyType;

/// A property to be made. Palimpsest only.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewProperty {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    multiple: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    label_set: Vec<NewOption>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_structures: Vec<StructureId>,
}

/// An option of a label, new or known by its id. Palimpsest only.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NewOption {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<String>,
}

impl NewProperty {
    fn of(kind: &'static str, name: impl Into<String>) -> Self {
        let (label_set, allowed_structures) = (Vec::new(), Vec::new());
        Self { id: None, name: name.into(), kind, multiple: false, label_set, allowed_structures }
    }

    /// A text.
    pub fn text(name: impl Into<String>) -> Self {
        Self::of("text", name)
    }

    /// A number.
    pub fn number(name: impl Into<String>) -> Self {
        Self::of("number", name)
    }

    /// A truth value.
    pub fn boolean(name: impl Into<String>) -> Self {
        Self::of("boolean", name)
    }

    /// A URL.
    pub fn url(name: impl Into<String>) -> Self {
        Self::of("url", name)
    }

    /// A date.
    pub fn date(name: impl Into<String>) -> Self {
        Self::of("date", name)
    }

    /// One of these options.
    pub fn label(name: impl Into<String>, options: impl IntoIterator<Item = NewOption>) -> Self {
        Self { label_set: options.into_iter().collect(), ..Self::of("label", name) }
    }

    /// Some of these options.
    pub fn labels(name: impl Into<String>, options: impl IntoIterator<Item = NewOption>) -> Self {
        Self { multiple: true, ..Self::label(name, options) }
    }

    /// Objects of these structures; of any when there are none.
    pub fn objects(name: impl Into<String>, allowed: impl IntoIterator<Item = StructureId>) -> Self {
        Self { allowed_structures: allowed.into_iter().collect(), ..Self::of("entity", name) }
    }

    /// A text with styles and links.
    pub fn rich_text(name: impl Into<String>) -> Self {
        Self::of("richText", name)
    }

    /// A body section.
    pub fn blocks(name: impl Into<String>) -> Self {
        Self::of("blocks", name)
    }

    /// The same under an id of the client's choice.
    #[must_use]
    pub fn id(self, id: Uuid) -> Self {
        Self { id: Some(id), ..self }
    }
}

impl NewOption {
    /// An option.
    pub fn new(name: impl Into<String>) -> Self {
        Self { id: None, name: name.into(), color: None }
    }

    /// The same with an id: that of one there is, or of the client's choice.
    #[must_use]
    pub fn id(self, id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// The same in a colour.
    #[must_use]
    pub fn color(self, color: impl Into<String>) -> Self {
        Self { color: Some(color.into()), ..self }
    }
}

/// What shall change of a property; what is left out stays. Palimpsest only.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PropertyChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<PropertyType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    multiple: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label_set: Option<Vec<NewOption>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_structures: Option<Vec<StructureId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
}

impl PropertyChanges {
    /// No change yet; the server refuses to make none.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with another name.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// The same with another type: all values become values of it, or the server refuses, see
    /// [`Error::in_use`](crate::Error::in_use).
    #[must_use]
    pub fn becomes(self, kind: PropertyType) -> Self {
        Self { kind: Some(kind), ..self }
    }

    /// The same where a value may hold several options, or no more than one.
    #[must_use]
    pub fn multiple(self, multiple: bool) -> Self {
        Self { multiple: Some(multiple), ..self }
    }

    /// The same with these options instead of those there are: matched by id, those without one are new.
    #[must_use]
    pub fn options(self, options: impl IntoIterator<Item = NewOption>) -> Self {
        Self { label_set: Some(options.into_iter().collect()), ..self }
    }

    /// The same with targets of these structures; of any when there are none.
    #[must_use]
    pub fn allowed(self, structures: impl IntoIterator<Item = StructureId>) -> Self {
        Self { allowed_structures: Some(structures.into_iter().collect()), ..self }
    }

    /// The same, taking what is not an option, or not allowed, any more out of all values instead of being refused.
    #[must_use]
    pub fn drop_values(self) -> Self {
        Self { values: Some("drop"), ..self }
    }

    /// The same as a question: the server answers the structure as it would be, or why not, and changes nothing.
    #[must_use]
    pub fn dry_run(self) -> Self {
        Self { dry_run: true, ..self }
    }
}

/// The changes with the property they are of, as the body of a call.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PropertyChangesOf<'c> {
    pub(crate) structure_id: StructureId,
    pub(crate) id: PropertyId,
    #[serde(flatten)]
    pub(crate) changes: &'c PropertyChanges,
}

/// A property with the structure it is for, as the body of a call.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PropertyOf<'p> {
    pub(crate) structure_id: StructureId,
    #[serde(flatten)]
    pub(crate) property: &'p NewProperty,
}
