//! Commands of the operator: through the server when one has the folder, else on the folder itself.

use std::path::Path;

use palimpsest_engine::admin::{Command, Reply};

use crate::{control, run};

/// Does what the operator asks.
pub(crate) fn administer(data: &Path, command: Command) -> anyhow::Result<Reply> {
    if let Some(reply) = control::send(data, &command)? {
        return Ok(reply);
    }
    let engine = run::open(data)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let reply = runtime.block_on(engine.administer(command)).map_err(|error| anyhow::anyhow!("{}", error.message));
    engine.store().close();
    reply
}
