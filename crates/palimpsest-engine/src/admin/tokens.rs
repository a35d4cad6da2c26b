//! Tokens: create, list, revoke. A revoked token stays in the list; it fails from the next request on.

use palimpsest_model::{SpaceId, Timestamp, TokenId, parse_uuid};
use palimpsest_store::{Policy, Scope, TokenRecord};

use super::spaces::title_of;
use super::{TokenMade, TokenSummary};
use crate::engine::Engine;
use crate::error::{Code, Error};
use crate::secret::{hash, new_secret};
use crate::world::Fresh;

impl Engine {
    pub(super) async fn create_token(
        &self,
        space: Option<&str>,
        name: &str,
        scopes: Vec<Scope>,
        expires_at: Option<Timestamp>,
        concurrency: Policy,
    ) -> Result<TokenMade, Error> {
        let space = self.find_space(space).await?;
        let now = self.clock.now();
        let secret = new_secret(self.ids.random());
        let token = TokenRecord {
            id: TokenId(Fresh::draw(&*self.ids, now).uuid()),
            hash: hash(&secret),
            name: title_of(name)?,
            space,
            scopes,
            created_at: now,
            expires_at,
            revoked_at: None,
            concurrency,
        };
        let id = token.id;
        self.store.administer(move |registry| registry.put_token(&token).map_err(Error::from)).await??;
        Ok(TokenMade { id, token: secret })
    }

    pub(super) async fn list_tokens(&self, space: Option<&str>) -> Result<Vec<TokenSummary>, Error> {
        let space = match space {
            Some(name) => Some(self.find_space(Some(name)).await?),
            None => None,
        };
        let tokens = self.tokens().await?;
        let wanted = |token: &&TokenRecord| space.is_none_or(|space: SpaceId| token.space == space);
        Ok(tokens.iter().filter(wanted).map(summary).collect())
    }

    pub(super) async fn revoke_token(&self, name: &str) -> Result<TokenSummary, Error> {
        let id = parse_uuid(name).map(TokenId);
        let tokens = self.tokens().await?;
        let named: Vec<_> = tokens
            .into_iter()
            .filter(|token| token.revoked_at.is_none() && (Some(token.id) == id || token.name == name))
            .collect();
        let [token] = named.as_slice() else {
            let (code, problem) = match named.len() {
                0 => (Code::NotFound, format!("There is no token \"{name}\" in force")),
                _ => (Code::InvalidInput, format!("Several tokens are called \"{name}\": name one by its id")),
            };
            return Err(Error::new(code, problem));
        };
        let revoked = TokenRecord { revoked_at: Some(self.clock.now()), ..token.clone() };
        let answer = summary(&revoked);
        self.store.administer(move |registry| registry.put_token(&revoked).map_err(Error::from)).await??;
        Ok(answer)
    }

    /// Whether any token was ever made.
    pub async fn has_tokens(&self) -> Result<bool, Error> {
        Ok(!self.tokens().await?.is_empty())
    }

    async fn tokens(&self) -> Result<Vec<TokenRecord>, Error> {
        self.store.administer(|registry| registry.tokens().map_err(Error::from)).await?
    }
}

fn summary(token: &TokenRecord) -> TokenSummary {
    TokenSummary {
        id: token.id,
        name: token.name.clone(),
        space: token.space,
        scopes: token.scopes.clone(),
        created_at: token.created_at.to_string(),
        expires_at: token.expires_at.map(|time| time.to_string()),
        revoked_at: token.revoked_at.map(|time| time.to_string()),
        concurrency: token.concurrency,
    }
}
