//! Folders.

use std::path::Path;

use super::{At, File, Limits, Named, Place, Source, Unreadable, judge, refusal};

/// Looks at everything in a folder. Links are not followed.
pub(super) fn look(root: &Path, limits: &Limits) -> Result<Source, Unreadable> {
    let mut source = Source { files: Vec::new(), hidden: Vec::new(), problems: Vec::new(), place: Place::Folder };
    let mut waiting = vec![(root.to_path_buf(), String::new())];
    let mut seen = 0_usize;
    while let Some((folder, above)) = waiting.pop() {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if above.is_empty() => return Err(Unreadable(format!("{}: {error}", folder.display()))),
            Err(error) => {
                source.problems.push(refusal(&above, &error.to_string()));
                continue;
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    source.problems.push(refusal(&above, &error.to_string()));
                    continue;
                }
            };
            seen += 1;
            if seen > limits.entries {
                return Err(Unreadable(format!("more than {} files and folders", limits.entries)));
            }
            let name = entry.file_name();
            let shown = format!("{above}{}", name.to_string_lossy());
            if name.to_str().is_none() {
                source.problems.push(refusal(&shown, "the name is not in UTF-8"));
                continue;
            }
            let (kind, path) = match (entry.file_type(), judge(&shown, limits)) {
                (Ok(kind), Ok(Named::File(path))) => (kind, path),
                (Ok(_), Ok(Named::Hidden)) => {
                    source.hidden.push(shown);
                    continue;
                }
                (Err(error), _) => {
                    source.problems.push(refusal(&shown, &error.to_string()));
                    continue;
                }
                (_, Err(message)) => {
                    source.problems.push(refusal(&shown, message));
                    continue;
                }
            };
            if kind.is_dir() {
                waiting.push((entry.path(), format!("{shown}/")));
            } else if kind.is_file() {
                match entry.metadata() {
                    Ok(found) => source.files.push(File { path, size: found.len(), at: At::Folder(entry.path()) }),
                    Err(error) => source.problems.push(refusal(&shown, &error.to_string())),
                }
            } else {
                let message = if kind.is_symlink() { "a link, which is not followed" } else { "not a file" };
                source.problems.push(refusal(&shown, message));
            }
        }
    }
    Ok(source)
}
