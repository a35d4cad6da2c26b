//! What every follower needs while it waits.

use std::sync::Arc;
use std::time::Duration;

use palimpsest_engine::{Access as Token, Changes, Code, Engine, ListChanges, Moves, Scope};
use palimpsest_model::Revision;

use crate::answer::Failure;
use crate::endpoint::{Call, Follower};
use crate::stopping::Stopping;

/// A token that watches its space.
pub(super) struct Watch {
    engine: Arc<Engine>,
    token: Token,
    secret: String,
    request_time: Duration,
    pub(super) head: Head,
    pub(super) stopping: Stopping,
}

impl Watch {
    pub(super) fn new(follower: Follower) -> Self {
        let Follower { call: Call { engine, token, .. }, secret, stopping, limits, .. } = follower;
        let head = Head(engine.moved(&token));
        Self { engine, token, secret, request_time: limits.request_time, head, stopping }
    }

    /// Reads a page, within the time of a request.
    pub(super) async fn page(&self, list: ListChanges) -> Result<Changes, Failure> {
        let reading = self.engine.changes(&self.token, list);
        let read = tokio::time::timeout(self.request_time, reading).await;
        Ok(read.map_err(|_| Failure::too_long())??)
    }

    /// Refuses when the token was revoked or has expired meanwhile.
    pub(super) async fn check_token(&self) -> Result<(), Failure> {
        let token = self.engine.authenticate(Some(&self.secret)).await?;
        Ok(token.require(Scope::Read)?)
    }
}

/// The head of the space, as it moves.
pub(super) struct Head(Option<Moves>);

/// Where nothing tells of moves, the log is looked at this often.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// When a move cannot be read yet, the log is looked at again this soon.
const PAUSE: Duration = Duration::from_millis(50);

impl Head {
    /// Waits until there may be something after a revision.
    pub(super) async fn passes(&mut self, revision: Revision) {
        match &mut self.0 {
            // When the space is gone, the next look tells.
            Some(moves) => _ = moves.wait_for(|head| *head > revision).await.is_ok(),
            None => tokio::time::sleep(ASK_AGAIN).await,
        }
    }
}

/// Whether it is worth looking again after a failure: one commit wakes everybody who waits, and they may be too many at once.
pub(super) fn is_passing(failure: &Failure) -> bool {
    failure.error.code == Code::ServiceUnavailable
}

/// Waits a little before looking again.
pub(super) async fn pause() {
    tokio::time::sleep(PAUSE).await;
}
