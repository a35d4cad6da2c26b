//! `serve --demo`: what is in the space before the first request, and what a second start does with it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::cli;
use crate::http::Client;
use crate::server::Server;

const DEMO: [(&str, &str); 1] = [("PALIMPSEST_DEMO", "true")];

/// The ids of all objects, and all objects as they are shown.
fn read(client: &mut Client) -> (BTreeSet<String>, Vec<Value>) {
    let page = client.get("/objects?limit=100").json();
    assert_eq!(page["hasMore"], false);
    let text = |row: &Value| row["id"].as_str().unwrap().to_owned();
    let ids: BTreeSet<_> = page["results"].as_array().unwrap().iter().map(text).collect();
    let objects = ids.iter().map(|id| client.object(id).unwrap()).collect();
    (ids, objects)
}

/// The ids that an object leads to: those of link tokens, embedded objects and values.
fn targets(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| targets(item, found)),
        Value::Object(members) => {
            for (key, member) in members {
                match (key.as_str(), member) {
                    ("entity", Value::Array(entities)) => {
                        found.extend(entities.iter().map(|entity| entity["id"].as_str().unwrap().to_owned()));
                    }
                    ("entityId", id) => found.push(id.as_str().unwrap().to_owned()),
                    (_, other) => targets(other, found),
                }
            }
        }
        _ => {}
    }
}

fn titled<'o>(objects: &'o [Value], title: &str) -> &'o Value {
    let called = |object: &&Value| object["properties"]["title"]["title"]["value"] == title;
    objects.iter().find(called).unwrap_or_else(|| panic!("nothing is called {title}"))
}

#[test]
fn an_empty_folder_is_filled_before_the_first_answer() {
    let data = tempfile::tempdir().unwrap();
    let (server, token) = Server::start_first_with(data.path(), DEMO);
    let mut client = server.client(&token);
    let (ids, objects) = read(&mut client);
    for title in ["Welcome", "Look around", "Frankenstein", "Mary Shelley", "Palimpsest on Wikipedia", "demo"] {
        titled(&objects, title);
    }
    let mut links = 0;
    for object in &objects {
        let mut found = Vec::new();
        targets(object, &mut found);
        links += found.len();
        assert!(found.iter().all(|id| ids.contains(id)), "{object}");
    }
    assert!(links > 50, "{links}");
    let url = titled(&objects, "A palimpsest")["files"][0]["url"].as_str().unwrap().to_owned();
    let path = url.splitn(4, '/').nth(3).unwrap();
    let image = client.get(&format!("/{path}")).body;
    assert!(image.starts_with(b"\x89PNG") && image.ends_with(b"IEND\xaeB`\x82"));
    server.stop();
}

#[test]
fn every_call_that_it_tells_of_works() {
    let data = tempfile::tempdir().unwrap();
    let (server, token) = Server::start_first_with(data.path(), DEMO);
    let mut client = server.client(&token);
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(".curlrc"), "silent\nfail\n").unwrap();
    let mut calls = 0;
    for id in read(&mut client).0 {
        let shown = client.get(&format!("/object/markdown?id={id}")).json();
        for block in shown["markdown"].as_str().unwrap().split("```sh\n").skip(1) {
            let call = block.split("```").next().unwrap();
            let url = server.url();
            let mut shell = Command::new("sh");
            shell.args(["-ec", call]).envs([("URL", url.as_str()), ("TOKEN", &token)]).env("CURL_HOME", home.path());
            let output = shell.output().unwrap();
            assert!(output.status.success(), "{call}: {}", String::from_utf8_lossy(&output.stdout));
            calls += 1;
        }
    }
    assert_eq!(calls, 9);
    server.stop();
}

#[test]
fn a_second_start_leaves_it_and_what_came_of_it() {
    let data = tempfile::tempdir().unwrap();
    let (server, token) = Server::start_first_with(data.path(), DEMO);
    let mut client = server.client(&token);
    let (_, objects) = read(&mut client);
    let welcome = titled(&objects, "Welcome")["id"].as_str().unwrap().to_owned();
    let gone = client.send("DELETE", &format!("/object?id={welcome}"), None).unwrap();
    assert_eq!(gone.status, 200, "{}", gone.text());
    let before = client.get("/objects?limit=100");
    server.stop();
    let server = Server::start_with(data.path(), DEMO);
    let after = server.client(&token).get("/objects?limit=100");
    assert_eq!((after.revision, after.body), (before.revision, before.body));
    server.stop();
}

#[test]
fn a_folder_in_use_is_refused_and_left_alone() {
    let data = tempfile::tempdir().unwrap();
    let (server, token) = Server::start_first(data.path());
    let mut client = server.client(&token);
    client.create("3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11", "Mine", &[]).unwrap();
    let before = client.get("/objects?limit=100");
    server.stop();
    let refused = refusal(data.path());
    assert!(refused.contains("--demo: there are objects in this folder already"), "{refused}");
    let server = Server::start(data.path());
    let after = server.client(&token).get("/objects?limit=100");
    assert_eq!((after.revision, after.body), (before.revision, before.body));
    server.stop();
}

/// What a start that is refused says; it prints no address.
fn refusal(data: &Path) -> String {
    let output = cli::run(data, &["serve", "--demo", "--listen", "127.0.0.1:0"]);
    assert!(!output.status.success() && output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}
