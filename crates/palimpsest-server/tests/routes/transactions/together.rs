//! What is done together: in order, seen by what comes after, at one revision.

use palimpsest_store::ChangeKind;
use serde_json::{Value, json};

use super::{append, commit, create, everything, log, op, rename, send, trash, version_of};
use crate::app::Lab;
use crate::wire::{NOBODY, chosen, entities, id, outlined, page, page_of, tag, text, titled};

#[tokio::test]
async fn each_operation_sees_those_before_it_and_all_have_one_revision() {
    let lab = Lab::new().await;
    let (methods, paper, notes) = (chosen(1), chosen(2), chosen(3));
    let block = chosen(4);
    let mut tagged = page_of(json!([{"id": block, "type": "TextBlock", "tokens": text("a")["tokens"]}]));
    tagged["properties"] = json!({"title": titled("Paper"), "tags": entities(&[&methods])});
    let markdown = json!({"id": notes, "structureId": "RootPage", "markdown": "# Notes\n\n#methods"});
    let operations = [
        create(&tag("methods"), &methods),
        create(&tagged, &paper),
        append(&paper, "b"),
        op("PATCH", "/blocks/block", &json!({"id": paper, "blockId": block, "block": text("c")})),
        op("POST", "/object/markdown", &markdown),
        op("POST", "/blocks/daily-note/append", &json!({"markdown": "d", "noTimeStamp": true})),
        rename(&methods, "Methods"),
    ];
    let before = lab.head().await;
    let told = commit(&lab, &operations).await;
    assert_eq!(told["revision"], json!(before + 1));
    let results = told["results"].as_array().unwrap();
    let ids: Vec<_> = results.iter().map(id).collect();
    assert_eq!(ids[..5], [&methods, &paper, &paper, &paper, &notes].map(Clone::clone));
    assert_eq!(ids[6], methods);
    assert!(results.iter().all(|result| result["status"] == 200 && result["etag"] == results[0]["etag"]));
    let paper = lab.object(&paper).await;
    assert_eq!((outlined(&paper), &paper["properties"]["tags"]), ("c b".to_owned(), &entities(&[&methods])));
    assert_eq!(lab.object(&methods).await["properties"]["title"], titled("Methods"));
    assert_eq!(lab.get("/objects/structure?id=RootTag").await.ok()["results"].as_array().unwrap().len(), 1);
    let entries = log(&lab, before).await;
    assert_eq!((entries.len(), entries[0].objects.len()), (1, 4), "one entry, each object once: {entries:?}");
}

#[tokio::test]
async fn a_day_s_note_is_appended_to_twice() {
    let lab = Lab::new().await;
    let daily = |says: &str| op("POST", "/blocks/daily-note/append", &json!({"markdown": says, "noTimeStamp": true}));
    let told = commit(&lab, &[daily("a"), daily("b")]).await;
    let note = lab.object(&id(&told["results"][0])).await;
    assert_eq!(note["structureId"], "RootDailyNote");
    assert!(note.to_string().find("\"a\"") < note.to_string().find("\"b\""));
    let nothing = commit(&lab, &[op("POST", "/blocks/daily-note/append", &json!({"markdown": " "}))]).await;
    assert_eq!(nothing["revision"], told["revision"]);
}

#[tokio::test]
async fn what_changes_nothing_takes_no_revision() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let (head, version) = (lab.head().await, version_of(&lab, &object).await);
    let unchanged: [&[Value]; 3] =
        [&[], &[rename(&object, "a")], &[rename(&object, "b"), append(&object, ""), rename(&object, "a")]];
    for operations in unchanged {
        let told = commit(&lab, operations).await;
        assert_eq!(told["revision"], json!(head), "{operations:?}");
        for result in told["results"].as_array().unwrap() {
            assert_eq!(*result, json!({"status": 200, "id": object, "etag": version}));
        }
    }
    assert_eq!(lab.head().await, head);
}

#[tokio::test]
async fn an_object_made_and_trashed_at_once_was_there_and_is_in_the_trash() {
    let lab = Lab::new().await;
    let (trashed, deleted, restored) = (chosen(1), chosen(2), chosen(3));
    let hard = json!({"method": "DELETE", "path": format!("/object?id={deleted}&hardDelete=true")});
    let back = op("PATCH", "/object", &json!({"id": restored, "deleteRequested": false}));
    let operations = [
        create(&page("a"), &trashed),
        trash(&trashed),
        create(&page("b"), &deleted),
        hard,
        create(&page("c"), &restored),
        trash(&restored),
        back,
    ];
    let before = lab.head().await;
    let told = commit(&lab, &operations).await;
    assert!(told["results"].as_array().unwrap().iter().all(|result| result["etag"].is_string()), "{told}");
    assert!(!lab.sees(&trashed).await && !lab.sees(&deleted).await && lab.sees(&restored).await);
    let kinds: Vec<_> = log(&lab, before).await[0].objects.iter().map(|object| object.kind).collect();
    assert_eq!(kinds, [ChangeKind::Trashed, ChangeKind::Deleted, ChangeKind::Created]);
    lab.update(json!({"id": trashed, "deleteRequested": false})).await;
    assert_eq!(send(&lab, &[create(&page("b"), &deleted)]).await.status, 409, "an id is given once");
}

#[tokio::test]
async fn an_id_can_be_given_once_also_within_a_transaction() {
    let lab = Lab::new().await;
    let before = everything(&lab).await;
    let twice = create(&page("a"), &chosen(1));
    for again in [twice.clone(), super::with(twice.clone(), "ifNoneMatch", "*")] {
        let reply = send(&lab, &[twice.clone(), again]).await;
        let inner = super::aborted(&reply, 409, "failed", 1);
        let details = json!({"id": chosen(1)});
        assert_eq!((&inner["code"], &inner["details"]), (&json!("cap_already_exists"), &details));
    }
    assert_eq!(send(&lab, &[twice.clone(), trash(&chosen(1)), twice]).await.status, 409);
    assert_eq!(everything(&lab).await, before);
}

#[tokio::test]
async fn what_is_trashed_is_gone_for_what_comes_after() {
    let lab = Lab::new().await;
    let object = lab.make(page("a")).await;
    let before = everything(&lab).await;
    let reply = send(&lab, &[trash(&object), rename(&object, "b")]).await;
    assert_eq!(super::aborted(&reply, 404, "failed", 1)["code"], "cap_not_found");
    assert_eq!(send(&lab, &[trash(NOBODY)]).await.status, 404);
    assert_eq!(everything(&lab).await, before);
}
