//! What the operator may do: spaces, tokens, structures, collections, erasing. The command line calls it in its own process or through
//! the control socket of a running server, so commands and replies are plain data. Calls with a token of the operator name
//! things by their ids and use the same functions.

mod admin_tokens;
mod erase;
mod schema;
mod spaces;
mod tokens;

pub use spaces::{NewSpace, SpaceChanges};
pub use tokens::NewToken;

use palimpsest_model::{CollectionId, ObjectId, SpaceId, StructureId, Timestamp, TokenId};
use palimpsest_store::{Policy, Scope};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::Engine;
use crate::error::Error;

/// Something the operator asks for. `space` is a title or an id; with one space it may be left out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Command {
    SpaceCreate {
        title: String,
    },
    SpaceList,
    SpaceRename {
        space: String,
        title: String,
    },
    SpaceDelete {
        space: String,
    },
    SpaceTimezone {
        space: String,
        zone: String,
    },
    SpacePolicy {
        space: String,
        concurrency: Policy,
    },
    TokenCreate {
        /// Several make a token for the retired beta API only; none is the only space there is.
        spaces: Vec<String>,
        name: String,
        scopes: Vec<Scope>,
        expires_at: Option<Timestamp>,
        concurrency: Policy,
    },
    TokenList {
        space: Option<String>,
    },
    TokenRevoke {
        token: String,
    },
    AdminTokenCreate {
        name: String,
        expires_at: Option<Timestamp>,
    },
    AdminTokenList,
    AdminTokenRevoke {
        token: String,
    },
    StructureCreate {
        space: Option<String>,
        definition: Value,
    },
    StructureList {
        space: Option<String>,
    },
    CollectionCreate {
        space: Option<String>,
        structure: String,
        title: String,
    },
    CollectionList {
        space: Option<String>,
    },
    Erase {
        space: Option<String>,
        id: String,
    },
}

/// What the operator is answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "reply", content = "value", rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Reply {
    Space(SpaceSummary),
    Spaces(Vec<SpaceSummary>),
    TokenMade(TokenMade),
    Token(TokenSummary),
    Tokens(Vec<TokenSummary>),
    AdminToken(AdminTokenSummary),
    AdminTokens(Vec<AdminTokenSummary>),
    Structure(StructureSummary),
    Structures(Vec<StructureSummary>),
    Collection(CollectionSummary),
    Collections(Vec<CollectionSummary>),
    Erased(Erased),
}

/// A space, as the operator sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SpaceSummary {
    pub id: SpaceId,
    pub title: String,
    pub timezone: String,
    pub concurrency: Policy,
    pub revision: u64,
}

/// A new token with its secret, which is shown once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct TokenMade {
    pub id: TokenId,
    pub token: String,
}

/// A token without its secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct TokenSummary {
    pub id: TokenId,
    pub name: String,
    pub spaces: Vec<SpaceId>,
    pub scopes: Vec<Scope>,
    pub created_at: String,
    pub expires_at: Option<String>,
    pub revoked_at: Option<String>,
    pub concurrency: Policy,
}

/// A token of the operator without its secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct AdminTokenSummary {
    pub id: TokenId,
    pub name: String,
    pub created_at: String,
    pub expires_at: Option<String>,
    pub revoked_at: Option<String>,
}

/// A structure by name.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct StructureSummary {
    pub id: StructureId,
    pub title: String,
}

/// A collection by name.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct CollectionSummary {
    pub id: CollectionId,
    pub title: String,
    pub structure: StructureId,
}

/// An object that was erased, and the head of its space when it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Erased {
    pub id: ObjectId,
    pub space: SpaceId,
    pub revision: u64,
}

impl Engine {
    /// Does what the operator asks. It is durable, and in force, when this returns.
    pub async fn administer(&self, command: Command) -> Result<Reply, Error> {
        Ok(match command {
            Command::SpaceCreate { title } => {
                let new = NewSpace { id: None, title, timezone: None, concurrency: Policy::default() };
                Reply::Space(self.make_space(new).await?)
            }
            Command::SpaceList => Reply::Spaces(self.spaces().await?),
            Command::SpaceRename { space, title } => {
                let changes = SpaceChanges { title: Some(title), ..SpaceChanges::default() };
                Reply::Space(self.change_named(&space, changes).await?)
            }
            Command::SpaceTimezone { space, zone } => {
                let changes = SpaceChanges { timezone: Some(Self::zone_of(&zone)?), ..SpaceChanges::default() };
                Reply::Space(self.change_named(&space, changes).await?)
            }
            Command::SpacePolicy { space, concurrency } => {
                let changes = SpaceChanges { concurrency: Some(concurrency), ..SpaceChanges::default() };
                Reply::Space(self.change_named(&space, changes).await?)
            }
            Command::SpaceDelete { space } => {
                Reply::Space(self.remove_space(self.find_space(Some(&space)).await?).await?)
            }
            Command::TokenCreate { spaces, name, scopes, expires_at, concurrency } => {
                let spaces = self.find_spaces(&spaces).await?;
                let new = NewToken { spaces, name, scopes, expires_at, concurrency };
                Reply::TokenMade(self.make_token(new).await?)
            }
            Command::TokenList { space } => {
                let space = match space {
                    Some(name) => Some(self.find_space(Some(&name)).await?),
                    None => None,
                };
                Reply::Tokens(self.tokens(space).await?)
            }
            Command::TokenRevoke { token } => Reply::Token(self.revoke_token(self.find_token(&token).await?).await?),
            Command::AdminTokenCreate { name, expires_at } => {
                Reply::TokenMade(self.make_admin_token(&name, expires_at).await?)
            }
            Command::AdminTokenList => Reply::AdminTokens(self.admin_tokens().await?),
            Command::AdminTokenRevoke { token } => Reply::AdminToken(self.revoke_admin_token(&token).await?),
            Command::StructureCreate { space, definition } => {
                Reply::Structure(self.create_structure(space.as_deref(), definition).await?)
            }
            Command::StructureList { space } => Reply::Structures(self.list_structures(space.as_deref()).await?),
            Command::CollectionCreate { space, structure, title } => {
                Reply::Collection(self.create_collection(space.as_deref(), &structure, &title).await?)
            }
            Command::Erase { space, id } => Reply::Erased(self.erase(space.as_deref(), &id).await?),
            Command::CollectionList { space } => Reply::Collections(self.list_collections(space.as_deref()).await?),
        })
    }
    async fn change_named(&self, space: &str, changes: SpaceChanges) -> Result<SpaceSummary, Error> {
        self.change_space(self.find_space(Some(space)).await?, changes).await
    }
}
