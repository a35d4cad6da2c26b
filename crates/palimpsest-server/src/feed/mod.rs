//! Following a space: pages that are waited for, and streams. Whoever waits holds a connection and a place in the log, no
//! thread and no row; the head tells when there is more.

mod accept;
mod events;
mod watch;

use std::time::Duration;

use http::HeaderName;
use palimpsest_engine::{Changes, ListChanges};

pub(crate) use self::accept::{EVENTS, accepts_events};
use self::events::Events;
use self::watch::{Watch, is_passing, pause};
use crate::answer::{Answer, Failure};
use crate::endpoint::{Follower, Reply};

pub(crate) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What a follower asks for.
pub(crate) enum Asked {
    /// A page; when it would be empty, the first change within a time.
    Page { list: ListChanges, wait: Duration },
    /// Everything from a position on.
    Stream { list: ListChanges },
}

/// Answers a follower.
pub(crate) async fn answer(follower: Follower, asked: Asked) -> Result<Reply, Failure> {
    let ignored = follower.call.input.ignored()?;
    let strict = follower.call.input.is_strict().then_some("handling=strict");
    let bookmark_time = follower.limits.bookmark_time;
    // Before the first look, so that nothing comes unnoticed between the look and the wait.
    let watch = Watch::new(follower);
    let (Asked::Page { list, .. } | Asked::Stream { list }) = &asked;
    let first = watch.page(*list).await?;
    let answer = match asked {
        Asked::Page { list, wait } if first.changes.is_empty() && !wait.is_zero() => {
            let later = async move {
                let page = wait_for(watch, list, wait, first).await?;
                Ok(Answer { ignored, ..shown(&page) }.applied(strict))
            };
            return Ok(Reply::Later(Box::pin(later)));
        }
        Asked::Page { .. } => shown(&first),
        Asked::Stream { list } => {
            let revision = Some(first.head);
            let events = Events::begin(watch, list, first, bookmark_time);
            Answer { stream: Some(events.into_body()), media: EVENTS, revision, ..Answer::default() }
        }
    };
    Ok(Answer { ignored, ..answer }.applied(strict).into())
}

fn shown(page: &Changes) -> Answer {
    Answer { body: Some(page.body()), revision: Some(page.head), ..Answer::default() }
}

/// Waits for the first change; at the end of the time, or of the server, the page is empty.
async fn wait_for(mut watch: Watch, list: ListChanges, time: Duration, empty: Changes) -> Result<Changes, Failure> {
    let end = tokio::time::sleep(time);
    tokio::pin!(end);
    loop {
        let is_over = tokio::select! {
            () = watch.stopping.begun() => return Ok(empty),
            () = &mut end => true,
            () = watch.head.passes(empty.revision) => false,
        };
        watch.check_token().await?;
        match watch.page(list).await {
            Ok(page) if is_over || !page.changes.is_empty() => return Ok(page),
            Err(failure) if is_over || !is_passing(&failure) => return Err(failure),
            Ok(_) | Err(_) => pause().await,
        }
    }
}
