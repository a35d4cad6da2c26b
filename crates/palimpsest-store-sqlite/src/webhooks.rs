//! Webhooks and their deliveries in SQL.

use palimpsest_model::{TokenId, WebhookId};
use palimpsest_store::{Delivery, Webhook};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use crate::encoding::json_of;

/// Every webhook.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<Webhook>> {
    let mut statement = connection.prepare_cached("SELECT body FROM webhooks ORDER BY id")?;
    statement.query_map([], |row| json_of(row, 0))?.collect()
}

/// One of them.
pub(crate) fn read(connection: &Connection, id: WebhookId) -> rusqlite::Result<Option<Webhook>> {
    let sql = "SELECT body FROM webhooks WHERE id = ?1";
    connection.prepare_cached(sql)?.query_row([id.0.as_bytes()], |row| json_of(row, 0)).optional()
}

/// Writes a webhook of a space, by its number.
pub(crate) fn write(connection: &Connection, space: i64, webhook: &Webhook) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO webhooks (id, space, token, body) VALUES (?1, ?2, ?3, ?4)";
    let values = params![webhook.id.0.as_bytes(), space, webhook.token.0.as_bytes(), json(webhook)?];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// Removes a webhook.
pub(crate) fn remove(connection: &Connection, id: WebhookId) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM deliveries WHERE webhook = ?1", [id.0.as_bytes()])?;
    connection.execute("DELETE FROM webhooks WHERE id = ?1", [id.0.as_bytes()])?;
    Ok(())
}

/// Removes the webhooks of a token.
pub(crate) fn remove_of_token(connection: &Connection, token: TokenId) -> rusqlite::Result<()> {
    let those = "DELETE FROM deliveries WHERE webhook IN (SELECT id FROM webhooks WHERE token = ?1)";
    connection.execute(those, [token.0.as_bytes()])?;
    connection.execute("DELETE FROM webhooks WHERE token = ?1", [token.0.as_bytes()])?;
    Ok(())
}

/// Removes the webhooks of a space, by its number.
pub(crate) fn remove_of_space(connection: &Connection, space: i64) -> rusqlite::Result<()> {
    let those = "DELETE FROM deliveries WHERE webhook IN (SELECT id FROM webhooks WHERE space = ?1)";
    connection.execute(those, [space])?;
    connection.execute("DELETE FROM webhooks WHERE space = ?1", [space])?;
    Ok(())
}

/// The deliveries of a webhook, the last first.
pub(crate) fn deliveries(connection: &Connection, id: WebhookId, limit: usize) -> rusqlite::Result<Vec<Delivery>> {
    let sql = "SELECT body FROM deliveries WHERE webhook = ?1 ORDER BY no DESC LIMIT ?2";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map(params![id.0.as_bytes(), limit], |row| json_of(row, 0))?.collect()
}

/// Writes a delivery of a webhook that is there, and removes all but the last of them.
pub(crate) fn deliver(
    connection: &Connection,
    id: WebhookId,
    delivery: &Delivery,
    keep: usize,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO deliveries (webhook, body) SELECT id, ?2 FROM webhooks WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![id.0.as_bytes(), json(delivery)?])?;
    let sql = "DELETE FROM deliveries WHERE webhook = ?1 AND no NOT IN \
               (SELECT no FROM deliveries WHERE webhook = ?1 ORDER BY no DESC LIMIT ?2)";
    let keep = i64::try_from(keep).unwrap_or(i64::MAX);
    connection.prepare_cached(sql)?.execute(params![id.0.as_bytes(), keep])?;
    Ok(())
}

fn json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}
