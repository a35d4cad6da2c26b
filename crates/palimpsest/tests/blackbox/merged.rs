//! Counters of one object that many clients raise at once, each its own, with tags that the others have made old: merged, all of
//! it is there, and nobody has to try again.

use std::path::Path;
use std::thread::scope;

use serde_json::{Value, json};

use crate::cli;
use crate::http::{Client, Reply};
use crate::random::{Random, rounds};
use crate::server::Server;

const CLIENTS: usize = 8;

#[test]
fn increments_of_different_properties_are_all_kept_and_accepted_at_once() {
    let times = rounds(10, 100);
    let outcome = count_at_once(times, "Prefer: merge\r\n");
    assert_eq!(outcome.refused, 0);
    assert_eq!(outcome.counts, [times; CLIENTS]);
    assert!(outcome.merged > 0, "every tag was the current one");
    println!("{} of {} writes were merged", outcome.merged, times * CLIENTS as u64);
}

/// The control: who does not ask for it is told that the tag is old.
#[test]
fn increments_of_different_properties_are_refused_where_nobody_prefers_a_merge() {
    let outcome = count_at_once(10, "");
    assert!(outcome.refused > 0 && outcome.merged == 0);
}

/// What became of the counters.
struct Outcome {
    counts: [u64; CLIENTS],
    refused: usize,
    merged: usize,
}

/// Each client raises its own counter so often, beginning with the same tag and going on with those of its answers.
fn count_at_once(times: u64, preference: &str) -> Outcome {
    let mut random = Random::new();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (server, token) = Server::start_first(&data);
    let properties = [(); CLIENTS].map(|()| random.uuid());
    let object = make(server.client(&token), &data, &mut random, &properties);
    let path = format!("/object?id={object}");
    let begin = server.client(&token).get(&path).etag.unwrap();
    let refused = scope(|threads| {
        let running = properties.each_ref().map(|property| {
            let (client, object, tag) = (server.client(&token), &object, begin.clone());
            let mut counting = Counting { client, object, property, tag };
            threads
                .spawn(move || (1..=times).filter(|number| counting.write(*number, preference).status != 200).count())
        });
        running.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    let mut client = server.client(&token);
    let finally = client.get(&path).json();
    let counts = properties.each_ref().map(|property| {
        let number = finally["properties"][property]["number"]["value"].as_u64();
        number.unwrap_or_default()
    });
    let page = client.get(&format!("/object/history?id={object}&limit=1000")).json();
    assert_eq!(page["hasMore"], json!(false));
    let merged = page["results"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "merged").count();
    Outcome { counts, refused, merged }
}

/// Makes an object with these numbers; its id.
fn make(mut client: Client, data: &Path, random: &mut Random, properties: &[String]) -> String {
    let (structure, object) = (random.uuid(), random.uuid());
    let definition = |id: &String| json!({ "id": id, "name": format!("count {id}"), "type": "number" });
    let definitions: Vec<_> = properties.iter().map(definition).collect();
    let definition = json!({ "id": structure, "title": "Tally", "propertyDefinitions": definitions });
    let file = data.with_extension("json");
    std::fs::write(&file, definition.to_string()).unwrap();
    cli::must(data, &["structure", "create", file.to_str().unwrap()]);
    let made = client.send("POST", "/object", Some(&json!({ "id": object, "structureId": structure }))).unwrap();
    assert_eq!(made.status, 200, "{}", made.text());
    object
}

/// A client that counts in a property of its own.
struct Counting<'c> {
    client: Client,
    object: &'c str,
    property: &'c str,
    tag: String,
}

impl Counting<'_> {
    fn write(&mut self, number: u64, preference: &str) -> Reply {
        let value: Value = json!({ "type": "number", "number": { "value": number } });
        let body = json!({ "id": self.object, "properties": { self.property: value } });
        let more = format!("If-Match: {}\r\n{preference}", self.tag);
        let reply = self.client.send_with("PATCH", "/object", Some(&body), &more).unwrap();
        assert!(matches!(reply.status, 200 | 412), "{}", reply.text());
        if let Some(tag) = &reply.etag {
            self.tag.clone_from(tag);
        }
        reply
    }
}
