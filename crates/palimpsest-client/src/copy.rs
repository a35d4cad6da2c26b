//! A copy of a space, and what happens to it from then on.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::StreamExt;
use futures_util::stream::{Stream, unfold};
use palimpsest_model::LogId;

use crate::client::Client;
use crate::error::Error;
use crate::feed::Feed;
use crate::list::Page;
use crate::page_view::RowView;
use crate::position::Position;
use crate::stream::{ChangeStream, Followed};

/// What makes a copy of a space, or keeps it one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CopyStep {
    /// An object of the space; its row has the object.
    Object(Box<RowView>),
    /// That was all: the copy is the space as it stood here. Whoever keeps copy and position goes on with
    /// [`Client::stream`](crate::Client::stream) after it.
    Complete(Position),
    /// A change since. Of each of its objects: when it is shown, it replaces what the copy has; when not, it leaves the copy.
    Change(Box<Followed>),
}

/// First every object of a space at one revision, then every change since, once and in order; each object with its content.
///
/// It ends as [`ChangeStream`] does, and when the list takes longer than the server keeps it, with an error that
/// [says to start again](Error::says_start_again).
pub struct CopyStream(Pin<Box<dyn Stream<Item = Result<CopyStep, Error>> + Send>>);

impl CopyStream {
    pub(crate) fn new(client: Client) -> Self {
        let page = Some(Page::first().size(1000).whole());
        let copier = Copier { client, state: State::Listing { page, rows: VecDeque::new(), position: None } };
        Self(Box::pin(unfold(copier, |mut copier| async move {
            let step = copier.next().await?;
            if step.is_err() {
                copier.state = State::Over;
            }
            Some((step, copier))
        })))
    }

    /// The next one, when it is there; nothing after an error.
    pub async fn next(&mut self) -> Option<Result<CopyStep, Error>> {
        self.0.next().await
    }
}

impl Stream for CopyStream {
    type Item = Result<CopyStep, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for CopyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyStream").finish_non_exhaustive()
    }
}

struct Copier {
    client: Client,
    state: State,
}

enum State {
    Listing {
        /// The page to be asked for next.
        page: Option<Page>,
        rows: VecDeque<RowView>,
        /// What all pages show.
        position: Option<Position>,
    },
    Following(ChangeStream),
    Over,
}

impl Copier {
    async fn next(&mut self) -> Option<Result<CopyStep, Error>> {
        loop {
            match &mut self.state {
                State::Over => return None,
                State::Following(stream) => {
                    let followed = stream.next().await?;
                    return Some(followed.map(|followed| CopyStep::Change(Box::new(followed))));
                }
                State::Listing { page, rows, position } => {
                    if let Some(row) = rows.pop_front() {
                        return Some(Ok(CopyStep::Object(Box::new(row))));
                    }
                    let Some(asked) = page.take() else {
                        let position = position.take()?;
                        let feed = Feed::after(position).whole();
                        self.state = State::Following(ChangeStream::new(self.client.clone(), feed));
                        return Some(Ok(CopyStep::Complete(position)));
                    };
                    let view = match self.client.objects(&asked).await {
                        Ok(answered) => answered.value,
                        Err(error) => return Some(Err(error)),
                    };
                    *page = view.after(&asked);
                    // A space without an object does not say which life it lives.
                    let log: Option<LogId> = view.results.first().and_then(|row| Some(row.etag?.log));
                    let revision = view.revision.unwrap_or_default();
                    position.get_or_insert(Position { log, revision });
                    rows.extend(view.results);
                }
            }
        }
    }
}
