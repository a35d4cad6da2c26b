//! Conditions (RFC 9110 §13, RFC 6585 §3): entity tags, what they let through, and what a policy asks for.

mod creates;
mod daily;
mod headers;
mod laws;
mod mismatch;
mod policy;
mod reads;
mod trash;
mod writes;

use http::Method;
use serde_json::{Value, json};

use crate::app::{Ask, Lab, Reply};
use crate::authorisation::{Sample, Things, guarded};
use crate::wire::titled;

/// A version of another log.
const FOREIGN: &str = "\"0123456789abcdef.2\"";

/// The message of a refusal that tells this version.
fn unmet(current: &str) -> String {
    format!("The condition does not hold: the current version is {current}")
}

impl Reply {
    /// The entity tag, which has to be there.
    #[track_caller]
    fn etag(&self) -> String {
        self.header("etag").unwrap_or_else(|| panic!("no ETag: {self:?}")).to_owned()
    }
}

/// The version that an entity tag names, without the digest.
fn short(etag: &str) -> String {
    etag.split_once('-').map_or_else(|| etag.to_owned(), |(version, _)| format!("{version}\""))
}

/// The revision in an entity tag.
fn revision(etag: &str) -> u64 {
    let (_, revision) =
        short(etag).trim_matches('"').split_once('.').map(|(log, number)| (log.len(), number.parse())).unwrap();
    revision.unwrap()
}

/// The entity tag of an object.
async fn etag(lab: &Lab, id: &str) -> String {
    lab.get(&format!("/object?id={id}")).await.etag()
}

/// The body that gives an object another title.
fn retitle(id: &str, title: &str) -> Value {
    json!({"id": id, "properties": {"title": titled(title)}})
}

/// PATCH /object with another title, under a condition.
async fn retitled(lab: &Lab, id: &str, title: &str, header: &'static str, tags: &str) -> Reply {
    let ask = lab.ask(Method::PATCH, "/object").header(header, tags).json(&retitle(id, title));
    lab.app.send(ask).await
}

/// The samples of all reads that have versions, or of all writes that take conditions.
fn versioned(things: &Things, writes: bool) -> Vec<Sample> {
    let takes_condition = |operation: &Value| {
        let parameters = operation["parameters"].as_array().unwrap();
        parameters.iter().any(|parameter| parameter["$ref"] == "#/components/parameters/IfMatch")
    };
    let is_read = |operation: &Value| !operation["responses"]["304"].is_null();
    let all = guarded(things).into_iter();
    let all = all.filter(|(endpoint, ..)| takes_condition(endpoint.operation) && is_read(endpoint.operation) != writes);
    let samples: Vec<_> = all.map(|(.., sample)| sample).collect();
    assert!(samples.len() >= 8, "only {} of them take conditions", samples.len());
    samples
}

impl Sample {
    /// The object that it changes; nothing when it makes one.
    fn subject(&self) -> Option<String> {
        if self.is_of_schema() {
            return None;
        }
        let body = self.body.as_ref().filter(|_| self.path != "/object" || self.method != Method::POST);
        let of_body = body.and_then(|body| body["id"].as_str()).map(str::to_owned);
        let of_query = || {
            let mut pairs = self.query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(name, _)| ["id", "objectId"].contains(name)).map(|(_, id)| id.to_owned())
        };
        of_body.or_else(of_query)
    }

    fn is_of_schema(&self) -> bool {
        self.path == "/space" || self.path.starts_with("/space/")
    }

    /// Where the version is read that its condition speaks of; nowhere when it makes an object.
    fn place(&self) -> Option<String> {
        match self.path {
            "/space" => Some("/space".to_owned()),
            _ if self.is_of_schema() => Some("/space/structures".to_owned()),
            _ => self.subject().map(|id| format!("/object?id={id}")),
        }
    }

    /// Whether it changes what somebody else may have changed since it was read.
    fn overwrites(&self) -> bool {
        let only_adds = self.path == "/blocks/append" || (self.is_of_schema() && self.method == Method::POST);
        self.place().is_some() && !only_adds
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn with(&self, lab: &Lab, header: &'static str, value: &str) -> Ask {
        self.ask().token(&lab.token).header(header, value)
    }
}
