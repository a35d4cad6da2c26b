//! The objects of some structures, the last named first.

use std::cmp::Reverse;
use std::collections::{BTreeSet, VecDeque};

use palimpsest_model::{ObjectId, Revision, StructureId};
use palimpsest_store::{StoreError, Titled};

use super::counted::Counted;

/// A walk from the last named back: one lane per structure that has objects, read in growing pages.
pub(super) struct Walk {
    structures: BTreeSet<StructureId>,
    /// Nothing before the first step.
    lanes: Option<Vec<Lane>>,
}

struct Lane {
    structure: StructureId,
    waiting: VecDeque<Titled>,
    /// Where the next page begins.
    after: Option<(Revision, ObjectId)>,
    /// How large it is; nothing when there is none.
    page: Option<usize>,
}

/// The rows of the first page of a structure, and of the largest.
const FIRST: usize = 32;
/// Of so few structures it is not asked first which have objects.
const FEW: usize = 4;
const LARGEST: usize = 1024;

impl Walk {
    pub(super) fn through(structures: BTreeSet<StructureId>) -> Self {
        Self { structures, lanes: None }
    }

    /// The next object; nothing at the end, or when the look gives no more.
    pub(super) fn next(&mut self, look: &mut Counted<'_, '_>) -> Result<Option<Titled>, StoreError> {
        let lanes = match &mut self.lanes {
            Some(lanes) => lanes,
            begun => {
                let mut structures = self.structures.clone();
                if structures.len() > FEW {
                    let titled = look.structures()?;
                    structures.retain(|structure| titled.contains(structure));
                }
                begun.insert(structures.into_iter().map(Lane::of).collect())
            }
        };
        let rows = lanes.iter().map(Lane::wants).sum();
        if rows > 0 && !look.affords(rows) {
            return Ok(None);
        }
        for lane in &mut *lanes {
            lane.fill(look)?;
        }
        // An empty lane comes after all others.
        let order = |lane: &&mut Lane| lane.waiting.front().map(|next| (next.named, Reverse(next.id)));
        let next = lanes.iter_mut().max_by_key(order);
        Ok(next.and_then(|lane| lane.waiting.pop_front()))
    }
}

impl Lane {
    fn of(structure: StructureId) -> Self {
        Self { structure, waiting: VecDeque::new(), after: None, page: Some(FIRST) }
    }

    /// How many rows are read next, at most.
    fn wants(&self) -> usize {
        self.page.filter(|_| self.waiting.is_empty()).unwrap_or_default()
    }

    fn fill(&mut self, look: &mut Counted<'_, '_>) -> Result<(), StoreError> {
        if let (true, Some(size)) = (self.waiting.is_empty(), self.page) {
            self.waiting = look.recent(self.structure, self.after, size)?.into();
            self.after = self.waiting.back().map(|last| (last.named, last.id));
            self.page = (self.waiting.len() == size).then_some((size * 2).min(LARGEST));
        }
        Ok(())
    }
}
