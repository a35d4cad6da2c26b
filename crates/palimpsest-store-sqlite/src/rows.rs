//! The contract's rows in SQL.

mod registry;
mod writing;

use std::collections::HashMap;
use std::ops::RangeInclusive;

use palimpsest_model::{BlockId, ObjectId, Revision, SpaceId, StructureId, Timestamp, TokenId};
use palimpsest_store::{
    Batch, Doc, DocKey, List, LogEntry, Membership, Origin, Place, RegistryRows, Rows, SpaceRow, Step, StoreError,
    StoredAnswer, StoredObject, Term, TermRange, Titled, Version,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use self::writing::{write_doc, write_titles};
use crate::answers;
use crate::encoding::{
    OBJECT, conversion, decode_key, encode_actor, encode_entry, encode_key, encode_list, number, read_doc, read_entry,
    read_space, read_step, read_titled, revision_of, uuid_of,
};
use crate::error::store_error;
use crate::files;
use crate::fresh::Fresh;
use crate::objects::Objects;
use crate::terms;
use crate::versions;
use crate::waiting::Waiting;
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

    fn titled_structures(&mut self, space: SpaceId) -> Result<Vec<StructureId>, StoreError> {
        let space = self.number(space)?;
        // From one to the next, past all of their objects.
        let sql = "SELECT structure FROM titles WHERE space = ?1 AND structure > ?2 ORDER BY structure LIMIT 1";
        let mut structures = Vec::new();
        let mut last = String::new();
        while let Some(next) = self.query(sql, params![space, last], |row| row.get::<_, String>(0))?.pop() {
            let structure = next.parse::<StructureId>().map_err(|error| store_error(conversion(0, error)))?;
            structures.push(structure);
            last = next;
        }
        Ok(structures)
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
        self.query(sql, params![space, number(after), limit], read_entry)
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
