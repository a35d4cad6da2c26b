//! POST /save-weblink.

use http::StatusCode;
use palimpsest_engine::{Code, CreateFromUrl, Notes as Text, Operation};
use palimpsest_model::{MAX_MARKDOWN, Node, Reading as Notes, SpaceId, Value as Property};
use serde_json::{Value, json};

use super::{of_a_space, read_space, read_text};
use crate::answer::{Answer, Failure};
use crate::api::object::link::read_url;
use crate::document::shape::{refer, said, text};
use crate::document::{Description, Success};
use crate::endpoint::{BetaCall, Reading};

const LONGEST_TITLE: usize = 500;
const LONGEST_DESCRIPTION: usize = 1000;
/// The most tags.
const MOST: usize = 30;

pub(crate) fn call(call: BetaCall) -> Reading {
    Box::pin(async move {
        let (space, create) = call.input.body(|body, notes| {
            let space = read_space(body, notes);
            let url = read_url(&body.get("url"), notes);
            let title = body.get("titleOverwrite").given(notes, |node, notes| read_text(node, notes, LONGEST_TITLE));
            let about = body.get("descriptionOverwrite");
            let about = about.given(notes, |node, notes| read_text(node, notes, LONGEST_DESCRIPTION));
            let tags = body.get("tags").given(notes, read_tags);
            let markdown = body.get("mdText").given(notes, |node, notes| read_text(node, notes, MAX_MARKDOWN));
            let (title, about) = (title?.filter(|title| !title.trim().is_empty()), about?);
            let title = title.map(|title| ("title".into(), Property::Title(Some(title))));
            let about = about.map(|about| ("description".into(), Property::Text(Some(about))));
            let create = CreateFromUrl {
                id: None,
                url: url?,
                properties: title.into_iter().chain(about).collect(),
                tags: tags?.unwrap_or_default(),
                notes: Text::Markdown(markdown?.unwrap_or_default()),
                page: None,
            };
            Some((space?, create))
        })?;
        let tags = create.tags.clone();
        let written = call.execute(space, Operation::CreateFromUrl(create)).await?;
        let shown = written.shown.as_ref().ok_or_else(Failure::internal)?;
        let body = saved(space, &shown.body, &tags).ok_or_else(Failure::internal)?;
        let answer = Answer::plain(StatusCode::OK, body);
        Ok(Answer { revision: Some(written.revision), ..answer })
    })
}

/// What the beta API tells of an object that was made.
fn saved(space: SpaceId, object: &[u8], tags: &[String]) -> Option<Vec<u8>> {
    let object: Value = serde_json::from_slice(object).ok()?;
    let value = |id: &str, kind: &str| object["properties"][id][kind]["value"].as_str().unwrap_or_default().to_owned();
    let body = json!({
        "spaceId": space,
        "id": object["id"],
        "structureId": object["structureId"],
        "title": value("title", "title"),
        "description": value("description", "text"),
        "tags": tags,
    });
    serde_json::to_vec(&body).ok()
}

/// Names of tags, each once, without the blanks at their ends.
fn read_tags(node: &Node<'_, '_>, notes: &mut Notes) -> Option<Vec<String>> {
    let elements = node.elements(notes)?;
    if elements.len() > MOST {
        notes.problem(node, format!("Too big: expected array to have <={MOST} items"));
        return None;
    }
    // All are read, so that every problem is told.
    let read: Vec<_> = elements.map(|element| read_tag(&element, notes)).collect();
    let mut tags = Vec::new();
    for tag in read.into_iter().collect::<Option<Vec<_>>>()? {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Some(tags)
}

fn read_tag(node: &Node<'_, '_>, notes: &mut Notes) -> Option<String> {
    let name = node.string(notes)?.trim();
    if name.is_empty() {
        notes.problem(node, "Too small: expected string to have >=1 characters");
        return None;
    }
    Some(name.to_owned())
}

pub(crate) fn describe() -> Description {
    let most = |most: usize| json!({"type": "string", "maxLength": most});
    let tags = json!({"type": "array", "items": {"type": "string", "pattern": "\\S"}, "maxItems": MOST});
    let optional = [
        ("titleOverwrite", most(LONGEST_TITLE)),
        ("descriptionOverwrite", most(LONGEST_DESCRIPTION)),
        ("tags", said(tags, "Names of tags; those that are not there are made.")),
        ("mdText", said(most(MAX_MARKDOWN), "Markdown for its notes.")),
    ];
    Description::new("beta.saveWeblink", "Make a weblink of a URL")
        .about("Title and description are those of the page, when it is looked at, unless they are sent.")
        .body(of_a_space(&[("url", said(text(), "A URL of any scheme."))], &optional))
        .answers(Success::json("The weblink.", refer("BetaWeblink")))
        .refuses(&[Code::NotFound])
}
