//! `palimpsest import`: through the server when one has the folder, else on the folder itself.

use std::io::Write;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use palimpsest_store::Store;
use palimpsest_transfer::import::{Import, Imported, Limits, Teller, import};

use crate::control::{Asked, Told};
use crate::settings::Settings;
use crate::{control, progress, run};

/// So many problems are printed for people; `--json` prints more.
const SHOWN: usize = 50;

#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    /// An export of a space, a folder of Markdown, a vault of Obsidian, an export of Capacities; or a zip archive of one
    path: PathBuf,
    /// The space (title or id); may be left out when there is one, and for an export of a space
    #[arg(long)]
    space: Option<String>,
    /// Only tell what would happen
    #[arg(long)]
    dry_run: bool,
}

/// Imports what is at a path and prints what came of it. It fails when nothing could be imported.
pub(crate) fn run(settings: &Settings, args: ImportArgs, json: bool) -> anyhow::Result<()> {
    // The server may stand in another folder.
    let path = std::path::absolute(args.path)?;
    let wanted = Import { path, space: args.space, dry_run: args.dry_run, limits: Limits::default() };
    let (bar, tell) = progress::bar();
    let report = carry_out(settings, wanted, tell);
    bar.finish_and_clear();
    let report = report?;
    print(&report, json)?;
    if !report.has_any() {
        bail!("nothing was imported");
    }
    Ok(())
}

fn carry_out(settings: &Settings, wanted: Import, tell: Teller) -> anyhow::Result<Imported> {
    if let Some(told) = control::send_telling(&settings.data, &Asked::Import(wanted.clone()), &tell)? {
        let Told::Imported(report) = told else { bail!("the running server is of another version") };
        return Ok(*report);
    }
    let opened = run::open(settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(async {
        run::claim(&opened.engine, settings).await?;
        Ok(import(&opened.engine, wanted, tell).await?)
    });
    opened.store.close();
    report
}

fn print(report: &Imported, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        // Which of the two it is can be seen by its members.
        let report = match report {
            Imported::Files(report) => serde_json::to_string(report)?,
            Imported::Export(report) => serde_json::to_string(report)?,
        };
        return Ok(writeln!(out, "{report}")?);
    }
    write!(out, "{report}")?;
    let problems = report.problems();
    let all = problems.len() + report.more_problems();
    if all > 0 {
        let mut err = std::io::stderr().lock();
        writeln!(err, "problems: {all}")?;
        for (path, message) in problems.iter().take(SHOWN) {
            writeln!(err, "  {path}: {message}")?;
        }
        if all > SHOWN {
            writeln!(err, "  and {} more", all - SHOWN)?;
        }
    }
    Ok(())
}
