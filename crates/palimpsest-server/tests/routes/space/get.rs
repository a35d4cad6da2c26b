//! GET /space.

use palimpsest_engine::admin::Command;
use serde_json::json;

use crate::app::Lab;

#[tokio::test]
async fn the_space_of_the_token_is_shown() {
    let lab = Lab::new().await;
    assert_eq!(lab.get("/space").await.ok(), json!({"id": lab.space, "title": "Lab"}));
}

#[tokio::test]
async fn a_space_that_was_renamed_shows_its_new_title() {
    let lab = Lab::new().await;
    let command = Command::SpaceRename { space: "Lab".to_owned(), title: " Kitchen ".to_owned() };
    lab.app.administer(command).await;
    let reply = lab.get("/space").await;
    assert_eq!((reply.ok()["title"].clone(), reply.revision()), (json!("Kitchen"), Some(2)));
}
