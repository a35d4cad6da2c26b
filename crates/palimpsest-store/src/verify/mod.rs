//! Whether everything that is stored agrees: the log with the documents, the documents with their versions, the views with the
//! documents. Nothing is changed. What is wrong is told one by one, and the search goes on.

mod docs;
mod log;
mod naming;
mod views;

use std::collections::BTreeMap;

use palimpsest_model::{FileHash, ObjectId, Revision, SpaceId};

use crate::error::StoreError;
use crate::record::{Doc, DocKey, List, Place, SpaceRow};
use crate::rows::RegistryRows;
use crate::title::{Term, Titled};

/// So many rows are read at a time.
const AT_ONCE: usize = 500;
/// So many findings are told one by one.
const TOLD: usize = 1_000;

/// Rows as only a search for damage looks at them: all of a kind, whatever they belong to. Each page continues after the last
/// row of the one before, in an order of the backend's own.
pub trait AuditRows: RegistryRows {
    /// Documents of a space.
    fn all_docs(&mut self, space: SpaceId, after: Option<DocKey>, limit: usize) -> Result<Vec<Doc>, StoreError>;

    /// Members of its lists.
    fn all_members(
        &mut self,
        space: SpaceId,
        after: Option<(List, Place)>,
        limit: usize,
    ) -> Result<Vec<(List, Place)>, StoreError>;

    /// What of it is in the index of titles.
    fn all_titled(&mut self, space: SpaceId, after: Option<ObjectId>, limit: usize) -> Result<Vec<Titled>, StoreError>;

    /// Its terms.
    fn all_terms(
        &mut self,
        space: SpaceId,
        after: Option<&(Term, ObjectId)>,
        limit: usize,
    ) -> Result<Vec<(Term, ObjectId)>, StoreError>;

    /// What is wrong that only the backend can see: rows that belong to nothing, bytes that are no text.
    fn strays(&mut self) -> Result<Vec<String>, StoreError>;
}

/// What a search for damage found.
#[derive(Clone, Default, Debug)]
pub struct Verified {
    /// How many spaces were looked at.
    pub spaces: usize,
    /// How many log entries.
    pub entries: usize,
    /// How many documents.
    pub docs: usize,
    /// How many versions of them were rebuilt.
    pub versions: usize,
    /// The content that objects name, now or in a version that can be read: how many bytes it has, and one of them.
    pub files: BTreeMap<FileHash, (u64, SpaceId, ObjectId)>,
    /// What is wrong.
    pub findings: Vec<String>,
    /// How much more is.
    pub more: usize,
}

impl Verified {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// Notes something that is wrong.
    pub fn find(&mut self, what: String) {
        if self.findings.len() < TOLD {
            self.findings.push(what);
        } else {
            self.more += 1;
        }
    }

    /// Notes an error as a finding; the value otherwise.
    fn note<T>(&mut self, of: &str, result: Result<T, StoreError>) -> Option<T> {
        result.map_err(|error| self.find(format!("{of}: {error}"))).ok()
    }
}

/// Looks at everything.
pub fn verify(rows: &mut dyn AuditRows) -> Verified {
    let mut verified = Verified::default();
    let strays = rows.strays();
    for stray in verified.note("rows", strays).unwrap_or_default() {
        verified.find(stray);
    }
    registry(rows, &mut verified);
    let spaces = rows.spaces();
    for row in verified.note("spaces", spaces).unwrap_or_default() {
        verified.spaces += 1;
        let mut space = Space { rows, row, verified: &mut verified };
        space.check_log();
        space.check_docs();
        space.check_views();
    }
    verified
}

/// What belongs to no log.
fn registry(rows: &mut dyn AuditRows, verified: &mut Verified) {
    let spaces = rows.spaces().unwrap_or_default();
    let tokens = rows.tokens();
    for token in verified.note("tokens", tokens).unwrap_or_default() {
        let is_there = |id: &SpaceId| spaces.iter().any(|space| space.id == *id);
        if token.spaces.is_empty() || !token.spaces.iter().all(is_there) {
            verified.find(format!("token {}: it opens a space that is not there, or none", token.id));
        }
    }
    let tokens = rows.admin_tokens();
    verified.note("tokens of the operator", tokens);
    let uploads = rows.uploads();
    verified.note("uploads", uploads);
    let secret = rows.server_secret();
    verified.note("secret", secret);
    let webhooks = rows.webhooks();
    for webhook in verified.note("webhooks", webhooks).unwrap_or_default() {
        let deliveries = rows.deliveries(webhook.id, usize::MAX);
        verified.note(&format!("deliveries of webhook {}", webhook.id), deliveries);
    }
}

/// One space.
struct Space<'a> {
    rows: &'a mut dyn AuditRows,
    row: SpaceRow,
    verified: &'a mut Verified,
}

impl Space<'_> {
    fn find(&mut self, what: impl std::fmt::Display) {
        self.verified.find(format!("space {}: {what}", self.row.id));
    }

    /// Calls `look` with every document.
    fn each_doc(&mut self, mut look: impl FnMut(&mut Self, Doc)) {
        let mut after = None;
        loop {
            let docs = self.rows.all_docs(self.row.id, after, AT_ONCE);
            let docs = self.verified.note(&format!("space {}: documents", self.row.id), docs).unwrap_or_default();
            let Some(last) = docs.last() else { return };
            after = Some(last.key);
            docs.into_iter().for_each(|doc| look(self, doc));
        }
    }
}

/// A document by the word of its kind and its id.
fn name(key: DocKey) -> String {
    match key {
        DocKey::Space => "the space".to_owned(),
        DocKey::Structure(id) => format!("structure {id}"),
        DocKey::Collection(id) => format!("collection {id}"),
        DocKey::Object(id) => format!("object {id}"),
    }
}

/// The place right before one, in every list.
fn before((created, id): Place) -> Place {
    match id.0.as_u128().checked_sub(1) {
        Some(number) => (created, ObjectId(uuid::Uuid::from_u128(number))),
        None => (Revision(created.0.saturating_sub(1)), ObjectId(uuid::Uuid::max())),
    }
}
