//! One HTTP/1.1 connection that is kept, as light as can be: the driver shares its processors with what it measures.

use std::net::SocketAddr;
use std::ops::Range;

use anyhow::{Context as _, Result, bail};
use memchr::memmem;
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
        let head = loop {
            if let Some(end) = memmem::find(&self.received, b"\r\n\r\n") {
                break Head::read(&self.received[..end + 4])?;
            }
            self.read().await?;
        };
        while !head.length.is_reached(&self.received[head.end..]) {
            self.read().await?;
        }
        let Head { end, status, etag, revision, .. } = head;
        let etag = etag.and_then(|etag| std::str::from_utf8(&self.received[etag]).ok());
        Ok(Response { status, etag, revision, body: &self.received[end..] })
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

/// What is of interest in the head of an answer, found on one way through it: the driver's time is taken from what it measures.
struct Head {
    end: usize,
    status: u16,
    length: Length,
    /// Where the value stands.
    etag: Option<Range<usize>>,
    revision: Option<u64>,
}

impl Head {
    fn read(head: &[u8]) -> Result<Self> {
        let status = std::str::from_utf8(head.get(9..12).unwrap_or_default())?.parse()?;
        let (mut length, mut etag, mut revision) = (None, None, None);
        let mut at = line_end(head, 0);
        while at + 4 < head.len() {
            let (begin, end) = (at + 2, line_end(head, at + 2));
            at = end;
            let line = &head[begin..end];
            let Some(colon) = line.iter().position(|byte| *byte == b':') else { bail!("a header without a colon") };
            let value = begin + colon + 1..end;
            let text = || std::str::from_utf8(&head[value.clone()]).map(str::trim);
            match &line[..colon] {
                name if name.eq_ignore_ascii_case(b"content-length") => length = Some(Length::Known(text()?.parse()?)),
                name if name.eq_ignore_ascii_case(b"palimpsest-revision") => revision = Some(text()?.parse()?),
                name if name.eq_ignore_ascii_case(b"etag") => etag = Some(value.start + 1..value.end),
                name if name.eq_ignore_ascii_case(b"transfer-encoding") => length = Some(Length::Chunked),
                _ => {}
            }
        }
        let none = matches!(status, 204 | 304).then_some(Length::Known(0));
        let length = none.or(length).context("an answer without an end")?;
        Ok(Self { end: head.len(), status, length, etag, revision })
    }
}

/// Where the line ends that a place is in.
fn line_end(head: &[u8], from: usize) -> usize {
    memmem::find(&head[from..], b"\r\n").map_or(head.len(), |end| from + end)
}
