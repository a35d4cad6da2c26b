//! HTTP as it goes over the wire: as much of it as these tests need.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::served::PATIENCE;

/// A connection of a client with a token.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    token: String,
}

/// The beginning of an answer.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
}

impl Connection {
    /// Connects, with little room in the system for what is not read.
    pub(crate) async fn open(address: SocketAddr, token: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        let stream = socket.connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream), token: token.to_owned() }
    }

    /// Sends a request.
    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: Option<&Value>,
    ) -> io::Result<()> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let (token, length) = (&self.token, body.len());
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {token}\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        );
        self.stream.write_all(text.as_bytes()).await
    }

    /// Reads the beginning of an answer.
    pub(crate) async fn head(&mut self) -> io::Result<Head> {
        let status = self.line().await?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut headers = BTreeMap::new();
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(": ") else { break };
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        Ok(Head { status: status.ok_or(io::ErrorKind::InvalidData)?, headers })
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> io::Result<(Head, Value)> {
        self.send(method, path, "", body).await?;
        let head = self.head().await?;
        let body = self.body(&head).await?;
        Ok((head, body))
    }

    /// Reads a whole body.
    pub(crate) async fn body(&mut self, head: &Head) -> io::Result<Value> {
        let mut body = vec![0; head.headers["content-length"].parse().unwrap()];
        timeout(PATIENCE, self.stream.read_exact(&mut body)).await??;
        Ok(if body.is_empty() { Value::Null } else { serde_json::from_slice(&body)? })
    }

    /// The body of a success.
    pub(crate) async fn json(&mut self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (head, body) = self.ask(method, path, body).await.unwrap();
        assert_eq!(head.status, 200, "{method} {path}: {body}");
        body
    }

    /// Begins a stream, or takes one up.
    pub(crate) async fn stream(mut self, path: &str, last: Option<&str>) -> (Head, Events) {
        let last = last.map_or_else(String::new, |id| format!("Last-Event-ID: {id}\r\n"));
        self.send("GET", path, &format!("Accept: text/event-stream\r\n{last}"), None).await.unwrap();
        let head = self.head().await.unwrap();
        (head, Events { connection: self, text: String::new() })
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        timeout(PATIENCE, self.stream.read_line(&mut line)).await??;
        if line.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }

    /// Reads a chunk; nothing at the regular end of a body.
    async fn chunk(&mut self) -> io::Result<Option<String>> {
        let length = self.line().await?;
        let length = usize::from_str_radix(&length, 16).map_err(|_| io::ErrorKind::InvalidData)?;
        let mut chunk = vec![0; length + 2];
        timeout(PATIENCE, self.stream.read_exact(&mut chunk)).await??;
        chunk.truncate(length);
        let text = String::from_utf8(chunk).map_err(|_| io::ErrorKind::InvalidData)?;
        Ok((length > 0).then_some(text))
    }
}

/// A stream of events.
pub(crate) struct Events {
    connection: Connection,
    text: String,
}

/// An event.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) data: Value,
}

impl Events {
    /// The next event; nothing at the regular end of the stream.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Event>> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                    line.unwrap_or_else(|| panic!("no {name} in {event}")).to_owned()
                };
                let data = serde_json::from_str(&field("data"))?;
                let event = Event { name: field("event"), id: field("id"), data };
                self.text = rest.to_owned();
                return Ok(Some(event));
            }
            match self.connection.chunk().await? {
                Some(text) => self.text.push_str(&text),
                None => return Ok(None),
            }
        }
    }

    /// The next event of a name; nothing at the end of the stream.
    pub(crate) async fn next_of(&mut self, name: &str) -> Option<Event> {
        loop {
            let event = self.next().await.unwrap()?;
            if event.name == name {
                return Some(event);
            }
        }
    }

    /// Everything until the stream ends as it should.
    pub(crate) async fn rest(&mut self) -> Vec<Event> {
        let all = async {
            let mut rest = Vec::new();
            while let Some(event) = self.next().await.unwrap() {
                rest.push(event);
            }
            rest
        };
        timeout(PATIENCE, all).await.unwrap()
    }
}
