//! The one flat list of endpoints, and the router made of it.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;
use palimpsest_engine::{Engine, Operation, Scope};
use palimpsest_model::Problems;

use crate::answer::Answer;
use crate::call::{App, Served, answer, refuse_method, refuse_path};
use crate::endpoint::{Access, Action, Call, Endpoint, Reading};
use crate::input::Input;
use crate::rates::Windows;
use crate::{Limits, api};

const fn read(quota: u32, path: &'static str, action: fn(Call) -> Reading) -> Endpoint {
    Endpoint { method: Method::GET, path, access: Access::Scope(Scope::Read), quota, action: Action::Read(action) }
}

/// A read that asks with a body.
const fn ask(quota: u32, path: &'static str, action: fn(Call) -> Reading) -> Endpoint {
    Endpoint { method: Method::POST, path, access: Access::Scope(Scope::Read), quota, action: Action::Read(action) }
}

const fn write(
    quota: u32,
    method: Method,
    path: &'static str,
    action: fn(&Input) -> Result<Operation, Problems>,
) -> Endpoint {
    Endpoint { method, path, access: Access::Scope(Scope::Write), quota, action: Action::Write(action) }
}

const fn health(path: &'static str, action: fn(&Engine) -> Answer) -> Endpoint {
    Endpoint { method: Method::GET, path, access: Access::Open, quota: 0, action: Action::Health(action) }
}

/// Every endpoint, with how often a minute the hosted service takes it.
pub static ENDPOINTS: &[Endpoint] = &[
    // The space (spec/02 §1–2)
    read(10, "/space", api::space::get::call),
    read(10, "/space/structures", api::space::structures::call),
    // Objects (spec/02 §3–6)
    read(30, "/object", api::object::get::call),
    write(30, Method::POST, "/object", api::object::create::read),
    write(30, Method::PATCH, "/object", api::object::update::read),
    write(30, Method::DELETE, "/object", api::object::delete::read),
    write(10, Method::POST, "/object/url", api::object::link::read),
    // Objects as Markdown (spec/02 §8–10)
    read(30, "/object/markdown", api::object::markdown::get::call),
    write(30, Method::POST, "/object/markdown", api::object::markdown::create::read),
    write(30, Method::PATCH, "/object/markdown", api::object::markdown::update::read),
    // Search (spec/02 §11)
    ask(30, "/objects/search", api::objects::search::call),
    // Lists (spec/02 §16, and our own)
    read(30, "/objects/structure", api::objects::structure::call),
    read(30, "/objects/collection", api::objects::collection::call),
    read(30, "/objects/tag", api::objects::tag::call),
    read(30, "/objects", api::objects::all::call),
    // Blocks (spec/02 §12, 14, 15)
    write(30, Method::POST, "/blocks/append", api::blocks::append::read),
    write(30, Method::POST, "/blocks/daily-note/append", api::blocks::daily::read),
    write(30, Method::PATCH, "/blocks/block", api::blocks::update::read),
    write(30, Method::DELETE, "/block", api::blocks::delete::read),
    // Operation
    health("/health/live", api::health::live),
    health("/health/ready", api::health::ready),
];

/// The API over an engine.
pub fn router(engine: Arc<Engine>, limits: Limits) -> Router {
    let windows = Windows::new(limits.rates);
    let app = Arc::new(App { engine, limits, windows });
    let mut router = Router::new();
    for (index, endpoint) in ENDPOINTS.iter().enumerate() {
        let app = Arc::clone(&app);
        let handler = move |request: Request| answer(app, Served::new(index, endpoint), request);
        let filter = MethodFilter::try_from(endpoint.method.clone()).unwrap_or(MethodFilter::GET);
        router = router.route(endpoint.path, on(filter, handler) as MethodRouter);
    }
    let (unknown_path, unknown_method) = (Arc::clone(&app), app);
    router
        .fallback(move |request: Request| refuse_path(unknown_path, request))
        .method_not_allowed_fallback(move |request: Request| refuse_method(unknown_method, ENDPOINTS, request))
}
