//! What holds for everything that is refused.

use palimpsest_model::{Node, Path, Problems, Reading, Step};
use serde_json::Value as Json;

/// Reads a document; whatever is wrong with it stands in the document and is said in words.
pub(crate) fn read<T>(json: &Json, reader: impl FnOnce(&Node<'_, '_>, &mut Reading) -> Option<T>) -> Option<T> {
    let mut reading = Reading::default();
    let value = reader(&Node::root(json), &mut reading);
    match reading.finish(value) {
        Ok(value) => Some(value),
        Err(problems) => {
            check(&problems);
            for problem in problems.all() {
                assert!(stands(&problem.path, json), "{problem:?} stands nowhere");
            }
            None
        }
    }
}

/// At least one problem, each with a message.
pub(crate) fn check(problems: &Problems) {
    assert!(!problems.is_empty(), "a refusal says why");
    assert!(problems.all().iter().all(|problem| !problem.message.is_empty()), "{problems:?}");
    assert!(problems.to_string().starts_with('✖'), "{problems}");
}

/// Whether a path leads to a value, or to one that is missing from a value.
fn stands(path: &Path, json: &Json) -> bool {
    let mut place = Some(json);
    for step in &path.0 {
        let Some(value) = place else { return false };
        place = match step {
            Step::Key(key) => value.get(key),
            Step::Index(index) => value.get(index),
        };
    }
    true
}
