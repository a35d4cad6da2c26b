//! What a group of commits writes once, before it is committed: where its spaces stand, and when their lists changed last.

use std::collections::{BTreeMap, HashMap};

use palimpsest_model::Revision;
use palimpsest_store::{Batch, List, SpaceRow};
use rusqlite::{Connection, params};

use crate::encoding::{encode_list, number};

/// Rows of spaces and lists that are not written yet, by the numbers of spaces.
#[derive(Default)]
pub(crate) struct Waiting {
    spaces: HashMap<i64, SpaceRow>,
    lists: BTreeMap<(i64, List), Revision>,
}

impl Waiting {
    /// Adds what a commit came to.
    pub(crate) fn add(&mut self, space: i64, batch: &Batch) {
        if batch.begins {
            // Its row is there. The number may be that of one that was removed.
            self.spaces.remove(&space);
            self.lists.retain(|(other, _), _| *other != space);
        } else {
            self.spaces.insert(space, batch.space);
        }
        self.lists.extend(batch.lists.iter().map(|list| ((space, *list), batch.space.revision)));
    }

    /// A row as it was read, with what it is to be.
    pub(crate) fn moved(&self, space: i64, read: SpaceRow) -> SpaceRow {
        match self.spaces.get(&space) {
            Some(SpaceRow { revision, schema, at, .. }) => {
                SpaceRow { revision: *revision, schema: *schema, at: *at, ..read }
            }
            None => read,
        }
    }

    /// When a list changed last, if this group changed it.
    pub(crate) fn list_changed(&self, space: i64, list: List) -> Option<Revision> {
        self.lists.get(&(space, list)).copied()
    }

    /// Writes it all, and may do so again. Spaces that were removed meanwhile stay so.
    pub(crate) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut update =
            connection.prepare_cached("UPDATE spaces SET revision = ?2, schema = ?3, at = ?4 WHERE no = ?1")?;
        for (space, row) in &self.spaces {
            update.execute(params![space, number(row.revision), number(row.schema), row.at.0])?;
        }
        let sql = "INSERT INTO lists (space, list, changed) SELECT ?1, ?2, ?3 \
                   WHERE EXISTS (SELECT 1 FROM spaces WHERE no = ?1) \
                   ON CONFLICT (space, list) DO UPDATE SET changed = ?3";
        let mut insert = connection.prepare_cached(sql)?;
        for ((space, list), changed) in &self.lists {
            insert.execute(params![space, encode_list(list), number(*changed)])?;
        }
        Ok(())
    }
}
