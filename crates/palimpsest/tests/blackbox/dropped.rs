//! Nothing is dropped in silence: what had no effect is named.

use serde_json::json;

use crate::server::Server;

/// What the answer to a page with a key that nobody knows says was dropped.
fn dropped(faults: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let environment = [("PALIMPSEST_FAULTS", faults)];
    let (server, token) = Server::start_first_with(&folder.path().join("data"), environment);
    let page = json!({ "structureId": "RootPage", "colour": "red" });
    let made = server.client(&token).send("POST", "/object", Some(&page)).unwrap();
    assert_eq!(made.status, 200, "{}", made.text());
    assert!(made.json().get("colour").is_none());
    made.ignored
}

#[test]
fn a_key_that_nobody_knows_is_named() {
    assert_eq!(dropped("").as_deref(), Some(r#""colour""#));
}

/// The control: it rests on the notes that are taken while a request is read and carried out.
#[cfg(feature = "faults")]
#[test]
fn without_notes_it_is_dropped_in_silence() {
    assert_eq!(dropped("drop-in-silence"), None);
}
