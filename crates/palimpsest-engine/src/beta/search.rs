//! POST /search: the search of today over several spaces, with what of each object answers the query.

use bytes::Bytes;
use palimpsest_model::{Object, ObjectId, Revision, SpaceId, StructureId, Value};
use palimpsest_store::{Snapshot, StoreError};
use serde::Serialize;

use crate::access::Access;
use crate::engine::Engine;
use crate::error::Error;
use crate::search::{Class, Query, Search, hits};

/// What is searched for, and where.
#[derive(Clone, Debug)]
pub struct BetaSearch {
    /// Words of titles or aliases, the structures, and how many.
    pub search: Search,
    /// Whether passages of descriptions are shown too. Found is what is found by its titles and aliases.
    pub whole: bool,
}

#[derive(Serialize)]
struct Body {
    results: Vec<Row>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: ObjectId,
    space_id: SpaceId,
    structure_id: StructureId,
    title: String,
    highlights: Vec<Highlight>,
    #[serde(skip)]
    class: Class,
}

#[derive(Serialize)]
struct Highlight {
    context: Context,
    snippets: Vec<String>,
    score: f64,
}

#[derive(Serialize)]
struct Context {
    field: &'static str,
}

impl Engine {
    /// What is found in some spaces, the best first; of equally good ones by the order of the spaces. In one space, also its revision.
    pub async fn beta_search(&self, spaces: &[Access], ask: BetaSearch) -> Result<(Bytes, Option<Revision>), Error> {
        let (mut results, mut revision) = (Vec::new(), None);
        for access in spaces {
            let (ask, space) = (ask.clone(), access.space);
            let look = move |snapshot: &mut Snapshot<'_>| look(snapshot, &ask, space);
            let answer = self.store.read(space, look).await?;
            results.extend(answer.value?);
            revision = Some(answer.revision);
        }
        results.sort_by_key(|row| row.class);
        results.truncate(ask.search.limit);
        let body = serde_json::to_vec(&Body { results }).unwrap_or_default().into();
        Ok((body, revision.filter(|_| spaces.len() == 1)))
    }
}

fn look(snapshot: &mut Snapshot<'_>, ask: &BetaSearch, space: SpaceId) -> Result<Vec<Row>, StoreError> {
    let Some(query) = Query::read(&ask.search.query) else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    for hit in hits(snapshot, &ask.search)? {
        let found = snapshot.object(hit.id)?;
        let highlights = found.map(|found| highlights(&found.object, &query, hit.class, ask.whole));
        rows.push(Row {
            id: hit.id,
            space_id: space,
            structure_id: hit.structure,
            title: hit.title,
            highlights: highlights.unwrap_or_default(),
            class: hit.class,
        });
    }
    Ok(rows)
}

/// What of an object answers a query.
fn highlights(object: &Object, query: &Query, class: Class, whole: bool) -> Vec<Highlight> {
    let mut shown = vec![("title", vec![object.title().to_owned()])];
    if let Some(Value::Aliases(aliases)) = object.properties.get("aliases") {
        shown.push(("aliases", aliases.clone()));
    }
    if let (true, Some(Value::Text(Some(text)))) = (whole, object.properties.get("description")) {
        shown.push(("description", passage(text, query).into_iter().collect()));
    }
    let answering = |(field, texts): (&'static str, Vec<String>)| {
        let snippets: Vec<_> = texts.into_iter().filter(|text| query.touches(text)).collect();
        let context = Context { field };
        (!snippets.is_empty()).then_some(Highlight { context, snippets, score: score(class) })
    };
    shown.into_iter().filter_map(answering).collect()
}

/// How many words of a description stand before the one that was found, and how many from there on.
const BEFORE: usize = 8;
const ONWARDS: usize = 16;

/// The first passage of a text that answers a query.
fn passage(text: &str, query: &Query) -> Option<String> {
    let words: Vec<_> = text.split_whitespace().collect();
    let place = words.iter().position(|word| query.touches(word))?;
    let end = words.len().min(place + ONWARDS);
    Some(words[place.saturating_sub(BEFORE)..end].join(" "))
}

/// From 1 for a name that has just the words of the query down to 0.2 for one with typing errors.
fn score(class: Class) -> f64 {
    match class {
        Class::Exact => 1.0,
        Class::Prefix => 0.8,
        Class::WordPrefix => 0.6,
        Class::Inside => 0.4,
        Class::Typo => 0.2,
    }
}
