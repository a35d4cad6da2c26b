//! The space and its structures (spec/02 §1–2).

use reqwest::Method;
use serde::Deserialize;

use crate::call::Call;
use crate::client::Client;
use crate::request::Request;
use crate::space_view::SpaceView;
use crate::structure_view::StructureView;

impl Client {
    /// GET /space: the space of the token.
    pub fn space(&self) -> Call<SpaceView> {
        Call::new(self, Request::new(Method::GET, "/space"))
    }

    /// GET /space/structures: the structures that can be seen.
    pub fn structures(&self) -> Call<Vec<StructureView>> {
        #[derive(Deserialize)]
        struct Body {
            structures: Vec<StructureView>,
        }
        Call::reading(self, Request::new(Method::GET, "/space/structures"), |body| {
            serde_json::from_slice(body).map(|Body { structures }| structures)
        })
    }
}
