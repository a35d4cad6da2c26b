//! Files by the client: followed without its token, whole or not at all.

use std::collections::BTreeMap;

use futures_util::stream;
use palimpsest_client::{Code, FileView, ObjectId, Uuid};
use palimpsest_model::{BuiltIn, File, Object, Sections, State, StructureId};
use palimpsest_server::Limits;
use palimpsest_store::{Actor, ChangeKind, Intent, Tx};

use crate::served::Served;

/// Puts an image with these bytes into the store.
async fn planted(served: &Served, bytes: Vec<u8>) -> ObjectId {
    let engine = &served.engine;
    let sent = Box::pin(stream::iter([Ok(bytes.into())]));
    let kept = engine.files().unwrap().put(sent, u64::MAX, engine.now()).await.unwrap();
    let file = File { hash: kept.hash, size: kept.size, name: "gel.png".to_owned(), file_type: "image/png".to_owned() };
    let id = ObjectId(Uuid::from_u128(0x2222_2222_2222_4222_8222_2222_2222_2222));
    let object = Object {
        id,
        structure: StructureId::BuiltIn(BuiltIn::MediaImage),
        collections: Vec::new(),
        properties: BTreeMap::new(),
        blocks: Sections::default(),
        files: vec![file],
    };
    let space = served.client().await.space().await.unwrap().value.id;
    let intent = Intent { space, actor: Actor::operator(), at: engine.now(), begins: None };
    let put = move |tx: &mut Tx<'_>| tx.put(object.clone(), State::Live, ChangeKind::Created);
    engine.store().commit(intent, put).await.unwrap().value.unwrap();
    id
}

#[tokio::test]
async fn a_file_comes_by_the_link_that_its_object_shows() {
    let served = Served::new(Limits::default()).await;
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|place| u8::try_from(place % 251).unwrap()).collect();
    let id = planted(&served, bytes.clone()).await;
    let client = served.client().await;
    let media = client.object(id).await.unwrap().value;
    let [file] = media.files.as_slice() else { panic!("{media:?}") };
    assert_eq!(file.file_type, "image/png");
    assert!(file.expiration_date.is_some() && file.url.starts_with(&served.base));
    let mut download = client.download(file).await.unwrap();
    assert_eq!(download.size(), Some(3_000_000));
    let mut got = Vec::new();
    while let Some(chunk) = download.chunk().await.unwrap() {
        got.extend(chunk);
    }
    assert!(got == bytes, "other bytes");
    assert!(client.download(file).await.unwrap().bytes().await.unwrap() == bytes, "other bytes");
}

#[tokio::test]
async fn a_link_that_is_none_is_told_so() {
    let served = Served::new(Limits::default()).await;
    let id = planted(&served, b"gel".to_vec()).await;
    let client = served.client().await;
    let file = client.object(id).await.unwrap().value.files.remove(0);
    let code = async |url: String| client.download(&FileView { url, ..file.clone() }).await.unwrap_err().code;
    assert_eq!(code(file.url.replace("gel.png", "gel.svg")).await, Code::Forbidden);
    assert_eq!(code("gel.png".to_owned()).await, Code::Unsendable);
}

#[tokio::test]
async fn the_token_goes_to_no_other_server() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let served = Served::new(Limits::default()).await;
    let client = served.client().await;
    let stranger = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/gel.png", stranger.local_addr().unwrap());
    let file = FileView { url, file_type: "image/png".to_owned(), expiration_date: None };
    let heard = tokio::spawn(async move {
        let (mut stream, _) = stranger.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).await.unwrap();
        // Fewer bytes than were announced.
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort").await.unwrap();
        String::from_utf8_lossy(&request[..length]).to_lowercase()
    });
    let download = client.download(&file).await.unwrap();
    assert!(download.bytes().await.is_err(), "what is cut short is no file");
    let heard = heard.await.unwrap();
    assert!(heard.starts_with("get /gel.png") && !heard.contains("authorization"), "{heard}");
}
