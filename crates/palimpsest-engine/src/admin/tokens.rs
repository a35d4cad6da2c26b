//! Tokens of spaces: make, list, revoke. A revoked token stays in the list; it fails from the next request on.

use palimpsest_model::{SpaceId, Timestamp, TokenId, parse_uuid};
use palimpsest_store::{Policy, Registry, Scope, TokenRecord};

use super::spaces::{find, title_of};
use super::{TokenMade, TokenSummary};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::secret::{PREFIX, hash, new_secret};
use crate::world::Fresh;

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The spaces it opens, at least one. With several it is for the retired beta API only.
    pub spaces: Vec<SpaceId>,
    /// Its name, shown in the history of what it writes.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// What it is held to when it changes something that exists.
    pub concurrency: Policy,
}

impl Engine {
    /// Makes a token; this is the only time that its secret is told.
    pub async fn make_token(&self, new: NewToken) -> Result<TokenMade, Error> {
        let now = self.clock.now();
        let secret = new_secret(PREFIX, self.ids.random());
        let token = TokenRecord {
            id: TokenId(Fresh::draw(&*self.ids, now).uuid()),
            hash: hash(&secret),
            name: title_of(&new.name)?,
            spaces: new.spaces,
            scopes: new.scopes,
            created_at: now,
            expires_at: new.expires_at,
            revoked_at: None,
            concurrency: new.concurrency,
            // The registry says so of one that opens several.
            beta_only: false,
        };
        let id = token.id;
        let put = move |registry: &mut Registry<'_>| {
            token.spaces.iter().try_for_each(|space| find(registry, *space).map(|_| ()))?;
            registry.put_token(&token).map_err(Error::from)
        };
        self.store.administer(put).await??;
        Ok(TokenMade { id, token: secret })
    }

    /// The tokens, the revoked ones too; those that open a space, if one is named.
    pub async fn tokens(&self, space: Option<SpaceId>) -> Result<Vec<TokenSummary>, Error> {
        let tokens = self.all_tokens().await?;
        let wanted = |token: &&TokenRecord| space.is_none_or(|space| token.spaces.contains(&space));
        Ok(tokens.iter().filter(wanted).map(summary).collect())
    }

    /// Revokes a token that is in force.
    pub async fn revoke_token(&self, id: TokenId) -> Result<TokenSummary, Error> {
        let now = self.clock.now();
        let revoke = move |registry: &mut Registry<'_>| {
            let is_it = |token: &TokenRecord| token.id == id && token.revoked_at.is_none();
            let token = registry.tokens()?.into_iter().find(is_it);
            let token = token.ok_or_else(|| nobody(&id.to_string()))?;
            let revoked = TokenRecord { revoked_at: Some(now), ..token };
            registry.put_token(&revoked)?;
            Ok::<_, Error>(summary(&revoked))
        };
        self.store.administer(revoke).await?
    }

    /// Whether any token was ever made.
    pub async fn has_tokens(&self) -> Result<bool, Error> {
        Ok(!self.all_tokens().await?.is_empty())
    }

    /// The token in force of this name or id.
    pub(super) async fn find_token(&self, name: &str) -> Result<TokenId, Error> {
        let tokens = self.all_tokens().await?;
        let in_force = tokens.iter().filter(|token| token.revoked_at.is_none());
        pick(name, in_force.map(|token| (token.id, token.name.as_str())))
    }

    /// The spaces of these titles or ids; with one space, that one when none is named.
    pub(super) async fn find_spaces(&self, names: &[String]) -> Result<Vec<SpaceId>, Error> {
        if names.is_empty() {
            return Ok(vec![self.find_space(None).await?]);
        }
        let mut spaces = Vec::new();
        for name in names {
            spaces.push(self.find_space(Some(name)).await?);
        }
        Ok(spaces)
    }

    async fn all_tokens(&self) -> Result<Vec<TokenRecord>, Error> {
        self.store.administer(|registry| registry.tokens().map_err(Error::from)).await?
    }
}

/// The one among tokens that a name or an id means.
pub(super) fn pick<'t>(name: &str, tokens: impl Iterator<Item = (TokenId, &'t str)>) -> Result<TokenId, Error> {
    let id = parse_uuid(name).map(TokenId);
    let named: Vec<_> = tokens.filter(|(other, called)| Some(*other) == id || *called == name).collect();
    match named.as_slice() {
        [(one, _)] => Ok(*one),
        [] => Err(nobody(name)),
        _ => Err(Error::new(Code::InvalidInput, format!("Several tokens are called \"{name}\": name one by its id"))),
    }
}

pub(super) fn nobody(name: &str) -> Error {
    Error::new(Code::NotFound, format!("There is no token \"{name}\" in force"))
}

fn summary(token: &TokenRecord) -> TokenSummary {
    TokenSummary {
        id: token.id,
        name: token.name.clone(),
        spaces: token.spaces.clone(),
        scopes: token.scopes.clone(),
        created_at: token.created_at.to_string(),
        expires_at: token.expires_at.map(|time| time.to_string()),
        revoked_at: token.revoked_at.map(|time| time.to_string()),
        concurrency: token.concurrency,
    }
}
