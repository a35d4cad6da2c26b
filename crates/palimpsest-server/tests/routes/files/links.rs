//! Who may follow a link: whoever has it, as it is, until it ends.

use http::Method;

use super::Media;
use crate::app::Ask;

const FORGED: &str = "This server made no such link";
const ENDED: &str = "This link has ended; the object has a new one";
const HOUR: i64 = 60 * 60 * 1000;

async fn media() -> Media {
    Media::new(b"gel", "gel 1.png", "image/png").await
}

#[tokio::test]
async fn a_link_holds_until_its_moment_and_no_longer() {
    let media = media().await;
    let link = media.link().await;
    assert_eq!(media.get(&link).await.header("cache-control"), Some("private, max-age=7200"));
    media.lab.app.clock.advance(2 * HOUR - 1);
    let last = media.get(&link).await;
    assert_eq!((last.status, last.header("cache-control")), (200, Some("private, max-age=0")));
    media.lab.app.clock.advance(1);
    media.get(&link).await.refusal(403, "cap_forbidden", ENDED);
    let fresh = media.link().await;
    assert_ne!(fresh, link);
    assert_eq!(media.get(&fresh).await.status, 200);
}

#[tokio::test]
async fn no_part_of_a_link_can_be_changed() {
    let media = media().await;
    let link = media.link().await;
    let (path, query) = link.split_once('?').unwrap();
    let hash = path.split('/').nth(2).unwrap();
    let other_hash = format!("{}{}", if hash.starts_with('0') { "1" } else { "0" }, &hash[1..]);
    let signature = query.rsplit('=').next().unwrap();
    let changed = [
        link.replace(hash, &other_hash),
        link.replace(hash, &hash.to_uppercase()),
        link.replace(hash, &hash[1..]),
        link.replace("gel%201.png", "gel%201.svg"),
        link.replace("gel%201.png", "gel%FF.png"),
        link.replace("gel%201.png", ".."),
        link.replace("image%2Fpng", "text%2Fhtml"),
        link.replace("type=image%2Fpng&", ""),
        link.replace("type=", "type=text/html&type="),
        link.replace("expires=", "expires=9"),
        link.replace("expires=", "expires=-"),
        link.replace("expires=", "expires=+"),
        link.replace(signature, &signature[1..]),
        link.replace(signature, ""),
        link.replace(signature, &format!("{signature}=")),
        link.replace("&signature", "&signed"),
        format!("{link}&expires=99999999999"),
        format!("{link}A"),
        path.to_owned(),
    ];
    for forged in changed {
        assert_ne!(forged, link);
        media.get(&forged).await.refusal(403, "cap_forbidden", FORGED);
        let head = media.lab.app.send(Ask::new(Method::HEAD, &forged)).await;
        assert_eq!((head.status, head.body.len()), (403, 0), "{forged}");
    }
    assert_eq!(media.get(&link).await.status, 200);
}

#[tokio::test]
async fn a_link_of_another_server_is_none_here() {
    let media = media().await;
    let other = Media::new(b"other", "gel 1.png", "image/png").await;
    // Both sign with the secret of the tests, so it is known here, but there are no such bytes.
    other.lab.app.send(Ask::new(Method::GET, &media.link().await)).await.refusal(
        404,
        "cap_not_found",
        "File not found",
    );
    let there = palimpsest_engine::Links::new("https://lab.example".parse().unwrap(), [8; 32]);
    let clock = std::sync::Arc::clone(&media.lab.app.clock);
    let store = std::sync::Arc::clone(media.lab.app.engine.store());
    let ids = std::sync::Arc::new(palimpsest_engine::CountedIds::default());
    let elsewhere = palimpsest_engine::Engine::new(store, clock, ids).linking(there);
    let link = media.link().await;
    let (path, query) = link.split_once('?').unwrap();
    let mut steps = path.split('/').skip(2);
    let refused = elsewhere.linked(steps.next().unwrap(), steps.next().unwrap(), query).unwrap_err();
    assert_eq!(refused.message, FORGED);
}

#[tokio::test]
async fn a_token_does_not_help_and_does_no_harm() {
    let media = media().await;
    let link = media.link().await;
    for token in [&media.lab.token, "wrong"] {
        let with = |link: &str| Ask::new(Method::GET, link).token(token);
        assert_eq!(media.lab.app.send(with(&link)).await.status, 200);
        let bare = link.split('?').next().unwrap();
        media.lab.app.send(with(bare)).await.refusal(403, "cap_forbidden", FORGED);
    }
}

#[tokio::test]
async fn the_secret_of_a_server_is_made_once() {
    let media = media().await;
    let engine = &media.lab.app.engine;
    let first = engine.server_secret().await.unwrap();
    assert_eq!(engine.server_secret().await.unwrap(), first);
    assert_ne!(first, [0; 32]);
}
