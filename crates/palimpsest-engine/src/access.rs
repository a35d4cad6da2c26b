//! Who asks: a token, the one space it opens, what it may do there.

use palimpsest_model::{SpaceId, TokenId};
use palimpsest_store::{Actor, Policy};
use subtle::ConstantTimeEq;

use crate::error::{Code, Error};
use crate::secret::{PREFIX, hash};
use crate::{Engine, Scope};

/// A token that was recognised.
#[derive(Clone, Debug)]
pub struct Access {
    /// The token.
    pub token: TokenId,
    /// Its name.
    pub name: String,
    /// The space it opens.
    pub space: SpaceId,
    /// What it may do there.
    pub scopes: Vec<Scope>,
    /// What it is held to when it changes something that exists.
    pub policy: Policy,
}

impl Access {
    /// Refuses when the token lacks a scope.
    pub fn require(&self, scope: Scope) -> Result<(), Error> {
        if self.scopes.contains(&scope) { Ok(()) } else { Err(Error::missing_scope(scope)) }
    }

    /// The operator, who may do everything in a space; no token has the id.
    #[must_use]
    pub fn operator(space: SpaceId) -> Self {
        Self {
            token: TokenId(uuid::Uuid::nil()),
            name: "operator".to_owned(),
            space,
            scopes: vec![Scope::Read, Scope::Write],
            policy: Policy::default(),
        }
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor { id: Some(self.token).filter(|id| !id.0.is_nil()), name: self.name.clone() }
    }
}

impl Engine {
    /// Recognises the secret of a token. A missing, unknown, revoked or expired one is all the same refusal.
    pub async fn authenticate(&self, secret: Option<&str>) -> Result<Access, Error> {
        let refused = || Error::new(Code::NotAuthenticated, "Missing or invalid access token");
        let secret = secret.filter(|secret| secret.starts_with(PREFIX)).ok_or_else(refused)?;
        let hash = hash(secret);
        let token = self.store.token(&hash).await?.ok_or_else(refused)?;
        let same: bool = token.hash.ct_eq(&hash).into();
        let expired = token.expires_at.is_some_and(|end| end <= self.clock.now());
        if !same || expired || token.revoked_at.is_some() {
            return Err(refused());
        }
        Ok(Access {
            token: token.id,
            name: token.name.clone(),
            space: token.space,
            scopes: token.scopes.clone(),
            policy: token.concurrency,
        })
    }
}
