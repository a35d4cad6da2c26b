//! History that is kept for a while, and what is erased.

use std::path::Path;
use std::time::Duration;

use crate::cli;
use crate::random::Random;
use crate::server::{Server, wait_for};
use crate::stored::Stored;
use crate::writers::Crowd;

/// No file of a folder holds the letters.
fn assert_nowhere(data: &Path, letters: &str) {
    for file in std::fs::read_dir(data).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        let found = bytes.windows(letters.len()).any(|window| window == letters.as_bytes());
        assert!(!found, "{letters} is in {}", file.display());
    }
}

/// A folder whose server was killed in the middle of a compaction is whole: nothing above the horizon is missing, and the next
/// compaction takes out what was left below.
#[cfg(feature = "faults")]
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
    let mut server = Server::start_with(&data, [short, ("PALIMPSEST_FAULTS", "during-compaction")]);
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

/// With a server and without one: what is erased is in no file afterwards.
#[test]
fn an_erased_object_is_in_no_file() {
    const FIRST: &str = "01234567-89ab-4def-8123-456789abcdef";
    const SECOND: &str = "11234567-89ab-4def-8123-456789abcdef";
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (server, token) = Server::start_first(&data);
    let mut client = server.client(&token);
    for (id, letters) in [(FIRST, "qzxkvjfirst"), (SECOND, "qzxkvjsecond")] {
        client.create(id, letters, &[format!("{letters} in a text")]).unwrap();
        client.append(id, &[format!("{letters} once more")]).unwrap();
    }
    assert_eq!(cli::must(&data, &["erase", FIRST]), format!("{FIRST}  erased"));
    assert_eq!(client.object(FIRST), None);
    assert_nowhere(&data, "qzxkvjfirst");
    server.stop();
    assert_eq!(cli::must(&data, &["erase", SECOND]), format!("{SECOND}  erased"));
    assert_nowhere(&data, "qzxkvj");
    let refused = cli::run(&data, &["erase", "31234567-89ab-4def-8123-456789abcdef"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("There is no object"), "{refused:?}");
    let server = Server::start(&data);
    assert_eq!(server.client(&token).object(SECOND), None);
}
