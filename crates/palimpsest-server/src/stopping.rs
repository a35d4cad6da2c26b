//! The end of the server, as requests that wait hear of it.

use tokio::sync::watch;

/// Whether the server stops. A request that came on no connection never hears of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stopping(Option<watch::Receiver<bool>>);

impl Stopping {
    /// Told by what is sent to the other side of a channel.
    pub(crate) fn told_by(receiver: watch::Receiver<bool>) -> Self {
        Self(Some(receiver))
    }

    /// Whether the server stops.
    pub(crate) fn has_begun(&self) -> bool {
        self.0.as_ref().is_some_and(|stops| *stops.borrow())
    }

    /// Waits until the server stops.
    pub(crate) async fn begun(&mut self) {
        match &mut self.0 {
            // The server is gone when nobody can tell any more.
            Some(stops) => _ = stops.wait_for(|stops| *stops).await.is_ok(),
            None => std::future::pending().await,
        }
    }
}
