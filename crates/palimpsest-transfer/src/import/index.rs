//! What links lead to: the notes, rows and files of a source by their paths, names and titles.

use std::collections::HashMap;

use palimpsest_model::{ObjectId, StructureId};
use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;

/// Something that a link may lead to.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The object.
    pub(crate) id: ObjectId,
    /// Its type.
    pub(crate) structure: StructureId,
    /// The title of its type.
    pub(crate) group: String,
    /// Its title.
    pub(crate) title: String,
    /// Its other names.
    pub(crate) aliases: Vec<String>,
    /// The path of its file; none of a row.
    pub(crate) path: Option<String>,
    /// The folder it lies in, without a slash at the end; empty at the top.
    pub(crate) folder: String,
    /// Whether links may lead there.
    pub(crate) is_there: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Index {
    targets: Vec<Target>,
    by_id: HashMap<ObjectId, usize>,
    by_path: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
    by_title: HashMap<String, Vec<usize>>,
}

/// The endings of notes.
const NOTES: [&str; 2] = [".md", ".markdown"];

/// Whether a path is that of a note.
pub(crate) fn is_note(path: &str) -> bool {
    let lower = path.to_lowercase();
    NOTES.iter().any(|ending| lower.ends_with(ending))
}

/// A name as it is looked up: composed, in lower case, without the ending of notes.
fn key(name: &str) -> String {
    let key = name.trim().nfc().collect::<String>().to_lowercase();
    let short = NOTES.iter().find_map(|ending| key.strip_suffix(ending)).map(str::to_owned);
    short.unwrap_or(key)
}

impl Index {
    /// Adds something.
    pub(crate) fn add(&mut self, target: Target) {
        let at = self.targets.len();
        self.by_id.insert(target.id, at);
        if let Some(path) = &target.path {
            let path = key(path);
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            self.by_path.entry(path).or_insert(at);
            self.by_name.entry(name).or_default().push(at);
        }
        for title in std::iter::once(&target.title).chain(&target.aliases) {
            let list = self.by_title.entry(key(title)).or_default();
            if list.last() != Some(&at) {
                list.push(at);
            }
        }
        self.targets.push(target);
    }

    /// Says that no link may lead to an object.
    pub(crate) fn lose(&mut self, id: ObjectId) {
        if let Some(target) = self.by_id.get(&id).and_then(|at| self.targets.get_mut(*at)) {
            target.is_there = false;
        }
    }

    /// The object of an id that links may lead to.
    pub(crate) fn get(&self, id: ObjectId) -> Option<&Target> {
        self.by_id.get(&id).and_then(|at| self.targets.get(*at)).filter(|target| target.is_there)
    }

    /// The files and notes of a title within the type of a title.
    pub(crate) fn in_group(&self, group: &str, title: &str) -> Option<&Target> {
        let group = group.to_lowercase();
        let called = self.by_title.get(&key(title))?;
        called
            .iter()
            .map(|at| &self.targets[*at])
            .find(|target| target.is_there && target.group.to_lowercase() == group)
    }

    /// The object of a title and a type.
    pub(crate) fn in_structure(&self, structure: StructureId, title: &str) -> Option<&Target> {
        let called = self.by_title.get(&key(title))?;
        called.iter().map(|at| &self.targets[*at]).find(|target| target.is_there && target.structure == structure)
    }

    /// What `[[name]]` means in a text of a folder: a path from the top, or from the folder, or the end of a path; the name of
    /// a file; else a title. Of several the nearest.
    pub(crate) fn named(&self, name: &str, folder: &str, among: &[StructureId]) -> Option<&Target> {
        let key = key(name);
        if key.is_empty() {
            return None;
        }
        if key.starts_with("./") || key.starts_with("../") {
            return self.at(&join(folder, &key)?, among);
        }
        let key = key.trim_start_matches('/');
        if key.contains('/') {
            let beside = || self.at(&join(folder, key)?, among);
            let last = key.rsplit('/').next().unwrap_or_default();
            let end = format!("/{key}");
            let ends = || {
                self.nearest(self.by_name.get(last)?, folder, among, |target| {
                    target.path.as_deref().is_some_and(|path| self::key(path).ends_with(&end))
                })
            };
            if let Some(found) = self.at(key, among).or_else(beside).or_else(ends) {
                return Some(found);
            }
        } else if let Some(found) =
            self.by_name.get(key).and_then(|called| self.nearest(called, folder, among, |_| true))
        {
            return Some(found);
        }
        self.nearest(self.by_title.get(key)?, folder, among, |_| true)
    }

    /// What a relative URL means in a text of a folder.
    pub(crate) fn linked(&self, url: &str, folder: &str) -> Option<&Target> {
        let path = relative_path(url)?;
        let path = key(&path);
        match path.strip_prefix('/') {
            Some(from_top) => self.at(from_top, &[]),
            None => self
                .at(&join(folder, &path)?, &[])
                .or_else(|| if path.starts_with('.') { None } else { self.named(&path, folder, &[]) }),
        }
    }

    fn at(&self, path: &str, among: &[StructureId]) -> Option<&Target> {
        let target = &self.targets[*self.by_path.get(path)?];
        (target.is_there && (among.is_empty() || among.contains(&target.structure))).then_some(target)
    }

    fn nearest(
        &self,
        called: &[usize],
        folder: &str,
        among: &[StructureId],
        fits: impl Fn(&Target) -> bool,
    ) -> Option<&Target> {
        let all = called.iter().map(|at| &self.targets[*at]);
        all.filter(|target| target.is_there && (among.is_empty() || among.contains(&target.structure)) && fits(target))
            .min_by_key(|target| (steps(folder, &target.folder), target.folder.matches('/').count(), &target.path))
    }
}

/// How many folders one goes up and down from one to the other.
fn steps(from: &str, to: &str) -> usize {
    let shared = parts(from).zip(parts(to)).take_while(|(one, other)| one == other).count();
    parts(from).count() + parts(to).count() - 2 * shared
}

fn parts(folder: &str) -> impl Iterator<Item = &str> {
    folder.split('/').filter(|part| !part.is_empty())
}

/// A path from a folder; nothing when it leads out of the source.
fn join(folder: &str, path: &str) -> Option<String> {
    let folder = folder.to_lowercase();
    let mut parts: Vec<&str> = parts(&folder).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The path that a relative URL names; nothing for every other URL.
pub(crate) fn relative_path(url: &str) -> Option<String> {
    let is_scheme = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'))
    };
    if url.starts_with("//") || url.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme)) {
        return None;
    }
    let path = url.split(['#', '?']).next().unwrap_or_default();
    let path = percent_decode_str(path).decode_utf8().ok()?;
    (!path.trim().is_empty()).then(|| path.into_owned())
}

#[cfg(test)]
mod tests {
    use palimpsest_model::BuiltIn;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn index(paths: &[&str]) -> Index {
        let mut index = Index::default();
        for (at, path) in paths.iter().enumerate() {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let title = path.rsplit('/').next().unwrap_or_default();
            index.add(Target {
                id: ObjectId(Uuid::from_u128(at as u128 + 1)),
                structure: StructureId::BuiltIn(BuiltIn::RootPage),
                group: "Page".to_owned(),
                title: key(title),
                aliases: vec![format!("alias {at}")],
                path: Some((*path).to_owned()),
                folder: folder.to_owned(),
                is_there: true,
            });
        }
        index
    }

    const PATHS: [&str; 7] =
        ["Note.md", "a/Note.md", "a/b/Note.md", "a/b/Other.md", "img/Pic.png", "c/Pic.png", "ü/Übung 1.md"];

    #[test]
    fn names_mean_the_nearest_note() {
        let index = index(&PATHS);
        let check = |name: &str, folder: &str, expected: Option<&str>| {
            let found = index.named(name, folder, &[]).and_then(|target| target.path.as_deref());
            assert_eq!(found, expected, "{name} in {folder}");
        };
        check("Note", "", Some("Note.md"));
        check("note", "a", Some("a/Note.md"));
        check("NOTE.md", "a/b", Some("a/b/Note.md"));
        check("Note", "a/b/c", Some("a/b/Note.md"));
        check("a/Note", "x", Some("a/Note.md"));
        check("b/Note", "x", Some("a/b/Note.md"));
        check("b/Note", "a", Some("a/b/Note.md"));
        check("./Note", "a", Some("a/Note.md"));
        check("../Note", "a/b", Some("a/Note.md"));
        check("../../../Note", "a/b", None);
        check("Pic.png", "c", Some("c/Pic.png"));
        check("Pic.png", "img", Some("img/Pic.png"));
        check("U\u{308}bung 1", "", Some("ü/Übung 1.md"));
        check("alias 3", "", Some("a/b/Other.md"));
        check("Nothing", "", None);
        check("", "", None);
    }

    #[test]
    fn urls_mean_files() {
        let index = index(&PATHS);
        let check = |url: &str, folder: &str, expected: Option<&str>| {
            let found = index.linked(url, folder).and_then(|target| target.path.as_deref());
            assert_eq!(found, expected, "{url} in {folder}");
        };
        check("Other.md", "a/b", Some("a/b/Other.md"));
        check("b/Other.md#part", "a", Some("a/b/Other.md"));
        check("../img/Pic.png", "c", Some("img/Pic.png"));
        check("/img/Pic.png", "c", Some("img/Pic.png"));
        check("%C3%BC/%C3%9Cbung%201.md", "", Some("ü/Übung 1.md"));
        check("Other.md", "", Some("a/b/Other.md"));
        check("https://a.example/Other.md", "", None);
        check("mailto:a", "", None);
        check("../../../etc/passwd", "a", None);
        check("#part", "a", None);
    }

    proptest! {
        #[test]
        fn no_name_breaks_it(name in r"([a-bNnote./#|%ü\\ ]|\.\.|\x00){0,20}", folder in "(a|a/b|c|)") {
            let index = index(&PATHS);
            let _ = (index.named(&name, &folder, &[]), index.linked(&name, &folder));
        }
    }
}
