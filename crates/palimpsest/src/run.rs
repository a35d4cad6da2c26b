//! `palimpsest serve`: from settings to a running server, and down again.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use palimpsest_engine::admin::{Command, Reply};
use palimpsest_engine::{Engine, Policy, Scope};
use palimpsest_server::{Limits, Routers};
use palimpsest_store_sqlite::{Options, SqliteStore};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::settings::{FetchLinks, History, Settings};
use crate::world::{PublicPages, SystemClock, SystemIds};
use crate::{control, print, telemetry};

/// How often the history is compacted.
const COMPACT_EVERY: Duration = Duration::from_secs(60 * 60);
/// How soon after a compaction that failed.
const COMPACT_AGAIN: Duration = Duration::from_secs(60);

/// Serves until SIGTERM or SIGINT.
pub(crate) fn serve(settings: &Settings) -> anyhow::Result<()> {
    telemetry::begin(settings.log_format, settings.log_level);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("threads")?;
    runtime.block_on(run(settings))
}

/// An engine over the data folder.
pub(crate) fn open(data: &std::path::Path) -> anyhow::Result<Engine> {
    let options = Options {
        #[cfg(feature = "faults")]
        faults: Arc::new(palimpsest_store_sqlite::Faults::from_env()),
        ..Options::default()
    };
    let store = SqliteStore::open(data, &options)?;
    let engine = Engine::new(Arc::new(store), Arc::new(SystemClock), Arc::new(SystemIds));
    #[cfg(feature = "faults")]
    let engine = engine.with_faults(palimpsest_engine::Faults::from_env());
    Ok(engine)
}

async fn run(settings: &Settings) -> anyhow::Result<()> {
    // Asked for before anything is printed: whoever waits for the address may stop us right after it.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut engine = open(&settings.data)?;
    if settings.fetch_links == FetchLinks::Public {
        match PublicPages::new() {
            Ok(pages) => engine = engine.fetching(Arc::new(pages)),
            Err(error) => tracing::warn!(%error, "weblinks are made without a look at their pages"),
        }
    }
    let engine = Arc::new(engine);
    // Before the first token is made: nobody would ever see the token of a start that failed for its address.
    let listener = TcpListener::bind(&settings.listen).await.with_context(|| settings.listen.clone())?;
    let address = listener.local_addr()?;
    let token = first_token(&engine).await?;
    let control = control::listen(&settings.data, Arc::clone(&engine))?;
    print::serving(address, token.as_deref())?;
    tracing::info!(%address, data = %settings.data.display(), "serving");
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
    };
    let upkeep = match settings.history {
        History::Forever => None,
        History::For(keep) => Some(tokio::spawn(compact(Arc::clone(&engine), keep))),
    };
    let limits = Limits { rates: settings.rate_limits, origins: settings.cors.clone(), ..Limits::default() };
    let routers = Routers::new(Arc::clone(&engine), limits.clone());
    palimpsest_server::serve(listener, routers, limits, stop).await;
    control.stop();
    if let Some(upkeep) = upkeep {
        upkeep.abort();
    }
    let store = Arc::clone(engine.store());
    tokio::task::spawn_blocking(move || store.close()).await.context("closing the store")?;
    tracing::info!("stopped");
    Ok(())
}

/// Takes out of the history what is older than `keep` milliseconds, now and every hour; after a failure sooner.
async fn compact(engine: Arc<Engine>, keep: i64) {
    loop {
        let pause = match engine.compact(keep).await {
            Ok(()) => {
                tracing::info!("the history was compacted");
                COMPACT_EVERY
            }
            Err(error) => {
                tracing::warn!(%error, cause = error.cause, "the history could not be compacted");
                COMPACT_AGAIN
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// On an empty folder: a space and a token for it.
async fn first_token(engine: &Engine) -> anyhow::Result<Option<String>> {
    if let Reply::Spaces(spaces) = engine.administer(Command::SpaceList).await?
        && spaces.is_empty()
    {
        engine.administer(Command::SpaceCreate { title: "My space".to_owned() }).await?;
    } else if engine.has_tokens().await? {
        return Ok(None);
    }
    let scopes = vec![Scope::Read, Scope::Write];
    let create = |space| Command::TokenCreate {
        space,
        name: "first".to_owned(),
        scopes,
        expires_at: None,
        concurrency: Policy::default(),
    };
    match engine.administer(create(None)).await {
        Ok(Reply::TokenMade(made)) => Ok(Some(made.token)),
        // Several spaces and no token: which one is meant is for the operator to say.
        _ => Ok(None),
    }
}
