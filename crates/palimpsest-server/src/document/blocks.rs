//! Blocks, which hold blocks.

use palimpsest_model::{
    Alignment, Content, GridLayout, HighlightColor, HighlightKind, ListKind, MAX_HIGHLIGHT_TEXT, QuoteLayout,
};
use serde_json::{Value, json};

use super::names::name as block_name;
use super::shape::{boolean, by_type, closed, list, nullable, number, open, refer, said, text, word, words};
use super::tokens::color;

/// Schemas of the components: as they are read and, named `…Input`, as they are written.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let mut schemas = vec![
        ("Highlight".to_owned(), highlight()),
        ("HighlightInput".to_owned(), highlight_input()),
        ("Hierarchy".to_owned(), closed(&hierarchy(), &[])),
        ("HierarchyInput".to_owned(), open(&hierarchy(), &[])),
    ];
    let (mut read, mut written) = (Vec::new(), Vec::new());
    for content in Content::samples() {
        let kind = content.kind();
        let name = name(kind);
        schemas.push((name.clone(), shown(&content)));
        if let Some(input) = input(&content) {
            schemas.push((format!("{name}Input"), input));
            written.push((kind, format!("{name}Input")));
        }
        read.push((kind, name));
    }
    schemas.push(("Block".to_owned(), by_type(&read)));
    schemas.push(("BlockInput".to_owned(), by_type(&written)));
    schemas.push(("Position".to_owned(), position()));
    schemas
}

/// Where in a section or parent, or beside which block.
fn position() -> Value {
    let beside = |kind: &str| open(&[("type", word(kind)), (kind, open(&[("id", block_name())], &[]))], &[]);
    json!({"oneOf": [open(&[("type", words(["start", "end"]))], &[]), beside("after_block"), beside("before_block")]})
}

fn name(kind: &str) -> String {
    if kind.ends_with("Block") { kind.to_owned() } else { "UnsupportedBlock".to_owned() }
}

/// How a block is read.
fn shown(content: &Content) -> Value {
    let mut required = vec![("id", refer("Uuid")), ("type", word(content.kind()))];
    let mut optional = Vec::new();
    let blocks = || ("blocks", list(refer("Block")));
    match content {
        Content::Text(_) => {
            required.extend([("tokens", list(refer("Token"))), blocks(), ("hierarchy", refer("Hierarchy"))]);
            optional.extend(marks(closed));
            optional.extend([quote(closed), theme(), ("highlight", refer("Highlight"))]);
        }
        Content::Group(_) => {
            required.push(blocks());
            optional.extend(marks(closed));
            optional.push(theme());
        }
        Content::Grid(_) => {
            required.extend([("columns", list(list(refer("Block")))), ("dividers", list(number()))]);
            optional.extend([layout(), theme()]);
        }
        Content::Code { .. } => required.extend([("lang", text()), ("text", text())]),
        Content::Math { .. } => {
            required.push(("text", text()));
            optional.push(theme());
        }
        Content::Entity { .. } => {
            required.push(("entityId", nullable(refer("Uuid"))));
            optional.push(("date", refer("Date")));
        }
        Content::Line => {}
        Content::Unsupported { .. } => required.push(("blockType", text())),
    }
    closed(&required, &optional)
}

/// How a block is written, when clients may. Of what can be removed, `null` removes it.
fn input(content: &Content) -> Option<Value> {
    let kind = ("type", word(content.kind()));
    let mut required = vec![kind];
    let id = "The UUID of a block of the object keeps that block; anything else is passed over.";
    let mut optional = vec![("id", said(json!({}), id))];
    let mut removable = Vec::new();
    let blocks = || ("blocks", list(refer("BlockInput")));
    match content {
        Content::Text(_) => {
            optional.push(blocks());
            removable.extend([("tokens", list(refer("TokenInput"))), ("hierarchy", refer("HierarchyInput"))]);
            removable.extend(marks(open));
            removable.extend([quote(open), alignment(), theme(), ("highlight", refer("HighlightInput"))]);
        }
        Content::Group(_) => {
            optional.push(blocks());
            removable.extend(marks(open));
            removable.extend([alignment(), theme()]);
        }
        Content::Grid(_) => {
            required.push(("dividers", list(number())));
            let columns = json!({"type": "array", "items": list(refer("BlockInput")), "minItems": 2});
            optional.push(("columns", columns));
            removable.extend([layout(), theme()]);
        }
        Content::Code { .. } => required.extend([("lang", text()), ("text", text())]),
        Content::Math { .. } => {
            required.push(("text", text()));
            removable.push(theme());
        }
        Content::Entity { .. } => required.push(("entityId", nullable(refer("Uuid")))),
        Content::Line => {}
        Content::Unsupported { .. } => return None,
    }
    optional.extend(removable.into_iter().map(|(name, schema)| (name, nullable(schema))));
    let mut schema = open(&required, &optional);
    if matches!(content, Content::Entity { .. }) {
        schema["not"] = json!({"required": ["date"]});
    }
    Some(schema)
}

/// Open or closed.
type Object = fn(super::shape::Members<'_>, super::shape::Members<'_>) -> Value;

fn marks(object: Object) -> [(&'static str, Value); 3] {
    let kinds = words(ListKind::WORDS.iter().map(|(word, _)| *word));
    [
        ("list", object(&[("type", kinds)], &[])),
        ("todo", object(&[("isDone", boolean())], &[])),
        ("toggle", object(&[("isOpen", boolean())], &[])),
    ]
}

fn quote(object: Object) -> (&'static str, Value) {
    let layouts = words(QuoteLayout::WORDS.iter().map(|(word, _)| *word));
    ("quote", object(&[("layout", layouts)], &[]))
}

fn theme() -> (&'static str, Value) {
    ("colorTheme", color())
}

fn layout() -> (&'static str, Value) {
    ("gridLayout", words(GridLayout::WORDS.iter().map(|(word, _)| *word)))
}

/// Written only: no read shows it.
fn alignment() -> (&'static str, Value) {
    ("textAlignment", words(Alignment::WORDS.iter().map(|(word, _)| *word)))
}

fn hierarchy() -> [(&'static str, Value); 2] {
    let about = "The level: `Base` 0, `H1` 1, `H2` 2, `H3` 3; other pairs are kept as sent.";
    [("key", said(text(), about)), ("val", number())]
}

fn highlight() -> Value {
    let kinds = words(HighlightKind::WORDS.iter().map(|(word, _)| *word));
    let short = || json!({"type": "string", "maxLength": MAX_HIGHLIGHT_TEXT});
    let optional = [("url", text()), ("label", short()), ("location", short()), ("color", highlight_color())];
    closed(&[("type", kinds)], &optional)
}

fn highlight_input() -> Value {
    let label = json!({"type": "string", "minLength": 1, "maxLength": MAX_HIGHLIGHT_TEXT});
    let location = json!({"type": "string", "maxLength": MAX_HIGHLIGHT_TEXT});
    let kind = word(HighlightKind::Custom.as_str());
    let optional = [("location", location), ("url", text()), ("color", highlight_color())];
    open(&[("type", kind), ("label", label)], &optional)
}

fn highlight_color() -> Value {
    words(HighlightColor::WORDS.iter().map(|(word, _)| *word))
}
