//! What the operator may do: spaces, tokens, structures, collections, erasing. The command line calls it in its own process or through
//! the control socket of a running server, so commands and replies are plain data.

mod erase;
mod schema;
mod spaces;
mod tokens;

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
            Command::SpaceCreate { title } => Reply::Space(self.create_space(&title).await?),
            Command::SpaceList => Reply::Spaces(self.list_spaces().await?),
            Command::SpaceRename { space, title } => Reply::Space(self.rename_space(&space, &title).await?),
            Command::SpaceTimezone { space, zone } => Reply::Space(self.set_timezone(&space, &zone).await?),
            Command::SpaceDelete { space } => Reply::Space(self.delete_space(&space).await?),
            Command::SpacePolicy { space, concurrency } => Reply::Space(self.set_policy(&space, concurrency).await?),
            Command::TokenCreate { spaces, name, scopes, expires_at, concurrency } => {
                let made = self.create_token(&spaces, &name, scopes, expires_at, concurrency).await?;
                Reply::TokenMade(made)
            }
            Command::TokenList { space } => Reply::Tokens(self.list_tokens(space.as_deref()).await?),
            Command::TokenRevoke { token } => Reply::Token(self.revoke_token(&token).await?),
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
}
