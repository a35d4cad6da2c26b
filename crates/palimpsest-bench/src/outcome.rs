//! What a run came to, as it is kept for comparison.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::figures::Figures;

/// One line of the result.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) objects: usize,
    pub(crate) job: String,
    pub(crate) server: String,
    pub(crate) connections: usize,
    pub(crate) figures: Figures,
}

/// Everything that was measured.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    /// One `fdatasync` of 4 KB, the median in microseconds.
    pub(crate) fdatasync: f64,
    /// Resident memory in MiB with an empty space.
    pub(crate) empty: f64,
    /// Bytes of the data folder after filling, by number of objects.
    pub(crate) sizes: BTreeMap<usize, u64>,
    /// The most memory in MiB that was resident while the jobs were done, by number of objects.
    pub(crate) memory: BTreeMap<usize, f64>,
    pub(crate) rows: Vec<Row>,
    /// What edits of a large object leave on disk.
    pub(crate) edits: Option<Edits>,
}

/// What edits of one block in a large object cost the disk.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Edits {
    /// The size of the object on the wire.
    pub(crate) object: f64,
    /// Bytes written for one edit.
    pub(crate) written: f64,
    /// Bytes by which the store grew for one edit.
    pub(crate) kept: f64,
}

impl Outcome {
    /// The figures of a job, of a server.
    pub(crate) fn figures(&self, objects: usize, job: &str, server: &str, connections: usize) -> Option<&Figures> {
        let found = self
            .rows
            .iter()
            .find(|row| (row.objects, &*row.job, &*row.server, row.connections) == (objects, job, server, connections));
        found.map(|row| &row.figures)
    }

    /// The sizes that were measured, the smallest first.
    pub(crate) fn measured(&self) -> Vec<usize> {
        self.sizes.keys().copied().collect()
    }
}
