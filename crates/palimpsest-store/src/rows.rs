//! What a backend does: move rows.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use palimpsest_model::{
    BlockId, FileHash, ObjectId, Revision, Schema, SpaceId, StructureId, Timestamp, TokenId, WebhookId,
};

use crate::answer::{AnswerChange, StoredAnswer};
use crate::error::StoreError;
use crate::record::{
    AdminToken, Doc, DocKey, List, LogEntry, Membership, Origin, Place, Policy, SpaceRow, Step, TokenRecord, Version,
};
use crate::stored::StoredObject;
use crate::title::{Term, TermRange, TitleChanges, Titled};
use crate::upload::Upload;
use crate::webhook::{Delivery, Webhook};

/// The rows of one consistent view: that of a snapshot, or that of a running group of commits with what it wrote so far. A space
/// that begins with the running commit has no documents, blocks and terms before it.
pub trait Rows {
    /// Where a space stands; nothing when there is no such space.
    fn space(&mut self, space: SpaceId) -> Result<Option<SpaceRow>, StoreError>;

    /// A document in any state.
    fn doc(&mut self, space: SpaceId, key: DocKey) -> Result<Option<Doc>, StoreError>;

    /// An object in any state, read. Who keeps what was read must not give it again after the group that wrote it was lost.
    fn object(&mut self, space: SpaceId, id: ObjectId) -> Result<Option<StoredObject>, StoreError> {
        self.doc(space, DocKey::Object(id))?.map(StoredObject::read).transpose()
    }

    /// The space, its structures and its collections, in the order they were made.
    fn schema_docs(&mut self, space: SpaceId) -> Result<Vec<Doc>, StoreError>;

    /// The versions of a document that revisions of a range made, newest first, at most `limit`.
    fn versions(
        &mut self,
        space: SpaceId,
        key: DocKey,
        made: RangeInclusive<Revision>,
        limit: usize,
    ) -> Result<Vec<Version>, StoreError>;

    /// The same without the ways back, which can be large.
    fn steps(
        &mut self,
        space: SpaceId,
        key: DocKey,
        made: RangeInclusive<Revision>,
        limit: usize,
    ) -> Result<Vec<Step>, StoreError>;

    /// When and by whom a version was committed that compaction made the first one of its document; nothing for every other.
    fn made(&mut self, space: SpaceId, key: DocKey, revision: Revision) -> Result<Option<Origin>, StoreError>;

    /// The members of a list after a place, in its order, at most `limit`.
    fn members(
        &mut self,
        space: SpaceId,
        list: List,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Place>, StoreError>;

    /// The last revision that changed a list or one of its members; nothing when it never had any.
    fn list_changed(&mut self, space: SpaceId, list: List) -> Result<Option<Revision>, StoreError>;

    /// The object that a block id belongs to: once used, for ever.
    fn block_owner(&mut self, space: SpaceId, block: BlockId) -> Result<Option<ObjectId>, StoreError>;

    /// What an object is called; nothing when it is not in the index of titles.
    fn titled(&mut self, space: SpaceId, object: ObjectId) -> Result<Option<Titled>, StoreError>;

    /// The structures whose objects are in the index of titles, in no order.
    fn titled_structures(&mut self, space: SpaceId) -> Result<Vec<StructureId>, StoreError>;

    /// What the objects of a structure are called, the last named first, then by id, at most `limit`, after a place in this
    /// order.
    fn recent(
        &mut self,
        space: SpaceId,
        structure: StructureId,
        after: Option<(Revision, ObjectId)>,
        limit: usize,
    ) -> Result<Vec<Titled>, StoreError>;

    /// Terms of a range with the objects they lead to, in the order of the terms, then of the ids, at most `limit`, after a
    /// place in this order.
    fn terms(
        &mut self,
        space: SpaceId,
        range: &TermRange,
        after: Option<&(Term, ObjectId)>,
        limit: usize,
    ) -> Result<Vec<(Term, ObjectId)>, StoreError>;

    /// Log entries after a revision, oldest first, at most `limit`.
    fn entries(&mut self, space: SpaceId, after: Revision, limit: usize) -> Result<Vec<LogEntry>, StoreError>;

    /// The answer that is stored for a key of a token, whatever space it wrote to.
    fn answer(&mut self, token: TokenId, key: &str) -> Result<Option<StoredAnswer>, StoreError>;

    /// Keys of answers stored in a space before a time, the oldest first, at most `limit`.
    fn answers_before(
        &mut self,
        space: SpaceId,
        at: Timestamp,
        limit: usize,
    ) -> Result<Vec<(TokenId, String)>, StoreError>;
}

/// The rows that belong to no space's log, and the changes that take no revision of one.
pub trait RegistryRows: Rows {
    /// Every space.
    fn spaces(&mut self) -> Result<Vec<SpaceRow>, StoreError>;

    /// Every token, the revoked ones too.
    fn tokens(&mut self) -> Result<Vec<TokenRecord>, StoreError>;

    /// Gives a space its policy.
    fn put_policy(&mut self, space: SpaceId, policy: Policy) -> Result<(), StoreError>;

    /// Adds a token or replaces the one of its id.
    fn put_token(&mut self, token: &TokenRecord) -> Result<(), StoreError>;

    /// Every token of the operator, the revoked ones too.
    fn admin_tokens(&mut self) -> Result<Vec<AdminToken>, StoreError>;

    /// Adds a token of the operator or replaces the one of its id.
    fn put_admin_token(&mut self, token: &AdminToken) -> Result<(), StoreError>;

    /// Every webhook, in the order of their ids.
    fn webhooks(&mut self) -> Result<Vec<Webhook>, StoreError>;

    /// A webhook.
    fn webhook(&mut self, id: WebhookId) -> Result<Option<Webhook>, StoreError>;

    /// Adds a webhook or replaces the one of its id.
    fn put_webhook(&mut self, webhook: &Webhook) -> Result<(), StoreError>;

    /// Removes a webhook with what became of its deliveries.
    fn remove_webhook(&mut self, id: WebhookId) -> Result<(), StoreError>;

    /// What became of the deliveries of a webhook, the last first, at most `limit`.
    fn deliveries(&mut self, id: WebhookId, limit: usize) -> Result<Vec<Delivery>, StoreError>;

    /// Adds what became of a delivery of a webhook, and removes all but the last `keep`.
    fn put_delivery(&mut self, id: WebhookId, delivery: &Delivery, keep: usize) -> Result<(), StoreError>;

    /// Every upload, in the order of their ids.
    fn uploads(&mut self) -> Result<Vec<Upload>, StoreError>;

    /// An upload.
    fn upload(&mut self, id: ObjectId) -> Result<Option<Upload>, StoreError>;

    /// Adds an upload or replaces the one of its id.
    fn put_upload(&mut self, upload: &Upload) -> Result<(), StoreError>;

    /// Removes an upload.
    fn remove_upload(&mut self, id: ObjectId) -> Result<(), StoreError>;

    /// Which of these some object names.
    fn named_files(&mut self, hashes: &[FileHash]) -> Result<BTreeSet<FileHash>, StoreError>;

    /// Removes the names of the files of an object.
    fn forget_files(&mut self, space: SpaceId, object: ObjectId) -> Result<(), StoreError>;

    /// The secret of this server, if it has one.
    fn server_secret(&mut self) -> Result<Option<[u8; 32]>, StoreError>;

    /// Keeps the secret of this server, which has none.
    fn put_server_secret(&mut self, secret: [u8; 32]) -> Result<(), StoreError>;

    /// Removes a token with its stored answers, its webhooks and its uploads.
    fn remove_token(&mut self, token: TokenId) -> Result<(), StoreError>;

    /// Removes a space with its log, its documents, the names of its files, its webhooks, its uploads and its stored answers;
    /// tokens that name it are the registry's.
    fn remove_space(&mut self, space: SpaceId) -> Result<(), StoreError>;

    /// Moves the horizon of a space.
    fn set_oldest(&mut self, space: SpaceId, oldest: Revision) -> Result<(), StoreError>;

    /// Makes the version of an entry the first one of its document: removes the versions before it and its way back, and keeps
    /// when and by whom it was committed.
    fn forget_before(&mut self, space: SpaceId, key: DocKey, entry: &LogEntry) -> Result<(), StoreError>;

    /// Removes a log entry.
    fn remove_entry(&mut self, space: SpaceId, revision: Revision) -> Result<(), StoreError>;

    /// Replaces what a log entry says of objects.
    fn replace_changes(&mut self, space: SpaceId, entry: &LogEntry) -> Result<(), StoreError>;

    /// Replaces the body of a document as if it had always been so.
    fn replace_body(&mut self, space: SpaceId, key: DocKey, body: &[u8]) -> Result<(), StoreError>;

    /// Notes that an object is erased and replaces the ways back from all its versions but the first. Nothing of what they
    /// replace may be left in any file when this is committed and answered.
    fn erase(&mut self, space: SpaceId, object: ObjectId, way_back: &[u8]) -> Result<(), StoreError>;

    /// Removes stored answers that were given before a time, whatever space they are of, at most `limit`; how many.
    fn expire_answers(&mut self, before: Timestamp, limit: usize) -> Result<usize, StoreError>;
}

/// Everything one commit writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
    /// Where the space stands afterwards.
    pub space: SpaceRow,
    /// The policy of the space afterwards, when this commit changed it.
    pub policy: Option<Policy>,
    /// The schema afterwards, when this commit changed it.
    pub schema: Option<Arc<Schema>>,
    /// Whether the space begins with this commit.
    pub begins: bool,
    /// The log entry; nothing when all that is written is an answer or a policy, which take no revision.
    pub entry: Option<LogEntry>,
    /// The new current versions.
    pub docs: Vec<Doc>,
    /// The objects among them, as they would be read.
    pub stored: Vec<StoredObject>,
    /// The ways back from them.
    pub versions: Vec<Version>,
    /// What changes in the lists.
    pub memberships: Vec<Membership>,
    /// The lists that the changed objects were in or are in.
    pub lists: Vec<List>,
    /// What changes in the index of titles.
    pub titles: TitleChanges,
    /// The block ids that now belong to an object.
    pub blocks: Vec<(BlockId, ObjectId)>,
    /// The content that objects name from now on, some of it as before.
    pub files: Vec<(ObjectId, FileHash)>,
    /// What changes in the stored answers.
    pub answers: Option<AnswerChange>,
}

impl Batch {
    /// Whether the commit took a revision.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.entry.is_some()
    }
}
