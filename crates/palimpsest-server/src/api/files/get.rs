//! GET /files/{hash}/{name}: the bytes of a file, to whoever has a signed link.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use palimpsest_engine::{ByteStream, Code, Linked, Tags};
use tokio::time::timeout;

use super::guise::Guise;
use super::range::{self, Part};
use crate::answer::{Answer, Failure};
use crate::conditions;
use crate::document::shape::{pattern, said, text};
use crate::document::{Description, Success};
use crate::endpoint::{Reading, Visit};

pub(crate) fn call(visit: Visit) -> Reading {
    Box::pin(hand_out(visit))
}

async fn hand_out(visit: Visit) -> Result<Answer, Failure> {
    let mut steps = visit.uri.path().rsplit('/');
    let (name, hash) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
    let linked = visit.engine.linked(hash, name, visit.uri.query().unwrap_or_default())?;
    let length = visit.engine.file_size(linked.hash).await?;
    let etag = format!("\"{}\"", linked.hash);
    let conditions = conditions::read(&visit.headers, false);
    if conditions.if_match.is_some_and(|tags| !names(&tags, &etag)) {
        return Err(Failure::new(Code::FileUnmatched, "If-Match names other bytes than those of this file"));
    }
    let mut own = headers(&linked, &etag, visit.engine.now().0);
    if conditions.if_none_match.is_some_and(|tags| names(&weak(tags), &etag)) {
        own.remove(CONTENT_TYPE);
        return Ok(Answer { status: StatusCode::NOT_MODIFIED, own, ..Answer::default() });
    }
    // Only GET has ranges (RFC 9110 §14.2).
    let part = if visit.is_head { Part::Whole } else { range::read(&visit.headers, length, &etag) };
    let (status, range) = match part {
        Part::Whole => (StatusCode::OK, 0..length),
        Part::Only(range) => {
            let told = format!("bytes {}-{}/{length}", range.start, range.end - 1);
            insert(&mut own, CONTENT_RANGE, told);
            (StatusCode::PARTIAL_CONTENT, range)
        }
        Part::Nothing => {
            let failure = Failure::new(Code::RangeUnsatisfiable, format!("The file has {length} bytes"));
            return Err(Failure { length: Some(length), ..failure });
        }
    };
    insert(&mut own, CONTENT_LENGTH, (range.end - range.start).to_string());
    let body = match visit.is_head || range.is_empty() {
        true => Body::empty(),
        false => streamed(visit.engine.file_bytes(linked.hash, range).await?, visit.patience),
    };
    Ok(Answer { status, stream: Some(body), own, ..Answer::default() })
}

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The headers of a file, whether or not its bytes are sent.
fn headers(linked: &Linked, etag: &str, now: i64) -> HeaderMap {
    let Guise { media, disposition, policy } = Guise::of(&linked.file_type, &linked.name);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, media);
    headers.insert(CONTENT_DISPOSITION, disposition);
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    for (name, value) in [
        (ACCEPT_RANGES, "bytes"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (RESOURCE_POLICY, "cross-origin"),
        (REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    insert(&mut headers, ETAG, etag.to_owned());
    let seconds = (linked.expires.0 - now).max(0) / 1000;
    insert(&mut headers, CACHE_CONTROL, format!("private, max-age={seconds}"));
    headers
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

/// The bytes as a body, which ends early, and with it the connection, when the next of them are wrong or do not come.
fn streamed(bytes: ByteStream<'static>, patience: Duration) -> Body {
    Body::from_stream(stream::try_unfold(bytes, move |bytes| next(bytes, patience)))
}

type Next = Result<Option<(Bytes, ByteStream<'static>)>, std::io::Error>;

async fn next(mut bytes: ByteStream<'static>, patience: Duration) -> Next {
    let cause = match timeout(patience, bytes.next()).await {
        Ok(Some(Ok(chunk))) => return Ok(Some((chunk, bytes))),
        Ok(None) => return Ok(None),
        Ok(Some(Err(error))) => error.to_string(),
        Err(_) => "they do not come".to_owned(),
    };
    tracing::error!(cause, "the bytes of a file were cut short");
    Err(std::io::Error::other(cause))
}

/// Whether these tags name a file, by strong comparison (RFC 9110 §8.8.3.2).
fn names(tags: &Tags, etag: &str) -> bool {
    match tags {
        Tags::Any => true,
        Tags::Of(tags) => tags.iter().any(|tag| tag == etag),
    }
}

/// The same tags, with weak ones as good as strong ones.
fn weak(tags: Tags) -> Tags {
    match tags {
        Tags::Any => Tags::Any,
        Tags::Of(tags) => Tags::Of(tags.iter().map(|tag| tag.strip_prefix("W/").unwrap_or(tag).to_owned()).collect()),
    }
}

pub(crate) fn describe() -> Description {
    let seconds = pattern("^[0-9]+$");
    Description::new("files.get", "The bytes of a file")
        .about(
            "Takes the links that objects show in `files`, as they are. They end after one to two hours; the object then has new \
             ones. A range may be asked for; of several at once the whole file is sent. Only images (but not SVG), sound, film and \
             PDF are for a browser to show; of what it shows, nothing runs.",
        )
        .follows("hash", said(pattern("^[0-9a-f]{64}$"), "The SHA-256 of the bytes."))
        .follows("name", said(pattern("^[^/]+$"), "What the file is called when it is saved."))
        .needs("type", said(text(), "The media type."))
        .needs("expires", said(seconds, "When the link ends, in seconds since 1970."))
        .needs("signature", said(pattern("^[A-Za-z0-9_-]{43}$"), "That this server made the link."))
        .hears("Range", text())
        .hears("If-Range", text())
        .hears("If-Match", text())
        .hears("If-None-Match", text())
        .answers(Success::file(StatusCode::OK, "The whole file."))
        .answers(Success::file(StatusCode::PARTIAL_CONTENT, "The part that was asked for.").partial())
        .answers(Success::file(StatusCode::NOT_MODIFIED, "The client has it already.").bodiless())
        .refuses(&[
            Code::Forbidden,
            Code::NotFound,
            Code::FileUnmatched,
            Code::RangeUnsatisfiable,
            Code::ServiceUnavailable,
        ])
}
