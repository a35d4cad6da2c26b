//! Resolving names to addresses that may be called.

use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::guard::{Refused, is_public};

/// What a name server answers, to be judged.
pub(crate) type Answer = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Resolves a name once and gives the connection only what may be called: between the look and the connection no second
/// question is asked.
///
/// Addresses that are not public are left out, and only a name without any other is refused. To refuse a name for one
/// of its addresses would protect nothing more, since that address is never connected to, and would lose pages of hosts
/// that are reachable from inside and outside by the same name.
#[derive(Clone)]
pub(crate) struct Resolver {
    ask: Arc<dyn Fn(String) -> Answer + Send + Sync>,
    is_allowed: Arc<dyn Fn(SocketAddr) -> bool + Send + Sync>,
}

impl Resolver {
    /// The system's resolver and the public network.
    pub(crate) fn system() -> Self {
        // Port 0 lets the connection take the port of the URL.
        let ask = |name: String| -> Answer {
            Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) })
        };
        Self { ask: Arc::new(ask), is_allowed: Arc::new(|address| is_public(address.ip())) }
    }

    /// Another network.
    #[cfg(feature = "testing")]
    pub(crate) fn of(
        ask: Arc<dyn Fn(String) -> Answer + Send + Sync>,
        is_allowed: Arc<dyn Fn(SocketAddr) -> bool + Send + Sync>,
    ) -> Self {
        Self { ask, is_allowed }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let answer = (self.ask)(name.as_str().to_owned());
        let is_allowed = Arc::clone(&self.is_allowed);
        Box::pin(async move {
            let found = answer.await.map_err(Unresolved::Failed)?;
            if found.is_empty() {
                return Err(Unresolved::Failed(io::Error::from(io::ErrorKind::NotFound)).into());
            }
            let allowed: Vec<SocketAddr> = found.into_iter().filter(|&address| is_allowed(address)).collect();
            if allowed.is_empty() {
                return Err(Unresolved::Refused(Refused::Address).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Why a name has no address to connect to; it travels inside the error of the connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unresolved {
    #[error(transparent)]
    Failed(io::Error),
    #[error(transparent)]
    Refused(Refused),
}

impl Unresolved {
    /// Finds it in what a connection failed with.
    pub(crate) fn within<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e Self> {
        let mut at = Some(error);
        while let Some(error) = at {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            at = error.source();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_of_this_machine_have_no_public_address() {
        let Err(error) = Resolver::system().resolve("localhost".parse().unwrap()).await else { panic!("it has one") };
        assert!(matches!(Unresolved::within(&*error), Some(Unresolved::Refused(Refused::Address))), "{error}");
    }
}
