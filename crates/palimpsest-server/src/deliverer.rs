//! The deliverer of webhooks: what each is due is sent as soon as its space moves, or when it is tried again. What a step is, the
//! engine says; here are only the waits between the steps.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use palimpsest_engine::{Engine, Next, WebhookHolder};
use palimpsest_model::{Revision, SpaceId, Timestamp, WebhookId};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::stopping::Stopping;

/// Where nothing tells of changes, they are looked for this often.
const LOOK: Duration = Duration::from_secs(1);
/// And this often where something should have told.
const LOOK_ANYWAY: Duration = Duration::from_secs(10);

/// Delivers until `stop` is done; then what is under way is finished.
pub async fn deliver(engine: Arc<Engine>, stop: impl Future<Output = ()>) {
    let holder = engine.webhook_holder();
    let (stops, stopping) = watch::channel(false);
    let mut changes = engine.webhook_changes();
    let mut carriers = JoinSet::new();
    let mut carried = HashSet::new();
    tokio::pin!(stop);
    loop {
        changes.borrow_and_update();
        match engine.active_webhooks().await {
            Ok(active) => {
                for (id, space) in active.into_iter().filter(|(id, _)| !carried.contains(id)).collect::<Vec<_>>() {
                    carried.insert(id);
                    let stopping = Stopping::told_by(stopping.clone());
                    carriers.spawn(Carrier { engine: Arc::clone(&engine), holder, id, space, stopping }.carry());
                }
            }
            Err(error) => tracing::warn!(%error, "the webhooks could not be read"),
        }
        tokio::select! {
            () = &mut stop => break,
            _ = changes.changed() => {}
            Some(ended) = carriers.join_next() => match ended {
                Ok(id) => _ = carried.remove(&id),
                Err(error) => tracing::error!(%error, "the deliveries of a webhook ended"),
            },
            () = tokio::time::sleep(LOOK_ANYWAY) => {}
        }
    }
    stops.send_replace(true);
    while carriers.join_next().await.is_some() {}
}

/// Delivers for one webhook.
struct Carrier {
    engine: Arc<Engine>,
    holder: WebhookHolder,
    id: WebhookId,
    space: SpaceId,
    stopping: Stopping,
}

impl Carrier {
    /// Delivers until there is nothing more to come, or the server stops.
    async fn carry(mut self) -> WebhookId {
        let mut changes = self.engine.webhook_changes();
        while !self.stopping.has_begun() {
            changes.borrow_and_update();
            let wait = match self.engine.deliver(self.id, self.holder).await {
                Ok(Next::Now) => continue,
                Ok(Next::Never) => return self.id,
                Ok(Next::After(revision)) => Wait::After(revision),
                Ok(Next::At(at)) => Wait::For(self.until(at)),
                Err(error) => {
                    tracing::warn!(%error, webhook = %self.id, "a delivery could not be made");
                    Wait::For(LOOK)
                }
            };
            let (engine, space) = (Arc::clone(&self.engine), self.space);
            tokio::select! {
                () = wait.end(&engine, space) => {}
                _ = changes.changed() => {}
                () = self.stopping.begun() => {}
            }
        }
        if let Err(error) = self.engine.release_webhook(self.id, self.holder).await {
            tracing::debug!(%error, "a lease could not be given up");
        }
        self.id
    }

    fn until(&self, at: Timestamp) -> Duration {
        let milliseconds = at.0.saturating_sub(self.engine.now().0);
        // The clock that tells and the one that waits need not agree.
        Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default().max(1))
    }
}

/// What a carrier waits for.
enum Wait {
    For(Duration),
    After(Revision),
}

impl Wait {
    async fn end(self, engine: &Engine, space: SpaceId) {
        match self {
            Self::For(time) => tokio::time::sleep(time).await,
            Self::After(revision) => match engine.store().moved(space) {
                Some(mut moves) => {
                    let moved = moves.wait_for(|head| *head > revision);
                    // When the space is gone, the next look tells.
                    _ = tokio::time::timeout(LOOK_ANYWAY, moved).await.is_ok();
                }
                None => tokio::time::sleep(LOOK).await,
            },
        }
    }
}
