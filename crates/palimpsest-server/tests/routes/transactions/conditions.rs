//! Conditions of operations speak of what was there before the transaction; one look at an object is enough.

use serde_json::{Value, json};

use super::{PATH, STALE, aborted, append, commit, create, everything, op, rename, send, trash, version_of, with};
use crate::app::{Lab, Reply};
use crate::wire::{chosen, id, page};

async fn as_careful(lab: &Lab, token: &str, body: &Value) -> Reply {
    lab.app.send(lab.ask(http::Method::POST, PATH).token(token).json(body)).await
}

#[tokio::test]
async fn two_operations_name_the_version_before_both() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let tag = version_of(&lab, &object).await;
    let both = [with(rename(&object, "b"), "ifMatch", &tag), with(append(&object, "c"), "ifMatch", &tag)];
    let told = commit(&lab, &both).await;
    let after = told["results"][0]["etag"].as_str().unwrap().to_owned();
    assert_eq!(aborted(&send(&lab, &both).await, 412, "failed", 0)["details"]["current"], json!(after));
    // The tag of a result serves the next write, and restoring takes what trashing answered.
    let told = commit(&lab, &[with(trash(&object), "ifMatch", &after)]).await;
    let left = told["results"][0]["etag"].as_str().unwrap().to_owned();
    let restore = op("PATCH", "/object", &json!({"id": object, "deleteRequested": false}));
    commit(&lab, &[with(restore, "ifMatch", &left), with(rename(&object, "d"), "ifMatch", &left)]).await;
}

#[tokio::test]
async fn what_the_transaction_makes_had_no_version_before() {
    let lab = Lab::new().await;
    let before = everything(&lab).await;
    let make = create(&page("a"), &chosen(1));
    for tags in ["*", STALE] {
        let reply = send(&lab, &[make.clone(), with(rename(&chosen(1), "b"), "ifMatch", tags)]).await;
        assert_eq!(aborted(&reply, 412, "failed", 1)["details"]["current"], json!(null));
    }
    assert_eq!(everything(&lab).await, before);
    commit(&lab, &[make, with(rename(&chosen(1), "b"), "ifNoneMatch", "*")]).await;
}

#[tokio::test]
async fn create_if_absent() {
    let lab = Lab::new().await;
    let make = with(create(&page("a"), &chosen(1)), "ifNoneMatch", "*");
    commit(&lab, std::slice::from_ref(&make)).await;
    let before = everything(&lab).await;
    let reply = send(&lab, &[create(&page("b"), &chosen(2)), make]).await;
    let inner = aborted(&reply, 412, "failed", 1);
    assert_eq!(inner["details"]["current"], json!(version_of(&lab, &chosen(1)).await));
    assert_eq!(everything(&lab).await, before);
}

#[tokio::test]
async fn the_note_of_a_day_is_made_once() {
    let lab = Lab::new().await;
    let daily = |says: &str| op("POST", "/blocks/daily-note/append", &json!({"markdown": says}));
    let (only, again) = (with(daily("a"), "ifNoneMatch", "*"), with(daily("b"), "ifNoneMatch", "*"));
    let told = commit(&lab, &[only.clone(), again.clone()]).await;
    aborted(&send(&lab, std::slice::from_ref(&only)).await, 412, "failed", 0);
    // In the trash it is absent, for a transaction as for a call alone.
    let note = id(&told["results"][0]);
    commit(&lab, &[trash(&note)]).await;
    aborted(&send(&lab, &[with(daily("c"), "ifMatch", "*")]).await, 412, "failed", 0);
    commit(&lab, &[only, again]).await;
    let tag = version_of(&lab, &note).await;
    commit(&lab, &[with(trash(&note), "ifMatch", &tag), with(daily("d"), "ifMatch", &tag)]).await;
    assert!(lab.sees(&note).await);
}

#[tokio::test]
async fn who_has_to_name_versions_names_each_once() {
    let lab = Lab::new().await;
    let careful = lab.app.careful(&lab.space, "careful").await;
    let (one, other) = (lab.make(page("a")).await, lab.make(page("b")).await);
    let tag = version_of(&lab, &one).await;
    let before = everything(&lab).await;
    let checked = with(rename(&one, "c"), "ifMatch", &tag);
    let refused: [(&[Value], usize); 5] = [
        (&[rename(&one, "c")], 0),
        (&[checked.clone(), rename(&other, "c")], 1),
        (&[rename(&one, "c"), checked.clone()], 0),
        (&[append(&one, "c"), rename(&one, "c")], 1),
        (&[with(rename(&one, "c"), "ifMatch", "*")], 0),
    ];
    for (operations, failed) in refused {
        for guards in [json!([]), json!([{"id": one, "ifMatch": "*"}, {"revision": lab.head().await}])] {
            let body = json!({"operations": operations, "guards": guards, "dryRun": true});
            let inner = aborted(&as_careful(&lab, &careful, &body).await, 428, "failed", failed);
            assert_eq!(inner["code"], "cap_precondition_required");
        }
    }
    let day = "2026-03-03T00:00:00.000Z";
    let daily = op("POST", "/blocks/daily-note/append", &json!({"markdown": "x", "date": day}));
    let taken: [(&[Value], Value); 5] = [
        (&[checked.clone(), rename(&one, "d"), trash(&one)], json!([])),
        (&[create(&page("e"), &chosen(1)), rename(&chosen(1), "f"), trash(&chosen(1))], json!([])),
        (&[append(&one, "g"), daily.clone(), daily], json!([])),
        (&[rename(&one, "h"), trash(&one)], json!([{"id": one, "ifMatch": tag}])),
        (&[with(append(&one, "i"), "ifMatch", &tag), rename(&one, "j")], json!([])),
    ];
    for (operations, guards) in taken {
        let body = json!({"operations": operations, "guards": guards, "dryRun": true});
        as_careful(&lab, &careful, &body).await.ok();
    }
    assert_eq!(everything(&lab).await, before);
}
