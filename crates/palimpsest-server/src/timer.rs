//! The time that the headers of a request may take. hyper asks for a new timer with every request and drops it once they are
//! there; each would enter the runtime's wheel and leave it again. A connection has one here for all its requests, which is
//! only moved on.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

/// The timer of one connection.
#[derive(Clone, Default)]
pub(crate) struct OneTimer(Arc<Mutex<Option<Inner>>>);

type Inner = Pin<Box<tokio::time::Sleep>>;

impl OneTimer {
    fn kept(&self) -> MutexGuard<'_, Option<Inner>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Timer for OneTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        let inner = match self.kept().take() {
            Some(mut inner) => {
                inner.as_mut().reset(deadline.into());
                inner
            }
            None => Box::pin(tokio::time::sleep_until(deadline.into())),
        };
        Box::pin(Lent { inner: Some(inner), owner: self.clone() })
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into()
    }
}

/// The timer while it runs; it goes back to its connection.
struct Lent {
    inner: Option<Inner>,
    owner: OneTimer,
}

impl Sleep for Lent {}

impl Future for Lent {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.inner.as_mut().map_or(Poll::Ready(()), |inner| inner.as_mut().poll(context))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        *self.owner.kept() = self.inner.take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_timer_that_was_used_ends_at_its_new_time() {
        let timer = OneTimer::default();
        timer.sleep(Duration::from_millis(1)).await;
        let mut later = timer.sleep(Duration::from_secs(3600));
        assert!(timer.kept().is_none(), "it is the same");
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(later.as_mut().poll(&mut context).is_pending());
        drop(later);
        assert!(timer.kept().is_some());
        timer.sleep(Duration::from_millis(1)).await;
    }
}
