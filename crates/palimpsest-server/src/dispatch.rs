//! From a request to what answers it. A table of our own in place of axum's router, which boxes and clones its way to a handler:
//! that was a third of what an answer from memory cost.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method};

use crate::answer::Response;
use crate::endpoint::Endpoint;
use crate::stopping::Stopping;

/// Answers requests.
#[derive(Clone)]
pub struct Router(Arc<Answers>);

type Answers = dyn Fn(Request, &Stopping) -> Answering + Send + Sync;

/// An answer on its way.
pub type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

impl Router {
    /// Answers as a function does.
    pub fn new<F: Future<Output = Response> + Send + 'static>(
        answer: impl Fn(Request) -> F + Send + Sync + 'static,
    ) -> Self {
        Self::told(move |request, _| answer(request))
    }

    /// The same with a function that is told of the end of the server.
    pub(crate) fn told<F: Future<Output = Response> + Send + 'static>(
        answer: impl Fn(Request, &Stopping) -> F + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(move |request, stopping| {
            let is_head = request.method() == Method::HEAD;
            let answer = answer(request, stopping);
            Box::pin(async move { if is_head { headers_of(answer.await) } else { answer.await } })
        }))
    }

    /// Answers a request that came on no connection.
    pub fn answer(&self, request: Request) -> Answering {
        self.answer_until(request, &Stopping::default())
    }

    /// Answers a request; one that waits hears of the end of the server.
    pub(crate) fn answer_until(&self, request: Request, stopping: &Stopping) -> Answering {
        (self.0)(request, stopping)
    }
}

/// The answer to HEAD: how long the body would be instead of the body.
fn headers_of(mut response: Response) -> Response {
    if let Some(length) = response.size_hint().exact() {
        response.headers_mut().entry(CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(length));
    }
    response.map(|_| Body::empty())
}

/// Endpoints by their paths.
pub(crate) struct Paths {
    plain: HashMap<&'static str, Vec<Place>>,
    /// Those with steps that stand for any.
    open: Vec<Place>,
}

/// An endpoint, and its place in the list.
pub(crate) type Place = (usize, &'static Endpoint);

/// What a request asks for.
pub(crate) enum Asked {
    /// An endpoint.
    Endpoint(usize, &'static Endpoint),
    /// A path that knows other methods only: those of these.
    Method(Vec<&'static Endpoint>),
    /// A path that nothing serves.
    Nothing,
}

impl Paths {
    pub(crate) fn of(places: impl Iterator<Item = Place>) -> Self {
        let mut paths = Self { plain: HashMap::new(), open: Vec::new() };
        for (index, endpoint) in places {
            let known =
                if endpoint.is_open() { &mut paths.open } else { paths.plain.entry(endpoint.path).or_default() };
            known.push((index, endpoint));
        }
        paths
    }

    /// GET answers HEAD as well.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Asked {
        let asked = if method == Method::HEAD { &Method::GET } else { method };
        let known = self.plain.get(path).into_iter().flatten();
        let known = known.chain(self.open.iter().filter(|(_, endpoint)| endpoint.serves(path)));
        match known.clone().find(|(_, endpoint)| endpoint.method == asked) {
            Some((index, endpoint)) => Asked::Endpoint(*index, endpoint),
            None => match known.map(|(_, endpoint)| *endpoint).collect::<Vec<_>>() {
                none if none.is_empty() => Asked::Nothing,
                others => Asked::Method(others),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::ENDPOINTS;

    #[test]
    fn every_endpoint_is_found_and_nothing_else() {
        let paths = Paths::of(ENDPOINTS.iter().enumerate());
        let found = |method: &Method, path: &str| match paths.find(method, path) {
            Asked::Endpoint(index, _) => Some(index),
            _ => None,
        };
        for (index, endpoint) in ENDPOINTS.iter().enumerate() {
            let path = endpoint.path.replace(['{', '}'], "");
            assert_eq!(found(&endpoint.method, &path), Some(index), "{path}");
            let by_head = found(&Method::HEAD, &path);
            assert!(endpoint.method != Method::GET || by_head == Some(index), "{path}");
            assert!(matches!(paths.find(&Method::TRACE, &path), Asked::Method(_)), "{path}");
            for other in [format!("{path}/"), path[1..].to_owned(), format!("/{path}"), path.to_uppercase()] {
                assert!(matches!(paths.find(&endpoint.method, &other), Asked::Nothing), "{other}");
            }
        }
    }
}
