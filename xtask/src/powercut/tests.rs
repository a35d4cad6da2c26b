//! The library tried on real programs: whatever a test concludes from the mirror rests on these.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};

use anyhow::{Result, ensure};
use tempfile::TempDir;

use super::*;

/// A folder that is watched, its mirror, and the library.
struct Disk {
    base: TempDir,
    library: PathBuf,
}

impl Disk {
    fn new() -> Result<Disk> {
        let base = tempfile::tempdir()?;
        let library = base.path().join("libpowercut.so");
        compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(SOURCE), &library)?;
        fs::create_dir(base.path().join("data"))?;
        Ok(Disk { base, library })
    }

    /// Runs Python lines in the watched folder; `put(name, bytes)`, `keep(fd)` and `error(call)` are at hand.
    fn python(&self, script: &str, settings: &[(&str, &str)]) -> Result<Output> {
        const PRELUDE: &str = "
import os, sys
RW = os.O_RDWR | os.O_CREAT
keep = os.fsync
def put(name, data):
    fd = os.open(name, RW)
    os.write(fd, data)
    return fd
def error(call):
    try:
        call()
        return 'ok'
    except OSError as e:
        return os.strerror(e.errno)
";
        let mut python = Command::new("python3");
        python.arg("-c").arg(format!("{PRELUDE}{script}")).current_dir(self.base.path().join("data"));
        python.env("LD_PRELOAD", &self.library).env("POWERCUT_DIR", self.base.path().join("data"));
        python.env("POWERCUT_MIRROR", self.base.path().join("mirror")).envs(settings.iter().copied());
        Ok(python.output()?)
    }

    /// [`Disk::python`] that has to end well; what it printed.
    fn runs(&self, script: &str, settings: &[(&str, &str)]) -> Result<String> {
        let output = self.python(script, settings)?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// The files of the mirror.
    fn mirror(&self) -> Result<BTreeMap<String, String>> {
        let root = self.base.path().join("mirror");
        let mut files = BTreeMap::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path.strip_prefix(&root)?.display().to_string(), fs::read_to_string(&path)?);
                }
            }
        }
        Ok(files)
    }
}

/// Runs a script on a fresh disk and compares the mirror with what it has to hold.
fn check(script: &str, expected: &[(&str, &str)]) -> Result<()> {
    check_on(&Disk::new()?, script, expected)
}

fn check_on(disk: &Disk, script: &str, expected: &[(&str, &str)]) -> Result<()> {
    disk.runs(script, &[])?;
    let expected = expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    assert_eq!(disk.mirror()?, expected, "{script}");
    Ok(())
}

#[test]
fn what_was_synced_is_kept_and_what_was_not_is_lost() -> Result<()> {
    check("keep(put('a', b'one')); fd = put('b', b'two')", &[("a", "one")])?;
    check("fd = put('a', b'one'); keep(fd); os.write(fd, b'two')", &[("a", "one")])?;
    check("fd = put('a', b'one'); keep(fd); os.write(fd, b'two'); os.fdatasync(fd)", &[("a", "onetwo")])
}

#[test]
fn every_way_to_write_is_seen() -> Result<()> {
    check("fd = put('a', b'abcdef'); os.pwrite(fd, b'XY', 1); keep(fd)", &[("a", "aXYdef")])?;
    check("fd = put('a', b'ab'); os.writev(fd, [b'cd', b'', b'ef']); keep(fd)", &[("a", "abcdef")])?;
    check("fd = put('a', b'abcd'); os.pwritev(fd, [b'1', b'2'], 1); keep(fd)", &[("a", "a12d")])?;
    check("fd = put('a', b'abcdef'); os.ftruncate(fd, 2); keep(fd); os.ftruncate(fd, 1)", &[("a", "ab")])?;
    check("fd = put('a', b'abcdef'); os.truncate('a', 3); keep(fd)", &[("a", "abc")])?;
    check("fd = put('a', b'ab'); keep(fd); f = open('a', 'ab', 0); f.write(b'cd'); keep(f)", &[("a", "abcd")])?;
    check("fd = put('a', b'ab'); keep(fd); f = open('a', 'wb', 0); f.write(b'c'); keep(f)", &[("a", "c")])?;
    check("fd = put('a', b'ab'); keep(fd); f = open('a', 'wb', 0); f.write(b'c')", &[("a", "ab")])?;
    check("fd = put('a', b'ab'); os.lseek(fd, 1, 0); os.write(fd, b'Z'); keep(fd)", &[("a", "aZ")])
}

#[test]
fn bytes_that_the_kernel_would_copy_are_written_instead() -> Result<()> {
    let fall_back = "
i = put('i', b'hello'); os.lseek(i, 0, 0); o = os.open('o', RW)
print(error(lambda: os.copy_file_range(i, o, 5)), error(lambda: os.sendfile(o, i, 0, 5)))";
    assert_eq!(Disk::new()?.runs(fall_back, &[])?, "Function not implemented Function not implemented");
    check(
        "import shutil; keep(put('i', b'hello')); shutil.copyfile('i', 'o'); keep(os.open('o', RW))",
        &[("i", "hello"), ("o", "hello")],
    )
}

#[test]
fn a_file_is_one_through_whatever_descriptor() -> Result<()> {
    check("fd = put('a', b'ab'); other = os.open('a', RW); keep(other)", &[("a", "ab")])?;
    check("fd = os.dup(put('a', b'ab')); os.write(fd, b'cd'); keep(fd)", &[("a", "abcd")])?;
    check("fd = put('a', b'ab'); os.close(fd); keep(os.open('../data/a', RW))", &[("a", "ab")])?;
    check("d = os.open('.', os.O_RDONLY); keep(os.open('a', RW, dir_fd=d)); os.fsync(d)", &[("a", "")])
}

#[test]
fn threads_do_not_mix_their_files() -> Result<()> {
    let script = "
import threading
def work(name):
    fd = os.open(name, RW)
    for i in range(200):
        os.write(fd, name.encode())
        keep(fd)
    os.write(fd, b'lost')
threads = [threading.Thread(target=work, args=(n,)) for n in 'abcd']
for t in threads: t.start()
for t in threads: t.join()";
    let full = ["a", "b", "c", "d"].map(|name| (name, name.repeat(200)));
    check(script, &full.each_ref().map(|(name, text)| (*name, text.as_str())))
}

#[test]
fn names_change_at_once() -> Result<()> {
    check("keep(put('a', b'one')); os.unlink('a'); keep(put('b', b'two'))", &[("b", "two")])?;
    check("keep(put('a', b'one')); os.rename('a', 'b')", &[("b", "one")])?;
    check("keep(put('a', b'new')); keep(put('b', b'old')); os.replace('a', 'b')", &[("b", "new")])?;
    check("fd = put('a', b'new'); os.rename('a', 'b'); keep(fd)", &[("b", "new")])?;
    check("keep(put('a', b'one')); os.link('a', 'b'); os.unlink('a'); keep(put('b', b'ONE'))", &[("b", "ONE")])?;
    check("os.mkdir('d'); keep(put('d/a', b'one')); os.rename('d', 'e'); keep(put('e/a', b'1'))", &[("e/a", "1ne")])?;
    check("keep(put('a', b'one')); keep(put('b', b'two')); os.rename('a', '../a')", &[("b", "two")])?;
    check("keep(put('../a', b'one')); keep(put('b', b'')); os.rename('../a', 'a')", &[("a", "one"), ("b", "")])
}

#[test]
fn a_file_renamed_before_its_sync_leaves_an_empty_one() -> Result<()> {
    check("keep(put('b', b'old')); fd = put('a', b'new'); os.rename('a', 'b')", &[("b", "")])
}

#[test]
fn an_inode_given_anew_is_another_file() -> Result<()> {
    check(
        "
for i in range(50):
    fd = put('a', b'watched'); os.close(fd); os.unlink('a')
    fd = put('../a', b'outside'); keep(fd); os.close(fd); os.unlink('../a')
keep(put('b', b'end'))",
        &[("b", "end")],
    )
}

#[test]
fn what_was_there_before_counts_as_durable() -> Result<()> {
    let disk = Disk::new()?;
    disk.runs("os.makedirs('d/e'); put('a', b'one'); put('d/e/b', b'two'); put('x-shm', b'')", &[])?;
    assert!(disk.mirror()?.is_empty());
    fs::remove_dir_all(disk.base.path().join("mirror"))?;
    check_on(&disk, "open('a', 'wb')", &[("a", "one"), ("d/e/b", "two")])?;
    check_on(&disk, "f = open('d/e/b', 'ab', 0); f.write(b'three')", &[("a", ""), ("d/e/b", "two")])
}

#[test]
fn a_folder_made_later_is_watched_and_some_names_are_not() -> Result<()> {
    let disk = Disk::new()?;
    fs::remove_dir(disk.base.path().join("data"))?;
    fs::create_dir(disk.base.path().join("data.real"))?;
    let mut python = Command::new("python3");
    python.args(["-c", "import os; os.mkdir('data'); f = open('data/a', 'wb', 0); f.write(b'x'); os.fsync(f)"]);
    python.current_dir(disk.base.path()).env("LD_PRELOAD", &disk.library);
    python.env("POWERCUT_DIR", "data").env("POWERCUT_MIRROR", disk.base.path().join("mirror"));
    assert!(python.status()?.success());
    assert_eq!(disk.mirror()?.into_keys().collect::<Vec<_>>(), ["a"]);
    check("[keep(put(n, b'x')) for n in ('a.db', 'a.db-shm', 'lock', 'a.lock', 'b.sock')]", &[("a.db", "x")])
}

#[test]
fn the_disk_fails_when_it_is_told_to() -> Result<()> {
    let script = "
fd = os.open('a', RW)
print(error(lambda: os.write(fd, b'1')), error(lambda: os.write(fd, b'2')), error(lambda: os.ftruncate(fd, 1)))
print(error(lambda: keep(fd)), error(lambda: os.fdatasync(fd)), error(lambda: keep(fd)))";
    for (fail, writes, syncs, mirrored) in [
        ("write:1", "Input/output error ok ok", "ok ok ok", "2"),
        ("write:2", "ok Input/output error ok", "ok ok ok", "1"),
        ("write:2+", "ok Input/output error Input/output error", "ok ok ok", "1"),
        ("enospc:3", "ok ok No space left on device", "ok ok ok", "12"),
        ("fsync:1", "ok ok ok", "Input/output error ok ok", "1"),
        ("fsync:2+", "ok ok ok", "ok Input/output error Input/output error", "1"),
    ] {
        let disk = Disk::new()?;
        assert_eq!(disk.runs(script, &[("POWERCUT_FAIL", fail)])?, format!("{writes}\n{syncs}"), "{fail}");
        assert_eq!(disk.mirror()?, BTreeMap::from([("a".to_owned(), mirrored.to_owned())]), "{fail}");
    }
    let disk = Disk::new()?;
    disk.runs("print(error(lambda: keep(put('a', b'lost'))))", &[("POWERCUT_FAIL", "fsync:1")])?;
    assert!(disk.mirror()?.is_empty(), "what a failed sync was to keep is lost");
    assert!(!disk.python("pass", &[("POWERCUT_FAIL", "sometimes")])?.status.success());
    Ok(())
}

#[test]
fn the_disk_is_sound_until_the_test_arms_it() -> Result<()> {
    let disk = Disk::new()?;
    let arm = disk.base.path().join("arm").display().to_string();
    let script = "
fd = os.open('a', RW)
for i in range(5): os.write(fd, b'x'); keep(fd)
open(os.environ['POWERCUT_ARM'], 'w').close()
print(error(lambda: keep(fd)), error(lambda: keep(fd)), error(lambda: keep(fd)))";
    let said = disk.runs(script, &[("POWERCUT_FAIL", "fsync:2"), ("POWERCUT_ARM", &arm)])?;
    assert_eq!(said, "ok Input/output error ok");
    Ok(())
}

/// Commits rows until it is killed, and says which it acknowledged; then the number of rows in the mirror.
fn rows_after_kill(synchronous: &str) -> Result<(u64, u64)> {
    let disk = Disk::new()?;
    let script = format!(
        "
import sqlite3, signal
c = sqlite3.connect('x.db', isolation_level=None)
c.execute('pragma journal_mode = wal')
c.execute('create table t(n integer primary key, filler blob)')
c.execute('pragma synchronous = {synchronous}')
c.execute('pragma wal_autocheckpoint = 40')
for n in range(1, 301):
    c.execute('insert into t values (?, randomblob(3000))', (n,))
    print(n, flush=True)
os.kill(os.getpid(), signal.SIGKILL)"
    );
    let output = String::from_utf8(disk.python(&script, &[])?.stdout)?;
    let acknowledged = output.lines().last().unwrap_or("0").parse()?;
    let read = "
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
assert c.execute('pragma integrity_check').fetchall() == [('ok',)]
print(c.execute('select count(*) from t').fetchone()[0])";
    let mut python = Command::new("python3");
    let output = python.args(["-c", read]).arg(disk.base.path().join("mirror/x.db")).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok((acknowledged, String::from_utf8(output.stdout)?.trim().parse()?))
}

#[test]
fn sqlite_keeps_its_commits_with_synchronous_full_and_loses_them_without() -> Result<()> {
    assert_eq!(rows_after_kill("full")?, (300, 300));
    let (acknowledged, kept) = rows_after_kill("off")?;
    assert_eq!(acknowledged, 300);
    assert!(kept < acknowledged, "the control lost nothing");
    Ok(())
}
