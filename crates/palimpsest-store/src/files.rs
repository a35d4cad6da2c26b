//! The bytes of files: what a place that keeps them promises. They lie under the names of their content, each once whoever
//! sent it; the parts of an upload lie apart until they are put together.
//!
//! # What such a place proves
//! - "Returned" means durable. What was answered with an error is there wholly or not at all.
//! - Bytes that do not have the content they are named by are never handed out: a reader meets [`FilesError::Damaged`] before
//!   the first of them that is wrong.
//! - Nothing of what is put is held in memory as a whole, nor of what is opened.
//! - A part that is sent again replaces the earlier one, at once and wholly.
//! - Bytes that are put while they are collected are kept: who puts them makes them young again, and only old ones are removed.

use std::collections::BTreeMap;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::Stream;
use palimpsest_model::{FileHash, ObjectId, Timestamp};

/// Work on files that is under way.
pub type Filing<'a, T> = Pin<Box<dyn Future<Output = Result<T, FilesError>> + Send + 'a>>;

/// Bytes on their way.
pub type ByteStream<'a> = Pin<Box<dyn Stream<Item = Result<Bytes, FilesError>> + Send + 'a>>;

/// A place that keeps the bytes of files.
pub trait Files: Send + Sync + 'static {
    /// Makes this the place of a store's files, if it is nobody's yet or is to be taken from another; whether it is now. A place that
    /// lies in the folder of the store is its own from the beginning.
    fn claim<'a>(&'a self, owner: &'a str, take: bool) -> Filing<'a, bool> {
        let _ = (owner, take);
        Box::pin(std::future::ready(Ok(true)))
    }

    /// Keeps a part of an upload, from 1; [`FilesError::Length`] when the bytes are not exactly `size`.
    fn put_part<'a>(&'a self, upload: ObjectId, number: u32, size: u64, bytes: ByteStream<'a>) -> Filing<'a, ()>;

    /// The sizes of the parts of an upload that are there.
    fn parts(&self, upload: ObjectId) -> Filing<'_, BTreeMap<u32, u64>>;

    /// Puts the parts 1 to `count` together under the name of their content. The parts stay, so that it can be done again;
    /// [`FilesError::Missing`] when one is not there.
    fn join(&self, upload: ObjectId, count: u32, now: Timestamp) -> Filing<'_, Kept>;

    /// Removes the parts of an upload, if there are any.
    fn discard(&self, upload: ObjectId) -> Filing<'_, ()>;

    /// The uploads that have parts.
    fn uploads(&self) -> Filing<'_, Vec<ObjectId>>;

    /// Keeps bytes of an unknown number, but at most `limit`: [`FilesError::Length`] beyond.
    fn put<'a>(&'a self, bytes: ByteStream<'a>, limit: u64, now: Timestamp) -> Filing<'a, Kept>;

    /// How many bytes were kept under a name; nothing when there are none, and never the size of what was cut off:
    /// [`FilesError::Damaged`] where that is seen without reading them.
    fn size(&self, hash: FileHash) -> Filing<'_, Option<u64>>;

    /// Bytes `range` of what is kept under a name, each checked before it is handed out; [`FilesError::Missing`] when nothing
    /// is. What lies behind the end is not there.
    fn open(&self, hash: FileHash, range: Range<u64>) -> Filing<'_, ByteStream<'static>>;

    /// Names of what is kept, in their order, after one, at most `limit`.
    fn list(&self, after: Option<FileHash>, limit: usize) -> Filing<'_, Vec<FileHash>>;

    /// Removes what was last put before a time; whether it was.
    fn remove(&self, hash: FileHash, before: Timestamp) -> Filing<'_, bool>;
}

/// What was kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept {
    /// The name of its content.
    pub hash: FileHash,
    /// How many bytes it has.
    pub size: u64,
}

/// Why bytes could not be kept or had.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FilesError {
    /// There is no room for them.
    #[error("no space is left for files")]
    Full,
    /// There are more or fewer than there were to be.
    #[error("the bytes are not as many as they were to be")]
    Length,
    /// Who sent them stopped.
    #[error("the bytes ended early: {0}")]
    Interrupted(String),
    /// They are not there.
    #[error("there are no such bytes")]
    Missing,
    /// They are not what they were when they were kept.
    #[error("the bytes of {0} are damaged")]
    Damaged(FileHash),
    /// The place cannot be reached, or says no.
    #[error("the files cannot be reached: {0}")]
    Unavailable(String),
}
