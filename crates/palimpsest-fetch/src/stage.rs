//! Another network, for tests.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::resolver::{Answer, Resolver};

/// What a name resolves to.
pub type Resolve = dyn Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync;
/// Whether a resolved address may be connected to.
pub type IsAllowed = dyn Fn(SocketAddr) -> bool + Send + Sync;

/// Another network: what names resolve to, what counts as public, how long a fetch may take.
///
/// Only resolved addresses are judged by it. An address that stands in a URL is judged as ever, and so is all else of a
/// URL; a server on any port is reached by resolving to its port.
pub struct Stage {
    /// Instead of the system's resolver.
    pub resolve: Arc<Resolve>,
    /// Instead of [`guard::is_public`](crate::guard::is_public).
    pub is_allowed: Arc<IsAllowed>,
    /// Instead of [`DEADLINE`](crate::DEADLINE).
    pub deadline: Duration,
}

impl Stage {
    pub(crate) fn into_resolver(self) -> Resolver {
        let resolve = self.resolve;
        let ask = move |name: String| -> Answer {
            let answer = resolve(&name);
            Box::pin(async move { answer })
        };
        Resolver::of(Arc::new(ask), self.is_allowed)
    }
}
