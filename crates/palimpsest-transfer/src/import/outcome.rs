//! What came of an import, whatever was imported.

use std::fmt;
use std::sync::Arc;

use palimpsest_engine::Engine;
use palimpsest_model::SpaceId;
use serde::{Deserialize, Serialize};

use super::ImportError;
use super::Teller;
use super::report::Report;
use super::source::Source;
use crate::form::{MANIFEST, Manifest};
use crate::lossless;

/// What came of an import.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Imported {
    /// Of files from elsewhere.
    Files(Report),
    /// Of an export of our own.
    Export(lossless::Report),
}

impl Imported {
    /// Whether anything of the source is in the space now, or would be.
    #[must_use]
    pub fn has_any(&self) -> bool {
        match self {
            Self::Files(report) => report.has_any(),
            Self::Export(report) => report.adopted + report.present > 0 || report.refused.is_empty(),
        }
    }

    /// What is wrong with single files: their paths, and what it is.
    #[must_use]
    pub fn problems(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Files(report) => report.problems.iter().map(|it| (it.path.as_str(), it.message.as_str())).collect(),
            Self::Export(report) => report.refused.iter().map(|it| (it.path.as_str(), it.message.as_str())).collect(),
        }
    }

    /// How many problems are not listed.
    #[must_use]
    pub fn more_problems(&self) -> usize {
        match self {
            Self::Files(report) => report.more_problems,
            Self::Export(report) => report.more_refused,
        }
    }
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = match self {
            Self::Files(report) => return report.fmt(f),
            Self::Export(report) => report,
        };
        let done = if report.dry_run { "Would import" } else { "Imported" };
        let into = if report.new_space { "the new space" } else { "the space" };
        writeln!(f, "{done}: export of Palimpsest, into {into} {}", report.space)?;
        let refused = report.refused.len() + report.more_refused;
        writeln!(f, "objects: {} taken over, {} already there, {refused} refused", report.adopted, report.present)?;
        writeln!(f, "files: {} brought", report.files)?;
        for what in &report.differing {
            writeln!(f, "note: {what} differs and is left as it is")?;
        }
        Ok(())
    }
}

/// Takes over an export of our own: into the space that is named, else into the one it comes from, else into a new one.
pub(super) async fn take_over(
    engine: &Engine,
    space: Option<&str>,
    source: Arc<Source>,
    dry_run: bool,
    tell: &Teller,
) -> Result<lossless::Report, ImportError> {
    let own = Arc::clone(&source);
    let into = match space {
        Some(space) => Some(engine.find_space(Some(space)).await?),
        None => match super::aside(move || origin_of(&own)).await? {
            Some(origin) => engine.find_space(Some(&origin.to_string())).await.ok(),
            None => None,
        },
    };
    Ok(lossless::adopt_source(engine, into, source, dry_run, tell).await?)
}

/// The space that an export was made of, as far as its manifest says.
fn origin_of(source: &Source) -> Option<SpaceId> {
    let text = source.text(source.file(MANIFEST)?, &lossless::limits()).ok()?;
    let manifest: Manifest = serde_json::from_str(&text).ok()?;
    Some(manifest.space.id)
}
