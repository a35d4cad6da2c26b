//! Runs of text, and the dates and colours that also stand elsewhere.

use palimpsest_model::{Color, Resolution, Token};
use serde_json::{Value, json};

use super::shape::{boolean, by_type, closed, nullable, open, refer, said, text, word, words};

/// Schemas of the components: as they are read and, named `…Input`, as they are written.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let mut schemas = dates();
    schemas.push(("Color".to_owned(), words(Color::all().map(Color::as_str))));
    let (mut read, mut written) = (Vec::new(), Vec::new());
    for token in Token::samples() {
        let kind = token.kind();
        let (shown, input) = members(&token);
        read.push((kind, kind.to_owned()));
        written.push((kind, format!("{kind}Input")));
        schemas.push((kind.to_owned(), shown));
        schemas.push((format!("{kind}Input"), input));
    }
    schemas.push(("Token".to_owned(), by_type(&read)));
    schemas.push(("TokenInput".to_owned(), by_type(&written)));
    schemas
}

/// How a token is read and how it is written.
fn members(token: &Token) -> (Value, Value) {
    let style = ["bold", "italic", "strikethrough", "underline"].map(|flag| (flag, boolean()));
    let common = [("type", word(token.kind())), ("text", text())];
    match token {
        Token::Text { .. } => {
            let [kind, text] = common;
            let shown = closed(&[kind.clone(), text.clone(), ("style", closed(&[], &style))], &[("color", color())]);
            (shown, open(&[kind, text, ("style", open(&[], &style))], &[("color", nullable(color()))]))
        }
        Token::Link { .. } => {
            let target = |date| [("url", text()), ("entityId", refer("Uuid")), ("date", refer(date))];
            let shown = said(closed(&common, &target("Date")), "A link; one without a target has lost it.");
            let mut input = said(open(&common, &target("DateInput")), "A link with exactly one target.");
            input["oneOf"] = json!([{"required": ["url"]}, {"required": ["entityId"]}, {"required": ["date"]}]);
            (shown, input)
        }
        Token::Math { .. } | Token::Code { .. } => (closed(&common, &[]), open(&common, &[])),
    }
}

fn dates() -> Vec<(String, Value)> {
    let resolution = ("dateResolution", words(Resolution::WORDS.iter().map(|(word, _)| *word)));
    let times = |name| [("start", nullable(refer(name))), ("end", nullable(refer(name)))];
    let [start, end] = times("Timestamp");
    let shown = closed(&[resolution.clone(), start, end], &[]);
    let [start, end] = times("Instant");
    let input = open(&[start], &[resolution, end]);
    vec![
        (
            "Date".to_owned(),
            said(shown, "A day (as its midnight UTC), a time, or a range; without a start it is cleared."),
        ),
        ("DateInput".to_owned(), said(input, "A day unless `dateResolution` says otherwise; `start: null` clears it.")),
    ]
}

/// A theme colour.
pub(super) fn color() -> Value {
    refer("Color")
}
