//! The few shapes that JSON Schemas are put together from.

use serde_json::{Map, Value, json};

/// Members of an object: each its name and its schema.
pub(crate) type Members<'m> = &'m [(&'m str, Value)];

/// Any text.
pub(crate) fn text() -> Value {
    json!({"type": "string"})
}

/// Any number.
pub(crate) fn number() -> Value {
    json!({"type": "number"})
}

/// A truth value.
pub(crate) fn boolean() -> Value {
    json!({"type": "boolean"})
}

/// A whole number from `least` on.
pub(crate) fn count(least: u64) -> Value {
    json!({"type": "integer", "minimum": least})
}

/// A text that a regular expression describes.
pub(crate) fn pattern(pattern: &str) -> Value {
    json!({"type": "string", "pattern": pattern})
}

/// One word.
pub(crate) fn word(word: &str) -> Value {
    json!({"type": "string", "const": word})
}

/// One of a few words.
pub(crate) fn words<'w>(words: impl IntoIterator<Item = &'w str>) -> Value {
    json!({"type": "string", "enum": words.into_iter().collect::<Vec<_>>()})
}

/// A list.
pub(crate) fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

/// An object with any keys, and one schema for all values.
pub(crate) fn map(values: Value) -> Value {
    json!({"type": "object", "additionalProperties": values})
}

/// This or `null`.
pub(crate) fn nullable(schema: Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

/// A schema of the components.
pub(crate) fn refer(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// Exactly one of a few schemas of the components.
pub(crate) fn one_of(names: impl IntoIterator<Item = impl AsRef<str>>) -> Value {
    json!({"oneOf": names.into_iter().map(|name| refer(name.as_ref())).collect::<Vec<_>>()})
}

/// The same as [`one_of`], told apart by the member `type`.
pub(crate) fn by_type(variants: &[(&str, String)]) -> Value {
    let mut schema = one_of(variants.iter().map(|(_, name)| name));
    let mapping: Map<_, _> =
        variants.iter().map(|(kind, name)| ((*kind).to_owned(), refer(name)["$ref"].clone())).collect();
    schema["discriminator"] = json!({"propertyName": "type", "mapping": mapping});
    schema
}

/// An object as clients write it: members that nobody knows are passed over.
pub(crate) fn open(required: Members<'_>, optional: Members<'_>) -> Value {
    let members: Map<_, _> =
        required.iter().chain(optional).map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let mut schema = json!({"type": "object", "properties": members});
    if !required.is_empty() {
        schema["required"] = required.iter().map(|(name, _)| *name).collect();
    }
    schema
}

/// An object as the server writes it: these members and no others.
pub(crate) fn closed(required: Members<'_>, optional: Members<'_>) -> Value {
    let mut schema = open(required, optional);
    schema["additionalProperties"] = json!(false);
    schema
}

/// A schema and what it means.
pub(crate) fn said(mut schema: Value, about: &str) -> Value {
    schema["description"] = json!(about);
    schema
}

/// A schema and a value it admits.
pub(crate) fn such_as(mut schema: Value, examples: Value) -> Value {
    schema["examples"] = examples;
    schema
}
