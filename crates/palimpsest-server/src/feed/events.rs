//! A stream of changes as server-sent events. It is pulled: what the client has not taken yet is not read yet, so a slow one
//! holds its own place in the log and nothing else.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::body::Frame;
use palimpsest_engine::{Change, Changes, ListChanges, Position};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::watch::{Watch, is_passing, pause};
use crate::panics::catch;

/// A stream and where it is.
pub(super) struct Events {
    watch: Watch,
    list: ListChanges,
    /// Where the client is once it has read what was sent.
    position: Position,
    /// What was read and not yet sent.
    at_hand: VecDeque<Change>,
    bookmarks: Interval,
    is_over: bool,
}

impl Events {
    /// Begins with a page that was read already.
    pub(super) fn begin(watch: Watch, list: ListChanges, first: Changes, bookmark_time: Duration) -> Self {
        let position = Position { log: Some(first.log), revision: list.since.revision };
        let mut bookmarks = interval_at(Instant::now() + bookmark_time, bookmark_time);
        bookmarks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { watch, list, position, at_hand: first.changes.into(), bookmarks, is_over: false }
    }

    pub(super) fn into_body(self) -> Body {
        Body::new(Pulled(Some(self.step())))
    }

    fn step(self) -> Step {
        Box::pin(async { catch(pin!(self.next())).await.flatten() })
    }

    /// The next event; nothing at the end of the stream. Whatever goes wrong ends it: the client takes it up where it was.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        if self.is_over {
            return None;
        }
        loop {
            if self.watch.stopping.has_begun() {
                self.is_over = true;
                return Some((self.bookmark(), self));
            }
            if let Some(change) = self.at_hand.pop_front() {
                self.watch.check_token().await.ok()?;
                self.position.revision = change.revision;
                return Some((self.event("change", &change.json()), self));
            }
            tokio::select! {
                () = self.watch.stopping.begun() => continue,
                _ = self.bookmarks.tick() => {
                    self.watch.check_token().await.ok()?;
                    return Some((self.bookmark(), self));
                }
                () = self.watch.head.passes(self.position.revision) => {}
            }
            match self.watch.page(ListChanges { since: self.position, ..self.list }).await {
                Ok(page) if !page.changes.is_empty() => self.at_hand = page.changes.into(),
                Err(failure) if !is_passing(&failure) => return None,
                Ok(_) | Err(_) => pause().await,
            }
        }
    }

    fn bookmark(&self) -> Bytes {
        self.event("bookmark", format!(r#"{{"revision":{}}}"#, self.position.revision).as_bytes())
    }

    /// JSON has no line ends, so one line of data is enough.
    fn event(&self, name: &str, data: &[u8]) -> Bytes {
        let head = format!("event: {name}\nid: {}\ndata: ", self.position);
        [head.as_bytes(), data, b"\n\n"].concat().into()
    }
}

type Step = Pin<Box<dyn Future<Output = Option<(Bytes, Events)>> + Send>>;

/// A body that makes its next piece when it is asked for one.
struct Pulled(Option<Step>);

impl hyper::body::Body for Pulled {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(step) = &mut self.0 else { return Poll::Ready(None) };
        let made = ready!(step.as_mut().poll(context));
        let (piece, rest) = made.map(|(piece, events)| (Ok(Frame::data(piece)), events.step())).unzip();
        self.0 = rest;
        Poll::Ready(piece)
    }
}
