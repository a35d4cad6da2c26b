//! Reads beside writes: whatever a client asks for in whatever order, the revision it sees never falls; and what was
//! acknowledged to one client is there for every other at once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;
use std::time::Duration;

use crate::cli;
use crate::ledger::texts;
use crate::random::{Random, rounds};
use crate::server::Server;
use crate::writers::{Outcome, Writer, shared_objects};

#[test]
fn the_revision_never_falls_and_every_client_reads_what_was_acknowledged_to_another() {
    let mut random = Random::new();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (server, token) = Server::start_first(&data);
    let (shared, _) = shared_objects("first", server.client(&token), &mut random);
    let writes = rounds(40, 300);
    let (writing, shared, data) = (&AtomicBool::new(true), &shared, &data);
    scope(|threads| {
        // The client itself compares the revisions of its answers.
        let mut client = server.client(&token);
        let reading = threads.spawn(move || {
            let mut revisions = BTreeSet::new();
            while writing.load(Ordering::Relaxed) {
                let object = format!("/object?id={}", shared[0]);
                for path in [object.as_str(), "/space/structures", "/space"] {
                    revisions.insert(client.get(path).revision.unwrap());
                }
            }
            assert!(revisions.len() > 10, "nothing moved: {revisions:?}");
        });
        let mut running = Vec::new();
        for index in 0..6 {
            let client = server.client(&token);
            let mut other = server.client(&token);
            let mut writer = Writer::new(format!("w{index}"), client, random.split(), shared);
            running.push(threads.spawn(move || {
                for _ in 0..writes {
                    assert_eq!(writer.write(), Outcome::Done);
                    let write = writer.last();
                    other = other.having_seen(write.revision.unwrap());
                    let texts = texts(&other.object(&write.object).unwrap());
                    let begins = texts.iter().position(|text| *text == write.paragraphs()[0]).unwrap();
                    assert_eq!(texts[begins..begins + 3], write.paragraphs());
                }
            }));
        }
        // The operator changes the space and its structures meanwhile, through the control socket.
        let mut client = server.client(&token);
        running.push(threads.spawn(move || {
            for index in 0..rounds(3, 30) {
                let name = format!("collection {index}");
                cli::must(data, &["collection", "create", &name, "--structure", "RootPage"]);
                assert!(client.get("/space/structures").text().contains(&name));
                let title = format!("title {index}");
                let space = client.get("/space").json()["id"].as_str().unwrap().to_owned();
                cli::must(data, &["space", "rename", &space, &title]);
                assert_eq!(client.get("/space").json()["title"], title);
            }
        }));
        let ended: Vec<_> = running.into_iter().map(|thread| thread.join()).collect();
        writing.store(false, Ordering::Relaxed);
        reading.join().unwrap();
        assert!(ended.iter().all(Result::is_ok));
    });
    server.stop();
}

/// After a start the first reader of an object goes to the disk. What it brings back may be older than what was written
/// meanwhile, and must not be shown in its stead.
#[test]
fn a_first_read_beside_a_write_hides_nothing() {
    let mut random = Random::new();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (server, token) = Server::start_first(&data);
    let mut writer = Writer::new("first".to_owned(), server.client(&token), random.split(), &[]);
    for _ in 0..rounds(100, 1_000) {
        assert_eq!(writer.create(), Outcome::Done);
    }
    server.stop();
    let server = Server::start(&data);
    let (mut reader, mut other) = (server.client(&token), server.client(&token));
    let mut second = Writer::new("second".to_owned(), server.client(&token), random.split(), &[]);
    for write in writer.ledger.writes {
        let moment = Duration::from_micros(random.below(1_000));
        scope(|threads| {
            threads.spawn(|| {
                // Not for a condition: this draws which of the two comes first.
                std::thread::sleep(moment);
                assert!(reader.object(&write.object).is_some());
            });
            assert_eq!(second.append(write.object.clone()), Outcome::Done);
        });
        let texts = texts(&other.object(&write.object).unwrap());
        assert_eq!(texts[3..], second.last().paragraphs());
    }
}
