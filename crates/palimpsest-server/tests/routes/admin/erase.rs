//! Erasing an object.

use serde_json::json;

use super::Office;
use crate::wire::{NOBODY, page};

#[tokio::test]
async fn an_erased_object_has_no_content_left() {
    let office = Office::new().await;
    let id = office.lab.make(page("Zwiebelfisch")).await;
    let then = office.lab.head().await;
    let erased = office.post("/admin/erase", &json!({"spaceId": office.lab.space, "id": id})).await;
    assert_eq!(erased.ok(), json!({"spaceId": office.lab.space, "id": id}));
    assert_eq!(erased.revision(), Some(then + 1));
    assert_eq!(office.lab.get(&format!("/object?id={id}")).await.status, 404);
    assert_eq!(office.lab.get(&format!("/object?id={id}&revision={then}")).await.status, 410);
    let history = office.lab.get(&format!("/object/history?id={id}")).await.ok();
    assert_eq!(history["results"][0]["by"], json!({"id": null, "name": "operator"}));
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_is_no_id_is_told_by_its_path() {
    let office = Office::new().await;
    let (space, id) = (json!(office.lab.space), office.lab.make(page("kept")).await);
    let elsewhere = office.lab.app.space("Elsewhere").await;
    for (space, id) in [(space.clone(), NOBODY), (json!(NOBODY), &*id), (json!(elsewhere), &*id)] {
        let reply = office.post("/admin/erase", &json!({"spaceId": space, "id": id})).await;
        assert_eq!((reply.status, &*reply.code()), (404, "cap_not_found"), "{space} {id}");
    }
    let reply = office.post("/admin/erase", &json!({"spaceId": "Lab"})).await;
    let told = reply.json()["message"].as_str().unwrap().to_owned();
    assert!(reply.status == 400 && told.contains("at spaceId") && told.contains("at id"), "{told}");
    assert_eq!(office.lab.get(&format!("/object?id={id}")).await.status, 200);
}
