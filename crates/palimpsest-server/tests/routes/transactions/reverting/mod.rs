//! POST /transactions/revert.

mod form;
mod kept;
mod laws;
mod merging;

use serde_json::{Value, json};

use crate::app::{Lab, Reply};

const PATH: &str = "/transactions/revert";

async fn revert(lab: &Lab, revision: u64) -> Reply {
    lab.post(PATH, &json!({"revision": revision})).await
}

/// Takes a revision back; what every success promises is checked here.
async fn reverted(lab: &Lab, body: &Value) -> Value {
    let head = lab.head().await;
    let reply = lab.post(PATH, body).await;
    let told = reply.ok();
    let results = told["results"].as_array().unwrap();
    assert_eq!(told["reverted"], body["revision"]);
    assert_eq!(told["revision"], json!(head + u64::from(!results.is_empty())), "one revision, or none for nothing");
    assert_eq!((reply.revision(), told["revision"].as_u64()), (Some(lab.head().await), reply.revision()));
    for result in results {
        let history = lab.get(&format!("/object/history?id={}&limit=1", result["id"].as_str().unwrap())).await.ok();
        let last = &history["results"][0];
        assert_eq!((&last["kind"], &last["revision"]), (&json!("reverted"), &told["revision"]));
        assert_eq!(last["etag"], result["etag"]);
    }
    told
}

/// What GET shows of everything that can be seen but days, without the times of changes.
async fn seen(lab: &Lab) -> Vec<Value> {
    let all = lab.get("/objects?limit=1000&include=objects").await.ok();
    let rows = all["results"].as_array().unwrap().iter().map(|row| row["object"].clone());
    let mut objects: Vec<_> = rows.filter(|object| object["structureId"] != "UtilDate").collect();
    for object in &mut objects {
        object["properties"].as_object_mut().unwrap().remove("lastUpdatedAt");
    }
    objects
}
