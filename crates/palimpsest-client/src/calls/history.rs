//! The past of objects. Palimpsest only.

use palimpsest_model::{ObjectId, Revision};
use reqwest::Method;
use serde_json::json;

use crate::call::Call;
use crate::careful::Told;
use crate::client::Client;
use crate::history_view::{DifferenceView, HistoryView};
use crate::list::Page;
use crate::object_view::ObjectView;
use crate::objects_view::{FoundView, ObjectsView};
use crate::request::Request;

impl Client {
    /// GET /object with `revision`: an object as it stood then.
    pub fn object_at(&self, id: ObjectId, revision: Revision) -> Call<ObjectView> {
        let request = Request::new(Method::GET, "/object").query("id", id).query("revision", revision);
        Call::new(self, request.past())
    }

    /// POST /objects/get: several objects, at most 100, all as they stand at the head.
    pub fn get_objects(&self, ids: &[ObjectId]) -> Call<ObjectsView> {
        Call::new(self, Request::asking("/objects/get", &json!({ "ids": ids }))).telling(told)
    }

    /// POST /objects/get with `revision`: several objects, at most 100, all as they stood then.
    pub fn get_objects_at(&self, ids: &[ObjectId], revision: Revision) -> Call<ObjectsView> {
        let body = json!({ "ids": ids, "revision": revision });
        Call::new(self, Request::asking("/objects/get", &body).past())
    }

    /// GET /object/history: a page of what was done to an object, the newest first, at most 1000 entries.
    pub fn history(&self, id: ObjectId, page: &Page) -> Call<HistoryView> {
        Call::new(self, page.asked(Request::new(Method::GET, "/object/history").query("id", id), "limit"))
    }

    /// GET /object/history with `before`: the same, only what was done before a revision.
    pub fn history_before(&self, id: ObjectId, revision: Revision, page: &Page) -> Call<HistoryView> {
        let request = Request::new(Method::GET, "/object/history").query("id", id).query("before", revision);
        Call::new(self, page.asked(request, "limit"))
    }

    /// GET /object/diff: what differs between two revisions of an object; `from` may be the later one.
    pub fn difference(&self, id: ObjectId, from: Revision, to: Revision) -> Call<DifferenceView> {
        let request = Request::new(Method::GET, "/object/diff").query("id", id);
        Call::new(self, request.query("from", from).query("to", to))
    }
}

fn told(objects: &ObjectsView) -> Vec<Told> {
    let told = |found: &FoundView| match found {
        FoundView::Found { id, etag, .. } => Some(Told { id: *id, tag: *etag, is_shown: true }),
        FoundView::Missing { .. } => None,
    };
    objects.results.iter().filter_map(told).collect()
}
