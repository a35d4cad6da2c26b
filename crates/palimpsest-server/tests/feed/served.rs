//! A server on a port of its own, over a data folder that goes with it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use palimpsest_engine::admin::{Command, Reply};
use palimpsest_engine::{CountedIds, Engine, ManualClock, Policy, Scope};
use palimpsest_model::Timestamp;
use palimpsest_server::{Limits, RateLimits, Routers, serve};
use palimpsest_store_sqlite::{Options, SqliteStore};
use serde_json::{Value, json};
use tokio::net::TcpSocket;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::wire::{Connection, Events};

/// Longer than anything here may take; a test that reaches it has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) engine: Arc<Engine>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) token: String,
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) done: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

/// The limits of the product, without those on rates, and with bookmarks that are not long in coming.
pub(crate) fn unhurried() -> Limits {
    Limits { rates: RateLimits::Off, bookmark_time: Duration::from_millis(50), ..Limits::default() }
}

impl Served {
    pub(crate) async fn new() -> Self {
        Self::within(unhurried()).await
    }

    /// Serves with one reader thread and a short queue, and little room in the system for what a client has not read.
    pub(crate) async fn within(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::default();
        (options.readers, options.queue) = (1, 32);
        let store = SqliteStore::open(folder.path(), &options).unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::parse("2026-11-22T12:00:00Z").unwrap()));
        let engine = Engine::new(Arc::new(store), Arc::clone(&clock) as _, Arc::new(CountedIds::default()));
        let engine = Arc::new(engine);
        engine.administer(Command::SpaceCreate { title: "Lab".to_owned() }).await.unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(64 * 1024).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(128).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let routers = Routers::new(Arc::clone(&engine), limits.clone());
        let done = tokio::spawn(serve(listener, routers, limits, async {
            // A test that ends without stopping the server drops the sender, which stops it as well.
            let _ = stopped.await;
        }));
        let token = token(&engine, "all", None).await;
        Self { address, engine, clock, token, stop, done, _folder: folder }
    }

    /// Another token that may do everything.
    pub(crate) async fn token(&self, name: &str, expires_at: Option<Timestamp>) -> String {
        token(&self.engine, name, expires_at).await
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection::open(self.address, &self.token).await
    }

    /// Makes a page; answers it.
    pub(crate) async fn make(&self, title: &str) -> Value {
        let body =
            json!({"structureId": "RootPage", "properties": {"title": {"type": "title", "title": {"value": title}}}});
        self.connect().await.json("POST", "/object", Some(&body)).await
    }

    /// A stream that begins here.
    pub(crate) async fn stream(&self, query: &str) -> Events {
        let (head, events) = self.connect().await.stream(&format!("/changes{query}"), None).await;
        assert_eq!(head.status, 200, "{head:?}");
        events
    }
}

async fn token(engine: &Engine, name: &str, expires_at: Option<Timestamp>) -> String {
    let (name, scopes) = (name.to_owned(), vec![Scope::Read, Scope::Write]);
    let told = engine
        .administer(Command::TokenCreate {
            spaces: vec![],
            name,
            scopes,
            expires_at,
            concurrency: Policy::LastWriteWins,
        })
        .await
        .unwrap();
    let Reply::TokenMade(made) = told else { panic!("{told:?}") };
    made.token
}
