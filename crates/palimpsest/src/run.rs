//! `palimpsest serve`: from settings to a running server, and down again.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use palimpsest_engine::admin::{Command, Reply};
use palimpsest_engine::{Engine, Links, Policy, PublicUrl, Scope};
use palimpsest_files::Bucket;
use palimpsest_server::{Limits, Routers};
use palimpsest_store::Store;
use palimpsest_store_sqlite::{Options, SqliteStore};
use palimpsest_transfer::demo::{self, Filled};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::settings::{FetchLinks, History, LegacyApi, Settings};
use crate::world::{PublicPages, PublicReceivers, SystemClock, SystemIds};
use crate::{control, files, print, telemetry};

/// How often what is no longer needed is removed.
const UPKEEP_EVERY: Duration = Duration::from_secs(60 * 60);
/// How soon after that failed.
const UPKEEP_AGAIN: Duration = Duration::from_secs(60);
/// How long a bucket is waited for at the start.
const CLAIM_DEADLINE: Duration = Duration::from_secs(10);
/// For so many bytes of the cache the head remembers one object: more than there can be answers of in it, unless they are small.
const REMEMBERED_PER: u64 = 512;

/// Serves until SIGTERM or SIGINT.
pub(crate) fn serve(settings: &Settings) -> anyhow::Result<()> {
    telemetry::begin(settings.log_format, settings.log_level);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("threads")?;
    runtime.block_on(run(settings))
}

/// An engine over the data folder, and the store beneath it by its own name.
pub(crate) struct Opened {
    pub(crate) engine: Arc<Engine>,
    pub(crate) store: Arc<SqliteStore>,
    /// The bucket that files lie in, if they do not lie in the folder.
    pub(crate) bucket: Option<Bucket>,
}

/// Opens the data folder and the place of files.
pub(crate) fn open(settings: &Settings) -> anyhow::Result<Opened> {
    let (engine, store) = begin(settings)?;
    Ok(Opened { engine: Arc::new(engine), store, bucket: settings.files.clone() })
}

/// The same with an engine that nobody has yet.
fn begin(settings: &Settings) -> anyhow::Result<(Engine, Arc<SqliteStore>)> {
    let cache = settings.cache_size.0;
    let options = Options {
        remembered: usize::try_from(cache / REMEMBERED_PER).unwrap_or(usize::MAX).max(1),
        commits_per_sync: settings.commits_per_sync.0,
        #[cfg(feature = "faults")]
        faults: Arc::new(palimpsest_store_sqlite::Faults::from_env()),
        ..Options::default()
    };
    let store = Arc::new(SqliteStore::open(&settings.data, &options)?);
    let engine = Engine::new(Arc::clone(&store) as _, Arc::new(SystemClock), Arc::new(SystemIds)).caching(cache);
    let engine = engine.keeping(files::open(&settings.data, settings.files.as_ref())?);
    #[cfg(feature = "faults")]
    let engine = engine.with_faults(palimpsest_engine::Faults::from_env());
    Ok((engine, store))
}

async fn run(settings: &Settings) -> anyhow::Result<()> {
    // Asked for before anything is printed: whoever waits for the address may stop us right after it.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (engine, store) = begin(settings)?;
    claim(&engine, settings).await?;
    // Before the engine can look at pages, and before anybody can ask for anything.
    if settings.demo {
        fill(&engine).await?;
    }
    let engine = engine.taking(settings.max_file.0);
    let engine = posting(match settings.fetch_links {
        FetchLinks::Public => fetching(engine),
        FetchLinks::Off => engine,
    });
    // Before the first token is made: nobody would ever see the token of a start that failed for its address.
    let listener = TcpListener::bind(&settings.listen).await.with_context(|| settings.listen.clone())?;
    let address = listener.local_addr()?;
    let public_url = settings.public_url.clone().unwrap_or_else(|| PublicUrl::listening_on(address));
    let secret = engine.server_secret().await.context("the secret of the server")?;
    let engine = Arc::new(engine.linking(Links::new(public_url.clone(), secret)));
    let opened = Arc::new(Opened { engine: Arc::clone(&engine), store, bucket: settings.files.clone() });
    let token = first_token(&engine).await?;
    let control = control::listen(&settings.data, Arc::clone(&opened))?;
    print::serving(address, token.as_deref())?;
    tracing::info!(%address, %public_url, data = %settings.data.display(), "serving");
    let (stops, mut stopping) = watch::channel(false);
    let stopped = async move { _ = stopping.wait_for(|stops| *stops).await.is_ok() };
    let deliverer = tokio::spawn(palimpsest_server::deliver(Arc::clone(&engine), stopped));
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        stops.send_replace(true);
    };
    let beta = settings.legacy_api == LegacyApi::On;
    let limits = Limits { rates: settings.rate_limits, origins: settings.cors.clone(), beta, ..Limits::default() };
    let routers = Routers::new(Arc::clone(&engine), limits.clone());
    let upkeep = tokio::spawn(keep_up(Arc::clone(&engine), settings.history));
    palimpsest_server::serve(listener, routers, limits, stop).await;
    // A delivery that is under way is finished: its receiver has it, so the cursor should know.
    deliverer.await.context("the deliverer of webhooks")?;
    control.stop();
    upkeep.abort();
    let store = Arc::clone(&opened.store);
    tokio::task::spawn_blocking(move || store.close()).await.context("closing the store")?;
    tracing::info!("stopped");
    Ok(())
}

/// Makes the bucket that of this store, so that nothing in it is another's that this server would remove.
pub(crate) async fn claim(engine: &Engine, settings: &Settings) -> anyhow::Result<()> {
    let Some(bucket) = &settings.files else { return Ok(()) };
    match timeout(CLAIM_DEADLINE, engine.claim_files(settings.claim_files)).await {
        Ok(Ok(true)) => {}
        Ok(Ok(false)) => anyhow::bail!(
            "{bucket} holds the files of another store than that in {}, which would remove them: name another prefix, or take it \
             over with `serve --claim-files` once no other server uses it",
            settings.data.display()
        ),
        // Everything else works without it; it is asked again before anything is removed.
        Ok(Err(error)) => tracing::warn!(%error, cause = error.cause, %bucket, "the owner of the bucket is not known"),
        Err(_) => tracing::warn!(%bucket, "the owner of the bucket is not known: it does not answer"),
    }
    Ok(())
}

/// The engine with a look at the pages of the public network, where that can be had.
fn fetching(engine: Engine) -> Engine {
    match PublicPages::new() {
        Ok(pages) => engine.fetching(Arc::new(pages)),
        Err(error) => {
            tracing::warn!(%error, "weblinks are made without a look at their pages");
            engine
        }
    }
}

/// The engine with a way to the receivers of webhooks, where that can be had.
fn posting(engine: Engine) -> Engine {
    match PublicReceivers::new() {
        Ok(receivers) => engine.posting(Arc::new(receivers)),
        Err(error) => {
            tracing::warn!(%error, "webhooks send nothing");
            engine
        }
    }
}

/// Removes stored answers and uploads that have expired, what of the history is older than it is kept, and bytes of files that
/// nothing names any more: now and every hour, after a failure sooner.
async fn keep_up(engine: Arc<Engine>, history: History) {
    loop {
        let mut pause = UPKEEP_EVERY;
        match engine.expire_answers().await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "stored answers have expired"),
            Err(error) => {
                tracing::warn!(%error, cause = error.cause, "stored answers could not be removed");
                pause = UPKEEP_AGAIN;
            }
        }
        match engine.expire_uploads().await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "uploads have expired"),
            Err(error) => {
                tracing::warn!(%error, cause = error.cause, "uploads could not be removed");
                pause = UPKEEP_AGAIN;
            }
        }
        if let History::For(keep) = history {
            match engine.compact(keep).await {
                Ok(()) => tracing::info!("the history was compacted"),
                Err(error) => {
                    tracing::warn!(%error, cause = error.cause, "the history could not be compacted");
                    pause = UPKEEP_AGAIN;
                }
            }
        }
        match engine.collect_files().await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "files that nothing names were removed"),
            Err(error) => {
                tracing::warn!(%error, cause = error.cause, "the files could not be looked through");
                pause = UPKEEP_AGAIN;
            }
        }
        tokio::time::sleep(pause).await;
    }
}

/// Makes the demo, where there is nothing yet.
async fn fill(engine: &Engine) -> anyhow::Result<()> {
    first_space(engine).await?;
    match demo::fill(engine).await.context("--demo")? {
        Filled::Made(space) => tracing::info!(%space, "the demo was made"),
        Filled::Present => tracing::info!("the demo was made before"),
    }
    Ok(())
}

/// On an empty folder: a space; whether it was made.
async fn first_space(engine: &Engine) -> anyhow::Result<bool> {
    if let Reply::Spaces(spaces) = engine.administer(Command::SpaceList).await?
        && spaces.is_empty()
    {
        engine.administer(Command::SpaceCreate { title: "My space".to_owned() }).await?;
        return Ok(true);
    }
    Ok(false)
}

/// On an empty folder: a space and a token for it.
async fn first_token(engine: &Engine) -> anyhow::Result<Option<String>> {
    if !first_space(engine).await? && engine.has_tokens().await? {
        return Ok(None);
    }
    let scopes = vec![Scope::Read, Scope::Write];
    let create = Command::TokenCreate {
        spaces: Vec::new(),
        name: "first".to_owned(),
        scopes,
        expires_at: None,
        concurrency: Policy::default(),
    };
    match engine.administer(create).await {
        Ok(Reply::TokenMade(made)) => Ok(Some(made.token)),
        // Several spaces and no token: which one is meant is for the operator to say.
        _ => Ok(None),
    }
}
