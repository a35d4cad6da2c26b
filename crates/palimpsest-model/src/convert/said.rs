//! What a value says as text, and the value that a text means. Reading is generous; whoever converts checks that what was read
//! says the same again.

use super::WhyNot;
use crate::date::{DatePayload, Resolution};
use crate::number::Number;
use crate::structure::PropertyKind;
use crate::time::Timestamp;
use crate::token::Token;
use crate::value::Value;

/// What a value of the kind `from` says; `to` is the kind that asks.
pub(super) fn say(value: &Value, from: &PropertyKind, to: &PropertyKind) -> Result<String, WhyNot> {
    let never = WhyNot::Kinds { from: value.kind(), to: to.name().unwrap_or("blocks") };
    match (value, from) {
        (Value::Text(Some(text)) | Value::Url(Some(text)), _) => Ok(text.clone()),
        (Value::Number(Some(number)), _) => Ok(number.to_string()),
        (Value::Boolean(Some(flag)), _) => Ok(flag.to_string()),
        (Value::Date(DatePayload { resolution, start: Some(start), end }), _) => {
            let written = |time: &Timestamp| written(*time, *resolution);
            Ok(match end {
                None => written(start),
                Some(end) => format!("{}/{}", written(start), written(end)),
            })
        }
        (Value::Label(chosen), PropertyKind::Label { options, .. }) => {
            let [id] = &chosen[..] else { return Err(WhyNot::Several) };
            let option = options.iter().find(|option| option.id == *id);
            option.map(|option| option.name.clone()).ok_or(WhyNot::NoOption)
        }
        (Value::RichText(tokens), _) => match &tokens[..] {
            [Token::Text { text, style, color: None }] if style.is_plain() => Ok(text.clone()),
            _ => Err(WhyNot::Styled),
        },
        _ => Err(never),
    }
}

/// The value of the kind `to` that a text means; `value` is the one that says it.
pub(super) fn read(text: &str, to: &PropertyKind, value: &Value) -> Result<Value, WhyNot> {
    let never = || WhyNot::Kinds { from: value.kind(), to: to.name().unwrap_or("blocks") };
    let read = match to {
        PropertyKind::Text => Some(Value::Text(Some(text.to_owned()))),
        PropertyKind::Number => serde_json::from_str::<Number>(text).ok().map(|number| Value::Number(Some(number))),
        PropertyKind::Boolean => text.parse().ok().map(|flag| Value::Boolean(Some(flag))),
        PropertyKind::Url => is_url(text).then(|| Value::Url(Some(text.to_owned()))),
        PropertyKind::Date => date(text).map(Value::Date),
        PropertyKind::Label { options, .. } => {
            let option = options.iter().find(|option| option.name == text).ok_or(WhyNot::NoOption)?;
            Some(Value::Label(vec![option.id.clone()]))
        }
        PropertyKind::RichText => Some(Value::RichText(vec![Token::plain(text)])),
        _ => return Err(never()),
    };
    read.ok_or_else(|| WhyNot::Unreadable(to.name().unwrap_or("blocks")))
}

/// `2026-11-22`, or `2026-11-22T14:05:00.000Z`.
fn written(time: Timestamp, resolution: Resolution) -> String {
    let whole = time.to_string();
    match (resolution, whole.split_once('T')) {
        (Resolution::Day, Some((day, _))) => day.to_owned(),
        _ => whole,
    }
}

/// A day, an instant, or two of either with a stroke between, as ISO 8601 writes intervals.
fn date(text: &str) -> Option<DatePayload> {
    let (start, end) = text.split_once('/').map_or((text, None), |(start, end)| (start, Some(end)));
    let resolution = if start.contains('T') { Resolution::Time } else { Resolution::Day };
    let end = match end {
        None => None,
        Some(end) => Some(Timestamp::parse(end)?),
    };
    Some(DatePayload { resolution, start: Some(Timestamp::parse(start)?), end })
}

/// Whether it is an absolute URL: a scheme, a colon, something behind it and no blank; on the web also a host.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let named = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter));
    let on_the_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let host = rest.strip_prefix("//").is_some_and(|rest| rest.starts_with(|first: char| !"/?#".contains(first)));
    let blank = |letter: char| letter.is_whitespace() || letter.is_control();
    named && !rest.is_empty() && (host || !on_the_web) && !text.contains(blank)
}
