//! The bytes of files in backups: copied beside the file while the server runs, and served again where it is restored.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli;
use crate::media::{Medium, flip};
use crate::server::Server;

/// A folder with everything in it, and a server on `data` that was sent media.
struct Bench {
    folder: tempfile::TempDir,
    token: String,
    server: Server,
    media: Vec<Medium>,
}

impl Bench {
    fn new(sizes: &[usize]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (server, token) = Server::start_first(&folder.path().join("data"));
        let mut client = server.client(&token);
        let media = sizes.iter().map(|size| Medium::send(&mut client, *size)).collect();
        Self { folder, token, server, media }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command on a folder with a file; its exit code, what it printed, and what it said of an error.
    fn run(&self, data: &str, command: &str, file: &str, more: &[&str]) -> (i32, Value, String) {
        let file = self.path(file);
        let arguments = [&[command, file.to_str().unwrap(), "--json"], more].concat();
        let output = cli::run(&self.path(data), &arguments);
        let told = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code().unwrap(), told, String::from_utf8(output.stderr).unwrap())
    }

    /// The same; it has to succeed.
    fn must(&self, data: &str, command: &str, file: &str) -> Value {
        let (code, told, error) = self.run(data, command, file, &[]);
        assert_eq!(code, 0, "{command}: {error}");
        told
    }
}

/// What was copied, of how many, in bytes.
fn counts(told: &Value) -> [u64; 4] {
    ["copied", "files", "copiedBytes", "fileBytes"].map(|name| told[name].as_u64().unwrap())
}

#[test]
fn the_bytes_of_files_are_in_a_backup_and_are_served_where_it_is_restored() {
    let mut bench = Bench::new(&[10, 1_500_000]);
    let told = bench.must("data", "backup", "backup");
    assert_eq!(counts(&told), [2, 2, 1_500_010, 1_500_010]);
    let length = fs::metadata(bench.path("backup")).unwrap().len();
    assert_eq!((&told["bytes"], &told["lost"], &told["bucket"]), (&json!(length), &json!([]), &Value::Null));
    // Made again, it copies what is new, and nothing of the rest.
    let copies = bench.path("backup.files");
    let node = |medium: &Medium| fs::metadata(medium.path(&copies)).unwrap().ino();
    let nodes: Vec<_> = bench.media.iter().map(node).collect();
    fs::remove_file(bench.path("backup")).unwrap();
    bench.media.push(Medium::send(&mut bench.server.client(&bench.token), 300));
    assert_eq!(counts(&bench.must("data", "backup", "backup")), [1, 3, 300, 1_500_310]);
    assert_eq!(nodes, bench.media[..2].iter().map(node).collect::<Vec<_>>());
    let restored = bench.must("restored", "restore", "backup");
    assert_eq!((counts(&restored), restored["spaces"][0]["log"].is_string()), ([3, 3, 1_500_310, 1_500_310], true));
    let other = Server::start(&bench.path("restored"));
    bench.media.iter().for_each(|medium| medium.assert_there(&mut other.client(&bench.token)));
    let verified: Value = serde_json::from_str(&cli::must(&bench.path("restored"), &["verify", "--json"])).unwrap();
    assert_eq!((&verified["files"], &verified["findings"]), (&json!(3), &json!([])));
    // Without a server it is the same; what was cut short is copied anew.
    other.stop();
    fs::remove_file(bench.path("backup")).unwrap();
    fs::write(bench.media[1].path(&copies), "short").unwrap();
    assert_eq!(counts(&bench.must("restored", "backup", "backup")), [1, 3, 1_500_000, 1_500_310]);
    assert!(fs::read(bench.media[1].path(&copies)).unwrap() == bench.media[1].bytes);
}

#[test]
fn what_is_damaged_or_missing_is_named_and_keeps_nothing_else_back() {
    let bench = Bench::new(&[10, 20, 1_500_000]);
    let [damaged, missing, whole] = &bench.media[..] else { panic!() };
    let files = bench.path("data").join("files");
    flip(&damaged.path(&files));
    fs::remove_file(missing.path(&files)).unwrap();
    let (code, told, error) = bench.run("data", "backup", "backup", &[]);
    assert!(code == 1 && error.contains("the bytes of 2 files are not in the backup"), "{code} {error}");
    assert_eq!(counts(&told), [1, 1, 1_500_000, 1_500_000]);
    let mut lost: Vec<_> = told["lost"].as_array().unwrap().iter().map(|lost| lost["hash"].as_str().unwrap()).collect();
    let mut expected = [damaged.hash(), missing.hash()];
    lost.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lost, expected);
    // It is not restored by mistake.
    let (code, _, error) = bench.run("restored", "restore", "backup", &[]);
    assert!(code == 1 && expected.iter().all(|hash| error.contains(hash)) && !error.contains(&whole.hash()), "{error}");
    assert!(!bench.path("restored").join("palimpsest.db").exists());
    let (code, told, error) = bench.run("restored", "restore", "backup", &["--without-missing"]);
    assert_eq!(
        (code, counts(&told), told["lost"].as_array().unwrap().len()),
        (0, [1, 1, 1_500_000, 1_500_000], 2),
        "{error}"
    );
    let other = Server::start(&bench.path("restored"));
    whole.assert_there(&mut other.client(&bench.token));
    assert_ne!(missing.fetch(&mut other.client(&bench.token)).0, 200);
}

#[test]
fn a_copy_that_was_damaged_since_is_refused_and_what_is_in_place_is_not_asked_for() {
    let bench = Bench::new(&[10, 20]);
    let copies = bench.path("backup.files");
    // A backup whose bytes have no place gets no name.
    fs::write(&copies, "in the way").unwrap();
    let (code, _, error) = bench.run("data", "backup", "backup", &[]);
    assert!(code == 1 && error.contains(copies.to_str().unwrap()), "{error}");
    assert!(!bench.path("backup").exists() && !bench.path("backup.partial").exists());
    fs::remove_file(&copies).unwrap();
    bench.must("data", "backup", "backup");
    flip(&bench.media[1].path(&copies));
    let (code, _, error) = bench.run("refused", "restore", "backup", &[]);
    assert!(code == 1 && error.contains(&bench.media[1].hash()) && error.contains("damaged"), "{error}");
    assert!(!bench.path("refused").join("palimpsest.db").exists());
    // What was copied by hand into the new folder is there already.
    fs::create_dir(bench.path("restored")).unwrap();
    fs::rename(copies, bench.path("restored").join("files")).unwrap();
    flip(&bench.media[1].path(&bench.path("restored").join("files")));
    assert_eq!(counts(&bench.must("restored", "restore", "backup")), [0, 2, 0, 30]);
    let other = Server::start(&bench.path("restored"));
    bench.media.iter().for_each(|medium| medium.assert_there(&mut other.client(&bench.token)));
}

#[test]
fn what_is_in_a_bucket_stays_there() {
    let bench = Bench::new(&[10]);
    let Bench { folder, server, .. } = bench;
    server.stop();
    let (data, file) = (folder.path().join("data"), folder.path().join("backup"));
    let told = cli::must(&data, &["backup", file.to_str().unwrap(), "--files", "s3://mine/notes", "--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["bucket"], &told["files"], &told["copied"]), (&json!("s3://mine/notes"), &json!(1), &json!(0)));
    assert!(!folder.path().join("backup.files").exists());
}
