//! Many writes as one: all of them at one revision, or none.

use reqwest::{Method, Url};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::call::Call;
use crate::client::Client;
use crate::committed_view::CommittedView;
use crate::guard::Guard;
use crate::queue::Subject;
use crate::request::Request;

/// A transaction in the making. Palimpsest only.
///
/// Its operations are the calls that would do the same one by one, with their conditions; each sees what those before it did.
/// What is made in it is referred to by ids of the client's choice.
///
/// ```no_run
/// use palimpsest_client::{Append, Client, Error, Guard, NewObject, ObjectId, ObjectChanges, PropertyValue};
///
/// # async fn example(client: Client, tag: ObjectId, page: ObjectId, other: ObjectId) -> Result<(), Error> {
/// let read = client.object(other).await?;
/// let committed = client
///     .transaction()
///     .then(client.create_object(&NewObject::tag("assays").id(tag)))
///     .then(client.create_object(&NewObject::page("Buffers").id(page).property("tags", PropertyValue::objects([tag]))))
///     .then(client.append(page, &Append::markdown("Made together with its tag.")))
///     .then(client.update_object(other, &ObjectChanges::new().title("Old buffers")).if_match(&read))
///     .guard(Guard::absent(tag))
///     .commit()
///     .await?;
/// println!("revision {}", committed.value.revision);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a transaction is made when its commit is awaited"]
pub struct Transaction {
    client: Client,
    body: Body,
    subjects: Vec<Subject>,
    shows: bool,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    operations: Vec<Operation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    guards: Vec<Guard>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    method: String,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    if_match: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    if_none_match: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    merge: bool,
}

impl Transaction {
    pub(crate) fn new(client: &Client) -> Self {
        Self { client: client.clone(), body: Body::default(), subjects: Vec::new(), shows: false }
    }

    /// And this write, with its condition and whether it merges. What else the call says for itself (its retries, its key, other
    /// preferences) does not count: the transaction has its own.
    pub fn then<T>(mut self, call: Call<T>) -> Self {
        let mut request = call.into_request();
        self.subjects.append(&mut request.subjects);
        self.body.operations.push(Operation::of(request));
        self
    }

    /// And only if this is true before.
    pub fn guard(mut self, guard: Guard) -> Self {
        self.body.guards.push(guard);
        self
    }

    /// The same, only told what would happen: nothing is written.
    pub fn dry_run(mut self) -> Self {
        self.body.dry_run = true;
        self
    }

    /// The same, answered with the objects as the transaction leaves them.
    pub fn shown(self) -> Self {
        Self { shows: true, ..self }
    }

    /// POST /transactions: the call that does it.
    pub fn commit(&self) -> Call<CommittedView> {
        let request = Request::new(Method::POST, "/transactions").json(&self.body);
        let reads = self.body.dry_run;
        let request = Request { reads, past: reads, ..request.about(self.subjects.iter().copied()) };
        let call = Call::new(&self.client, request).telling(CommittedView::told);
        if self.shows { call.prefer("return=representation") } else { call }
    }
}

impl Operation {
    fn of(request: Request) -> Self {
        let (if_match, if_none_match) = (request.header("if-match"), request.header("if-none-match"));
        let preferences = request.header("prefer").unwrap_or_default();
        let merge = preferences.split(',').any(|preference| preference.trim() == "merge");
        let (method, path) = (request.method.to_string(), target(&request));
        // It was written as JSON.
        let body = request.body.and_then(|body| serde_json::from_slice(&body).ok());
        Self { method, path, body, if_match, if_none_match, merge }
    }
}

/// The path with its query.
fn target(request: &Request) -> String {
    let path = request.path.to_owned();
    if request.query.is_empty() {
        return path;
    }
    let query = Url::parse_with_params("x:/", &request.query);
    query.ok().and_then(|url| Some(format!("{path}?{}", url.query()?))).unwrap_or(path)
}
