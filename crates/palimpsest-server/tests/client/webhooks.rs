//! Webhooks: made, listed, changed, tried, removed.

use palimpsest_client::{
    BuiltIn, ChangeKind, Code, DeliveryKind, NewObject, NewWebhook, Revision, StructureId, WebhookChanges, WebhookState,
};
use palimpsest_server::Limits;

use crate::served::Served;

const URL: &str = "https://example.org/hook";

#[tokio::test]
async fn a_webhook_is_made_listed_paused_and_deleted() {
    let client = Served::new(Limits::default()).await.client().await;
    // The client knows by now that the server takes keys.
    client.create_object(&NewObject::page("a")).await.unwrap();
    let pages = StructureId::BuiltIn(BuiltIn::RootPage);
    let webhook = NewWebhook::to(URL).structures([pages]).kinds([ChangeKind::Created, ChangeKind::Reverted]);
    let made = client.create_webhook(&webhook.whole()).await.unwrap().value;
    assert!(made.secret.starts_with("whsec_"));
    assert!(!format!("{made:?}").contains(&made.secret));
    let listed = client.webhooks().await.unwrap().value;
    let [shown] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!((shown.id, shown.url.as_str(), shown.include_objects), (made.id, URL, true));
    assert_eq!(shown.structure_ids, Some(vec![pages]));
    assert_eq!(shown.kinds, Some(vec![ChangeKind::Created, ChangeKind::Reverted]));
    assert_eq!((shown.state, &shown.paused_because, shown.revision), (WebhookState::Active, &None, Revision(2)));

    let paused = WebhookChanges::new().paused(true).any_structure().whole(false);
    let paused = client.update_webhook(made.id, &paused).await.unwrap().value;
    assert_eq!((paused.state, paused.paused_because.is_some()), (WebhookState::Paused, true));
    assert_eq!((&paused.structure_ids, &paused.kinds), (&None, &shown.kinds), "what is left out stays");
    assert_eq!(client.webhooks().await.unwrap().value, [paused]);
    let resumed = WebhookChanges::new().paused(false).any_kind().url("https://example.org/other");
    let resumed = client.update_webhook(made.id, &resumed).await.unwrap().value;
    assert_eq!((resumed.state, &resumed.kinds), (WebhookState::Active, &None));
    assert_eq!(resumed.url, "https://example.org/other");

    client.delete_webhook(made.id).await.unwrap();
    assert_eq!(client.webhooks().await.unwrap().value, []);
    assert!(client.delete_webhook(made.id).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn what_became_of_a_test_is_told_and_kept() {
    let client = Served::new(Limits::default()).await.client().await;
    let made = client.create_webhook(&NewWebhook::to(URL)).await.unwrap().value;
    let tried = client.test_webhook(made.id).await.unwrap().value;
    assert_eq!((tried.kind, tried.revision, tried.attempt), (DeliveryKind::Test, None, 1));
    assert_eq!((tried.delivered, tried.status, tried.error.is_some()), (false, None, true), "nothing is sent here");
    assert_eq!(client.deliveries(made.id).await.unwrap().value, [tried]);
}

#[tokio::test]
async fn a_webhook_takes_no_part_in_a_transaction() {
    let client = Served::new(Limits::default()).await.client().await;
    let webhook = client.create_webhook(&NewWebhook::to(URL));
    assert_eq!(client.transaction().then(webhook).commit().await.unwrap_err().code, Code::InvalidInput);
    assert_eq!(client.webhooks().await.unwrap().value, []);
}
