//! The document: that it is the one that is checked in, that it is sound, and that it is served.

use std::collections::BTreeSet;

use http::Method;
use palimpsest_engine::Code;
use palimpsest_server::ENDPOINTS;
use serde_json::{Value, json};

use crate::app::{App, Ask, Lab, unhurried};
use crate::authorisation::{guarded, things};
use crate::contract::{DOCUMENT, endpoints, step, validator};

const CHECKED_IN: &str = include_str!("../../../../docs/openapi.json");

#[test]
fn the_checked_in_document_is_that_of_the_code() {
    let current = palimpsest_server::openapi();
    assert!(current == CHECKED_IN.as_bytes(), "docs/openapi.json is stale: `cargo xtask openapi` writes it anew");
}

#[tokio::test]
async fn it_is_served_to_everyone() {
    let reply = App::new(unhurried()).send(Ask::new(Method::GET, "/openapi.json")).await;
    assert_eq!(reply.ok(), *DOCUMENT);
}

#[test]
fn it_tells_of_every_endpoint_and_of_no_other() {
    let told: BTreeSet<_> =
        endpoints().iter().map(|told| (told.path, told.method.to_string(), format!("{:?}", told.access))).collect();
    let served =
        ENDPOINTS.iter().map(|endpoint| (endpoint.path, endpoint.method.to_string(), format!("{:?}", endpoint.access)));
    assert_eq!(told, served.collect());
}

#[tokio::test]
async fn it_tells_of_what_the_samples_send() {
    let lab = Lab::new().await;
    for (endpoint, _, sample) in guarded(&things(&lab).await) {
        let what = format!("{} {}", endpoint.method, endpoint.path);
        let parameters = endpoint.operation["parameters"].as_array().unwrap();
        let named = |name: &str| parameters.iter().any(|known| known["name"] == name);
        let sent: BTreeSet<_> = form_urlencoded::parse(sample.query.trim_start_matches('?').as_bytes()).collect();
        for (name, _) in &sent {
            assert!(named(name), "{what}: {name}");
        }
        let needed = parameters.iter().filter(|known| known["required"] == json!(true));
        assert!(needed.count() <= sent.len(), "{what} needs more than {sent:?}");
        assert_eq!(
            sample.body.is_some() || sample.bytes.is_some(),
            !endpoint.operation["requestBody"].is_null(),
            "{what}"
        );
        if let Some(body) = &sample.body {
            let (path, method) = (step(endpoint.path), endpoint.method.as_str().to_ascii_lowercase());
            let pointer = format!("/paths/{path}/{method}/requestBody/content/application~1json/schema");
            assert!(validator(&pointer).is_valid(body), "{what}: {body}");
        }
    }
}

#[test]
fn operations_have_names_of_their_own_and_links_lead_to_them() {
    let names: Vec<_> = endpoints().iter().map(|told| told.operation["operationId"].as_str().unwrap()).collect();
    let distinct: BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
    for told in endpoints() {
        for link in told.operation["responses"]["200"]["links"].as_object().into_iter().flatten() {
            let target = link.1["operationId"].as_str().unwrap();
            let target = endpoints().into_iter().find(|other| other.operation["operationId"] == target).unwrap();
            for key in link.1["parameters"].as_object().into_iter().flat_map(|map| map.keys()) {
                let parameters = target.operation["parameters"].as_array().unwrap();
                let known =
                    parameters.iter().any(|known| key == &format!("query.{}", known["name"].as_str().unwrap_or("")));
                assert!(known, "{} {}: {key}", told.path, link.0);
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_referred_to() {
    let mut found = BTreeSet::new();
    walk(&DOCUMENT, &mut |value| {
        let in_value = [value["$ref"].as_str()];
        found.extend(in_value.into_iter().flatten().map(str::to_owned));
    });
    for reference in &found {
        assert!(DOCUMENT.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    let text = DOCUMENT["info"]["description"].as_str().unwrap();
    for kind in ["schemas", "responses", "headers", "parameters"] {
        for name in DOCUMENT["components"][kind].as_object().unwrap().keys() {
            let reference = format!("#/components/{kind}/{name}");
            assert!(found.contains(&reference) || text.contains(&reference), "nothing refers to {reference}");
        }
    }
}

#[test]
fn every_schema_is_one() {
    for name in DOCUMENT["components"]["schemas"].as_object().unwrap().keys() {
        let schema = &DOCUMENT["components"]["schemas"][name];
        assert!(jsonschema::draft202012::meta::is_valid(schema), "{name}");
        validator(&format!("/components/schemas/{}", step(name)));
    }
}

#[test]
fn every_code_is_told_of() {
    let mut told = BTreeSet::new();
    walk(&DOCUMENT["components"]["schemas"], &mut |value| {
        told.extend(value["properties"]["code"]["const"].as_str().map(str::to_owned));
    });
    let known = Code::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    assert_eq!(told, known);
}

/// Shows every object of a JSON.
fn walk(json: &'static Value, see: &mut impl FnMut(&'static Value)) {
    match json {
        Value::Array(list) => list.iter().for_each(|one| walk(one, see)),
        Value::Object(map) => {
            see(json);
            map.values().for_each(|one| walk(one, see));
        }
        _ => {}
    }
}
