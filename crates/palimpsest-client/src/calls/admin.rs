//! Managing a server: its spaces and tokens, and erasing. Palimpsest only.
//!
//! These calls take no condition and no key, so a write whose answer is lost is not sent again. Who does not know whether one
//! was done looks at the lists.

use palimpsest_model::{ObjectId, SpaceId, TokenId};
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::managed::{NewAccessToken, NewSpace, SpaceSettings, SpaceSettingsOf};
use crate::managed_view::{ErasedView, MadeToken, ManagedSpace, ManagedToken};
use crate::request::Request;

/// Manages one server with a token of its operator, `cap-admin-…`, which `palimpsest admin-token` makes.
#[derive(Clone, Debug)]
pub struct Admin(Client);

const SPACES: &str = "/admin/spaces";
const TOKENS: &str = "/admin/tokens";

impl Admin {
    /// The operator of the server at `base`.
    pub fn new(base: impl Into<String>, token: impl Into<String>) -> Result<Self, Error> {
        Client::new(base, token).map(Self)
    }

    /// The same with a client that was built with a token of the operator.
    #[must_use]
    pub fn with(client: Client) -> Self {
        Self(client)
    }

    /// GET /admin/spaces: the spaces of the server, the oldest first.
    pub fn spaces(&self) -> Call<Vec<ManagedSpace>> {
        Call::reading(&self.0, Request::new(Method::GET, SPACES), results)
    }

    /// POST /admin/spaces: makes a space.
    pub fn create_space(&self, space: &NewSpace) -> Call<ManagedSpace> {
        Call::new(&self.0, Request::new(Method::POST, SPACES).json(space).unkeyed())
    }

    /// PATCH /admin/spaces: changes the title, the time zone or the policy of a space.
    pub fn update_space(&self, id: SpaceId, settings: &SpaceSettings) -> Call<ManagedSpace> {
        Call::new(&self.0, Request::new(Method::PATCH, SPACES).json(&SpaceSettingsOf { id, settings }).unkeyed())
    }

    /// DELETE /admin/spaces: deletes a space with everything in it. It cannot be had back.
    pub fn delete_space(&self, id: SpaceId) -> Call<()> {
        Call::silent(&self.0, Request::new(Method::DELETE, SPACES).query("id", id).unkeyed())
    }

    /// GET /admin/tokens: the tokens of all spaces, the revoked ones too.
    pub fn tokens(&self) -> Call<Vec<ManagedToken>> {
        Call::reading(&self.0, Request::new(Method::GET, TOKENS), results)
    }

    /// The same of those that open a space.
    pub fn tokens_of(&self, space: SpaceId) -> Call<Vec<ManagedToken>> {
        Call::reading(&self.0, Request::new(Method::GET, TOKENS).query("spaceId", space), results)
    }

    /// POST /admin/tokens: makes a token. Its secret is told this once.
    pub fn create_token(&self, token: &NewAccessToken) -> Call<MadeToken> {
        Call::new(&self.0, Request::new(Method::POST, TOKENS).json(token).unkeyed())
    }

    /// DELETE /admin/tokens: revokes a token; it fails from the next request on.
    pub fn revoke_token(&self, id: TokenId) -> Call<()> {
        Call::silent(&self.0, Request::new(Method::DELETE, TOKENS).query("id", id).unkeyed())
    }

    /// POST /admin/erase: takes the content of an object out of everything. It cannot be had back.
    pub fn erase(&self, space: SpaceId, id: ObjectId) -> Call<ErasedView> {
        let body = json!({ "spaceId": space, "id": id });
        Call::new(&self.0, Request::new(Method::POST, "/admin/erase").json(&body).unkeyed())
    }
}

fn results<T: DeserializeOwned>(body: &[u8]) -> Result<Vec<T>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Body<T> {
        results: Vec<T>,
    }
    serde_json::from_slice(body).map(|Body { results }| results)
}
