//! Streams of changes over connections that do not last.

use palimpsest_client::{Code, CopyStep, Feed, Position, Revision};
use serde_json::{Value, json};

use crate::scripted::{Line, Scripted, answer};

const LOG: &str = "00000000000000ab";
const ID: &str = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";

fn change(revision: u64) -> String {
    let data = json!({"revision": revision, "at": "2026-11-22T12:00:00.000Z", "by": {"id": null, "name": "operator"},
        "objects": [{"id": ID, "structureId": "RootPage", "kind": "updated", "paths": ["properties.title"], "etag": null}]});
    format!("event: change\nid: {LOG}.{revision}\ndata: {data}\n\n")
}

fn bookmark(revision: u64) -> String {
    format!("event: bookmark\nid: {LOG}.{revision}\ndata: {{\"revision\":{revision}}}\n\n")
}

fn refused(status: u16, code: &str) -> Line {
    answer(status, &["Retry-After: 0"], json!({"code": code, "message": "No"}))
}

fn at(revision: u64) -> Position {
    format!("{LOG}.{revision}").parse().unwrap()
}

#[tokio::test]
async fn a_stream_goes_on_where_it_was_without_gap_or_repetition() {
    let half: String = change(4).chars().take(60).collect();
    let server = Scripted::new(vec![
        Line::Cut(change(2) + &change(3) + &half),
        Line::HangUp,
        refused(503, "cap_service_unavailable"),
        Line::Cut(bookmark(3)),
        Line::Cut(change(3) + &change(4)),
        Line::Cut(change(5)),
        refused(410, "cap_revision_compacted"),
    ])
    .await;
    let mut stream = server.client().stream(&Feed::after(at(1)));
    for revision in 2..=5 {
        let followed = stream.next().await.unwrap().unwrap();
        assert_eq!((followed.position, followed.change.revision), (at(revision), Revision(revision)));
    }
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(error.says_start_again(), "{error:?}");
    assert!(stream.next().await.is_none(), "an error is the end");
    let heard = server.heard();
    let taken_up: Vec<_> = heard.iter().map(|heard| heard.header("last-event-id").unwrap()).collect();
    assert_eq!(taken_up, [1, 3, 3, 3, 3, 4, 5].map(|revision| at(revision).to_string()));
    assert!(heard.iter().all(|heard| heard.header("accept") == Some("text/event-stream")));
}

#[tokio::test]
async fn a_stream_from_the_start_names_no_position() {
    let server = Scripted::new(vec![Line::Cut(change(1)), refused(401, "cap_not_authenticated")]).await;
    let mut stream = server.client().stream(&Feed::from_the_start().whole());
    assert_eq!(stream.next().await.unwrap().unwrap().change.revision, Revision(1));
    assert_eq!(stream.next().await.unwrap().unwrap_err().code, Code::NotAuthenticated, "waiting does not help");
    let heard = server.heard();
    assert_eq!((heard[0].line.as_str(), heard[0].header("last-event-id")), ("GET /changes?include=objects", None));
}

#[tokio::test]
async fn what_is_no_stream_ends_it() {
    let server = Scripted::new(vec![answer(200, &["Content-Type: text/html"], "<html>")]).await;
    let error = server.client().stream(&Feed::default()).next().await.unwrap().unwrap_err();
    assert_eq!(error.code, Code::Unreadable);
    let server = Scripted::new(vec![Line::Cut("event: change\nid: x\ndata: {}\n\n".to_owned())]).await;
    let error = server.client().stream(&Feed::default()).next().await.unwrap().unwrap_err();
    assert_eq!(error.code, Code::Unreadable);
}

#[tokio::test]
async fn a_copy_begins_with_every_object_and_goes_on_with_every_change() {
    let row = |tag: u64| {
        let object = json!({"id": ID, "structureId": "RootPage", "collections": [], "properties": {}});
        let etag = format!("\"{LOG}.{tag}\"");
        json!({"id": ID, "structureId": "RootPage", "title": "", "etag": etag, "object": object})
    };
    let page = |rows: Vec<Value>, cursor: Option<&str>| {
        answer(200, &[], json!({"revision": 7, "results": rows, "nextCursor": cursor, "hasMore": cursor.is_some()}))
    };
    let lines = [page(vec![row(2), row(3)], Some("c")), page(vec![row(5)], None), Line::Cut(change(8))];
    let gone = refused(410, "cap_revision_unknown");
    let server = Scripted::new(lines.into_iter().chain([gone]).collect()).await;
    let mut copy = server.client().follow();
    for tag in [2, 3, 5] {
        let step = copy.next().await.unwrap().unwrap();
        let CopyStep::Object(row) = step else { panic!("{step:?}") };
        assert_eq!((row.etag.unwrap().revision, row.object.is_some()), (Revision(tag), true));
    }
    assert_eq!(copy.next().await.unwrap().unwrap(), CopyStep::Complete(at(7)));
    let step = copy.next().await.unwrap().unwrap();
    assert!(matches!(&step, CopyStep::Change(followed) if followed.position == at(8)), "{step:?}");
    assert!(copy.next().await.unwrap().unwrap_err().says_start_again());
    assert!(copy.next().await.is_none());
    let lines: Vec<_> = server.heard().into_iter().map(|heard| heard.line).collect();
    assert_eq!(
        lines[..2],
        ["GET /objects?limit=1000&include=objects", "GET /objects?limit=1000&cursor=c&include=objects"]
    );
    assert!(lines[2].starts_with("GET /changes?include=objects&since="), "{lines:?}");
}
