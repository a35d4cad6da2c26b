//! Policies on the command line: given beside a server and without one, shown in lists, in force from the next request on.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{must, run};
use crate::http::Client;
use crate::server::Server;

const PAGE: &str = "33333333-3333-4333-8333-333333333333";

/// What a list tells of the policies.
fn policies(data: &Path, list: &[&str]) -> Vec<String> {
    let told: Value = serde_json::from_str(&all(data, &[list, &["--json"]].concat())).unwrap();
    told.as_array().unwrap().iter().map(|row| row["concurrency"].as_str().unwrap().to_owned()).collect()
}

fn all(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The status of a change that names no version.
fn change(client: &mut Client, title: &str) -> u16 {
    let properties = json!({ "title": { "type": "title", "title": { "value": title } } });
    client.send("PATCH", "/object", Some(&json!({ "id": PAGE, "properties": properties }))).unwrap().status
}

#[test]
fn a_policy_is_given_to_a_space_and_to_a_token_and_holds_from_the_next_request_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (server, token) = Server::start_first(&data);
    let mut first = server.client(&token);
    assert_eq!(first.create(PAGE, "page", &[]).unwrap().status, 200);
    assert_eq!((policies(&data, &["space", "list"]), change(&mut first, "a")), (vec!["lastWriteWins".to_owned()], 200));

    let secret = must(&data, &["token", "create", "--name", "careful", "--require-condition"]);
    let mut careful = server.client(&secret);
    assert_eq!((change(&mut careful, "b"), change(&mut first, "c")), (428, 200));
    let mut tokens = policies(&data, &["token", "list"]);
    tokens.sort();
    assert_eq!(tokens, ["lastWriteWins", "requireCondition"]);
    let table = all(&data, &["token", "list"]);
    assert!(table.contains("CONCURRENCY") && table.contains("requireCondition"), "{table}");

    must(&data, &["space", "policy", "My space", "requireCondition"]);
    assert_eq!((change(&mut first, "d"), change(&mut careful, "d")), (428, 428));
    let table = all(&data, &["space", "list"]);
    assert!(table.contains("CONCURRENCY") && table.contains("requireCondition"), "{table}");
    server.stop();

    assert_eq!(policies(&data, &["space", "list"]), ["requireCondition"], "without a server, too");
    let server = Server::start(&data);
    assert_eq!(change(&mut server.client(&token), "e"), 428, "after a restart, too");
    server.stop();
    must(&data, &["space", "policy", "My space", "lastWriteWins"]);
    let server = Server::start(&data);
    assert_eq!((change(&mut server.client(&token), "f"), change(&mut server.client(&secret), "g")), (200, 428));
    server.stop();
}

#[test]
fn a_policy_that_is_none_and_a_space_that_is_not_there_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    must(&data, &["space", "create", "Lab"]);
    for wrong in [["space", "policy", "Lab", "firstWriteWins"], ["space", "policy", "Lob", "requireCondition"]] {
        let output = run(&data, &wrong);
        assert!(!output.status.success() && !output.stderr.is_empty(), "{wrong:?}");
    }
    assert_eq!(policies(&data, &["space", "list"]), ["lastWriteWins"]);
}

#[test]
fn origins_are_named_in_the_environment_and_anything_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start_with(&data, [("PALIMPSEST_CORS", "https://a.example,http://localhost:5173")]);
    for (origin, expected) in
        [("https://a.example", true), ("http://localhost:5173", true), ("https://b.example", false)]
    {
        let head = server.client("").head_of("OPTIONS", "/object", &format!("Origin: {origin}\r\n")).unwrap();
        let named = format!("access-control-allow-origin: {origin}");
        assert_eq!(head.iter().any(|line| line.eq_ignore_ascii_case(&named)), expected, "{origin}: {head:?}");
    }
    server.stop();
    let output = run(&data, &["serve", "--cors", "*"]);
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("`*` is no origin"), "{told}");
}
