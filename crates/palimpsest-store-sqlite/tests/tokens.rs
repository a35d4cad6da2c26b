//! Tokens of before a token could open several spaces.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::path::Path;
use std::sync::Arc;

use palimpsest_model::{LogId, Space, SpaceId, Timestamp, TokenId, builtin_structures};
use palimpsest_store::{Actor, Intent, Policy, Scope, Store, StoreError, TokenRecord, Tx};
use palimpsest_store_sqlite::{Options, SqliteStore};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;
use uuid::Uuid;

const NOON: Timestamp = Timestamp(1_795_000_000_000);

fn open(folder: &Path) -> (Arc<dyn Store>, Runtime) {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(folder, &Options::default()).unwrap());
    (store, tokio::runtime::Builder::new_current_thread().build().unwrap())
}

fn token(number: u8, space: SpaceId) -> TokenRecord {
    TokenRecord {
        id: TokenId(Uuid::from_u128(number.into())),
        hash: [number; 32],
        name: format!("token {number}"),
        spaces: vec![space],
        scopes: vec![Scope::Read, Scope::Write],
        created_at: NOON,
        expires_at: Some(NOON),
        revoked_at: None,
        concurrency: Policy::RequireCondition,
        beta_only: false,
    }
}

#[test]
fn a_token_of_one_space_opens_it_after_the_file_was_brought_up() {
    let folder = tempfile::tempdir().unwrap();
    let (store, runtime) = open(folder.path());
    let spaces = [1, 2].map(|number| SpaceId(Uuid::from_u128(number)));
    for (log, space) in (1..).zip(spaces) {
        let intent = Intent { space, actor: Actor::operator(), at: NOON, begins: Some(LogId(log)) };
        let begin = move |tx: &mut Tx<'_>| {
            tx.put_space(Space { id: space, title: "a space".to_owned(), icon: None, timezone: None });
            builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
            Ok::<_, StoreError>(())
        };
        runtime.block_on(store.commit(intent, begin)).unwrap().value.unwrap();
    }
    let tokens = [token(1, spaces[0]), token(2, spaces[1])];
    for token in tokens.clone() {
        runtime.block_on(store.administer(move |registry| registry.put_token(&token))).unwrap().unwrap();
    }
    store.close();
    drop(store);
    // As it was before.
    let file = rusqlite::Connection::open(folder.path().join("palimpsest.db")).unwrap();
    file.execute_batch(
        "ALTER TABLE tokens ADD COLUMN space INTEGER NOT NULL DEFAULT 1;
         UPDATE tokens SET body = json_remove(json_set(body, '$.space', body ->> '$.spaces[0]'), '$.spaces');
         DROP TABLE admin_tokens;",
    )
    .unwrap();
    let before: String = file.query_row("SELECT body FROM tokens LIMIT 1", [], |row| row.get(0)).unwrap();
    assert!(before.contains(&format!("\"space\":\"{}\"", spaces[0])), "{before}");
    let checksum = Sha256::digest(include_str!("../migrations/0008_tokens.sql")).to_vec();
    assert_eq!(file.execute("DELETE FROM migrations WHERE checksum = ?1", [checksum]).unwrap(), 1);
    drop(file);
    let (store, runtime) = open(folder.path());
    for token in &tokens {
        assert_eq!(runtime.block_on(store.token(&token.hash)).unwrap().as_deref(), Some(token));
    }
}
