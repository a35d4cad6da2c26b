//! What changes in the space. Palimpsest only.

use crate::call::Call;
use crate::change_view::ChangesView;
use crate::client::Client;
use crate::copy::CopyStream;
use crate::feed::Feed;
use crate::stream::ChangeStream;

impl Client {
    /// GET /changes: a page of changes, perhaps one that is waited for.
    pub fn changes(&self, feed: &Feed) -> Call<ChangesView> {
        Call::new(self, feed.paged(self.timeout()))
    }

    /// GET /changes as a stream: every change after a position, as it happens. It connects when it is polled.
    #[must_use]
    pub fn stream(&self, feed: &Feed) -> ChangeStream {
        ChangeStream::new(self.clone(), *feed)
    }

    /// GET /objects and then GET /changes as a stream: every object, then every change, as it happens.
    #[must_use]
    pub fn follow(&self) -> CopyStream {
        CopyStream::new(self.clone())
    }
}
