//! What is erased from outside, with a server and without one.

use std::path::Path;

use crate::cli;
use crate::server::Server;

/// No file of a folder holds the letters.
fn assert_nowhere(data: &Path, letters: &str) {
    for file in std::fs::read_dir(data).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        let found = bytes.windows(letters.len()).any(|window| window == letters.as_bytes());
        assert!(!found, "{letters} is in {}", file.display());
    }
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
