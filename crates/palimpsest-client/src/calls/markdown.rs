//! Objects as Markdown (spec/02 §8–10).

use palimpsest_model::{ObjectId, StructureId};
use reqwest::Method;
use serde_json::json;

use crate::call::Call;
use crate::client::Client;
use crate::markdown_view::MarkdownView;
use crate::object_view::ObjectView;
use crate::queue::Subject;
use crate::request::Request;

const PATH: &str = "/object/markdown";

impl Client {
    /// GET /object/markdown: an object as a text.
    pub fn markdown(&self, id: ObjectId) -> Call<MarkdownView> {
        Call::new(self, Request::new(Method::GET, PATH).query("id", id).about([Subject::Object(id)]))
    }

    /// POST /object/markdown: makes an object of a text.
    pub fn create_from_markdown(&self, structure: StructureId, markdown: &str) -> Call<ObjectView> {
        let body = json!({ "structureId": structure, "markdown": markdown });
        Call::new(self, Request::new(Method::POST, PATH).json(&body))
    }

    /// PATCH /object/markdown: makes an object say what an edited text says. Palimpsest changes what differs from its own text
    /// of the object; the hosted service reads the front matter only.
    pub fn update_markdown(&self, id: ObjectId, markdown: &str) -> Call<ObjectView> {
        let body = json!({ "id": id, "markdown": markdown });
        Call::new(self, Request::new(Method::PATCH, PATH).json(&body).amending(id))
    }
}
