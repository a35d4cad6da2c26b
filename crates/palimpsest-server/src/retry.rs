//! `Idempotency-Key`: the key of a write, what a retry must repeat, and the keys of writes that are on their way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;
use palimpsest_engine::{Code, Retry};
use palimpsest_model::TokenId;
use tokio::sync::OwnedMutexGuard;

use crate::answer::Failure;
use crate::prefer::PREFER;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest key.
const LONGEST: usize = 255;

/// The key of a write, with all that a retry must repeat: method, path and query, conditions, preferences, the body.
pub(crate) fn read(parts: &Parts, body: &[u8]) -> Result<Option<Retry>, Failure> {
    let mut fields = parts.headers.get_all(KEY).iter();
    let Some(field) = fields.next() else { return Ok(None) };
    let refused = |message: &str| Failure::new(Code::InvalidInput, format!("✖ {message}\n  → at Idempotency-Key"));
    if fields.next().is_some() {
        return Err(refused("Given more than once"));
    }
    let key = field.to_str().ok().map(unquoted).filter(|key| is_key(key));
    let key = key.ok_or_else(|| refused(&format!("Invalid key: expected 1 to {LONGEST} visible ASCII characters")))?;
    let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let mut repeated = vec![parts.method.as_str().as_bytes(), path.as_bytes()];
    for name in [IF_MATCH, IF_NONE_MATCH, PREFER] {
        repeated.extend(parts.headers.get_all(&name).iter().map(http::HeaderValue::as_bytes));
        // No field value is one control character: so ends the list of each name.
        repeated.push(b"\n");
    }
    repeated.push(body);
    Ok(Some(Retry::new(key.to_owned(), repeated)))
}

/// Refuses a key: what the call does is in no log, so that nothing could be answered again.
pub(crate) fn refuse(headers: &HeaderMap) -> Result<(), Failure> {
    if headers.contains_key(KEY) {
        let message = "✖ This call takes no key: what it does is not in the log\n  → at Idempotency-Key";
        return Err(Failure::new(Code::InvalidInput, message));
    }
    Ok(())
}

/// The key between quotation marks, if it stands between them.
fn unquoted(field: &str) -> &str {
    field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(field)
}

fn is_key(key: &str) -> bool {
    (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The keys of writes that are on their way in this process. That a key has one effect does not rest on it, but on the
/// commit: it keeps a duplicate from doing again what comes before the commit.
#[derive(Default)]
pub(crate) struct Running(Mutex<HashMap<Owned, Arc<tokio::sync::Mutex<()>>>>);

/// A key belongs to its token.
type Owned = (TokenId, String);

/// The turn of one request with a key; ends when it is dropped.
pub(crate) struct Turn<'r> {
    running: &'r Running,
    owned: Owned,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Running {
    /// Waits until no other request with this key is on its way; nothing when that takes too long.
    pub(crate) async fn turn(&self, token: TokenId, key: &str, patience: Duration) -> Option<Turn<'_>> {
        let owned = (token, key.to_owned());
        let lock = Arc::clone(self.keys().entry(owned.clone()).or_default());
        // Made before the wait: whoever gives up waiting cleans up as well.
        let mut turn = Turn { running: self, owned, guard: None };
        turn.guard = Some(tokio::time::timeout(patience, lock.lock_owned()).await.ok()?);
        Some(turn)
    }

    fn keys(&self) -> std::sync::MutexGuard<'_, HashMap<Owned, Arc<tokio::sync::Mutex<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut keys = self.running.keys();
        drop(self.guard.take());
        // Held by nobody else: neither has its turn nor waits for it.
        if keys.get(&self.owned).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            keys.remove(&self.owned);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> TokenId {
        TokenId(uuid::Uuid::from_u128(1))
    }

    #[tokio::test]
    async fn a_key_is_held_by_one_and_forgotten_after_the_last() {
        let running = Running::default();
        let first = running.turn(token(), "a", Duration::from_secs(20)).await.unwrap();
        assert!(running.turn(token(), "a", Duration::ZERO).await.is_none());
        let other = running.turn(token(), "b", Duration::ZERO).await;
        assert!(other.is_some() && running.keys().len() == 2);
        let mut second = Box::pin(running.turn(token(), "a", Duration::from_secs(20)));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(second.as_mut().poll(&mut context).is_pending());
        drop((first, other));
        let second = second.await.unwrap();
        assert!(running.turn(token(), "a", Duration::ZERO).await.is_none());
        drop(second);
        assert!(running.keys().is_empty());
        drop(running.turn(token(), "a", Duration::ZERO).await.unwrap());
        assert!(running.keys().is_empty());
    }

    #[tokio::test]
    async fn who_no_longer_waits_leaves_nothing() {
        let running = Running::default();
        let first = running.turn(token(), "a", Duration::ZERO).await.unwrap();
        let mut second = Box::pin(running.turn(token(), "a", Duration::from_secs(20)));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(second.as_mut().poll(&mut context).is_pending());
        drop(first);
        drop(second);
        assert!(running.keys().is_empty());
    }
}
