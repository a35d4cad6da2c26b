//! A small HTTP/1.1 client over one connection that stays open, and the promises that hold for every answer whoever asks:
//! it comes in time, and its revision never falls.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

/// No request takes so long, whatever the store goes through; one that does hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// One client: its connection is opened when it is needed, and again after an error.
pub(crate) struct Client {
    address: SocketAddr,
    token: String,
    seen: i64,
    connection: Option<BufReader<TcpStream>>,
}

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) revision: Option<i64>,
    pub(crate) etag: Option<String>,
    /// What it says was dropped.
    pub(crate) ignored: Option<String>,
    /// Whether it is what an earlier request with the same key was answered.
    pub(crate) replayed: bool,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Client {
    pub(crate) fn new(address: SocketAddr, token: &str) -> Self {
        Self { address, token: token.to_owned(), seen: 0, connection: None }
    }

    /// Has seen this revision already, through another client or before a restart.
    pub(crate) fn having_seen(mut self, revision: i64) -> Self {
        self.seen = self.seen.max(revision);
        self
    }

    /// Sends a request. An error means that the server went away: what was asked for may have happened or not.
    pub(crate) fn send(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Reply> {
        self.send_with(method, path, body, "")
    }

    /// The same with a key: sent again, it has no second effect.
    pub(crate) fn send_once(&mut self, key: &str, method: &str, path: &str, body: &Value) -> Result<Reply> {
        self.send_with(method, path, Some(body), &format!("Idempotency-Key: {key}\r\n"))
    }

    /// The same with more header lines, each with its end.
    pub(crate) fn send_with(&mut self, method: &str, path: &str, body: Option<&Value>, more: &str) -> Result<Reply> {
        let outcome = self.exchange(method, path, body, more);
        match &outcome {
            Ok(reply) => {
                if let Some(revision) = reply.revision.filter(|_| !reply.replayed) {
                    assert!(
                        revision >= self.seen,
                        "{method} {path}: the revision fell from {} to {revision}",
                        self.seen
                    );
                    self.seen = revision;
                }
            }
            Err(error) => {
                self.connection = None;
                let hangs = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
                assert!(!hangs, "{method} {path}: no answer within {PATIENCE:?}");
            }
        }
        outcome
    }

    /// GETs what has to be there.
    pub(crate) fn get(&mut self, path: &str) -> Reply {
        let reply = self.send("GET", path, None).unwrap_or_else(|error| panic!("GET {path}: {error}"));
        assert_eq!(reply.status, 200, "GET {path}: {}", reply.text());
        reply
    }

    /// GETs an object; nothing when it is not there.
    pub(crate) fn object(&mut self, id: &str) -> Option<Value> {
        let path = format!("/object?id={id}");
        let reply = self.send("GET", &path, None).unwrap_or_else(|error| panic!("GET {path}: {error}"));
        match reply.status {
            200 => Some(reply.json()),
            404 => None,
            status => panic!("GET {path}: {status} {}", reply.text()),
        }
    }

    /// Makes a page.
    pub(crate) fn create(&mut self, id: &str, title: &str, texts: &[String]) -> Result<Reply> {
        self.send("POST", "/object", Some(&page(id, title, texts)))
    }

    /// Appends paragraphs to an object.
    pub(crate) fn append(&mut self, id: &str, texts: &[String]) -> Result<Reply> {
        self.send("POST", "/blocks/append", Some(&json!({ "id": id, "blocks": paragraphs(texts) })))
    }

    /// PUTs bytes as they are.
    pub(crate) fn put(&mut self, path: &str, bytes: &[u8]) -> Result<Reply> {
        let head = self.head("PUT", path, bytes.len(), "");
        let stream = self.stream()?;
        stream.get_mut().write_all(&head)?;
        stream.get_mut().write_all(bytes)?;
        receive(stream).map(|(reply, _)| reply)
    }

    /// POSTs a body that is sent only after `meanwhile`, which begins when the server reads it.
    pub(crate) fn post_after(&mut self, path: &str, body: &Value, meanwhile: impl FnOnce()) -> Result<Reply> {
        let body = serde_json::to_vec(body)?;
        let head = self.head("POST", path, body.len(), "Expect: 100-continue\r\n");
        let stream = self.stream()?;
        stream.get_mut().write_all(&head)?;
        assert_eq!((read_line(stream)?.as_str(), read_line(stream)?.as_str()), ("HTTP/1.1 100 Continue", ""));
        meanwhile();
        stream.get_mut().write_all(&body)?;
        receive(stream).map(|(reply, _)| reply)
    }

    /// Asks on a connection of its own; the answer is left to whoever holds it.
    pub(crate) fn ask(&self, method: &str, path: &str, more: &str) -> Result<BufReader<TcpStream>> {
        let mut stream = connect(self.address)?;
        stream.get_mut().write_all(&self.head(method, path, 0, more))?;
        Ok(stream)
    }

    /// The lines of the head of an answer to a request with these headers and without a body; the connection ends with it.
    pub(crate) fn head_of(&mut self, method: &str, path: &str, more: &str) -> Result<Vec<String>> {
        let mut stream = self.ask(method, path, more)?;
        let mut lines = Vec::new();
        loop {
            match read_line(&mut stream)? {
                line if line.is_empty() => return Ok(lines),
                line => lines.push(line),
            }
        }
    }

    fn exchange(&mut self, method: &str, path: &str, body: Option<&Value>, more: &str) -> Result<Reply> {
        let body = body.map(serde_json::to_vec).transpose()?.unwrap_or_default();
        let mut request = self.head(method, path, body.len(), more);
        request.extend(body);
        let stream = self.stream()?;
        stream.get_mut().write_all(&request)?;
        let (reply, stays_open) = receive(stream)?;
        if !stays_open {
            self.connection = None;
        }
        Ok(reply)
    }

    fn head(&self, method: &str, path: &str, length: usize, more: &str) -> Vec<u8> {
        let Self { address, token, .. } = self;
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n{more}\r\n"
        )
        .into_bytes()
    }

    fn stream(&mut self) -> Result<&mut BufReader<TcpStream>> {
        if self.connection.is_none() {
            self.connection = Some(connect(self.address)?);
        }
        self.connection.as_mut().ok_or_else(|| ErrorKind::NotConnected.into())
    }
}

/// A page with an id of our choice.
pub(crate) fn page(id: &str, title: &str, texts: &[String]) -> Value {
    let mut page = json!({
        "id": id,
        "structureId": "RootPage",
        "properties": { "title": { "type": "title", "title": { "value": title } } },
    });
    if !texts.is_empty() {
        page["blocks"] = json!({ "RootPage_content": paragraphs(texts) });
    }
    page
}

/// Text blocks for a body.
fn paragraphs(texts: &[String]) -> Value {
    let block = |text| json!({ "type": "TextBlock", "tokens": [{ "type": "TextToken", "text": text, "style": {} }] });
    texts.iter().map(block).collect()
}

fn connect(address: SocketAddr) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(BufReader::new(stream))
}

/// Reads an answer, and whether the connection stays open after it.
fn receive(stream: &mut BufReader<TcpStream>) -> Result<(Reply, bool)> {
    let status = read_line(stream)?;
    let status = status.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| Error::new(ErrorKind::InvalidData, "not an answer"))?;
    let (mut length, mut revision, mut replayed, mut stays_open) = (0, None, false, true);
    let (mut etag, mut ignored) = (None, None);
    loop {
        let line = read_line(stream)?;
        let Some((name, value)) = line.split_once(':') else { break };
        match (name.to_ascii_lowercase().as_str(), value.trim()) {
            ("content-length", value) => length = value.parse().unwrap(),
            ("palimpsest-revision", value) => revision = Some(value.parse().unwrap()),
            ("etag", value) => etag = Some(value.to_owned()),
            ("palimpsest-ignored", value) => ignored = Some(value.to_owned()),
            ("idempotency-replayed", value) => replayed = value == "true",
            ("connection", value) => stays_open = !value.eq_ignore_ascii_case("close"),
            ("transfer-encoding", value) => panic!("an answer of unknown length: {value}"),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((Reply { status, revision, etag, ignored, replayed, body }, stays_open))
}

/// Reads a line, without its end.
pub(crate) fn read_line(stream: &mut BufReader<TcpStream>) -> Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 || !line.ends_with("\r\n") {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    line.truncate(line.len() - 2);
    Ok(line)
}
