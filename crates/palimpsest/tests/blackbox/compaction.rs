//! History that is kept for a while, and a server that is killed while it takes out what is older.

use std::time::Duration;

use crate::random::Random;
use crate::server::{Server, wait_for};
use crate::stored::Stored;
use crate::writers::Crowd;

/// A folder whose server was killed in the middle of a compaction is whole: nothing above the horizon is missing, and the next
/// compaction takes out what was left below.
#[test]
fn a_compaction_that_is_cut_short_loses_nothing_above_the_horizon() {
    let mut random = Random::new();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (server, token) = Server::start_first(&data);
    let crowd = Crowd { name: "below".to_owned(), token: &token, enough: 800 };
    let mut ledger = crowd.write(server, &mut random, Server::stop);
    // So that all of it is older than what is kept.
    std::thread::sleep(Duration::from_secs(1));
    let crowd = Crowd { name: "above".to_owned(), token: &token, enough: 20 };
    ledger.add(&crowd.write(Server::start(&data), &mut random, Server::stop));

    let short = ("PALIMPSEST_HISTORY", "1s");
    let mut server = Server::start_with(&data, [short, ("PALIMPSEST_FAULTS", "during-compaction:400")]);
    assert!(!server.ended(Duration::from_secs(60)).success(), "it was to be killed");
    let stored = Stored::open(&data);
    assert!(stored.oldest > 500, "the horizon has moved to {}", stored.oldest);
    assert!(stored.left_below() > 0, "it was done already");
    stored.check_versions(0);

    let server = Server::start_with(&data, [short]);
    ledger.assert_kept(server.client(&token), &stored);
    wait_for("the compaction", Duration::from_secs(60), || server.says("the history was compacted").then_some(()));
    server.kill();
    let stored = Stored::open(&data);
    assert_eq!(stored.left_below(), 0);
    stored.check_versions(0);
    let server = Server::start(&data);
    ledger.assert_kept(server.client(&token), &stored);
}
