//! The calls on webhooks.

use http::Method;
use palimpsest_engine::Next;
use palimpsest_engine::admin::Command;
use palimpsest_model::Revision;
use serde_json::{Value, json};

use super::receiver::{Answer, Wired};
use crate::app::{App, BOTH, Lab, NOON};
use crate::wire::{NOBODY, id};

#[tokio::test]
async fn a_webhook_is_made_shown_changed_and_removed() {
    let Wired { lab, .. } = Wired::new().await;
    let head = lab.head().await;
    let url = "https://example.org/hook?a=b";
    let body =
        json!({"url": url, "structureIds": ["RootPage"], "kinds": ["created", "trashed"], "includeObjects": true});
    let made = lab.post("/webhooks", &body).await.ok();
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == "whsec_".len() + 44, "{secret}");
    let hook = id(&made);
    let mut expected = json!({
        "id": hook, "url": url, "structureIds": ["RootPage"], "kinds": ["created", "trashed"], "includeObjects": true,
        "createdAt": NOON, "state": "active", "pausedBecause": null, "revision": head, "failures": 0, "lastError": null,
        "nextAttemptAt": null,
    });
    let listed = lab.get("/webhooks").await;
    assert_eq!(listed.ok()["results"], json!([expected]));
    assert!(!String::from_utf8_lossy(&listed.body).contains("whsec_"), "a secret is shown once");
    let changes = json!({
        "id": hook, "url": "http://example.com/", "structureIds": null, "kinds": null, "includeObjects": false, "paused": true,
    });
    for (member, value) in changes.as_object().unwrap() {
        expected[if member == "paused" { "state" } else { member }] =
            if member == "paused" { json!("paused") } else { value.clone() };
    }
    expected["pausedBecause"] = json!("On request");
    assert_eq!(lab.patch("/webhooks", &changes).await.ok(), expected);
    assert_eq!(lab.patch("/webhooks", &json!({"id": hook})).await.ok(), expected, "what is left out stays");
    assert_eq!(lab.delete(&format!("/webhooks?id={hook}")).await.status, 200);
    assert_eq!(lab.get("/webhooks").await.ok()["results"], json!([]));
    assert_eq!(lab.delete(&format!("/webhooks?id={hook}")).await.status, 404);
    assert_eq!(lab.head().await, head, "webhooks are in no log");
}

#[tokio::test]
async fn secrets_differ() {
    let Wired { lab, .. } = Wired::new().await;
    let body = json!({"url": "https://example.org/"});
    let (one, other) = (lab.post("/webhooks", &body).await.ok(), lab.post("/webhooks", &body).await.ok());
    assert_ne!(one["secret"], other["secret"]);
}

async fn refuses(lab: &Lab, member: &str, value: Value, message: &str) {
    let mut body = json!({"url": "https://example.org/"});
    body[member] = value;
    lab.refuses(Method::POST, "/webhooks", body.clone(), message).await;
    let made = lab.post("/webhooks", &json!({"url": "https://example.org/"})).await.ok();
    body["id"] = made["id"].clone();
    lab.refuses(Method::PATCH, "/webhooks", body, message).await;
    lab.delete(&format!("/webhooks?id={}", id(&made))).await;
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_path() {
    let Wired { lab, .. } = Wired::new().await;
    let scheme = "✖ Invalid URL: expected one with http or https\n  → at url";
    for url in ["", "example.org", "ftp://example.org/", "/hook", "https://", "file:///etc/passwd", "javascript:1"] {
        refuses(&lab, "url", json!(url), scheme).await;
    }
    let credentials = "✖ Invalid URL: expected none with a user name or a password\n  → at url";
    refuses(&lab, "url", json!("https://a:b@example.org/"), credentials).await;
    refuses(&lab, "url", json!(" https://example.org/"), "✖ Invalid URL\n  → at url").await;
    let long = "✖ Too big: expected string to have <=2048 bytes\n  → at url";
    refuses(&lab, "url", json!(format!("https://example.org/{}", "x".repeat(2048))), long).await;
    refuses(&lab, "url", json!(7), "✖ Invalid input: expected string, received number\n  → at url").await;
    let few = "✖ Too small: expected array to have >=1 items\n  → at kinds";
    refuses(&lab, "kinds", json!([]), few).await;
    let kind = "✖ Invalid option: expected one of \"created\"|\"updated\"|\"trashed\"|\"restored\"|\"deleted\"|\"reverted\"|\
                \"merged\"\n  → at kinds[0]";
    refuses(&lab, "kinds", json!(["made"]), kind).await;
    let many = "✖ Too big: expected array to have <=100 items\n  → at structureIds";
    refuses(&lab, "structureIds", json!(vec!["RootPage"; 101]), many).await;
    let flag = "✖ Invalid input: expected boolean, received string\n  → at includeObjects";
    refuses(&lab, "includeObjects", json!("yes"), flag).await;
    let missing = "✖ Invalid input: expected string, received undefined\n  → at url";
    lab.refuses(Method::POST, "/webhooks", json!({}), missing).await;
}

#[tokio::test]
async fn a_webhook_takes_no_condition() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    let calls = [
        (Method::POST, "/webhooks".to_owned()),
        (Method::PATCH, "/webhooks".to_owned()),
        (Method::DELETE, format!("/webhooks?id={hook}")),
        (Method::POST, "/webhooks/test".to_owned()),
    ];
    let body = json!({"id": hook, "url": "https://example.com/"});
    for (method, uri) in calls {
        for (header, name) in [("if-match", "If-Match"), ("if-none-match", "If-None-Match")] {
            let ask = wired.lab.ask(method.clone(), &uri).header(header, "*");
            let ask = if method == Method::DELETE { ask } else { ask.json(&body) };
            let message =
                format!("✖ This call takes no condition: it is about something without versions\n  → at {name}");
            wired.lab.app.send(ask).await.refusal(400, "cap_invalid_input", &message);
        }
    }
    assert_eq!(wired.shown(&hook).await["url"], "https://example.org/hook");
}

#[tokio::test]
async fn what_has_no_effect_is_named_and_a_refusal_of_it_changes_nothing() {
    let Wired { lab, .. } = Wired::new().await;
    let body = json!({"url": "https://example.org/", "color": 1});
    let named = lab.post("/webhooks?shape=2", &body).await;
    assert_eq!((named.status, named.header("palimpsest-ignored")), (200, Some("\"color\", \"shape\"")));
    for uri in ["/webhooks", "/webhooks?shape=2"] {
        let body = if uri == "/webhooks" { &body } else { &json!({"url": "https://example.org/"}) };
        let ask = lab.ask(Method::POST, uri).header("prefer", "handling=strict").json(body);
        assert_eq!(lab.app.send(ask).await.status, 400, "{uri}");
    }
    assert_eq!(lab.get("/webhooks").await.ok()["results"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn it_cannot_be_part_of_a_transaction() {
    let Wired { lab, .. } = Wired::new().await;
    let operation = json!({"method": "POST", "path": "/webhooks", "body": {"url": "https://example.org/"}});
    let message = "✖ This call cannot be part of a transaction\n  → at operations[0].path";
    lab.refuses(Method::POST, "/transactions", json!({"operations": [operation]}), message).await;
}

#[tokio::test]
async fn a_webhook_of_another_space_is_not_there() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    let space = wired.lab.app.space("Elsewhere").await;
    let token = wired.lab.app.token(&space, "stranger", BOTH).await;
    let stranger = crate::app::Ask::new(Method::GET, "/webhooks").token(&token);
    assert_eq!(wired.lab.app.send(stranger).await.ok()["results"], json!([]));
    let own = wired.lab.patch("/webhooks", &json!({"id": NOBODY, "paused": true})).await;
    own.refusal(404, "cap_not_found", "Webhook not found");
    assert_eq!(wired.shown(&hook).await["state"], "active");
}

#[tokio::test]
async fn a_space_has_at_most_a_hundred() {
    let wired = Wired::new().await;
    for _ in 0..100 {
        wired.hook(json!({})).await;
    }
    let reply = wired.lab.post("/webhooks", &json!({"url": "https://example.org/"})).await;
    reply.refusal(400, "cap_invalid_input", "The space has 100 webhooks; it takes no more");
}

#[tokio::test]
async fn a_test_is_sent_at_once_and_moves_nothing() {
    let wired = Wired::new().await;
    let hook = wired.hook(json!({})).await;
    wired.lab.make(crate::wire::page("waits")).await;
    let before = wired.shown(&hook).await;
    let test = || async { wired.lab.post("/webhooks/test", &json!({"id": hook})).await.ok() };
    let delivered = test().await;
    assert_eq!(wired.receiver.bodies(), [json!({"type": "test", "data": {"webhookId": hook}})]);
    let message = &wired.receiver.got()[0];
    assert_eq!((&delivered["id"], &delivered["type"]), (&json!(message.id), &json!("test")));
    assert_eq!(
        (&delivered["delivered"], &delivered["status"], &delivered["error"]),
        (&json!(true), &json!(200), &json!(null))
    );
    wired.receiver.then(Answer::Status(500));
    wired.receiver.then(Answer::Fails("The receiver took too long"));
    let (refused, failed) = (test().await, test().await);
    assert_eq!((&refused["delivered"], &refused["status"]), (&json!(false), &json!(500)));
    assert_eq!((&failed["error"], &failed["status"]), (&json!("The receiver took too long"), &json!(null)));
    assert_eq!(wired.deliveries(&hook).await, [failed, refused, delivered]);
    assert_eq!(wired.shown(&hook).await, before);
    wired.patch(&hook, "paused", json!(true)).await;
    assert_eq!(test().await["delivered"], json!(true), "also when it is paused");
}

#[tokio::test]
async fn a_server_that_cannot_send_says_so() {
    let lab = Lab::in_app(App::new(crate::app::unhurried())).await;
    let hook = id(&lab.post("/webhooks", &json!({"url": "https://example.org/"})).await.ok());
    let answered = lab.post("/webhooks/test", &json!({"id": hook})).await.ok();
    assert_eq!((&answered["delivered"], &answered["error"]), (&json!(false), &json!("This server sends nothing")));
}

#[tokio::test]
async fn it_ends_with_the_token_that_made_it() {
    let wired = Wired::new().await;
    let token = wired.lab.app.token(&wired.lab.space, "leaver", BOTH).await;
    let ask = crate::app::Ask::new(Method::POST, "/webhooks").token(&token);
    let hook = id(&wired.lab.app.send(ask.json(&json!({"url": "https://example.org/"}))).await.ok());
    let stays = wired.hook(json!({})).await;
    wired.lab.app.administer(Command::TokenRevoke { token: "leaver".to_owned() }).await;
    wired.lab.make(crate::wire::page("a")).await;
    let ended = "The token that made it was revoked or has expired";
    let tested = wired.lab.post("/webhooks/test", &json!({"id": hook})).await.ok();
    assert_eq!(tested["error"], ended);
    assert_eq!(wired.run(&hook).await, Next::Never);
    assert!(wired.receiver.got().is_empty(), "nothing was sent");
    let shown = wired.shown(&hook).await;
    assert_eq!((&shown["state"], &shown["pausedBecause"]), (&json!("paused"), &json!(ended)));
    let resumed = wired.lab.patch("/webhooks", &json!({"id": hook, "paused": false})).await;
    resumed.refusal(400, "cap_invalid_input", &format!("✖ {ended}\n  → at paused"));
    assert_eq!(wired.run(&stays).await, Next::After(Revision(wired.lab.head().await)));
    assert_eq!(wired.receiver.got().len(), 1);
    let space = wired.lab.space.clone();
    wired.lab.app.administer(Command::SpaceDelete { space }).await;
    assert_eq!(wired.run(&stays).await, Next::Never);
    assert!(wired.lab.app.engine.active_webhooks().await.unwrap().is_empty());
}
