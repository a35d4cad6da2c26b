//! What holds for every path: HEAD, unknown paths and methods, the version header, request ids, media types.

use http::Method;
use serde_json::json;

use crate::app::{App, Ask, Lab, unhurried};
use crate::wire::page;

#[tokio::test]
async fn head_answers_what_get_answers_without_the_body() {
    let lab = Lab::new().await;
    let id = lab.make(page("Reagents")).await;
    for uri in ["/space", "/space/structures", &format!("/object?id={id}"), "/object?id=x", "/health/live"] {
        let get = lab.app.send(lab.ask(Method::GET, uri).header("x-request-id", "r")).await;
        let head = lab.app.send(lab.ask(Method::HEAD, uri).header("x-request-id", "r")).await;
        assert!(head.body.is_empty(), "{uri}");
        let (mut head_headers, length) = (head.headers.clone(), get.body.len().to_string());
        if let Some(announced) = head_headers.remove("content-length") {
            assert_eq!(announced, length.as_str(), "{uri}");
        }
        let mut get_headers = get.headers.clone();
        get_headers.remove("content-length");
        assert_eq!((head.status, head_headers), (get.status, get_headers), "{uri}");
    }
}

#[tokio::test]
async fn an_unknown_path_is_404_as_json() {
    let lab = Lab::new().await;
    let id = lab.make(page("Reagents")).await;
    for uri in [
        "/",
        "/nowhere",
        &format!("/object/{id}"),
        "/space/",
        "/Space",
        "/structures",
        "//space",
        "/object/../space",
        "/files",
        "/files/a",
        "/files/a/",
        "/files/a/b/c",
    ] {
        let reply = lab.get(uri).await;
        reply.refusal(404, "cap_not_found", "Not found");
        assert_eq!(reply.revision(), None, "{uri}");
    }
}

#[tokio::test]
async fn a_known_path_names_the_methods_it_knows() {
    let app = App::new(unhurried());
    let check = async |method: Method, path: &str, allowed: &str| {
        let reply = app.send(Ask::new(method.clone(), path)).await;
        let message = format!("{path} knows {allowed}, not {method}");
        reply.refusal(405, "cap_method_not_allowed", &message);
        assert_eq!(reply.header("allow"), Some(allowed));
    };
    check(Method::POST, "/space", "GET, HEAD, PATCH").await;
    check(Method::PUT, "/object", "GET, HEAD, POST, PATCH, DELETE").await;
    check(Method::OPTIONS, "/object", "GET, HEAD, POST, PATCH, DELETE").await;
    check(Method::GET, "/blocks/append", "POST").await;
    check(Method::GET, "/block", "DELETE").await;
    check(Method::DELETE, "/health/live", "GET, HEAD").await;
    let reply = app.send(Ask::new(Method::POST, "/files/0a/gel.png")).await;
    let message = "/files/{hash}/{name} knows GET, HEAD, not POST";
    reply.refusal(405, "cap_method_not_allowed", message);
    let head = app.send(Ask::new(Method::HEAD, "/blocks/append")).await;
    assert_eq!((head.status, head.header("allow"), head.body.len()), (405, Some("POST"), 0));
}

#[tokio::test]
async fn the_version_header_may_name_any_version_from_the_minimum_on() {
    let lab = Lab::new().await;
    for version in ["1.0.0", "0.1.0", "0.2.7", "1.2.3", "99.0.0", " 1.0.0 "] {
        let ask = lab.ask(Method::GET, "/space").header("x-capacities-api-version", version);
        lab.app.send(ask).await.ok();
    }
    lab.app.send(lab.ask(Method::GET, "/space").header("capacities-api-version", "2026-01-01")).await.ok();
}

#[tokio::test]
async fn a_version_that_is_none_or_too_old_is_invalid() {
    let lab = Lab::new().await;
    let told = async |version: &str, problem: &str| {
        let ask = lab.ask(Method::GET, "/space").header("x-capacities-api-version", version);
        let message = format!("✖ {problem}\n  → at X-Capacities-Api-Version");
        lab.app.send(ask).await.refusal(400, "cap_invalid_input", &message);
    };
    for wrong in [
        "",
        "1",
        "1.0",
        "1.0.0.0",
        "v1.0.0",
        "1.0.x",
        "01.0.0",
        "1.0.0-beta",
        "+1.0.0",
        "2026-01-01",
        "9999999999999999999999.0.0",
    ] {
        told(wrong, "Invalid version: expected MAJOR.MINOR.PATCH, such as 1.0.0").await;
    }
    for old in ["0.0.9", "0.0.0"] {
        told(old, "Unsupported version: the minimum is 0.1.0").await;
    }
}

#[tokio::test]
async fn a_request_id_is_echoed_when_it_is_sane_and_made_when_not() {
    let lab = Lab::new().await;
    let answered = async |ask: Ask| lab.app.send(ask).await.header("x-request-id").unwrap().to_owned();
    let sent = async |id: &str| answered(lab.ask(Method::GET, "/space").header("x-request-id", id)).await;
    assert_eq!(sent("trace-1/a").await, "trace-1/a");
    assert_eq!(sent(&"x".repeat(128)).await, "x".repeat(128));
    for odd in ["", "two words", "x\ty", "ü", &"x".repeat(129)] {
        let made = sent(odd).await;
        assert!(palimpsest_model::parse_uuid(&made).is_some(), "{odd} is answered {made}");
    }
    let (one, two) = (answered(lab.ask(Method::GET, "/space")).await, answered(lab.ask(Method::GET, "/space")).await);
    assert_ne!(one, two);
    for uri in ["/nowhere", "/health/live", "/object"] {
        assert_eq!(answered(lab.ask(Method::GET, uri).header("x-request-id", "r")).await, "r", "{uri}");
    }
    assert_eq!(answered(Ask::new(Method::PUT, "/object").header("x-request-id", "r")).await, "r");
}

#[tokio::test]
async fn bodies_are_read_as_json_whatever_they_are_called() {
    let lab = Lab::new().await;
    for media_type in
        ["application/json", "application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded"]
    {
        let ask = lab.ask(Method::POST, "/object").header("content-type", media_type).json(&page("a"));
        lab.app.send(ask).await.ok();
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_invalid() {
    let lab = Lab::new().await;
    let told = async |body: &str, message: &str| {
        let ask = lab.ask(Method::POST, "/object").body(body.to_owned().into());
        lab.app.send(ask).await.refusal(400, "cap_invalid_input", message);
    };
    told("", "✖ Invalid input: expected object, received undefined").await;
    told("null", "✖ Invalid input: expected object, received null").await;
    told("\"text\"", "✖ Invalid input: expected object, received string").await;
    told("[]", "✖ Invalid input: expected object, received array").await;
    told("3", "✖ Invalid input: expected object, received number").await;
    told("true", "✖ Invalid input: expected object, received boolean").await;
    told("{", "✖ Invalid JSON: EOF while parsing an object at line 1 column 1").await;
    told("{} {}", "✖ Invalid JSON: trailing characters at line 1 column 4").await;
    told("{'a': 1}", "✖ Invalid JSON: key must be a string at line 1 column 2").await;
}

#[tokio::test]
async fn unknown_members_and_parameters_are_passed_over() {
    let lab = Lab::new().await;
    let mut body = page("a");
    body["markdown"] = json!("# ignored");
    body["unknown"] = json!({"deep": [1]});
    body["properties"]["title"]["unknown"] = json!(1);
    let page = lab.create(body).await;
    assert_eq!(page["properties"]["title"], json!({"type": "title", "title": {"value": "a"}}));
    lab.get("/space?unknown=1&id=x").await.ok();
}
