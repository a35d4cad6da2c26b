//! Lists of objects (spec/02 §16, and GET /objects).

use reqwest::Method;

use crate::call::{Call, Request};
use crate::client::Client;
use crate::list::{List, Page};
use crate::page_view::PageView;

impl Client {
    /// GET /objects/structure, /objects/collection or /objects/tag: a page of a list, at most 100 rows.
    pub fn list(&self, list: List, page: &Page) -> Call<PageView> {
        let get = |path| Request::new(Method::GET, path);
        let request = match list {
            List::Structure(id) => get("/objects/structure").query("id", id),
            List::Collection(id) => get("/objects/collection").query("id", id),
            List::Tag(id) => get("/objects/tag").query("id", id),
        };
        Call::new(self, asked(request, page, "pageSize"))
    }

    /// GET /objects: a page of every object of every type with its version, at most 1000 rows. Palimpsest only.
    pub fn objects(&self, page: &Page) -> Call<PageView> {
        let request = asked(Request::new(Method::GET, "/objects"), page, "limit");
        Call::new(self, if page.whole { request.query("include", "objects") } else { request })
    }
}

fn asked(mut request: Request, page: &Page, size: &'static str) -> Request {
    if let Some(rows) = page.size {
        request = request.query(size, rows);
    }
    match &page.cursor {
        Some(cursor) => request.query("cursor", cursor),
        None => request,
    }
}
