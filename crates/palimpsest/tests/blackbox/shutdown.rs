//! The end of a server in good order, and the ways into its folder beside it and without it.

use std::time::Duration;

use crate::cli;
use crate::http::{Client, page};
use crate::random::{Random, rounds};
use crate::server::{Server, wait_for};
use crate::stored::Stored;
use crate::writers::Crowd;

/// What a server that was asked to stop may take.
const STOP: Duration = Duration::from_secs(20);

#[test]
fn a_server_that_is_asked_to_stop_ends_soon_and_keeps_what_it_acknowledged() {
    let mut random = Random::new();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (mut server, token) = Server::start_first(&data);
    for round in 0..rounds(3, 30) {
        // Connections that stay open without asking for anything hold nobody up.
        let mut idle = server.client(&token);
        idle.get("/space");
        assert!(data.join("control.sock").exists());
        let crowd = Crowd { name: format!("r{round}"), token: &token, enough: random.within(1..100) };
        let ledger = crowd.write(server, &mut random, |mut server| {
            server.terminate();
            assert_eq!(server.ended(STOP).code(), Some(0));
        });
        assert!(!data.join("control.sock").exists(), "the control socket was left behind");
        let stored = Stored::open(&data);
        stored.check_versions(0);
        server = Server::start(&data);
        ledger.assert_kept(server.client(&token), &stored);
        // Whatever was begun was answered before the end.
        ledger.assert_nothing_else(&mut server.client(&token));
    }
}

#[test]
fn a_request_that_is_under_way_when_the_server_stops_is_answered() {
    const ID: &str = "01234567-89ab-4def-8123-456789abcdef";
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (mut server, token) = Server::start_first(&data);
    let page = page(ID, "under way", &["kept".to_owned()]);
    let reply = server.client(&token).post_after("/object", &page, || {
        server.terminate();
        wait_for("the end of listening", STOP, || (!server.listens()).then_some(()));
    });
    let reply = reply.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(server.ended(STOP).code(), Some(0));
    let server = Server::start(&data);
    assert_eq!(server.client(&token).object(ID), Some(reply.json()));
}

#[test]
fn a_folder_that_is_served_is_refused_to_a_second_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (server, token) = Server::start_first(&data);
    let second = cli::run(&data, &["serve", "--listen", "127.0.0.1:0"]);
    let complaint = String::from_utf8(second.stderr).unwrap();
    assert!(!second.status.success() && complaint.contains("in use by another palimpsest process"), "{complaint}");
    assert!(second.stdout.is_empty());
    // The first one, its lock and its control socket are none the worse for it.
    server.client(&token).get("/space");
    let made = cli::must(&data, &["token", "create"]);
    server.client(&made).get("/space");
}

fn status(mut client: Client) -> u16 {
    client.send("GET", "/space", None).unwrap().status
}

#[test]
fn commands_act_at_once_beside_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (server, token) = Server::start_first(&data);
    let made = cli::must(&data, &["token", "create", "--name", "second", "--scope", "read"]);
    let mut client = server.client(&made);
    client.get("/space");
    let refused = client.create("01234567-89ab-4def-8123-456789abcdef", "not to be", &[]).unwrap();
    assert_eq!(refused.status, 403, "{}", refused.text());
    cli::must(&data, &["token", "revoke", "second"]);
    assert_eq!(status(client), 401);
    assert_eq!(status(server.client(&token)), 200);
}

/// Also when a server was killed there and left its control socket behind.
#[test]
fn commands_open_a_folder_that_nobody_serves() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (server, token) = Server::start_first(&data);
    server.stop();
    let stopped = cli::must(&data, &["token", "create"]);
    Server::start(&data).kill();
    assert!(data.join("control.sock").exists(), "nothing was left behind");
    let killed = cli::must(&data, &["token", "create"]);
    let server = Server::start(&data);
    for token in [token, stopped, killed] {
        assert_eq!(status(server.client(&token)), 200);
    }
}
