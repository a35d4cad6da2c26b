//! Environments that are installed once and kept for as long as what they are made of stays the same.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::output::say;
use crate::process::Deadline;

/// No installation takes longer than this.
const LONGEST: Duration = Duration::from_secs(600);

/// Runs `install` unless the stamp in `folder` says that it was done from the same `content`. A registry that fails
/// once is asked once more.
pub(crate) fn once(folder: &Path, content: &str, install: impl Fn(Deadline) -> Result<()>) -> Result<()> {
    let stamp = folder.join(".made-from");
    if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == content) {
        say("up to date");
        return Ok(());
    }
    if let Err(error) = install(Deadline::after(LONGEST)) {
        say(format!("{error:#}; once more"));
        install(Deadline::after(LONGEST))?;
    }
    write(&stamp, content)
}

/// The text of a file, or an error that names it.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a file, or an error that names it.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use anyhow::bail;

    use super::*;

    #[test]
    fn what_was_made_from_the_same_content_is_kept() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let runs = Cell::new(0);
        let install = |_: Deadline| -> Result<()> {
            runs.set(runs.get() + 1);
            Ok(())
        };
        once(folder.path(), "a", install)?;
        once(folder.path(), "a", install)?;
        assert_eq!(runs.get(), 1);
        once(folder.path(), "b", install)?;
        assert_eq!(runs.get(), 2);
        Ok(())
    }

    #[test]
    fn a_failed_installation_is_tried_once_more_and_leaves_no_stamp() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let runs = Cell::new(0);
        let fails = |_: Deadline| -> Result<()> {
            runs.set(runs.get() + 1);
            bail!("no")
        };
        assert!(once(folder.path(), "a", fails).is_err());
        assert!(once(folder.path(), "a", fails).is_err());
        assert_eq!(runs.get(), 4);
        Ok(())
    }
}
