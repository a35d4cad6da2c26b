//! Files in a bucket belong to one store, and to another only when its server is told to take them over.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::cli;
use crate::server::Server;

type Kept = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A service that knows of S3 what is needed to ask whose a bucket is: it keeps what is put, and hands it out again.
struct Service {
    url: String,
    kept: Kept,
}

impl Service {
    fn begin() -> Self {
        let (listener, kept) = (TcpListener::bind("127.0.0.1:0").unwrap(), Kept::default());
        let (url, inside) = (format!("http://{}", listener.local_addr().unwrap()), Arc::clone(&kept));
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&inside);
                // Whoever asked has gone, or asked for what is none.
                std::thread::spawn(move || _ = answer_all(connection, &kept));
            }
        });
        Self { url, kept }
    }

    /// What makes a server keep its files here.
    fn environment<'s>(&'s self, bucket: &'s str) -> [(&'s str, &'s str); 7] {
        [
            ("PALIMPSEST_FILES", bucket),
            ("AWS_ENDPOINT_URL", &self.url),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ALLOW_HTTP", "true"),
            ("NO_PROXY", "127.0.0.1"),
        ]
    }

    fn all(&self) -> BTreeMap<String, Vec<u8>> {
        self.kept.lock().unwrap().clone()
    }
}

fn answer_all(mut connection: TcpStream, kept: &Kept) -> Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    loop {
        let (mut lines, mut line) = (Vec::new(), String::new());
        while reader.read_line(&mut line)? > 2 {
            lines.push(std::mem::take(&mut line).trim_end().to_ascii_lowercase());
        }
        let Some(request) = lines.first() else { return Ok(()) };
        let header = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let mut body = vec![0; header("content-length").map_or(0, |length| length.parse().unwrap())];
        reader.read_exact(&mut body)?;
        let path = request.split(' ').nth(1).unwrap().split('?').next().unwrap().to_owned();
        let (status, body) = answer(request, path, header("if-none-match").is_some(), body, &mut kept.lock().unwrap());
        let known = "ETag: \"1\"\r\nLast-Modified: Mon, 23 Nov 2026 12:00:00 GMT\r\n";
        write!(connection, "HTTP/1.1 {status} X\r\n{known}Content-Length: {}\r\n\r\n", body.len())?;
        connection.write_all(&body)?;
    }
}

fn answer(
    request: &str,
    path: String,
    only_new: bool,
    body: Vec<u8>,
    kept: &mut BTreeMap<String, Vec<u8>>,
) -> (u16, Vec<u8>) {
    match kept.get(&path) {
        Some(_) if request.starts_with("put") && only_new => (412, Vec::new()),
        _ if request.starts_with("put") => {
            kept.insert(path, body);
            (200, Vec::new())
        }
        Some(found) => (200, found.clone()),
        None => (404, Vec::new()),
    }
}

#[test]
fn the_bucket_of_another_store_is_refused_until_it_is_taken_over() {
    let (service, folder) = (Service::begin(), tempfile::tempdir().unwrap());
    let bucket = service.environment("s3://files/notes");
    let [mine, other] = ["mine", "other"].map(|name| folder.path().join(name));
    let vault = folder.path().join("vault");
    std::fs::create_dir(&vault).unwrap();
    std::fs::write(vault.join("Note.md"), "A note.").unwrap();
    let assert_refused = |data: &Path, arguments: &[&str]| {
        let before = service.all();
        let output = cli::run_with(data, arguments, &bucket);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{error}");
        for words in
            ["s3://files/notes holds the files of another store", data.to_str().unwrap(), "serve --claim-files"]
        {
            assert!(error.contains(words), "{error}");
        }
        assert_eq!(service.all(), before);
    };
    // One that is not refused ends all the same.
    let serve = ["serve", "--listen", "nowhere"];
    let import = ["import", vault.to_str().unwrap()];

    Server::start_with(&mine, bucket).stop();
    Server::start_with(&mine, bucket).stop();
    let before = service.all();
    assert_eq!(before.keys().collect::<Vec<_>>(), ["/files/notes/owner"]);
    cli::must(&other, &["space", "create", "Other"]);
    assert_refused(&other, &serve);
    assert_refused(&other, &import);
    // Another prefix is another place.
    Server::start_with(&other, service.environment("s3://files/other")).stop();

    Server::start_saying(&other, &["--claim-files"], bucket).stop();
    let after = service.all();
    assert_ne!(after["/files/notes/owner"], before["/files/notes/owner"]);
    assert_eq!(after["/files/notes/owner"], after["/files/other/owner"]);
    // It was told once, and the one before learns of it.
    Server::start_with(&other, bucket).stop();
    assert_refused(&mine, &serve);
    let imported = cli::run_with(&other, &import, &bucket);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
}
