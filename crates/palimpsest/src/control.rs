//! The control socket of a served folder: `<data>/control.sock`, for its owner only. A command is one line of JSON, so is
//! its reply, before which lines may tell how far it is; one exchange a connection.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use palimpsest_engine::admin::{Command, Reply};
use palimpsest_transfer::export::Exported;
use palimpsest_transfer::import::{Import, Imported, Progress, Teller, import};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::backup::BackedUp;
use crate::export::Export;
use crate::run::Opened;
use crate::verify::Checked;
use crate::{backup, export, verify};

const NAME: &str = "control.sock";
/// The longest command that is read.
const LONGEST: u64 = 8 * 1024 * 1024;
/// How long a command may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long its reply may take: a backup copies everything, erasing rewrites the file of the store.
const REPLY: Duration = Duration::from_secs(24 * 60 * 60);

/// What the operator asks of a server.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Asked {
    /// A command of the engine.
    Command(Command),
    /// A backup, to a file with an absolute path.
    Backup(PathBuf),
    /// An import, from an absolute path.
    Import(Import),
    /// An export.
    Export(Export),
    /// A search for damage.
    Verify,
}

/// What the operator is told.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Told {
    /// The reply to a command.
    Reply(Reply),
    /// What was backed up.
    BackedUp(Box<BackedUp>),
    /// What came of an import.
    Imported(Box<Imported>),
    /// What was exported.
    Exported(Exported),
    /// What a search for damage found.
    Verified(Box<Checked>),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Outcome {
    /// How far it is; more follows.
    Progress(Progress),
    Done(Told),
    Refused(String),
}

/// A socket that is listened on.
pub(crate) struct Control {
    path: PathBuf,
    task: JoinHandle<()>,
}

impl Control {
    /// Takes the socket away.
    pub(crate) fn stop(self) {
        self.task.abort();
        // The next server replaces a socket that was left behind.
        let _ = std::fs::remove_file(self.path);
    }
}

/// Listens on the socket of a folder that this process owns.
pub(crate) fn listen(data: &Path, opened: Arc<Opened>) -> anyhow::Result<Control> {
    let path = data.join(NAME);
    // Left behind by a process that was killed: the lock of the folder says that nobody else listens.
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).with_context(|| path.display().to_string())?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let opened = Arc::clone(&opened);
            tokio::spawn(async move {
                if let Err(error) = tokio::time::timeout(REPLY, serve(stream, &opened)).await.unwrap_or(Ok(())) {
                    tracing::debug!(%error, "a command on the control socket failed");
                }
            });
        }
    });
    Ok(Control { path, task })
}

async fn serve(stream: UnixStream, opened: &Arc<Opened>) -> anyhow::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut read = tokio::io::BufReader::new(read.take(LONGEST));
    tokio::time::timeout(PATIENCE, read.read_line(&mut line)).await.context("no command came")??;
    let outcome = match serde_json::from_str::<Asked>(&line) {
        Ok(Asked::Command(command)) => match opened.engine.administer(command).await {
            Ok(reply) => Outcome::Done(Told::Reply(reply)),
            Err(error) => Outcome::Refused(error.message),
        },
        Ok(Asked::Backup(to)) => {
            let opened = Arc::clone(opened);
            match tokio::task::spawn_blocking(move || backup::carry_out(&opened, to)).await? {
                Ok(backed_up) => Outcome::Done(Told::BackedUp(Box::new(backed_up))),
                Err(error) => Outcome::Refused(format!("{error:#}")),
            }
        }
        Ok(Asked::Import(wanted)) => {
            let (send, mut told) = mpsc::unbounded_channel();
            let engine = Arc::clone(&opened.engine);
            // It goes on when nobody is left to be told.
            let work = tokio::spawn(async move {
                let tell: Teller = Arc::new(move |progress| _ = send.send(progress));
                import(&engine, wanted, tell).await
            });
            while let Some(progress) = told.recv().await {
                say(&mut write, &Outcome::Progress(progress)).await?;
            }
            match work.await? {
                Ok(report) => Outcome::Done(Told::Imported(Box::new(report))),
                Err(error) => Outcome::Refused(error.to_string()),
            }
        }
        Ok(Asked::Export(wanted)) => match export::carry_out(&opened.engine, wanted).await {
            Ok(exported) => Outcome::Done(Told::Exported(exported)),
            Err(message) => Outcome::Refused(message),
        },
        Ok(Asked::Verify) => match verify::carry_out(opened).await {
            Ok(checked) => Outcome::Done(Told::Verified(Box::new(checked))),
            Err(error) => Outcome::Refused(format!("{error:#}")),
        },
        Err(error) => Outcome::Refused(format!("not a command of this version: {error}")),
    };
    say(&mut write, &outcome).await
}

async fn say(write: &mut OwnedWriteHalf, outcome: &Outcome) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(outcome)?;
    line.push(b'\n');
    Ok(write.write_all(&line).await?)
}

/// Asks the server of a folder; nothing when none listens.
pub(crate) fn send(data: &Path, asked: &Asked) -> anyhow::Result<Option<Told>> {
    let tell: Teller = Arc::new(|_| {});
    send_telling(data, asked, &tell)
}

/// The same, told how far it is.
pub(crate) fn send_telling(data: &Path, asked: &Asked, tell: &Teller) -> anyhow::Result<Option<Told>> {
    let Ok(mut stream) = std::os::unix::net::UnixStream::connect(data.join(NAME)) else { return Ok(None) };
    stream.set_read_timeout(Some(REPLY))?;
    let mut line = serde_json::to_vec(asked)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut lines = BufReader::new(stream);
    loop {
        let mut answer = String::new();
        lines.read_line(&mut answer).context("the running server did not answer")?;
        match serde_json::from_str(&answer).context("the running server is of another version")? {
            Outcome::Progress(progress) => tell(progress),
            Outcome::Done(told) => return Ok(Some(told)),
            Outcome::Refused(message) => bail!("{message}"),
        }
    }
}
