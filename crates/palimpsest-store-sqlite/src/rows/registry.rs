//! Rows beside the log: spaces, tokens, webhooks, uploads, and what takes something out of a log.

use std::collections::BTreeSet;

use palimpsest_model::{FileHash, ObjectId, Revision, SpaceId, Timestamp, TokenId, WebhookId};
use palimpsest_store::{
    AdminToken, Delivery, DocKey, LogEntry, Policy, RegistryRows, SpaceRow, StoreError, TokenRecord, Upload, Webhook,
};
use rusqlite::params;

use super::SqlRows;
use crate::encoding::{encode_entry, encode_key, json_of, number, read_space};
use crate::error::store_error;
use crate::{answers, files, retention, versions, webhooks};

/// The tables whose rows belong to a space.
const OF_SPACE: [&str; 12] = [
    "versions",
    "docs",
    "log",
    "blocks",
    "members",
    "lists",
    "titles",
    "terms",
    "fresh_terms",
    "files",
    "uploads",
    "answers",
];

impl RegistryRows for SqlRows {
    fn spaces(&mut self) -> Result<Vec<SpaceRow>, StoreError> {
        let sql = "SELECT no, id, log, revision, schema, at, oldest, policy FROM spaces ORDER BY no";
        Ok(self.query(sql, [], read_space)?.into_iter().map(|(no, row)| self.waiting.moved(no, row)).collect())
    }

    fn tokens(&mut self) -> Result<Vec<TokenRecord>, StoreError> {
        self.query("SELECT body FROM tokens ORDER BY id", [], |row| json_of(row, 0))
    }

    fn put_policy(&mut self, space: SpaceId, policy: Policy) -> Result<(), StoreError> {
        self.moved.remove(&space);
        let space = self.number(space)?;
        let sql = "UPDATE spaces SET policy = ?2 WHERE no = ?1";
        self.execute(sql, params![space, policy as i64]).map(|_| ())
    }

    fn put_token(&mut self, token: &TokenRecord) -> Result<(), StoreError> {
        let body = serde_json::to_string(token).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let sql = "INSERT INTO tokens (id, hash, body) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (id) DO UPDATE SET hash = ?2, body = ?3";
        self.execute(sql, params![token.id.0.as_bytes(), token.hash, body]).map(|_| ())
    }

    fn admin_tokens(&mut self) -> Result<Vec<AdminToken>, StoreError> {
        self.query("SELECT body FROM admin_tokens ORDER BY id", [], |row| json_of(row, 0))
    }

    fn put_admin_token(&mut self, token: &AdminToken) -> Result<(), StoreError> {
        let body = serde_json::to_string(token).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let sql = "INSERT INTO admin_tokens (id, hash, body) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (id) DO UPDATE SET hash = ?2, body = ?3";
        self.execute(sql, params![token.id.0.as_bytes(), token.hash, body]).map(|_| ())
    }

    fn webhooks(&mut self) -> Result<Vec<Webhook>, StoreError> {
        webhooks::all(&self.connection).map_err(store_error)
    }

    fn webhook(&mut self, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
        webhooks::read(&self.connection, id).map_err(store_error)
    }

    fn put_webhook(&mut self, webhook: &Webhook) -> Result<(), StoreError> {
        let space = self.number(webhook.space)?;
        webhooks::write(&self.connection, space, webhook).map_err(store_error)
    }

    fn remove_webhook(&mut self, id: WebhookId) -> Result<(), StoreError> {
        webhooks::remove(&self.connection, id).map_err(store_error)
    }

    fn deliveries(&mut self, id: WebhookId, limit: usize) -> Result<Vec<Delivery>, StoreError> {
        webhooks::deliveries(&self.connection, id, limit).map_err(store_error)
    }

    fn put_delivery(&mut self, id: WebhookId, delivery: &Delivery, keep: usize) -> Result<(), StoreError> {
        webhooks::deliver(&self.connection, id, delivery, keep).map_err(store_error)
    }

    fn uploads(&mut self) -> Result<Vec<Upload>, StoreError> {
        files::uploads(&self.connection).map_err(store_error)
    }

    fn upload(&mut self, id: ObjectId) -> Result<Option<Upload>, StoreError> {
        files::upload(&self.connection, id).map_err(store_error)
    }

    fn put_upload(&mut self, upload: &Upload) -> Result<(), StoreError> {
        let space = self.number(upload.space)?;
        files::put_upload(&self.connection, space, upload).map_err(store_error)
    }

    fn remove_upload(&mut self, id: ObjectId) -> Result<(), StoreError> {
        self.execute("DELETE FROM uploads WHERE id = ?1", [id.0.as_bytes()]).map(|_| ())
    }

    fn named_files(&mut self, hashes: &[FileHash]) -> Result<BTreeSet<FileHash>, StoreError> {
        files::named(&self.connection, hashes).map_err(store_error)
    }

    fn forget_files(&mut self, space: SpaceId, object: ObjectId) -> Result<(), StoreError> {
        let space = self.number(space)?;
        files::forget(&self.connection, space, object).map_err(store_error)
    }

    fn server_secret(&mut self) -> Result<Option<[u8; 32]>, StoreError> {
        files::secret(&self.connection).map_err(store_error)
    }

    fn put_server_secret(&mut self, secret: [u8; 32]) -> Result<(), StoreError> {
        self.execute("INSERT INTO secret (no, bytes) VALUES (1, ?1)", [secret]).map(|_| ())
    }

    fn remove_token(&mut self, token: TokenId) -> Result<(), StoreError> {
        self.execute("DELETE FROM answers WHERE token = ?1", [token.0.as_bytes()])?;
        webhooks::remove_of_token(&self.connection, token).map_err(store_error)?;
        self.execute("DELETE FROM uploads WHERE token = ?1", [token.0.as_bytes()])?;
        self.execute("DELETE FROM tokens WHERE id = ?1", [token.0.as_bytes()]).map(|_| ())
    }

    fn remove_space(&mut self, space: SpaceId) -> Result<(), StoreError> {
        self.forget_objects();
        let number = self.number(space)?;
        webhooks::remove_of_space(&self.connection, number).map_err(store_error)?;
        for table in OF_SPACE {
            self.execute(&format!("DELETE FROM {table} WHERE space = ?1"), [number])?;
        }
        self.fresh.remove_space(&self.connection, number).map_err(store_error)?;
        self.execute("DELETE FROM spaces WHERE no = ?1", [number])?;
        self.numbers.remove(&space);
        self.moved.remove(&space);
        Ok(())
    }

    fn set_oldest(&mut self, space: SpaceId, oldest: Revision) -> Result<(), StoreError> {
        self.moved.remove(&space);
        self.fresh.merge_all(&self.connection).map_err(store_error)?;
        let space = self.number(space)?;
        self.execute("UPDATE spaces SET oldest = ?2 WHERE no = ?1", params![space, number(oldest)]).map(|_| ())
    }

    fn forget_before(&mut self, space: SpaceId, key: DocKey, entry: &LogEntry) -> Result<(), StoreError> {
        let space = self.number(space)?;
        versions::forget_before(&self.connection, space, &encode_key(&key), entry).map_err(store_error)
    }

    fn remove_entry(&mut self, space: SpaceId, revision: Revision) -> Result<(), StoreError> {
        #[cfg(feature = "faults")]
        if let Some(faults) = &self.faults {
            crate::faults::Faults::die(&faults.during_compaction);
        }
        let space = self.number(space)?;
        let sql = "DELETE FROM log WHERE space = ?1 AND revision = ?2";
        self.execute(sql, params![space, number(revision)]).map(|_| ())
    }

    fn replace_changes(&mut self, space: SpaceId, entry: &LogEntry) -> Result<(), StoreError> {
        let space = self.number(space)?;
        let body = encode_entry(entry).map_err(store_error)?;
        let sql = "UPDATE log SET body = ?3 WHERE space = ?1 AND revision = ?2";
        self.execute(sql, params![space, number(entry.revision), body]).map(|_| ())
    }

    fn replace_body(&mut self, space: SpaceId, key: DocKey, body: &[u8]) -> Result<(), StoreError> {
        self.forget_objects();
        let space = self.number(space)?;
        let (kind, id) = encode_key(&key);
        let sql = "UPDATE docs SET body = ?4 WHERE space = ?1 AND kind = ?2 AND id = ?3";
        self.execute(sql, params![space, kind, id, body]).map(|_| ())
    }

    fn erase(&mut self, space: SpaceId, object: ObjectId, way_back: &[u8]) -> Result<(), StoreError> {
        self.forget_objects();
        let space = self.number(space)?;
        let key = DocKey::Object(object);
        retention::erase(&self.connection, space, &encode_key(&key), way_back).map_err(store_error)?;
        self.fresh.merge_all(&self.connection).map_err(store_error)?;
        self.erased = true;
        Ok(())
    }

    fn expire_answers(&mut self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        answers::expire(&self.connection, before, limit).map_err(store_error)
    }
}
