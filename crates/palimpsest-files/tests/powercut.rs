//! Power cuts, played by the library in `conformance/powercut` beneath a process of its own: what the folder said it keeps is
//! there afterwards, and nothing is there by half. The control shows that the test would see it if it were not.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use palimpsest_files::{Faults, FolderFiles};
use palimpsest_model::{FileHash, ObjectId, Timestamp};
use palimpsest_store::{ByteStream, Files, FilesError};
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_795_000_000_000);

/// Names the folder in the process that writes until its power goes.
const FOLDER: &str = "PALIMPSEST_TEST_FOLDER";
const SYNCS_NOTHING: &str = "PALIMPSEST_TEST_SYNCS_NOTHING";

/// What a process was told that it keeps.
#[derive(Default)]
struct Told {
    files: Vec<FileHash>,
    parts: BTreeMap<ObjectId, u64>,
}

/// What is wrong with a folder, in words.
async fn contradictions(files: &FolderFiles, told: &Told) -> Vec<String> {
    let mut wrong = Vec::new();
    for hash in &told.files {
        if let Err(error) = read(files, *hash).await {
            wrong.push(format!("{hash} was kept: {error}"));
        }
    }
    for (upload, size) in &told.parts {
        if files.parts(*upload).await.unwrap().get(&1) != Some(size) {
            wrong.push(format!("a part of {upload} was kept"));
        }
    }
    for hash in files.list(None, usize::MAX).await.unwrap() {
        if let Err(error) = read(files, hash).await {
            wrong.push(format!("{hash} is there by half: {error}"));
        }
    }
    wrong
}

async fn read(files: &FolderFiles, hash: FileHash) -> Result<(), FilesError> {
    let mut bytes = files.open(hash, 0..u64::MAX).await?;
    while let Some(next) = bytes.next().await {
        next?;
    }
    Ok(())
}

/// Puts files and parts, and says of each that it is kept, until the process is killed.
#[tokio::main]
async fn put_for_ever(folder: &Path) {
    let faults = Arc::new(Faults::default());
    if std::env::var_os(SYNCS_NOTHING).is_some() {
        faults.switch_syncs_off();
    }
    let files = FolderFiles::open_with(folder, faults).unwrap();
    println!("begun");
    for round in 0_u64.. {
        let bytes = round.to_le_bytes().repeat(1 + usize::try_from(round * 7919 % 200_000).unwrap());
        let sent = || -> ByteStream<'_> { Box::pin(stream::iter([Ok(Bytes::copy_from_slice(&bytes))])) };
        println!("kept {}", files.put(sent(), u64::MAX, NOW).await.unwrap().hash);
        let upload = ObjectId(Uuid::from_u128(u128::from(round)));
        files.put_part(upload, 1, bytes.len() as u64, sent()).await.unwrap();
        println!("part {round} {}", bytes.len());
        let rest: ByteStream<'_> = Box::pin(stream::iter([Ok(Bytes::from_static(b"rest"))]));
        files.put_part(upload, 2, 4, rest).await.unwrap();
        println!("kept {}", files.join(upload, 2, NOW).await.unwrap().hash);
    }
}

/// Lets a process write until it said so many things; what it was told, and the folder that its disk holds then.
fn cut(folder: &Path, test: &str, syncs: bool, lines: usize) -> (Told, PathBuf) {
    let (data, mirror) = (folder.join("data"), folder.join("mirror"));
    std::fs::create_dir(&data).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(FOLDER, &data).stdout(Stdio::piped());
    command.env("LD_PRELOAD", library()).env("POWERCUT_DIR", &data).env("POWERCUT_MIRROR", &mirror);
    if !syncs {
        command.env(SYNCS_NOTHING, "1");
    }
    let mut process = command.spawn().unwrap();
    let mut told = Told::default();
    let said = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut kept = 0;
    for line in said {
        // The first line stands behind what the harness says of the test.
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["kept", hash] => told.files.push(hash.parse().unwrap()),
            ["part", round, size] => {
                let upload = ObjectId(Uuid::from_u128(round.parse().unwrap()));
                told.parts.insert(upload, size.parse().unwrap());
            }
            _ => continue,
        }
        kept += 1;
        if kept == lines {
            process.kill().unwrap();
        }
    }
    process.wait().unwrap();
    assert!(kept >= lines && mirror.join("files").exists(), "{kept}: the library was not loaded");
    (told, mirror)
}

fn powercut(test: &str, syncs: bool, lines: usize) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let (told, left) = cut(folder.path(), test, syncs, lines);
    let look = async { contradictions(&FolderFiles::open(&left).unwrap(), &told).await };
    tokio::runtime::Runtime::new().unwrap().block_on(look)
}

#[test]
fn what_was_kept_survives_a_power_cut() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return put_for_ever(Path::new(&folder));
    }
    for lines in [1, 2, 3, 10, 31, 64] {
        assert_eq!(powercut("what_was_kept_survives_a_power_cut", true, lines), [""; 0], "after {lines}");
    }
}

#[test]
fn without_syncs_a_power_cut_loses_what_was_kept() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return put_for_ever(Path::new(&folder));
    }
    let lost = powercut("without_syncs_a_power_cut_loses_what_was_kept", false, 10);
    assert!(!lost.is_empty(), "nothing that was kept was lost");
}

/// The library: the one that `PALIMPSEST_TEST_POWERCUT` names, else one built here.
fn library() -> PathBuf {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    let given = || std::env::var_os("PALIMPSEST_TEST_POWERCUT").map(PathBuf::from);
    LIBRARY.get_or_init(|| given().unwrap_or_else(build)).clone()
}

fn build() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/powercut/powercut.c");
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libpowercut.so");
    let fresh = library.with_extension(std::process::id().to_string());
    let mut cc = Command::new("cc");
    cc.args(["-O2", "-shared", "-fPIC", "-o"]).arg(&fresh).arg(source).args(["-ldl", "-lpthread"]);
    assert!(cc.status().unwrap().success());
    std::fs::rename(fresh, &library).unwrap();
    library
}
