//! Ends that meet: an upload ends once, as its object or as nothing.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::future::join_all;

use super::trouble::Cramped;
use super::{DAY, abort, begin, complete, content, send};
use crate::app::{App, Lab};

async fn slow() -> (Arc<Cramped>, Lab) {
    let files = Arc::new(Cramped::default());
    let lab = Lab::in_app(App::taking(Arc::clone(&files) as _, 1000)).await;
    (files, lab)
}

/// Waits until so many were begun to be put together.
async fn began(files: &Cramped, joins: usize) {
    while files.joins.load(Ordering::SeqCst) < joins {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_given_up_or_over_while_it_is_put_together_becomes_no_object() {
    for expires in [false, true] {
        let (files, lab) = slow().await;
        let upload = begin(&lab, "a.png", 5).await;
        send(&lab, &upload, &content(5)).await;
        let head = lab.head().await;
        let joining = files.joining.lock().await;
        let ending = async {
            began(&files, 1).await;
            if expires {
                lab.app.clock.advance(DAY);
                assert_eq!(lab.app.engine.expire_uploads().await.unwrap(), 1);
            } else {
                assert_eq!(abort(&lab, &upload).await.status, 204);
            }
            // As a place does it that has read all parts already.
            let put = lab.app.engine.files().unwrap().put_part(
                palimpsest_model::ObjectId(palimpsest_model::parse_uuid(&upload).unwrap()),
                1,
                5,
                Box::pin(futures_util::stream::iter([Ok(content(5))])),
            );
            put.await.unwrap();
            drop(joining);
        };
        let (reply, ()) = tokio::join!(complete(&lab, &upload), ending);
        reply.refusal(404, "cap_not_found", "Upload not found");
        assert!(!lab.sees(&upload).await);
        assert_eq!(lab.head().await, head, "nothing was committed");
    }
}

#[tokio::test]
async fn who_completes_what_is_being_completed_waits_for_its_object() {
    let (files, lab) = slow().await;
    let upload = begin(&lab, "a.png", 5).await;
    send(&lab, &upload, &content(5)).await;
    let head = lab.head().await;
    let joining = files.joining.lock().await;
    let going_on = async {
        began(&files, 1).await;
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        drop(joining);
    };
    let (replies, ()) = tokio::join!(join_all([complete(&lab, &upload), complete(&lab, &upload)]), going_on);
    assert_eq!(replies[0].ok(), replies[1].ok());
    assert_eq!((files.joins.load(Ordering::SeqCst), lab.head().await), (1, head + 1));
}

#[tokio::test]
async fn only_so_many_are_put_together_at_once() {
    let (files, lab) = slow().await;
    let mut uploads = Vec::new();
    for _ in 0..9 {
        let upload = begin(&lab, "a.png", 5).await;
        send(&lab, &upload, &content(5)).await;
        uploads.push(upload);
    }
    let joining = files.joining.lock().await;
    let going_on = async {
        began(&files, 4).await;
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        assert_eq!(files.joins.load(Ordering::SeqCst), 4);
        drop(joining);
    };
    let (replies, ()) = tokio::join!(join_all(uploads.iter().map(|upload| complete(&lab, upload))), going_on);
    assert!(replies.iter().all(|reply| reply.status == 200));
}
