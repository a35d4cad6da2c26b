//! A server on a port of its own, with a space and its tokens.

use std::sync::Arc;

use palimpsest_client::{Client, Timestamp};
use palimpsest_engine::admin::{Command, Reply};
use palimpsest_engine::{CountedIds, Engine, Links, ManualClock, Policy, PublicUrl, Scope};
use palimpsest_server::{Limits, Routers, serve};
use palimpsest_store::{MemoryFiles, MemoryStore};
use tokio::net::TcpListener;

pub(crate) struct Served {
    pub(crate) base: String,
    pub(crate) engine: Arc<Engine>,
}

impl Served {
    /// Serves until the test ends.
    pub(crate) async fn new(limits: Limits) -> Self {
        let clock = ManualClock::at(Timestamp::parse("2026-11-22T12:00:00Z").unwrap());
        let engine = Engine::new(Arc::new(MemoryStore::new()), Arc::new(clock), Arc::new(CountedIds::default()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let links = Links::new(PublicUrl::listening_on(address), [7; 32]);
        let engine = Arc::new(engine.keeping(Arc::new(MemoryFiles::default())).linking(links));
        engine.administer(Command::SpaceCreate { title: "Lab".to_owned() }).await.unwrap();
        let base = format!("http://{address}");
        let routers = Routers::new(Arc::clone(&engine), limits.clone());
        tokio::spawn(serve(listener, routers, limits, std::future::pending()));
        Self { base, engine }
    }

    /// The secret of a new token.
    pub(crate) async fn token(&self, scopes: &[Scope]) -> String {
        let (name, scopes) = ("client".to_owned(), scopes.to_vec());
        let command =
            Command::TokenCreate { spaces: vec![], name, scopes, expires_at: None, concurrency: Policy::default() };
        let told = self.engine.administer(command).await.unwrap();
        let Reply::TokenMade(made) = told else { panic!("{told:?}") };
        made.token
    }

    /// A client that may do everything.
    pub(crate) async fn client(&self) -> Client {
        Client::new(&self.base, self.token(&[Scope::Read, Scope::Write]).await).unwrap()
    }
}
