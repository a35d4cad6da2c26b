//! Links to dates, and the objects that stand for days.

use serde_json::{Value, json};

use crate::app::Lab;
use crate::wire::{SECTION, body, day_link, id, page, page_of, titled, tokens};

/// The days that have an object: their ids and titles, in the order they were made.
async fn days(lab: &Lab) -> Vec<(String, String)> {
    let list = lab.get("/objects/structure?id=UtilDate").await.ok();
    let rows = list["results"].as_array().unwrap().iter();
    rows.map(|row| (id(row), row["title"].as_str().unwrap().to_owned())).collect()
}

async fn titles(lab: &Lab) -> Vec<String> {
    days(lab).await.into_iter().map(|(_, title)| title).collect()
}

fn linked(days: &[&str]) -> Value {
    let links: Vec<_> = days.iter().map(|day| day_link(day)).collect();
    tokens(json!(links))
}

const SUNDAY: &str = "2026-11-22T00:00:00.000Z";
const MONDAY: &str = "2026-11-23T00:00:00.000Z";

#[tokio::test]
async fn a_link_to_a_date_comes_back_complete() {
    let lab = Lab::new().await;
    let page = lab.create(page_of(json!([linked(&["2026-11-22"])]))).await;
    let date = json!({"dateResolution": "day", "start": SUNDAY, "end": null});
    assert_eq!(body(&page)[0]["tokens"][0], json!({"type": "LinkToken", "text": "2026-11-22", "date": date}));
}

#[tokio::test]
async fn each_day_that_is_linked_has_one_object() {
    let lab = Lab::new().await;
    lab.create(page_of(json!([linked(&["2026-11-22", "2026-11-22T15:00:00Z"]), linked(&["2026-11-23"])]))).await;
    assert_eq!(titles(&lab).await, [SUNDAY, MONDAY]);
    let page = lab.create(page_of(json!([linked(&["2026-11-22"])]))).await;
    lab.append(json!({"id": id(&page), "blocks": [linked(&["2026-11-23"])]})).await;
    assert_eq!(titles(&lab).await, [SUNDAY, MONDAY]);
}

#[tokio::test]
async fn a_day_is_made_at_the_revision_of_what_links_to_it() {
    let lab = Lab::new().await;
    let before = lab.head().await;
    let page = lab.create(page_of(json!([linked(&["2026-11-22"])]))).await;
    assert_eq!(lab.head().await, before + 1);
    let (day, _) = days(&lab).await.remove(0);
    let day = lab.object(&day).await;
    assert_eq!((&day["structureId"], &day["properties"]["title"]), (&json!("UtilDate"), &titled(SUNDAY)));
    let times = |object: &Value| object["properties"]["lastUpdatedAt"].clone();
    assert_eq!(times(&day), times(&page));
}

#[tokio::test]
async fn a_refused_write_makes_no_day() {
    let lab = Lab::new().await;
    let mut body = page_of(json!([linked(&["2026-11-22"])]));
    body["collections"] = json!([crate::wire::NOBODY]);
    assert_eq!(lab.post("/object", &body).await.status, 400);
    assert!(days(&lab).await.is_empty());
}

#[tokio::test]
async fn a_cleared_date_is_no_day() {
    let lab = Lab::new().await;
    let link = json!({"type": "LinkToken", "text": "never", "date": {"start": null}});
    let page = lab.create(page_of(json!([tokens(json!([link]))]))).await;
    let date = json!({"dateResolution": "day", "start": null, "end": null});
    assert_eq!(body(&page)[0]["tokens"][0]["date"], date);
    assert!(days(&lab).await.is_empty());
}

#[tokio::test]
async fn a_date_property_is_no_link_and_makes_no_day() {
    let lab = Lab::new().await;
    let date = json!({"type": "date", "date": {"start": "2026-11-22"}});
    lab.create(json!({"structureId": "RootTask", "properties": {"date": date}})).await;
    assert!(days(&lab).await.is_empty());
}

#[tokio::test]
async fn an_embedded_day_shows_its_date() {
    let lab = Lab::new().await;
    lab.create(page_of(json!([linked(&["2026-11-22"])]))).await;
    let (day, _) = days(&lab).await.remove(0);
    let embed = json!({"type": "EntityBlock", "entityId": day});
    let date = json!({"dateResolution": "day", "start": SUNDAY, "end": null});
    let page = lab.create(page_of(json!([embed]))).await;
    assert_eq!(body(&page)[0]["date"], date);
    let page = lab.append(json!({"id": id(&page), "blocks": [embed]})).await;
    assert_eq!(body(&page)[1]["date"], date);
    let block = id(&body(&page)[1]);
    let page = lab.update_block(json!({"id": id(&page), "blockId": block, "block": embed})).await;
    assert_eq!(body(&page)[1]["date"], date);
    let plain = lab.make(page_of(json!([]))).await;
    let page = lab.create(page_of(json!([{"type": "EntityBlock", "entityId": plain}]))).await;
    assert_eq!(body(&page)[0].get("date"), None, "another object has none");
}

#[tokio::test]
async fn what_get_showed_of_an_embedded_day_is_refused_for_its_date() {
    let lab = Lab::new().await;
    lab.create(page_of(json!([linked(&["2026-11-22"])]))).await;
    let (day, _) = days(&lab).await.remove(0);
    let page = lab.create(page_of(json!([{"type": "EntityBlock", "entityId": day}]))).await;
    let again = json!({"id": id(&page), "blocks": {SECTION: page["blocks"][SECTION]}});
    let message = "✖ EntityBlock does not accept `date`; use a LinkToken with `date` instead.\n  \
        → at blocks.RootPage_content[0].date";
    lab.refuses(http::Method::PATCH, "/object", again, message).await;
}

#[tokio::test]
async fn a_day_in_the_trash_comes_back_when_it_is_linked_again() {
    let lab = Lab::new().await;
    let page = lab.create(page_of(json!([linked(&["2026-11-22"])]))).await;
    let (day, _) = days(&lab).await.remove(0);
    assert_eq!(lab.delete(&format!("/object?id={day}")).await.status, 200);
    assert!(!lab.sees(&day).await);
    lab.append(json!({"id": id(&page), "blocks": [linked(&["2026-11-22"])]})).await;
    assert_eq!(days(&lab).await, [(day, SUNDAY.to_owned())]);
}

#[tokio::test]
async fn a_day_that_was_deleted_gets_another_object() {
    let lab = Lab::new().await;
    for _ in 0..3 {
        lab.create(page_of(json!([linked(&["2026-11-22"])]))).await;
        let (day, title) = days(&lab).await.remove(0);
        assert_eq!(title, SUNDAY);
        assert_eq!(lab.delete(&format!("/object?id={day}&hardDelete=true")).await.status, 200);
        assert!(days(&lab).await.is_empty());
    }
    lab.create(page("no link")).await;
}

#[tokio::test]
async fn days_of_two_spaces_are_two_objects() {
    let lab = Lab::new().await;
    lab.create(page_of(json!([linked(&["2026-11-22"])]))).await;
    let mine = days(&lab).await;
    let attic = lab.app.space("Attic").await;
    let token = lab.app.token(&attic, "attic", crate::app::BOTH).await;
    let other = Lab { app: lab.app, space: attic, token };
    assert!(days(&other).await.is_empty());
    other.create(page_of(json!([linked(&["2026-11-22"])]))).await;
    assert_ne!(days(&other).await, mine);
}
