//! What can go wrong, in the words of the contract.

use std::path::PathBuf;

use palimpsest_store::StoreError;

/// Why a data folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("{0} is in use by another palimpsest process")]
    Locked(PathBuf),
    /// A newer version wrote it.
    #[error("{path} was written by a newer version (format {found}, this one knows up to {known}): use that version")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format known here.
        known: i64,
    },
    /// It belongs to another program.
    #[error("{0} is not a Palimpsest store")]
    Foreign(PathBuf),
    /// It contradicts itself.
    #[error("{path} is damaged: {what}. Restore a backup, or copy the folder and examine it with the sqlite3 shell")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// The system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite refused.
    #[error("{path}: {source}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

/// Why a backup could not be made, or no store of it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file is there that would have been overwritten.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// It lacks what stands in files beside it.
    #[error("{0} is no backup, but part of a store: a journal lies beside it. Make a backup with `palimpsest backup`")]
    Open(PathBuf),
    /// Its name is no text.
    #[error("{0} is not UTF-8")]
    Unreadable(PathBuf),
    /// It is not what a store can be made of, or the folder cannot be had.
    #[error(transparent)]
    Unfit(#[from] OpenError),
    /// The system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite refused.
    #[error("{path}: {source}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

/// Turns what SQLite says into what the contract knows.
pub(crate) fn store_error(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
            StoreError::Corrupt(error.to_string())
        }
        _ => StoreError::Unavailable(error.to_string()),
    }
}
