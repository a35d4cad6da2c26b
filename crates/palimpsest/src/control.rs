//! The control socket of a served folder: `<data>/control.sock`, for its owner only. A command is one line of JSON, so is
//! its reply, before which lines may tell how far it is; one exchange a connection. It takes as long as both
//! sides are there: lines in between say that the server still works.

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
/// Who works says so as often, so that the other side is known to be there: a backup reads everything, an import takes as long
/// as it takes.
const BEAT: Duration = Duration::from_secs(10);
/// How long a side may be silent that should say something or listen.
const SILENCE: Duration = Duration::from_secs(120);

/// What is said when a reply ends before it is whole, or nothing comes any more.
const STOPPED: &str = "the running server stopped answering";

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
    /// It goes on; more follows.
    Working,
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
                if let Err(error) = serve(stream, &opened).await {
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
    let asked = match serde_json::from_str::<Asked>(&line) {
        Ok(asked) => asked,
        Err(error) => {
            return say(&mut write, &Outcome::Refused(format!("not a command of this version: {error}"))).await;
        }
    };
    // What changes something goes on when nobody is left to be told.
    let goes_on = matches!(asked, Asked::Command(_) | Asked::Import(_));
    let (send, mut told) = mpsc::unbounded_channel();
    let tell: Teller = Arc::new(move |progress| _ = send.send(progress));
    let mut work = tokio::spawn(carry_out(asked, Arc::clone(opened), tell));
    let followed = follow(&mut write, &mut told, &mut work, BEAT).await;
    if followed.is_err() && !goes_on {
        work.abort();
    }
    followed
}

/// Tells how far work is, that it goes on, and what came of it.
async fn follow(
    write: &mut OwnedWriteHalf,
    told: &mut mpsc::UnboundedReceiver<Progress>,
    work: &mut JoinHandle<anyhow::Result<Outcome>>,
    beat: Duration,
) -> anyhow::Result<()> {
    loop {
        let outcome = tokio::select! {
            biased;
            Some(progress) = told.recv() => Outcome::Progress(progress),
            done = &mut *work => return say(write, &done??).await,
            () = tokio::time::sleep(beat) => Outcome::Working,
        };
        say(write, &outcome).await?;
    }
}

async fn carry_out(asked: Asked, opened: Arc<Opened>, tell: Teller) -> anyhow::Result<Outcome> {
    Ok(match asked {
        Asked::Command(command) => match opened.engine.administer(command).await {
            Ok(reply) => Outcome::Done(Told::Reply(reply)),
            Err(error) => Outcome::Refused(error.message),
        },
        Asked::Backup(to) => match tokio::task::spawn_blocking(move || backup::carry_out(&opened, to)).await? {
            Ok(backed_up) => Outcome::Done(Told::BackedUp(Box::new(backed_up))),
            Err(error) => Outcome::Refused(format!("{error:#}")),
        },
        Asked::Import(wanted) => match import(&opened.engine, wanted, tell).await {
            Ok(report) => Outcome::Done(Told::Imported(Box::new(report))),
            Err(error) => Outcome::Refused(error.to_string()),
        },
        Asked::Export(wanted) => match export::carry_out(&opened.engine, &wanted, &tell).await {
            Ok(exported) => Outcome::Done(Told::Exported(exported)),
            Err(message) => Outcome::Refused(message),
        },
        Asked::Verify => match verify::carry_out(&opened).await {
            Ok(checked) => Outcome::Done(Told::Verified(Box::new(checked))),
            Err(error) => Outcome::Refused(format!("{error:#}")),
        },
    })
}

async fn say(write: &mut OwnedWriteHalf, outcome: &Outcome) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(outcome)?;
    line.push(b'\n');
    Ok(tokio::time::timeout(SILENCE, write.write_all(&line)).await.context("nobody listens")??)
}

/// Asks the server of a folder; nothing when none listens.
pub(crate) fn send(data: &Path, asked: &Asked) -> anyhow::Result<Option<Told>> {
    let tell: Teller = Arc::new(|_| {});
    send_telling(data, asked, &tell)
}

/// The same, told how far it is.
pub(crate) fn send_telling(data: &Path, asked: &Asked, tell: &Teller) -> anyhow::Result<Option<Told>> {
    let Ok(mut stream) = std::os::unix::net::UnixStream::connect(data.join(NAME)) else { return Ok(None) };
    stream.set_read_timeout(Some(SILENCE))?;
    let mut line = serde_json::to_vec(asked)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut lines = BufReader::new(stream);
    loop {
        let mut answer = String::new();
        lines.read_line(&mut answer).context(STOPPED)?;
        if !answer.ends_with('\n') {
            bail!("{STOPPED}");
        }
        match serde_json::from_str(&answer).context("the running server is of another version")? {
            Outcome::Progress(progress) => tell(progress),
            Outcome::Working => {}
            Outcome::Done(told) => return Ok(Some(told)),
            Outcome::Refused(message) => bail!("{message}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is made of the lines of a server that then ends the connection.
    fn sent(lines: &'static str) -> Result<Option<Told>, String> {
        let folder = tempfile::tempdir().unwrap();
        let listener = std::os::unix::net::UnixListener::bind(folder.path().join(NAME)).unwrap();
        let server = std::thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            BufReader::new(&stream).read_line(&mut String::new()).unwrap();
            stream.write_all(lines.as_bytes()).unwrap();
        });
        let told = send(folder.path(), &Asked::Verify).map_err(|error| format!("{error:#}"));
        server.join().unwrap();
        told
    }

    #[test]
    fn an_answer_that_ends_early_is_not_one_of_another_version() {
        let failed = |lines| match sent(lines) {
            Err(message) => message,
            Ok(_) => panic!("{lines:?}"),
        };
        for lines in ["", "\"working\"\n", "{\"done\":{\"backedUp\"", "{\"done\":{\"backedUp\":7}}"] {
            assert_eq!(failed(lines), STOPPED, "{lines:?}");
        }
        assert!(failed("{\"other\":1}\n").contains("another version"));
        assert_eq!(failed("\"working\"\n{\"refused\":\"no\"}\n"), "no");
        let told = sent(concat!(
            "\"working\"\n\"working\"\n{\"done\":{\"backedUp\":{\"file\":\"/b\",\"bytes\":7,\"files\":0,\"fileBytes\":0,",
            "\"copied\":0,\"copiedBytes\":0,\"lost\":[],\"bucket\":null}}}\n"
        ));
        assert!(matches!(told, Ok(Some(Told::BackedUp(backed_up))) if backed_up.bytes == 7));
    }

    /// Work that never ends, and says nothing: who asked is told that it goes on, and is missed when gone.
    #[tokio::test]
    async fn who_works_notices_that_nobody_is_there() {
        let (here, there) = UnixStream::pair().unwrap();
        let (_read, mut write) = here.into_split();
        let (_send, mut told) = mpsc::unbounded_channel();
        let mut work = tokio::spawn(std::future::pending());
        let listen = async move {
            let mut lines = tokio::io::BufReader::new(there).lines();
            for _ in 0..3 {
                assert_eq!(lines.next_line().await.unwrap().unwrap(), "\"working\"");
            }
        };
        let follow = follow(&mut write, &mut told, &mut work, Duration::from_millis(1));
        let (followed, ()) = tokio::join!(follow, listen);
        assert!(followed.is_err() && !work.is_finished());
        work.abort();
    }
}
