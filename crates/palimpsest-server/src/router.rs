//! The one flat list of endpoints, and the router made of it.

use std::sync::Arc;

use http::Method;
use palimpsest_engine::{Engine, Operation, Scope};
use palimpsest_model::Problems;

use crate::answer::Answer;
use crate::call::{App, Served, answer, refuse_connection, refuse_method, refuse_path};
use crate::cors;
use crate::dispatch::{Asked, Paths, Router};
use crate::document::Description;
use crate::endpoint::{Access, Action, BetaCall, Call, Endpoint, Follower, Following, Operating, Reading};
use crate::input::Input;
use crate::rates::Windows;
use crate::retry::Running;
use crate::stopping::Stopping;
use crate::{Limits, api, at_hand};

const fn read(quota: u32, path: &'static str, action: fn(Call) -> Reading, describe: fn() -> Description) -> Endpoint {
    let (access, action) = (Access::Scope(Scope::Read), Action::Read(action));
    Endpoint { method: Method::GET, path, access, quota, moves_files: false, action, describe }
}

/// A read that may wait.
const fn follow(
    quota: u32,
    path: &'static str,
    action: fn(Follower) -> Following,
    describe: fn() -> Description,
) -> Endpoint {
    let (access, action) = (Access::Scope(Scope::Read), Action::Follow(action));
    Endpoint { method: Method::GET, path, access, quota, moves_files: false, action, describe }
}

/// A read that asks with a body.
const fn ask(quota: u32, path: &'static str, action: fn(Call) -> Reading, describe: fn() -> Description) -> Endpoint {
    let (access, action) = (Access::Scope(Scope::Read), Action::Read(action));
    Endpoint { method: Method::POST, path, access, quota, moves_files: false, action, describe }
}

const fn write(
    quota: u32,
    method: Method,
    path: &'static str,
    action: fn(&Input) -> Result<Operation, Problems>,
    describe: fn() -> Description,
) -> Endpoint {
    Endpoint {
        method,
        path,
        access: Access::Scope(Scope::Write),
        quota,
        moves_files: false,
        action: Action::Write(action),
        describe,
    }
}

/// A change beside the log.
const fn manage(
    quota: u32,
    method: Method,
    path: &'static str,
    action: fn(Call) -> Reading,
    describe: fn() -> Description,
) -> Endpoint {
    Endpoint {
        method,
        path,
        access: Access::Scope(Scope::Write),
        quota,
        moves_files: false,
        action: Action::Manage(action),
        describe,
    }
}

/// A call of the operator.
const fn operate(
    method: Method,
    path: &'static str,
    action: fn(Operating) -> Reading,
    describe: fn() -> Description,
) -> Endpoint {
    Endpoint {
        method,
        path,
        access: Access::Operator,
        quota: 30,
        moves_files: false,
        action: Action::Operate(action),
        describe,
    }
}

/// A call of the retired beta API.
const fn beta(
    quota: u32,
    method: Method,
    path: &'static str,
    scope: Scope,
    action: fn(BetaCall) -> Reading,
    describe: fn() -> Description,
) -> Endpoint {
    Endpoint {
        method,
        path,
        access: Access::Beta(scope),
        quota,
        moves_files: false,
        action: Action::Beta(action),
        describe,
    }
}

const fn open(path: &'static str, action: fn(&Engine) -> Answer, describe: fn() -> Description) -> Endpoint {
    Endpoint {
        method: Method::GET,
        path,
        access: Access::Open,
        quota: 0,
        moves_files: false,
        action: Action::Tell(action),
        describe,
    }
}

/// Every endpoint, with how often a minute the hosted service takes it.
pub static ENDPOINTS: &[Endpoint] = &[
    // The space (spec/02 §1–2)
    read(10, "/space", api::space::get::call, api::space::get::describe),
    read(10, "/space/structures", api::space::structures::list::call, api::space::structures::list::describe),
    // What the space is made of (our own)
    write(30, Method::PATCH, "/space", api::space::update::read, api::space::update::describe),
    write(
        30,
        Method::POST,
        "/space/structures",
        api::space::structures::create::read,
        api::space::structures::create::describe,
    ),
    write(
        30,
        Method::PATCH,
        "/space/structures",
        api::space::structures::update::read,
        api::space::structures::update::describe,
    ),
    write(
        30,
        Method::DELETE,
        "/space/structures",
        api::space::structures::delete::read,
        api::space::structures::delete::describe,
    ),
    write(
        30,
        Method::POST,
        "/space/properties",
        api::space::properties::create::read,
        api::space::properties::create::describe,
    ),
    write(
        30,
        Method::PATCH,
        "/space/properties",
        api::space::properties::update::read,
        api::space::properties::update::describe,
    ),
    write(
        30,
        Method::DELETE,
        "/space/properties",
        api::space::properties::delete::read,
        api::space::properties::delete::describe,
    ),
    write(
        30,
        Method::POST,
        "/space/collections",
        api::space::collections::create::read,
        api::space::collections::create::describe,
    ),
    write(
        30,
        Method::PATCH,
        "/space/collections",
        api::space::collections::update::read,
        api::space::collections::update::describe,
    ),
    write(
        30,
        Method::DELETE,
        "/space/collections",
        api::space::collections::delete::read,
        api::space::collections::delete::describe,
    ),
    // Objects (spec/02 §3–6, and our own)
    read(30, "/object", api::object::get::call, api::object::get::describe),
    write(30, Method::POST, "/object", api::object::create::read, api::object::create::describe),
    write(30, Method::PATCH, "/object", api::object::update::read, api::object::update::describe),
    write(30, Method::DELETE, "/object", api::object::delete::read, api::object::delete::describe),
    write(30, Method::POST, "/object/edits", api::object::edits::read, api::object::edits::describe),
    write(10, Method::POST, "/object/url", api::object::link::read, api::object::link::describe),
    // The past of an object
    write(30, Method::POST, "/object/revert", api::object::revert::read, api::object::revert::describe),
    read(30, "/object/history", api::object::history::call, api::object::history::describe),
    read(30, "/object/diff", api::object::diff::call, api::object::diff::describe),
    // Objects as Markdown (spec/02 §8–10)
    read(30, "/object/markdown", api::object::markdown::get::call, api::object::markdown::get::describe),
    write(
        30,
        Method::POST,
        "/object/markdown",
        api::object::markdown::create::read,
        api::object::markdown::create::describe,
    ),
    write(
        30,
        Method::PATCH,
        "/object/markdown",
        api::object::markdown::update::read,
        api::object::markdown::update::describe,
    ),
    // Uploads (spec/05)
    manage(
        30,
        Method::POST,
        "/object/media/upload",
        api::object::media::start::call,
        api::object::media::start::describe,
    ),
    Endpoint {
        method: Method::PUT,
        path: "/object/media/upload/part",
        access: Access::Scope(Scope::Write),
        quota: 600,
        moves_files: true,
        action: Action::Stream(api::object::media::part::call),
        describe: api::object::media::part::describe,
    },
    Endpoint {
        method: Method::POST,
        path: "/object/media/upload/complete",
        access: Access::Scope(Scope::Write),
        quota: 30,
        moves_files: true,
        action: Action::Manage(api::object::media::complete::call),
        describe: api::object::media::complete::describe,
    },
    manage(
        30,
        Method::POST,
        "/object/media/upload/abort",
        api::object::media::abort::call,
        api::object::media::abort::describe,
    ),
    // Search (spec/02 §11)
    ask(30, "/objects/search", api::objects::search::call, api::objects::search::describe),
    // Lists (spec/02 §16, and our own)
    read(30, "/objects/structure", api::objects::structure::call, api::objects::structure::describe),
    read(30, "/objects/collection", api::objects::collection::call, api::objects::collection::describe),
    read(30, "/objects/tag", api::objects::tag::call, api::objects::tag::describe),
    read(30, "/objects", api::objects::all::call, api::objects::all::describe),
    ask(30, "/objects/get", api::objects::get::call, api::objects::get::describe),
    read(30, "/trash", api::trash::call, api::trash::describe),
    // Blocks (spec/02 §12, 14, 15, and our own)
    write(30, Method::POST, "/blocks/append", api::blocks::append::read, api::blocks::append::describe),
    write(30, Method::POST, "/blocks/daily-note/append", api::blocks::daily::read, api::blocks::daily::describe),
    write(30, Method::POST, "/blocks/move", api::blocks::moving::read, api::blocks::moving::describe),
    write(30, Method::PATCH, "/blocks/block", api::blocks::update::read, api::blocks::update::describe),
    write(30, Method::DELETE, "/block", api::blocks::delete::read, api::blocks::delete::describe),
    // Many operations at once
    Endpoint {
        method: Method::POST,
        path: "/transactions",
        access: Access::Scope(Scope::Write),
        quota: 30,
        moves_files: false,
        action: Action::Transact,
        describe: api::transactions::commit::describe,
    },
    Endpoint {
        method: Method::POST,
        path: "/transactions/revert",
        access: Access::Scope(Scope::Write),
        quota: 30,
        moves_files: false,
        action: Action::Revert,
        describe: api::transactions::revert::describe,
    },
    // Changes (our own)
    follow(30, "/changes", api::changes::call, api::changes::describe),
    // Webhooks (our own)
    manage(30, Method::POST, "/webhooks", api::webhooks::create::call, api::webhooks::create::describe),
    read(30, "/webhooks", api::webhooks::list::call, api::webhooks::list::describe),
    manage(30, Method::PATCH, "/webhooks", api::webhooks::update::call, api::webhooks::update::describe),
    manage(30, Method::DELETE, "/webhooks", api::webhooks::delete::call, api::webhooks::delete::describe),
    manage(30, Method::POST, "/webhooks/test", api::webhooks::test::call, api::webhooks::test::describe),
    read(30, "/webhooks/deliveries", api::webhooks::deliveries::call, api::webhooks::deliveries::describe),
    // Files, behind links
    Endpoint {
        method: Method::GET,
        path: "/files/{hash}/{name}",
        access: Access::Open,
        quota: 0,
        moves_files: false,
        action: Action::Hand(api::files::get::call),
        describe: api::files::get::describe,
    },
    // The retired beta API (spec/07)
    beta(5, Method::GET, "/spaces", Scope::Read, api::beta::spaces::call, api::beta::spaces::describe),
    beta(5, Method::GET, "/space-info", Scope::Read, api::beta::space_info::call, api::beta::space_info::describe),
    beta(120, Method::POST, "/search", Scope::Read, api::beta::search::call, api::beta::search::describe),
    beta(120, Method::POST, "/lookup", Scope::Read, api::beta::lookup::call, api::beta::lookup::describe),
    beta(
        10,
        Method::POST,
        "/save-weblink",
        Scope::Write,
        api::beta::save_weblink::call,
        api::beta::save_weblink::describe,
    ),
    beta(
        5,
        Method::POST,
        "/save-to-daily-note",
        Scope::Write,
        api::beta::save_to_daily_note::call,
        api::beta::save_to_daily_note::describe,
    ),
    // Managing the server (our own)
    operate(Method::GET, "/admin/spaces", api::admin::spaces::list::call, api::admin::spaces::list::describe),
    operate(Method::POST, "/admin/spaces", api::admin::spaces::create::call, api::admin::spaces::create::describe),
    operate(Method::PATCH, "/admin/spaces", api::admin::spaces::update::call, api::admin::spaces::update::describe),
    operate(Method::DELETE, "/admin/spaces", api::admin::spaces::delete::call, api::admin::spaces::delete::describe),
    operate(Method::GET, "/admin/tokens", api::admin::tokens::list::call, api::admin::tokens::list::describe),
    operate(Method::POST, "/admin/tokens", api::admin::tokens::create::call, api::admin::tokens::create::describe),
    operate(Method::DELETE, "/admin/tokens", api::admin::tokens::delete::call, api::admin::tokens::delete::describe),
    operate(Method::POST, "/admin/erase", api::admin::erase::call, api::admin::erase::describe),
    // The server itself
    open("/health/live", api::health::live, api::health::describe_live),
    open("/health/ready", api::health::ready, api::health::describe_ready),
    open("/openapi.json", api::openapi::tell, api::openapi::describe),
    open("/docs", api::docs::page::tell, api::docs::page::describe),
    open("/docs/start.js", api::docs::page::start, api::docs::page::describe_start),
    open("/docs/swagger-ui.css", api::docs::assets::style, api::docs::assets::describe_style),
    open("/docs/swagger-ui-bundle.js", api::docs::assets::bundle, api::docs::assets::describe_bundle),
];

/// What answers on the connections of a server.
#[derive(Clone)]
pub struct Routers {
    /// The API.
    pub served: Router,
    /// What answers on connections that are too many.
    pub refused: Router,
}

impl Routers {
    /// The API over an engine, and its refusals.
    #[must_use]
    pub fn new(engine: Arc<Engine>, limits: Limits) -> Self {
        let windows = Windows::new(limits.rates);
        let app = Arc::new(App { engine, limits, windows, running: Running::default() });
        let refusing = Arc::clone(&app);
        let refused = Router::new(move |request| refuse_connection(Arc::clone(&refusing), request));
        let refused = cors::allow(&app.limits.origins, refused);
        Self { served: api(app), refused }
    }
}

/// The API over an engine.
pub fn router(engine: Arc<Engine>, limits: Limits) -> Router {
    Routers::new(engine, limits).served
}

fn api(app: Arc<App>) -> Router {
    let origins = app.limits.origins.clone();
    let is_served = |endpoint: &Endpoint| app.limits.beta || !matches!(endpoint.access, Access::Beta(_));
    let paths = Paths::of(ENDPOINTS.iter().enumerate().filter(|(_, endpoint)| is_served(endpoint)));
    let looking = (Arc::clone(&app), paths.find(&Method::GET, "/object"));
    let router = Router::told(move |request, stopping| {
        let app = Arc::clone(&app);
        let asked = paths.find(request.method(), request.uri().path());
        let served = match asked {
            Asked::Endpoint(index, endpoint) => Ok(Served::new(index, endpoint, stopping)),
            other => Err(other),
        };
        async move {
            match served {
                Ok(served) => answer(app, served, request).await,
                Err(Asked::Method(known)) => refuse_method(app, known, request).await,
                Err(_) => refuse_path(app, request).await,
            }
        }
    });
    let router = router.with_at_hand(move |uri, headers| match &looking {
        (app, Asked::Endpoint(index, endpoint)) if uri.path() == endpoint.path => {
            at_hand::answer(app, Served::new(*index, endpoint, &Stopping::default()), uri, headers)
        }
        _ => None,
    });
    cors::allow(&origins, router)
}
