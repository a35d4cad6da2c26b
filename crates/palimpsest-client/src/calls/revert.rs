//! Going back. Palimpsest only.

use palimpsest_model::{ObjectId, Revision};
use reqwest::Method;
use serde_json::json;

use crate::call::Call;
use crate::client::Client;
use crate::object_view::ObjectView;
use crate::request::Request;
use crate::revert::Revert;
use crate::reverted_view::RevertedView;

impl Client {
    /// POST /object/revert: makes an object what it was at a revision, also out of the trash or after it was deleted.
    pub fn revert_object(&self, id: ObjectId, revision: Revision) -> Call<ObjectView> {
        let body = json!({ "id": id, "revision": revision });
        Call::new(self, Request::new(Method::POST, "/object/revert").json(&body).amending(id))
    }

    /// POST /transactions/revert: takes back what one commit did; what was changed since stays. It takes no condition but its
    /// guards. Which objects it changes, the server decides, so it waits for no other write of a queue.
    pub fn revert_transaction(&self, revert: &Revert) -> Call<RevertedView> {
        let reads = revert.dry_run;
        let request = Request::new(Method::POST, "/transactions/revert").json(revert);
        Call::new(self, Request { reads, past: reads, ..request }).telling(RevertedView::told)
    }
}
