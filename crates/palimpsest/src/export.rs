//! `palimpsest export`: through the server when one has the folder, else on the folder itself.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use palimpsest_engine::Engine;
use palimpsest_store::Store;
use palimpsest_transfer::export::{Exported, export_telling};
use palimpsest_transfer::import::Teller;
use serde::{Deserialize, Serialize};

use crate::control::{Asked, Told};
use crate::settings::Settings;
use crate::{control, print, progress, run};

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

/// Writes a space to files and prints what was written. It fails when bytes of media are lost, after everything else was
/// written.
pub(crate) fn run(settings: &Settings, args: ExportArgs, json: bool) -> anyhow::Result<()> {
    // The server may stand in another folder.
    let to = std::path::absolute(args.path)?;
    let wanted = Export { to, space: args.space };
    let asked = Asked::Export(wanted);
    let (bar, tell) = progress::bar();
    let exported = ask(settings, &asked, &tell);
    bar.finish_and_clear();
    let exported = exported?;
    print::exported(&exported, json)?;
    match exported.lost.len() {
        0 => Ok(()),
        1 => bail!("a file of media is lost, everything else was exported"),
        number => bail!("{number} files of media are lost, everything else was exported"),
    }
}

fn ask(settings: &Settings, asked: &Asked, tell: &Teller) -> anyhow::Result<Exported> {
    if let Some(told) = control::send_telling(&settings.data, asked, tell)? {
        let Told::Exported(exported) = told else { bail!("the running server is of another version") };
        return Ok(exported);
    }
    let Asked::Export(wanted) = asked else { bail!("this is no export") };
    let opened = run::open(settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let exported = runtime.block_on(carry_out(&opened.engine, wanted, tell));
    opened.store.close();
    exported.map_err(|message| anyhow::anyhow!("{message}"))
}

/// Exports; what was written, or why not.
pub(crate) async fn carry_out(engine: &Engine, wanted: &Export, tell: &Teller) -> Result<Exported, String> {
    let space = engine.find_space(wanted.space.as_deref()).await.map_err(|error| error.message)?;
    export_telling(engine, space, &wanted.to, tell).await.map_err(|error| error.to_string())
}
