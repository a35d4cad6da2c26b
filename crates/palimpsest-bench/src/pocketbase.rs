//! PocketBase, asked for the same over its own API: open rules, an index on the title, everything else as it comes. Its connections
//! are opened with `synchronous=NORMAL`: a write is answered before it is on disk.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fastrand::Rng;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::connection::{Connection, Request, Response};
use crate::corpus::{ALL_RARES, COMMON, Corpus, RARE, USUAL_ANSWERS};
use crate::job::Job;
use crate::load::{Drive, Prepared, Worker};
use crate::process::Server;
use crate::table::say;

const USER: &str = "bench@example.org";
const PASSWORD: &str = "a long password";
/// So many records are read again and again.
const HOT: usize = 100;
/// So many records are made by one request while it is filled.
const AT_ONCE: usize = 50;

/// A running PocketBase with the objects of a corpus.
pub(crate) struct PocketBase {
    pub(crate) server: Server,
    address: SocketAddr,
    _folder: TempDir,
}

impl PocketBase {
    /// Starts it on an empty folder and fills it.
    pub(crate) async fn start(binary: &Path, scratch: &Path, corpus: &Corpus) -> Result<Self> {
        say("PocketBase: journal_mode=WAL, synchronous=NORMAL; its answers do not wait for the disk");
        let folder = TempDir::new_in(scratch)?;
        let data = format!("--dir={}", folder.path().join("pb").display());
        let made = Command::new(binary).args(["superuser", "upsert", USER, PASSWORD, &data]).output()?;
        if !made.status.success() {
            bail!("PocketBase: {}", String::from_utf8_lossy(&made.stderr));
        }
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(binary);
        command.args(["serve", &format!("--http={address}"), &data]).stdout(Stdio::null()).stdin(Stdio::null());
        let this = Self { server: Server::start(&mut command)?, address, _folder: folder };
        this.fill(corpus).await?;
        Ok(this)
    }

    async fn fill(&self, corpus: &Corpus) -> Result<()> {
        let mut connection = None;
        for _ in 0..200 {
            connection = Connection::open(self.address).await.ok();
            if connection.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let mut connection = connection.context("PocketBase does not listen")?;
        let login = json!({ "identity": USER, "password": PASSWORD });
        let path = "/api/collections/_superusers/auth-with-password";
        let answer = call(&mut connection, "", "POST", path, &login).await?;
        let token = answer["token"].as_str().context("no token of PocketBase")?;
        let common = format!("Authorization: {token}\r\n");
        let text = |name: &str| json!({ "name": name, "type": "text", "max": 1_000_000 });
        let collection = json!({
            "name": "notes", "type": "base",
            "fields": [text("title"), text("status"), text("body")],
            "indexes": ["CREATE INDEX idx_notes_title ON notes (title)"],
            "listRule": "", "viewRule": "", "createRule": "", "updateRule": "", "deleteRule": "",
        });
        call(&mut connection, &common, "POST", "/api/collections", &collection).await?;
        let settings = json!({ "batch": { "enabled": true, "maxRequests": AT_ONCE, "timeout": 60 } });
        call(&mut connection, &common, "PATCH", "/api/settings", &settings).await?;
        let numbers: Vec<usize> = (0..corpus.ids.len()).collect();
        for chunk in numbers.chunks(AT_ONCE) {
            let requests: Vec<_> = chunk.iter().map(|number| record(corpus, *number)).collect();
            call(&mut connection, &common, "POST", "/api/batch", &json!({ "requests": requests })).await?;
        }
        Ok(())
    }

    pub(crate) fn drive(&self, warm_up: Duration, time: Duration) -> Drive {
        Drive { address: self.address, common: Rc::from(""), warm_up, time }
    }
}

fn record(corpus: &Corpus, number: usize) -> Value {
    let body = corpus.body(number);
    let title = &body["properties"]["title"]["title"]["value"];
    let record = json!({ "id": id_of(number), "title": title, "status": "open", "body": body["blocks"].to_string() });
    json!({ "method": "POST", "url": "/api/collections/notes/records", "body": record })
}

/// The id of a record: 15 letters and digits.
fn id_of(number: usize) -> String {
    format!("{number:015}")
}

async fn call(
    connection: &mut Connection,
    common: &str,
    method: &'static str,
    path: &str,
    body: &Value,
) -> Result<Value> {
    let body = body.to_string();
    let response = connection.call(common, &Request { method, path, headers: "", body: body.as_bytes() }).await?;
    if response.status >= 300 {
        bail!("PocketBase answered {} to {path}: {}", response.status, String::from_utf8_lossy(response.body));
    }
    Ok(serde_json::from_slice(response.body).unwrap_or_default())
}

/// One connection that does the like of a job.
pub(crate) struct Client {
    pub(crate) job: Job,
    pub(crate) corpus: Rc<Corpus>,
}

impl Client {
    /// Whether PocketBase has anything like this job.
    pub(crate) fn knows(job: Job) -> bool {
        matches!(
            job,
            Job::GetHot
                | Job::PatchProperty
                | Job::PatchTitle
                | Job::Append
                | Job::Create
                | Job::SearchCommon
                | Job::SearchRare
        )
    }
}

impl Worker for Client {
    fn next(&mut self, rng: &mut Rng, to: &mut Prepared) {
        let records = "/api/collections/notes/records";
        let total = self.corpus.ids.len();
        let any = rng.usize(..total);
        let update = |to: &mut Prepared, body: &Value| {
            to.begin("PATCH", records);
            to.path.push('/');
            to.path.push_str(&id_of(any));
            to.body.extend_from_slice(body.to_string().as_bytes());
        };
        match self.job {
            Job::PatchProperty => update(to, &json!({ "status": self.corpus.text(rng, 50) })),
            Job::PatchTitle => {
                update(to, &json!({ "title": self.corpus.title(rng) }));
            }
            Job::Append => update(to, &json!({ "body": self.corpus.text(rng, 2_000) })),
            Job::Create => {
                to.begin("POST", records);
                let body =
                    json!({ "title": self.corpus.title(rng), "status": "open", "body": self.corpus.text(rng, 2_000) });
                to.body.extend_from_slice(body.to_string().as_bytes());
            }
            Job::SearchCommon | Job::SearchRare => {
                let is_rare = self.job == Job::SearchRare;
                let (word, limit) = if is_rare { (RARE, ALL_RARES) } else { (COMMON, USUAL_ANSWERS) };
                to.begin("GET", records);
                to.path.push_str(&format!("?perPage={limit}&fields=id,title&filter=title~%22{word}%22"));
            }
            _ => {
                to.begin("GET", records);
                to.path.push('/');
                to.path.push_str(&id_of(rng.usize(..total.min(HOT))));
            }
        }
    }

    fn seen(&mut self, response: &Response<'_>) -> bool {
        response.status == 200
    }
}
