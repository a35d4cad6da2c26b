//! `palimpsest export`: through the server when one has the folder, else on the folder itself.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use palimpsest_engine::Engine;
use palimpsest_store::Store;
use palimpsest_transfer::export::{Exported, export};
use serde::{Deserialize, Serialize};

use crate::control::{Asked, Told};
use crate::settings::Settings;
use crate::{control, print, run};

#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    /// A folder that is not there or empty; a zip archive when it ends in .zip
    path: PathBuf,
    /// The space (title or id); may be left out when there is one
    #[arg(long)]
    space: Option<String>,
}

/// What is to be exported, to an absolute path.
#[derive(Serialize, Deserialize)]
pub(crate) struct Export {
    to: PathBuf,
    space: Option<String>,
}

/// Writes a space to files and prints what was written.
pub(crate) fn run(settings: &Settings, args: ExportArgs, json: bool) -> anyhow::Result<()> {
    // The server may stand in another folder.
    let to = std::path::absolute(args.path)?;
    let wanted = Export { to, space: args.space };
    let asked = Asked::Export(wanted);
    if let Some(told) = control::send(&settings.data, &asked)? {
        let Told::Exported(exported) = told else { bail!("the running server is of another version") };
        return Ok(print::exported(&exported, json)?);
    }
    let Asked::Export(wanted) = asked else { return Ok(()) };
    let opened = run::open(settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let exported = runtime.block_on(carry_out(&opened.engine, wanted));
    opened.store.close();
    match exported {
        Ok(exported) => Ok(print::exported(&exported, json)?),
        Err(message) => bail!("{message}"),
    }
}

/// Exports; what was written, or why not.
pub(crate) async fn carry_out(engine: &Engine, wanted: Export) -> Result<Exported, String> {
    let space = engine.find_space(wanted.space.as_deref()).await.map_err(|error| error.message)?;
    export(engine, space, &wanted.to).await.map_err(|error| error.to_string())
}
