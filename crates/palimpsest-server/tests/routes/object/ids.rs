//! Ids that clients choose.

use http::Method;
use serde_json::{Value, json};

use crate::app::{BOTH, Lab};
use crate::wire::{NOBODY, chosen, page, tag};

fn with_id(mut body: Value, id: &str) -> Value {
    body["id"] = json!(id);
    body
}

async fn taken(lab: &Lab, body: Value) {
    let id = body["id"].as_str().unwrap().to_lowercase();
    let message = format!("The id {id} was given before");
    let details = lab.refuses_as(Method::POST, "/object", body, (409, "cap_already_exists"), &message).await;
    assert_eq!(details, json!({"id": id}));
}

#[tokio::test]
async fn a_client_may_choose_the_id() {
    let lab = Lab::new().await;
    let page = lab.create(with_id(page("a"), &chosen(1))).await;
    assert_eq!(page["id"], json!(chosen(1)));
}

#[tokio::test]
async fn an_id_is_answered_in_small_letters() {
    let lab = Lab::new().await;
    let id = "ABCDEF00-2222-4222-8222-222222222222";
    assert_eq!(lab.create(with_id(page("a"), id)).await["id"], json!(id.to_lowercase()));
    taken(&lab, with_id(page("b"), id)).await;
}

#[tokio::test]
async fn an_id_is_given_once_whatever_became_of_its_object() {
    let lab = Lab::new().await;
    let uri = format!("/object?id={}", chosen(1));
    lab.create(with_id(page("a"), &chosen(1))).await;
    taken(&lab, with_id(page("b"), &chosen(1))).await;
    taken(&lab, with_id(tag("c"), &chosen(1))).await;
    assert_eq!(lab.delete(&uri).await.status, 200);
    taken(&lab, with_id(page("d"), &chosen(1))).await;
    assert_eq!(lab.delete(&format!("{uri}&hardDelete=true")).await.status, 200);
    taken(&lab, with_id(page("e"), &chosen(1))).await;
}

#[tokio::test]
async fn another_space_may_give_the_same_id() {
    let lab = Lab::new().await;
    lab.create(with_id(page("mine"), &chosen(1))).await;
    let attic = lab.app.space("Attic").await;
    let token = lab.app.token(&attic, "attic", BOTH).await;
    let other = Lab { app: lab.app, space: attic, token };
    let theirs = other.create(with_id(page("theirs"), &chosen(1))).await;
    assert_eq!(theirs["properties"]["title"]["title"]["value"], json!("theirs"));
    let mine = Lab { token: other.app.token(&lab.space, "again", BOTH).await, space: lab.space, app: other.app };
    assert_eq!(mine.object(&chosen(1)).await["properties"]["title"]["title"]["value"], json!("mine"));
}

#[tokio::test]
async fn an_id_that_was_refused_stays_free() {
    let lab = Lab::new().await;
    let mut body = with_id(page("a"), &chosen(1));
    body["collections"] = json!([NOBODY]);
    assert_eq!(lab.post("/object", &body).await.status, 400);
    lab.create(with_id(page("a"), &chosen(1))).await;
}

#[tokio::test]
async fn the_nil_and_the_max_uuid_are_ids_like_others() {
    let lab = Lab::new().await;
    for id in ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"] {
        assert_eq!(lab.create(with_id(page("a"), id)).await["id"], json!(id));
        lab.object(id).await;
    }
}
