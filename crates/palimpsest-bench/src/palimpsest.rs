//! The server that is measured: its start on an empty folder, and a space filled over its own API.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::LocalSet;

use crate::connection::{Connection, Request};
use crate::corpus::{Corpus, LINKED};
use crate::load::Drive;
use crate::process::Server;

/// So many objects are made by one request while the space is filled.
const AT_ONCE: usize = 100;
/// So many connections fill it.
const FILLERS: usize = 8;

/// Within a folder: what the server keeps, and what every request to it says.
const DATA: &str = "data";
const COMMON: &str = "common";

/// A running server with a space in it.
pub(crate) struct Palimpsest {
    pub(crate) server: Server,
    pub(crate) address: SocketAddr,
    pub(crate) common: Rc<str>,
    pub(crate) folder: TempDir,
}

impl Palimpsest {
    /// Starts the binary on an empty folder.
    pub(crate) fn start(binary: &Path, scratch: &Path) -> Result<Self> {
        let folder = TempDir::new_in(scratch)?;
        let mut command = serve(binary, folder.path(), &[]);
        let mut server = Server::start(&mut command)?;
        let mut lines = greeting(&mut server)?;
        let (address, token) = (address(&mut lines)?, said(&mut lines, "token ")?);
        let common = format!("Authorization: Bearer {token}\r\n").into();
        Ok(Self { server, address, common, folder })
    }

    /// Stops it and starts it again on the same folder: with cold caches of its own, and with these options.
    pub(crate) fn restart(&mut self, binary: &Path, options: &[&str]) -> Result<()> {
        self.server.stop()?;
        self.server = Server::start(&mut serve(binary, self.folder.path(), options))?;
        self.address = address(&mut greeting(&mut self.server)?)?;
        Ok(())
    }

    /// The same with a filled space. Where filled folders are kept, a copy of that of this size, which is made when it is not there.
    pub(crate) async fn filled(
        binary: &Path,
        scratch: &Path,
        kept: Option<&Path>,
        corpus: &Rc<Corpus>,
    ) -> Result<Self> {
        let kept = kept.map(|folder| folder.join(corpus.ids.len().to_string()));
        if let Some(kept) = kept.as_deref().filter(|kept| kept.join(COMMON).exists()) {
            let folder = TempDir::new_in(scratch)?;
            copy(&kept.join(DATA), &folder.path().join(DATA))?;
            let common = std::fs::read_to_string(kept.join(COMMON))?.into();
            let mut server = Server::start(&mut serve(binary, folder.path(), &[]))?;
            let address = address(&mut greeting(&mut server)?)?;
            return Ok(Self { server, address, common, folder });
        }
        let mut made = Self::start(binary, scratch)?;
        made.fill(corpus).await?;
        made.server.stop()?;
        if let Some(kept) = kept {
            copy(&made.folder.path().join(DATA), &kept.join(DATA))?;
            std::fs::write(kept.join(COMMON), &*made.common)?;
        }
        made.server = Server::start(&mut serve(binary, made.folder.path(), &[]))?;
        made.address = address(&mut greeting(&mut made.server)?)?;
        Ok(made)
    }

    /// Fills the space.
    pub(crate) async fn fill(&self, corpus: &Rc<Corpus>) -> Result<()> {
        let mut connection = Connection::open(self.address).await?;
        create(&mut connection, &self.common, corpus.tag_bodies()).await?;
        let numbers: Vec<usize> = (0..corpus.ids.len()).collect();
        let (linked, others) = numbers.split_at(numbers.len().min(LINKED));
        create(&mut connection, &self.common, linked.iter().map(|number| corpus.body(*number)).collect()).await?;
        let set = LocalSet::new();
        let mut tasks = Vec::new();
        for filler in 0..FILLERS {
            let (corpus, common, address) = (Rc::clone(corpus), Rc::clone(&self.common), self.address);
            let numbers = others.to_vec();
            tasks.push(set.spawn_local(async move {
                let mut connection = Connection::open(address).await?;
                for chunk in numbers.chunks(AT_ONCE).skip(filler).step_by(FILLERS) {
                    let bodies = chunk.iter().map(|number| corpus.body(*number)).collect();
                    create(&mut connection, &common, bodies).await?;
                }
                anyhow::Ok(())
            }));
        }
        set.await;
        for task in tasks {
            task.await??;
        }
        Ok(())
    }

    /// The head of the log.
    pub(crate) async fn head(&self) -> Result<u64> {
        let mut connection = Connection::open(self.address).await?;
        let request = Request { method: "GET", path: "/space", headers: "", body: b"" };
        connection.call(&self.common, &request).await?.revision.context("an answer without a revision")
    }

    /// Asks it once, on a connection of its own.
    pub(crate) async fn ask(&self, method: &'static str, path: &str, body: &Value) -> Result<Value> {
        let mut connection = Connection::open(self.address).await?;
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let response = connection.call(&self.common, &Request { method, path, headers: "", body: &body }).await?;
        if response.status != 200 {
            bail!("{path} was answered {}: {}", response.status, String::from_utf8_lossy(response.body));
        }
        Ok(serde_json::from_slice(response.body)?)
    }

    pub(crate) fn drive(&self, warm_up: Duration, time: Duration) -> Drive {
        Drive { address: self.address, common: Rc::clone(&self.common), warm_up, time }
    }
}

/// Copies the files of a folder and of those in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?.path();
        let name = entry.file_name().context("a file without a name")?;
        match entry.is_dir() {
            true => copy(&entry, &to.join(name))?,
            false => _ = std::fs::copy(&entry, to.join(name))?,
        }
    }
    Ok(())
}

async fn create(connection: &mut Connection, common: &str, bodies: Vec<Value>) -> Result<()> {
    let operations: Vec<_> =
        bodies.into_iter().map(|body| json!({ "method": "POST", "path": "/object", "body": body })).collect();
    let body = json!({ "operations": operations }).to_string();
    let headers = "Prefer: return=minimal\r\n";
    let request = Request { method: "POST", path: "/transactions", headers, body: body.as_bytes() };
    let response = connection.call(common, &request).await?;
    if !matches!(response.status, 200 | 204) {
        bail!("filling was answered {}: {}", response.status, String::from_utf8_lossy(response.body));
    }
    Ok(())
}

fn serve(binary: &Path, folder: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(binary);
    let data: PathBuf = folder.join(DATA);
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--rate-limits", "off", "--log-level", "warn", "--data"])
        .arg(data)
        .args(options);
    command.stdout(Stdio::piped()).stdin(Stdio::null());
    command
}

type Lines = std::io::Lines<BufReader<std::process::ChildStdout>>;

fn greeting(server: &mut Server) -> Result<Lines> {
    Ok(BufReader::new(server.child().stdout.take().context("no standard output")?).lines())
}

fn address(lines: &mut Lines) -> Result<SocketAddr> {
    Ok(said(lines, "address http://")?.parse()?)
}

fn said(lines: &mut Lines, what: &str) -> Result<String> {
    let line = lines.next().context("the server ended")??;
    line.strip_prefix(what).map(str::to_owned).with_context(|| format!("the server said: {line}"))
}
