//! What came of taking over an export.

use palimpsest_engine::Adoption;
use palimpsest_model::{ObjectId, SpaceId};
use serde::{Deserialize, Serialize};

/// So many refusals are told one by one.
const TOLD: usize = 1_000;

/// What came of taking over an export, or what would come of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// The space.
    pub space: SpaceId,
    /// Whether it was made for the export.
    pub new_space: bool,
    /// How many objects were taken over.
    pub adopted: usize,
    /// How many were there already, the same in every respect.
    pub present: usize,
    /// How many files of media were brought; those that were there already are not counted.
    pub files: usize,
    /// Structures and collections that are there, other than the export has them, or were deleted; they stayed as they are.
    pub differing: Vec<String>,
    /// What was not taken over.
    pub refused: Vec<Refused>,
    /// How many more were not.
    pub more_refused: usize,
}

/// Something that was not taken over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Refused {
    /// Its file.
    pub path: String,
    /// The object, when the file says which.
    pub id: Option<ObjectId>,
    /// Why.
    pub message: String,
}

impl Report {
    pub(super) fn of(adoption: &Adoption, dry_run: bool) -> Self {
        let (differing, refused) = (Vec::new(), Vec::new());
        let (space, new_space) = (adoption.space(), adoption.is_new());
        Self { dry_run, space, new_space, adopted: 0, present: 0, files: 0, differing, refused, more_refused: 0 }
    }

    pub(super) fn refuse(&mut self, path: &str, id: Option<ObjectId>, message: String) {
        if self.refused.len() < TOLD {
            self.refused.push(Refused { path: path.to_owned(), id, message });
        } else {
            self.more_refused += 1;
        }
    }
}
