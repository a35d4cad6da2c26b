//! POST, PATCH and DELETE /space/collections.

use http::Method;
use serde_json::{Value, json};

use super::{COLLECTIONS, STRUCTURES, listed, part, problem, told, told_of};
use crate::app::Lab;
use crate::wire::NOBODY;

async fn collection(lab: &Lab, number: u8) -> String {
    let body = json!({"id": part(number), "structureId": "RootPage", "title": "Shelf"});
    lab.post(COLLECTIONS, &body).await.ok();
    part(number)
}

#[tokio::test]
async fn a_collection_is_made_listed_and_renamed() {
    let lab = Lab::new().await;
    let reply = lab.post(COLLECTIONS, &json!({"id": part(1), "structureId": "RootPage", "title": " Shelf "})).await;
    assert_eq!(reply.ok(), json!({"id": part(1), "title": "Shelf"}));
    assert_eq!(told(&lab, reply.revision().unwrap()).await, [told_of("collection", &part(1), "created")]);
    let listing = lab.get(STRUCTURES).await;
    assert_eq!(reply.header("etag"), listing.header("etag"));
    assert_eq!(listed(&lab, "RootPage").await.unwrap()["collections"], json!([reply.ok()]));
    let reply = lab.patch(COLLECTIONS, &json!({"id": part(1), "title": "Board"})).await;
    assert_eq!(reply.ok(), json!({"id": part(1), "title": "Board"}));
    assert_eq!(told(&lab, reply.revision().unwrap()).await, [told_of("collection", &part(1), "updated")]);
    let missing = "Invalid input: expected string, received undefined";
    lab.refuses(Method::PATCH, COLLECTIONS, json!({"id": part(1)}), &problem(missing, "title")).await;
    for unknown in [NOBODY, "UtilDate"] {
        let body = json!({"structureId": unknown, "title": "x"});
        lab.refuses(Method::POST, COLLECTIONS, body, &problem("Unknown structure", "structureId")).await;
    }
    let body = json!({"id": NOBODY, "title": "x"});
    lab.refuses_as(Method::PATCH, COLLECTIONS, body, (404, "cap_not_found"), "Collection not found").await;
}

#[tokio::test]
async fn its_objects_stay_and_are_taken_out_of_it() {
    let lab = Lab::new().await;
    let (one, two) = (collection(&lab, 1).await, collection(&lab, 2).await);
    let live = lab.make(json!({"structureId": "RootPage", "collections": [one, two]})).await;
    let trashed = lab.make(json!({"structureId": "RootPage", "collections": [one]})).await;
    let other = lab.make(json!({"structureId": "RootPage", "collections": [two]})).await;
    lab.delete(&format!("/object?id={trashed}")).await;
    let before = lab.get(&format!("/object?id={live}")).await;
    let list = lab.get(&format!("/objects/collection?id={two}")).await.ok();
    let reply = lab.delete(&format!("{COLLECTIONS}?id={one}")).await;
    let revision = reply.revision().unwrap();
    assert_eq!((reply.status, reply.body.len()), (200, 0));
    assert_eq!(told(&lab, revision).await, [told_of("collection", &one, "deleted")]);
    assert_eq!(lab.object(&live).await["collections"], json!([two]));
    let last = &lab.get(&format!("/object/history?id={live}&limit=1")).await.ok()["results"][0];
    assert_eq!((&last["revision"], &last["paths"]), (&json!(revision), &json!(["collections"])));
    assert_eq!(
        lab.get(&format!("/object?id={live}&revision={}", revision - 1)).await.body,
        before.body,
        "the past has it"
    );
    let restored = lab.update(json!({"id": trashed, "deleteRequested": false})).await;
    assert_eq!(restored["collections"], json!([]));
    assert_eq!(lab.get(&format!("/objects/collection?id={two}")).await.ok()["results"], list["results"]);
    assert_eq!(lab.object(&other).await["collections"], json!([two]));
    assert_eq!(lab.get(&format!("/objects/collection?id={one}")).await.status, 404);
    let body = json!({"id": live, "collections": [two, one]});
    lab.refuses(Method::PATCH, "/object", body, &problem("Unknown collection", "collections[1]")).await;
    let taken = format!("The id {one} was given before");
    let again = json!({"id": one, "structureId": "RootPage", "title": "Shelf"});
    lab.refuses_as(Method::POST, COLLECTIONS, again, (409, "cap_already_exists"), &taken).await;
    lab.refuses_as(
        Method::DELETE,
        &format!("{COLLECTIONS}?id={one}"),
        Value::Null,
        (404, "cap_not_found"),
        "Collection not found",
    )
    .await;
}
