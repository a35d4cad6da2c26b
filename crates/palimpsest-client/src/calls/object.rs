//! Objects (spec/02 §3–6).

use palimpsest_model::ObjectId;
use reqwest::Method;

use crate::call::{Call, Request};
use crate::client::Client;
use crate::new_link::NewLink;
use crate::new_object::NewObject;
use crate::object_changes::{ChangesOf, ObjectChanges};
use crate::object_view::ObjectView;

const PATH: &str = "/object";

impl Client {
    /// GET /object: an object that is neither trashed nor deleted.
    pub fn object(&self, id: ObjectId) -> Call<ObjectView> {
        Call::new(self, Request::new(Method::GET, PATH).query("id", id))
    }

    /// POST /object: makes an object.
    pub fn create_object(&self, object: &NewObject) -> Call<ObjectView> {
        Call::new(self, Request::new(Method::POST, PATH).json(object))
    }

    /// POST /object/url: makes a weblink, or media, of what is at a URL.
    pub fn create_link(&self, link: &NewLink) -> Call<ObjectView> {
        Call::new(self, Request::new(Method::POST, "/object/url").json(link))
    }

    /// PATCH /object: changes an object; one that is trashed by it is answered as it was.
    pub fn update_object(&self, id: ObjectId, changes: &ObjectChanges) -> Call<ObjectView> {
        Call::new(self, Request::new(Method::PATCH, PATH).json(&ChangesOf { id, changes }))
    }

    /// DELETE /object: puts an object into the trash.
    pub fn trash_object(&self, id: ObjectId) -> Call<()> {
        Call::silent(self, Request::new(Method::DELETE, PATH).query("id", id))
    }

    /// PATCH /object: takes an object out of the trash.
    pub fn restore_object(&self, id: ObjectId) -> Call<ObjectView> {
        self.update_object(id, &ObjectChanges::new().trashed(false))
    }

    /// DELETE /object with `hardDelete`: deletes an object for good, also out of the trash.
    pub fn delete_object(&self, id: ObjectId) -> Call<()> {
        Call::silent(self, Request::new(Method::DELETE, PATH).query("id", id).query("hardDelete", true))
    }
}
