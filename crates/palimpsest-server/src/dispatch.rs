//! From a request to what answers it: a table of our own in place of axum's router, which boxes and clones its way to a handler.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderValue, Method, Uri};

use crate::answer::Response;
use crate::endpoint::Endpoint;
use crate::stopping::Stopping;

/// Answers requests.
#[derive(Clone)]
pub struct Router {
    answers: Arc<Answers>,
    at_hand: Option<Arc<AtHand>>,
}

type Answers = dyn Fn(Request, &Stopping) -> Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync;
type AtHand = dyn Fn(&Uri, &HeaderMap) -> Option<Response> + Send + Sync;

/// An answer on its way.
pub enum Answering {
    /// It is there; nothing once it was taken.
    Now(Option<Response>),
    /// It is being made.
    Later(Pin<Box<dyn Future<Output = Response> + Send>>),
}

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
        let answers = move |request: Request, stopping: &Stopping| -> Pin<Box<dyn Future<Output = Response> + Send>> {
            let is_head = request.method() == Method::HEAD;
            let answer = answer(request, stopping);
            Box::pin(async move { if is_head { headers_of(answer.await) } else { answer.await } })
        };
        Self { answers: Arc::new(answers), at_hand: None }
    }

    /// The same with what a look answers of GETs without a body.
    pub(crate) fn with_at_hand(
        self,
        at_hand: impl Fn(&Uri, &HeaderMap) -> Option<Response> + Send + Sync + 'static,
    ) -> Self {
        Self { at_hand: Some(Arc::new(at_hand)), ..self }
    }

    /// Answers a request that came on no connection.
    pub fn answer(&self, request: Request) -> Answering {
        self.answer_until(request, &Stopping::default())
    }

    /// Answers a request; one that waits hears of the end of the server.
    pub(crate) fn answer_until<B>(&self, request: http::Request<B>, stopping: &Stopping) -> Answering
    where
        B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        if let Some(at_hand) = &self.at_hand
            && request.method() == Method::GET
            && request.body().is_end_stream()
            && let Some(response) = at_hand(request.uri(), request.headers())
        {
            return Answering::Now(Some(response));
        }
        Answering::Later((self.answers)(request.map(Body::new), stopping))
    }
}

impl Future for Answering {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        match self.get_mut() {
            Self::Now(response) => response.take().map_or(Poll::Pending, Poll::Ready),
            Self::Later(answer) => answer.as_mut().poll(context),
        }
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
