//! Backups: of a server that goes on writing, and what becomes of one when it is restored.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread::scope;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli;
use crate::http::{Client, Reply};
use crate::ledger::Ledger;
use crate::random::{Random, rounds};
use crate::server::{Server, wait_for};
use crate::stored::Stored;
use crate::writers::{Outcome, Writer};

const ID: &str = "01234567-89ab-4def-8123-456789abcdef";

/// A command that has to be refused; what it says.
fn refused(data: &Path, command: &str, file: &Path) -> String {
    let output = cli::run(data, &[command, file.to_str().unwrap()]);
    assert!(!output.status.success(), "{command} {}", file.display());
    String::from_utf8(output.stderr).unwrap()
}

fn must(data: &Path, command: &str, file: &Path) {
    cli::must(data, &[command, file.to_str().unwrap()]);
}

fn get(client: &mut Client, path: &str, more: &str) -> Reply {
    client.send_with("GET", path, None, more).unwrap()
}

fn rename(client: &mut Client, title: &str, more: &str) -> Reply {
    let body = json!({"id": ID, "properties": {"title": {"type": "title", "title": {"value": title}}}});
    client.send_with("PATCH", "/object", Some(&body), more).unwrap()
}

/// What clients of the first life know when the backup is made.
struct Known {
    object: Reply,
    first: Vec<u8>,
    history: Value,
    cursor: String,
    since: String,
    written: Reply,
}

impl Known {
    fn gather(client: &mut Client) -> Self {
        for (id, title) in [(ID, "first"), ("01234567-89ab-4def-8123-456789abcde0", "another")] {
            assert_eq!(client.create(id, title, &[]).unwrap().status, 200);
        }
        let written = rename(client, "second", "Idempotency-Key: kept\r\n");
        let page = client.get("/objects?limit=1").json();
        let feed = client.get("/changes").json();
        Self {
            object: client.get(&object()),
            first: client.get(&format!("{}&revision=2", object())).body,
            history: client.get(&format!("/object/history?id={ID}")).json(),
            cursor: page["nextCursor"].as_str().unwrap().to_owned(),
            since: format!("{}.{}", feed["log"].as_str().unwrap(), feed["revision"]),
            written,
        }
    }
}

fn object() -> String {
    format!("/object?id={ID}")
}

/// History without the names of versions, which are those of another log.
fn without_tags(mut history: Value) -> Value {
    for row in history["results"].as_array_mut().unwrap() {
        row.as_object_mut().unwrap().remove("etag");
    }
    history
}

#[test]
fn a_restored_backup_has_everything_and_what_was_said_of_the_other_life_is_stale() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("backup"));
    let (server, token) = Server::start_first(&data);
    let mut client = server.client(&token);
    let known = Known::gather(&mut client);
    must(&data, "backup", &file);
    // The first life goes on: the same numbers come to mean something else.
    let elsewhere = rename(&mut client, "after the backup", "");
    assert_eq!(rename(&mut client, "lost", "Idempotency-Key: lost\r\n").status, 200);
    server.stop();

    let restored = folder.path().join("restored");
    must(&restored, "restore", &file);
    let server = Server::start(&restored);
    let mut client = server.client(&token);
    // Everything is there, and its history.
    let there = client.get(&object());
    assert_eq!((there.text(), there.revision), (known.object.text(), known.object.revision));
    assert_eq!(client.get(&format!("{}&revision=2", object())).body, known.first);
    let history = client.get(&format!("/object/history?id={ID}")).json();
    assert_eq!(without_tags(history), without_tags(known.history));
    let again = rename(&mut client, "second", "Idempotency-Key: kept\r\n");
    assert!(again.replayed);
    assert_eq!((again.text(), again.revision), (known.written.text(), known.written.revision));
    // What the other life gave out is of no use here.
    let [old, new] = [&known.object.etag, &there.etag].map(|etag| etag.clone().unwrap());
    assert_ne!(old, new);
    assert_eq!(get(&mut client, &object(), &format!("If-None-Match: {old}\r\n")).status, 200);
    assert_eq!(get(&mut client, &object(), &format!("If-None-Match: {new}\r\n")).status, 304);
    for old in [old, elsewhere.etag.unwrap()] {
        let refusal = rename(&mut client, "never", &format!("If-Match: {old}\r\n"));
        assert_eq!(
            (refusal.status, &refusal.json()["details"]["base"]),
            (412, &json!("unknown")),
            "{}",
            refusal.text()
        );
    }
    for path in [format!("/objects?limit=1&cursor={}", known.cursor), format!("/changes?since={}", known.since)] {
        let refusal = get(&mut client, &path, "");
        assert_eq!((refusal.status, &refusal.json()["code"]), (410, &json!("cap_revision_unknown")), "{path}");
    }
    assert_eq!(rename(&mut client, "third", &format!("If-Match: {new}\r\n")).status, 200);
}

#[test]
fn a_backup_overwrites_nothing_and_neither_does_restoring_it() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("backup"));
    assert!(refused(&data, "backup", &file).contains("there is no store"));
    assert!(!data.exists() && !file.exists());
    let (server, _) = Server::start_first(&data);
    must(&data, "backup", &file);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let before = std::fs::read(&file).unwrap();
    assert!(refused(&data, "backup", &file).contains("exists already"));
    assert!(refused(&data, "restore", &file).contains("in use by another palimpsest process"));
    server.stop();
    assert!(refused(&data, "backup", &file).contains("exists already"));
    assert!(refused(&data, "restore", &file).contains("exists already"));
    assert!(std::fs::read(&file).unwrap() == before);
    let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, ["backup", "data", "data.log"], "something was left behind");
    let stopped = folder.path().join("stopped");
    must(&data, "backup", &stopped);
    let restored = folder.path().join("restored");
    must(&restored, "restore", &stopped);
    assert_eq!(Stored::open(&restored).revision, Stored::open(&data).revision);
}

/// Four clients write while backups are made; each holds all that was written up to a revision, and nothing after it.
#[test]
fn a_backup_beside_writers_is_a_prefix_of_the_log() {
    let mut random = Random::new();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (server, token) = Server::start_first(&data);
    let (writing, newest) = (&AtomicBool::new(true), &AtomicI64::new(0));
    let mut ledger = Ledger::default();
    let mut backups: Vec<(PathBuf, i64)> = Vec::new();
    scope(|threads| {
        let running: Vec<_> = (0..4)
            .map(|index| {
                let mut writer = Writer::new(format!("w{index}"), server.client(&token), random.split(), &[]);
                threads.spawn(move || {
                    while writing.load(Ordering::Relaxed) {
                        assert_eq!(writer.write(), Outcome::Done);
                        newest.fetch_max(writer.last().revision.unwrap(), Ordering::SeqCst);
                    }
                    writer.ledger
                })
            })
            .collect();
        for number in 0..rounds(3, 30) {
            let enough = newest.load(Ordering::SeqCst) + 20;
            wait_for("writes between", Duration::from_secs(60), || {
                (newest.load(Ordering::SeqCst) >= enough).then_some(())
            });
            let (file, before) = (folder.path().join(format!("backup{number}")), newest.load(Ordering::SeqCst));
            must(&data, "backup", &file);
            backups.push((file, before));
        }
        writing.store(false, Ordering::Relaxed);
        running.into_iter().for_each(|writer| ledger.add(&writer.join().unwrap()));
    });
    server.stop();
    let whole = Stored::open(&data);
    for (file, before) in backups {
        let restored = file.with_extension("restored");
        must(&restored, "restore", &file);
        let stored = Stored::open(&restored);
        stored.check_versions(0);
        assert!(stored.revision >= before, "{before} was acknowledged before the backup of {}", stored.revision);
        stored.assert_begins(&whole);
        let (held, later) = ledger.split_at(stored.revision);
        let server = Server::start(&restored);
        held.assert_kept(server.client(&token), &stored);
        later.assert_absent(&mut server.client(&token));
    }
}
