//! Exports and searches for damage from the command line, beside a server and without one.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli;
use crate::media::{Medium, flip};
use crate::server::Server;

fn told(data: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&cli::must(data, arguments)).unwrap()
}

fn stop(mut server: Server) {
    server.terminate();
    assert!(server.ended(Duration::from_secs(30)).success());
}

#[test]
fn an_export_of_a_running_server_comes_back_elsewhere() {
    let (here, there, folder) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (server, token) = Server::start_first(here.path());
    let mut client = server.client(&token);
    for number in 0..5 {
        let id = format!("01234567-89ab-4def-8123-45678900000{number}");
        assert_eq!(client.create(&id, &format!("Page {number}"), &[]).unwrap().status, 200);
    }
    let running = told(here.path(), &["export", &path("running.zip"), "--json"]);
    assert_eq!((&running["objects"], &running["trashed"]), (&json!(5), &json!(0)));
    assert_eq!(told(here.path(), &["verify", "--json"])["findings"], json!([]));
    stop(server);
    told(here.path(), &["export", &path("stopped.zip"), "--json"]);
    let dry = told(there.path(), &["import", &path("running.zip"), "--dry-run", "--json"]);
    assert_eq!((&dry["dryRun"], &dry["adopted"]), (&json!(true), &json!(5)));
    let (other, _) = Server::start_first(there.path());
    let report = told(there.path(), &["import", &path("running.zip"), "--json"]);
    assert_eq!((&report["newSpace"], &report["adopted"], &report["refused"]), (&json!(true), &json!(5), &json!([])));
    let space = report["space"].as_str().unwrap();
    assert_eq!(told(there.path(), &["verify", "--json"])["spaces"], json!(2));
    stop(other);
    told(there.path(), &["export", &path("again.zip"), "--space", space, "--json"]);
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert!(bytes("running.zip") == bytes("stopped.zip") && bytes("running.zip") == bytes("again.zip"));
    let output = cli::run(here.path(), &["export", &path("again.zip")]);
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("is there already"));
}

#[test]
fn an_export_fails_when_bytes_are_lost_and_everything_else_is_written() {
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (server, token) = Server::start_first(data.path());
    let media = [10, 20, 30].map(|size| Medium::send(&mut server.client(&token), size));
    let [damaged, missing, whole] = &media;
    let files = data.path().join("files");
    let export = |name: &str| {
        let to = folder.path().join(name);
        let output = cli::run(data.path(), &["export", to.to_str().unwrap(), "--json"]);
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut lost: Vec<_> =
            told["lost"].as_array().unwrap().iter().map(|lost| lost["hash"].as_str().unwrap().to_owned()).collect();
        lost.sort_unstable();
        let written =
            std::fs::read_dir(to.join("media")).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        assert_eq!(told["objects"], 3);
        (output.status.code(), String::from_utf8(output.stderr).unwrap(), lost, written.collect::<Vec<_>>())
    };
    let (code, _, lost, written) = export("all");
    assert_eq!((code, lost.len(), written.len()), (Some(0), 0, 3));
    flip(&damaged.path(&files));
    let (code, error, lost, written) = export("one");
    assert_eq!((code, lost, written.len()), (Some(1), vec![damaged.hash()], 2));
    assert!(error.contains("a file of media is lost, everything else was exported"), "{error}");
    std::fs::remove_file(missing.path(&files)).unwrap();
    let mut gone = [damaged.hash(), missing.hash()];
    gone.sort_unstable();
    let running = export("running");
    stop(server);
    for (code, error, lost, written) in [running, export("stopped")] {
        assert_eq!((code, &*lost, &*written), (Some(1), &gone[..], &[whole.bytes.clone()][..]));
        assert!(error.contains("2 files of media are lost, everything else was exported"), "{error}");
    }
}

#[test]
fn damage_is_told_with_ids_and_exit_code() {
    let data = tempfile::tempdir().unwrap();
    let (server, token) = Server::start_first(data.path());
    let id = "01234567-89ab-4def-8123-456789000000";
    assert_eq!(server.client(&token).create(id, "Page", &[]).unwrap().status, 200);
    stop(server);
    let connection = rusqlite::Connection::open(data.path().join("palimpsest.db")).unwrap();
    connection.execute("DELETE FROM titles", []).unwrap();
    drop(connection);
    let output = cli::run(data.path(), &["verify"]);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(1));
    assert!(out.contains(id) && out.contains("the index of titles") && err.contains("wrong"), "{out}{err}");
}
