//! Conditions of a request (RFC 9110 §13.1): read from its headers, and for reads decided here.

use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};
use palimpsest_engine::{Code, Condition, Tags};

use crate::answer::{Answer, Failure};

/// Reads the conditions of a request; `merge` as it prefers.
pub(crate) fn read(headers: &HeaderMap, merge: bool) -> Condition {
    Condition { if_match: tags(headers, &IF_MATCH), if_none_match: tags(headers, &IF_NONE_MATCH), merge }
}

/// The entity tags of all fields of a name; what is no entity tag stays as it is and matches nothing.
fn tags(headers: &HeaderMap, name: &HeaderName) -> Option<Tags> {
    let mut fields = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let first = fields.next()?;
    Some(read_tags(&fields.fold(first, |all, field| all + "," + field)))
}

/// Reads a list of entity tags, or `*`.
pub(crate) fn read_tags(field: &str) -> Tags {
    let mut tags = Vec::new();
    split(field, &mut tags);
    if tags.iter().any(|tag| tag == "*") { Tags::Any } else { Tags::Of(tags) }
}

/// Splits a list at the commas outside of quotation marks.
fn split(field: &str, tags: &mut Vec<String>) {
    let mut is_quoted = false;
    let parts = field.split(|character| {
        is_quoted ^= character == '"';
        character == ',' && !is_quoted
    });
    tags.extend(parts.map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned));
}

/// Refuses conditions: what the call is about has no versions.
pub(crate) fn refuse(headers: &HeaderMap) -> Result<(), Failure> {
    let has = [(IF_MATCH, "If-Match"), (IF_NONE_MATCH, "If-None-Match")];
    match has.iter().find(|(header, _)| headers.contains_key(header)) {
        Some((_, name)) => {
            let message =
                format!("✖ This call takes no condition: it is about something without versions\n  → at {name}");
            Err(Failure::new(Code::InvalidInput, message))
        }
        None => Ok(()),
    }
}

/// What is left of the answer to a read under its conditions: nothing but its headers when the client has these bytes.
pub(crate) fn apply(condition: &Condition, answer: Answer) -> Result<Answer, Failure> {
    let Some(etag) = answer.etag else { return Ok(answer) };
    condition.check_read(answer.object, &etag, answer.revision.unwrap_or_default())?;
    let is_known = condition.if_none_match.as_ref().is_some_and(|tags| tags.name_bytes(&etag));
    Ok(if is_known { Answer { status: StatusCode::NOT_MODIFIED, body: None, ..answer } } else { answer })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn matching(fields: &[&str]) -> Option<Tags> {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(IF_MATCH, HeaderValue::try_from(*field).unwrap());
        }
        read(&headers, false).if_match
    }

    #[test]
    fn entity_tags_are_read_from_all_fields() {
        let of = |tags: &[&str]| Some(Tags::Of(tags.iter().map(|tag| (*tag).to_owned()).collect()));
        assert_eq!(matching(&[]), None);
        assert_eq!(matching(&["*"]), Some(Tags::Any));
        assert_eq!(matching(&["\"a\""]), of(&["\"a\""]));
        assert_eq!(matching(&["\"a\" ,W/\"b,c\"", "\"d\""]), of(&["\"a\"", "W/\"b,c\"", "\"d\""]));
        assert_eq!(matching(&["nonsense, \"open"]), of(&["nonsense", "\"open"]));
        assert_eq!(matching(&[""]), of(&[]));
    }
}
