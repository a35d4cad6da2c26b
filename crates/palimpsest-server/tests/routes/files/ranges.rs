//! Parts of files (RFC 9110 §14).

use std::sync::LazyLock;

use http::Method;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::Runtime;

use super::Media;
use crate::app::Ask;

static BYTES: LazyLock<Vec<u8>> =
    LazyLock::new(|| (0..1000_u32).map(|place| u8::try_from(place * 7 % 251).unwrap()).collect());

async fn media() -> Media {
    Media::new(&BYTES, "film.mp4", "video/mp4").await
}

#[test]
fn any_range_is_the_slice() {
    let runtime = Runtime::new().unwrap();
    let media = runtime.block_on(media());
    let ranges = (proptest::option::of(0..1100_usize), proptest::option::of(0..1100_usize));
    let check = |(first, last): (Option<usize>, Option<usize>)| {
        let text = |side: Option<usize>| side.map(|number| number.to_string()).unwrap_or_default();
        let range = format!("bytes={}-{}", text(first), text(last));
        let reply = runtime.block_on(media.get_with("range", &range));
        let length = BYTES.len();
        // What the RFC says, anew.
        let expected = match (first, last) {
            (None, None) => Ok(None),
            (Some(first), Some(last)) if last < first => Ok(None),
            (None, Some(0)) => Err(()),
            (None, Some(suffix)) => Ok(Some((length.saturating_sub(suffix), length - 1))),
            (Some(first), _) if first >= length => Err(()),
            (Some(first), last) => Ok(Some((first, last.unwrap_or(usize::MAX).min(length - 1)))),
        };
        match expected {
            Ok(None) => {
                prop_assert_eq!((reply.status, reply.header("content-range")), (200, None));
                prop_assert_eq!(&reply.body[..], &BYTES[..]);
            }
            Ok(Some((first, last))) => {
                let told = format!("bytes {first}-{last}/{length}");
                prop_assert_eq!((reply.status, reply.header("content-range")), (206, Some(&*told)));
                prop_assert_eq!(&reply.body[..], &BYTES[first..=last]);
                prop_assert_eq!(reply.header("content-length"), Some(&*(last - first + 1).to_string()));
            }
            Err(()) => {
                prop_assert_eq!((reply.status, reply.header("content-range")), (416, Some("bytes */1000")));
            }
        }
        Ok(())
    };
    TestRunner::default().run(&ranges, check).unwrap();
}

#[tokio::test]
async fn what_is_no_single_range_is_the_whole() {
    let media = media().await;
    for range in ["bytes=0-1,5-6", "bytes=0-1, -1", "items=0-1", "bytes", "bytes=x-y", "0-1", ""] {
        let reply = media.get_with("range", range).await;
        assert_eq!((reply.status, reply.body.len()), (200, 1000), "{range}");
    }
    let link = media.link().await;
    let twice = Ask::new(Method::GET, &link).header("range", "bytes=0-1").and_header("range", "bytes=5-6");
    assert_eq!(media.lab.app.send(twice).await.status, 200);
}

#[tokio::test]
async fn a_part_goes_with_what_the_client_has_or_the_whole_comes() {
    let media = media().await;
    let link = media.link().await;
    let etag = media.get(&link).await.header("etag").unwrap().to_owned();
    let part = |known: &str| Ask::new(Method::GET, &link).header("range", "bytes=0-9").header("if-range", known);
    let status = async |known: &str| media.lab.app.send(part(known)).await.status;
    assert_eq!(status(&etag).await, 206);
    for other in [&format!("W/{etag}"), "\"other\"", "Sun, 22 Nov 2026 12:00:00 GMT", "*", ""] {
        assert_eq!(status(other).await, 200, "{other}");
    }
    let known = Ask::new(Method::GET, &link).header("range", "bytes=0-9").header("if-none-match", &etag);
    assert_eq!(media.lab.app.send(known).await.status, 304, "conditions come before ranges");
}
