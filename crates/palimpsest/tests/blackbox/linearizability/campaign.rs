//! Many histories against one server.

use crate::http::Client;
use crate::random::Random;
use crate::server::Server;

use super::history::Verdict;

/// So many clients, and at most so many calls of each: what a search can still look through.
pub(super) const CLIENTS: usize = 4;
pub(super) const CALLS: u64 = 5;

/// A server on an empty folder with nobody else on it, so that each revision is a write of the present history.
pub(super) struct Bench {
    server: Server,
    token: String,
    pub(super) random: Random,
    _folder: tempfile::TempDir,
}

impl Bench {
    /// With the guards that are named switched off.
    pub(super) fn without(faults: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let environment = [("PALIMPSEST_FAULTS", faults)];
        let (server, token) = Server::start_first_with(&folder.path().join("data"), environment);
        Self { server, token, random: Random::new(), _folder: folder }
    }

    pub(super) fn client(&self) -> Client {
        self.server.client(&self.token)
    }

    /// Makes an empty page; its id and the revision that made it.
    pub(super) fn page(&mut self, title: &str) -> (String, i64) {
        let id = self.random.uuid();
        let made = self.client().create(&id, title, &[]).unwrap();
        assert_eq!(made.status, 200, "{}", made.text());
        (id, made.revision.unwrap())
    }
}

/// A way to make a history and to judge it.
pub(super) type Judged = fn(&mut Bench) -> Verdict;

/// Asserts that none of so many histories violates its model.
pub(super) fn assert_none_violates(histories: u64, judged: Judged) {
    let mut bench = Bench::without("");
    let mut undecided = 0;
    for number in 0..histories {
        match judged(&mut bench) {
            Verdict::Linearizable => {}
            Verdict::Violated => panic!("history {number} is not linearizable"),
            Verdict::Undecided => undecided += 1,
        }
    }
    println!("{histories} histories, {undecided} of them undecided");
    assert!(undecided * 50 <= histories, "{undecided} of {histories} searches were given up");
}

/// Asserts that one of so many histories does, when a guard is switched off.
#[cfg(feature = "faults")]
pub(super) fn assert_one_violates(fault: &str, histories: u64, judged: Judged) {
    let mut bench = Bench::without(fault);
    let found = (0..histories).find(|_| judged(&mut bench) == Verdict::Violated);
    let number = found.unwrap_or_else(|| panic!("none of {histories} histories shows `{fault}`"));
    println!("history {number} shows `{fault}`");
}
