//! Objects that are asked for plainly and are at hand: answered on the spot, without the way that every other request takes. Whatever
//! is not plain or not there goes that way, and would be answered the same there.

use futures_util::FutureExt as _;
use http::header::IF_MATCH;
use http::{HeaderMap, Method, Uri};
use palimpsest_engine::Scope;
use palimpsest_model::{ObjectId, parse_uuid};

use crate::answer::Response;
use crate::call::{App, Log, Served, check_version, finish};
use crate::caller::{Caller, bearer};
use crate::conditions;
use crate::panics::caught;
use crate::prefer::PREFER;

/// The answer to a GET without a body; nothing where it takes more than a look.
pub(crate) fn answer(app: &App, served: Served, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    caught(|| look(app, served, uri, headers)).flatten()
}

fn look(app: &App, mut served: Served, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    let id = only_id(uri.query()?)?;
    if headers.contains_key(PREFER) || headers.contains_key(IF_MATCH) || check_version(headers).is_err() {
        return None;
    }
    // A look takes time too, at the disk for example.
    let log = Log::begin(app, headers, Method::GET, served.endpoint().path);
    let token = app.engine.authenticate(bearer(headers)).now_or_never()?.ok()?;
    token.require(Scope::Read).ok()?;
    let view = app.engine.object_at_hand(&token, id)?;
    let result = match served.count(app, Caller::Space(token)) {
        Ok(()) => served.judge(app, &conditions::read(headers, false), view.into()),
        Err(failure) => Err(failure),
    };
    Some(finish(log, result, served))
}

/// What a query names that names nothing but an object.
fn only_id(query: &str) -> Option<ObjectId> {
    query.strip_prefix("id=").and_then(parse_uuid).map(ObjectId)
}
