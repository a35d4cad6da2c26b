//! Uploads that are given up or forgotten, and those that a crash left between two steps.

use palimpsest_model::{ObjectId, SpaceId, Timestamp, parse_uuid};
use palimpsest_store::{Registry, Upload};

use super::{DAY, abort, begin, complete, content, part_of, send};
use crate::app::Lab;
use crate::wire::{id, page};

async fn sessions(lab: &Lab) -> Vec<Upload> {
    lab.app.engine.store().administer(|registry: &mut Registry<'_>| registry.uploads()).await.unwrap().unwrap()
}

/// The uploads that have parts.
async fn kept(lab: &Lab) -> Vec<String> {
    let uploads = lab.app.engine.files().unwrap().uploads().await.unwrap();
    uploads.iter().map(ToString::to_string).collect()
}

async fn put_session(lab: &Lab, upload: Upload) {
    let put = move |registry: &mut Registry<'_>| registry.put_upload(&upload);
    lab.app.engine.store().administer(put).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_is_given_up_is_gone() {
    let lab = Lab::new().await;
    let upload = begin(&lab, "a.png", 5).await;
    send(&lab, &upload, &content(5)).await;
    let reply = abort(&lab, &upload).await;
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    assert_eq!((sessions(&lab).await.len(), kept(&lab).await.len()), (0, 0));
    for reply in
        [complete(&lab, &upload).await, abort(&lab, &upload).await, lab.put(&part_of(&upload, 1), content(5)).await]
    {
        reply.refusal(404, "cap_not_found", "Upload not found");
    }
    assert!(!lab.sees(&upload).await);
}

#[tokio::test]
async fn what_is_forgotten_is_removed_and_nothing_else() {
    let lab = Lab::new().await;
    let old = begin(&lab, "a.png", 5).await;
    send(&lab, &old, &content(5)).await;
    lab.app.clock.advance(DAY - 1);
    let young = begin(&lab, "b.png", 5).await;
    send(&lab, &young, &content(5)).await;
    assert_eq!(lab.app.engine.expire_uploads().await.unwrap(), 0);
    lab.app.clock.advance(1);
    assert_eq!(lab.app.engine.expire_uploads().await.unwrap(), 1);
    assert_eq!(kept(&lab).await, std::slice::from_ref(&young));
    assert_eq!(sessions(&lab).await.len(), 1);
    complete(&lab, &young).await.ok();
    assert_eq!(lab.app.engine.expire_uploads().await.unwrap(), 0);
}

#[tokio::test]
async fn parts_that_belong_to_no_upload_are_removed() {
    let lab = Lab::new().await;
    let upload = begin(&lab, "a.png", 5).await;
    send(&lab, &upload, &content(5)).await;
    // As a crash leaves it between the two halves of the end.
    let gone = ObjectId(parse_uuid(&upload).unwrap());
    let remove = move |registry: &mut Registry<'_>| registry.remove_upload(gone);
    lab.app.engine.store().administer(remove).await.unwrap().unwrap();
    assert_eq!(kept(&lab).await, [upload]);
    assert_eq!(lab.app.engine.expire_uploads().await.unwrap(), 1);
    assert_eq!(kept(&lab).await.len(), 0);
}

#[tokio::test]
async fn a_crash_after_the_commit_leaves_an_object_and_a_session_that_ends_with_it() {
    for forgets in [false, true] {
        let lab = Lab::new().await;
        let upload = begin(&lab, "a.png", 5).await;
        send(&lab, &upload, &content(5)).await;
        let session = sessions(&lab).await.remove(0);
        let made = complete(&lab, &upload).await.ok();
        // What the commit left before the rest was done.
        put_session(&lab, session).await;
        send(&lab, &upload, &content(5)).await;
        let head = lab.head().await;
        if forgets {
            lab.app.clock.advance(DAY);
            assert_eq!(lab.app.engine.expire_uploads().await.unwrap(), 1);
        }
        let again = complete(&lab, &upload).await;
        assert_eq!((id(&again.ok()), again.revision()), (id(&made), Some(head)));
        assert_eq!(again.ok(), lab.object(&upload).await);
        assert_eq!((sessions(&lab).await.len(), kept(&lab).await.len()), (0, 0));
        assert_eq!(lab.head().await, head);
    }
}

#[tokio::test]
async fn a_crash_before_the_commit_leaves_a_session_that_goes_on() {
    let lab = Lab::new().await;
    let upload = begin(&lab, "a.png", 5).await;
    send(&lab, &upload, &content(5)).await;
    // As far as it came: the parts were put together, and nothing names the result.
    let files = lab.app.engine.files().unwrap();
    let joined = files.join(ObjectId(parse_uuid(&upload).unwrap()), 1, Timestamp(0)).await.unwrap();
    assert_eq!(joined.size, 5);
    assert!(!lab.sees(&upload).await);
    assert_eq!(id(&complete(&lab, &upload).await.ok()), upload);
}

#[tokio::test]
async fn an_id_that_was_taken_meanwhile_is_told() {
    let lab = Lab::new().await;
    let upload = begin(&lab, "a.png", 5).await;
    send(&lab, &upload, &content(5)).await;
    let mut body = page("first");
    body["id"] = serde_json::json!(upload);
    lab.create(body).await;
    let reply = complete(&lab, &upload).await;
    reply.refusal(409, "cap_already_exists", &format!("The id {upload} was given before"));
    assert_eq!(abort(&lab, &upload).await.status, 204);
}

#[tokio::test]
async fn uploads_go_with_their_space_and_their_token() {
    use palimpsest_engine::admin::Command;
    let lab = Lab::new().await;
    let upload = begin(&lab, "a.png", 5).await;
    send(&lab, &upload, &content(5)).await;
    let space = SpaceId(parse_uuid(&lab.space).unwrap());
    assert!(sessions(&lab).await.iter().all(|session| session.space == space));
    lab.app.administer(Command::SpaceDelete { space: lab.space.clone() }).await;
    assert_eq!(sessions(&lab).await.len(), 0);
    assert_eq!(lab.app.engine.expire_uploads().await.unwrap(), 1, "its parts are left over");
    assert_eq!(kept(&lab).await.len(), 0);
}
