//! What came of an import: what maps to what, what is lost, and what is wrong with single files.

use std::fmt;

use palimpsest_model::SpaceId;
use serde::{Deserialize, Serialize};

/// The applications whose files are understood.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Dialect {
    /// An export of Capacities: notes that name their type.
    Capacities,
    /// A vault of Obsidian.
    Obsidian,
    /// Folders of Markdown.
    Markdown,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Capacities => "export of Capacities",
            Self::Obsidian => "vault of Obsidian",
            Self::Markdown => "Markdown",
        })
    }
}

/// What came of an import, or what would come of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What the source was taken for.
    pub source: Dialect,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// The space.
    pub space: SpaceId,
    /// Its revision before.
    pub before: u64,
    /// Its revision afterwards.
    pub revision: u64,
    /// What notes and rows become.
    pub structures: Vec<StructureLine>,
    /// Notes.
    pub notes: Tally,
    /// Rows of tables.
    pub rows: Tally,
    /// Other files.
    pub media: Tally,
    /// Tags that are named.
    pub tags: Tally,
    /// Links that lead to an object.
    pub links: usize,
    /// Links that lead nowhere and stay text.
    pub dangling: usize,
    /// What becomes something else, or is left out, in how many files.
    pub notices: Vec<Notice>,
    /// What is wrong with single files.
    pub problems: Vec<FileProblem>,
    /// How many problems are not listed.
    pub more_problems: usize,
}

/// How many of a kind there are, and what came of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// They are new.
    pub made: usize,
    /// They were there, as the source has them.
    pub there: usize,
    /// They were there and differ from the source; they are left as they are.
    pub differing: usize,
    /// They could not be had.
    pub refused: usize,
}

/// An object type of the space, and what of it is new.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StructureLine {
    /// Its title.
    pub title: String,
    /// Whether it is new.
    pub made: bool,
    /// How many notes and rows become objects of it.
    pub objects: usize,
    /// What keys and columns become.
    pub properties: Vec<PropertyLine>,
}

/// A property, and what of it is new.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PropertyLine {
    /// Its name.
    pub name: String,
    /// The type of its values.
    pub kind: String,
    /// Whether it is new.
    pub made: bool,
    /// How many options are new, of a label.
    pub options: usize,
}

/// Something that becomes something else, or is left out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// What.
    pub what: String,
    /// In how many files.
    pub files: usize,
    /// One of them.
    pub example: String,
}

/// What is wrong with a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileProblem {
    /// Its path in the source.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl Report {
    /// A report that tells nothing yet.
    pub(crate) fn new(source: Dialect, dry_run: bool, space: SpaceId) -> Self {
        Self {
            source,
            dry_run,
            space,
            before: 0,
            revision: 0,
            structures: Vec::new(),
            notes: Tally::default(),
            rows: Tally::default(),
            media: Tally::default(),
            tags: Tally::default(),
            links: 0,
            dangling: 0,
            notices: Vec::new(),
            problems: Vec::new(),
            more_problems: 0,
        }
    }

    /// Whether anything of the source is in the space now, or would be.
    #[must_use]
    pub fn has_any(&self) -> bool {
        [self.notes, self.rows, self.media].iter().any(|tally| tally.made + tally.there + tally.differing > 0)
    }

    /// Notes what is wrong with a file; beyond `most` they are counted.
    pub(crate) fn problem(&mut self, path: &str, message: impl Into<String>, most: usize) {
        if self.problems.len() < most {
            self.problems.push(FileProblem { path: path.to_owned(), message: message.into() });
        } else {
            self.more_problems += 1;
        }
    }

    /// Notes what becomes something else in a file.
    pub(crate) fn notice(&mut self, what: &str, path: &str) {
        match self.notices.iter_mut().find(|notice| notice.what == what) {
            Some(notice) => notice.files += 1,
            None => {
                let notice = Notice { what: what.to_owned(), files: 1, example: path.to_owned() };
                self.notices.push(notice);
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (done, made) = if self.dry_run { ("Would import", "would be made") } else { ("Imported", "made") };
        writeln!(f, "{done}: {}", self.source)?;
        for structure in &self.structures {
            let new = if structure.made { " (new type)" } else { "" };
            writeln!(f, "  {} → {}{new}", count(structure.objects, "object"), structure.title)?;
            for property in &structure.properties {
                let new = if property.made { ", new" } else { "" };
                let options = match property.options {
                    0 => String::new(),
                    options => format!(", {}", count(options, "new option")),
                };
                writeln!(f, "    {}: {}{new}{options}", property.name, property.kind)?;
            }
        }
        let tallies = [("notes", self.notes), ("rows", self.rows), ("media", self.media), ("tags", self.tags)];
        for (name, Tally { made: new, there, differing, refused }) in tallies {
            if new + there + differing + refused > 0 {
                writeln!(
                    f,
                    "{name}: {new} {made}, {there} already there, {differing} there and different (left as they are), \
                     {refused} refused"
                )?;
            }
        }
        writeln!(f, "links: {} lead to an object, {} lead nowhere and stay text", self.links, self.dangling)?;
        for Notice { what, files, example } in &self.notices {
            writeln!(f, "note: {what} ({}, such as {example})", count(*files, "file"))?;
        }
        if self.revision == self.before {
            writeln!(f, "revision {}, as before", self.revision)
        } else {
            writeln!(f, "revision {} (before: {})", self.revision, self.before)
        }
    }
}

fn count(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
