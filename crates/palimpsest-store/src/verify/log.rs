//! The log: gapless from the horizon to the head, in the order of time, and every change it tells has a version.

use palimpsest_model::Revision;

use super::{AT_ONCE, Space, name};
use crate::record::{DocKey, LogEntry};
use crate::retention::key_of;

impl Space<'_> {
    pub(super) fn check_log(&mut self) {
        let row = self.row;
        let mut expected = row.oldest;
        let mut last = None;
        loop {
            let after = Revision(expected.0.saturating_sub(1));
            let entries = self.rows.entries(row.id, after, AT_ONCE);
            let what = format!("space {}: the log after {after}", row.id);
            let entries = self.verified.note(&what, entries).unwrap_or_default();
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                if entry.revision != expected {
                    self.find(format!("the log has no entry {expected}, but {}", entry.revision));
                }
                if last.is_some_and(|last| entry.at < last) {
                    self.find(format!("entry {} is older than the one before", entry.revision));
                }
                self.check_entry(&entry);
                (expected, last) = (entry.revision.next(), Some(entry.at));
                self.verified.entries += 1;
            }
        }
        if expected != row.revision.next() {
            let end = Revision(expected.0.saturating_sub(1));
            self.find(format!("the log ends with entry {end}, but the space is at revision {}", row.revision));
        }
        if last.is_some_and(|last| last != row.at) {
            self.find("the last entry was committed at another time than the space says");
        }
    }

    fn check_entry(&mut self, entry: &LogEntry) {
        for change in &entry.objects {
            self.check_change(entry, DocKey::Object(change.id));
        }
        for change in &entry.schema {
            match key_of(change) {
                Ok(Some(key)) => self.check_change(entry, key),
                // A property changes with its structure.
                Ok(None) => {}
                Err(error) => self.find(format!("entry {}: {error}", entry.revision)),
            }
        }
    }

    fn check_change(&mut self, entry: &LogEntry, key: DocKey) {
        let revision = entry.revision;
        let steps = self.rows.steps(self.row.id, key, revision..=revision, 1);
        match self.verified.note(&name(key), steps) {
            Some(steps) if steps.is_empty() => {
                self.find(format!("entry {revision} changed {}, which has no such version", name(key)));
            }
            _ => {}
        }
    }
}
