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
        spaces: &[String],
        name: &str,
        scopes: Vec<Scope>,
        expires_at: Option<Timestamp>,
        concurrency: Policy,
    ) -> Result<TokenMade, Error> {
        let spaces = self.find_spaces(spaces).await?;
        let now = self.clock.now();
        let secret = new_secret(self.ids.random());
        let token = TokenRecord {
            id: TokenId(Fresh::draw(&*self.ids, now).uuid()),
            hash: hash(&secret),
            name: title_of(name)?,
            spaces,
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
        let wanted = |token: &&TokenRecord| space.is_none_or(|space: SpaceId| token.spaces.contains(&space));
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

    /// The spaces of these titles or ids, each once; with one space, that one when none is named.
    async fn find_spaces(&self, names: &[String]) -> Result<Vec<SpaceId>, Error> {
        if names.is_empty() {
            return Ok(vec![self.find_space(None).await?]);
        }
        let mut spaces = Vec::new();
        for name in names {
            let space = self.find_space(Some(name)).await?;
            if !spaces.contains(&space) {
                spaces.push(space);
            }
        }
        Ok(spaces)
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
        spaces: token.spaces.clone(),
        scopes: token.scopes.clone(),
        created_at: token.created_at.to_string(),
        expires_at: token.expires_at.map(|time| time.to_string()),
        revoked_at: token.revoked_at.map(|time| time.to_string()),
        concurrency: token.concurrency,
    }
}
