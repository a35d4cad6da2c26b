//! Bodies that are kept as they come and never held in memory.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use futures_util::{StreamExt, stream};
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http_body_util::BodyExt;
use palimpsest_engine::{Access as Token, ByteStream, FilesError};

use crate::answer::{Answer, Failure};
use crate::call::{App, drain};
use crate::endpoint::{Call, Incoming, Streaming};
use crate::input::Input;
use crate::prefer::Preferences;
use crate::{conditions, retry};

/// Lets an endpoint keep a body; what it leaves of one that it refuses is drained.
pub(crate) async fn serve(
    app: &App,
    token: Token,
    parts: &Parts,
    mut body: Body,
    keep: for<'b> fn(Call, Incoming<'b>) -> Streaming<'b>,
) -> Result<Answer, Failure> {
    match take(app, token, parts, &mut body, keep).await {
        Ok(answer) => Ok(answer),
        Err(failure) => Err(Failure { closes: drain(app, body).await, ..failure }),
    }
}

async fn take(
    app: &App,
    token: Token,
    parts: &Parts,
    body: &mut Body,
    keep: for<'b> fn(Call, Incoming<'b>) -> Streaming<'b>,
) -> Result<Answer, Failure> {
    conditions::refuse(&parts.headers)?;
    retry::refuse(&parts.headers)?;
    let strict = Preferences::read(&parts.headers).strict;
    let input = Arc::new(Input::new(parts.uri.query().unwrap_or_default(), None, strict)?);
    let call = Call { engine: Arc::clone(&app.engine), token, input: Arc::clone(&input) };
    let announced = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let answer = keep(call, Incoming { announced, bytes: pieces(body, app.limits.pause) }).await?;
    Ok(Answer { ignored: input.ignored()?, ..answer }.applied(strict.then_some("handling=strict")))
}

/// A body piece by piece, as long as no piece lets wait for it too long.
fn pieces(body: &mut Body, pause: Duration) -> ByteStream<'_> {
    let pieces = stream::unfold(Some(body), move |body| async move {
        let body = body?;
        loop {
            let interrupted = match tokio::time::timeout(pause, body.frame()).await {
                Ok(None) => return None,
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => return Some((Ok(data), Some(body))),
                    // Trailers.
                    Err(_) => continue,
                },
                Ok(Some(Err(error))) => error.to_string(),
                Err(_) => format!("nothing came for {} s", pause.as_secs()),
            };
            return Some((Err(FilesError::Interrupted(interrupted)), None));
        }
    });
    // Who keeps them may ask once more after the last.
    Box::pin(pieces.fuse())
}
