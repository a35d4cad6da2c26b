//! Answers and refusals as HTTP responses.

use std::fmt::{self, Write};

use bytes::Bytes;
use http::header::{
    ALLOW, CONNECTION, CONTENT_LOCATION, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName,
    RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use palimpsest_engine::{Code, ETag, Error, Ignored, Kind, Page, View, Written};
use palimpsest_model::{ObjectId, Problems, Revision};
use serde::Serialize;

use crate::document::JSON;
use crate::prefer;

/// A response before it is one.
pub(crate) type Response = http::Response<axum::body::Body>;

pub(crate) const REVISION: HeaderName = HeaderName::from_static("palimpsest-revision");
pub(crate) const IGNORED: HeaderName = HeaderName::from_static("palimpsest-ignored");
pub(crate) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// The headers of limits that the beta API had instead: what the window is, what it allows, what is left, when it ends.
pub(crate) const BETA_RATES: [HeaderName; 4] = [
    HeaderName::from_static("ratelimit-policy"),
    HeaderName::from_static("ratelimit-limit"),
    HeaderName::from_static("ratelimit-remaining"),
    HeaderName::from_static("ratelimit-reset"),
];
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a call answers when it succeeds.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Option<Bytes>,
    /// A body that goes on, instead of one that is there.
    pub(crate) stream: Option<axum::body::Body>,
    pub(crate) media: &'static str,
    pub(crate) revision: Option<Revision>,
    pub(crate) object: Option<ObjectId>,
    /// The revision that the object is shown at, when it was asked for.
    pub(crate) past: Option<Revision>,
    pub(crate) etag: Option<ETag>,
    pub(crate) ignored: Ignored,
    pub(crate) applied: Vec<&'static str>,
    /// Whether it was answered before, to a request with the same key.
    pub(crate) replayed: bool,
    /// The one header that only some pages have: what they may load.
    pub(crate) policy: Option<&'static str>,
    /// The headers that no other answer has, and in place of those that others have.
    pub(crate) own: HeaderMap,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            status: StatusCode::OK,
            body: None,
            stream: None,
            media: JSON,
            revision: None,
            object: None,
            past: None,
            etag: None,
            ignored: Ignored::default(),
            applied: Vec::new(),
            replayed: false,
            policy: None,
            own: HeaderMap::new(),
        }
    }
}

impl Answer {
    /// A JSON body that was not computed from the store.
    pub(crate) fn plain(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { status, body: Some(body.into()), ..Self::default() }
    }

    /// The same without its body (RFC 7240, `return=minimal`).
    pub(crate) fn minimal(self) -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, ..self }.applied(Some("return=minimal"))
    }

    /// The same, saying that a preference was applied.
    pub(crate) fn applied(mut self, preference: Option<&'static str>) -> Self {
        self.applied.extend(preference);
        self
    }

    pub(crate) fn into_response(self) -> Response {
        let has_body = self.body.is_some() || self.stream.is_some();
        let body = self.stream.unwrap_or_else(|| axum::body::Body::from(self.body.unwrap_or_default()));
        let mut response = http::Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = HeaderMap::with_capacity(HEADERS);
        if has_body {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(self.media));
        }
        if let Some(policy) = self.policy {
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        }
        set_revision(&mut response, self.revision);
        let headers = response.headers_mut();
        if let Some(ignored) = prefer::write_ignored(&self.ignored) {
            headers.insert(IGNORED, ignored);
        }
        if !self.applied.is_empty()
            && let Ok(applied) = HeaderValue::try_from(self.applied.join(", "))
        {
            headers.insert(PREFERENCE_APPLIED, applied);
        }
        if let Some(etag) = self.etag.and_then(|etag| HeaderValue::try_from(etag.to_text()).ok()) {
            headers.insert(ETAG, etag);
        }
        if self.replayed {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        let location = self.object.and_then(|id| match self.past {
            Some(revision) => value(format_args!("/object?id={id}&revision={revision}")),
            None => {
                let mut text = *b"/object?id=00000000-0000-0000-0000-000000000000";
                id.0.as_hyphenated().encode_lower(&mut text[11..]);
                HeaderValue::from_bytes(&text).ok()
            }
        });
        if let Some(location) = location {
            response.headers_mut().insert(CONTENT_LOCATION, location);
        }
        response.headers_mut().extend(self.own);
        response
    }
}

/// As many headers as most answers have at most.
const HEADERS: usize = 12;

/// The value of a header, written in one piece.
fn value(written: fmt::Arguments<'_>) -> Option<HeaderValue> {
    let mut text = String::with_capacity(96);
    text.write_fmt(written).ok()?;
    HeaderValue::try_from(text).ok()
}

impl From<View> for Answer {
    fn from(view: View) -> Self {
        let View { body, revision, object, etag } = view;
        Self { body: Some(body), revision: Some(revision), object, etag: Some(etag), ..Self::default() }
    }
}

impl From<Page> for Answer {
    fn from(page: Page) -> Self {
        Self { body: Some(page.body), revision: Some(page.revision), etag: page.etag, ..Self::default() }
    }
}

impl From<Written> for Answer {
    fn from(written: Written) -> Self {
        let Written { shown, revision, ignored, left, replayed } = written;
        let shown = shown.map_or_else(Self::default, Self::from);
        Self { revision: Some(revision), ignored, etag: left.map(|(_, etag)| etag), replayed, ..shown }
    }
}

fn set_revision(response: &mut Response, revision: Option<Revision>) {
    if let Some(revision) = revision {
        response.headers_mut().insert(REVISION, HeaderValue::from(revision.0));
    }
}

/// What a call answers when it does not succeed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    /// The methods a path knows, when the one asked for is none of them.
    pub(crate) allow: Option<HeaderValue>,
    /// How many bytes there are, when others were asked for.
    pub(crate) length: Option<u64>,
    /// After how many seconds it may be tried again.
    pub(crate) retry_after: Option<u64>,
    /// Whether the connection ends with this answer, because not all was read of what the client sends.
    pub(crate) closes: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let retry_after = (error.kind == Kind::Unavailable).then_some(1);
        Self { error, allow: None, length: None, retry_after, closes: false }
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Error::from(problems).into()
    }
}

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Error::new(code, message).into()
    }

    /// What went wrong is for the log alone.
    pub(crate) fn internal() -> Self {
        Self::new(Code::ServerError, "Internal server error")
    }

    /// A request whose time is over.
    pub(crate) fn too_long() -> Self {
        let message = "The request took too long; whether a write took place is unknown until it is read back";
        Self::new(Code::ServiceUnavailable, message)
    }

    /// A token that calls too often, and after how many seconds it may call again.
    pub(crate) fn too_often(seconds: u64) -> Self {
        let message = format!("Too many requests: try again in {seconds} s");
        Self { retry_after: Some(seconds), ..Self::new(Code::RateLimitExceeded, message) }
    }

    pub(crate) fn into_response(self, request_id: &str) -> Response {
        let Self { error, allow, length, retry_after, closes } = self;
        let status = status_of(error.kind);
        if let Some(cause) = &error.cause {
            tracing::error!(request = request_id, code = error.code.as_str(), cause, "a request failed");
        }
        let message = match status {
            StatusCode::INTERNAL_SERVER_ERROR => format!("{} (request {request_id})", error.message),
            _ => error.message,
        };
        let body = ErrorBody { code: error.code.as_str(), message, details: error.details };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = http::Response::new(axum::body::Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = allow {
            headers.insert(ALLOW, allow);
        }
        if let Some(range) = length.and_then(|length| HeaderValue::try_from(format!("bytes */{length}")).ok()) {
            headers.insert(CONTENT_RANGE, range);
        }
        if closes {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        set_revision(&mut response, error.revision);
        response
    }
}

/// The one place where refusals become status codes.
pub(crate) fn status_of(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Kind::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
        Kind::Mismatch => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::TooOften => StatusCode::TOO_MANY_REQUESTS,
        Kind::Gone => StatusCode::GONE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Unsatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
    }
}

#[derive(Serialize)]
struct ErrorBody {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<serde_json::Value>,
}
