//! Values of properties: `{"type": T, T: payload}`.

use palimpsest_model::{HUES, Icon, MAX_ALIASES, PropertyKind};
use serde_json::{Value, json};

use super::shape::{boolean, by_type, closed, list, nullable, number, open, pattern, refer, said, text, word, words};

/// Schemas of the components: as they are read and, named `…Input`, as they are written.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let mut schemas = vec![
        ("Icon".to_owned(), closed(&[("type", words(Icon::kinds())), ("val", text())], &[])),
        ("IconInput".to_owned(), icon_input()),
        ("LabelOption".to_owned(), closed(&[("id", text()), ("name", text())], &[("color", hue())])),
    ];
    let (mut read, mut written) = (Vec::new(), Vec::new());
    for kind in PropertyKind::samples() {
        let Some(word) = kind.name() else { continue };
        let name = name(word);
        let (shown, input) = payload(&kind);
        schemas.push((name.clone(), closed(&members(word, shown), &[])));
        if let Some(input) = input {
            schemas.push((format!("{name}Input"), open(&members(word, input), &[])));
            written.push((word, format!("{name}Input")));
        }
        read.push((word, name));
    }
    schemas.push(("PropertyValue".to_owned(), by_type(&read)));
    schemas.push(("PropertyValueInput".to_owned(), by_type(&written)));
    schemas
}

fn members(kind: &'static str, payload: Value) -> [(&'static str, Value); 2] {
    [("type", word(kind)), (kind, payload)]
}

/// `title` is shown as a `TitleValue`.
fn name(kind: &str) -> String {
    let mut letters = kind.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain("Value".chars()).collect()
}

/// The payload as it is read, and as it is written when clients may.
fn payload(kind: &PropertyKind) -> (Value, Option<Value>) {
    let aliases = || json!({"type": "array", "items": text(), "maxItems": MAX_ALIASES});
    let held = |shown: Value, input: Value| (closed(&[("value", shown)], &[]), Some(open(&[("value", input)], &[])));
    let same = |schema: Value| held(schema.clone(), schema);
    match kind {
        PropertyKind::Title | PropertyKind::Text | PropertyKind::Url => same(nullable(text())),
        PropertyKind::Number => same(nullable(number())),
        PropertyKind::Boolean => same(nullable(boolean())),
        PropertyKind::Aliases => same(aliases()),
        PropertyKind::Icon => held(nullable(refer("Icon")), nullable(refer("IconInput"))),
        PropertyKind::CreatedAt => held(refer("Timestamp"), refer("Instant")),
        PropertyKind::LastUpdatedAt => (closed(&[("value", refer("Timestamp"))], &[]), None),
        PropertyKind::RichText => held(list(refer("Token")), list(refer("TokenInput"))),
        PropertyKind::Date => (refer("Date"), Some(refer("DateInput"))),
        PropertyKind::Entity { .. } => {
            let target = [("id", refer("Uuid"))];
            (list(closed(&target, &[])), Some(list(open(&target, &[]))))
        }
        PropertyKind::Label { .. } => {
            let option = open(&[("id", text()), ("name", text())], &[("color", text())]);
            let option =
                said(option, "An option by its id; `name` and `color` are those of the definition whatever is sent.");
            (list(refer("LabelOption")), Some(list(option)))
        }
        PropertyKind::Blocks => (json!(false), None),
    }
}

/// The name of a colour, as options and structures have it.
pub(crate) fn hue() -> Value {
    words(HUES)
}

fn icon_input() -> Value {
    let kinds: Vec<_> = Icon::kinds()
        .map(|kind| {
            let val = match kind {
                "iconify" => said(pattern("^ph-[a-z0-9-]+$"), "A Phosphor icon of the regular weight."),
                _ => said(text(), "One emoji."),
            };
            open(&[("type", word(kind)), ("val", val)], &[])
        })
        .collect();
    json!({ "oneOf": kinds })
}
