//! Transactions: calls inside a call. Each operation is read as the call of its own that it could have been.

use palimpsest_engine::{
    Code, Committed, Condition, Guard, Ignored, List, Outcome, Part, Retry, Step, Tags, Transaction,
};
use palimpsest_model::{Node, ObjectId, Path, Problem, Problems, Reading, Revision, Tag, read_structure_id, read_uuid};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::answer::{Answer, Failure};
use crate::conditions::read_tags;
use crate::endpoint::Action;
use crate::input::Input;
use crate::prefer::Preferences;
use crate::router::ENDPOINTS;

/// The most operations, and the most guards, of one transaction.
pub(crate) const OPERATIONS: usize = 500;

/// The most operations of one transaction that make weblinks: each is a look at a page.
pub(crate) const LOOKS: usize = 10;

/// So many bytes of objects are shown.
const SHOWN: usize = 8 * 1024 * 1024;

/// Reads the body of POST /transactions.
pub(crate) fn read(
    input: &Input,
    condition: &Condition,
    preferences: Preferences,
    retry: Option<Retry>,
) -> Result<Transaction, Failure> {
    let message = "✖ A transaction takes no If-Match or If-None-Match: its operations and guards have members for them";
    refuse_conditions(condition, message)?;
    let (calls, guards, dry_run) = input.body(|body, reading| {
        let operations = body.get("operations");
        let calls = read_list(&operations, reading, Called::read);
        let guards = read_guards(body, reading);
        let dry_run = body.get("dryRun").given(reading, Node::boolean);
        Some((calls?, guards?, dry_run?.unwrap_or(false)))
    })?;
    let mut operations = Vec::with_capacity(calls.len());
    for (index, call) in calls.into_iter().enumerate() {
        let step = call.step(preferences.strict).map_err(|problems| Part::Operation.aborts(index, problems.into()))?;
        operations.push(step);
    }
    check_looks(&operations)?;
    let strict = preferences.strict;
    let shows = preferences.representation.then_some(SHOWN);
    Ok(Transaction { operations, guards, dry_run, strict, shows, retry })
}

/// Refuses conditions on a request that changes more than one object.
pub(crate) fn refuse_conditions(condition: &Condition, message: &str) -> Result<(), Failure> {
    if *condition == (Condition { merge: condition.merge, ..Condition::default() }) {
        return Ok(());
    }
    Err(Failure::new(Code::InvalidInput, message))
}

/// Reads the guards of a body, which may have none.
pub(crate) fn read_guards(body: &Node<'_, '_>, reading: &mut Reading) -> Option<Vec<Guard>> {
    let guards = body.get("guards").given(reading, |guards, reading| read_list(guards, reading, read_guard));
    guards.map(Option::unwrap_or_default)
}

fn read_list<T>(
    node: &Node<'_, '_>,
    reading: &mut Reading,
    read: impl Fn(&Node<'_, '_>, &mut Reading) -> Option<T>,
) -> Option<Vec<T>> {
    let elements = node.elements(reading)?;
    if elements.len() > OPERATIONS {
        reading.problem(node, format!("Too big: expected array to have <={OPERATIONS} items"));
        return None;
    }
    let read: Vec<_> = elements.map(|element| element.object(reading).and_then(|()| read(&element, reading))).collect();
    read.into_iter().collect()
}

/// An operation as it was sent.
struct Called {
    call: fn(&Input) -> Result<palimpsest_engine::Operation, Problems>,
    query: String,
    body: Option<Value>,
    condition: Condition,
}

impl Called {
    fn read(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Self> {
        let (method, path) = (node.get("method").string(reading), node.get("path").string(reading));
        // A call that takes no body does not look at one.
        let takes_body = node.get("method").value().is_none_or(|method| method != "DELETE");
        let body = if takes_body { node.get("body").value().cloned() } else { None };
        let if_match = node.get("ifMatch").given(reading, tags);
        let if_none_match = node.get("ifNoneMatch").given(reading, tags);
        let merge = node.get("merge").given(reading, Node::boolean);
        let (method, path) = (method?, path?);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let known = ENDPOINTS.iter().find(|endpoint| endpoint.method.as_str() == method && endpoint.path == path);
        let Some(Action::Write(call)) = known.map(|endpoint| &endpoint.action) else {
            let message = match known {
                Some(_) => "This call cannot be part of a transaction",
                None => "Unknown call: expected the method and path of one that changes something",
            };
            reading.problem(&node.get("path"), message);
            return None;
        };
        let condition =
            Condition { if_match: if_match?, if_none_match: if_none_match?, merge: merge?.unwrap_or_default() };
        Some(Self { call: *call, query: query.to_owned(), body, condition })
    }

    fn step(self, strict: bool) -> Result<Step, Problems> {
        let input = Input::of(&self.query, self.body, strict);
        let operation = (self.call)(&input)?;
        Ok(Step { operation, ignored: input.ignored()?, condition: self.condition })
    }
}

fn tags(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Tags> {
    node.string(reading).map(read_tags)
}

fn read_guard(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Guard> {
    let (id, path, revision) = (node.get("id"), node.get("path"), node.get("revision"));
    if !id.is_absent() {
        let id = read_uuid(&id, reading).map(ObjectId);
        if node.get("absent").value() == Some(&Value::Bool(true)) {
            return Some(Guard::Absent(id?));
        }
        let tags = tags(&node.get("ifMatch"), reading);
        return Some(Guard::Object(id?, tags?));
    }
    if !path.is_absent() {
        let tags = tags(&node.get("ifMatch"), reading);
        let text = path.string(reading)?;
        return read_path(text, tags?, &path, reading);
    }
    if let Some(revision) = revision.value().and_then(Value::as_u64) {
        return Some(Guard::Revision(Revision(revision)));
    }
    reading.problem(node, "Invalid guard: expected {id, ifMatch}, {id, absent: true}, {path, ifMatch} or {revision}");
    None
}

/// The guard of something that is read at a path.
fn read_path(text: &str, tags: Tags, node: &Node<'_, '_>, reading: &mut Reading) -> Option<Guard> {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let members = form_urlencoded::parse(query.as_bytes());
    let query =
        Value::Object(members.map(|(key, value)| (key.into_owned(), Value::String(value.into_owned()))).collect());
    let query = Node::root(&query);
    let mut inner = Reading::default();
    let named =
        |other: &'static str| Some(query.get("id")).filter(|id| !id.is_absent()).unwrap_or_else(|| query.get(other));
    let guard = match path {
        "/space" => Some(Guard::Space(tags)),
        "/space/structures" => Some(Guard::Structures(tags)),
        "/objects" => Some(Guard::List(List::All, tags)),
        "/trash" => Some(Guard::List(List::Trash, tags)),
        "/object" | "/object/markdown" => {
            read_uuid(&query.get("id"), &mut inner).map(|id| Guard::Object(ObjectId(id), tags))
        }
        "/objects/structure" => {
            read_structure_id(&named("structureId"), &mut inner).map(|id| Guard::List(List::Structure(id), tags))
        }
        "/objects/collection" => read_uuid(&named("collectionId"), &mut inner)
            .map(|id| Guard::List(List::Collection(palimpsest_model::CollectionId(id)), tags)),
        "/objects/tag" => read_uuid(&named("tagId"), &mut inner).map(|id| Guard::List(List::Tag(ObjectId(id)), tags)),
        _ => None,
    };
    if guard.is_none() {
        reading.problem(node, "Invalid path: expected one that is answered with an ETag, with its query");
    }
    guard
}

/// Refuses more looks at pages than one transaction may take.
fn check_looks(steps: &[Step]) -> Result<(), Failure> {
    let mut looks = steps.iter().enumerate().filter(|(_, step)| step.operation.looks_outside());
    let Some((index, _)) = looks.nth(LOOKS) else { return Ok(()) };
    let path = Path::keys(&["operations"]).index(index);
    let message = format!("Too many weblinks: a transaction makes at most {LOOKS}");
    Err(Problems::from(Problem::new(path, message)).into())
}

#[derive(Serialize)]
struct Body {
    revision: Revision,
    results: Vec<ResultBody>,
}

#[derive(Serialize)]
struct ResultBody {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Box<RawValue>>,
}

/// Makes the answer; `ignored` is what of the body itself had no effect.
pub(crate) fn render(committed: Committed, mut ignored: Ignored, preferences: Preferences) -> Answer {
    let Committed { revision, outcomes, is_whole, replayed } = committed;
    let mut results = Vec::with_capacity(outcomes.len());
    for (index, Outcome { left, shown, ignored: dropped }) in outcomes.into_iter().enumerate() {
        ignored.merge(dropped.under(&Path::keys(&["operations"]).index(index)));
        let text = shown.and_then(|view| String::from_utf8(view.body.to_vec()).ok());
        let body = text.and_then(|text| RawValue::from_string(text).ok());
        let (id, etag) = left.map(|(about, etag)| (about.to_string(), etag)).unzip();
        results.push(ResultBody { status: 200, id, etag: etag.flatten(), body });
    }
    let body = serde_json::to_vec(&Body { revision, results }).unwrap_or_default();
    let answer = Answer { body: Some(body.into()), revision: Some(revision), ignored, replayed, ..Answer::default() };
    answer.applied((preferences.representation && is_whole).then_some("return=representation"))
}
