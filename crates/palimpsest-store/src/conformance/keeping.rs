//! The suite that every place passes that keeps bytes: one check per promise of [`Files`]. A place makes a list of them with
//! [`files_checks!`](crate::files_checks!), or a test of each with [`files_conformance!`](crate::files_conformance!).

use std::collections::BTreeMap;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::slice::Chunks;

use bytes::Bytes;
use futures_util::{StreamExt, future, stream};
use palimpsest_model::{FileHash, ObjectId, Timestamp};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use sha2::{Digest, Sha256};

use super::object_id;
use crate::{ByteStream, Files, FilesError, Kept, MemoryFiles};

/// A place in the hands of a test.
pub trait Place: Send + Sync {
    /// The place, empty at first.
    fn files(&self) -> &dyn Files;

    /// Makes one byte of what is kept under a name another one.
    fn damage(&self, hash: FileHash, place: usize) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// Leaves only the first `length` bytes of what is kept under a name.
    fn cut(&self, hash: FileHash, length: usize) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

impl Place for MemoryFiles {
    fn files(&self) -> &dyn Files {
        self
    }

    fn damage(&self, hash: FileHash, place: usize) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Self::damage(self, hash, place);
        Box::pin(future::ready(()))
    }

    fn cut(&self, hash: FileHash, length: usize) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Self::cut(self, hash, length);
        Box::pin(future::ready(()))
    }
}

/// Gives a macro what stands behind the arrow, and then the names of all checks.
#[macro_export]
macro_rules! files_checks {
    ($macro:path => $($first:tt)*) => {
        $macro! {
            $($first)*;
            what_is_put_is_read_as_it_was, what_is_not_there_is_missing, one_content_is_kept_once,
            parts_make_the_whole, a_part_is_exactly_as_long_as_it_was_to_be, a_part_that_is_sent_again_replaces_the_earlier,
            nothing_is_made_of_parts_that_are_not_all_there, an_upload_goes_with_all_its_parts,
            what_is_too_long_or_ends_early_leaves_nothing, any_range_is_the_bytes_of_that_range,
            damaged_bytes_are_met_before_the_first_that_is_wrong, what_was_cut_off_is_no_shorter_file,
            what_is_put_again_is_whole_again,
            only_what_is_old_is_removed, names_are_listed_in_their_order,
            many_at_once_do_not_disturb_each_other, what_is_put_while_it_is_collected_is_kept,
        }
    };
}

/// Makes a test of each check, over the place that `$open` gives. The tests run on tokio.
#[macro_export]
macro_rules! files_conformance {
    ($open:expr) => {
        $crate::files_checks!($crate::files_conformance => @ $open);
    };
    (@ $open:expr; $($check:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $check() {
            $crate::conformance::keeping::$check(&$open).await;
        })+
    };
}

const LONG_AGO: Timestamp = Timestamp(1_000);
const NOW: Timestamp = Timestamp(1_795_000_000_000);
const MEBIBYTE: usize = 1 << 20;

/// Bytes that differ from place to place and from seed to seed.
fn content(seed: u8, length: usize) -> Vec<u8> {
    let mut state = u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(next).collect()
}

fn name_of(bytes: &[u8]) -> FileHash {
    FileHash(Sha256::digest(bytes).into())
}

/// The bytes, piece by piece. Whoever asks again after the end meets a panic, as such a stream may answer with.
fn sent(bytes: &[u8], piece: usize) -> ByteStream<'_> {
    Box::pin(stream::unfold(bytes.chunks(piece.max(1)), next_piece))
}

async fn next_piece(mut pieces: Chunks<'_, u8>) -> Option<(Result<Bytes, FilesError>, Chunks<'_, u8>)> {
    Some((Ok(Bytes::copy_from_slice(pieces.next()?)), pieces))
}

/// The bytes, and then an error.
fn broken(bytes: &[u8]) -> ByteStream<'_> {
    let end = stream::iter([Err(FilesError::Interrupted("gone".to_owned()))]);
    Box::pin(sent(bytes, 1000).chain(end))
}

async fn put(place: &dyn Place, bytes: &[u8], now: Timestamp) -> Kept {
    place.files().put(sent(bytes, 60_000), bytes.len() as u64, now).await.unwrap()
}

async fn put_part(place: &dyn Place, upload: ObjectId, number: u32, bytes: &[u8]) {
    place.files().put_part(upload, number, bytes.len() as u64, sent(bytes, 60_000)).await.unwrap();
}

/// What is handed out, and the error that ended it.
async fn read(place: &dyn Place, hash: FileHash, range: Range<u64>) -> (Vec<u8>, Option<FilesError>) {
    let mut bytes = match place.files().open(hash, range).await {
        Ok(bytes) => bytes,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut all = Vec::new();
    while let Some(next) = bytes.next().await {
        match next {
            Ok(next) => all.extend_from_slice(&next),
            Err(error) => return (all, Some(error)),
        }
    }
    (all, None)
}

async fn names(place: &dyn Place) -> Vec<FileHash> {
    place.files().list(None, 1000).await.unwrap()
}

/// Content of any length, in pieces of any length, is named by its SHA-256 and handed out as it was.
pub async fn what_is_put_is_read_as_it_was(place: &dyn Place) {
    for (seed, length) in [0, 1, 1000, MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 3 * MEBIBYTE + 5].into_iter().enumerate() {
        let bytes = content(seed as u8, length);
        for piece in [777, 60_000, 2 * MEBIBYTE] {
            let kept = place.files().put(sent(&bytes, piece), length as u64, NOW).await.unwrap();
            assert_eq!(kept, Kept { hash: name_of(&bytes), size: length as u64 });
        }
        assert_eq!(place.files().size(name_of(&bytes)).await, Ok(Some(length as u64)));
        let (read, error) = read(place, name_of(&bytes), 0..u64::MAX).await;
        assert!(read == bytes && error.is_none(), "{length}: {} {error:?}", read.len());
    }
}

/// What was never put is not there.
pub async fn what_is_not_there_is_missing(place: &dyn Place) {
    let nothing = name_of(b"never put");
    assert_eq!(read(place, nothing, 0..10).await, (Vec::new(), Some(FilesError::Missing)));
    assert_eq!(place.files().size(nothing).await, Ok(None));
    assert_eq!(place.files().remove(nothing, NOW).await, Ok(false));
    assert_eq!(names(place).await, []);
    assert_eq!(place.files().uploads().await, Ok(Vec::new()));
    assert_eq!(place.files().parts(object_id(1)).await, Ok(BTreeMap::new()));
}

/// The same content is one file, however it came.
pub async fn one_content_is_kept_once(place: &dyn Place) {
    let bytes = content(1, 5000);
    let first = put(place, &bytes, NOW).await;
    put_part(place, object_id(1), 1, &bytes[..3000]).await;
    put_part(place, object_id(1), 2, &bytes[3000..]).await;
    assert_eq!(place.files().join(object_id(1), 2, NOW).await, Ok(first));
    assert_eq!(put(place, &bytes, NOW).await, first);
    assert_eq!(names(place).await, [first.hash]);
}

/// Parts are put together in the order of their numbers, as often as that is asked for.
pub async fn parts_make_the_whole(place: &dyn Place) {
    let upload = object_id(7);
    let parts: Vec<_> =
        [(1, 2 * MEBIBYTE), (2, 2 * MEBIBYTE), (3, 17)].map(|(seed, length)| content(seed, length)).into();
    for number in [3, 1, 2] {
        put_part(place, upload, number, &parts[number as usize - 1]).await;
    }
    put_part(place, object_id(8), 1, b"of another").await;
    let sizes = place.files().parts(upload).await.unwrap();
    assert_eq!(sizes, (1..).zip(&parts).map(|(number, part)| (number, part.len() as u64)).collect());
    let whole = parts.concat();
    let kept = Kept { hash: name_of(&whole), size: whole.len() as u64 };
    for _ in 0..2 {
        assert_eq!(place.files().join(upload, 3, NOW).await, Ok(kept));
    }
    assert!(read(place, kept.hash, 0..u64::MAX).await == (whole, None));
}

/// A part that is too short, too long, or not sent to its end is not there; the one before it stays.
pub async fn a_part_is_exactly_as_long_as_it_was_to_be(place: &dyn Place) {
    let (upload, files) = (object_id(1), place.files());
    let bytes = content(1, 3000);
    for (number, size) in [(1, 3001), (1, 2999), (2, 0)] {
        let refused = files.put_part(upload, number, size, sent(&bytes, 500)).await;
        assert_eq!(refused, Err(FilesError::Length), "{size}");
        assert_eq!(files.parts(upload).await, Ok(BTreeMap::new()));
    }
    put_part(place, upload, 1, b"there before").await;
    assert_eq!(files.put_part(upload, 1, 9999, sent(&bytes, 500)).await, Err(FilesError::Length));
    let ended = files.put_part(upload, 1, 3000, broken(&bytes[..2000])).await;
    assert_eq!(ended, Err(FilesError::Interrupted("gone".to_owned())));
    let kept = files.join(upload, 1, NOW).await.unwrap();
    assert_eq!(read(place, kept.hash, 0..99).await, (b"there before".to_vec(), None));
}

/// The last of two parts of one number counts, whatever their lengths.
pub async fn a_part_that_is_sent_again_replaces_the_earlier(place: &dyn Place) {
    let (upload, long, short) = (object_id(1), content(1, 9000), content(2, 10));
    for (first, second) in [(&long, &short), (&short, &long)] {
        put_part(place, upload, 1, first).await;
        put_part(place, upload, 1, second).await;
        assert_eq!(place.files().parts(upload).await, Ok([(1, second.len() as u64)].into()));
        assert_eq!(place.files().join(upload, 1, NOW).await.unwrap().hash, name_of(second));
    }
}

/// A missing part is told, and nothing is kept.
pub async fn nothing_is_made_of_parts_that_are_not_all_there(place: &dyn Place) {
    let (upload, files) = (object_id(1), place.files());
    assert_eq!(files.join(upload, 1, NOW).await, Err(FilesError::Missing));
    put_part(place, upload, 1, b"a").await;
    put_part(place, upload, 3, b"c").await;
    assert_eq!(files.join(upload, 3, NOW).await, Err(FilesError::Missing));
    assert_eq!(names(place).await, []);
    put_part(place, upload, 2, b"b").await;
    assert_eq!(files.join(upload, 3, NOW).await.unwrap().hash, name_of(b"abc"));
}

/// Uploads that have parts are known until they are discarded; what was made of them stays.
pub async fn an_upload_goes_with_all_its_parts(place: &dyn Place) {
    let files = place.files();
    for number in [2, 1] {
        put_part(place, object_id(number), 1, b"part").await;
        put_part(place, object_id(number), 2, b"another").await;
    }
    assert_eq!(files.uploads().await, Ok(vec![object_id(1), object_id(2)]));
    let kept = files.join(object_id(1), 2, NOW).await.unwrap();
    for _ in 0..2 {
        files.discard(object_id(1)).await.unwrap();
        assert_eq!(files.uploads().await, Ok(vec![object_id(2)]));
    }
    assert_eq!(files.parts(object_id(1)).await, Ok(BTreeMap::new()));
    assert_eq!(files.join(object_id(1), 2, NOW).await, Err(FilesError::Missing));
    assert_eq!(names(place).await, [kept.hash]);
    put_part(place, object_id(1), 1, b"begun anew").await;
    assert_eq!(files.parts(object_id(1)).await, Ok([(1, 10)].into()));
}

/// What is beyond its limit, or ends with an error, is not there.
pub async fn what_is_too_long_or_ends_early_leaves_nothing(place: &dyn Place) {
    let (files, bytes) = (place.files(), content(1, 2 * MEBIBYTE));
    for limit in [0, 1, bytes.len() as u64 - 1] {
        assert_eq!(files.put(sent(&bytes, 70_000), limit, NOW).await, Err(FilesError::Length));
    }
    let ended = files.put(broken(&bytes), u64::MAX, NOW).await;
    assert_eq!(ended, Err(FilesError::Interrupted("gone".to_owned())));
    assert_eq!((names(place).await, files.size(name_of(&bytes)).await), (vec![], Ok(None)));
    assert!(files.put(sent(&bytes, 70_000), bytes.len() as u64, NOW).await.is_ok());
}

/// Whatever range is asked for, exactly its bytes are handed out, those of it that are there.
pub async fn any_range_is_the_bytes_of_that_range(place: &dyn Place) {
    let bytes = content(1, 2 * MEBIBYTE + 777);
    let hash = put(place, &bytes, NOW).await.hash;
    let mut runner = TestRunner::default();
    let edges = [0, 1, MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 2 * MEBIBYTE, bytes.len() - 1, bytes.len()];
    let mut ranges: Vec<_> = edges.iter().flat_map(|from| edges.map(|to| (*from, to))).collect();
    let drawn = (0..bytes.len() + 10, 0..bytes.len() + 10);
    ranges.extend((0..40).map(|_| drawn.new_tree(&mut runner).unwrap().current()));
    for (from, to) in ranges {
        let (read, error) = read(place, hash, from as u64..to as u64).await;
        let to = to.min(bytes.len());
        assert!(read == bytes[from.min(to)..to] && error.is_none(), "{from}..{to}: {} {error:?}", read.len());
    }
    assert_eq!(read(place, hash, u64::MAX - 1..u64::MAX).await, (Vec::new(), None));
}

/// One byte that is not what it was is not handed out, nor anything after it; what is handed out before it is right. Whoever
/// asks for a range with it meets it.
pub async fn damaged_bytes_are_met_before_the_first_that_is_wrong(place: &dyn Place) {
    let length = 2 * MEBIBYTE + 777;
    for (seed, wrong) in [0, 5, MEBIBYTE - 1, MEBIBYTE, 2 * MEBIBYTE, length - 1].into_iter().enumerate() {
        let bytes = content(seed as u8, length);
        let hash = put(place, &bytes, NOW).await.hash;
        place.damage(hash, wrong).await;
        for range in [0..length, wrong..wrong + 1, wrong / 2..length + 5] {
            let (read, error) = read(place, hash, range.start as u64..range.end as u64).await;
            assert_eq!(error, Some(FilesError::Damaged(hash)), "{wrong} in {range:?}");
            assert!(
                read.len() <= wrong - range.start && bytes[range.start..].starts_with(&read),
                "{wrong} in {range:?}"
            );
        }
    }
}

/// Wherever a file was cut off, to nothing or between two sums as well, it is not taken for one that ends there.
pub async fn what_was_cut_off_is_no_shorter_file(place: &dyn Place) {
    let length = 2 * MEBIBYTE + 777;
    for (seed, left) in [0, 1, MEBIBYTE, 2 * MEBIBYTE, length - 1].into_iter().enumerate() {
        let bytes = content(seed as u8, length);
        let hash = put(place, &bytes, NOW).await.hash;
        place.cut(hash, left).await;
        match place.files().size(hash).await {
            Ok(size) => assert_eq!(size, Some(length as u64), "{left}"),
            Err(error) => assert_eq!(error, FilesError::Damaged(hash), "{left}"),
        }
        let (read, error) = read(place, hash, 0..length as u64).await;
        assert_eq!(error, Some(FilesError::Damaged(hash)), "{left}");
        assert!(read.len() <= left && bytes.starts_with(&read), "{left}");
        put(place, &bytes, NOW).await;
        assert_eq!(place.files().size(hash).await, Ok(Some(length as u64)), "{left}");
    }
}

/// Who puts content that has become damaged makes it whole.
pub async fn what_is_put_again_is_whole_again(place: &dyn Place) {
    let bytes = content(1, 2000);
    let hash = put(place, &bytes, NOW).await.hash;
    place.damage(hash, 1000).await;
    assert!(read(place, hash, 0..2000).await.1.is_some());
    put(place, &bytes, NOW).await;
    assert!(read(place, hash, 0..2000).await == (bytes, None));
}

/// What was last put before a time is removed, and nothing else.
pub async fn only_what_is_old_is_removed(place: &dyn Place) {
    let files = place.files();
    let (old, young) = (put(place, b"old", LONG_AGO).await, put(place, b"young", NOW).await);
    assert_eq!(files.remove(old.hash, LONG_AGO).await, Ok(false), "not before that time");
    assert_eq!(files.remove(old.hash, Timestamp(LONG_AGO.0 + 1)).await, Ok(true));
    assert_eq!(files.remove(old.hash, NOW).await, Ok(false), "it is gone");
    assert_eq!(read(place, old.hash, 0..9).await, (Vec::new(), Some(FilesError::Missing)));
    assert_eq!(files.remove(young.hash, NOW).await, Ok(false));
    put(place, b"old", LONG_AGO).await;
    put(place, b"old", NOW).await;
    assert_eq!(files.remove(old.hash, NOW).await, Ok(false), "it was made young again");
    assert_eq!(read(place, old.hash, 0..9).await, (b"old".to_vec(), None));
    put_part(place, object_id(1), 1, b"joined").await;
    let joined = files.join(object_id(1), 1, LONG_AGO).await.unwrap();
    files.join(object_id(1), 1, NOW).await.unwrap();
    assert_eq!(files.remove(joined.hash, NOW).await, Ok(false), "so was this");
    let later = Timestamp(NOW.0 + 1);
    for kept in [old, young, joined] {
        assert_eq!(files.remove(kept.hash, later).await, Ok(true));
    }
    assert_eq!(names(place).await, []);
}

/// Pages of names, in their order, each after the last name of the one before.
pub async fn names_are_listed_in_their_order(place: &dyn Place) {
    let mut all = Vec::new();
    for seed in 0..23 {
        all.push(put(place, &content(seed, 10), NOW).await.hash);
    }
    all.sort();
    assert_eq!(names(place).await, all);
    for limit in [1, 5, 23, 24] {
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let page = place.files().list(after, limit).await.unwrap();
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = Some(*last);
            listed.extend(page);
        }
        assert_eq!(listed, all, "by {limit}");
    }
    assert_eq!(place.files().list(Some(FileHash([255; 32])), 5).await, Ok(Vec::new()));
    assert_eq!(place.files().list(None, 0).await, Ok(Vec::new()));
}

/// The same content, other content and parts, all at once.
pub async fn many_at_once_do_not_disturb_each_other(place: &dyn Place) {
    let same = content(99, MEBIBYTE + 3);
    let work = (0..12_u8).map(|number| {
        let same = &same;
        async move {
            let other = content(number, 50_000);
            let upload = object_id(u128::from(number));
            let (one, two, ()) =
                future::join3(put(place, same, NOW), put(place, &other, NOW), put_part(place, upload, 1, &other)).await;
            assert_eq!((one.hash, two.hash), (name_of(same), name_of(&other)));
            assert_eq!(place.files().join(upload, 1, NOW).await, Ok(two));
            assert!(read(place, two.hash, 0..u64::MAX).await == (other, None));
            assert!(read(place, one.hash, 9..1000).await == (same[9..1000].to_vec(), None));
        }
    });
    future::join_all(work).await;
    assert_eq!(names(place).await.len(), 13);
}

/// Old bytes that nobody named are put again at the moment they are removed: whoever was told that they are kept finds them.
pub async fn what_is_put_while_it_is_collected_is_kept(place: &dyn Place) {
    for round in 0..20 {
        let bytes = content(round, 3000);
        let hash = put(place, &bytes, LONG_AGO).await.hash;
        let collect = async {
            for _ in 0..5 {
                place.files().remove(hash, NOW).await.unwrap();
            }
        };
        let (_, kept) = future::join(collect, put(place, &bytes, NOW)).await;
        assert!(read(place, kept.hash, 0..3000).await == (bytes, None), "round {round}");
    }
}
