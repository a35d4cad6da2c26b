//! One object that everybody writes to.

use std::collections::BTreeSet;
use std::thread::scope;

use crate::random::{Random, rounds};
use crate::server::Server;
use crate::stored::Stored;
use crate::writers::{Outcome, Writer};

#[test]
fn parallel_appends_to_one_object_are_all_kept_each_once_at_a_revision_of_its_own() {
    let mut random = Random::new();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (server, token) = Server::start_first(&data);
    let mut first = Writer::new("first".to_owned(), server.client(&token), random.split(), &[]);
    assert_eq!(first.create(), Outcome::Done);
    let (object, before) = (first.last().object.clone(), first.ledger.newest());
    let mut ledger = first.ledger;
    let appenders = rounds(16, 64);
    scope(|threads| {
        let running: Vec<_> = (0..appenders)
            .map(|index| {
                let mut writer = Writer::new(format!("w{index}"), server.client(&token), random.split(), &[]).sparing();
                let object = &object;
                threads.spawn(move || {
                    for _ in 0..25 {
                        assert_eq!(writer.append(object.clone()), Outcome::Done);
                    }
                    writer.ledger
                })
            })
            .collect();
        running.into_iter().for_each(|thread| ledger.add(&thread.join().unwrap()));
    });
    let revisions: BTreeSet<_> = ledger.writes.iter().filter_map(|write| write.revision).collect();
    let after = before + i64::try_from(appenders).unwrap() * 25;
    assert_eq!(revisions, (before..=after).collect(), "nobody else wrote");
    server.stop();
    let stored = Stored::open(&data);
    stored.check_versions(0);
    let server = Server::start(&data);
    ledger.assert_kept(server.client(&token), &stored);
}
