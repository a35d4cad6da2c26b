//! Search by title (spec/02 §11, spec/03 §10, docs/search.md).
//!
//! The words of a query are compared with those of the names of an object: its title, its aliases, and of a daily note its
//! bare day; all without case and accents. An object is found when every word of the query is answered by some word of its
//! names. Its class is the best of
//!
//! 1. exact: a name has just the words of the query;
//! 2. prefix: a name begins with the query;
//! 3. word prefix: every word of the query begins a word;
//! 4. inside: every word of the query begins a word or, from three letters on, stands inside one;
//! 5. typo: every word of the query does so or is a word but for typing errors: one in words of five to eight letters, two
//!    from nine on, none in words with a digit.
//!
//! Answers come by class; within one, the last named first, then by id: an object is named when it is made, comes back
//! or is called otherwise. A query without any word finds nothing.
//!
//! Terms have no order by time, because every new name of an object would have to touch all its terms. So there are
//! two ways to the first objects of a class, and the search goes both in turns: what is rare has few terms, which are all read
//! and sorted; what is common is met soon on a walk from the last named back. The names of each object are looked at in
//! either case; the index only leads to them.

mod counted;
mod edits;
mod find;
#[cfg(test)]
mod oracle;
mod query;
mod vocabulary;
mod walk;

use std::collections::BTreeSet;

use palimpsest_model::{ObjectId, Revision, StructureId};
use palimpsest_store::{Answer, Snapshot, StoreError};
use serde::Serialize;

use self::find::{Effort, Finder, Hit};
pub(crate) use self::query::{Class, Query};
use crate::access::Access;
use crate::engine::Engine;
use crate::error::Error;
use crate::lists::Page;

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Search {
    /// Words of titles or aliases.
    pub query: String,
    /// Only objects of these structures; nothing is found for one that is not there.
    pub structures: Option<Vec<StructureId>>,
    /// At most so many results.
    pub limit: usize,
}

#[derive(Serialize)]
struct Body {
    results: Vec<Row>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: ObjectId,
    structure_id: StructureId,
    title: String,
}

const EFFORT: Effort = Effort { first: 256, growth: Some(4), most: usize::MAX };
/// Of a look that no other thread is asked for.
const LITTLE: Effort = Effort { first: 32, growth: None, most: 512 };

impl Engine {
    /// POST /objects/search.
    pub async fn search(&self, access: &Access, ask: Search) -> Result<Page, Error> {
        if let Some(Answer { value: Ok((Some(hits), _)), revision, .. }) =
            self.store().look(access.space, |snapshot| look(snapshot, &ask, LITTLE))
        {
            return Ok(page(hits, revision));
        }
        let answer = self.store().read(access.space, move |snapshot| hits(snapshot, &ask)).await?;
        Ok(page(answer.value?, answer.revision))
    }
}

fn page(hits: Vec<Hit>, revision: Revision) -> Page {
    let row = |hit: Hit| Row { id: hit.id, structure_id: hit.structure, title: hit.title };
    let body = Body { results: hits.into_iter().map(row).collect() };
    Page { body: serde_json::to_vec(&body).unwrap_or_default().into(), revision, etag: None }
}

/// What a snapshot holds for a search, the best first.
pub(crate) fn hits(snapshot: &mut Snapshot<'_>, ask: &Search) -> Result<Vec<Hit>, StoreError> {
    look(snapshot, ask, EFFORT).map(|(hits, _)| hits.unwrap_or_default())
}

/// The same, unless it takes more effort to tell; and how many rows were read.
fn look(snapshot: &mut Snapshot<'_>, ask: &Search, effort: Effort) -> Result<(Option<Vec<Hit>>, usize), StoreError> {
    let Some(query) = Query::read(&ask.query) else { return Ok((Some(Vec::new()), 0)) };
    let structures = structures(snapshot, ask);
    Finder::new(snapshot, &query, structures, ask.limit, effort).find()
}

/// The structures among whose objects is searched.
fn structures(snapshot: &Snapshot<'_>, ask: &Search) -> BTreeSet<StructureId> {
    let is_asked = |structure: &StructureId| ask.structures.as_ref().is_none_or(|asked| asked.contains(structure));
    snapshot.schema().structures.iter().map(|structure| structure.value.id).filter(is_asked).collect()
}
