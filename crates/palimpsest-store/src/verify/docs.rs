//! Documents: each can be read, every version of it up to the horizon can be rebuilt and is in the log, and its blocks and files
//! are noted as its own.

use palimpsest_model::{Collection, Object, Revision, Space as SpaceItself, Structure};
use serde::de::DeserializeOwned;

use super::{AT_ONCE, Space, name};
use crate::delta::apply_delta;
use crate::error::StoreError;
use crate::record::{Doc, DocKey, Version};
use crate::schema::parse;
use crate::stored::read_whole_object;

impl Space<'_> {
    pub(super) fn check_docs(&mut self) {
        let mut schema = Revision::default();
        let mut has_space = false;
        self.each_doc(|space, doc| {
            space.verified.docs += 1;
            has_space |= doc.key == DocKey::Space;
            if !matches!(doc.key, DocKey::Object(_)) {
                schema = schema.max(doc.revision);
            }
            space.check_doc(&doc);
        });
        if !has_space {
            self.find("it has no document of itself");
        }
        if schema != self.row.schema {
            self.find(format!("its schema last changed at {schema}, not at {}", self.row.schema));
        }
    }

    fn check_doc(&mut self, doc: &Doc) {
        let what = name(doc.key);
        if doc.revision > self.row.revision || doc.created > doc.revision {
            let (revision, created) = (doc.revision, doc.created);
            return self.find(format!("{what} was made at {created} and changed at {revision}, which cannot be"));
        }
        self.check_body(doc, doc.revision);
        let mut naming = self.naming(doc);
        let mut at = doc.clone();
        loop {
            let versions = self.rows.versions(self.row.id, at.key, Revision::default()..=at.revision, AT_ONCE);
            let said = format!("space {}: {what}", self.row.id);
            let Some(versions) = self.verified.note(&said, versions) else { return };
            if versions.first().is_none_or(|version| version.revision != at.revision) {
                return self.find(format!("{what} has no version {}", at.revision));
            }
            for version in versions {
                naming.meet(&at);
                if version.previous.is_none() {
                    self.check_naming(doc, &naming, at.revision);
                }
                match self.one_back(at, &version, doc) {
                    Some(earlier) => at = earlier,
                    None => return,
                }
            }
        }
    }

    /// The version before; nothing at the first one, and when there is something wrong.
    fn one_back(&mut self, at: Doc, version: &Version, doc: &Doc) -> Option<Doc> {
        let what = name(doc.key);
        if version.revision != at.revision {
            self.find(format!("{what} has no version {}, but {}", at.revision, version.revision));
            return None;
        }
        self.verified.versions += 1;
        self.check_origin(&at, doc);
        let Some((revision, state)) = version.previous else {
            let compacted = self.row.oldest > Revision(1);
            if at.revision != doc.created && !(compacted && at.revision >= doc.created) {
                self.find(format!(
                    "the first version of {what} is {}, but it was made at {}",
                    at.revision, doc.created
                ));
            }
            return None;
        };
        match apply_delta(&at.body, &version.delta) {
            Ok(body) => {
                let earlier = Doc { revision, state, body: body.into(), ..at };
                self.check_body(&earlier, revision);
                Some(earlier)
            }
            Err(error) => {
                self.find(format!("{what} before {} cannot be rebuilt: {error}", version.revision));
                None
            }
        }
    }

    /// A version is told by the entry of its revision, or compaction kept its origin.
    fn check_origin(&mut self, at: &Doc, doc: &Doc) {
        let (what, space) = (name(doc.key), self.row.id);
        if at.revision < self.row.oldest {
            return;
        }
        let entries = self.rows.entries(space, Revision(at.revision.0.saturating_sub(1)), 1);
        let Some(entries) = self.verified.note(&what, entries) else { return };
        let Some(entry) = entries.into_iter().find(|entry| entry.revision == at.revision) else { return };
        let told = match doc.key {
            DocKey::Object(id) => entry.objects.iter().any(|change| change.id == id),
            DocKey::Space => entry.schema.iter().any(|change| change.id == space.to_string()),
            DocKey::Structure(id) => entry.schema.iter().any(|change| change.id == id.to_string()),
            DocKey::Collection(id) => entry.schema.iter().any(|change| change.id == id.to_string()),
        };
        if !told {
            self.find(format!("entry {} does not tell of {what}, which has a version of it", at.revision));
        }
        if at.revision == doc.revision && entry.at != doc.at {
            self.find(format!("{what} says that entry {} was committed at another time", at.revision));
        }
    }

    fn check_body(&mut self, doc: &Doc, revision: Revision) {
        match doc.key {
            DocKey::Space => _ = self.read::<SpaceItself>(doc, revision),
            DocKey::Structure(id) => {
                if self.read::<Structure>(doc, revision).is_some_and(|structure| structure.id != id) {
                    self.find(format!("{} holds another one", name(doc.key)));
                }
            }
            DocKey::Collection(id) => {
                if self.read::<Collection>(doc, revision).is_some_and(|collection| collection.id != id) {
                    self.find(format!("{} holds another one", name(doc.key)));
                }
            }
            DocKey::Object(_) => {
                if let Some(object) = self.noted(doc, revision, read_whole_object(&doc.body)) {
                    self.check_object(doc, &object);
                }
            }
        }
    }

    fn read<T: DeserializeOwned>(&mut self, doc: &Doc, revision: Revision) -> Option<T> {
        self.noted(doc, revision, parse(&doc.body))
    }

    fn noted<T>(&mut self, doc: &Doc, revision: Revision, read: Result<T, StoreError>) -> Option<T> {
        self.verified.note(&format!("space {}: {} at {revision}", self.row.id, name(doc.key)), read)
    }

    fn check_object(&mut self, doc: &Doc, object: &Object) {
        let what = name(doc.key);
        if DocKey::Object(object.id) != doc.key {
            return self.find(format!("{what} holds another one"));
        }
        let structure = self.rows.doc(self.row.id, DocKey::Structure(object.structure));
        if self.verified.note(&what, structure).is_some_and(|found| found.is_none()) {
            self.find(format!("{what} has the structure {}, which is not there", object.structure));
        }
        let mut blocks = Vec::new();
        object.walk(&mut |block| blocks.push(block.id));
        for block in blocks {
            let owner = self.rows.block_owner(self.row.id, block);
            if self.verified.note(&what, owner).is_some_and(|owner| owner != Some(object.id)) {
                self.find(format!("{what} has the block {block}, which is not noted as its own"));
            }
        }
        for file in &object.files {
            let named = self.rows.named_files(&[file.hash]);
            if self.verified.note(&what, named).is_some_and(|named| named.is_empty()) {
                self.find(format!("{what} has the file {}, which is not noted as named", file.hash));
            }
            self.verified.files.insert(file.hash, (file.size, self.row.id, object.id));
        }
    }
}
