//! Writes that are sent again under a key, and those that are not.

use palimpsest_client::{
    Client, Code, HeaderValue, NewObject, NewWebhook, ObjectId, ObjectView, Retry, Revert, Revision, WebhookChanges,
    WebhookId, parse_uuid,
};
use serde_json::{Value, json};

use crate::scripted::{Heard, Line, Scripted, answer};

const ID: &str = "3f0d6f2e-8a34-4f1c-9d57-2b7a3f0c9e11";

fn page() -> Value {
    json!({"id": ID, "structureId": "RootPage", "collections": [], "properties": {}, "blocks": {}})
}

fn done() -> Line {
    answer(200, &["Palimpsest-Revision: 2", "Idempotency-Replayed: true"], page())
}

fn refused(status: u16, code: &str) -> Line {
    answer(status, &["Retry-After: 0"], json!({"code": code, "message": "No"}))
}

fn client(server: &Scripted, known: bool) -> Client {
    let retry = Retry { times: 9, ..Retry::default() };
    Client::builder(&server.base).token("t").retry(retry).idempotency(known).build().unwrap()
}

async fn create(client: &Client) -> Result<palimpsest_client::Answered<ObjectView>, palimpsest_client::Error> {
    client.create_object(&NewObject::page("a")).await
}

fn keys(heard: &[Heard]) -> Vec<Option<&str>> {
    heard.iter().map(|heard| heard.header("idempotency-key")).collect()
}

#[tokio::test]
async fn all_attempts_of_a_write_carry_one_key_and_the_next_write_another() {
    let failures = [
        Line::HangUp,
        refused(503, "cap_service_unavailable"),
        refused(500, "cap_server_error"),
        refused(409, "cap_idempotency_in_progress"),
        refused(429, "cap_rate_limit_exceeded"),
    ];
    let count = failures.len();
    let server = Scripted::new(failures.into_iter().chain([done(), done()]).collect()).await;
    let client = client(&server, true);
    assert!(create(&client).await.unwrap().replayed);
    create(&client).await.unwrap();
    let heard = server.heard();
    let keys = keys(&heard);
    assert!(keys[0].is_some());
    assert!(keys[..=count].iter().all(|key| *key == keys[0]), "{keys:?}");
    assert!(heard[..=count].iter().all(|one| one.body == heard[0].body));
    assert_ne!(keys[count + 1], keys[0]);
    assert_eq!(keys.len(), count + 2);
}

#[tokio::test]
async fn a_server_is_known_by_its_revisions() {
    let space = || json!({"id": ID, "title": "Lab"});
    let first = answer(200, &["Palimpsest-Revision: 1"], space());
    let server = Scripted::new(vec![first, Line::HangUp, done()]).await;
    let client = Client::new(&server.base, "t").unwrap();
    client.space().await.unwrap();
    create(&client.clone()).await.unwrap();
    assert_eq!(server.heard().len(), 3);

    let server = Scripted::new(vec![answer(200, &[], space()), Line::HangUp, done()]).await;
    let client = Client::new(&server.base, "t").unwrap();
    client.space().await.unwrap();
    assert_eq!(create(&client).await.unwrap_err().code, Code::Lost);
    let heard = server.heard();
    assert_eq!(keys(&heard), [None, None], "who does not know keys is not sent one, nor the write again");
}

#[tokio::test]
async fn it_can_be_said_that_a_server_knows_no_keys() {
    let first = answer(200, &["Palimpsest-Revision: 1"], json!({"id": ID, "title": "Lab"}));
    let server = Scripted::new(vec![first, Line::HangUp, done()]).await;
    let client = client(&server, false);
    client.space().await.unwrap();
    assert_eq!(create(&client).await.unwrap_err().code, Code::Lost);
    assert_eq!(server.heard().len(), 2);
}

#[tokio::test]
async fn a_key_of_the_callers_stays() {
    let server = Scripted::new(vec![Line::HangUp, done()]).await;
    let call = client(&server, true).create_object(&NewObject::page("a"));
    call.idempotency_key(HeaderValue::from_static("mine")).await.unwrap();
    assert_eq!(keys(&server.heard()), [Some("mine"), Some("mine")]);
}

#[tokio::test]
async fn what_is_judged_is_not_sent_again() {
    for (status, code) in [(412, "cap_precondition_failed"), (409, "cap_conflict"), (422, "cap_idempotency_mismatch")] {
        let server = Scripted::new(vec![refused(status, code), done()]).await;
        let error = create(&client(&server, true)).await.unwrap_err();
        assert_eq!(error.code.as_str(), code);
        assert_eq!(server.heard().len(), 1);
    }
}

#[tokio::test]
async fn a_read_has_no_key_and_is_sent_again_when_its_answer_is_lost() {
    let server = Scripted::new(vec![Line::HangUp, answer(200, &[], json!({"id": ID, "title": "Lab"}))]).await;
    client(&server, true).space().await.unwrap();
    assert_eq!(keys(&server.heard()), [None, None]);
}

#[tokio::test]
async fn going_back_has_a_key() {
    let reverted = answer(200, &[], json!({"revision": 3, "reverted": 2, "results": []}));
    let server = Scripted::new(vec![Line::HangUp, done(), Line::HangUp, reverted]).await;
    let (client, id) = (client(&server, true), ObjectId(parse_uuid(ID).unwrap()));
    client.revert_object(id, Revision(1)).await.unwrap();
    client.revert_transaction(&Revert::of(Revision(2))).await.unwrap();
    let heard = server.heard();
    let keys = keys(&heard);
    assert!(keys[0].is_some() && keys[2].is_some(), "{keys:?}");
    assert_eq!((keys[0], keys[2]), (keys[1], keys[3]));
}

#[tokio::test]
async fn a_write_of_webhooks_has_no_key_and_no_condition_and_is_not_sent_again() {
    let id = WebhookId(parse_uuid(ID).unwrap());
    for failure in [|| Line::HangUp, || refused(503, "cap_service_unavailable"), || refused(500, "cap_server_error")] {
        let server = Scripted::new((0..4).map(|_| failure()).collect()).await;
        let client = client(&server, true).careful();
        client.create_webhook(&NewWebhook::to("https://example.org")).await.unwrap_err();
        client.update_webhook(id, &WebhookChanges::new().paused(true)).await.unwrap_err();
        client.test_webhook(id).await.unwrap_err();
        client.delete_webhook(id).await.unwrap_err();
        let heard = server.heard();
        assert_eq!(keys(&heard), [None; 4]);
        assert!(heard.iter().all(|one| one.header("if-match").is_none()));
        assert_eq!(heard[3].line, format!("DELETE /webhooks?id={ID}"));
    }
}
