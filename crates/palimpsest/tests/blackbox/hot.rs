//! One object that everybody writes to.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;

use crate::http::Client;
use crate::ledger::texts;
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

/// What one reader saw: the revision of the space, and the paragraphs.
type View = (i64, Vec<String>);

/// However many write at the same moment: there is one order, that of the revisions, and whoever reads sees a beginning of it,
/// all of it that is not newer than the revision they are told.
#[test]
fn sixty_four_writers_of_one_object_make_one_order_that_every_reader_sees() {
    let mut random = Random::new();
    let folder = tempfile::tempdir().unwrap();
    let (server, token) = Server::start_first(&folder.path().join("data"));
    let object = random.uuid();
    assert_eq!(server.client(&token).create(&object, "hot", &[]).unwrap().status, 200);
    let (times, object) = (rounds(3, 10), object.as_str());
    let (writing, barrier) = (&AtomicBool::new(true), &Barrier::new(64));
    let (written, views) = scope(|threads| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                let mut client = server.client(&token);
                threads.spawn(move || read_while(&mut client, object, writing))
            })
            .collect();
        let writers: Vec<_> = (0..64)
            .map(|index| {
                let mut client = server.client(&token);
                threads.spawn(move || {
                    barrier.wait();
                    let append = |time| {
                        let text = format!("{index}/{time}");
                        let reply = client.append(object, std::slice::from_ref(&text)).unwrap();
                        assert_eq!(reply.status, 200, "{}", reply.text());
                        (reply.revision.unwrap(), text, texts(&reply.json()))
                    };
                    (0..times).map(append).collect::<Vec<_>>()
                })
            })
            .collect();
        let written: Vec<_> = writers.into_iter().map(|thread| thread.join()).collect();
        writing.store(false, Ordering::Relaxed);
        let views: Vec<_> = readers.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        (written.into_iter().flat_map(|written| written.unwrap()).collect::<Vec<_>>(), views)
    });
    let mut order: Vec<_> = written.iter().map(|(revision, text, _)| (*revision, text)).collect();
    order.sort_unstable();
    assert!(order.windows(2).all(|pair| pair[0].0 < pair[1].0), "a revision was told twice");
    let last = server.client(&token).get(&format!("/object?id={object}"));
    let own = written.iter().map(|(revision, _, shown)| (*revision, shown.clone()));
    let finally = (last.revision.unwrap(), texts(&last.json()));
    assert_eq!(finally.1.len() as u64, 64 * times);
    println!("{} readings", views.len());
    for (revision, seen) in views.into_iter().chain(own).chain([finally]) {
        let until = order.iter().take_while(|(written, _)| *written <= revision);
        assert!(until.map(|(_, text)| *text).eq(&seen), "at {revision}, of {order:?}, was seen {seen:?}");
    }
}

fn read_while(client: &mut Client, object: &str, writing: &AtomicBool) -> Vec<View> {
    let mut views: Vec<View> = Vec::new();
    while writing.load(Ordering::Relaxed) {
        let reply = client.get(&format!("/object?id={object}"));
        let view = (reply.revision.unwrap(), texts(&reply.json()));
        if views.last() != Some(&view) {
            views.push(view);
        }
    }
    views
}
