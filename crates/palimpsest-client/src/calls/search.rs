//! Search by title (spec/02 §11).

use serde::Deserialize;

use crate::call::Call;
use crate::client::Client;
use crate::page_view::RowView;
use crate::request::Request;
use crate::search::Search;

impl Client {
    /// POST /objects/search: the objects that answer best, by their titles and aliases.
    pub fn search(&self, search: &Search) -> Call<Vec<RowView>> {
        #[derive(Deserialize)]
        struct Body {
            results: Vec<RowView>,
        }
        Call::reading(self, Request::asking("/objects/search", search), |body| {
            serde_json::from_slice(body).map(|Body { results }| results)
        })
    }
}
