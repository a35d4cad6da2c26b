//! Which changes are asked for.

use std::time::Duration;

use reqwest::Method;

use crate::position::Position;
use crate::request::Request;

/// Which changes of a space are asked for, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Feed {
    pub(crate) since: Option<Position>,
    pub(crate) limit: Option<u32>,
    pub(crate) wait: Option<Duration>,
    pub(crate) whole: bool,
}

impl Feed {
    /// Every change there ever was.
    #[must_use]
    pub fn from_the_start() -> Self {
        Self::default()
    }

    /// Every change after a position.
    #[must_use]
    pub fn after(position: Position) -> Self {
        Self { since: Some(position), ..Self::default() }
    }

    /// The same with each object as it stood then.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// The same, at most so many a page; of pages only.
    #[must_use]
    pub fn size(self, changes: u32) -> Self {
        Self { limit: Some(changes), ..self }
    }

    /// The same; a page that would be empty waits so long for the first change, at most a minute and in whole seconds; of pages
    /// only.
    #[must_use]
    pub fn wait(self, wait: Duration) -> Self {
        Self { wait: Some(wait), ..self }
    }

    /// The request for a stream.
    pub(crate) fn streamed(&self) -> Request {
        let request = Request::new(Method::GET, "/changes");
        let request = if self.whole { request.query("include", "objects") } else { request };
        match self.since {
            Some(since) => request.query("since", since),
            None => request,
        }
    }

    /// The request for a page; an answer that need not be waited for takes at most `timeout`.
    pub(crate) fn paged(&self, timeout: Duration) -> Request {
        let mut request = self.streamed();
        if let Some(limit) = self.limit {
            request = request.query("limit", limit);
        }
        if let Some(wait) = self.wait {
            request = Request { timeout: Some(timeout.saturating_add(wait)), ..request.query("wait", wait.as_secs()) };
        }
        request
    }
}
