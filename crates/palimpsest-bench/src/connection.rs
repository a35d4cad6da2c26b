//! One HTTP/1.1 connection that is kept, as light as can be: the driver shares its processors with what it measures.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection, and the bytes of the answer that came last.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    out: Vec<u8>,
}

/// A request without the headers that every one has.
pub(crate) struct Request<'a> {
    pub(crate) method: &'static str,
    pub(crate) path: &'a str,
    /// Whole header lines, each with its line end.
    pub(crate) headers: &'a str,
    pub(crate) body: &'a [u8],
}

/// An answer.
pub(crate) struct Response<'a> {
    pub(crate) status: u16,
    pub(crate) etag: Option<&'a str>,
    /// Where the space stands.
    pub(crate) revision: Option<u64>,
    pub(crate) body: &'a [u8],
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| address.to_string())?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(16 * 1024), out: Vec::with_capacity(4 * 1024) })
    }

    /// Sends a request and waits for its answer. `common` are header lines, each with its line end.
    pub(crate) async fn call(&mut self, common: &str, request: &Request<'_>) -> Result<Response<'_>> {
        self.out.clear();
        let Request { method, path, headers, body } = request;
        for part in [method, " ", path, " HTTP/1.1\r\nHost: localhost\r\n", common, headers] {
            self.out.extend_from_slice(part.as_bytes());
        }
        if !body.is_empty() || *method != "GET" {
            let length = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
            self.out.extend_from_slice(length.as_bytes());
        }
        self.out.extend_from_slice(b"\r\n");
        self.out.extend_from_slice(body);
        self.stream.write_all(&self.out).await?;
        self.received.clear();
        let (head, length) = loop {
            if let Some(found) = head_of(&self.received)? {
                break found;
            }
            self.read().await?;
        };
        while !length.is_reached(&self.received[head..]) {
            self.read().await?;
        }
        let mut headers = [httparse::EMPTY_HEADER; 48];
        let mut parsed = httparse::Response::new(&mut headers);
        parsed.parse(&self.received)?;
        let status = parsed.code.unwrap_or_default();
        let etag = header(parsed.headers, "etag");
        let revision = header(parsed.headers, "palimpsest-revision").and_then(|revision| revision.parse().ok());
        Ok(Response { status, etag, revision, body: &self.received[head..] })
    }

    async fn read(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.received).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

/// Where a body ends.
#[derive(Clone, Copy)]
enum Length {
    Known(usize),
    /// With its last chunk. Such a body is given as it came: nobody looks into one.
    Chunked,
}

impl Length {
    fn is_reached(self, body: &[u8]) -> bool {
        match self {
            Self::Known(length) => body.len() >= length,
            Self::Chunked => body.ends_with(b"\r\n0\r\n\r\n"),
        }
    }
}

/// How long the head of an answer is and where its body ends, once the head is there.
fn head_of(received: &[u8]) -> Result<Option<(usize, Length)>> {
    let mut headers = [httparse::EMPTY_HEADER; 48];
    let mut parsed = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = parsed.parse(received)? else { return Ok(None) };
    let none = matches!(parsed.code, Some(204 | 304));
    let is_chunked = header(parsed.headers, "transfer-encoding").is_some_and(|coding| coding.contains("chunked"));
    match header(parsed.headers, "content-length") {
        _ if none => Ok(Some((head, Length::Known(0)))),
        Some(length) => Ok(Some((head, Length::Known(length.parse()?)))),
        None if is_chunked => Ok(Some((head, Length::Chunked))),
        None => bail!("an answer without an end"),
    }
}

fn header<'a>(headers: &[httparse::Header<'a>], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
    std::str::from_utf8(found.value).ok()
}
