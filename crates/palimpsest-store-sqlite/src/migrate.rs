//! Numbered migrations, each applied once in one transaction, with the checksum of its text kept beside it.

use rusqlite::Connection;
use sha2::{Digest, Sha256};

const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_log.sql"),
    include_str!("../migrations/0002_trash.sql"),
    include_str!("../migrations/0003_answers.sql"),
    include_str!("../migrations/0004_horizon.sql"),
    include_str!("../migrations/0005_conditions.sql"),
    include_str!("../migrations/0006_webhooks.sql"),
    include_str!("../migrations/0007_files.sql"),
    include_str!("../migrations/0008_tokens.sql"),
    include_str!("../migrations/0009_versions.sql"),
    include_str!("../migrations/0010_fresh_terms.sql"),
    include_str!("../migrations/0011_lines.sql"),
    include_str!("../migrations/0012_names.sql"),
];

/// The newest format this version knows; kept in `user_version`.
pub(crate) const FORMAT: i64 = MIGRATIONS.len() as i64;

/// Why migrating failed.
#[derive(Debug)]
pub(crate) enum MigrateError {
    /// An applied migration is not the one this version knows under that number.
    Foreign(i64),
    /// SQLite refused.
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for MigrateError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Applies what is missing, after checking what is there.
pub(crate) fn migrate(connection: &mut Connection, application: i32) -> Result<(), MigrateError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS migrations (number INTEGER NOT NULL PRIMARY KEY, checksum BLOB NOT NULL) STRICT",
    )?;
    let applied: Vec<(i64, Vec<u8>)> = transaction
        .prepare("SELECT number, checksum FROM migrations ORDER BY number")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (number, text) in (1..).zip(MIGRATIONS.iter().copied()) {
        let checksum = Sha256::digest(text).to_vec();
        match applied.iter().find(|(other, _)| *other == number) {
            Some((_, known)) if *known == checksum => {}
            Some(_) => return Err(MigrateError::Foreign(number)),
            None => {
                transaction.execute_batch(text)?;
                transaction.execute("INSERT INTO migrations (number, checksum) VALUES (?1, ?2)", (number, checksum))?;
            }
        }
    }
    transaction.pragma_update(None, "application_id", application)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()?;
    Ok(())
}
