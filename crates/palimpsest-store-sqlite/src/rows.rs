//! The contract's rows in SQL.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;

use palimpsest_model::{
    BlockId, CollectionId, FileHash, LogId, ObjectId, Revision, SpaceId, State, StructureId, Timestamp, TokenId,
    WebhookId,
};
use palimpsest_store::{
    Actor, AdminToken, Batch, Delivery, Doc, DocKey, List, LogEntry, Membership, ObjectChange, Origin, Place, Policy,
    RegistryRows, Rows, SchemaChange, SpaceRow, Step, StoreError, StoredAnswer, StoredObject, Term, TermRange,
    TitleChanges, Titled, TokenRecord, Upload, Version, Webhook,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::answers;
use crate::error::store_error;
use crate::files;
use crate::fresh::Fresh;
use crate::objects::Objects;
use crate::retention;
use crate::terms;
use crate::versions;
use crate::waiting::Waiting;
use crate::webhooks;
use crate::words::{self, Words};

/// A connection with the numbers of the spaces it has met.
pub(crate) struct SqlRows {
    pub(crate) connection: Connection,
    numbers: HashMap<SpaceId, i64>,
    /// Where spaces stand that the running group wrote to.
    moved: HashMap<SpaceId, SpaceRow>,
    waiting: Waiting,
    pub(crate) fresh: Fresh,
    /// Objects at hand, on the connection that writes.
    pub(crate) objects: Option<Objects>,
    /// First objects of terms, on the connection that writes.
    pub(crate) words: Option<Words>,
    /// Whether something was erased of which bytes may be left in the files.
    pub(crate) erased: bool,
    #[cfg(feature = "faults")]
    pub(crate) faults: Option<std::sync::Arc<crate::faults::Faults>>,
}

/// The `body` of a log row.
#[derive(Serialize, Deserialize)]
struct EntryBody<'e> {
    #[serde(default, skip_serializing_if = "is_empty")]
    objects: Cow<'e, [ObjectChange]>,
    #[serde(default, skip_serializing_if = "is_empty")]
    schema: Cow<'e, [SchemaChange]>,
}

fn is_empty<T>(list: &[T]) -> bool {
    list.is_empty()
}

impl SqlRows {
    pub(crate) fn new(connection: Connection) -> Self {
        Self {
            connection,
            numbers: HashMap::new(),
            moved: HashMap::new(),
            waiting: Waiting::default(),
            fresh: Fresh::new(usize::MAX),
            objects: None,
            words: None,
            erased: false,
            #[cfg(feature = "faults")]
            faults: None,
        }
    }

    /// Forgets what a rolled-back transaction may have numbered or made of objects. Of one that still stands, what waits is of commits
    /// before.
    pub(crate) fn forget(&mut self) {
        self.numbers.clear();
        self.moved.clear();
        if self.connection.is_autocommit() {
            self.waiting = Waiting::default();
        }
        self.fresh.forget();
        self.forget_objects();
    }

    /// Forgets the objects at hand, some of which are others now, and those of terms.
    fn forget_objects(&mut self) {
        if let Some(words) = &mut self.words {
            words.forget();
        }
        if let Some(objects) = &mut self.objects {
            objects.forget();
        }
    }

    /// Begins a transaction.
    pub(crate) fn begin_snapshot(&mut self) -> Result<(), StoreError> {
        self.fresh.look_again();
        self.execute("BEGIN", []).map(|_| ())
    }

    /// Begins what may be taken back alone: what waits until then does not.
    pub(crate) fn begin_part(&mut self) -> Result<(), StoreError> {
        self.fresh.write(&self.connection).map_err(store_error)?;
        self.execute("SAVEPOINT job", []).map(|_| ())
    }

    /// Writes what waits for the end of a group: its COMMIT is next.
    pub(crate) fn settle(&mut self) -> Result<(), StoreError> {
        self.moved.clear();
        self.fresh.settle(&self.connection).map_err(store_error)?;
        std::mem::take(&mut self.waiting).write(&self.connection).map_err(store_error)
    }

    /// Writes everything of a commit, but for what waits for the end of its group.
    pub(crate) fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let (space, numbers) = match &batch.entry {
            Some(entry) => {
                let space = if batch.begins { self.begin(&batch.space)? } else { self.number(batch.space.id)? };
                let numbers = self.write(space, batch, entry).map_err(store_error)?;
                self.fresh.add(&self.connection, space, &batch.titles).map_err(store_error)?;
                if let Some(words) = &mut self.words {
                    words.follow(space, &batch.titles);
                }
                (space, numbers)
            }
            None => (self.number(batch.space.id)?, Vec::new()),
        };
        if let Some(policy) = batch.policy {
            self.put_policy(batch.space.id, policy)?;
        }
        if let Some(change) = &batch.answers {
            answers::write(&self.connection, space, change).map_err(store_error)?;
        }
        if batch.changes() {
            self.waiting.add(space, batch);
        }
        self.moved.insert(batch.space.id, batch.space);
        if let Some(objects) = &mut self.objects {
            objects.follow(batch, &numbers);
        }
        Ok(())
    }

    /// Writes the row of a space that begins; answers its number.
    fn begin(&mut self, row: &SpaceRow) -> Result<i64, StoreError> {
        let sql = "INSERT INTO spaces (id, log, revision, schema, at) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING no";
        let (revision, schema, at) = (number(row.revision), number(row.schema), row.at.0);
        let values = params![row.id.0.as_bytes(), row.log.0.cast_signed(), revision, schema, at];
        let insert = || self.connection.prepare_cached(sql)?.query_row(values, |row| row.get(0));
        let space = insert().map_err(store_error)?;
        self.numbers.insert(row.id, space);
        Ok(space)
    }

    /// Writes a commit that takes a revision; the rows of its objects, in their order.
    fn write(&self, space: i64, batch: &Batch, entry: &LogEntry) -> rusqlite::Result<Vec<i64>> {
        let connection = &self.connection;
        let (revision, at) = (number(entry.revision), entry.at.0);
        let body = encode_entry(entry)?;
        let sql = "INSERT INTO log (space, revision, at, actor, actor_name, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let actor = encode_actor(&entry.actor);
        connection.prepare_cached(sql)?.execute(params![space, revision, at, actor, entry.actor.name, body])?;
        let mut numbers = Vec::with_capacity(batch.stored.len());
        for (doc, version) in batch.docs.iter().zip(&batch.versions) {
            match doc.key {
                DocKey::Object(id) => {
                    let known = self.objects.as_ref().and_then(|objects| objects.number(batch.space.id, id));
                    numbers.push(write_doc(connection, (space, known), doc, version)?);
                }
                _ => _ = write_doc(connection, (space, None), doc, version)?,
            }
        }
        for Membership { place: (created, object), left, entered } in &batch.memberships {
            let change = |sql: &str, list: &List| {
                let values = params![space, encode_list(list), number(*created), object.0.as_bytes()];
                connection.prepare_cached(sql)?.execute(values)
            };
            for list in left {
                change("DELETE FROM members WHERE space = ?1 AND list = ?2 AND created = ?3 AND object = ?4", list)?;
            }
            for list in entered {
                change("INSERT INTO members (space, list, created, object) VALUES (?1, ?2, ?3, ?4)", list)?;
            }
        }
        write_titles(connection, space, &batch.titles)?;
        files::name(connection, space, &batch.files)?;
        let sql = "INSERT OR IGNORE INTO blocks (space, id, object) VALUES (?1, ?2, ?3)";
        for (block, object) in &batch.blocks {
            connection.prepare_cached(sql)?.execute(params![space, block.0.as_bytes(), object.0.as_bytes()])?;
        }
        Ok(numbers)
    }

    pub(crate) fn number(&mut self, space: SpaceId) -> Result<i64, StoreError> {
        self.find_number(space)?.ok_or(StoreError::NoSuchSpace)
    }

    fn find_number(&mut self, space: SpaceId) -> Result<Option<i64>, StoreError> {
        if !self.numbers.contains_key(&space) {
            self.space(space)?;
        }
        Ok(self.numbers.get(&space).copied())
    }

    pub(crate) fn query<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let query = || self.connection.prepare_cached(sql)?.query_map(values, read)?.collect::<Result<Vec<_>, _>>();
        query().map_err(store_error)
    }

    fn versions_as<T>(
        &mut self,
        space: SpaceId,
        key: DocKey,
        made: &RangeInclusive<Revision>,
        limit: usize,
        sql: &str,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let space = self.number(space)?;
        versions::walk(&self.connection, (space, &encode_key(&key)), made, limit, sql, read)
    }

    pub(crate) fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<usize, StoreError> {
        self.connection.prepare_cached(sql).and_then(|mut statement| statement.execute(values)).map_err(store_error)
    }
}

/// Writes a document and its version; its row, which may be known before.
fn write_doc(
    connection: &Connection,
    (space, known): (i64, Option<i64>),
    doc: &Doc,
    version: &Version,
) -> rusqlite::Result<i64> {
    let (kind, id) = encode_key(&doc.key);
    let (revision, at, state) = (number(doc.revision), doc.at.0, encode_state(doc.state));
    let no: i64 = if version.previous.is_none() {
        let sql = "INSERT INTO docs (space, kind, id, created, revision, at, state, body) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING no";
        let values = params![space, kind, id, number(doc.created), revision, at, state, &*doc.body];
        connection.prepare_cached(sql)?.query_row(values, |row| row.get(0))?
    } else if let Some(no) = known {
        let sql = "UPDATE docs SET revision = ?2, at = ?3, state = ?4, body = ?5 WHERE no = ?1";
        match connection.prepare_cached(sql)?.execute(params![no, revision, at, state, &*doc.body])? {
            1 => no,
            _ => return Err(rusqlite::Error::QueryReturnedNoRows),
        }
    } else {
        let sql = "UPDATE docs SET revision = ?4, at = ?5, state = ?6, body = ?7 \
                   WHERE space = ?1 AND kind = ?2 AND id = ?3 RETURNING no";
        let values = params![space, kind, id, revision, at, state, &*doc.body];
        connection.prepare_cached(sql)?.query_row(values, |row| row.get(0))?
    };
    let (previous, state) = version.previous.map(|(revision, state)| (number(revision), encode_state(state))).unzip();
    let sql = "INSERT INTO versions (space, revision, doc, previous, state, delta) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    connection.prepare_cached(sql)?.execute(params![space, revision, no, previous, state, version.delta])?;
    Ok(no)
}

fn write_titles(connection: &Connection, space: i64, titles: &TitleChanges) -> rusqlite::Result<()> {
    let sql = "INSERT INTO titles (space, object, structure, changed, names) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (space, object) DO UPDATE SET structure = ?3, changed = ?4, names = ?5";
    for titled in &titles.titled {
        let names = serde_json::to_string(&titled.names)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let (object, structure) = (titled.id.0.as_bytes(), titled.structure.to_string());
        connection.prepare_cached(sql)?.execute(params![space, object, structure, number(titled.named), names])?;
    }
    let sql = "DELETE FROM titles WHERE space = ?1 AND object = ?2";
    for object in &titles.untitled {
        connection.prepare_cached(sql)?.execute(params![space, object.0.as_bytes()])?;
    }
    Ok(())
}

impl Rows for SqlRows {
    fn space(&mut self, space: SpaceId) -> Result<Option<SpaceRow>, StoreError> {
        if let Some(row) = self.moved.get(&space) {
            return Ok(Some(*row));
        }
        let sql = "SELECT no, id, log, revision, schema, at, oldest, policy FROM spaces WHERE id = ?1";
        let found = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row([space.0.as_bytes()], read_space).optional())
            .map_err(store_error)?;
        Ok(found.map(|(no, row)| {
            self.numbers.insert(space, no);
            self.waiting.moved(no, row)
        }))
    }

    fn doc(&mut self, space: SpaceId, key: DocKey) -> Result<Option<Doc>, StoreError> {
        let Some(space) = self.find_number(space)? else { return Ok(None) };
        let (kind, id) = encode_key(&key);
        let sql =
            "SELECT created, revision, at, state, body, erased FROM docs WHERE space = ?1 AND kind = ?2 AND id = ?3";
        let found = self.query(sql, params![space, kind, id], |row| read_doc(row, key))?;
        Ok(found.into_iter().next())
    }

    fn object(&mut self, space: SpaceId, id: ObjectId) -> Result<Option<StoredObject>, StoreError> {
        if let Some(stored) = self.objects.as_ref().and_then(|objects| objects.get(space, id)) {
            return Ok(Some(stored));
        }
        let Some(number) = self.find_number(space)? else { return Ok(None) };
        let sql = "SELECT created, revision, at, state, body, erased, no FROM docs WHERE space = ?1 AND kind = ?2 AND id = ?3";
        let read = |row: &Row<'_>| Ok((read_doc(row, DocKey::Object(id))?, row.get(6)?));
        let found = self.query(sql, params![number, OBJECT, id.0.as_bytes()], read)?;
        let Some((doc, no)) = found.into_iter().next() else { return Ok(None) };
        let stored = StoredObject::read(doc)?;
        if let Some(objects) = &mut self.objects {
            objects.keep(space, stored.clone(), no);
        }
        Ok(Some(stored))
    }

    fn schema_docs(&mut self, space: SpaceId) -> Result<Vec<Doc>, StoreError> {
        let space = self.number(space)?;
        let sql = "SELECT created, revision, at, state, body, erased, kind, id FROM docs \
                   WHERE space = ?1 AND kind < ?2 ORDER BY no";
        self.query(sql, params![space, OBJECT], |row| {
            let key = decode_key(row.get(6)?, row.get_ref(7)?.as_blob()?)?;
            read_doc(row, key)
        })
    }

    fn versions(
        &mut self,
        space: SpaceId,
        key: DocKey,
        made: RangeInclusive<Revision>,
        limit: usize,
    ) -> Result<Vec<Version>, StoreError> {
        self.versions_as(space, key, &made, limit, versions::WHOLE, |row| {
            let Step { revision, previous } = read_step(row)?;
            Ok(Version { key, revision, previous, delta: row.get(3)? })
        })
    }

    fn steps(
        &mut self,
        space: SpaceId,
        key: DocKey,
        made: RangeInclusive<Revision>,
        limit: usize,
    ) -> Result<Vec<Step>, StoreError> {
        self.versions_as(space, key, &made, limit, versions::STEP, read_step)
    }

    fn made(&mut self, space: SpaceId, key: DocKey, revision: Revision) -> Result<Option<Origin>, StoreError> {
        let space = self.number(space)?;
        versions::made(&self.connection, space, &encode_key(&key), revision).map_err(store_error)
    }

    fn members(
        &mut self,
        space: SpaceId,
        list: List,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Place>, StoreError> {
        let space = self.number(space)?;
        let (created, id) = after.map_or((-1, Uuid::nil()), |(created, id)| (number(created), id.0));
        let sql = "SELECT created, object FROM members \
                   WHERE space = ?1 AND list = ?2 AND (created, object) > (?3, ?4) ORDER BY created, object LIMIT ?5";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.query(sql, params![space, encode_list(&list), created, id.as_bytes(), limit], |row| {
            Ok((revision_of(row.get(0)?), ObjectId(uuid_of(row, 1)?)))
        })
    }

    fn list_changed(&mut self, space: SpaceId, list: List) -> Result<Option<Revision>, StoreError> {
        let space = self.number(space)?;
        if let Some(changed) = self.waiting.list_changed(space, list) {
            return Ok(Some(changed));
        }
        let sql = "SELECT changed FROM lists WHERE space = ?1 AND list = ?2";
        let found = self.query(sql, params![space, encode_list(&list)], |row| Ok(revision_of(row.get(0)?)))?;
        Ok(found.into_iter().next())
    }

    fn block_owner(&mut self, space: SpaceId, block: BlockId) -> Result<Option<ObjectId>, StoreError> {
        let Some(space) = self.find_number(space)? else { return Ok(None) };
        let sql = "SELECT object FROM blocks WHERE space = ?1 AND id = ?2";
        let found = self.query(sql, params![space, block.0.as_bytes()], |row| uuid_of(row, 0).map(ObjectId))?;
        Ok(found.into_iter().next())
    }

    fn titled(&mut self, space: SpaceId, object: ObjectId) -> Result<Option<Titled>, StoreError> {
        let space = self.number(space)?;
        let sql = "SELECT object, structure, changed, names FROM titles WHERE space = ?1 AND object = ?2";
        Ok(self.query(sql, params![space, object.0.as_bytes()], read_titled)?.into_iter().next())
    }

    fn recent(
        &mut self,
        space: SpaceId,
        structure: StructureId,
        after: Option<(Revision, ObjectId)>,
        limit: usize,
    ) -> Result<Vec<Titled>, StoreError> {
        let space = self.number(space)?;
        let (named, id) = after.map_or((i64::MAX, Uuid::max()), |(named, id)| (number(named), id.0));
        let sql = "SELECT object, structure, changed, names FROM titles \
                   WHERE space = ?1 AND structure = ?2 AND changed <= ?3 AND (changed < ?3 OR object > ?4) \
                   ORDER BY changed DESC, object LIMIT ?5";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.query(sql, params![space, structure.to_string(), named, id.as_bytes(), limit], read_titled)
    }

    fn terms(
        &mut self,
        space: SpaceId,
        range: &TermRange,
        after: Option<&(Term, ObjectId)>,
        limit: usize,
    ) -> Result<Vec<(Term, ObjectId)>, StoreError> {
        let Some(space) = self.find_number(space)? else { return Ok(Vec::new()) };
        let mut read = |limit| terms::read(&self.connection, &mut self.fresh, space, range, after, limit);
        let asked = words::only(range).filter(|_| after.is_none() && limit < words::OBJECTS);
        let Some((words, term)) = self.words.as_mut().zip(asked) else { return read(limit).map_err(store_error) };
        let key = (space, term);
        let ids = match words.get(&key, limit) {
            Some(ids) => ids,
            None => {
                let ids: Vec<_> = read(words::OBJECTS).map_err(store_error)?.into_iter().map(|(_, id)| id).collect();
                words.keep(key.clone(), ids.clone());
                ids
            }
        };
        Ok(ids.into_iter().take(limit).map(|id| (key.1.clone(), id)).collect())
    }

    fn entries(&mut self, space: SpaceId, after: Revision, limit: usize) -> Result<Vec<LogEntry>, StoreError> {
        let space = self.number(space)?;
        let sql = "SELECT revision, at, actor, actor_name, body FROM log \
                   WHERE space = ?1 AND revision > ?2 ORDER BY revision LIMIT ?3";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.query(sql, params![space, number(after), limit], |row| {
            let body: EntryBody<'_> = json_of(row, 4)?;
            Ok(LogEntry {
                revision: revision_of(row.get(0)?),
                at: Timestamp(row.get(1)?),
                actor: read_actor(row, 2)?,
                objects: body.objects.into_owned(),
                schema: body.schema.into_owned(),
            })
        })
    }

    fn answer(&mut self, token: TokenId, key: &str) -> Result<Option<StoredAnswer>, StoreError> {
        #[cfg(feature = "faults")]
        if self.faults.as_ref().is_some_and(|faults| faults.forget_answers) {
            return Ok(None);
        }
        answers::read(&self.connection, token, key).map_err(store_error)
    }

    fn answers_before(
        &mut self,
        space: SpaceId,
        at: Timestamp,
        limit: usize,
    ) -> Result<Vec<(TokenId, String)>, StoreError> {
        let Some(space) = self.find_number(space)? else { return Ok(Vec::new()) };
        answers::before(&self.connection, space, at, limit).map_err(store_error)
    }
}

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

pub(crate) const OBJECT: i64 = 3;

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

/// A document by its kind and id.
pub(crate) type Key<'k> = (i64, Cow<'k, [u8]>);

pub(crate) fn encode_key(key: &DocKey) -> Key<'_> {
    match key {
        DocKey::Space => (0, Cow::Borrowed(&[])),
        DocKey::Structure(id) => (1, Cow::Owned(id.to_string().into_bytes())),
        DocKey::Collection(id) => (2, Cow::Borrowed(id.0.as_bytes())),
        DocKey::Object(id) => (OBJECT, Cow::Borrowed(id.0.as_bytes())),
    }
}

pub(crate) fn decode_key(kind: i64, id: &[u8]) -> rusqlite::Result<DocKey> {
    Ok(match kind {
        0 => DocKey::Space,
        1 => {
            let text = std::str::from_utf8(id).map_err(|error| conversion(7, error))?;
            DocKey::Structure(text.parse::<StructureId>().map_err(|error| conversion(7, error))?)
        }
        2 => DocKey::Collection(CollectionId(uuid_from(7, id)?)),
        _ => DocKey::Object(ObjectId(uuid_from(7, id)?)),
    })
}

/// A list as a key: its kind, then its id.
pub(crate) fn encode_list(list: &List) -> Vec<u8> {
    let key = |kind: u8, id: &[u8]| [&[kind], id].concat();
    match list {
        List::All => key(0, &[]),
        List::Structure(id) => key(1, id.to_string().as_bytes()),
        List::Collection(id) => key(2, id.0.as_bytes()),
        List::Tag(id) => key(3, id.0.as_bytes()),
        List::Trash => key(4, &[]),
    }
}

fn encode_entry(entry: &LogEntry) -> rusqlite::Result<String> {
    let body = EntryBody { objects: Cow::Borrowed(&entry.objects), schema: Cow::Borrowed(&entry.schema) };
    serde_json::to_string(&body).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn decode_policy(policy: i64) -> rusqlite::Result<Policy> {
    let index = usize::try_from(policy).ok();
    let found = index.and_then(|index| Policy::ALL.get(index).copied());
    found.ok_or(rusqlite::Error::IntegralValueOutOfRange(7, policy))
}

fn encode_state(state: State) -> i64 {
    match state {
        State::Live => 0,
        State::Trashed => 1,
        State::Deleted => 2,
    }
}

fn decode_state(state: i64) -> rusqlite::Result<State> {
    match state {
        0 => Ok(State::Live),
        1 => Ok(State::Trashed),
        2 => Ok(State::Deleted),
        other => Err(rusqlite::Error::IntegralValueOutOfRange(0, other)),
    }
}

fn read_space(row: &Row<'_>) -> rusqlite::Result<(i64, SpaceRow)> {
    let space = SpaceRow {
        id: SpaceId(uuid_of(row, 1)?),
        log: LogId(row.get::<_, i64>(2)?.cast_unsigned()),
        revision: revision_of(row.get(3)?),
        schema: revision_of(row.get(4)?),
        at: Timestamp(row.get(5)?),
        oldest: revision_of(row.get(6)?),
        policy: decode_policy(row.get(7)?)?,
    };
    Ok((row.get(0)?, space))
}

/// An actor in two columns.
pub(crate) fn read_actor(row: &Row<'_>, column: usize) -> rusqlite::Result<Actor> {
    let id = row.get_ref(column)?.as_blob_or_null()?.map(|bytes| uuid_from(column, bytes)).transpose()?.map(TokenId);
    Ok(Actor { id, name: row.get(column + 1)? })
}

/// The token of an actor, as it is written.
pub(crate) fn encode_actor(actor: &Actor) -> Option<&[u8; 16]> {
    actor.id.as_ref().map(|id| id.0.as_bytes())
}

pub(crate) fn read_titled(row: &Row<'_>) -> rusqlite::Result<Titled> {
    Ok(Titled {
        id: ObjectId(uuid_of(row, 0)?),
        structure: row.get_ref(1)?.as_str()?.parse::<StructureId>().map_err(|error| conversion(1, error))?,
        named: revision_of(row.get(2)?),
        names: json_of(row, 3)?,
    })
}

fn read_step(row: &Row<'_>) -> rusqlite::Result<Step> {
    let (previous, state): (Option<i64>, Option<i64>) = (row.get(1)?, row.get(2)?);
    let previous = match (previous, state) {
        (Some(revision), Some(state)) => Some((revision_of(revision), decode_state(state)?)),
        _ => None,
    };
    Ok(Step { revision: revision_of(row.get(0)?), previous })
}

pub(crate) fn read_doc(row: &Row<'_>, key: DocKey) -> rusqlite::Result<Doc> {
    Ok(Doc {
        key,
        created: revision_of(row.get(0)?),
        revision: revision_of(row.get(1)?),
        at: Timestamp(row.get(2)?),
        state: decode_state(row.get(3)?)?,
        body: row.get_ref(4)?.as_blob()?.into(),
        erased: row.get(5)?,
    })
}

/// Revisions that are asked for may be beyond what a column holds; those that are stored never are.
pub(crate) fn number(revision: Revision) -> i64 {
    i64::try_from(revision.0).unwrap_or(i64::MAX)
}

pub(crate) fn revision_of(number: i64) -> Revision {
    Revision(number.cast_unsigned())
}

pub(crate) fn uuid_of(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    uuid_from(column, row.get_ref(column)?.as_blob()?)
}

fn uuid_from(column: usize, bytes: &[u8]) -> rusqlite::Result<Uuid> {
    Uuid::from_slice(bytes).map_err(|error| conversion(column, error))
}

pub(crate) fn json_of<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|error| conversion(column, error))
}

pub(crate) fn conversion(
    column: usize,
    error: impl Into<Box<dyn std::error::Error + Send + Sync + 'static>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Blob, error.into())
}
