//! Search and lookup.

use http::Method;
use serde_json::{Value, json};

use super::Beta;
use crate::app::Ask;

impl Beta {
    /// Makes a page with a title, an alias and a description in a space.
    async fn page(&self, space: &str, title: &str, alias: &str, description: &str) -> String {
        let token = self.lab.app.token(space, "writer", crate::app::BOTH).await;
        let properties = json!({
            "title": {"type": "title", "title": {"value": title}},
            "aliases": {"type": "aliases", "aliases": {"value": [alias]}},
            "description": {"type": "text", "text": {"value": description}},
        });
        let body = json!({"structureId": "RootPage", "properties": properties});
        let made = self.lab.app.send(Ask::new(Method::POST, "/object").token(&token).json(&body)).await.ok();
        made["id"].as_str().unwrap().to_owned()
    }
}

fn fields(found: &Value) -> Vec<&str> {
    let highlights = found["highlights"].as_array().unwrap().iter();
    highlights.map(|highlight| highlight["context"]["field"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn several_spaces_are_searched_and_the_best_comes_first() {
    let beta = Beta::new().await;
    let (lab, other) = (beta.lab.space.clone(), beta.other.clone());
    let long = format!("{} enzyme kinetics {}", "before ".repeat(20), "after ".repeat(30));
    let near = beta.page(&other, "Enzyme list", "catalysts", &long).await;
    let exact = beta.page(&lab, "Enzyme", "ferment", "nothing of it").await;
    let ask = json!({"searchTerm": "enzyme", "spaceIds": [other, lab]});
    let found = beta.post("/search", &ask).await;
    assert_eq!(found.revision(), None, "of several spaces there is none");
    let results = found.ok()["results"].clone();
    let shown: Vec<_> =
        results.as_array().unwrap().iter().map(|one| (one["id"].clone(), one["spaceId"].clone())).collect();
    assert_eq!(shown, [(json!(exact), json!(lab)), (json!(near), json!(other))]);
    assert_eq!(results[0]["structureId"], "RootPage");
    assert_eq!((fields(&results[0]), fields(&results[1])), (vec!["title"], vec!["title", "description"]));
    assert_eq!(
        results[0]["highlights"],
        json!([{"context": {"field": "title"}, "snippets": ["Enzyme"], "score": 1.0}])
    );
    let passage = results[1]["highlights"][1]["snippets"][0].as_str().unwrap();
    assert!(passage.contains("enzyme kinetics") && passage.split(' ').count() < 30, "{passage}");

    let titles = json!({"searchTerm": "enzyme", "spaceIds": [other], "mode": "title"});
    let only = beta.post("/search", &titles).await;
    assert!(only.revision().is_some());
    let only = only.ok()["results"].clone();
    assert_eq!((only.as_array().unwrap().len(), fields(&only[0])), (1, vec!["title"]));
    let alias =
        beta.post("/search", &json!({"searchTerm": "ferment", "spaceIds": [lab]})).await.ok()["results"].clone();
    assert_eq!((&alias[0]["id"], fields(&alias[0])), (&json!(exact), vec!["aliases"]));
    let whole = json!({"searchTerm": "kinetics", "spaceIds": [other]});
    assert_eq!(beta.post("/search", &whole).await.ok()["results"], json!([]), "a description alone is not found");
}

#[tokio::test]
async fn spellings_of_the_field_mean_the_same() {
    let beta = Beta::new().await;
    beta.page(&beta.other, "Enzyme", "e", "").await;
    let space = beta.other.clone();
    let usual = beta.post("/search", &json!({"searchTerm": "enzyme", "spaceIds": [space]})).await.ok();
    for body in [
        json!({"searchTerm": "enzyme", "spaceId": space}),
        json!({"searchTerm": "enzyme", "spaceid": space}),
        json!({"searchTerm": "enzyme", "spaceIds": [space, space], "mode": "fullText"}),
        json!({"searchTerm": "enzyme", "spaceIds": [space], "filterStructureIds": []}),
        json!({"searchTerm": "enzyme", "spaceIds": [space], "filterStructureIds": ["RootPage", "RootTag"]}),
    ] {
        let reply = beta.post("/search", &body).await;
        assert_eq!((reply.ok(), reply.header("palimpsest-ignored")), (usual.clone(), None), "{body}");
    }
    let others = json!({"searchTerm": "enzyme", "spaceIds": [space], "filterStructureIds": ["RootTag"]});
    assert_eq!(beta.post("/search", &others).await.ok()["results"], json!([]));
    let one = beta.post("/lookup", &json!({"searchTerm": "enzyme", "spaceId": space})).await.ok();
    let two = beta.post("/lookup", &json!({"searchTerm": "enzyme", "spaceid": space})).await.ok();
    assert_eq!((one["results"].as_array().unwrap().len(), &one), (1, &two));
    let keys: Vec<_> = one["results"][0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["id", "structureId", "title"]);
}

#[tokio::test]
async fn every_problem_is_told_with_its_path() {
    let beta = Beta::new().await;
    let wrong = json!({"searchTerm": " ", "spaceIds": ["x"], "mode": "all", "filterStructureIds": ["x"]});
    for (path, body, told) in [
        ("/search", wrong, &["at searchTerm", "at spaceIds[0]", "at mode", "at filterStructureIds[0]"][..]),
        ("/search", json!({}), &["at searchTerm", "at spaceIds"]),
        ("/search", json!({"searchTerm": "a", "spaceIds": []}), &["at spaceIds"]),
        ("/lookup", json!({"spaceid": 1}), &["at searchTerm", "at spaceid"]),
        ("/lookup", json!({}), &["at searchTerm", "at spaceId"]),
    ] {
        let reply = beta.post(path, &body).await;
        assert_eq!((reply.status, &*reply.code()), (400, "cap_invalid_input"), "{path} {body}");
        let message = reply.json()["message"].as_str().unwrap().to_owned();
        assert!(told.iter().all(|at| message.contains(at)), "{path} {body}: {message}");
    }
}
