//! Spaces and tokens, which belong to no space's log, and what is taken out of a log.

use palimpsest_model::{ObjectId, Revision, SpaceId, TokenId};

use crate::error::StoreError;
use crate::record::{Policy, SpaceRow, TokenRecord};
use crate::retention;
use crate::rows::RegistryRows;

/// The registry of spaces and tokens, as one commit sees it. Remembers what happened, for the caches that must follow.
pub struct Registry<'a> {
    rows: &'a mut dyn RegistryRows,
    failure: Option<StoreError>,
    changed: bool,
}

impl<'a> Registry<'a> {
    pub(crate) fn new(rows: &'a mut dyn RegistryRows) -> Self {
        Self { rows, failure: None, changed: false }
    }

    pub(crate) fn finish(self) -> Result<bool, StoreError> {
        self.failure.map_or(Ok(self.changed), Err)
    }

    /// Every space.
    pub fn spaces(&mut self) -> Result<Vec<SpaceRow>, StoreError> {
        let spaces = self.rows.spaces();
        self.note(spaces)
    }

    /// Every token, the revoked ones too.
    pub fn tokens(&mut self) -> Result<Vec<TokenRecord>, StoreError> {
        let tokens = self.rows.tokens();
        self.note(tokens)
    }

    /// Gives a space its policy.
    pub fn put_policy(&mut self, space: SpaceId, policy: Policy) -> Result<(), StoreError> {
        self.changed = true;
        let done = self.rows.put_policy(space, policy);
        self.note(done)
    }

    /// Adds a token or replaces the one of its id.
    pub fn put_token(&mut self, token: &TokenRecord) -> Result<(), StoreError> {
        self.changed = true;
        let done = self.rows.put_token(token);
        self.note(done)
    }

    /// Removes a token with its stored answers.
    pub fn remove_token(&mut self, token: TokenId) -> Result<(), StoreError> {
        self.changed = true;
        let done = self.rows.remove_token(token);
        self.note(done)
    }

    /// Removes a space with its log, its documents, its tokens and its stored answers.
    pub fn remove_space(&mut self, space: SpaceId) -> Result<(), StoreError> {
        self.changed = true;
        let done = self.rows.remove_space(space);
        self.note(done)
    }

    /// Moves the horizon of a space forward to a revision (never back, never beyond the head) and takes out what lies below it,
    /// about `limit` rows of it; whether that was all.
    pub fn compact(&mut self, space: SpaceId, horizon: Revision, limit: usize) -> Result<bool, StoreError> {
        let done = retention::compact(self.rows, space, horizon, limit);
        let step = self.note(done)?;
        self.changed |= step.changed;
        Ok(step.finished)
    }

    /// Takes the content of a deleted object out of all its versions and log entries; `false` when it is not deleted.
    pub fn erase(&mut self, space: SpaceId, object: ObjectId) -> Result<bool, StoreError> {
        let done = retention::erase(self.rows, space, object);
        let erased = self.note(done)?;
        self.changed |= erased;
        Ok(erased)
    }

    fn note<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result {
            self.failure = Some(error.clone());
        }
        result
    }
}
