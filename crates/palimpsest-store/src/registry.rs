//! Spaces, tokens, webhooks and uploads, which belong to no space's log, and what is taken out of a log.

use std::collections::BTreeSet;

use palimpsest_model::{FileHash, ObjectId, Revision, SpaceId, Timestamp, TokenId, WebhookId};

use crate::error::StoreError;
use crate::record::{AdminToken, Policy, SpaceRow, TokenRecord};
use crate::retention;
use crate::rows::RegistryRows;
use crate::upload::Upload;
use crate::webhook::{Delivery, Webhook};

/// The registry of spaces, tokens, webhooks and uploads, as one commit sees it. Remembers what happened, for the caches that must follow.
pub struct Registry<'a> {
    rows: &'a mut dyn RegistryRows,
    failure: Option<StoreError>,
    changed: Option<Changed>,
}

/// What of the registry a commit changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Changed {
    /// Only what no cache has: webhooks, uploads, stored answers.
    Uncached,
    /// Spaces or tokens.
    Cached,
}

impl<'a> Registry<'a> {
    pub(crate) fn new(rows: &'a mut dyn RegistryRows) -> Self {
        Self { rows, failure: None, changed: None }
    }

    pub(crate) fn finish(self) -> Result<Option<Changed>, StoreError> {
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
        self.change(Changed::Cached);
        let done = self.rows.put_policy(space, policy);
        self.note(done)
    }

    /// Adds a token or replaces the one of its id. A space that it names twice counts once; it must name one, and all must be there. One
    /// that names several is for the retired beta API only from then on.
    pub fn put_token(&mut self, token: &TokenRecord) -> Result<(), StoreError> {
        self.change(Changed::Cached);
        let done = put_token(self.rows, token);
        self.note(done)
    }

    /// Every token of the operator, the revoked ones too.
    pub fn admin_tokens(&mut self) -> Result<Vec<AdminToken>, StoreError> {
        let tokens = self.rows.admin_tokens();
        self.note(tokens)
    }

    /// Adds a token of the operator or replaces the one of its id.
    pub fn put_admin_token(&mut self, token: &AdminToken) -> Result<(), StoreError> {
        self.change(Changed::Cached);
        let done = self.rows.put_admin_token(token);
        self.note(done)
    }

    /// Every webhook, in the order of their ids.
    pub fn webhooks(&mut self) -> Result<Vec<Webhook>, StoreError> {
        let webhooks = self.rows.webhooks();
        self.note(webhooks)
    }

    /// A webhook.
    pub fn webhook(&mut self, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
        let webhook = self.rows.webhook(id);
        self.note(webhook)
    }

    /// Adds a webhook or replaces the one of its id.
    pub fn put_webhook(&mut self, webhook: &Webhook) -> Result<(), StoreError> {
        self.change(Changed::Uncached);
        let done = self.rows.put_webhook(webhook);
        self.note(done)
    }

    /// Removes a webhook with what became of its deliveries.
    pub fn remove_webhook(&mut self, id: WebhookId) -> Result<(), StoreError> {
        self.change(Changed::Uncached);
        let done = self.rows.remove_webhook(id);
        self.note(done)
    }

    /// What became of the deliveries of a webhook, the last first, at most `limit`.
    pub fn deliveries(&mut self, id: WebhookId, limit: usize) -> Result<Vec<Delivery>, StoreError> {
        let deliveries = self.rows.deliveries(id, limit);
        self.note(deliveries)
    }

    /// Adds what became of a delivery of a webhook, and removes all but the last `keep`.
    pub fn put_delivery(&mut self, id: WebhookId, delivery: &Delivery, keep: usize) -> Result<(), StoreError> {
        self.change(Changed::Uncached);
        let done = self.rows.put_delivery(id, delivery, keep);
        self.note(done)
    }

    /// Every upload, in the order of their ids.
    pub fn uploads(&mut self) -> Result<Vec<Upload>, StoreError> {
        let uploads = self.rows.uploads();
        self.note(uploads)
    }

    /// An upload.
    pub fn upload(&mut self, id: ObjectId) -> Result<Option<Upload>, StoreError> {
        let upload = self.rows.upload(id);
        self.note(upload)
    }

    /// Adds an upload or replaces the one of its id.
    pub fn put_upload(&mut self, upload: &Upload) -> Result<(), StoreError> {
        self.change(Changed::Uncached);
        let done = self.rows.put_upload(upload);
        self.note(done)
    }

    /// Removes an upload, if it is there. Its parts lie elsewhere.
    pub fn remove_upload(&mut self, id: ObjectId) -> Result<(), StoreError> {
        self.change(Changed::Uncached);
        let done = self.rows.remove_upload(id);
        self.note(done)
    }

    /// Which of these contents an object of any space names, in any state, or did in a version that can still be read.
    pub fn named_files(&mut self, hashes: &[FileHash]) -> Result<BTreeSet<FileHash>, StoreError> {
        let named = self.rows.named_files(hashes);
        self.note(named)
    }

    /// The secret of this server: `fresh` when it had none.
    pub fn server_secret(&mut self, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        let known = self.rows.server_secret();
        if let Some(known) = self.note(known)? {
            return Ok(known);
        }
        self.change(Changed::Uncached);
        let done = self.rows.put_server_secret(fresh);
        self.note(done).map(|()| fresh)
    }

    /// Removes a token with its stored answers, its webhooks and its uploads.
    pub fn remove_token(&mut self, token: TokenId) -> Result<(), StoreError> {
        self.change(Changed::Cached);
        let done = self.rows.remove_token(token);
        self.note(done)
    }

    /// Removes a space with its log, its documents, the names of its files, its webhooks, its uploads and its stored answers, and
    /// the tokens that open only it. Those that open others as well open it no more.
    pub fn remove_space(&mut self, space: SpaceId) -> Result<(), StoreError> {
        self.change(Changed::Cached);
        let done = close_tokens(self.rows, space).and_then(|()| self.rows.remove_space(space));
        self.note(done)
    }

    /// Moves the horizon of a space forward to a revision (never back, never beyond the head) and takes out what lies below it,
    /// about `limit` rows of it; whether that was all.
    pub fn compact(&mut self, space: SpaceId, horizon: Revision, limit: usize) -> Result<bool, StoreError> {
        let done = retention::compact(self.rows, space, horizon, limit);
        let step = self.note(done)?;
        if step.changed {
            self.change(Changed::Cached);
        }
        Ok(step.finished)
    }

    /// Takes the content of a deleted object out of all its versions and log entries; `false` when it is not deleted.
    pub fn erase(&mut self, space: SpaceId, object: ObjectId) -> Result<bool, StoreError> {
        let done = retention::erase(self.rows, space, object);
        let erased = self.note(done)?;
        if erased {
            self.change(Changed::Cached);
        }
        Ok(erased)
    }

    /// Removes stored answers that were given before a time, whatever space they are of, at most `limit`; how many.
    pub fn expire_answers(&mut self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let done = self.rows.expire_answers(before, limit);
        let removed = self.note(done)?;
        if removed > 0 {
            self.change(Changed::Uncached);
        }
        Ok(removed)
    }

    fn change(&mut self, what: Changed) {
        self.changed = self.changed.max(Some(what));
    }

    fn note<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result {
            self.failure = Some(error.clone());
        }
        result
    }
}

fn put_token(rows: &mut dyn RegistryRows, token: &TokenRecord) -> Result<(), StoreError> {
    let mut spaces = Vec::new();
    for &space in &token.spaces {
        rows.space(space)?.ok_or(StoreError::NoSuchSpace)?;
        if !spaces.contains(&space) {
            spaces.push(space);
        }
    }
    if spaces.is_empty() {
        return Err(StoreError::NoSuchSpace);
    }
    let beta_only = token.beta_only || spaces.len() > 1;
    rows.put_token(&TokenRecord { spaces, beta_only, ..token.clone() })
}

/// Takes a space that ends out of all tokens, and removes those that open no other.
fn close_tokens(rows: &mut dyn RegistryRows, space: SpaceId) -> Result<(), StoreError> {
    for mut token in rows.tokens()? {
        let named = token.spaces.len();
        token.spaces.retain(|other| *other != space);
        if token.spaces.is_empty() {
            rows.remove_token(token.id)?;
        } else if token.spaces.len() < named {
            // What is left of several is no token of one space.
            token.beta_only = true;
            rows.put_token(&token)?;
        }
    }
    Ok(())
}
