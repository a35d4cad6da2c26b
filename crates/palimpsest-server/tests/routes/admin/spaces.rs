//! The spaces of the server.

use std::sync::Arc;

use palimpsest_engine::admin::{Command, Reply as Told};
use serde_json::{Value, json};

use super::Office;
use crate::app::{App, Ask, BOTH, Lab, Reply, unhurried};
use crate::faulty::{Fault, Faulty};
use crate::wire::{NOBODY, chosen, page};

impl Office {
    async fn spaces(&self) -> Vec<Value> {
        self.get("/admin/spaces").await.ok()["results"].as_array().unwrap().clone()
    }
}

fn problems(reply: &Reply) -> String {
    assert_eq!((reply.status, &*reply.code()), (400, "cap_invalid_input"), "{reply:?}");
    reply.json()["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_space_is_made_listed_changed_and_deleted() {
    let office = Office::new().await;
    let plain = office.post("/admin/spaces", &json!({"title": "  Archive "})).await;
    assert_eq!(plain.revision(), Some(1));
    let id = plain.ok()["id"].clone();
    let shown = json!({"id": id, "title": "Archive", "timezone": "UTC", "concurrency": "lastWriteWins"});
    assert_eq!(plain.ok(), shown);
    let full =
        json!({"id": chosen(7), "title": "Full", "timezone": "europe/berlin", "concurrency": "requireCondition"});
    let full = office.post("/admin/spaces", &full).await.ok();
    let expected =
        json!({"id": chosen(7), "title": "Full", "timezone": "Europe/Berlin", "concurrency": "requireCondition"});
    assert_eq!(full, expected);
    let lab = json!({"id": office.lab.space, "title": "Lab", "timezone": "UTC", "concurrency": "lastWriteWins"});
    assert_eq!(office.spaces().await, [lab.clone(), shown, full]);
    let told = office.lab.app.administer(Command::SpaceList).await;
    let Told::Spaces(told) = told else { panic!("{told:?}") };
    assert_eq!(told.len(), 3, "the command line sees the same");

    let token = office.lab.app.token(&chosen(7), "t", BOTH).await;
    let asked = || Ask::new(http::Method::GET, "/space").token(&token);
    assert_eq!(office.lab.app.send(asked()).await.ok()["title"], "Full");
    let gone = office.delete(&format!("/admin/spaces?id={}", chosen(7))).await;
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    assert_eq!(office.lab.app.send(asked()).await.status, 401);
    assert_eq!(office.delete(&format!("/admin/spaces?id={}", chosen(7))).await.status, 404);
    assert_eq!(office.spaces().await.len(), 2);
    assert_eq!(office.lab.get("/space").await.status, 200);
}

#[tokio::test]
async fn title_and_zone_are_one_change_of_the_space_and_the_policy_is_none() {
    let office = Office::new().await;
    let (space, head) = (office.lab.space.clone(), office.lab.head().await);
    let both = json!({"id": space, "title": "Renamed", "timezone": "Asia/Kathmandu"});
    let changed = office.patch("/admin/spaces", &both).await;
    let shown = json!({"id": space, "title": "Renamed", "timezone": "Asia/Kathmandu", "concurrency": "lastWriteWins"});
    assert_eq!((changed.ok(), changed.revision()), (shown, Some(head + 1)));
    let feed = office.lab.get(&format!("/changes?since={head}")).await.ok();
    let [change] = feed["changes"].as_array().unwrap().as_slice() else { panic!("{feed}") };
    assert_eq!(change["by"], json!({"id": null, "name": "operator"}));
    assert_eq!(change["schema"], json!([{"kind": "space", "id": space, "change": "updated"}]));
    assert_eq!(office.lab.get("/space").await.ok()["title"], "Renamed");

    let tag = office.lab.get("/space").await.header("etag").unwrap().to_owned();
    let strict = office.patch("/admin/spaces", &json!({"id": space, "concurrency": "requireCondition"})).await;
    assert_eq!((&strict.ok()["concurrency"], strict.revision()), (&json!("requireCondition"), Some(head + 1)));
    assert_eq!(office.lab.get("/space").await.header("etag"), Some(&*tag), "no new tag");
    let made = office.lab.post("/object", &page("a")).await.ok();
    let change = json!({"id": made["id"], "collections": []});
    assert_eq!(office.lab.patch("/object", &change).await.status, 428);
    let none = office.patch("/admin/spaces", &json!({"id": space})).await;
    assert_eq!(none.ok()["concurrency"], "requireCondition", "what is left out stays");
    assert_eq!(
        office.patch("/admin/spaces", &json!({"id": space, "title": "Renamed"})).await.revision(),
        none.revision()
    );
    let back = office.patch("/admin/spaces", &json!({"id": space, "timezone": "UTC"})).await;
    assert_eq!(back.ok()["timezone"], "UTC");
}

#[tokio::test]
async fn every_problem_is_told_with_its_path_and_nothing_is_done() {
    let office = Office::new().await;
    let before = office.spaces().await;
    let wrong = json!({"id": "x", "title": " ", "timezone": "Berlin/Europe", "concurrency": "maybe"});
    for reply in [office.post("/admin/spaces", &wrong).await, office.patch("/admin/spaces", &wrong).await] {
        let told = problems(&reply);
        for at in ["at id", "at title", "at timezone", "at concurrency"] {
            assert!(told.contains(at), "{at}: {told}");
        }
    }
    assert!(problems(&office.post("/admin/spaces", &json!({})).await).contains("at title"));
    assert!(problems(&office.patch("/admin/spaces", &json!({"title": "a"})).await).contains("at id"));
    assert!(problems(&office.delete("/admin/spaces").await).contains("at id"));
    assert!(problems(&office.delete("/admin/spaces?id=Lab").await).contains("at id"), "a title is no id here");
    let half = json!({"id": office.lab.space, "title": "New", "timezone": "Nowhere"});
    assert!(problems(&office.patch("/admin/spaces", &half).await).contains("at timezone"));
    assert_eq!(office.spaces().await, before);
}

#[tokio::test]
async fn an_id_is_given_once_and_one_that_is_not_there_is_not_found() {
    let office = Office::new().await;
    let taken = office.post("/admin/spaces", &json!({"id": office.lab.space, "title": "Again"})).await;
    let message = format!("There is already a space {}", office.lab.space);
    assert_eq!(taken.refusal(409, "cap_already_exists", &message), json!({"id": office.lab.space}));
    let message = format!("There is no space {NOBODY}");
    for changes in [json!({"title": "a"}), json!({"concurrency": "requireCondition"}), json!({})] {
        let mut body = changes;
        body["id"] = json!(NOBODY);
        office.patch("/admin/spaces", &body).await.refusal(404, "cap_not_found", &message);
    }
    office.delete(&format!("/admin/spaces?id={NOBODY}")).await.refusal(404, "cap_not_found", &message);
    assert_eq!(office.spaces().await.len(), 1);
}

#[tokio::test]
async fn a_name_is_no_longer_than_names_are() {
    let office = Office::new().await;
    let (space, most) = (office.lab.space.clone(), "n".repeat(500));
    let long = format!("{most}n");
    let told = "✖ Too big: expected string to have <=500 characters\n  → at title";
    let new = office.post("/admin/spaces", &json!({"title": long})).await;
    assert_eq!(problems(&new), told);
    assert_eq!(problems(&office.patch("/admin/spaces", &json!({"id": space, "title": long})).await), told);
    assert_eq!(office.patch("/admin/spaces", &json!({"id": space, "title": most})).await.ok()["title"], json!(most));
    let refused = |command| office.lab.app.engine.administer(command);
    for command in [
        Command::SpaceCreate { title: long.clone() },
        Command::SpaceRename { space: space.clone(), title: long.clone() },
        Command::CollectionCreate { space: None, structure: "Page".to_owned(), title: long.clone() },
    ] {
        let error = refused(command).await.unwrap_err();
        assert_eq!(error.message, "The title has more than 500 characters");
    }
}

#[tokio::test]
async fn a_title_and_a_policy_are_changed_together_or_not_at_all() {
    let office = Office::new().await;
    let (space, head) = (office.lab.space.clone(), office.lab.head().await);
    let both = json!({"id": space, "title": "Strict", "concurrency": "requireCondition"});
    let changed = office.patch("/admin/spaces", &both).await;
    assert_eq!((changed.revision(), office.lab.head().await), (Some(head + 1), head + 1));
    let shown = json!({"id": space, "title": "Strict", "timezone": "UTC", "concurrency": "requireCondition"});
    assert_eq!(changed.ok(), shown);
    let unknown = office.patch("/admin/spaces", &json!({"id": NOBODY, "concurrency": "requireCondition"})).await;
    unknown.refusal(404, "cap_not_found", &format!("There is no space {NOBODY}"));
}

/// However many writes the store still takes: what is answered with an error is there wholly or not at all.
#[tokio::test]
async fn a_space_is_made_and_changed_with_its_policy_or_not_at_all() {
    let store = Arc::new(Faulty::default());
    let office = Office::of(Lab::in_app(App::over(Arc::clone(&store) as _, unhurried())).await).await;
    let space = office.lab.space.clone();
    let policy = |title: &str, spaces: &[Value]| {
        let found = spaces.iter().find(|space| space["title"] == title);
        found.map(|space| space["concurrency"].clone())
    };
    let mut last = [0, 0];
    for left in 0..3 {
        let title = format!("Strict {left}");
        let new = json!({"title": title, "concurrency": "requireCondition"});
        let change = json!({"id": space, "title": format!("Changed {left}"), "concurrency": "requireCondition"});
        store.breaks(Fault::WritesLeft(left));
        let made = office.post("/admin/spaces", &new).await.status;
        store.breaks(Fault::WritesLeft(left));
        last = [made, office.patch("/admin/spaces", &change).await.status];
        store.heals();
        let spaces = office.spaces().await;
        for title in [title, format!("Changed {left}")] {
            let found = policy(&title, &spaces);
            assert!(found.is_none() || found == Some(json!("requireCondition")), "{left}: {spaces:?}");
        }
        let back = json!({"id": space, "title": "Lab", "concurrency": "lastWriteWins"});
        office.patch("/admin/spaces", &back).await.ok();
    }
    assert_eq!(last, [200, 200], "in the end there was no fault");
}
