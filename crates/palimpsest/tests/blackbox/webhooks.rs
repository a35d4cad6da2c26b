//! Webhooks of the built binary, with a receiver in bad company: it fails, hangs up, hangs; the server is killed and restarted.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::http::Client;
use crate::random::{Random, rounds};
use crate::server::{Server, wait_for};

/// A lease lasts 20 s, a delivery at most 15 s; more than both means that nothing comes any more.
const PATIENCE: Duration = Duration::from_secs(90);

/// What the receiver does with a message, once it has it.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Mode {
    Takes,
    Fails,
    HangsUp,
    /// Says nothing; the connection stays open.
    Hangs,
}

#[derive(Clone, Debug)]
struct Got {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        &self.headers.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{self:?} lacks {name}")).1
    }

    fn revision(&self) -> u64 {
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(body["type"], "change");
        body["data"]["revision"].as_u64().unwrap()
    }
}

struct Receiver {
    address: SocketAddr,
    mode: Arc<Mutex<Mode>>,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (mode, got) = (Arc::new(Mutex::new(Mode::Takes)), Arc::new(Mutex::new(Vec::new())));
        let receiver = Self { address, mode: Arc::clone(&mode), got: Arc::clone(&got) };
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (mode, got) = (Arc::clone(&mode), Arc::clone(&got));
                // A sender that was killed may leave in the middle.
                std::thread::spawn(move || _ = serve(stream, &mode, &got).is_ok());
            }
        });
        receiver
    }

    fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// Waits until a message has come that was not there before.
    fn one_more(&self, before: usize) {
        wait_for("a message", PATIENCE, || (self.got().len() > before).then_some(()));
    }

    /// Waits until the change of this revision has come.
    fn comes_to(&self, revision: u64) {
        wait_for("the last change", PATIENCE, || {
            self.got().last().filter(|got| got.revision() == revision).map(|_| ())
        });
    }
}

fn serve(stream: TcpStream, mode: &Mutex<Mode>, got: &Mutex<Vec<Got>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = vec![0; length.ok_or(ErrorKind::InvalidData)?];
    stream.read_exact(&mut body)?;
    let mode = {
        let mode = *mode.lock().unwrap();
        got.lock().unwrap().push(Got { headers, body });
        mode
    };
    match mode {
        Mode::Takes => stream.get_mut().write_all(b"HTTP/1.1 204 No Content\r\n\r\n"),
        Mode::Fails => stream.get_mut().write_all(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
        Mode::HangsUp => Ok(()),
        Mode::Hangs => stream.read(&mut [0]).map(|_| ()),
    }
}

/// HMAC (RFC 2104) by the book, from nothing but the hash.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    assert!(key.len() <= 64);
    let padded = |pad: u8| (0..64).map(|place| key.get(place).copied().unwrap_or(0) ^ pad).collect::<Vec<u8>>();
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}

fn check_signature(secret: &str, got: &Got) {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let signed =
        [got.header("webhook-id").as_bytes(), b".", got.header("webhook-timestamp").as_bytes(), b".", &got.body];
    let expected = format!("v1,{}", STANDARD.encode(hmac(&key, &signed.concat())));
    assert_eq!(got.header("webhook-signature"), expected);
    assert_eq!(got.header("content-type"), "application/json");
}

fn start(data: &std::path::Path, receiver: &Receiver) -> Server {
    Server::start_with(data, [("PALIMPSEST_FAULTS", format!("receiver:{}", receiver.address))])
}

/// Makes some pages; answers the last revision.
fn write(client: &mut Client, count: u64) -> u64 {
    let mut last = 0;
    for _ in 0..count {
        let made = client.send("POST", "/object", Some(&json!({"structureId": "RootPage"}))).unwrap();
        assert_eq!(made.status, 200, "{}", made.text());
        last = made.revision.unwrap().unsigned_abs();
    }
    last
}

/// Waits until a failure was noted, and has it tried again without waiting for the pause.
fn retry(client: &mut Client, hook: &str) {
    let shown = |client: &mut Client| client.get("/webhooks").json()["results"][0].clone();
    wait_for("a failure", PATIENCE, || (!shown(client)["nextAttemptAt"].is_null()).then_some(()));
    let again = json!({"id": hook, "paused": false});
    assert_eq!(client.send("PATCH", "/webhooks", Some(&again)).unwrap().status, 200);
}

#[test]
fn every_change_arrives_in_order_at_least_once_whatever_happens_to_either_side() {
    let mut random = Random::new();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let receiver = Receiver::start();
    let faults = [("PALIMPSEST_FAULTS", format!("receiver:{}", receiver.address))];
    let (mut server, token) = Server::start_first_with(&data, faults);
    let mut client = server.client(&token);
    let made = client.send("POST", "/webhooks", Some(&json!({"url": "http://receiver.test/hook"}))).unwrap().json();
    let (hook, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    let begins = made_at(&mut client);
    let mut last = begins;
    for round in 0..rounds(2, 10) {
        for mode in [Mode::Fails, Mode::HangsUp] {
            let before = receiver.got().len();
            receiver.set(mode);
            last = write(&mut client, random.within(1..8));
            receiver.one_more(before);
            receiver.set(Mode::Takes);
            // A connection that nothing was asked on for 10 s is closed, and a lease may have been waited for.
            client = server.client(&token);
            retry(&mut client, hook);
            receiver.comes_to(last);
            client = server.client(&token);
        }
        // Killed while a delivery is under way, or while nothing is; or asked to stop.
        let mode = if round == 0 || random.below(2) == 0 { Mode::Hangs } else { Mode::Takes };
        receiver.set(mode);
        let before = receiver.got().len();
        last = write(&mut client, random.within(1..8));
        receiver.one_more(before);
        if mode == Mode::Hangs || random.below(2) == 0 {
            server.kill()
        } else {
            server.stop()
        }
        receiver.set(Mode::Takes);
        server = start(&data, &receiver);
        receiver.comes_to(last);
        client = server.client(&token);
    }
    let got = receiver.got();
    let mut seen = begins;
    let mut name = String::new();
    for one in &got {
        check_signature(secret, one);
        let (revision, id) = (one.revision(), one.header("webhook-id"));
        if revision == seen {
            assert_eq!(id, name, "the same change under another name");
        } else {
            assert_eq!(revision, seen + 1, "a change was passed over, or came again after the next");
        }
        (seen, name) = (revision, id.to_owned());
    }
    assert_eq!(seen, last);
    assert!(got.len() as u64 > last - begins, "nothing was ever sent again");
    server.stop();
}

/// The revision that the only webhook begins after.
fn made_at(client: &mut Client) -> u64 {
    client.get("/webhooks").json()["results"][0]["revision"].as_u64().unwrap()
}

#[test]
fn what_is_not_public_is_not_called() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start();
    let (server, token) = Server::start_first(&folder.path().join("data"));
    let mut client = server.client(&token);
    let port = receiver.address.port();
    let urls = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        "http://127.0.0.1/".to_owned(),
        "http://2130706433/".to_owned(),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "http://db.internal/".to_owned(),
    ];
    for url in urls {
        let made = client.send("POST", "/webhooks", Some(&json!({ "url": url }))).unwrap().json();
        let tested = client.send("POST", "/webhooks/test", Some(&json!({"id": made["id"]}))).unwrap().json();
        assert_eq!((&tested["delivered"], &tested["status"]), (&json!(false), &Value::Null), "{url}: {tested}");
        write(&mut client, 1);
        let id = made["id"].as_str().unwrap();
        let log = format!("/webhooks/deliveries?id={id}");
        wait_for("the failure", PATIENCE, || (client.get(&log).json()["results"].as_array()?.len() > 1).then_some(()));
        assert_eq!(client.send("DELETE", &format!("/webhooks?id={id}"), None).unwrap().status, 200);
    }
    assert!(receiver.got().is_empty());
    server.stop();
}
