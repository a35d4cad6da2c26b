//! Disks on which single writes and syncs fail, and disks that are full or broken for good: requests are refused, never left
//! hanging and never acknowledged in vain; reads go on; the store comes back by itself.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;
use std::time::Duration;

use tempfile::TempDir;

use crate::failing_disk::FailingDisk;
use crate::http::Client;
use crate::ledger::Ledger;
use crate::random::{Random, is_long};
use crate::server::{Server, wait_for};
use crate::stored::Stored;
use crate::writers::{Outcome, Writer, at_once, shared_objects};

/// A stopped folder with a token and two objects, to begin each case with.
struct Beginning {
    folder: TempDir,
    token: String,
    shared: Vec<String>,
    ledger: Ledger,
    random: Random,
}

impl Beginning {
    fn new() -> Self {
        let mut random = Random::new();
        let folder = tempfile::tempdir().unwrap();
        let (server, token) = Server::start_first(&folder.path().join("first"));
        let (shared, ledger) = shared_objects("first", server.client(&token), &mut random);
        server.stop();
        Self { folder, token, shared, ledger, random }
    }

    /// Four writers on a disk that fails so, while one reads. `recovers` tells whether the disk works again afterwards.
    fn check(&mut self, fails: &str, recovers: bool) {
        let data = self.data(fails);
        let disk = FailingDisk::beneath(&data).failing(fails);
        let server = Server::start_with(&data, disk.environment());
        let mut writers: Vec<_> = (0..4).map(|index| self.writer(&server, &format!("{fails}-{index}"))).collect();
        disk.arm();
        let refused = write_and_read(&mut writers, server.client(&self.token), &self.shared);
        assert!(refused > 0, "the disk failed without anyone being told");
        if recovers {
            wait_for("readiness", Duration::from_secs(10), || server.is_ready().then_some(()));
            for writer in &mut writers {
                assert_eq!(writer.write(), Outcome::Done, "the disk works again");
            }
        } else {
            assert!(writers.iter().all(|writer| writer.ledger.acknowledged() == 0), "the disk keeps nothing");
        }
        self.end(server, [&data, disk.after_power_cut()], &writers);
    }

    /// Eight writers of 1 MB each at the same moment. Which of them share a transaction is left to chance, and with it whether
    /// the failure meets a write, a COMMIT or a checkpoint.
    fn check_large(&mut self, fails: &str) {
        let data = self.data(fails);
        let disk = FailingDisk::beneath(&data).failing(fails).checkpointing_often();
        let server = Server::start_with(&data, disk.environment());
        let mut writers: Vec<_> =
            (0..8).map(|index| self.writer(&server, &format!("{fails}-{index}")).lavish()).collect();
        disk.arm();
        let refused = at_once(&mut writers, 1).iter().filter(|outcome| **outcome == Outcome::Refused).count();
        let commit_failed = server.says("COMMIT failed") || server.says("a sync failed");
        println!("{refused} refused, a commit failed: {commit_failed}");
        match refused {
            0 => assert!(!commit_failed, "a commit failed without anyone being told"),
            1 => {}
            _ => assert!(commit_failed, "only the one that met the failure may fail"),
        }
        if refused == 0 && fails.starts_with("enospc") {
            wait_for("the failure", Duration::from_secs(10), || server.says("a checkpoint failed").then_some(()));
        }
        self.end(server, [&data, disk.after_power_cut()], &writers);
    }

    /// A folder as it stood in the beginning.
    fn data(&self, fails: &str) -> PathBuf {
        println!("{fails}");
        let data = self.folder.path().join(fails);
        std::fs::create_dir(&data).unwrap();
        std::fs::copy(self.folder.path().join("first/palimpsest.db"), data.join("palimpsest.db")).unwrap();
        data
    }

    fn writer(&mut self, server: &Server, name: &str) -> Writer {
        let client = server.client(&self.token).having_seen(self.ledger.newest());
        Writer::new(name.to_owned(), client, self.random.split(), &self.shared)
    }

    /// Kills the server. Another one, on a sound disk, finds all that was acknowledged, and nothing by half; also when the
    /// power went with the server.
    fn end(&self, server: Server, folders: [&Path; 2], writers: &[Writer]) {
        server.kill();
        let mut ledger = self.ledger.clone();
        writers.iter().for_each(|writer| ledger.add(&writer.ledger));
        for folder in folders {
            let stored = Stored::open(folder);
            stored.check_versions(0);
            let server = Server::start(folder);
            ledger.assert_kept(server.client(&self.token), &stored);
            server.stop();
            std::fs::remove_dir_all(folder).unwrap();
        }
    }
}

/// Each writer writes ten times, and again until the first one is refused; one client reads all the time. How many
/// writes were refused.
fn write_and_read(writers: &mut [Writer], mut reader: Client, objects: &[String]) -> usize {
    let (writing, failed) = (AtomicBool::new(true), AtomicBool::new(false));
    scope(|threads| {
        let running: Vec<_> = writers
            .iter_mut()
            .map(|writer| {
                let failed = &failed;
                threads.spawn(move || {
                    let mut refused = 0;
                    for count in 0..200 {
                        match writer.write() {
                            Outcome::Done => {}
                            Outcome::Refused => refused += 1,
                            Outcome::Broken => panic!("a failing disk must not end the server"),
                        }
                        failed.fetch_or(refused > 0, Ordering::Relaxed);
                        if count >= 10 && failed.load(Ordering::Relaxed) {
                            break;
                        }
                    }
                    refused
                })
            })
            .collect();
        let reading = threads.spawn(|| {
            while writing.load(Ordering::Relaxed) {
                reader.get("/space");
                reader.get("/space/structures");
                objects.iter().for_each(|id| assert!(reader.object(id).is_some()));
            }
        });
        // All have ended before any of them may fail the test: the reader would never be told.
        let ended: Vec<_> = running.into_iter().map(|thread| thread.join()).collect();
        writing.store(false, Ordering::Relaxed);
        reading.join().unwrap();
        ended.into_iter().map(Result::unwrap).sum()
    })
}

/// All of a long run's numbers, or a sample.
fn check_each(kind: &str, sample: &[u64], all: std::ops::RangeInclusive<u64>) {
    let mut beginning = Beginning::new();
    let numbers = if is_long() { all.collect() } else { sample.to_vec() };
    for number in numbers {
        beginning.check(&format!("{kind}:{number}"), true);
    }
}

/// The first commit writes the header of the write-ahead log, then two pieces for each page.
#[test]
fn a_write_that_fails_is_refused_and_the_next_ones_succeed() {
    check_each("write", &[1, 2, 3, 12, 40], 1..=60);
}

#[test]
fn a_write_to_a_full_disk_is_refused_and_the_next_ones_succeed() {
    check_each("enospc", &[1, 4, 25], 1..=60);
}

#[test]
fn a_sync_that_fails_is_no_acknowledgement_and_the_next_ones_succeed() {
    check_each("fsync", &[1, 2, 3, 6], 1..=20);
}

#[test]
fn a_disk_that_is_broken_or_full_for_good_serves_reads_and_acknowledges_nothing() {
    let mut beginning = Beginning::new();
    for fails in ["fsync:1+", "write:1+", "enospc:1+"] {
        beginning.check(fails, false);
    }
}

/// What does not fit into SQLite's page cache reaches the disk before its COMMIT. A disk that is full then ends the
/// transaction in the midst of a write, and with it what others of the group had written before.
#[test]
fn a_write_that_meets_a_full_disk_before_its_commit_takes_nobody_with_it() {
    let mut beginning = Beginning::new();
    for number in if is_long() { (100..3_000).step_by(100).collect() } else { vec![800, 1_900] } {
        beginning.check_large(&format!("enospc:{number}"));
    }
}

/// What a checkpoint was to bring from the write-ahead log into the database stays in the log until the next one.
#[test]
fn a_checkpoint_that_fails_costs_nobody_anything() {
    let mut beginning = Beginning::new();
    for number in if is_long() { 1..13 } else { 4..6 } {
        beginning.check_large(&format!("fsync:{number}"));
    }
}
