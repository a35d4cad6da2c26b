//! The document as the tests read it: which endpoints there are, and whether an answer is one that it tells of.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use http::Method;
use jsonschema::Validator;
use palimpsest_engine::Scope;
use palimpsest_server::Access;
use serde_json::{Value, json};

use crate::app::Reply;

/// The document, as GET /openapi.json answers it.
pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_slice(&palimpsest_server::openapi()).unwrap());

/// An endpoint of the document.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    /// Who may call it.
    pub(crate) access: Access,
    /// How often a minute the hosted service takes it.
    pub(crate) quota: u64,
    /// What the document says of it.
    pub(crate) operation: &'static Value,
}

/// Every endpoint of the document.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let one = |path: &'static str, method: &str, operation: &'static Value| {
        let access = access(&operation["security"]);
        let method = method.to_ascii_uppercase().parse().unwrap();
        Endpoint { method, path, access, quota: operation["x-quota"].as_u64().unwrap_or_default(), operation }
    };
    let methods = |(path, item): (&'static String, &'static Value)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| one(path, method, operation))
    };
    paths.iter().flat_map(methods).collect()
}

fn access(security: &Value) -> Access {
    let Some(security) = security.get(0) else { return Access::Open };
    let scope = |scheme: &str| {
        let needed = security[scheme][0].as_str()?;
        Some(*Scope::ALL.iter().find(|scope| scope.as_str() == needed).unwrap())
    };
    let of_spaces = || scope("beta").map(Access::Beta);
    scope("bearer").map(Access::Scope).or_else(of_spaces).unwrap_or_else(|| {
        assert!(security.get("operator").is_some(), "{security}");
        Access::Operator
    })
}

impl Endpoint {
    /// What a token of a space needs for it; nothing where none is taken.
    pub(crate) fn scope(&self) -> Option<Scope> {
        match self.access {
            Access::Scope(scope) => Some(scope),
            Access::Open | Access::Beta(_) | Access::Operator => None,
        }
    }
}

/// The schema at a pointer into the document, compiled once.
pub(crate) fn validator(pointer: &str) -> Arc<Validator> {
    static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap();
    let compile = || {
        let components = &DOCUMENT["components"];
        let schema = DOCUMENT.pointer(pointer).unwrap_or_else(|| panic!("the document has no {pointer}"));
        let root = json!({"allOf": [schema], "components": components});
        Arc::new(jsonschema::draft202012::new(&root).unwrap_or_else(|error| panic!("{pointer}: {error}")))
    };
    Arc::clone(known.entry(pointer.to_owned()).or_insert_with(compile))
}

/// Follows a reference, if this is one; answers where that leads.
fn resolved(pointer: String) -> (String, &'static Value) {
    let value = DOCUMENT.pointer(&pointer).unwrap_or_else(|| panic!("the document has no {pointer}"));
    match value["$ref"].as_str() {
        Some(reference) => resolved(reference.trim_start_matches('#').to_owned()),
        None => (pointer, value),
    }
}

/// A key as one step of a pointer.
pub(crate) fn step(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Holds an answer against the document: its status, its headers, its media type and its body.
pub(crate) fn check(method: &Method, path: &str, reply: &Reply) {
    let status = reply.status;
    let what = format!("{method} {path} is answered {status}");
    let asked = if method == Method::HEAD { "get".to_owned() } else { method.as_str().to_ascii_lowercase() };
    let path = template(path);
    let item = &DOCUMENT["paths"][path];
    let (pointer, response) = if item.is_null() {
        assert_eq!(status, 404, "{what}, but the document knows no such path");
        resolved("/components/responses/UnknownPath".to_owned())
    } else if item[&asked].is_null() {
        assert_eq!(status, 405, "{what}, but the document knows no such method there");
        resolved("/components/responses/MethodNotAllowed".to_owned())
    } else {
        let documented = !item[&asked]["responses"][status.to_string()].is_null();
        assert!(documented, "{what}, which the document does not know: {reply:?}");
        resolved(format!("/paths/{}/{asked}/responses/{status}", step(path)))
    };
    check_headers(&what, &pointer, response, reply);
    check_body(&what, &pointer, response, reply, method == Method::HEAD);
}

/// The path of the document that a path is one of: a step in braces stands for any.
fn template(path: &str) -> &str {
    let fits = |template: &str| {
        let (steps, asked) = (template.split('/').collect::<Vec<_>>(), path.split('/').collect::<Vec<_>>());
        let fit = |(step, asked): (&&str, &&str)| step == asked || (step.starts_with('{') && !asked.is_empty());
        steps.len() == asked.len() && steps.iter().zip(&asked).all(fit)
    };
    DOCUMENT["paths"].as_object().unwrap().keys().find(|template| fits(template)).map_or(path, String::as_str)
}

fn check_headers(what: &str, pointer: &str, response: &Value, reply: &Reply) {
    let documented = response["headers"].as_object().unwrap();
    for name in documented.keys() {
        let (place, header) = resolved(format!("{pointer}/headers/{name}"));
        let Some(text) = reply.header(name) else {
            assert!(header["required"] != json!(true), "{what} without {name}: {reply:?}");
            continue;
        };
        let value = text.parse::<u64>().ok().filter(|_| header["schema"]["type"] == "integer");
        let value = value.map_or_else(|| json!(text), |number| json!(number));
        let validator = validator(&format!("{place}/schema"));
        assert!(validator.is_valid(&value), "{what} with {name}: {text}");
    }
    for name in reply.headers.keys().map(http::HeaderName::as_str) {
        let known = documented.keys().any(|key| key.eq_ignore_ascii_case(name));
        let of_http = ["content-type", "content-length", "connection"].contains(&name);
        // With origins that are let in, every answer says that it depends on them.
        let is_shared = reply.headers.contains_key("access-control-expose-headers");
        let of_cors = is_shared && (name == "vary" || name.starts_with("access-control-"));
        assert!(known || of_http || of_cors, "{what} with {name}, which the document does not tell of");
    }
}

fn check_body(what: &str, pointer: &str, response: &Value, reply: &Reply, is_head: bool) {
    let Some(content) = response["content"].as_object() else {
        assert_eq!((reply.header("content-type"), reply.body.len()), (None, 0), "{what} with a body");
        return;
    };
    let media = reply.header("content-type").unwrap_or_default();
    if content.contains_key("*/*") {
        assert!(media.contains('/'), "{what} as {media:?}");
        return;
    }
    assert!(content.contains_key(media), "{what} as {media:?}");
    if is_head {
        return;
    }
    let body = match serde_json::from_slice(&reply.body) {
        Ok(body) if media == "application/json" => body,
        Err(error) if media == "application/json" => panic!("{what} with no JSON: {error}"),
        _ => json!(String::from_utf8_lossy(&reply.body)),
    };
    let validator = validator(&format!("{pointer}/content/{}/schema", step(media)));
    if let Some(error) = validator.iter_errors(&body).next() {
        panic!("{what} with a body that the document does not describe: {error} at {}\n{body}", error.instance_path());
    }
}

/// Holds a body that was taken against the document: what clients may send is not more than it tells of.
pub(crate) fn check_taken(method: &Method, path: &str, body: &Value) {
    let pointer = format!("/paths/{}/{}/requestBody", step(path), method.as_str().to_ascii_lowercase());
    if DOCUMENT.pointer(&pointer).is_some() {
        let validator = validator(&format!("{pointer}/content/application~1json/schema"));
        if let Some(error) = validator.iter_errors(body).next() {
            panic!("{method} {path} takes what the document does not describe: {error} at {}", error.instance_path());
        }
    }
}
