//! A panic while a request is served is answered like any other internal error; it must not take the connection along.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future whose panic is a value.
pub(crate) struct Caught<F>(F);

pub(crate) fn catch<F: Future + Unpin>(future: F) -> Caught<F> {
    Caught(future)
}

/// What a function gives; nothing when it panicked.
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}

impl<F: Future + Unpin> Future for Caught<F> {
    /// Nothing when it panicked.
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match catch_unwind(AssertUnwindSafe(|| Pin::new(&mut self.0).poll(context))) {
            Ok(poll) => poll.map(Some),
            Err(_) => Poll::Ready(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_value() {
        assert_eq!(catch(pin!(async { 1 })).await, Some(1));
        assert_eq!(catch(pin!(async { panic!("at the disco") })).await, None::<()>);
    }
}
