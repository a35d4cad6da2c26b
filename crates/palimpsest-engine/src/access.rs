//! Who asks: a token, the space it opens, what it may do there. Calls of v1 are about the one space of their token; those of the
//! retired beta API each name one of several. The operator has tokens of another kind, which open no space.

use std::sync::Arc;

use palimpsest_model::{SpaceId, TokenId};
use palimpsest_store::{Actor, Policy, TokenRecord};
use subtle::ConstantTimeEq;

use crate::error::{Code, Error};
use crate::secret::{ADMIN_PREFIX, PREFIX, hash};
use crate::{Engine, Scope};

/// A token that was recognised.
#[derive(Clone, Debug)]
pub struct Access {
    /// The token.
    pub token: TokenId,
    /// The space it opens.
    pub space: SpaceId,
    /// What it is held to when it changes something that exists.
    pub policy: Policy,
    holder: Holder,
}

/// What a token is called, and what it may do.
#[derive(Clone, Debug)]
enum Holder {
    Token(Arc<TokenRecord>),
    Operator,
}

impl Access {
    /// Refuses when the token lacks a scope.
    pub fn require(&self, scope: Scope) -> Result<(), Error> {
        match &self.holder {
            Holder::Token(record) if !record.scopes.contains(&scope) => Err(Error::missing_scope(scope)),
            _ => Ok(()),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.holder {
            Holder::Token(record) => &record.name,
            Holder::Operator => "operator",
        }
    }

    /// The operator, who may do everything in a space; no token has the id.
    #[must_use]
    pub fn operator(space: SpaceId) -> Self {
        Self { token: TokenId(uuid::Uuid::nil()), space, policy: Policy::default(), holder: Holder::Operator }
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor { id: Some(self.token).filter(|id| !id.0.is_nil()), name: self.name().to_owned() }
    }
}

/// A token that was recognised, before it is known which of its spaces is meant.
#[derive(Clone, Debug)]
pub struct Grant(Arc<TokenRecord>);

impl Grant {
    /// The token.
    #[must_use]
    pub fn token(&self) -> TokenId {
        self.0.id
    }

    /// The spaces it opens, at least one, in the order it names them.
    #[must_use]
    pub fn spaces(&self) -> &[SpaceId] {
        &self.0.spaces
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Refuses when the token lacks a scope.
    pub fn require(&self, scope: Scope) -> Result<(), Error> {
        if self.0.scopes.contains(&scope) { Ok(()) } else { Err(Error::missing_scope(scope)) }
    }

    /// What it may do in one of its spaces; nothing when it does not open that one.
    #[must_use]
    pub fn access(&self, space: SpaceId) -> Option<Access> {
        self.0.spaces.contains(&space).then(|| Access {
            token: self.0.id,
            space,
            policy: self.0.concurrency,
            holder: Holder::Token(Arc::clone(&self.0)),
        })
    }

    /// What it may do in its space, when it opens only one and always did.
    fn only(&self) -> Option<Access> {
        match *self.spaces() {
            [space] if !self.0.beta_only => self.access(space),
            _ => None,
        }
    }
}

impl Engine {
    /// Recognises the secret of a token of one space. A missing, unknown, revoked or expired one is all the same refusal, and so is
    /// one that opens several spaces, or did once.
    pub async fn authenticate(&self, secret: Option<&str>) -> Result<Access, Error> {
        self.recognise(secret).await?.only().ok_or_else(refused)
    }

    /// Recognises the secret of a token, however many spaces it opens.
    pub async fn recognise(&self, secret: Option<&str>) -> Result<Grant, Error> {
        let secret = secret.filter(|secret| secret.starts_with(PREFIX)).ok_or_else(refused)?;
        let hash = hash(secret);
        let token = self.store.token(&hash).await?.ok_or_else(refused)?;
        let same: bool = token.hash.ct_eq(&hash).into();
        let expired = token.expires_at.is_some_and(|end| end <= self.clock.now());
        if !same || expired || token.revoked_at.is_some() {
            return Err(refused());
        }
        Ok(Grant(token))
    }
}

/// A token of the operator that was recognised.
#[derive(Clone, Debug)]
pub struct AdminAccess {
    /// The token.
    pub token: TokenId,
    /// Its name.
    pub name: String,
}

impl Engine {
    /// Recognises the secret of a token of the operator; every other is the same refusal.
    pub async fn authenticate_operator(&self, secret: Option<&str>) -> Result<AdminAccess, Error> {
        let secret = secret.filter(|secret| secret.starts_with(ADMIN_PREFIX)).ok_or_else(refused)?;
        let hash = hash(secret);
        let token = self.store.admin_token(&hash).await?.ok_or_else(refused)?;
        let same: bool = token.hash.ct_eq(&hash).into();
        let expired = token.expires_at.is_some_and(|end| end <= self.clock.now());
        if !same || expired || token.revoked_at.is_some() {
            return Err(refused());
        }
        Ok(AdminAccess { token: token.id, name: token.name.clone() })
    }
}

fn refused() -> Error {
    Error::new(Code::NotAuthenticated, "Missing or invalid access token")
}
