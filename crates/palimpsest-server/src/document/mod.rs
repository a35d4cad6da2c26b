//! The description of the API: an OpenAPI 3.1 document, made of the route list and of what each endpoint says of itself. Every
//! enumeration in it comes from the model or from the list of codes.

pub(crate) mod admin;
mod answers;
mod beta;
mod blocks;
pub(crate) mod changes;
mod description;
mod errors;
mod headers;
mod history;
mod links;
pub(crate) mod lists;
pub(crate) mod names;
pub(crate) mod object;
pub(crate) mod shape;
pub(crate) mod space;
mod tokens;
pub(crate) mod values;
pub(crate) mod webhooks;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bytes::Bytes;
use http::StatusCode;
use palimpsest_engine::Code;
use serde_json::{Map, Value, json};

pub(crate) use answers::Success;
pub(crate) use description::Description;
pub(crate) use links::Link;

use crate::endpoint::{Access, Action, Endpoint};
use crate::limits::{NEWEST, OLDEST};
use crate::router::ENDPOINTS;

static TEXT: LazyLock<Bytes> = LazyLock::new(|| {
    let mut text = serde_json::to_string_pretty(&document(ENDPOINTS)).unwrap_or_default();
    text.push('\n');
    text.into()
});

/// The OpenAPI document of the server, as it is served at `/openapi.json`.
#[must_use]
pub fn openapi() -> Bytes {
    TEXT.clone()
}

/// The media type of JSON.
pub(crate) const JSON: &str = "application/json";

/// The media type of bytes that say nothing of themselves.
const BYTES: &str = "application/octet-stream";

fn document(endpoints: &[Endpoint]) -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut responses = answers::of_no_endpoint();
    for endpoint in endpoints {
        let method = endpoint.method.as_str().to_ascii_lowercase();
        paths.entry(endpoint.path).or_default().insert(method, operation(endpoint, &mut responses));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Palimpsest",
            "version": NEWEST,
            "summary": "The Capacities API, self-hosted, with every version kept.",
            "description": ABOUT,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The server this document comes from."}],
        "security": [{"bearer": []}],
        "tags": TAGS.map(|(name, about)| json!({"name": name, "description": about})),
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "headers": headers::components(),
            "responses": responses,
            "parameters": {
                "Version": version(),
                "Prefer": prefer(),
                "IfMatch": if_match(),
                "IfNoneMatch": if_none_match(),
                "IdempotencyKey": idempotency_key(),
            },
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of one space; `palimpsest token create` makes one.",
                },
                "beta": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of one space or of several; `palimpsest token create` makes one.",
                },
                "operator": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of the operator; `palimpsest admin-token` makes one.",
                },
            },
        },
    })
}

const ABOUT: &str = "Every call but those of the operator and of the retired beta API speaks of the one space that its token \
    opens. A path that nothing is served at is answered as \
    `#/components/responses/UnknownPath` tells, a method that a path does not know as \
    `#/components/responses/MethodNotAllowed` does. HEAD is answered wherever GET is. A request may name itself in \
    `X-Request-Id` (1 to 128 visible ASCII characters); every answer repeats that name, or tells the one it was given.";

const TAGS: [(&str, &str); 11] = [
    ("space", "The space, its structures (object types) with their properties, its collections."),
    ("object", "One object: a page, a tag, a task, or of a type of the space's own."),
    ("objects", "Lists of objects, page by page, as they stood when the first page was asked for."),
    ("blocks", "The blocks that the text of an object is made of."),
    ("transactions", "Many operations as one: all of them happen, at one revision, or none does."),
    ("changes", "What happened in the space, revision by revision."),
    ("webhooks", "Changes as messages that the server sends, signed, to a URL."),
    ("files", "The bytes of media, behind the links that objects show; no token is needed."),
    ("beta", "The retired beta API. A token may open several spaces, and each call names the one it is about."),
    (
        "admin",
        "Managing the server: its spaces and tokens. These calls need a token of the operator, and no other takes one.",
    ),
    ("server", "The server itself; nothing here needs a token."),
];

/// The first step of the path says which of the tags it is.
fn tag(endpoint: &Endpoint) -> &'static str {
    let step = endpoint.path.split('/').nth(1).unwrap_or_default();
    match (endpoint.access, step) {
        (Access::Open, "files") => "files",
        (Access::Open, _) => "server",
        (Access::Beta(_), _) => "beta",
        (_, "block") => "blocks",
        (_, "trash") => "objects",
        (_, step) => step,
    }
}

fn schemas() -> Map<String, Value> {
    let all = [
        names::schemas(),
        tokens::schemas(),
        values::schemas(),
        blocks::schemas(),
        object::schemas(),
        space::schemas(),
        lists::schemas(),
        changes::schemas(),
        history::schemas(),
        webhooks::schemas(),
        admin::schemas(),
        beta::schemas(),
        errors::schemas(),
    ];
    all.into_iter().flatten().collect()
}

/// Describes an endpoint; the refusals it shares with others go into `shared`.
fn operation(endpoint: &Endpoint, shared: &mut Map<String, Value>) -> Value {
    let described = (endpoint.describe)();
    let mut operation = json!({
        "operationId": described.id,
        "summary": described.summary,
        "tags": [tag(endpoint)],
    });
    if let Some(about) = described.about {
        operation["description"] = json!(about);
    }
    let mut parameters = described.parameters;
    let mut codes = described.refusals;
    match endpoint.access {
        Access::Open => operation["security"] = json!([]),
        Access::Scope(scope) => {
            operation["security"] = json!([{"bearer": [scope.as_str()]}]);
            operation["x-quota"] = json!(endpoint.quota);
            parameters.extend(of_every_call());
            codes.extend(OF_EVERY_CALL);
            codes.push(Code::ScopeInsufficient);
        }
        Access::Beta(scope) => {
            operation["security"] = json!([{"beta": [scope.as_str()]}]);
            operation["x-quota"] = json!(endpoint.quota);
            parameters.push(json!({"$ref": "#/components/parameters/Prefer"}));
            codes.extend(OF_EVERY_CALL);
            codes.push(Code::ScopeInsufficient);
        }
        Access::Operator => {
            operation["security"] = json!([{"operator": []}]);
            operation["x-quota"] = json!(endpoint.quota);
            parameters.extend(of_every_call());
            codes.extend(OF_EVERY_CALL);
        }
    }
    let is_repeatable = matches!(endpoint.action, Action::Write(_) | Action::Transact | Action::Revert);
    if is_repeatable {
        parameters.push(json!({"$ref": "#/components/parameters/IdempotencyKey"}));
        codes.extend([Code::IdempotencyMismatch, Code::IdempotencyInProgress]);
        // What was answered first may be gone since.
        codes.extend([Code::RevisionCompacted, Code::Erased]);
    }
    codes.push(Code::ServerError);
    let is_write = matches!(endpoint.action, Action::Write(_));
    let is_transaction = matches!(endpoint.action, Action::Transact | Action::Revert);
    let is_read = endpoint.is_read();
    let is_versioned = is_read && described.successes.iter().any(|success| success.is_versioned);
    if is_write || is_versioned {
        parameters
            .extend(["IfMatch", "IfNoneMatch"].map(|name| json!({"$ref": format!("#/components/parameters/{name}")})));
        codes.push(Code::PreconditionFailed);
    }
    if is_write {
        codes.extend([Code::PreconditionRequired, Code::Conflict]);
    }
    if !parameters.is_empty() {
        operation["parameters"] = json!(parameters);
    }
    if let Some(schema) = described.body {
        operation["requestBody"] = json!({"required": true, "content": {JSON: {"schema": schema}}});
    }
    if let Some(about) = described.raw {
        let schema = json!({"type": "string", "format": "binary", "description": about});
        operation["requestBody"] = json!({"required": true, "content": {BYTES: {"schema": schema}}});
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(answers::status(code).as_u16()).or_default().push(code);
    }
    if described.is_abortable {
        for status in ABORTS {
            by_status.entry(status.as_u16()).or_default().push(Code::TransactionAborted);
        }
    }
    let mut responses = Map::new();
    for (status, codes) in by_status {
        let (name, response) = answers::refused(&codes, endpoint.access);
        responses.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{name}")}));
        shared.insert(name, response);
    }
    for mut success in described.successes {
        success = success.of(endpoint.access);
        if is_read {
            success = success.read();
        }
        if is_repeatable {
            success = success.repeatable();
        }
        if is_write {
            success = success.written();
            responses.insert("204".to_owned(), success.minimal());
        }
        if is_transaction {
            responses.insert("204".to_owned(), success.minimal());
        }
        if is_versioned {
            responses.insert("304".to_owned(), success.known());
        }
        responses.insert(success.status.as_str().to_owned(), success.response());
    }
    operation["responses"] = Value::Object(responses);
    operation
}

/// With which a part of a transaction may be refused.
const ABORTS: [StatusCode; 6] = [
    StatusCode::BAD_REQUEST,
    StatusCode::NOT_FOUND,
    StatusCode::CONFLICT,
    StatusCode::GONE,
    StatusCode::PRECONDITION_FAILED,
    StatusCode::PRECONDITION_REQUIRED,
];

/// What every call may be refused with that asks for a token.
const OF_EVERY_CALL: [Code; 5] = [
    Code::InvalidInput,
    Code::NotAuthenticated,
    Code::PayloadTooLarge,
    Code::RateLimitExceeded,
    Code::ServiceUnavailable,
];

/// The parameters of every call that asks for a token.
fn of_every_call() -> [Value; 2] {
    ["Version", "Prefer"].map(|name| json!({"$ref": format!("#/components/parameters/{name}")}))
}

fn version() -> Value {
    let (major, minor, patch) = OLDEST;
    let about = format!(
        "The version of the contract, from {major}.{minor}.{patch} on; one above {NEWEST} is taken as {NEWEST}, and so is none."
    );
    let number = "(0|[1-9][0-9]{0,17})";
    let later = format!("^(0\\.[1-9][0-9]{{0,17}}|[1-9][0-9]{{0,17}}\\.{number})\\.{number}$");
    json!({
        "in": "header",
        "name": "X-Capacities-Api-Version",
        "description": about,
        "schema": {"type": "string", "pattern": later, "default": NEWEST},
    })
}

fn if_match() -> Value {
    let about = "The versions that the request is meant for: entity tags from ETag headers or from members named `etag`, or `*`.";
    json!({"in": "header", "name": "If-Match", "description": about, "schema": {"type": "string"}})
}

fn if_none_match() -> Value {
    let about =
        "The versions that the request is not meant for; a read of one of them is answered 304. `*`: create only.";
    json!({"in": "header", "name": "If-None-Match", "description": about, "schema": {"type": "string"}})
}

fn prefer() -> Value {
    json!({
        "in": "header",
        "name": "Prefer",
        "description": "`handling=strict` refuses what would be passed over; `return=minimal` answers writes without a body; \
                        `merge` merges a write to the version that If-Match names with what came since; \
                        `return=representation` shows the objects of a transaction.",
        "schema": {"type": "string", "enum": [
            "handling=strict", "return=minimal", "handling=strict, return=minimal", "return=representation", "merge",
        ]},
    })
}

fn idempotency_key() -> Value {
    json!({
        "in": "header",
        "name": "Idempotency-Key",
        "description": "A name for this request, chosen by the client: when it is sent again within 24 hours, with the same method, \
            path, query, conditions, preferences and body, it has no second effect and is answered what it was answered first. \
            1 to 255 visible ASCII characters, with or without quotation marks around them.",
        "schema": {"type": "string", "pattern": "^[!#-~]{1,255}$"},
    })
}
