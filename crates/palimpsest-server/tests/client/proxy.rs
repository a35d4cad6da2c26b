//! A way to the server on which connections are lost when the test says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub(crate) struct Proxy {
    pub(crate) base: String,
    drops: Arc<AtomicUsize>,
    cuts: watch::Sender<()>,
}

impl Proxy {
    pub(crate) async fn to(base: &str) -> Self {
        let target = base.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (drops, cuts) = (Arc::new(AtomicUsize::new(0)), watch::Sender::new(()));
        let (left, cut) = (Arc::clone(&drops), cuts.clone());
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(&target).await.unwrap();
                tokio::spawn(carry(client, server, Arc::clone(&left), cut.subscribe()));
            }
        });
        Self { base, drops, cuts }
    }

    /// Loses the next so many answers after the server gave them.
    pub(crate) fn drop_answers(&self, count: usize) {
        self.drops.store(count, Ordering::SeqCst);
    }

    /// How many are still to be lost.
    pub(crate) fn left(&self) -> usize {
        self.drops.load(Ordering::SeqCst)
    }

    /// Cuts every connection there is.
    pub(crate) fn cut(&self) {
        self.cuts.send_replace(());
    }
}

async fn carry(client: TcpStream, server: TcpStream, drops: Arc<AtomicUsize>, mut cut: watch::Receiver<()>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers = async {
        let mut bytes = vec![0; 65536];
        while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
            let dropped = drops.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if dropped.is_ok() || to_client.write_all(&bytes[..count]).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        () = answers => {}
        _ = cut.changed() => {}
        () = async {
            let _ = copy(&mut from_client, &mut to_server).await;
        } => {}
    }
}
