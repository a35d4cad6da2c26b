//! Read, change, write, and again when somebody else was faster.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use palimpsest_model::ObjectId;

use crate::answered::Answered;
use crate::client::Client;
use crate::code::Code;
use crate::edits::Edits;
use crate::error::Error;
use crate::object_changes::ObjectChanges;
use crate::object_view::ObjectView;
use crate::queue::Subject;

/// How an object shall change, in view of what it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Amendment {
    /// Not at all.
    Nothing,
    /// As a whole.
    Changes(ObjectChanges),
    /// In small edits. Palimpsest only.
    Edits(Edits),
}

impl From<ObjectChanges> for Amendment {
    fn from(changes: ObjectChanges) -> Self {
        Self::Changes(changes)
    }
}

impl From<Edits> for Amendment {
    fn from(edits: Edits) -> Self {
        Self::Edits(edits)
    }
}

impl<A: Into<Self>> From<Option<A>> for Amendment {
    fn from(amendment: Option<A>) -> Self {
        amendment.map_or(Self::Nothing, Into::into)
    }
}

/// An update that is decided in view of the object, and decided anew when the object was changed meanwhile.
#[must_use = "an update is made when it is awaited"]
pub struct UpdateWith<'f> {
    client: Client,
    id: ObjectId,
    edit: Box<dyn FnMut(&ObjectView) -> Amendment + Send + 'f>,
    times: u32,
    merges: bool,
}

/// So often an update is decided anew, unless something else is said.
const TIMES: u32 = 20;

/// The first pause is shorter than this, the next one shorter than twice as much.
const PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl<'f> UpdateWith<'f> {
    pub(crate) fn new(
        client: &Client,
        id: ObjectId,
        edit: Box<dyn FnMut(&ObjectView) -> Amendment + Send + 'f>,
    ) -> Self {
        Self { client: client.clone(), id, edit, times: TIMES, merges: false }
    }

    /// The same, decided anew at most so many times; then the refusal stands.
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// The same, merged with what others changed meanwhile; it is decided anew only where both changed the same.
    pub fn merge(self) -> Self {
        Self { merges: true, ..self }
    }

    async fn run(mut self) -> Result<Answered<ObjectView>, Error> {
        let queue = self.client.queue().cloned();
        let place = queue.map(|queue| queue.place([Subject::Object(self.id)]));
        let _working = match &place {
            Some(place) => place.turn().await,
            None => None,
        };
        self.client = self.client.unqueued();
        let mut done = 0;
        loop {
            match self.attempt().await {
                Err(error) if self.is_worth_another(&error) && done < self.times => {
                    let longest = (PAUSE * 2_u32.saturating_pow(done.min(16))).min(LONGEST_PAUSE);
                    tokio::time::sleep(self.client.chance().pause(longest)).await;
                    done += 1;
                }
                result => return result,
            }
        }
    }

    async fn attempt(&mut self) -> Result<Answered<ObjectView>, Error> {
        let read = self.client.object(self.id).await?;
        let call = match (self.edit)(&read.value) {
            Amendment::Nothing => return Ok(read),
            Amendment::Changes(changes) => self.client.update_object(self.id, &changes),
            Amendment::Edits(edits) => self.client.edit_object(self.id, &edits),
        };
        let call = call.if_match(&read);
        if self.merges { call.merge().await } else { call.await }
    }

    fn is_worth_another(&self, error: &Error) -> bool {
        error.code == Code::PreconditionFailed || self.merges && !error.conflicts().is_empty()
    }
}

impl<'f> IntoFuture for UpdateWith<'f> {
    type Output = Result<Answered<ObjectView>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'f>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for UpdateWith<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateWith").field("id", &self.id).field("merges", &self.merges).finish_non_exhaustive()
    }
}
