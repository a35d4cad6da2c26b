//! Lists of objects (spec/02 §16, and GET /objects).

use reqwest::Method;

use crate::call::Call;
use crate::careful::Told;
use crate::client::Client;
use crate::list::{List, Page};
use crate::page_view::{PageView, RowView};
use crate::request::Request;
use crate::trash_view::TrashView;

impl Client {
    /// GET /objects/structure, /objects/collection or /objects/tag: a page of a list, at most 100 rows.
    pub fn list(&self, list: List, page: &Page) -> Call<PageView> {
        let (path, id) = list.named();
        Call::new(self, page.asked(Request::new(Method::GET, path).query("id", id), "pageSize"))
    }

    /// GET /objects: a page of every object of every type with its version, at most 1000 rows. Palimpsest only.
    pub fn objects(&self, page: &Page) -> Call<PageView> {
        let request = page.asked(Request::new(Method::GET, "/objects"), "limit");
        let request = if page.whole { request.query("include", "objects") } else { request };
        // A later page shows what was when the first one was read.
        let request = if page.cursor.is_some() { request.past() } else { request };
        Call::new(self, request).telling(told)
    }

    /// GET /trash: a page of the objects that are in the trash, at most 1000 rows. Palimpsest only.
    pub fn trash(&self, page: &Page) -> Call<TrashView> {
        Call::new(self, page.asked(Request::new(Method::GET, "/trash"), "limit"))
    }
}

fn told(page: &PageView) -> Vec<Told> {
    let told = |row: &RowView| Some(Told { id: row.id, tag: row.etag?, is_shown: row.object.is_some() });
    page.results.iter().filter_map(told).filter(|told| told.is_shown).collect()
}
