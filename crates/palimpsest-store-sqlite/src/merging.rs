//! How fresh changes come into `terms`: in the order of the entries, slice by slice, in the transactions of those who bring more.

use std::ops::Bound;

use rusqlite::{Connection, params};

use crate::changes::Entry;
use crate::fresh::Fresh;

/// For each change that is added while there are too many, so many come into `terms`.
const PACE: usize = 2;
/// They come in slices of so many, or more: in a large slice more of them share a page.
const SLICE: usize = 256;

/// Where the changes are on their way into `terms`.
pub(crate) struct Merging {
    /// It begins when there are more changes than this.
    pub(crate) most: usize,
    /// The row up to which they come, while they do.
    until: Option<i64>,
    /// The first entry that has not come yet, with its space.
    next: Option<(i64, Entry)>,
    /// How many are to come next.
    owed: usize,
}

impl Merging {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, until: None, next: None, owed: 0 }
    }
}

impl Fresh {
    /// Brings changes into `terms` when there are too many: about twice as many as were added, so that it comes to an end.
    pub(crate) fn merge_some(&mut self, connection: &Connection, added: usize) -> rusqlite::Result<()> {
        if self.merging.until.is_none() {
            if self.len() <= self.merging.most {
                return Ok(());
            }
            self.merging.until = Some(self.last);
        }
        self.merging.owed += PACE * added;
        if self.merging.owed < SLICE.min(self.merging.most) {
            return Ok(());
        }
        let owed = std::mem::take(&mut self.merging.owed);
        self.merge(connection, owed)
    }

    /// Brings all changes into `terms`: nothing that was taken out of it is left.
    pub(crate) fn merge_all(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.follow(connection)?;
        self.write(connection)?;
        self.merging = Merging { until: Some(self.last), ..Merging::new(self.merging.most) };
        self.merge(connection, usize::MAX)
    }

    /// Brings so many more.
    fn merge(&mut self, connection: &Connection, most: usize) -> rusqlite::Result<()> {
        let Some(until) = self.merging.until else { return Ok(()) };
        let mut insert =
            connection.prepare_cached("INSERT OR IGNORE INTO terms (space, term, object) VALUES (?1, ?2, ?3)")?;
        let mut delete =
            connection.prepare_cached("DELETE FROM terms WHERE space = ?1 AND term = ?2 AND object = ?3")?;
        let mut left = most;
        let begun = self.merging.next.take();
        let first = begun.as_ref().map_or(i64::MIN, |(space, _)| *space);
        for (&space, changed) in self.spaces.range(first..) {
            let from = begun.as_ref().filter(|(begun, _)| *begun == space);
            let from = from.map_or(Bound::Unbounded, |(_, entry)| Bound::Included(entry));
            let changes = changed.range::<Entry, _>((from, Bound::Unbounded));
            for (entry, change) in changes.filter(|(_, change)| change.row <= until) {
                if left == 0 {
                    self.merging.next = Some((space, entry.clone()));
                    return Ok(());
                }
                left -= 1;
                let statement = if change.entered { &mut insert } else { &mut delete };
                statement.execute(params![space, entry.0.as_bytes(), entry.1.0.as_bytes()])?;
            }
        }
        connection.prepare_cached("DELETE FROM fresh_terms WHERE no < ?1")?.execute([until])?;
        // It stays for its number.
        connection.prepare_cached("UPDATE fresh_terms SET body = x'' WHERE no = ?1")?.execute([until])?;
        self.drop_until(until);
        self.merging = Merging::new(self.merging.most);
        Ok(())
    }
}
