//! A stream of server-sent events, as far as it is read.

use std::io::{BufReader, Error, ErrorKind, Read, Result};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::http::{Client, read_line};

/// A stream that is silent for longer is left, and taken up again.
const SILENCE: Duration = Duration::from_millis(300);

/// An event.
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) data: Value,
}

/// A stream; dropped, it is cut off, whatever is on its way.
pub(crate) struct Events {
    stream: BufReader<TcpStream>,
    read: String,
}

impl Events {
    /// Asks for the changes after a position.
    pub(crate) fn since(client: &Client, position: &str) -> Result<Self> {
        let more = format!("Accept: text/event-stream\r\nLast-Event-ID: {position}\r\n");
        let mut stream = client.ask("GET", "/changes?include=objects", &more)?;
        stream.get_ref().set_read_timeout(Some(SILENCE))?;
        let status = read_line(&mut stream)?;
        if !status.starts_with("HTTP/1.1 200 ") {
            return Err(Error::new(ErrorKind::InvalidData, status));
        }
        while !read_line(&mut stream)?.is_empty() {}
        Ok(Self { stream, read: String::new() })
    }

    /// The next event; an error at the end of the stream, or when it is silent.
    pub(crate) fn next(&mut self) -> Result<Event> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let event = read_event(event);
                self.read = rest.to_owned();
                return Ok(event);
            }
            let chunk = self.chunk()?;
            self.read.push_str(&chunk);
        }
    }

    fn chunk(&mut self) -> Result<String> {
        let length = usize::from_str_radix(&read_line(&mut self.stream)?, 16).map_err(Error::other)?;
        let mut chunk = vec![0; length + 2];
        self.stream.read_exact(&mut chunk)?;
        chunk.truncate(length);
        match length {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => String::from_utf8(chunk).map_err(Error::other),
        }
    }
}

fn read_event(text: &str) -> Event {
    let line = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("no {name} in {text}"))
    };
    let data = serde_json::from_str(line("data")).unwrap();
    Event { name: line("event").to_owned(), id: line("id").to_owned(), data }
}
