//! The jobs, and how Palimpsest is asked to do each.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::rc::Rc;

use fastrand::Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::connection::Response;
use crate::corpus::{ALL_RARES, COMMON, Corpus, RARE, USUAL_ANSWERS, is_task};
use crate::load::{Prepared, Worker};

/// Something that is measured.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Job {
    GetHot,
    GetUniform,
    NotModified,
    PatchProperty,
    PatchPropertyHot,
    PatchTitle,
    PatchConditional,
    Append,
    AppendHot,
    Create,
    Transaction,
    SearchRare,
    SearchCommon,
    SearchPrefix,
    ListPage,
    Feed,
    ReadsBesideWrites,
}

impl Job {
    /// All of them: those that change nothing first.
    pub(crate) const ALL: [Self; 17] = [
        Self::GetHot,
        Self::GetUniform,
        Self::NotModified,
        Self::SearchRare,
        Self::SearchCommon,
        Self::SearchPrefix,
        Self::ListPage,
        Self::Feed,
        Self::PatchProperty,
        Self::PatchPropertyHot,
        Self::PatchTitle,
        Self::PatchConditional,
        Self::Append,
        Self::AppendHot,
        Self::Transaction,
        Self::Create,
        Self::ReadsBesideWrites,
    ];

    /// Its name in the table and on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::GetHot => "get-hot",
            Self::GetUniform => "get-uniform",
            Self::NotModified => "not-modified",
            Self::PatchProperty => "patch-property",
            Self::PatchPropertyHot => "patch-property-hot",
            Self::PatchTitle => "patch-title",
            Self::PatchConditional => "patch-conditional",
            Self::Append => "append",
            Self::AppendHot => "append-hot",
            Self::Create => "create",
            Self::Transaction => "transaction",
            Self::SearchRare => "search-rare",
            Self::SearchCommon => "search-common",
            Self::SearchPrefix => "search-prefix",
            Self::ListPage => "list-page",
            Self::Feed => "feed",
            Self::ReadsBesideWrites => "reads-beside-writes",
        }
    }
}

/// How many objects of its own a connection writes to under conditions.
const OWN: usize = 200;
/// About so many blocks are appended to a hot object before it is another one's turn.
const BLOCKS: usize = 200;
/// How many operations a transaction has.
const OPERATIONS: usize = 10;

/// One connection that does a job.
pub(crate) struct Client {
    job: Job,
    corpus: Rc<Corpus>,
    /// Its number, and of how many.
    share: (usize, usize),
    /// The head of the log when the job began.
    head: u64,
    /// Versions it has seen, for conditions.
    etags: HashMap<Uuid, String>,
    /// The object that was asked for last.
    asked: Uuid,
    /// The status that is expected.
    wants: u16,
    /// Where the next page begins.
    cursor: Option<String>,
    /// How often it has appended.
    asks: usize,
}

impl Client {
    fn new(job: Job, corpus: Rc<Corpus>, share: (usize, usize), head: u64) -> Self {
        Self { job, corpus, share, head, etags: HashMap::new(), asked: Uuid::nil(), wants: 200, cursor: None, asks: 0 }
    }

    /// So many of them, together doing the job.
    pub(crate) fn all(job: Job, corpus: &Rc<Corpus>, number: usize, head: u64) -> Vec<Box<dyn Worker>> {
        let one = |index| Box::new(Self::new(job, Rc::clone(corpus), (index, number), head)) as Box<dyn Worker>;
        (0..number).map(one).collect()
    }

    /// Any page: a task has no description.
    fn any(&self, rng: &mut Rng) -> Uuid {
        let place = rng.usize(..self.corpus.ids.len());
        self.corpus.ids[if is_task(place) { place - 1 } else { place }]
    }

    /// The one that all append to now: after so many blocks it is another, so that none becomes a large one.
    fn next_hot(&mut self) -> Uuid {
        self.asks += 1;
        let all = self.head as usize + self.asks * self.share.1;
        self.corpus.hot[all / BLOCKS % self.corpus.hot.len()]
    }

    fn hot(&self, rng: &mut Rng) -> Uuid {
        self.corpus.hot[rng.usize(..self.corpus.hot.len())]
    }

    /// A page that no other connection has.
    fn own(&self, rng: &mut Rng) -> Uuid {
        let (index, of) = self.share;
        let ids = &self.corpus.ids;
        let mine = (ids.len() / of).clamp(1, OWN);
        let begin = rng.usize(..mine);
        let places = (0..mine).map(|step| (begin + step) % mine * of + index);
        let page = places.into_iter().find(|place| !is_task(*place)).unwrap_or(index);
        ids[page % ids.len()]
    }

    fn get(&mut self, id: Uuid, to: &mut Prepared) {
        to.begin("GET", "/object?id=");
        to.path.push_str(id.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()));
        self.asked = id;
    }

    fn patch(&mut self, id: Uuid, properties: &Value, to: &mut Prepared) {
        to.begin("PATCH", "/object");
        to.body.extend_from_slice(json!({ "id": id, "properties": properties }).to_string().as_bytes());
        self.asked = id;
    }

    fn append(&self, id: Uuid, rng: &mut Rng, to: &mut Prepared) {
        to.begin("POST", "/blocks/append");
        let text = self.corpus.text(rng, 120);
        let block = json!({ "type": "TextBlock", "tokens": [{ "type": "TextToken", "text": text, "style": {} }] });
        to.body.extend_from_slice(json!({ "id": id, "blocks": [block] }).to_string().as_bytes());
    }

    fn description(&self, rng: &mut Rng) -> Value {
        let text = format!("{} {}", self.corpus.text(rng, 50), rng.u32(..));
        json!({ "description": { "type": "text", "text": { "value": text } } })
    }

    fn title(&self, rng: &mut Rng) -> Value {
        json!({ "title": { "type": "title", "title": { "value": self.corpus.title(rng) } } })
    }
}

/// As many answers as are usual, or of what is rare more than there are.
fn search(query: &str, to: &mut Prepared) {
    let limit = if query == RARE { ALL_RARES } else { USUAL_ANSWERS };
    to.begin("POST", "/objects/search");
    to.body.extend_from_slice(json!({ "query": query, "limit": limit }).to_string().as_bytes());
}

impl Worker for Client {
    fn next(&mut self, rng: &mut Rng, to: &mut Prepared) {
        self.wants = 200;
        match self.job {
            Job::GetHot => {
                let id = self.hot(rng);
                self.get(id, to);
            }
            Job::GetUniform | Job::ReadsBesideWrites => {
                let id = self.corpus.ids[rng.usize(..self.corpus.ids.len())];
                self.get(id, to);
            }
            Job::NotModified => {
                let id = self.hot(rng);
                self.get(id, to);
                if let Some(etag) = self.etags.get(&id) {
                    for part in ["If-None-Match: ", etag, "\r\n"] {
                        to.headers.push_str(part);
                    }
                    self.wants = 304;
                }
            }
            Job::PatchProperty => {
                let (id, properties) = (self.any(rng), self.description(rng));
                self.patch(id, &properties, to);
            }
            Job::PatchPropertyHot => {
                let (id, properties) = (self.corpus.hot[0], self.description(rng));
                self.patch(id, &properties, to);
            }
            Job::PatchTitle => {
                let (id, properties) = (self.any(rng), self.title(rng));
                self.patch(id, &properties, to);
            }
            Job::PatchConditional => {
                let (id, properties) = (self.own(rng), self.description(rng));
                match self.etags.get(&id).cloned() {
                    None => self.get(id, to),
                    Some(etag) => {
                        self.patch(id, &properties, to);
                        let _ = write!(to.headers, "If-Match: {etag}\r\n");
                    }
                }
            }
            Job::Append => self.append(self.any(rng), rng, to),
            Job::AppendHot => {
                let id = self.next_hot();
                self.append(id, rng, to);
            }
            Job::Create => {
                to.begin("POST", "/object");
                to.body.extend_from_slice(self.corpus.fresh(rng).to_string().as_bytes());
            }
            Job::Transaction => {
                to.begin("POST", "/transactions");
                let operation = |_| {
                    let body = json!({ "id": self.any(rng), "properties": self.description(rng) });
                    json!({ "method": "PATCH", "path": "/object", "body": body })
                };
                let operations: Vec<_> = (0..OPERATIONS).map(operation).collect();
                to.body.extend_from_slice(json!({ "operations": operations }).to_string().as_bytes());
            }
            Job::SearchRare => search(RARE, to),
            Job::SearchCommon => search(COMMON, to),
            Job::SearchPrefix => {
                let word = self.corpus.word(rng);
                search(&word[..word.len().min(3)], to);
            }
            Job::ListPage => {
                to.begin("GET", "/objects/structure?id=RootPage&pageSize=50");
                if let Some(cursor) = &self.cursor {
                    let _ = write!(to.path, "&cursor={cursor}");
                }
            }
            Job::Feed => {
                to.begin("GET", "/changes?limit=100&since=");
                let _ = write!(to.path, "{}", rng.u64(1..=self.head.max(1)));
            }
        }
    }

    fn seen(&mut self, response: &Response<'_>) -> bool {
        match self.job {
            Job::NotModified | Job::PatchConditional => {
                if let Some(etag) = response.etag
                    && self.etags.get(&self.asked).is_none_or(|known| known != etag)
                {
                    self.etags.insert(self.asked, etag.to_owned());
                }
            }
            Job::ListPage => {
                let text = std::str::from_utf8(response.body).unwrap_or_default();
                let behind = text.split_once("\"nextCursor\":\"").map(|(_, rest)| rest);
                self.cursor = behind.and_then(|rest| rest.split('"').next()).map(str::to_owned);
            }
            _ => {}
        }
        response.status == self.wants
    }
}
