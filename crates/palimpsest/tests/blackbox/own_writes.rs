//! Read your writes: what was acknowledged to one client is in the very next answer to any other, whatever that asks.

use std::thread::scope;

use serde_json::{Value, json};

use crate::http::Client;
use crate::random::{Random, rounds};
use crate::server::Server;

const WRITERS: u64 = 4;

#[test]
fn whatever_is_asked_next_shows_what_was_acknowledged() {
    let mut random = Random::new();
    let folder = tempfile::tempdir().unwrap();
    let (server, token) = Server::start_first(&folder.path().join("data"));
    scope(|threads| {
        for writer in 0..WRITERS {
            let mut pair = Pair::new(&server, &token, random.split());
            threads.spawn(move || {
                for time in 0..rounds(20, 100) {
                    assert_eq!(pair.unseen(&format!("w{writer}x{time}")), Vec::<&str>::new());
                }
            });
        }
    });
}

/// The control: it rests on the head moving before anybody is answered.
#[cfg(feature = "faults")]
#[test]
fn a_head_that_moves_late_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (server, token) = Server::start_first(&data);
    server.stop();
    let server = Server::start_with(&data, [("PALIMPSEST_FAULTS", "publish-late")]);
    let mut pair = Pair::new(&server, &token, Random::new());
    let found = (0..50).map(|time| pair.unseen(&format!("w{time}"))).find(|unseen| !unseen.is_empty());
    println!("{:?}", found.expect("everything was seen"));
}

/// A client that writes, and another one that looks.
struct Pair {
    writer: Client,
    reader: Client,
    random: Random,
}

impl Pair {
    fn new(server: &Server, token: &str, random: Random) -> Self {
        Self { writer: server.client(token), reader: server.client(token), random }
    }

    /// Makes, changes and trashes an object with a name of its own; the answers that did not know of it.
    fn unseen(&mut self, name: &str) -> Vec<&'static str> {
        let id = self.random.uuid();
        let path = format!("/object?id={id}");
        let mut unseen = Vec::new();
        let mut check = |is_seen: bool, answer| {
            if !is_seen {
                unseen.push(answer);
            }
        };
        let made = self.writer.create(&id, name, &[]).unwrap();
        assert_eq!(made.status, 200, "{}", made.text());
        check(self.reader.object(&id).is_some(), "GET after a create");

        let title = json!({ "type": "title", "title": { "value": format!("{name} changed") } });
        let body = json!({ "id": id, "properties": { "title": title } });
        let changed = self.writer.send("PATCH", "/object", Some(&body)).unwrap();
        assert_eq!(changed.status, 200, "{}", changed.text());
        check(self.reader.object(&id).is_some_and(|object| object == changed.json()), "GET after a change");

        // Few are found at once, by the thread that is asked.
        for (limit, answer) in [(1, "search for one"), (50, "search")] {
            let found = self.search(name, limit);
            check(names(&found, &id) && found.to_string().contains("changed"), answer);
        }
        check(names(&self.reader.get("/objects?limit=1000").json(), &id), "list");
        let history = self.reader.get(&format!("/object/history?id={id}")).json();
        check(history["results"][0]["revision"] == json!(changed.revision), "history");
        let since = changed.revision.unwrap() - 1;
        let changes = self.reader.get(&format!("/changes?since={since}&limit=1")).json();
        check(changes["changes"][0]["objects"][0]["id"] == json!(id), "feed");

        let trashed = self.writer.send("DELETE", &path, None).unwrap();
        assert!(matches!(trashed.status, 200 | 204), "{}", trashed.text());
        check(self.reader.object(&id).is_none(), "GET after a deletion");
        check(!names(&self.search(name, 1), &id), "search after a deletion");
        check(names(&self.reader.get("/trash?limit=1000").json(), &id), "trash");
        unseen
    }

    fn search(&mut self, name: &str, limit: usize) -> Value {
        let ask = json!({ "query": name, "limit": limit });
        let reply = self.reader.send("POST", "/objects/search", Some(&ask)).unwrap();
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }
}

/// Whether a page has a row with this id.
fn names(page: &Value, id: &str) -> bool {
    page["results"].as_array().unwrap().iter().any(|row| row["id"] == id)
}
