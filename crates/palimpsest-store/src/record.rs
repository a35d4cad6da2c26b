//! What is kept: documents with the deltas to their earlier versions, log entries, tokens.

use std::sync::Arc;

use palimpsest_model::{CollectionId, LogId, ObjectId, Revision, SpaceId, State, StructureId, Timestamp, TokenId};
use serde::{Deserialize, Serialize};

/// Names a document within a space.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum DocKey {
    /// The space itself.
    Space,
    /// A structure.
    Structure(StructureId),
    /// A collection.
    Collection(CollectionId),
    /// An object.
    Object(ObjectId),
}

/// The current version of something that has versions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doc {
    /// Which.
    pub key: DocKey,
    /// The revision that made it.
    pub created: Revision,
    /// The revision that last changed it.
    pub revision: Revision,
    /// When that was committed.
    pub at: Timestamp,
    /// Whether it can be seen.
    pub state: State,
    /// Its serialised form.
    pub body: Arc<[u8]>,
    /// Whether the operator erased it: no version of it has content any more.
    pub erased: bool,
}

/// How to go back from one version of a document to the one before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// Which document.
    pub key: DocKey,
    /// The revision that made this version.
    pub revision: Revision,
    /// The revision and state of the version before; nothing when this is the first.
    pub previous: Option<(Revision, State)>,
    /// What turns the body of this version into that of the one before; empty for the first.
    pub delta: Vec<u8>,
}

/// A version without its way back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// The revision that made this version.
    pub revision: Revision,
    /// The revision and state of the version before; nothing when this is the first.
    pub previous: Option<(Revision, State)>,
}

/// A list that objects are members of. Only objects that can be seen are, but for the trash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum List {
    /// Every object.
    All,
    /// The objects of a structure.
    Structure(StructureId),
    /// The objects in a collection.
    Collection(CollectionId),
    /// The objects whose property `tags` names a tag.
    Tag(ObjectId),
    /// The objects in the trash.
    Trash,
}

/// A place in a list: lists are ordered by the revision that made an object, then by its id, which never change.
pub type Place = (Revision, ObjectId);

/// What one commit does to the lists that one object is in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Membership {
    /// Where the object stands in every list.
    pub place: Place,
    /// The lists it leaves.
    pub left: Vec<List>,
    /// The lists it enters.
    pub entered: Vec<List>,
}

/// Where a space stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SpaceRow {
    /// Which space.
    pub id: SpaceId,
    /// The life of its log.
    pub log: LogId,
    /// Its last revision.
    pub revision: Revision,
    /// The last revision that changed the space, a structure or a collection.
    pub schema: Revision,
    /// When the last revision was committed.
    pub at: Timestamp,
    /// The horizon: the oldest revision at which the space can still be read.
    pub oldest: Revision,
    /// What it asks of those who change something that exists. No part of the log.
    pub policy: Policy,
}

/// What a space or a token asks of a write to something that exists. Of two policies the stricter holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Policy {
    /// Nothing: the last write wins.
    #[default]
    LastWriteWins,
    /// To name the version that it changes.
    RequireCondition,
}

impl Policy {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::LastWriteWins, Self::RequireCondition];

    /// Its name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LastWriteWins => "lastWriteWins",
            Self::RequireCondition => "requireCondition",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Who wrote: a token with its name as of the write, or the operator.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Actor {
    /// The token; nothing for the operator.
    pub id: Option<TokenId>,
    /// Its name.
    pub name: String,
}

impl Actor {
    /// Whoever runs the server: command line, administration, the creation of a space.
    #[must_use]
    pub fn operator() -> Self {
        Self { id: None, name: "operator".to_owned() }
    }
}

/// Whose commit it is and when it was asked for. Drawn before, so that the closure can be run again.
#[derive(Clone, Debug)]
pub struct Intent {
    /// The space.
    pub space: SpaceId,
    /// Who asks.
    pub actor: Actor,
    /// The clock's time; the entry takes it unless the one before is later.
    pub at: Timestamp,
    /// Set when the commit begins the space: the id of its log.
    pub begins: Option<LogId>,
}

/// One commit, as everything that reads the log sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogEntry {
    /// Its number.
    pub revision: Revision,
    /// When it was committed: never before the entry before.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// The objects it touched.
    pub objects: Vec<ObjectChange>,
    /// What it changed of the space, its structures and collections.
    pub schema: Vec<SchemaChange>,
}

/// What one commit did to one object.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ObjectChange {
    /// Which object.
    pub id: ObjectId,
    /// What it is.
    pub structure: StructureId,
    /// What happened to it.
    pub kind: ChangeKind,
    /// The paths that changed, sorted; none for a creation, where everything is new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
}

/// What one commit did to one object, with when and by whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    /// The revision it took.
    pub revision: Revision,
    /// When it was committed.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What it did.
    pub change: ObjectChange,
}

/// When and by whom something was committed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The revision it took.
    pub revision: Revision,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
}

/// What happens to objects.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words of the history")]
pub enum ChangeKind {
    Created,
    Updated,
    Trashed,
    Restored,
    Deleted,
    Reverted,
    Merged,
}

impl ChangeKind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Created, Self::Updated, Self::Trashed, Self::Restored, Self::Deleted, Self::Reverted, Self::Merged];

    /// The word of the history.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Trashed => "trashed",
            Self::Restored => "restored",
            Self::Deleted => "deleted",
            Self::Reverted => "reverted",
            Self::Merged => "merged",
        }
    }
}

/// What one commit did to a part of the schema.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SchemaChange {
    /// Which kind of part.
    pub kind: SchemaKind,
    /// Its id. Properties follow the structure that they belong to.
    pub id: String,
    /// What happened to it: created, updated or deleted.
    pub change: ChangeKind,
}

/// The parts of a schema.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words of the feed")]
pub enum SchemaKind {
    Space,
    Structure,
    Property,
    Collection,
}

/// SHA-256 of a token's secret; the secret itself is stored nowhere.
pub type TokenHash = [u8; 32];

/// What a token may do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Scope {
    /// Read the space.
    #[serde(rename = "api:read")]
    Read,
    /// Write to it.
    #[serde(rename = "api:write")]
    Write,
}

impl Scope {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Read, Self::Write];

    /// Its name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "api:read",
            Self::Write => "api:write",
        }
    }
}

/// An access token. Tokens are not in the log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenRecord {
    /// Its name for machines.
    pub id: TokenId,
    /// The hash of its secret.
    pub hash: TokenHash,
    /// Its name for people.
    pub name: String,
    /// The spaces it opens: at least one, each once.
    pub spaces: Vec<SpaceId>,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// What it is held to when it changes something that exists.
    #[serde(default, skip_serializing_if = "Policy::is_default")]
    pub concurrency: Policy,
    /// Whether it is for the retired beta API only, and stays so: it opens several spaces, or did once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beta_only: bool,
}

/// A token of the operator, which opens no space. Such tokens are not in a log either.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdminToken {
    /// Its name for machines.
    pub id: TokenId,
    /// The hash of its secret.
    pub hash: TokenHash,
    /// Its name for people.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}
