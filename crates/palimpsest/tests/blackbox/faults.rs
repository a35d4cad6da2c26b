//! The two ways in which a group of commits comes to nothing, brought about on purpose: its transaction is gone before its
//! COMMIT, or the COMMIT fails.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::ledger::Ledger;
use crate::random::{Random, rounds};
use crate::server::{Server, wait_for};
use crate::stored::Stored;
use crate::writers::{Outcome, Writer, at_once};

/// Sixteen clients write at the same moment while `fault` strikes once, then go on. Checks how many of the first writes may
/// have been refused, whether the store was opened anew, that nobody is refused once it is ready again, and that what was
/// refused left nothing behind.
fn check(fault: &str, may_fail: RangeInclusive<usize>, reopens: bool) {
    let mut random = Random::new();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (server, token) = Server::start_first(&data);
    server.stop();
    let mut ledger = Ledger::default();
    for round in 0..rounds(6, 60) {
        let server = Server::start_with(&data, [("PALIMPSEST_FAULTS", fault)]);
        let mut writers: Vec<_> = (0..16)
            .map(|index| {
                let client = server.client(&token).having_seen(ledger.newest());
                Writer::new(format!("r{round}-{index}"), client, random.split(), &[])
            })
            .collect();
        let refused = at_once(&mut writers, 3).iter().filter(|outcome| **outcome == Outcome::Refused).count();
        println!("{refused} writes were refused");
        assert!(may_fail.contains(&refused), "{refused} writes were refused");
        wait_for("readiness", Duration::from_secs(10), || server.is_ready().then_some(()));
        assert_eq!(server.says("the store was reopened"), reopens);
        assert!(at_once(&mut writers, 3).iter().all(|outcome| *outcome == Outcome::Done));
        let mut written = Ledger::default();
        writers.iter().for_each(|writer| written.add(&writer.ledger));
        written.assert_nothing_else(&mut server.client(&token));
        ledger.add(&written);
        server.kill();
    }
    let stored = Stored::open(&data);
    stored.check_versions(0);
    let server = Server::start(&data);
    ledger.assert_kept(server.client(&token), &stored);
}

/// A full disk inside a savepoint rolls the whole transaction back: whoever met it fails, the others run again.
#[test]
fn when_a_transaction_is_lost_only_the_culprit_fails() {
    check("lose-transaction", 1..=1, false);
}

/// Everyone in the group may have been written or not, so everyone is told so; nobody else.
#[test]
fn when_a_commit_fails_its_whole_group_is_refused_and_the_store_comes_back() {
    check("fail-commit", 1..=16, true);
}

/// Whoever was committed behind the sync that failed is refused too, and gone.
#[test]
fn when_a_sync_fails_all_that_were_not_synced_are_refused_and_the_store_comes_back() {
    check("fail-sync", 1..=16, true);
}
