//! Objects (spec/02 §3–6).

use palimpsest_model::ObjectId;
use reqwest::Method;

use crate::call::Call;
use crate::client::Client;
use crate::edits::{Edits, EditsOf};
use crate::new_link::NewLink;
use crate::new_object::NewObject;
use crate::object_changes::{ChangesOf, ObjectChanges};
use crate::object_view::ObjectView;
use crate::queue::Subject;
use crate::request::Request;

const PATH: &str = "/object";

impl Client {
    /// GET /object: an object that is neither trashed nor deleted.
    pub fn object(&self, id: ObjectId) -> Call<ObjectView> {
        Call::new(self, Request::new(Method::GET, PATH).query("id", id).about([Subject::Object(id)]))
    }

    /// POST /object/edits: makes many small edits of an object at once. Palimpsest only.
    pub fn edit_object(&self, id: ObjectId, edits: &Edits) -> Call<ObjectView> {
        Call::new(self, Request::new(Method::POST, "/object/edits").json(&EditsOf { id, edits }).amending(id))
    }

    /// POST /object: makes an object.
    pub fn create_object(&self, object: &NewObject) -> Call<ObjectView> {
        Call::new(self, Request::new(Method::POST, PATH).json(object).about(object.subject()))
    }

    /// POST /object/url: makes a weblink, or media, of what is at a URL.
    pub fn create_link(&self, link: &NewLink) -> Call<ObjectView> {
        Call::new(self, Request::new(Method::POST, "/object/url").json(link).about(link.subject()))
    }

    /// PATCH /object: changes an object; one that is trashed by it is answered as it was.
    pub fn update_object(&self, id: ObjectId, changes: &ObjectChanges) -> Call<ObjectView> {
        Call::new(self, Request::new(Method::PATCH, PATH).json(&ChangesOf { id, changes }).amending(id))
    }

    /// DELETE /object: puts an object into the trash.
    pub fn trash_object(&self, id: ObjectId) -> Call<()> {
        Call::silent(self, Request::new(Method::DELETE, PATH).amending(id).query("id", id))
    }

    /// PATCH /object: takes an object out of the trash.
    pub fn restore_object(&self, id: ObjectId) -> Call<ObjectView> {
        self.update_object(id, &ObjectChanges::new().trashed(false))
    }

    /// DELETE /object with `hardDelete`: deletes an object for good, also out of the trash.
    pub fn delete_object(&self, id: ObjectId) -> Call<()> {
        Call::silent(self, Request::new(Method::DELETE, PATH).amending(id).query("id", id).query("hardDelete", true))
    }
}
