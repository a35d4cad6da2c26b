//! Power cuts. The folder that is served afterwards holds only what was synced before the cut: what the system still had in
//! memory is gone. Acknowledged means synced; the control shows that the test would see it if it did not.

use std::path::Path;

use crate::failing_disk::FailingDisk;
use crate::ledger::Ledger;
use crate::random::{Random, rounds};
use crate::server::Server;
use crate::stored::Stored;
use crate::writers::Crowd;

/// Eight writers, and the power goes.
fn cut(disk: &FailingDisk, data: &Path, token: &str, random: &mut Random, round: u64) -> Ledger {
    let server = Server::start_with(data, disk.environment());
    // Often enough for a checkpoint, which writes the log of the store from its beginning again.
    let crowd = Crowd { name: format!("r{round}"), token, enough: random.within(1..500) };
    crowd.write(server, random, Server::kill)
}

#[test]
fn what_was_acknowledged_survives_a_power_cut() {
    let mut random = Random::new();
    for _ in 0..rounds(1, 10) {
        check_five_rounds(&mut random);
    }
}

/// Each on what the one before has left.
fn check_five_rounds(random: &mut Random) {
    let folder = tempfile::tempdir().unwrap();
    let mut data = folder.path().join("data");
    let (server, token) = Server::start_first(&data);
    server.stop();
    let mut everything = Ledger::default();
    let mut checked = 0;
    for round in 0..5 {
        let disk = FailingDisk::beneath(&data).checkpointing_often();
        everything.add(&cut(&disk, &data, &token, random, round));
        let left = folder.path().join(format!("left-{round}"));
        std::fs::rename(disk.after_power_cut(), &left).unwrap();
        let stored = Stored::open(&left);
        stored.check_versions(checked);
        checked = stored.revision;
        let server = Server::start(&left);
        everything.assert_kept(server.client(&token), &stored);
        // In turns, so that the next round begins with and without a write-ahead log to recover.
        match round % 2 {
            0 => server.stop(),
            _ => server.kill(),
        }
        data = left;
    }
    println!("{} of {} writes acknowledged", everything.acknowledged(), everything.writes.len());
    Stored::open(&data).check_versions(0);
}

/// Printed once and stored only as a hash: whoever has read it relies on it.
#[test]
fn the_first_token_survives_a_power_cut_as_soon_as_it_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let disk = FailingDisk::beneath(&data);
    let (server, token) = Server::start_first_with(&data, disk.environment());
    server.kill();
    let stored = Stored::open(disk.after_power_cut());
    stored.check_versions(0);
    let server = Server::start(disk.after_power_cut());
    assert_eq!(server.client(&token).get("/space").revision, Some(stored.revision));
}

/// The control: without its syncs the store loses what it acknowledged, and the test above would say so.
#[cfg(feature = "faults")]
#[test]
fn without_syncs_a_power_cut_loses_what_was_acknowledged() {
    let mut random = Random::new();
    let folder = tempfile::tempdir().unwrap();
    for round in 0..5 {
        let data = folder.path().join(format!("data-{round}"));
        let (server, token) = Server::start_first(&data);
        server.stop();
        let disk = FailingDisk::beneath(&data).without("synchronous-off");
        let ledger = cut(&disk, &data, &token, &mut random, round);
        let server = Server::start(disk.after_power_cut());
        let contradictions = ledger.contradictions(&mut server.client(&token));
        if !contradictions.is_empty() {
            println!("{} contradictions, such as {}", contradictions.len(), contradictions[0]);
            return;
        }
    }
    panic!("nothing that was acknowledged was lost");
}
