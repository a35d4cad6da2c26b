//! Files, sent part by part.

use palimpsest_client::{BuiltIn, Code, NewUpload, StructureId};
use palimpsest_server::Limits;

use crate::served::Served;

#[tokio::test]
async fn a_file_is_sent_in_its_parts_and_becomes_an_object() {
    let client = Served::new(Limits::default()).await.client().await;
    let bytes: Vec<u8> = (0..5_242_885_u32).map(|place| (place / 3).to_le_bytes()[0]).collect();
    let file = NewUpload::named("gel.png").file_type("image/x-own").title("Gel");
    let made = client.upload(&file, bytes.len() as u64, &bytes[..]).await.unwrap();
    assert_eq!((made.value.title(), made.value.structure_id), ("Gel", StructureId::BuiltIn(BuiltIn::MediaImage)));
    let [shown] = &made.value.files[..] else { panic!("{:?}", made.value.files) };
    assert_eq!(shown.file_type, "image/x-own");
    let again = client.complete_upload(made.value.id).await.unwrap();
    assert_eq!((again.value, again.revision), (made.value, made.revision));
}

#[tokio::test]
async fn what_fails_is_given_up() {
    let client = Served::new(Limits::default()).await.client().await;
    let error = client.upload(&NewUpload::named("a.txt"), 10, &b"too short"[..]).await.unwrap_err();
    assert_eq!(error.code, Code::Unsendable);
    let begun = client.start_upload(&NewUpload::named("a.txt"), 3).await.unwrap().value;
    assert_eq!((begun.part_count, begun.file_type.as_str()), (1, "text/plain"));
    assert_eq!(client.put_part(begun.id, 1, b"abcd".to_vec()).await.unwrap_err().code, Code::InvalidInput);
    assert_eq!(client.put_part(begun.id, 1, b"abc".to_vec()).await.unwrap().value.size, 3);
    client.abort_upload(begun.id).await.unwrap();
    assert!(client.complete_upload(begun.id).await.unwrap_err().is_not_found());
}
