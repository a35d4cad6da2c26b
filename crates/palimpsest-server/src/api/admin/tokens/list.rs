//! GET /admin/tokens.

use palimpsest_engine::admin::TokenSummary;
use palimpsest_engine::{Policy, Scope};
use palimpsest_model::{SpaceId, TokenId};
use serde::Serialize;
use serde_json::json;

use crate::api::admin::{read_space, shown};
use crate::document::names::uuid;
use crate::document::shape::{closed, list, refer};
use crate::document::{Description, Success};
use crate::endpoint::{Operating, Reading};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenBody {
    id: TokenId,
    name: String,
    space_ids: Vec<SpaceId>,
    scopes: Vec<Scope>,
    created_at: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
    concurrency: Policy,
}

impl From<TokenSummary> for TokenBody {
    fn from(token: TokenSummary) -> Self {
        let TokenSummary { id, name, spaces, scopes, created_at, expires_at, revoked_at, concurrency } = token;
        Self { id, name, space_ids: spaces, scopes, created_at, expires_at, revoked_at, concurrency }
    }
}

pub(crate) fn call(call: Operating) -> Reading {
    Box::pin(async move {
        let space = call.input.query(|query, notes| query.get("spaceId").given(notes, read_space))?;
        let tokens: Vec<_> = call.engine.tokens(space).await?.into_iter().map(TokenBody::from).collect();
        Ok(shown(&json!({ "results": tokens }), None))
    })
}

pub(crate) fn describe() -> Description {
    Description::new("admin.tokens.list", "The tokens of spaces, the revoked ones too")
        .about("None is shown with its secret: only the hash of that is kept.")
        .takes("spaceId", uuid())
        .answers(Success::json("The tokens.", closed(&[("results", list(refer("ManagedToken")))], &[])))
}
