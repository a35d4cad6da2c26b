//! The control socket of a served folder: `<data>/control.sock`, for its owner only. A command is one line of JSON, so is
//! its reply; one exchange a connection.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use palimpsest_engine::Engine;
use palimpsest_engine::admin::{Command, Reply};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

const NAME: &str = "control.sock";
/// The longest command that is read.
const LONGEST: u64 = 8 * 1024 * 1024;
/// How long a command may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long its reply may take: erasing rewrites the file of the store.
const REPLY: Duration = Duration::from_secs(60 * 60);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Outcome {
    Done(Reply),
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
pub(crate) fn listen(data: &Path, engine: Arc<Engine>) -> anyhow::Result<Control> {
    let path = data.join(NAME);
    // Left behind by a process that was killed: the lock of the folder says that nobody else listens.
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).with_context(|| path.display().to_string())?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let engine = Arc::clone(&engine);
            tokio::spawn(async move {
                if let Err(error) = tokio::time::timeout(REPLY, serve(stream, &engine)).await.unwrap_or(Ok(())) {
                    tracing::debug!(%error, "a command on the control socket failed");
                }
            });
        }
    });
    Ok(Control { path, task })
}

async fn serve(stream: UnixStream, engine: &Engine) -> anyhow::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut read = tokio::io::BufReader::new(read.take(LONGEST));
    tokio::time::timeout(PATIENCE, read.read_line(&mut line)).await.context("no command came")??;
    let outcome = match serde_json::from_str::<Command>(&line) {
        Ok(command) => match engine.administer(command).await {
            Ok(reply) => Outcome::Done(reply),
            Err(error) => Outcome::Refused(error.message),
        },
        Err(error) => Outcome::Refused(format!("not a command of this version: {error}")),
    };
    let mut answer = serde_json::to_vec(&outcome)?;
    answer.push(b'\n');
    write.write_all(&answer).await?;
    Ok(())
}

/// Sends a command to the server of a folder; nothing when none listens.
pub(crate) fn send(data: &Path, command: &Command) -> anyhow::Result<Option<Reply>> {
    let Ok(mut stream) = std::os::unix::net::UnixStream::connect(data.join(NAME)) else { return Ok(None) };
    stream.set_read_timeout(Some(REPLY))?;
    let mut line = serde_json::to_vec(command)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).context("the running server did not answer")?;
    match serde_json::from_str(&answer).context("the running server is of another version")? {
        Outcome::Done(reply) => Ok(Some(reply)),
        Outcome::Refused(message) => bail!("{message}"),
    }
}
