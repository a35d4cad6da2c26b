//! Why a store fails.

/// Why a store could not do its work. What is expected of data (absent, stale, taken) is a value, never one of these.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The space is not (or no longer) there.
    #[error("there is no such space")]
    NoSuchSpace,
    /// Too much is waiting already.
    #[error("too many requests are waiting for the store")]
    Busy,
    /// The disk or the database refused; whether a write happened is unknown until the store was reopened.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What is stored contradicts itself.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// The closure of this commit or read panicked.
    #[error("an internal fault: {0}")]
    Panicked(String),
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
}
