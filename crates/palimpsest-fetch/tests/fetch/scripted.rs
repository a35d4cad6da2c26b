//! A server on the loopback that answers by a script and keeps what it was asked, and the stage it stands on.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use palimpsest_fetch::{FetchError, Fetcher, Page, Stage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// Longer than anything here may take; a test that reaches it has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What happens after the bytes of an answer.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    Close,
    /// Nothing, for ever.
    Hang,
    /// The same byte again, until the other side has enough.
    Repeat(u8),
}

pub(crate) type Reply = (String, Then);

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers by the target of a request.
    pub(crate) async fn start(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_raw(move |target| {
            let (text, then) = reply(target);
            (text.into_bytes(), then)
        })
        .await
    }

    /// The same with bytes that are no text.
    pub(crate) async fn start_raw(reply: impl Fn(&str) -> (Vec<u8>, Then) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (reply, kept) = (Arc::new(reply), Arc::clone(&asked));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (reply, asked) = (Arc::clone(&reply), Arc::clone(&kept));
                tokio::spawn(async move {
                    // The other side may go whenever it likes.
                    let _ = answer(stream, &*reply, &asked).await;
                });
            }
        });
        Self { address, asked }
    }

    /// The heads of all requests; of a connection without a request what came instead.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// The targets of all requests.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.asked().iter().map(|head| head.split(' ').nth(1).unwrap_or_default().to_owned()).collect()
    }

    /// A fetcher to which this server is the whole public network.
    pub(crate) fn fetcher(&self) -> Fetcher {
        let address = self.address;
        on_stage(move |_| Ok(vec![address]), address, PATIENCE)
    }

    /// Fetches from here.
    pub(crate) async fn fetch(&self, url: &str) -> Result<Page, FetchError> {
        timeout(PATIENCE, self.fetcher().fetch(url)).await.unwrap()
    }
}

/// A fetcher to which one address is public.
pub(crate) fn on_stage(
    resolve: impl Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
    public: SocketAddr,
    deadline: Duration,
) -> Fetcher {
    let is_allowed = Arc::new(move |address| address == public);
    Fetcher::on_stage(Stage { resolve: Arc::new(resolve), is_allowed, deadline }).unwrap()
}

async fn answer(
    mut stream: TcpStream,
    reply: &(dyn Fn(&str) -> (Vec<u8>, Then) + Send + Sync),
    asked: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { break };
        head.push(byte);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    asked.lock().unwrap().push(head);
    let (bytes, then) = reply(&target);
    stream.write_all(&bytes).await?;
    match then {
        Then::Close => stream.shutdown().await,
        Then::Hang => std::future::pending().await,
        Then::Repeat(byte) => loop {
            stream.write_all(&[byte; 16 * 1024]).await?;
        },
    }
}

/// An answer with a status line, headers and a body that ends with the connection.
pub(crate) fn answered(status: &str, headers: &str, body: &str) -> Reply {
    (format!("HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n{body}"), Then::Close)
}

pub(crate) fn html(body: &str) -> Reply {
    answered("200 OK", "Content-Type: text/html; charset=utf-8\r\n", body)
}

pub(crate) fn redirect(to: &str) -> Reply {
    answered("302 Found", &format!("Location: {to}\r\nSet-Cookie: a=b\r\n"), "")
}
