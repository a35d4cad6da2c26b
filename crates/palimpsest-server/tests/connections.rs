//! Connections: how many, how slow, and how they end. Real sockets on the loopback.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::Response;
use palimpsest_engine::{CountedIds, Engine, ManualClock};
use palimpsest_model::Timestamp;
use palimpsest_server::{Limits, Router, Routers, serve};
use palimpsest_store::MemoryStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longer than anything here may take; a test that reaches it has failed.
const PATIENCE: Duration = Duration::from_secs(20);
/// More than the system takes of an answer that is not read.
const LARGE: usize = 32 * 1024 * 1024;
const LIVE: &str = "GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n";

struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    done: JoinHandle<()>,
}

async fn served(limits: Limits) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    served_by(routers(limits.clone()), listener, limits)
}

fn routers(limits: Limits) -> Routers {
    let clock = Arc::new(ManualClock::at(Timestamp(0)));
    let engine = Engine::new(Arc::new(MemoryStore::new()), clock, Arc::new(CountedIds::default()));
    Routers::new(Arc::new(engine), limits)
}

/// Serves an answer of [`LARGE`] bytes, with little room in the system for what the client has not read.
fn large_served(limits: Limits) -> Served {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(64 * 1024).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let served = Router::new(|_| async { Response::new(Body::from(vec![b'x'; LARGE])) });
    served_by(Routers { served, ..routers(limits.clone()) }, socket.listen(16).unwrap(), limits)
}

fn served_by(routers: Routers, listener: TcpListener, limits: Limits) -> Served {
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let done = tokio::spawn(async move {
        serve(listener, routers, limits, async {
            // A test that ends without stopping the server drops the sender, which stops it as well.
            let _ = stopped.await;
        })
        .await;
    });
    Served { address, stop, done }
}

async fn ask(stream: &mut TcpStream) -> String {
    stream.write_all(LIVE.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let length = timeout(PATIENCE, stream.read(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut rest = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut rest)).await.unwrap().unwrap();
    rest
}

#[tokio::test]
async fn a_connection_too_many_is_told_so_and_closed() {
    let origins = vec!["https://a.example".parse().unwrap()];
    let served = served(Limits { connections: 2, origins, ..Limits::default() }).await;
    let mut first = TcpStream::connect(served.address).await.unwrap();
    let mut second = TcpStream::connect(served.address).await.unwrap();
    assert!(ask(&mut first).await.starts_with("HTTP/1.1 200"));
    assert!(ask(&mut second).await.starts_with("HTTP/1.1 200"));
    let mut third = TcpStream::connect(served.address).await.unwrap();
    let answer = format!("{}{}", ask(&mut third).await, rest(&mut third).await);
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.to_lowercase().contains("retry-after: 1") && answer.contains("cap_service_unavailable"), "{answer}");
    assert!(answer.to_lowercase().contains("\r\nx-request-id: "), "{answer}");
    let mut named = TcpStream::connect(served.address).await.unwrap();
    named
        .write_all(LIVE.replace("\r\nHost", "\r\nX-Request-Id: mine-1\r\nOrigin: https://a.example\r\nHost").as_bytes())
        .await
        .unwrap();
    let answer = rest(&mut named).await.to_lowercase();
    assert!(answer.starts_with("http/1.1 503") && answer.contains("\r\nx-request-id: mine-1\r\n"), "{answer}");
    assert!(answer.contains("\r\naccess-control-allow-origin: https://a.example\r\n"), "{answer}");
    assert!(ask(&mut first).await.starts_with("HTTP/1.1 200"), "those that are served go on");
    drop(second);
    let again = async {
        loop {
            let mut next = TcpStream::connect(served.address).await.unwrap();
            if ask(&mut next).await.starts_with("HTTP/1.1 200") {
                return;
            }
        }
    };
    timeout(PATIENCE, again).await.unwrap();
}

#[tokio::test]
async fn headers_that_do_not_come_close_the_connection() {
    let served = served(Limits { header_time: Duration::from_millis(100), ..Limits::default() }).await;
    let mut slow = TcpStream::connect(served.address).await.unwrap();
    slow.write_all(b"GET /health/live HTTP/1.1\r\nHost: he").await.unwrap();
    let mut answer = Vec::new();
    // The connection is closed, with an answer or without: what matters is that it does not stay.
    let _ = timeout(PATIENCE, slow.read_to_end(&mut answer)).await.unwrap();
    assert!(!String::from_utf8_lossy(&answer).contains("200 OK"));
}

#[tokio::test]
async fn headers_of_a_later_request_have_their_own_time() {
    let served = served(Limits { header_time: Duration::from_secs(1), ..Limits::default() }).await;
    let mut slow = TcpStream::connect(served.address).await.unwrap();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(ask(&mut slow).await.starts_with("HTTP/1.1 200"));
    }
    slow.write_all(b"GET /health/live HTTP/1.1\r\nHost: he").await.unwrap();
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, slow.read_to_end(&mut answer)).await.unwrap();
    assert!(!String::from_utf8_lossy(&answer).contains("200 OK"));
}

#[tokio::test]
async fn a_server_that_stops_closes_idle_connections_and_accepts_no_more() {
    let served = served(Limits::default()).await;
    let mut idle = TcpStream::connect(served.address).await.unwrap();
    assert!(ask(&mut idle).await.starts_with("HTTP/1.1 200"));
    served.stop.send(()).unwrap();
    timeout(PATIENCE, served.done).await.unwrap().unwrap();
    assert_eq!(rest(&mut idle).await, "");
    assert!(TcpStream::connect(served.address).await.is_err());
}

/// A client that has asked for the large answer and read its first line, and reads no more.
async fn unread(served: &Served) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(served.address).await.unwrap();
    stream.write_all(LIVE.as_bytes()).await.unwrap();
    let mut line = [0; 15];
    timeout(PATIENCE, stream.read_exact(&mut line)).await.unwrap().unwrap();
    assert_eq!(&line, b"HTTP/1.1 200 OK");
    stream
}

#[tokio::test]
async fn an_answer_that_is_not_read_closes_the_connection() {
    let limits = Limits { write_time: Duration::from_millis(100), connections: 1, ..Limits::default() };
    let served = large_served(limits);
    let silent = unread(&served).await;
    // The only place is free again when the connection of the silent client is closed.
    let again = async {
        loop {
            let mut next = TcpStream::connect(served.address).await.unwrap();
            if ask(&mut next).await.starts_with("HTTP/1.1 200") {
                return;
            }
        }
    };
    timeout(PATIENCE, again).await.unwrap();
    drop(silent);
}

#[tokio::test]
async fn an_answer_that_is_not_read_does_not_hold_up_the_end_of_the_server() {
    let limits = Limits { write_time: Duration::from_millis(100), shutdown_time: 100 * PATIENCE, ..Limits::default() };
    let served = large_served(limits);
    let silent = unread(&served).await;
    served.stop.send(()).unwrap();
    timeout(PATIENCE, served.done).await.unwrap().unwrap();
    drop(silent);
}

#[tokio::test]
async fn who_reads_slowly_but_steadily_gets_the_whole_answer() {
    let write_time = Duration::from_secs(1);
    let served = large_served(Limits { write_time, ..Limits::default() });
    let mut slow = TcpStream::connect(served.address).await.unwrap();
    slow.write_all(LIVE.replace("\r\nHost", "\r\nConnection: close\r\nHost").as_bytes()).await.unwrap();
    let begun = std::time::Instant::now();
    let mut piece = vec![0; 64 * 1024];
    let mut length = 0;
    // Slowly until the limit has passed twice over, then as fast as can be.
    while begun.elapsed() < 2 * write_time {
        length += timeout(PATIENCE, slow.read(&mut piece)).await.unwrap().unwrap();
        tokio::time::sleep(write_time / 50).await;
    }
    assert!(length < LARGE, "the answer is too small for this test");
    let mut rest = Vec::new();
    timeout(PATIENCE, slow.read_to_end(&mut rest)).await.unwrap().unwrap();
    assert!(length + rest.len() > LARGE);
}
