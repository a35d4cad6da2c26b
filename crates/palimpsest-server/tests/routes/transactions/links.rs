//! Weblinks: their pages are looked at before the commit, all at once.

use std::sync::{Arc, Mutex};

use palimpsest_engine::{Fetch, Fetched, Fetching, WebPage};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use super::{PATH, commit, everything, op};
use crate::app::{App, Lab};
use crate::wire::{chosen, titled};

/// Pages of which none is shown before so many are asked for.
struct Together(Barrier, Mutex<usize>);

impl Fetch for Together {
    fn fetch<'f>(&'f self, url: &'f str) -> Fetching<'f> {
        Box::pin(async move {
            *self.1.lock().unwrap() += 1;
            self.0.wait().await;
            let page =
                WebPage { content_type: "text/html".to_owned(), title: Some("Told".to_owned()), ..WebPage::default() };
            (!url.ends_with("gone")).then_some(Fetched::from(page))
        })
    }
}

#[derive(Clone)]
struct Shared(Arc<Together>);

impl Fetch for Shared {
    fn fetch<'f>(&'f self, url: &'f str) -> Fetching<'f> {
        self.0.fetch(url)
    }
}

fn link(number: u8) -> Value {
    let kind = if number == 3 { "gone" } else { "there" };
    op("POST", "/object/url", &json!({"id": chosen(number), "url": format!("https://e.org/{number}.{kind}")}))
}

#[tokio::test]
async fn ten_pages_are_looked_at_at_once_and_one_that_fails_makes_an_object_all_the_same() {
    let network = Shared(Arc::new(Together(Barrier::new(10), Mutex::new(0))));
    let lab = Lab::in_app(App::fetching(network.clone())).await;
    let before = lab.head().await;
    let told = commit(&lab, &(0..10).map(link).collect::<Vec<_>>()).await;
    assert_eq!((told["revision"].clone(), *network.0.1.lock().unwrap()), (json!(before + 1), 10));
    assert_eq!(lab.object(&chosen(2)).await["properties"]["title"], titled("Told"));
    assert_eq!(lab.object(&chosen(3)).await["properties"]["title"], titled("https://e.org/3.gone"));
}

#[tokio::test]
async fn an_eleventh_is_refused_before_any_page_is_looked_at() {
    let network = Shared(Arc::new(Together(Barrier::new(1), Mutex::new(0))));
    let lab = Lab::in_app(App::fetching(network.clone())).await;
    let before = everything(&lab).await;
    let operations: Vec<_> = (0..12).map(link).collect();
    let reply = lab.post(PATH, &json!({"operations": operations})).await;
    let message = "✖ Too many weblinks: a transaction makes at most 10\n  → at operations[10]";
    reply.refusal(400, "cap_invalid_input", message);
    assert_eq!((everything(&lab).await, *network.0.1.lock().unwrap()), (before, 0));
}
