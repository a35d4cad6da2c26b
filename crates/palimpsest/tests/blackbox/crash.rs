//! `kill -9`. It proves that commits are whole, not that they are durable: what the process had written outlives it in the
//! system's memory. For that see `powercut`.

use crate::ledger::Ledger;
use crate::random::{Random, rounds};
use crate::server::Server;
use crate::stored::Stored;
use crate::writers::Crowd;

#[test]
fn what_was_acknowledged_survives_kill_9_and_the_rest_is_whole_or_absent() {
    let mut random = Random::new();
    for _ in 0..rounds(1, 10) {
        check_twenty_rounds(&mut random);
    }
}

/// On one folder; what each round checks grows with what the rounds before have left.
fn check_twenty_rounds(random: &mut Random) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (mut server, token) = Server::start_first(&data);
    let mut everything = Ledger::default();
    let mut checked = 0;
    for round in 0..20 {
        // One round is long enough for a checkpoint.
        let enough = if round == 5 { 400 } else { random.within(1..100) };
        let crowd = Crowd { name: format!("r{round}"), token: &token, enough };
        let ledger = crowd.write(server, random, Server::kill);
        // Before the server looks at it again, and may repair what it should not have to.
        let stored = Stored::open(&data);
        stored.check_versions(checked);
        checked = stored.revision;
        server = Server::start(&data);
        ledger.assert_kept(server.client(&token), &stored);
        everything.add(&ledger);
    }
    println!("{} of {} writes acknowledged", everything.acknowledged(), everything.writes.len());
    server.stop();
    let stored = Stored::open(&data);
    stored.check_versions(0);
    assert_eq!(stored.revision, checked, "starting and stopping is no write");
    everything.assert_kept(Server::start(&data).client(&token), &stored);
}
