//! A server that answers one request after the other from a script and remembers what it heard.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use palimpsest_client::{Client, Retry};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the script says to one request.
pub(crate) enum Line {
    /// A status, header lines, a body.
    Answer(u16, &'static [&'static str], String),
    /// Nothing, as long as the test runs.
    Silence,
    /// The connection ends without an answer.
    HangUp,
    /// A stream of events, which ends in the middle.
    Cut(String),
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    /// Method and target.
    pub(crate) line: String,
    /// The other lines of the head, in lower case.
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

impl Heard {
    /// The value of a header, in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

pub(crate) struct Scripted {
    pub(crate) base: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

pub(crate) fn answer(status: u16, headers: &'static [&'static str], body: impl ToString) -> Line {
    Line::Answer(status, headers, body.to_string())
}

impl Scripted {
    pub(crate) async fn new(script: Vec<Line>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(play(listener, script, Arc::clone(&heard)));
        Self { base, heard }
    }

    pub(crate) fn client(&self) -> Client {
        Client::builder(&self.base).token("cap-api-secret").build().unwrap()
    }

    /// A client that repeats at once.
    pub(crate) fn hasty_client(&self, times: u32) -> Client {
        let retry = Retry { times, patience: Duration::from_secs(1) };
        Client::builder(&self.base).token("cap-api-secret").retry(retry).build().unwrap()
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

async fn play(listener: TcpListener, script: Vec<Line>, heard: Arc<Mutex<Vec<Heard>>>) {
    let mut silent = Vec::new();
    for line in script {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = hear(&mut stream).await;
        heard.lock().unwrap().push(request);
        match line {
            Line::Answer(status, headers, body) => {
                let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
                let length = body.len();
                let text = format!(
                    "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
                );
                stream.write_all(text.as_bytes()).await.unwrap();
            }
            Line::Cut(events) => {
                let length = events.len();
                let text = format!(
                    "HTTP/1.1 200 x\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n\
                     {length:x}\r\n{events}\r\n"
                );
                stream.write_all(text.as_bytes()).await.unwrap();
            }
            Line::Silence => silent.push(stream),
            Line::HangUp => drop(stream),
        }
    }
    std::future::pending::<()>().await;
}

pub(crate) async fn hear(stream: &mut TcpStream) -> Heard {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "the client left");
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.trim_end().lines();
    let line = lines.next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<String> = lines.map(str::to_lowercase).collect();
    let length = headers.iter().find_map(|header| header.strip_prefix("content-length: ")?.parse::<usize>().ok());
    while bytes.len() < end + length.unwrap_or_default() {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "the client left");
    }
    Heard { line, headers, body: String::from_utf8(bytes[end..].to_vec()).unwrap() }
}
