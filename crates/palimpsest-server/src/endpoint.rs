//! What an endpoint is.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method, Uri};
use palimpsest_engine::{Access as Token, ByteStream, Engine, Grant, Operation, Scope};
use palimpsest_model::Problems;

use crate::answer::{Answer, Failure};
use crate::document::Description;
use crate::input::Input;
use crate::limits::Limits;
use crate::stopping::Stopping;

/// A call of the API: method and path, who may make it, what it does.
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The path; a step in braces stands for any.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// How often a minute the hosted service takes it from one token (spec/01 §5).
    pub quota: u32,
    /// Whether it moves whole files, for which a request has more time.
    pub(crate) moves_files: bool,
    /// What it does.
    pub(crate) action: Action,
    /// What the document says of it.
    pub(crate) describe: fn() -> Description,
}

impl Endpoint {
    /// Whether steps of its path stand for any.
    pub(crate) fn is_open(&self) -> bool {
        self.path.split('/').any(is_any)
    }

    /// Whether a path is one of its.
    pub(crate) fn serves(&self, path: &str) -> bool {
        let (mut own, mut asked) = (self.path.split('/'), path.split('/'));
        loop {
            match (own.next(), asked.next()) {
                (None, None) => return true,
                (Some(own), Some(step)) if own == step || is_any(own) && !step.is_empty() => {}
                _ => return false,
            }
        }
    }

    /// Whether its answers are of one moment, for one token: to be asked for each time.
    pub(crate) fn is_read(&self) -> bool {
        match self.action {
            Action::Read(_) => true,
            Action::Operate(_) | Action::Beta(_) => self.method == Method::GET,
            _ => false,
        }
    }
}

fn is_any(step: &str) -> bool {
    step.starts_with('{') && step.ends_with('}')
}

/// Who may call an endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Everyone.
    Open,
    /// A token with this scope.
    Scope(Scope),
    /// A token with this scope that opens any number of spaces; the call names the one it is about.
    Beta(Scope),
    /// A token of the operator.
    Operator,
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
    /// Changes something beside the log, which has neither conditions nor keys. It ends its input (`Input::ignored`) before it
    /// does anything.
    Manage(fn(Call) -> Reading),
    /// The same with a body that is kept as it comes.
    Stream(for<'b> fn(Call, Incoming<'b>) -> Streaming<'b>),
    /// Takes back what one commit did.
    Revert,
    /// Looks, and may wait for what comes.
    Follow(fn(Follower) -> Following),
    /// Hands out bytes to whoever has a link to them.
    Hand(fn(Visit) -> Reading),
    /// Looks or changes something for the operator, beside any one space: without conditions and keys. It ends its input
    /// (`Input::ignored`) before it does anything.
    Operate(fn(Operating) -> Reading),
    /// A call of the retired beta API, in one of the spaces that a token opens: without conditions and keys.
    Beta(fn(BetaCall) -> Reading),
    /// Tells of the server itself.
    Tell(fn(&Engine) -> Answer),
}

/// A read with everything it needs.
pub(crate) struct Call {
    pub(crate) engine: Arc<Engine>,
    pub(crate) token: Token,
    pub(crate) input: Arc<Input>,
}

/// A body on its way.
pub(crate) struct Incoming<'b> {
    /// How many bytes it has, as far as the client says.
    pub(crate) announced: Option<u64>,
    pub(crate) bytes: ByteStream<'b>,
}

/// A body that is being kept.
pub(crate) type Streaming<'b> = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send + 'b>>;

/// A request that a link leads to.
pub(crate) struct Visit {
    pub(crate) engine: Arc<Engine>,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    /// Whether only the headers are asked for.
    pub(crate) is_head: bool,
    /// How long the bytes may pause.
    pub(crate) patience: Duration,
}

/// A call of the retired beta API with everything it needs.
pub(crate) struct BetaCall {
    pub(crate) engine: Arc<Engine>,
    pub(crate) grant: Grant,
    pub(crate) input: Arc<Input>,
}

/// A call of the operator with everything it needs.
pub(crate) struct Operating {
    pub(crate) engine: Arc<Engine>,
    pub(crate) input: Arc<Input>,
}

/// A read that may wait, with everything it needs while it does.
pub(crate) struct Follower {
    pub(crate) call: Call,
    pub(crate) headers: HeaderMap,
    /// The secret of the token: whoever waits is recognised again before each answer.
    pub(crate) secret: String,
    pub(crate) stopping: Stopping,
    pub(crate) limits: Limits,
}

/// A read that may wait, on its way to the first thing it can say.
pub(crate) type Following = Pin<Box<dyn Future<Output = Result<Reply, Failure>> + Send>>;

/// What such a read can say at first.
pub(crate) enum Reply {
    /// The answer.
    Now(Box<Answer>),
    /// That there will be one: the time that other requests have does not count any more.
    Later(Reading),
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self::Now(Box::new(answer))
    }
}
