//! The tokens of spaces, as the operator makes and revokes them.

use http::Method;
use serde_json::{Value, json};

use super::Office;
use crate::app::{Ask, Reply};
use crate::wire::{NOBODY, page};

impl Office {
    async fn tokens(&self, query: &str) -> Vec<Value> {
        self.get(&format!("/admin/tokens{query}")).await.ok()["results"].as_array().unwrap().clone()
    }

    async fn as_token(&self, made: &Value, method: Method, uri: &str) -> Reply {
        self.lab.app.send(Ask::new(method, uri).token(made["token"].as_str().unwrap()).json(&page("a"))).await
    }
}

#[tokio::test]
async fn a_token_is_made_listed_and_revoked() {
    let office = Office::new().await;
    let space = office.lab.space.clone();
    let end = "2030-01-01T00:00:00.000Z";
    let new = json!({"spaceId": space, "name": "reader", "scopes": ["api:read", "api:read"], "expiresAt": "2030-01-01", "concurrency": "requireCondition"});
    let made = office.post("/admin/tokens", &new).await.ok();
    assert_eq!(office.as_token(&made, Method::GET, "/space").await.ok()["id"], json!(space));
    assert_eq!(office.as_token(&made, Method::POST, "/object").await.status, 403);
    let listed = office.tokens("").await;
    let shown = listed.iter().find(|token| token["id"] == made["id"]).unwrap().clone();
    let created = shown["createdAt"].clone();
    let expected = json!({
        "id": made["id"], "name": "reader", "spaceIds": [space], "scopes": ["api:read"], "createdAt": created,
        "expiresAt": end, "revokedAt": null, "concurrency": "requireCondition",
    });
    assert_eq!(shown, expected);
    let secret = made["token"].as_str().unwrap();
    assert!(!json!(listed).to_string().contains(&secret["cap-api-".len()..]), "a secret is shown once");

    let uri = format!("/admin/tokens?id={}", made["id"].as_str().unwrap());
    let revoked = office.delete(&uri).await;
    assert_eq!((revoked.status, revoked.body.len()), (204, 0));
    assert_eq!(office.as_token(&made, Method::GET, "/space").await.status, 401);
    let shown = office.tokens("").await.into_iter().find(|token| token["id"] == made["id"]).unwrap();
    assert_ne!(shown["revokedAt"], Value::Null, "it stays in the list");
    assert_eq!(office.delete(&uri).await.status, 404);
    assert_eq!(office.delete(&format!("/admin/tokens?id={NOBODY}")).await.status, 404);
}

#[tokio::test]
async fn a_token_of_several_spaces_is_for_the_beta_api_only() {
    let office = Office::new().await;
    let (lab, other) = (office.lab.space.clone(), office.lab.app.space("Other").await);
    let new = json!({"spaceIds": [other, lab, other], "name": "both", "scopes": ["api:read"]});
    let made = office.post("/admin/tokens", &new).await.ok();
    assert_eq!(office.as_token(&made, Method::GET, "/space").await.status, 401);
    let of_other = office.tokens(&format!("?spaceId={other}")).await;
    assert_eq!(of_other.iter().map(|token| &token["spaceIds"]).collect::<Vec<_>>(), [&json!([other, lab])]);
    assert_eq!(office.tokens(&format!("?spaceId={NOBODY}")).await, Vec::<Value>::new());
    office.delete(&format!("/admin/spaces?id={other}")).await;
    let shown = office.tokens("").await.into_iter().find(|token| token["id"] == made["id"]).unwrap();
    assert_eq!(shown["spaceIds"], json!([lab]));
    assert_eq!(office.as_token(&made, Method::GET, "/space").await.status, 401, "for several means for the beta API");
    let secret = made["token"].as_str().unwrap();
    assert_eq!(office.lab.app.send(Ask::new(Method::GET, "/spaces").token(secret)).await.status, 200);
}

#[tokio::test]
async fn every_problem_is_told_with_its_path_and_no_token_is_made() {
    let office = Office::new().await;
    let (space, count) = (json!(office.lab.space), office.tokens("").await.len());
    let whole = json!({"spaceId": space, "name": "a", "scopes": ["api:read"]});
    let cases = [
        ("name", json!(""), "at name"),
        ("name", json!("n".repeat(501)), "at name"),
        ("scopes", json!([]), "at scopes"),
        ("scopes", json!(["api:read", "admin"]), "at scopes[1]"),
        ("expiresAt", json!("soon"), "at expiresAt"),
        ("expiresAt", json!("2020-01-01"), "at expiresAt"),
        ("concurrency", json!(1), "at concurrency"),
        ("spaceId", json!("Lab"), "at spaceId"),
        ("spaceIds", json!([space]), "Provide either `spaceId` or `spaceIds`."),
    ];
    for (member, value, told) in cases {
        let mut body = whole.clone();
        body[member] = value;
        let ask = office.ask(Method::POST, "/admin/tokens").json(&body);
        let reply = office.lab.app.send(ask).await;
        assert_eq!((reply.status, &*reply.code()), (400, "cap_invalid_input"), "{body}");
        assert!(reply.json()["message"].as_str().unwrap().contains(told), "{body}: {reply:?}");
    }
    for spaces in [json!({"spaceId": NOBODY}), json!({"spaceIds": [space, NOBODY]})] {
        let mut body = json!({"name": "a", "scopes": ["api:read"]});
        body.as_object_mut().unwrap().extend(spaces.as_object().unwrap().clone());
        let reply = office.post("/admin/tokens", &body).await;
        reply.refusal(404, "cap_not_found", &format!("There is no space {NOBODY}"));
    }
    assert_eq!(office.get("/admin/tokens?spaceId=Lab").await.status, 400);
    assert_eq!(office.tokens("").await.len(), count);
}
