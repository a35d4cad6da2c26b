//! The first look at a source: what its files are and what their fronts say. Bodies are read again later, one by one.

use palimpsest_markdown::{Document, Yaml, split_document, split_title};

use super::index::is_note;
use super::keys::{Front, sort};
use super::limits::Limits;
use super::report::{Dialect, Report};
use super::source::Source;
use super::table::{Row, read_table};

/// What a source holds.
pub(crate) struct Survey {
    /// What it was taken for.
    pub(crate) dialect: Dialect,
    /// The notes and the rows of tables.
    pub(crate) pieces: Vec<Piece>,
    /// The other files, by their places among the files of the source.
    pub(crate) media: Vec<usize>,
    /// What is wrong with single files, and what is left out of them.
    pub(crate) findings: Vec<Finding>,
}

/// Something of which an object is made.
pub(crate) struct Piece {
    /// Where it stands, as people are told.
    pub(crate) path: String,
    /// The folder it stands in.
    pub(crate) folder: String,
    /// Where it comes from.
    pub(crate) from: From,
    /// Its title.
    pub(crate) title: String,
    /// What its front says.
    pub(crate) front: Front,
}

/// Where a piece comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum From {
    /// A note: its place among the files of the source.
    Note(usize),
    /// A row of a table: the place of the table.
    Row(usize),
}

/// What is found in a file.
pub(crate) enum Finding {
    /// It cannot be read, wholly or in part.
    Problem(String, String),
    /// A note or row of which no object can be made.
    Refused(From, String, String),
    /// So many rows of a table cannot be read; what is wrong with them is told by itself.
    RefusedRows(usize),
    /// A part of it becomes something else, or is left out.
    Notice(String, &'static str),
}

impl Finding {
    pub(crate) fn tell(&self, report: &mut Report, limits: &Limits) {
        match self {
            Self::Problem(path, message) => report.problem(path, message, limits.problems),
            Self::Refused(from, path, message) => {
                match from {
                    From::Note(_) => report.notes.refused += 1,
                    From::Row(_) => report.rows.refused += 1,
                }
                report.problem(path, message, limits.problems);
            }
            Self::RefusedRows(count) => report.rows.refused += count,
            Self::Notice(path, what) => report.notice(what, path),
        }
    }
}

/// Looks at all files; `done` is told after each.
pub(crate) fn survey(source: &Source, limits: &Limits, done: &mut dyn FnMut(usize)) -> Survey {
    let mut findings = Vec::new();
    let mut notes = Vec::new();
    let (mut tables, mut media) = (Vec::new(), Vec::new());
    for (at, file) in source.files.iter().enumerate() {
        if is_note(&file.path) {
            match source.text(file, limits).and_then(|text| look(&text, limits)) {
                Ok(look) => notes.push((at, look)),
                Err(message) => findings.push(Finding::Refused(From::Note(at), file.path.clone(), message)),
            }
        } else if file.path.to_lowercase().ends_with(".csv") {
            tables.push(at);
        } else {
            media.push(at);
        }
        done(at + 1);
    }
    let dialect = dialect_of(source, notes.iter().map(|(_, look)| look));
    let mut pieces = Vec::new();
    for (at, look) in notes {
        let path = source.files[at].path.clone();
        if look.is_broken {
            let message = "the front matter cannot be read as YAML: it stays text".to_owned();
            findings.push(Finding::Problem(path.clone(), message));
        }
        let front = sort(look.entries, dialect);
        findings.extend(front.notices.iter().map(|what| Finding::Notice(path.clone(), what)));
        let name = stem(&path).to_owned();
        let heading = look.heading.filter(|_| dialect != Dialect::Obsidian);
        let title = front.title.clone().or(heading).unwrap_or(name);
        pieces.push(Piece { folder: folder_of(&path).to_owned(), path, from: From::Note(at), title, front });
    }
    let mut room = limits.cells;
    for at in tables {
        match source.text(&source.files[at], limits).and_then(|text| read_table(&text, limits, &mut room)) {
            Ok(table) => {
                let path = &source.files[at].path;
                findings.push(Finding::RefusedRows(table.refused));
                findings.extend(table.problems.into_iter().map(|message| Finding::Problem(path.clone(), message)));
                pieces.extend(table.rows.into_iter().map(|row| row_piece(path, at, row)));
            }
            Err(message) => findings.push(Finding::Problem(source.files[at].path.clone(), message)),
        }
    }
    Survey { dialect, pieces, media, findings }
}

fn row_piece(path: &str, at: usize, row: Row) -> Piece {
    // In a table the column `type` means nothing else than any other.
    let mut front = sort(row.cells, Dialect::Markdown);
    front.kind = Some(stem(path).to_owned());
    let (folder, path) = (folder_of(path).to_owned(), format!("{path}, line {}", row.line));
    Piece { path, folder, from: From::Row(at), title: row.title, front }
}

/// So many letters a heading has that is taken for a title.
const HEADING: usize = 500;

/// What a note looks like from the front.
struct Look {
    entries: Vec<(String, Yaml)>,
    heading: Option<String>,
    is_broken: bool,
}

fn look(text: &str, limits: &Limits) -> Result<Look, String> {
    let front = front_length(text);
    if front.is_some_and(|length| length > limits.front_matter) {
        return Err(format!("the front matter is longer than {} bytes", limits.front_matter));
    }
    let Document { front_matter, body } = split_document(text);
    let is_broken = front_matter.is_none() && front.is_some_and(|length| length > 0);
    let entries = front_matter.map(palimpsest_markdown::FrontMatter::into_entries).unwrap_or_default();
    if entries.len() > limits.keys {
        return Err(format!("the front matter has more than {} keys", limits.keys));
    }
    // One that is longer stays in the text.
    let heading = split_title(body).map(|(title, _)| title).filter(|title| title.chars().count() <= HEADING);
    Ok(Look { entries, heading, is_broken })
}

/// How many bytes stand between the two lines of dashes at the start, if there are two.
fn front_length(text: &str) -> Option<usize> {
    let whole = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut lines = whole.split_inclusive('\n');
    lines.next().filter(|line| line.trim_end() == "---")?;
    let mut length = 0;
    for line in lines {
        if line.trim_end() == "---" {
            return Some(length);
        }
        length += line.len();
    }
    None
}

/// A vault has its folder of settings; the notes of Capacities name their types.
fn dialect_of<'l>(source: &Source, looks: impl Iterator<Item = &'l Look>) -> Dialect {
    if source.hidden.iter().any(|name| name.split('/').next() == Some(".obsidian")) {
        return Dialect::Obsidian;
    }
    let (mut typed, mut all) = (0_usize, 0_usize);
    for look in looks {
        all += 1;
        let is_type = |(key, value): &(String, Yaml)| key == "type" && matches!(value, Yaml::Text(_));
        typed += usize::from(look.entries.iter().any(is_type));
    }
    if typed > 0 && typed * 2 >= all { Dialect::Capacities } else { Dialect::Markdown }
}

/// The name of a file.
pub(crate) fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The name of a file without its ending.
pub(crate) fn stem(path: &str) -> &str {
    let name = name_of(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The folder of a file.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
