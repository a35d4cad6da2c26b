//! A connection whose other side does not read what it asked for.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// A stream that fails when what is written to it makes no progress for a time. Any progress begins the time anew: who
/// reads slowly gets everything.
pub(crate) struct Unread<S> {
    stream: S,
    limit: Duration,
    waiting: Waiting,
}

impl<S> Unread<S> {
    pub(crate) fn new(stream: S, limit: Duration) -> Self {
        Self { stream, limit, waiting: Waiting::default() }
    }
}

/// The end of the time that is running, if one is.
#[derive(Default)]
struct Waiting {
    end: Option<Pin<Box<Sleep>>>,
    is_running: bool,
}

impl Waiting {
    /// What a write that was polled comes to.
    fn bound<T>(
        &mut self,
        limit: Duration,
        polled: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.is_running = false;
            return polled;
        }
        let end = self.end.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        if !self.is_running {
            end.as_mut().reset(Instant::now() + limit);
            self.is_running = true;
        }
        end.as_mut().poll(context).map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "an answer is not read")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Unread<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Unread<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.waiting.bound(this.limit, polled, context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.waiting.bound(this.limit, polled, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_flush(context);
        this.waiting.bound(this.limit, polled, context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_shutdown(context);
        this.waiting.bound(this.limit, polled, context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn what_nobody_takes_is_an_error() {
        let (ours, theirs) = tokio::io::duplex(8);
        let mut ours = Unread::new(ours, Duration::from_millis(20));
        ours.write_all(&[0; 8]).await.unwrap();
        let error = ours.write_all(&[0; 8]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(theirs);
    }

    #[tokio::test]
    async fn the_time_between_two_answers_does_not_count() {
        let (ours, mut theirs) = tokio::io::duplex(8);
        let limit = Duration::from_millis(20);
        let mut ours = Unread::new(ours, limit);
        ours.write_all(&[1; 8]).await.unwrap();
        assert_eq!(ours.write_all(&[1; 1]).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        theirs.read_exact(&mut [0; 8]).await.unwrap();
        ours.write_all(&[1; 8]).await.unwrap();
        // Had the old time gone on, the next wait would end at once, before the reader's turn.
        let mut taken = [0; 8];
        let (written, read) = tokio::join!(ours.write_all(&[1; 1]), theirs.read_exact(&mut taken));
        assert!(written.is_ok() && read.is_ok());
    }
}
