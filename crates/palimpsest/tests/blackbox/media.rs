//! Media that are sent to a server, and where their bytes lie.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::http::Client;

/// Media that were sent.
pub(crate) struct Medium {
    id: String,
    pub(crate) bytes: Vec<u8>,
}

impl Medium {
    /// Sends so many bytes that no other medium has.
    pub(crate) fn send(client: &mut Client, size: usize) -> Self {
        let bytes: Vec<u8> = (0..size).map(|place| (place * size % 251).to_le_bytes()[0]).collect();
        let asked = json!({"fileName": "gel.bin", "fileSize": size});
        let begun = client.send("POST", "/object/media/upload", Some(&asked)).unwrap().json();
        let id = begun["id"].as_str().unwrap().to_owned();
        let path = format!("/object/media/upload/part?id={id}&partNumber=1");
        assert_eq!(client.put(&path, &bytes).unwrap().status, 200);
        let complete = client.send("POST", "/object/media/upload/complete", Some(&json!({ "id": id }))).unwrap();
        assert_eq!(complete.status, 200, "{}", complete.text());
        Self { id, bytes }
    }

    pub(crate) fn hash(&self) -> String {
        Sha256::digest(&self.bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Where its bytes lie in a folder of files.
    pub(crate) fn path(&self, files: &Path) -> PathBuf {
        let hash = self.hash();
        files.join(&hash[..2]).join(&hash[2..])
    }

    /// What its link answers.
    pub(crate) fn fetch(&self, client: &mut Client) -> (u16, Vec<u8>) {
        let object = client.object(&self.id).unwrap();
        let url = object["files"][0]["url"].as_str().unwrap();
        let path = url.splitn(4, '/').nth(3).unwrap();
        let reply = client.send("GET", &format!("/{path}"), None).unwrap();
        (reply.status, reply.body)
    }

    pub(crate) fn assert_there(&self, client: &mut Client) {
        let (status, bytes) = self.fetch(client);
        assert!(status == 200 && bytes == self.bytes, "{status} with {} bytes", bytes.len());
    }
}

/// Damages what lies at a path, which keeps its size.
pub(crate) fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    bytes[0] ^= 1;
    fs::write(path, bytes).unwrap();
}
