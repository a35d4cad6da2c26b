//! The way of every request: request id, token, version, scope, size, input, then the endpoint; and one line in the log, which
//! names the token and the route but never shows a secret or content.
//!
//! The order of the checks is that of the contract: path and method, 401, 429, 400 for the version, 403, 413, 400 for the input.

use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::Request;
use bytes::{Bytes, BytesMut};
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, VARY};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt;
use palimpsest_engine::{Access as Token, Code, Condition, Engine, Retry};
use uuid::fmt::Hyphenated;

use crate::answer::{Answer, Failure, REQUEST_ID, Response};
use crate::caller::{Caller, bearer};
use crate::conditions;
use crate::endpoint::{Access, Action, BetaCall, Call, Endpoint, Follower, Operating, Reply, Visit};
use crate::input::Input;
use crate::limits::{Limits, NEWEST, OLDEST};
use crate::panics::catch;
use crate::prefer::Preferences;
use crate::rates::{Quota, Windows};
use crate::retry::{self, Running, Turn};
use crate::reverting;
use crate::stopping::Stopping;
use crate::streaming;
use crate::transaction;

/// What every request needs.
pub(crate) struct App {
    pub(crate) engine: Arc<Engine>,
    pub(crate) limits: Limits,
    pub(crate) windows: Windows,
    pub(crate) running: Running,
}

/// An endpoint that is being served, and what was learned on the way, for the answer and the log.
pub(crate) struct Served {
    index: usize,
    endpoint: &'static Endpoint,
    caller: Option<Caller>,
    quota: Option<Quota>,
    /// The end of the server, for those who wait.
    stopping: Stopping,
}

impl Served {
    pub(crate) fn new(index: usize, endpoint: &'static Endpoint, stopping: &Stopping) -> Self {
        let waits = matches!(endpoint.action, Action::Follow(_));
        let stopping = if waits { stopping.clone() } else { Stopping::default() };
        Self { index, endpoint, caller: None, quota: None, stopping }
    }

    pub(crate) fn endpoint(&self) -> &'static Endpoint {
        self.endpoint
    }

    /// Notes who calls, and counts the call; refuses one that comes too often.
    pub(crate) fn count(&mut self, app: &App, caller: Caller) -> Result<(), Failure> {
        self.quota = app.windows.take(caller.token(), self.index, self.endpoint.quota, || app.engine.now());
        self.caller = Some(caller);
        match self.quota.filter(|quota| quota.exceeded) {
            Some(quota) => Err(Failure::too_often(quota.reset)),
            None => Ok(()),
        }
    }

    /// Decides a read under its conditions. One that was answered without its bytes does not count.
    pub(crate) fn judge(&mut self, app: &App, condition: &Condition, answer: Answer) -> Result<Answer, Failure> {
        let answer = conditions::apply(condition, answer)?;
        if let (StatusCode::NOT_MODIFIED, Some(caller)) = (answer.status, &self.caller) {
            self.quota = app.windows.give_back(caller.token(), self.index, self.quota);
        }
        Ok(answer)
    }
}

/// Answers a request to an endpoint.
pub(crate) async fn answer(app: Arc<App>, mut served: Served, request: Request) -> Response {
    let log = Log::begin(&app, request.headers(), request.method().clone(), served.endpoint.path);
    let time = if served.endpoint.moves_files { app.limits.file_time } else { app.limits.request_time };
    let waited = {
        let serving = pin!(serve(&app, &mut served, request));
        tokio::time::timeout(time, catch(serving)).await
    };
    let result = match waited {
        Ok(Some(Ok(Reply::Now(answer)))) => Ok(*answer),
        // It waits for what comes, as long as it was asked to.
        Ok(Some(Ok(Reply::Later(later)))) => catch(later).await.unwrap_or_else(|| Err(Failure::internal())),
        Ok(Some(Err(failure))) => Err(failure),
        Ok(None) => Err(Failure::internal()),
        Err(_) => Err(Failure::too_long()),
    };
    finish(log, result, served)
}

/// The response of an endpoint, with the headers that all of its kind have.
pub(crate) fn finish(log: Log, result: Result<Answer, Failure>, served: Served) -> Response {
    let mut response = log.end(result, served.caller.as_ref());
    let is_read = served.caller.is_some() && served.endpoint.is_read();
    if is_read && (response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        response.headers_mut().insert(VARY, HeaderValue::from_static("Authorization, Accept-Encoding"));
    }
    if let Some(quota) = served.quota {
        quota.tell(matches!(served.endpoint.access, Access::Beta(_)), response.headers_mut());
    }
    response
}

/// Answers a request to a path that nothing serves.
pub(crate) async fn refuse_path(app: Arc<App>, request: Request) -> Response {
    let log = Log::begin(&app, request.headers(), request.method().clone(), "");
    let closes = drain(&app, request.into_body()).await;
    log.end(Err(Failure { closes, ..Failure::new(Code::NotFound, "Not found") }), None)
}

/// Answers a request to a path that knows other methods only.
pub(crate) async fn refuse_method(app: Arc<App>, known: Vec<&'static Endpoint>, request: Request) -> Response {
    let route = known.first().map_or("", |endpoint| endpoint.path);
    let methods = known.iter().flat_map(|endpoint| match endpoint.method.as_str() {
        "GET" => vec!["GET", "HEAD"],
        method => vec![method],
    });
    let methods = methods.collect::<Vec<_>>().join(", ");
    let message = format!("{route} knows {methods}, not {}", request.method());
    let allow = HeaderValue::try_from(methods).ok();
    let log = Log::begin(&app, request.headers(), request.method().clone(), route);
    let closes = drain(&app, request.into_body()).await;
    log.end(Err(Failure { allow, closes, ..Failure::new(Code::MethodNotAllowed, message) }), None)
}

/// Answers a request on a connection that is too many; what it sends is not read.
pub(crate) async fn refuse_connection(app: Arc<App>, request: Request) -> Response {
    let log = Log::begin(&app, request.headers(), request.method().clone(), "");
    let failure = Failure::new(Code::ServiceUnavailable, "Too many connections; try again shortly");
    log.end(Err(Failure { closes: true, ..failure }), None)
}

/// What only some calls wait for is boxed, so that what all of them carry along stays small.
async fn serve(app: &App, served: &mut Served, request: Request) -> Result<Reply, Failure> {
    let (parts, body) = request.into_parts();
    let endpoint = served.endpoint;
    match endpoint.action {
        Action::Tell(tell) => return Ok(tell(&app.engine).into()),
        Action::Hand(hand) => {
            let (engine, is_head) = (Arc::clone(&app.engine), parts.method == Method::HEAD);
            let patience = app.limits.request_time;
            return Ok(hand(Visit { engine, uri: parts.uri, headers: parts.headers, is_head, patience }).await?.into());
        }
        _ => {}
    }
    let caller = match admit(app, served, &parts.headers).await {
        Ok(caller) => caller,
        Err(failure) => {
            let closes = Box::pin(drain(app, body)).await;
            return Err(Failure { closes, ..failure });
        }
    };
    if let Action::Stream(keep) = endpoint.action {
        let Caller::Space(token) = caller else { return Err(Failure::internal()) };
        return Ok(Box::pin(streaming::serve(app, token, &parts, body, keep)).await?.into());
    }
    let takes_body = matches!(endpoint.method, Method::POST | Method::PATCH | Method::PUT);
    let limit = match endpoint.action {
        Action::Transact => app.limits.transaction,
        _ => app.limits.body,
    };
    let bytes = receive(app, limit, &parts.headers, body).await?;
    let preferences = Preferences::read(&parts.headers);
    let strict = preferences.strict;
    let condition = conditions::read(&parts.headers, preferences.merge);
    let input = Input::new(parts.uri.query().unwrap_or_default(), takes_body.then_some(&*bytes), strict)?;
    let token = match caller {
        Caller::Space(token) => token,
        other => {
            conditions::refuse(&parts.headers)?;
            retry::refuse(&parts.headers)?;
            let answer = beside(app, endpoint, other, Arc::new(input)).await?;
            return Ok(answer.applied(strict.then_some("handling=strict")).into());
        }
    };
    let answer = match endpoint.action {
        Action::Read(read) => {
            let input = Arc::new(input);
            let call = Call { engine: Arc::clone(&app.engine), token, input: Arc::clone(&input) };
            let answer = read(call).await?;
            served.judge(app, &condition, Answer { ignored: input.ignored()?, ..answer })?
        }
        Action::Write(read) => {
            let retry = retry::read(&parts, &bytes)?;
            let operation = read(&input)?;
            let merges = condition.merges() && operation.can_merge();
            let ignored = input.ignored()?;
            let request = palimpsest_engine::Request { operation, ignored, strict, condition, retry };
            let _turn = turn(app, &token, request.retry.as_ref()).await?;
            let written = Box::pin(app.engine.execute(&token, request)).await?;
            let answer = Answer::from(written).applied(merges.then_some("merge"));
            if preferences.minimal { answer.minimal() } else { answer }
        }
        Action::Transact => {
            let retry = retry::read(&parts, &bytes)?;
            let transaction = transaction::read(&input, &condition, preferences, retry)?;
            let ignored = input.ignored()?;
            let _turn = turn(app, &token, transaction.retry.as_ref()).await?;
            let committed = Box::pin(app.engine.transact(&token, transaction)).await?;
            let answer = transaction::render(committed, ignored, preferences);
            if preferences.minimal { answer.minimal() } else { answer }
        }
        Action::Manage(manage) => {
            conditions::refuse(&parts.headers)?;
            retry::refuse(&parts.headers)?;
            let input = Arc::new(input);
            let call = Call { engine: Arc::clone(&app.engine), token, input: Arc::clone(&input) };
            let answer = manage(call).await?;
            Answer { ignored: input.ignored()?, ..answer }
        }
        Action::Revert => {
            let retry = retry::read(&parts, &bytes)?;
            let revert = reverting::read(&input, &condition, retry)?;
            let ignored = input.ignored()?;
            let _turn = turn(app, &token, revert.retry.as_ref()).await?;
            let revision = revert.revision;
            let reverted = Box::pin(app.engine.revert(&token, revert)).await?;
            let answer = reverting::render(revision, reverted, ignored);
            if preferences.minimal { answer.minimal() } else { answer }
        }
        Action::Follow(follow) => {
            let call = Call { engine: Arc::clone(&app.engine), token, input: Arc::new(input) };
            let stopping = std::mem::take(&mut served.stopping);
            let secret = bearer(&parts.headers).unwrap_or_default().to_owned();
            return follow(Follower { call, headers: parts.headers, secret, stopping, limits: app.limits.clone() })
                .await;
        }
        Action::Hand(_) | Action::Tell(_) | Action::Stream(_) | Action::Operate(_) | Action::Beta(_) => {
            return Err(Failure::internal());
        }
    };
    Ok(answer.applied(strict.then_some("handling=strict")).into())
}

/// Answers a call that is not about the one space of its token.
async fn beside(app: &App, endpoint: &Endpoint, caller: Caller, input: Arc<Input>) -> Result<Answer, Failure> {
    let (engine, sent) = (Arc::clone(&app.engine), Arc::clone(&input));
    let mut answer = match (caller, &endpoint.action) {
        (Caller::Operator(_), Action::Operate(operate)) => operate(Operating { engine, input: sent }).await?,
        (Caller::Spaces(grant), Action::Beta(call)) => call(BetaCall { engine, grant, input: sent }).await?,
        _ => return Err(Failure::internal()),
    };
    let mut ignored = input.ignored()?;
    ignored.merge(std::mem::take(&mut answer.ignored));
    Ok(Answer { ignored, ..answer })
}

/// Waits until others with the same key are done, for a request that has one.
async fn turn<'a>(app: &'a App, token: &Token, retry: Option<&Retry>) -> Result<Option<Turn<'a>>, Failure> {
    let Some(retry) = retry else { return Ok(None) };
    match app.running.turn(token.token, retry.key(), app.limits.retry_wait).await {
        Some(turn) => Ok(Some(turn)),
        None => Err(app.engine.in_progress(token).await.into()),
    }
}

/// Checks who calls, how often, in which version and with which scope, in this order.
async fn admit(app: &App, served: &mut Served, headers: &HeaderMap) -> Result<Caller, Failure> {
    let access = served.endpoint.access;
    let caller = Caller::recognise(&app.engine, access, headers).await?.ok_or_else(Failure::internal)?;
    served.count(app, caller.clone())?;
    // The beta API had no versions.
    if !matches!(access, Access::Beta(_)) {
        check_version(headers)?;
    }
    caller.require(access)?;
    Ok(caller)
}

/// Checks the version header (spec/01 §4): absent means the newest, one above it is taken as the newest.
pub(crate) fn check_version(headers: &HeaderMap) -> Result<(), Failure> {
    let Some(value) = headers.get("x-capacities-api-version") else { return Ok(()) };
    let refused =
        |message: &str| Failure::new(Code::InvalidInput, format!("✖ {message}\n  → at X-Capacities-Api-Version"));
    let version = value.to_str().ok().and_then(read_version);
    let version =
        version.ok_or_else(|| refused(&format!("Invalid version: expected MAJOR.MINOR.PATCH, such as {NEWEST}")))?;
    if version < OLDEST {
        let (major, minor, patch) = OLDEST;
        return Err(refused(&format!("Unsupported version: the minimum is {major}.{minor}.{patch}")));
    }
    Ok(())
}

fn read_version(text: &str) -> Option<(u64, u64, u64)> {
    let number = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let plain = digits && (part == "0" || !part.starts_with('0'));
        plain.then(|| part.parse().ok()).flatten()
    };
    let mut parts = text.trim().split('.');
    let version = (number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?);
    parts.next().is_none().then_some(version)
}

/// Reads a body within the limit; of a larger one only as much as lets the client read the answer.
async fn receive(app: &App, limit: usize, headers: &HeaderMap, mut body: Body) -> Result<Bytes, Failure> {
    let too_large = || Failure::new(Code::PayloadTooLarge, format!("The body is larger than {limit} bytes"));
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Failure { closes: Box::pin(drain(app, body)).await, ..too_large() });
    }
    let mut received = BytesMut::with_capacity(announced.unwrap_or_default());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Failure::new(Code::InvalidInput, "The body ended early"))?;
        let Ok(data) = frame.into_data() else { continue };
        if received.len() + data.len() > limit {
            return Err(Failure { closes: Box::pin(drain(app, body)).await, ..too_large() });
        }
        received.extend_from_slice(&data);
    }
    Ok(received.freeze())
}

/// Reads and forgets what is left of a body, within limits: a client that is still sending cannot read an answer. Answers
/// whether something may be left, so that the connection cannot go on.
pub(crate) async fn drain(app: &App, mut body: Body) -> bool {
    let mut left = app.limits.drained;
    let read = async {
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(length) {
                Some(rest) => left = rest,
                None => return true,
            }
        }
        false
    };
    // Whoever sends longer than this gets the answer all the same, if it can still read it.
    tokio::time::timeout(app.limits.drain_time, read).await.unwrap_or(true)
}

/// What the log says of one request.
pub(crate) struct Log {
    id: HeaderValue,
    method: Method,
    route: &'static str,
    begun: Instant,
}

impl Log {
    pub(crate) fn begin(app: &App, headers: &HeaderMap, method: Method, route: &'static str) -> Self {
        let is_sane =
            |id: &&HeaderValue| (1..=128).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic);
        let sent = headers.get(REQUEST_ID).filter(is_sane);
        let id = sent.cloned().unwrap_or_else(|| fresh_id(&app.engine));
        Self { id, method, route, begun: Instant::now() }
    }

    fn end(self, result: Result<Answer, Failure>, caller: Option<&Caller>) -> Response {
        let mut response = match result {
            Ok(answer) => answer.into_response(),
            Err(failure) => failure.into_response(self.id()),
        };
        // Nothing of this is computed when nobody reads it.
        tracing::info!(
            request = self.id(),
            method = %self.method,
            route = self.route,
            status = response.status().as_u16(),
            microseconds = u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX),
            token = caller.map(Caller::name),
            space = caller.and_then(Caller::space).map(|space| space.to_string()),
            "request"
        );
        response.headers_mut().insert(REQUEST_ID, self.id);
        response
    }

    fn id(&self) -> &str {
        self.id.to_str().unwrap_or_default()
    }
}

/// A new name for a request.
fn fresh_id(engine: &Engine) -> HeaderValue {
    let mut text = [0; Hyphenated::LENGTH];
    let written = engine.request_id().as_hyphenated().encode_lower(&mut text);
    HeaderValue::from_str(written).unwrap_or(HeaderValue::from_static("-"))
}
