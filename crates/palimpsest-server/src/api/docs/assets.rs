//! Swagger UI, taken out of the archive that its crate carries.

use std::io::{Cursor, Read};
use std::sync::LazyLock;

use bytes::Bytes;
use http::StatusCode;
use palimpsest_engine::Engine;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

use crate::answer::Answer;
use crate::document::shape::text;
use crate::document::{Description, Success};

const CSS: &str = "text/css";
const SCRIPT: &str = "text/javascript";

static STYLE: LazyLock<Bytes> = LazyLock::new(|| unpack("/dist/swagger-ui.css").unwrap_or_default());
static BUNDLE: LazyLock<Bytes> = LazyLock::new(|| unpack("/dist/swagger-ui-bundle.js").unwrap_or_default());

/// The file whose name ends like this. The archive is part of the program, and a test reads both files from it.
fn unpack(ending: &str) -> Option<Bytes> {
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED)).ok()?;
    let name = archive.file_names().flatten().find(|name| name.ends_with(ending))?.into_owned();
    let mut bytes = Vec::new();
    archive.by_name(&name).ok()?.read_to_end(&mut bytes).ok()?;
    Some(bytes.into())
}

pub(crate) fn style(_engine: &Engine) -> Answer {
    Answer { media: CSS, ..Answer::plain(StatusCode::OK, STYLE.clone()) }
}

pub(crate) fn describe_style() -> Description {
    let style = Success::plain(StatusCode::OK, "A style sheet.", CSS, text());
    Description::new("docs.style", "How the page looks").answers(style)
}

pub(crate) fn bundle(_engine: &Engine) -> Answer {
    Answer { media: SCRIPT, ..Answer::plain(StatusCode::OK, BUNDLE.clone()) }
}

pub(crate) fn describe_bundle() -> Description {
    let script = Success::plain(StatusCode::OK, "A script.", SCRIPT, text());
    Description::new("docs.bundle", "What draws the page").answers(script)
}
