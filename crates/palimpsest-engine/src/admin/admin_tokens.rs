//! Tokens of the operator, for managing over a connection: make, list, revoke. Only the command line can.

use palimpsest_model::{Timestamp, TokenId};
use palimpsest_store::{AdminToken, Registry};

use super::spaces::title_of;
use super::tokens::{nobody, pick};
use super::{AdminTokenSummary, TokenMade};
use crate::engine::Engine;
use crate::error::Error;
use crate::secret::{ADMIN_PREFIX, hash, new_secret};
use crate::world::Fresh;

impl Engine {
    pub(super) async fn make_admin_token(&self, name: &str, expires_at: Option<Timestamp>) -> Result<TokenMade, Error> {
        let now = self.clock.now();
        let secret = new_secret(ADMIN_PREFIX, self.ids.random());
        let token = AdminToken {
            id: TokenId(Fresh::draw(&*self.ids, now).uuid()),
            hash: hash(&secret),
            name: title_of(name)?,
            created_at: now,
            expires_at,
            revoked_at: None,
        };
        let id = token.id;
        self.store.administer(move |registry| registry.put_admin_token(&token).map_err(Error::from)).await??;
        Ok(TokenMade { id, token: secret })
    }

    pub(super) async fn admin_tokens(&self) -> Result<Vec<AdminTokenSummary>, Error> {
        let tokens = self.store.administer(|registry| registry.admin_tokens().map_err(Error::from)).await??;
        Ok(tokens.iter().map(summary).collect())
    }

    pub(super) async fn revoke_admin_token(&self, name: &str) -> Result<AdminTokenSummary, Error> {
        let (now, name) = (self.clock.now(), name.to_owned());
        let revoke = move |registry: &mut Registry<'_>| {
            let tokens = registry.admin_tokens()?;
            let in_force = tokens.iter().filter(|token| token.revoked_at.is_none());
            let id = pick(&name, in_force.map(|token| (token.id, token.name.as_str())))?;
            let token = tokens.iter().find(|token| token.id == id).ok_or_else(|| nobody(&name))?;
            let revoked = AdminToken { revoked_at: Some(now), ..token.clone() };
            registry.put_admin_token(&revoked)?;
            Ok::<_, Error>(summary(&revoked))
        };
        self.store.administer(revoke).await?
    }
}

fn summary(token: &AdminToken) -> AdminTokenSummary {
    AdminTokenSummary {
        id: token.id,
        name: token.name.clone(),
        created_at: token.created_at.to_string(),
        expires_at: token.expires_at.map(|time| time.to_string()),
        revoked_at: token.revoked_at.map(|time| time.to_string()),
    }
}
