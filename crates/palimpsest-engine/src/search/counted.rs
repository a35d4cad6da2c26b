//! A snapshot that counts the rows it gave, and gives no more than it may.

use palimpsest_model::{ObjectId, Revision, StructureId};
use palimpsest_store::{Snapshot, StoreError, Term, TermRange, Titled};

/// Where a search looks.
pub(super) struct Counted<'s, 'r> {
    snapshot: &'s mut Snapshot<'r>,
    /// How many rows it gave.
    pub(super) rows: usize,
    /// How many it may give.
    most: usize,
}

impl<'s, 'r> Counted<'s, 'r> {
    pub(super) fn new(snapshot: &'s mut Snapshot<'r>, most: usize) -> Self {
        Self { snapshot, rows: 0, most }
    }

    /// Whether it gives no more.
    pub(super) fn is_spent(&self) -> bool {
        self.rows >= self.most
    }

    /// Whether it may give so many more; else it gives no more at all.
    pub(super) fn affords(&mut self, rows: usize) -> bool {
        let affords = rows < self.most.saturating_sub(self.rows);
        if !affords {
            self.most = 0;
        }
        affords
    }

    pub(super) fn titled(&mut self, id: ObjectId) -> Result<Option<Titled>, StoreError> {
        self.rows += 1;
        self.snapshot.titled(id)
    }

    pub(super) fn structures(&mut self) -> Result<Vec<StructureId>, StoreError> {
        let structures = self.snapshot.titled_structures()?;
        self.rows += structures.len();
        Ok(structures)
    }

    pub(super) fn recent(
        &mut self,
        structure: StructureId,
        after: Option<(Revision, ObjectId)>,
        limit: usize,
    ) -> Result<Vec<Titled>, StoreError> {
        let page = self.snapshot.recent(structure, after, limit)?;
        self.rows += page.len();
        Ok(page)
    }

    /// All terms of a range with their objects; nothing when there are more than `most`, or than it may give.
    pub(super) fn all_terms(
        &mut self,
        range: &TermRange,
        most: usize,
    ) -> Result<Option<Vec<(Term, ObjectId)>>, StoreError> {
        if self.is_spent() {
            return Ok(None);
        }
        let most = most.min(self.most.saturating_sub(self.rows));
        let terms = self.snapshot.terms(range, None, most.saturating_add(1))?;
        self.rows += terms.len();
        Ok((terms.len() <= most).then_some(terms))
    }
}
