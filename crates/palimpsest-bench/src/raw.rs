//! The floor under writes: SQLite by itself, with the pragmas of the server, whose one writer commits for all who wait.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use fastrand::Rng;
use rusqlite::{Connection, params};

use crate::figures::{Figures, histogram};

/// As many bytes as half of the objects have.
const BODY: usize = 2048;

struct Write {
    id: i64,
    done: Sender<()>,
}

/// Updates rows of a table from so many threads at once: all that wait are written in one transaction.
pub(crate) fn updates(scratch: &Path, rows: usize, writers: usize, time: Duration, seed: u64) -> Result<Figures> {
    let folder = tempfile::TempDir::new_in(scratch)?;
    let connection = open(&folder.path().join("raw.db"), rows)?;
    let (queue, waiting) = channel();
    let writer = thread::spawn(move || write(connection, &waiting));
    let end = Instant::now() + time;
    let rows = i64::try_from(rows)?;
    let threads: Vec<_> = (0..writers)
        .map(|number| {
            let (queue, mut rng) = (queue.clone(), Rng::with_seed(seed + number as u64));
            thread::spawn(move || -> Result<_> {
                let mut latencies = histogram()?;
                let (done, answered) = channel();
                loop {
                    let sent = Instant::now();
                    if sent >= end {
                        return Ok(latencies);
                    }
                    queue.send(Write { id: rng.i64(0..rows), done: done.clone() })?;
                    answered.recv()?;
                    latencies.record(u64::try_from(sent.elapsed().as_nanos())?)?;
                }
            })
        })
        .collect();
    drop(queue);
    let mut all = histogram()?;
    for thread in threads {
        all.add(&thread.join().map_err(|_| anyhow!("a writer panicked"))??)?;
    }
    writer.join().map_err(|_| anyhow!("the writer panicked"))??;
    Ok(Figures::of(&all, time.as_secs_f64(), 0))
}

fn open(file: &Path, rows: usize) -> Result<Connection> {
    let mut connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    connection.execute("CREATE TABLE docs (id INTEGER PRIMARY KEY, body BLOB NOT NULL)", [])?;
    let transaction = connection.transaction()?;
    for id in 0..i64::try_from(rows)? {
        transaction.prepare_cached("INSERT INTO docs VALUES (?1, ?2)")?.execute(params![id, [0_u8; BODY]])?;
    }
    transaction.commit()?;
    Ok(connection)
}

fn write(mut connection: Connection, waiting: &Receiver<Write>) -> Result<()> {
    let (mut body, mut count) = ([0_u8; BODY], 0_u64);
    while let Ok(first) = waiting.recv() {
        let group: Vec<Write> = std::iter::once(first).chain(waiting.try_iter()).collect();
        let transaction = connection.transaction()?;
        for one in &group {
            count += 1;
            body[..8].copy_from_slice(&count.to_le_bytes());
            transaction.prepare_cached("UPDATE docs SET body = ?2 WHERE id = ?1")?.execute(params![one.id, body])?;
        }
        transaction.commit()?;
        // Who has stopped waiting needs no answer.
        for one in group {
            let _ = one.done.send(());
        }
    }
    Ok(())
}

/// How long one `fdatasync` of 4 KB takes, in the same folder: the median in microseconds.
pub(crate) fn fdatasync(scratch: &Path, rounds: usize) -> Result<f64> {
    use std::io::Write as _;
    let mut file = tempfile::NamedTempFile::new_in(scratch)?;
    let mut latencies = histogram()?;
    for _ in 0..rounds {
        file.write_all(&[1; 4096])?;
        let begun = Instant::now();
        file.as_file().sync_data().context("fdatasync")?;
        latencies.record(u64::try_from(begun.elapsed().as_nanos())?)?;
    }
    Ok(latencies.value_at_quantile(0.5) as f64 / 1_000.0)
}
