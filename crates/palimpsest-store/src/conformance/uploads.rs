//! Uploads, and the secret of the server: rows beside the log.

use std::sync::Arc;

use palimpsest_model::{CollectionId, SpaceId, Timestamp, TokenId};
use uuid::Uuid;

use super::registry::{administer, put, token};
use super::{Bench, NOON, block_on, object_id, page};
use crate::{Registry, Store, StoreError, Upload};

fn upload(number: u128, space: SpaceId, token: u8) -> Upload {
    Upload {
        id: object_id(number),
        space,
        token: TokenId(Uuid::from_u128(u128::from(token))),
        file_name: format!("{number}.pdf"),
        file_type: None,
        file_size: u64::MAX,
        part_size: 5,
        title: None,
        collections: Vec::new(),
        begun: NOON,
        expires: Timestamp(NOON.0 + 1),
    }
}

fn begin(store: &Arc<dyn Store>, upload: &Upload) {
    let upload = upload.clone();
    administer(store, move |registry| registry.put_upload(&upload)).unwrap().unwrap();
}

fn uploads(store: &Arc<dyn Store>) -> Vec<Upload> {
    administer(store, |registry: &mut Registry<'_>| registry.uploads()).unwrap().unwrap()
}

/// An upload is read as it was put, whatever it holds, in the order of the ids; none moves a head, and one that is refused is
/// not there.
pub fn uploads_are_put_replaced_and_removed(store: &Arc<dyn Store>) {
    let bench = Bench::begin(store);
    bench.put(&page(1, "a"));
    let mut moves = store.moved(bench.space);
    moves.as_mut().map(|moves| *moves.borrow_and_update());
    let (second, first) = (upload(2, bench.space, 1), upload(1, bench.space, 1));
    begin(store, &second);
    begin(store, &first);
    assert_eq!(uploads(store), [first.clone(), second.clone()]);
    let changed = Upload {
        file_type: Some("application/pdf".to_owned()),
        title: Some("title".to_owned()),
        collections: vec![CollectionId(Uuid::from_u128(7)), CollectionId(Uuid::from_u128(3))],
        ..first
    };
    begin(store, &changed);
    let found = administer(store, |registry| Ok((registry.upload(object_id(1))?, registry.upload(object_id(3))?)));
    assert_eq!(found.unwrap().unwrap(), (Some(changed.clone()), None));
    for panics in [false, true] {
        let refused = block_on(store.administer(move |registry| {
            registry.remove_upload(object_id(1)).unwrap();
            assert!(!panics, "on purpose");
            Err::<(), _>("no")
        }));
        assert!(if panics { refused.is_err() } else { matches!(refused, Ok(Err("no"))) });
        assert_eq!(uploads(store), [changed.clone(), second.clone()]);
    }
    administer(store, |registry| registry.remove_upload(object_id(1))).unwrap().unwrap();
    administer(store, |registry| registry.remove_upload(object_id(1))).unwrap().unwrap();
    assert_eq!(uploads(store), [second]);
    let nowhere = upload(4, super::space_id(9), 1);
    let refused = administer(store, move |registry| registry.put_upload(&nowhere));
    assert!(matches!(refused, Err(StoreError::NoSuchSpace) | Ok(Err(StoreError::NoSuchSpace))));
    assert!(moves.is_none_or(|moves| !moves.has_changed().unwrap()));
}

/// An upload is gone with the token that began it, and with its space.
pub fn uploads_go_with_their_token_and_their_space(store: &Arc<dyn Store>) {
    let (gone, stays) = (Bench::begin_as(store, 1), Bench::begin_as(store, 2));
    for (number, space) in [(1, gone.space), (2, stays.space), (3, stays.space)] {
        put(store, token(number, space));
        begin(store, &upload(u128::from(number), space, number));
    }
    let left = || uploads(store).iter().map(|upload| upload.id).collect::<Vec<_>>();
    let space = gone.space;
    administer(store, move |registry| registry.remove_space(space)).unwrap().unwrap();
    assert_eq!(left(), [object_id(2), object_id(3)]);
    administer(store, |registry| registry.remove_token(TokenId(Uuid::from_u128(2)))).unwrap().unwrap();
    assert_eq!(left(), [object_id(3)]);
}

/// The first secret stays, whatever comes after it; one of a change that is refused does not.
pub fn the_secret_of_the_server_is_made_once(store: &Arc<dyn Store>) {
    let refused = block_on(store.administer(|registry| {
        registry.server_secret([1; 32]).unwrap();
        Err::<(), _>("no")
    }));
    assert!(matches!(refused, Ok(Err("no"))));
    let secret = |fresh: u8| administer(store, move |registry| registry.server_secret([fresh; 32])).unwrap().unwrap();
    assert_eq!([secret(2), secret(3), secret(2)], [[2; 32]; 3]);
    let bench = Bench::begin(store);
    let space = bench.space;
    administer(store, move |registry| registry.remove_space(space)).unwrap().unwrap();
    assert_eq!(secret(4), [2; 32], "it belongs to no space");
}
