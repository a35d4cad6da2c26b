//! Commands of the operator: through the server when one has the folder, else on the folder itself.

use anyhow::bail;
use palimpsest_engine::admin::{Command, Reply};
use palimpsest_store::Store;

use crate::control::{Asked, Told};
use crate::settings::Settings;
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
