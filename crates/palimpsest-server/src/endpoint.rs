//! What an endpoint is.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::Method;
use palimpsest_engine::{Access as Token, Engine, Operation, Scope};
use palimpsest_model::Problems;

use crate::answer::{Answer, Failure};
use crate::document::Description;
use crate::input::Input;

/// A call of the API: method and path, who may make it, what it does.
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The path; nothing is variable in it.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// How often a minute the hosted service takes it from one token (spec/01 §5).
    pub quota: u32,
    /// What it does.
    pub(crate) action: Action,
    /// What the document says of it.
    pub(crate) describe: fn() -> Description,
}

/// Who may call an endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Everyone.
    Open,
    /// A token with this scope.
    Scope(Scope),
}

/// A read on its way.
pub(crate) type Reading = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send>>;

/// What an endpoint does.
pub(crate) enum Action {
    /// Looks.
    Read(fn(Call) -> Reading),
    /// Reads its input into an operation, which is then committed.
    Write(fn(&Input) -> Result<Operation, Problems>),
    /// Reads its input into many operations, which are then committed together.
    Transact,
    /// Tells of the server itself.
    Tell(fn(&Engine) -> Answer),
}

/// A read with everything it needs.
pub(crate) struct Call {
    pub(crate) engine: Arc<Engine>,
    pub(crate) token: Token,
    pub(crate) input: Arc<Input>,
}
