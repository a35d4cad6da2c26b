//! Commands of the operator: through the server when one has the folder, else on the folder itself.

use std::path::Path;

use anyhow::bail;
use palimpsest_engine::Ids;
use palimpsest_engine::admin::{Command, Reply};
use palimpsest_model::LogId;
use palimpsest_store::{SpaceRow, Store};
use palimpsest_store_sqlite::SqliteStore;

use crate::control::{Asked, Told};
use crate::settings::Settings;
use crate::world::SystemIds;
use crate::{control, run};

/// Does what the operator asks.
pub(crate) fn administer(settings: &Settings, command: Command) -> anyhow::Result<Reply> {
    if let Some(told) = control::send(&settings.data, &Asked::Command(command.clone()))? {
        let Told::Reply(reply) = told else { bail!("the running server is of another version") };
        return Ok(reply);
    }
    let opened = run::open(settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let reply =
        runtime.block_on(opened.engine.administer(command)).map_err(|error| anyhow::anyhow!("{}", error.message));
    opened.store.close();
    reply
}

/// Writes what a folder holds to a new file; its length.
pub(crate) fn back_up(settings: &Settings, to: &Path) -> anyhow::Result<u64> {
    let data = &settings.data;
    // The server may stand in another folder.
    let to = std::path::absolute(to)?;
    if let Some(told) = control::send(data, &Asked::Backup(to.clone()))? {
        let Told::BackedUp(bytes) = told else { bail!("the running server is of another version") };
        return Ok(bytes);
    }
    if !SqliteStore::exists(data) {
        bail!("there is no store in {}", data.display());
    }
    let opened = run::open(settings)?;
    let backed_up = opened.store.backup(&to);
    opened.store.close();
    Ok(backed_up?)
}

/// Makes the store of a folder that has none of a backup; the spaces it holds.
pub(crate) fn restore(data: &Path, from: &Path) -> anyhow::Result<Vec<SpaceRow>> {
    let log = || LogId(SystemIds.random()[..8].iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
    Ok(palimpsest_store_sqlite::restore(data, from, log)?)
}
