//! The options of labels.

use http::Method;
use serde_json::{Value, json};

use super::{PROPERTIES, in_use, object, part, problem, shown, told, told_of};
use crate::app::Lab;

fn option(id: &str, name: &str, color: &str) -> Value {
    json!({"id": id, "name": name, "color": color})
}

fn labels(ids: &[&str]) -> Value {
    let chosen: Vec<_> = ids.iter().map(|id| json!({"id": id, "name": ""})).collect();
    json!({"type": "label", "label": chosen})
}

fn change(options: Value) -> Value {
    json!({"structureId": "RootPage", "id": part(1), "labelSet": options})
}

/// A space whose pages have some of three labels.
async fn lab() -> Lab {
    let lab = Lab::new().await;
    let options = json!([option("a", "A", "red"), option("b", "B", "blue"), option("c", "C", "gray")]);
    let body = json!({"structureId": "RootPage", "id": part(1), "name": "Kind", "type": "label", "multiple": true, "labelSet": options});
    lab.post(PROPERTIES, &body).await.ok();
    lab
}

#[tokio::test]
async fn the_list_adds_renames_recolours_and_reorders() {
    let lab = lab().await;
    let page = object(&lab, "RootPage", "p", json!({part(1): labels(&["a", "b"])})).await;
    let before = lab.get(&format!("/object?id={page}")).await;
    let options =
        json!([option("c", "C", "gray"), option("b", "Beta", "green"), {"name": "New"}, {"id": "a", "name": "A"}]);
    let reply = lab.patch(PROPERTIES, &change(options.clone())).await;
    let structure = shown(&lab, &reply).await;
    let set = &structure["propertyDefinitions"].as_array().unwrap().last().unwrap()["labelSet"];
    assert_eq!((&set[0], &set[1], &set[3]), (&options[0], &options[1], &options[3]));
    assert_eq!((&set[2]["name"], set[2]["id"].as_str().unwrap().len()), (&json!("New"), 36));
    let expected = [told_of("structure", "RootPage", "updated"), told_of("property", &part(1), "updated")];
    assert_eq!(told(&lab, reply.revision().unwrap()).await, expected);
    let now = lab.get(&format!("/object?id={page}")).await;
    assert_eq!(now.ok()["properties"][part(1)]["label"], json!([options[3], options[1]]), "as it is called now");
    let (tag, old) = (now.header("etag").unwrap(), before.header("etag").unwrap());
    assert_ne!(tag, old, "other bytes have another tag");
    assert_eq!(tag.split('-').next(), old.split('-').next(), "but it is the same version");
    let past = lab.get(&format!("/object?id={page}&revision={}", reply.revision().unwrap() - 1)).await;
    assert_eq!(past.body, before.body);
}

#[tokio::test]
async fn an_option_that_values_have_is_removed_with_them_or_not_at_all() {
    let lab = lab().await;
    let live = object(&lab, "RootPage", "p", json!({part(1): labels(&["a", "b"])})).await;
    let trashed = object(&lab, "RootPage", "q", json!({part(1): labels(&["b"])})).await;
    let other = object(&lab, "RootPage", "r", json!({part(1): labels(&["a"])})).await;
    lab.delete(&format!("/object?id={trashed}")).await;
    let (a, c) = (option("a", "A", "red"), option("c", "C", "gray"));
    let message = "2 objects use an option that is removed: send `values: \"drop\"` to take it out of them";
    in_use(&lab.patch(PROPERTIES, &change(json!([a, c]))).await, message, &[&live, &trashed]);
    let before = lab.get(&format!("/object?id={other}")).await.headers["etag"].clone();
    let mut body = change(json!([a, c]));
    body["values"] = json!("drop");
    let reply = lab.patch(PROPERTIES, &body).await;
    shown(&lab, &reply).await;
    let chosen = |object: &Value| object["properties"][part(1)]["label"].clone();
    assert_eq!(chosen(&lab.object(&live).await), json!([a]));
    assert_eq!(chosen(&lab.update(json!({"id": trashed, "deleteRequested": false})).await), json!([]));
    assert_eq!(lab.get(&format!("/object?id={other}")).await.headers["etag"], before, "it did not have it");
    // No value has it, so nobody is asked.
    lab.patch(PROPERTIES, &change(json!([a]))).await.ok();
    let unknown =
        problem("Unknown label option: expected one of \"a\"", &format!("properties[\"{}\"].label[0].id", part(1)));
    let body = json!({"id": live, "properties": {part(1): labels(&["b"])}});
    lab.refuses(Method::PATCH, "/object", body, &unknown).await;
}

#[tokio::test]
async fn an_option_has_one_place() {
    let lab = lab().await;
    let twice = json!([option("a", "A", "red"), option("a", "B", "red")]);
    let message = problem("There is already an option \"a\"", "labelSet[1].id");
    lab.refuses(Method::PATCH, PROPERTIES, change(twice), &message).await;
}

#[tokio::test]
async fn the_option_that_new_tasks_begin_with_stays() {
    let lab = Lab::new().await;
    let patch =
        |options: Value| json!({"structureId": "RootTask", "id": "status", "labelSet": options, "values": "drop"});
    let message = "Every new object begins with the option \"not-started\": it cannot be removed";
    lab.refuses(
        Method::PATCH,
        PROPERTIES,
        patch(json!([option("done", "Done", "green")])),
        &problem(message, "labelSet"),
    )
    .await;
    lab.patch(PROPERTIES, &patch(json!([option("not-started", "Open", "rose")]))).await.ok();
    let task = lab.create(json!({"structureId": "RootTask"})).await;
    assert_eq!(task["properties"]["status"]["label"], json!([option("not-started", "Open", "rose")]));
}
