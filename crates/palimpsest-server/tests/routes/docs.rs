//! GET /docs: a page that needs nothing but this server.

use http::Method;

use crate::app::{App, Ask, Reply, unhurried};

async fn get(uri: &str) -> Reply {
    let reply = App::new(unhurried()).send(Ask::new(Method::GET, uri)).await;
    assert_eq!(reply.status, 200, "{uri}");
    assert!(!reply.body.is_empty(), "{uri}");
    reply
}

async fn text(uri: &str) -> String {
    String::from_utf8(get(uri).await.body.to_vec()).unwrap()
}

/// What follows each of these beginnings, up to the next quotation mark.
fn quoted<'t>(text: &'t str, beginning: &str) -> Vec<&'t str> {
    text.split(beginning).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[tokio::test]
async fn the_page_and_its_start_name_no_host() {
    for uri in ["/docs", "/docs/start.js"] {
        let text = text(uri).await;
        assert!(!text.contains("//") && !text.contains("http"), "{uri}: {text}");
    }
    let page = get("/docs").await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for source in policy.split("; ").flat_map(|directive| directive.split(' ').skip(1)) {
        assert!(["'none'", "'self'", "'unsafe-inline'", "data:"].contains(&source), "{source}");
    }
}

#[tokio::test]
async fn all_that_the_page_loads_is_served_here() {
    let (page, start) = (text("/docs").await, text("/docs/start.js").await);
    let loaded = [quoted(&page, "src=\""), quoted(&page, "href=\""), quoted(&start, "url: \"")].concat();
    let relative: Vec<_> = loaded.into_iter().filter(|place| !place.starts_with("data:")).collect();
    assert_eq!(relative.len(), 4, "{relative:?}");
    for place in relative {
        get(&format!("/{place}")).await;
    }
}

#[tokio::test]
async fn the_style_sheet_loads_nothing_else() {
    let style = text("/docs/swagger-ui.css").await;
    assert!(!style.contains("@import"));
    for place in style.split("url(").skip(1) {
        let place = place.trim_start_matches(['"', '\'']);
        assert!(place.starts_with("data:"), "{}", place.chars().take(80).collect::<String>());
    }
}

#[tokio::test]
async fn the_validator_of_strangers_is_switched_off() {
    assert!(text("/docs/start.js").await.contains("validatorUrl: null"));
    assert!(text("/docs/swagger-ui-bundle.js").await.contains("validatorUrl"), "the setting has another name now");
}
