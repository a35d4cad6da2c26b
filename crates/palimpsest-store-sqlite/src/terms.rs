//! The terms of titles as a transaction sees them: those of the table, with the changes that are not in it yet.

use std::ops::Bound;

use palimpsest_model::ObjectId;
use palimpsest_store::{NO_OBJECT, Term, TermRange};
use rusqlite::{Connection, Row, Rows, params};

use crate::changes::Entry;
use crate::encoding::uuid_of;
use crate::fresh::Fresh;

/// Entries of a range, in their order, at most `limit`, after one.
pub(crate) fn read(
    connection: &Connection,
    fresh: &mut Fresh,
    space: i64,
    range: &TermRange,
    after: Option<&Entry>,
    limit: usize,
) -> rusqlite::Result<Vec<Entry>> {
    fresh.follow(connection)?;
    let from = match after {
        Some(entry) => Bound::Excluded(entry.clone()),
        None => Bound::Included((Term::from_bytes(&range.from), NO_OBJECT)),
    };
    let to = (Term::from_bytes(&range.to), NO_OBJECT);
    if limit == 0 || matches!(&from, Bound::Included(from) | Bound::Excluded(from) if *from >= to) {
        return Ok(Vec::new());
    }
    let mut changes = fresh.between(space, from, Bound::Excluded(to)).into_iter().flatten().peekable();
    let (term, object): (&[u8], &[u8]) = match after {
        Some((term, object)) => (term.as_bytes(), object.0.as_bytes()),
        None => (&range.from, &[]),
    };
    let sql = "SELECT term, object FROM terms \
               WHERE space = ?1 AND (term, object) > (?2, ?3) AND term < ?4 ORDER BY term, object";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![space, term, object, range.to])?;
    let (mut found, mut old, mut has_more) = (Vec::new(), None, true);
    while found.len() < limit {
        if old.is_none() && has_more {
            old = next(&mut rows)?;
            has_more = old.is_some();
        }
        if changes.peek().is_none_or(|(changed, _)| old.as_ref().is_some_and(|old| old < *changed)) {
            let Some(old) = old.take() else { break };
            found.push(old);
        } else if let Some((changed, change)) = changes.next() {
            // Whatever the table says of it.
            old = old.filter(|old| old != changed);
            found.extend(change.entered.then(|| changed.clone()));
        }
    }
    Ok(found)
}

fn next(rows: &mut Rows<'_>) -> rusqlite::Result<Option<Entry>> {
    rows.next()?.map(entry).transpose()
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok((Term::from_bytes(row.get_ref(0)?.as_blob()?), ObjectId(uuid_of(row, 1)?)))
}
