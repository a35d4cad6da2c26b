//! Changes of terms that are not in their table yet. A commit adds them to the end of `fresh_terms`, where otherwise each would touch
//! a page of `terms`; when there are many, they come into `terms` in the order of the terms, in which neighbours share pages.
//!
//! Every connection keeps those that its transaction sees. Of an entry that is among them only they say whether it is there: what
//! `terms` says of it does not count, so that they can come into it slice by slice, and again after a crash.

use std::collections::BTreeMap;
use std::collections::btree_map::Range;
use std::ops::Bound;

use palimpsest_store::TitleChanges;
use rusqlite::{Connection, OptionalExtension, params};

use crate::changes::{Changes, Entry, changes_of, read};
use crate::merging::Merging;

/// So many rows with so many bytes are read in no time.
const NEAR_ROWS: i64 = 64;
const NEAR_BYTES: f64 = 16_384.0;

/// The last change of an entry.
#[derive(Clone, Copy)]
pub(crate) struct Change {
    /// The row that tells of it.
    pub(crate) row: i64,
    /// Whether the entry is there since.
    pub(crate) entered: bool,
}

/// The changes of a space by the entries.
pub(crate) type Changed = BTreeMap<Entry, Change>;

/// The changes that a connection sees.
pub(crate) struct Fresh {
    pub(crate) spaces: BTreeMap<i64, Changed>,
    /// The last row that is among them, or is to be.
    pub(crate) last: i64,
    /// What rows up to this one told is in `terms`.
    gone: i64,
    /// Whether they are those of the running transaction.
    is_current: bool,
    /// Rows of the running group that are not written yet, and how many changes are in them.
    waiting: Vec<(i64, i64, Changes)>,
    arrived: usize,
    /// On the connection that writes.
    pub(crate) merging: Merging,
}

impl Fresh {
    /// Of so many changes, they come into `terms`, on a connection that writes.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            spaces: BTreeMap::new(),
            last: 0,
            gone: 0,
            is_current: false,
            waiting: Vec::new(),
            arrived: 0,
            merging: Merging::new(most),
        }
    }

    /// Another transaction is looked through from now on.
    pub(crate) fn look_again(&mut self) {
        self.is_current = false;
    }

    /// Forgets all of a transaction that was rolled back, whatever it was.
    pub(crate) fn forget(&mut self) {
        *self = Self::new(self.merging.most);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.spaces.values().map(BTreeMap::len).sum()
    }

    /// Takes up the rows that the transaction sees and that were not seen before, and drops those that came into `terms`.
    pub(crate) fn follow(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if self.is_current {
            return Ok(());
        }
        let sql = "SELECT no - (length(body) > 0) FROM fresh_terms ORDER BY no LIMIT 1";
        let gone: Option<i64> = connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
        self.drop_until(gone.unwrap_or_default());
        let mut statement =
            connection.prepare_cached("SELECT no, space, body FROM fresh_terms WHERE no > ?1 ORDER BY no")?;
        let mut rows = statement.query([self.last])?;
        while let Some(row) = rows.next()? {
            let (no, space, body) = (row.get(0)?, row.get(1)?, row.get_ref(2)?.as_blob()?);
            let broken = || crate::encoding::conversion(2, format!("the changes of terms in row {no} are not whole"));
            if body.is_empty() {
                self.spaces.remove(&space);
            }
            for (entry, entered) in read(body).ok_or_else(broken)? {
                self.spaces.entry(space).or_default().insert(entry, Change { row: no, entered });
            }
            self.last = no;
        }
        self.is_current = true;
        Ok(())
    }

    /// Whether it takes no time to follow: few rows were added since, and none came into `terms`.
    pub(crate) fn is_near(&self, connection: &Connection) -> rusqlite::Result<bool> {
        let sql = "SELECT coalesce((SELECT no - (length(body) > 0) FROM fresh_terms ORDER BY no LIMIT 1), 0), \
                   count(*), total(bytes) \
                   FROM (SELECT length(body) AS bytes FROM fresh_terms WHERE no > ?1 ORDER BY no LIMIT ?2)";
        let values = (self.last, NEAR_ROWS + 1);
        connection.prepare_cached(sql)?.query_row(values, |row| {
            let (gone, rows, bytes): (i64, i64, f64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(gone <= self.gone && rows <= NEAR_ROWS && bytes <= NEAR_BYTES)
        })
    }

    /// Drops what was in rows up to one.
    pub(crate) fn drop_until(&mut self, gone: i64) {
        if self.gone >= gone {
            return;
        }
        self.gone = gone;
        self.spaces.retain(|_, changed| {
            changed.retain(|_, change| change.row > gone);
            !changed.is_empty()
        });
    }

    /// The changes of entries of a space between two.
    pub(crate) fn between(&self, space: i64, from: Bound<Entry>, to: Bound<Entry>) -> Option<Range<'_, Entry, Change>> {
        self.spaces.get(&space).map(|changed| changed.range((from, to)))
    }

    /// Adds what a commit does.
    pub(crate) fn add(&mut self, connection: &Connection, space: i64, titles: &TitleChanges) -> rusqlite::Result<()> {
        let count = titles.left.len() + titles.entered.len();
        if count == 0 {
            return Ok(());
        }
        self.follow(connection)?;
        let place = self.waiting.iter().position(|(_, other, _)| *other == space);
        let place = place.unwrap_or_else(|| {
            self.last += 1;
            self.waiting.push((self.last, space, Changes::default()));
            self.waiting.len() - 1
        });
        let Some((row, _, changes)) = self.waiting.get_mut(place) else { return Ok(()) };
        let changed = self.spaces.entry(space).or_default();
        for (entry, entered) in changes_of(titles) {
            changes.add(entry, entered);
            changed.insert(entry.clone(), Change { row: *row, entered });
        }
        self.arrived += count;
        Ok(())
    }

    /// Writes the rows of the running group. What it adds from then on comes into others.
    pub(crate) fn write(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        for (row, space, changes) in std::mem::take(&mut self.waiting) {
            let sql = "INSERT INTO fresh_terms (no, space, body) VALUES (?1, ?2, ?3)";
            connection.prepare_cached(sql)?.execute(params![row, space, changes.as_bytes()])?;
        }
        Ok(())
    }

    /// Writes the rows of the running group, and brings some changes into `terms` if there are many.
    pub(crate) fn settle(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.write(connection)?;
        match std::mem::take(&mut self.arrived) {
            0 => Ok(()),
            arrived => self.merge_some(connection, arrived),
        }
    }

    /// Removes what there is of a space, of which the rows are removed: others may get its number.
    pub(crate) fn remove_space(&mut self, connection: &Connection, space: i64) -> rusqlite::Result<()> {
        self.follow(connection)?;
        self.waiting.retain(|(_, other, _)| *other != space);
        self.spaces.remove(&space);
        self.last += 1;
        let sql = "INSERT INTO fresh_terms (no, space, body) VALUES (?1, ?2, x'')";
        connection.prepare_cached(sql)?.execute(params![self.last, space])?;
        Ok(())
    }
}
