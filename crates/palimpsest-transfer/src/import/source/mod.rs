//! Where files come from: a folder or a zip archive. Only what lies in it is read, and nothing is written.

mod archive;
mod bytes;
mod folder;

use std::cell::Cell;
use std::io::Read;
use std::path::{Path, PathBuf};

use archive::Archive;
use unicode_normalization::UnicodeNormalization;

use super::limits::Limits;
use super::report::FileProblem;

/// A source that cannot be read at all.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub(crate) String);

/// Files, and what is wrong with those that are none of them.
#[derive(Clone)]
pub(crate) struct Source {
    /// The files, by their paths.
    pub(crate) files: Vec<File>,
    /// The names of the folders at the top that are not read, such as `.obsidian`.
    pub(crate) hidden: Vec<String>,
    /// The files that are refused.
    pub(crate) problems: Vec<FileProblem>,
    place: Place,
}

/// A file of a source.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Its path from the top, with `/` between, composed (NFC).
    pub(crate) path: String,
    /// How many bytes it has.
    pub(crate) size: u64,
    at: At,
}

#[derive(Clone, Debug)]
enum At {
    Folder(PathBuf),
    Archive(usize),
}

#[derive(Clone)]
enum Place {
    Folder,
    Archive(Box<Archive>),
}

/// So many bytes are read at once.
const CHUNK: usize = 64 << 10;

/// Whether a file of a name may lie at the top.
type Has<'h> = dyn Fn(&str) -> bool + 'h;

impl Source {
    /// Looks at what is at a path.
    pub(crate) fn open(path: &Path, limits: &Limits) -> Result<Self, Unreadable> {
        Self::open_with(path, &|_| limits)
    }

    /// The same, under limits that depend on whether a file of a name may lie at the top.
    fn open_with<'l>(path: &Path, limits: &dyn Fn(&Has<'_>) -> &'l Limits) -> Result<Self, Unreadable> {
        let say = |error: std::io::Error| Unreadable(format!("{}: {error}", path.display()));
        let mut source = match std::fs::metadata(path).map_err(say)? {
            found if found.is_dir() => {
                let has = |name: &str| std::fs::symlink_metadata(path.join(name)).is_ok_and(|found| found.is_file());
                folder::look(path, limits(&has))?
            }
            found if found.is_file() => {
                let zip = archive::open(path)?;
                let has = |name: &str| archive::may_have(&zip, name);
                let limits = limits(&has);
                archive::look(zip, path, limits)?
            }
            _ => return Err(Unreadable(format!("{}: neither a folder nor an archive", path.display()))),
        };
        source.files.sort_by(|one, other| one.path.cmp(&other.path));
        source.drop_doubles();
        Ok(source)
    }

    /// Looks at what is at a path, under other limits when a file of this name lies at its top. Answers whether it does.
    pub(crate) fn open_marked(
        path: &Path,
        mark: &str,
        marked: &Limits,
        limits: &Limits,
    ) -> Result<(Self, bool), Unreadable> {
        let may_be = Cell::new(false);
        let choose = |has: &Has<'_>| {
            may_be.set(has(mark));
            if may_be.get() { marked } else { limits }
        };
        let source = Self::open_with(path, &choose)?;
        match source.file(mark).is_some() {
            true => Ok((source, true)),
            false if !may_be.get() => Ok((source, false)),
            // It lies in a folder that is not the top, or is no file that can be read.
            false => Ok((Self::open(path, limits)?, false)),
        }
    }

    /// The file of a path.
    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Refuses files whose paths are the same once composed.
    fn drop_doubles(&mut self) {
        let problems = &mut self.problems;
        self.files.dedup_by(|later, earlier| {
            let is_double = later.path == earlier.path;
            if is_double {
                problems.push(refusal(&later.path, "another file has the same name"));
            }
            is_double
        });
    }

    /// Takes away the one folder that everything lies in, as archives often have it. What is hidden beside it speaks against
    /// that, such as the settings of a vault; what some systems add to every archive does not.
    fn without_top(mut self) -> Self {
        let top = self.files.first().and_then(|file| file.path.split_once('/')).map(|(top, _)| format!("{top}/"));
        let is_added = |name: &str| name.split('/').any(|part| part == "__MACOSX" || part == ".DS_Store");
        let is_in = |top: &String| {
            self.files.iter().all(|file| file.path.starts_with(top))
                && self.hidden.iter().all(|name| name.starts_with(top) || is_added(name))
        };
        let Some(top) = top.filter(is_in) else {
            return self;
        };
        for file in &mut self.files {
            file.path.drain(..top.len());
        }
        self.hidden = self.hidden.iter().filter_map(|name| name.strip_prefix(&top)).map(str::to_owned).collect();
        self
    }

    /// Calls `take` with the bytes of a file, piece by piece, until it says stop.
    pub(crate) fn copy(&self, file: &File, take: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), String> {
        let say = |error: std::io::Error| error.to_string();
        match (&file.at, &self.place) {
            (At::Folder(path), _) => {
                // It may have become something else since it was looked at.
                let found = std::fs::symlink_metadata(path).map_err(say)?;
                if !found.is_file() {
                    return Err("this is no file any more".to_owned());
                }
                pump(std::fs::File::open(path).map_err(say)?, file.size, take)
            }
            (At::Archive(index), Place::Archive(archive)) => archive.clone().copy(*index, file.size, take),
            (At::Archive(_), Place::Folder) => Err("this is no archive".to_owned()),
        }
    }

    /// The text of a file.
    pub(crate) fn text(&self, file: &File, limits: &Limits) -> Result<String, String> {
        if file.size > limits.text {
            return Err(format!("longer than {} bytes", limits.text));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(file.size).unwrap_or_default());
        self.copy(file, &mut |piece| {
            bytes.extend_from_slice(piece);
            true
        })?;
        String::from_utf8(bytes).map_err(|_| "not a text in UTF-8".to_owned())
    }
}

/// Hands out what a reader gives; it must be exactly as many bytes as were announced.
fn pump(mut reader: impl Read, size: u64, take: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), String> {
    let mut buffer = vec![0; CHUNK];
    let mut left = size;
    loop {
        let read = reader.read(&mut buffer).map_err(|error| error.to_string())?;
        if read == 0 {
            return if left == 0 { Ok(()) } else { Err("shorter than announced".to_owned()) };
        }
        left = left.checked_sub(read as u64).ok_or("longer than announced")?;
        if !take(&buffer[..read]) {
            return Err("given up".to_owned());
        }
    }
}

/// What a path is.
#[derive(PartialEq, Eq, Debug)]
enum Named {
    /// A file with this path, composed.
    File(String),
    /// Something that no one wrote, such as settings: it is not read.
    Hidden,
}

/// Judges the path of a file: no way out of the source, nothing hidden.
fn judge(path: &str, limits: &Limits) -> Result<Named, &'static str> {
    let parts: Vec<_> = path.split('/').collect();
    let has_drive =
        path.as_bytes().get(1) == Some(&b':') && path.starts_with(|first: char| first.is_ascii_alphabetic());
    if path.starts_with('/') || has_drive {
        return Err("an absolute path");
    }
    if parts.contains(&"..") || path.contains('\\') {
        return Err("a path that leads out of the source");
    }
    if parts.iter().any(|part| part.is_empty() || *part == ".") || path.chars().any(char::is_control) {
        return Err("not a path");
    }
    if path.len() > limits.path || parts.len() > limits.depth {
        return Err("the path is too long");
    }
    if parts.iter().any(|part| part.starts_with('.') || *part == "__MACOSX") {
        return Ok(Named::Hidden);
    }
    Ok(Named::File(path.nfc().collect()))
}

fn refusal(path: &str, message: &str) -> FileProblem {
    FileProblem { path: path.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_mark_at_the_top_chooses_the_limits() {
        let (marked, limits) = (Limits::default(), Limits { entries: 2, ..Limits::default() });
        let root = tempfile::tempdir().unwrap();
        let open = || Source::open_marked(root.path(), "mark.json", &marked, &limits);
        for name in ["a", "b", "c"] {
            std::fs::write(root.path().join(name), "").unwrap();
        }
        assert!(open().is_err());
        std::fs::create_dir(root.path().join("mark.json")).unwrap();
        assert!(open().is_err());
        std::fs::remove_dir(root.path().join("mark.json")).unwrap();
        std::fs::write(root.path().join("mark.json"), "").unwrap();
        assert!(open().is_ok_and(|(source, is_marked)| is_marked && source.files.len() == 4));
    }

    #[test]
    fn only_paths_inside_are_files() {
        let check = |path: &str, expected: Result<Named, &str>| {
            assert_eq!(judge(path, &Limits::default()).map_err(|_| ""), expected, "{path:?}");
        };
        let file = |path: &str| Ok(Named::File(path.to_owned()));
        check("a.md", file("a.md"));
        check("a/b c/d.md", file("a/b c/d.md"));
        check("a..b/c", file("a..b/c"));
        check("u\u{308}.md", file("\u{fc}.md"));
        check(".obsidian/app.json", Ok(Named::Hidden));
        check("a/.trash/b.md", Ok(Named::Hidden));
        for path in ["../a", "a/../b", "/a", "C:/a", "c:a", "a\\b", "..", "a//b", "./a", "a/./b", "", "a\0", "a\nb"] {
            check(path, Err(""));
        }
        check(&"a/".repeat(65), Err(""));
        check(&"a".repeat(2_000), Err(""));
    }

    proptest! {
        #[test]
        fn no_path_leads_out(path in r"([a-zäü.]{1,4}|\.\.|[/\\:\x00-\x1f ]|C:){0,12}") {
            if let Ok(Named::File(path)) = judge(&path, &Limits::default()) {
                let root = Path::new("/top/of/it");
                let joined = root.join(&path);
                prop_assert!(joined.starts_with(root));
                prop_assert!(joined.components().all(|part| !matches!(part, std::path::Component::ParentDir)));
            }
        }
    }
}
