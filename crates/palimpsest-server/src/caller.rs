//! Who calls: the kinds of tokens, and what the log says of each.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use palimpsest_engine::{Access as Token, AdminAccess, Engine, Error, Grant};
use palimpsest_model::{SpaceId, TokenId};

use crate::endpoint::Access;

/// A token that was recognised as one that the endpoint takes.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// One of a space.
    Space(Token),
    /// One of any number of spaces.
    Spaces(Grant),
    /// One of the operator.
    Operator(AdminAccess),
}

impl Caller {
    /// Recognises the token of a request; nothing where the endpoint asks for none.
    pub(crate) async fn recognise(engine: &Engine, access: Access, headers: &HeaderMap) -> Result<Option<Self>, Error> {
        let secret = bearer(headers);
        Ok(match access {
            Access::Open => None,
            Access::Scope(_) => Some(Self::Space(engine.authenticate(secret).await?)),
            Access::Beta(_) => Some(Self::Spaces(engine.recognise(secret).await?)),
            Access::Operator => Some(Self::Operator(engine.authenticate_operator(secret).await?)),
        })
    }

    pub(crate) fn token(&self) -> TokenId {
        match self {
            Self::Space(token) => token.token,
            Self::Spaces(grant) => grant.token(),
            Self::Operator(token) => token.token,
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Space(token) => token.name(),
            Self::Spaces(grant) => grant.name(),
            Self::Operator(token) => &token.name,
        }
    }

    /// The space it is about, where the token says it.
    pub(crate) fn space(&self) -> Option<SpaceId> {
        match self {
            Self::Space(token) => Some(token.space),
            Self::Spaces(_) | Self::Operator(_) => None,
        }
    }

    /// Refuses when the token lacks what the endpoint needs.
    pub(crate) fn require(&self, access: Access) -> Result<(), Error> {
        match (self, access) {
            (Self::Space(token), Access::Scope(scope)) => token.require(scope),
            (Self::Spaces(grant), Access::Beta(scope)) => grant.require(scope),
            _ => Ok(()),
        }
    }
}

/// The secret that a request brings.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}
