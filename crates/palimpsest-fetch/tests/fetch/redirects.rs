//! Each hop of a redirect is judged like the first URL.

use palimpsest_fetch::guard::Refused;
use palimpsest_fetch::{FetchError, MAX_REDIRECTS};

use crate::scripted::{Server, answered, html, redirect};

#[tokio::test]
async fn redirects_are_followed() {
    let cases = [
        ("/new?x", "http://page.test/new?x#f"),
        ("new", "http://page.test/old/new#f"),
        ("//other.test/new", "http://other.test/new#f"),
        ("http://other.test/new#own", "http://other.test/new#own"),
        ("/né\tw", "http://page.test/n%C3%A9w#f"),
    ];
    for (location, expected) in cases {
        let server = Server::start(move |target| match target {
            "/old/" => redirect(location),
            _ => html("<title>new</title>"),
        })
        .await;
        let page = server.fetch("http://page.test/old/#f").await.unwrap();
        assert_eq!(page.final_url.as_str(), expected);
        assert_eq!(page.title.as_deref(), Some("new"));
        let asked = server.asked();
        assert_eq!(asked.len(), 2);
        // The cookie of the first answer is not sent back, nor is it told where the way came from.
        let second = asked[1].to_lowercase();
        assert!(!second.contains("cookie") && !second.contains("referer"), "{second}");
    }
}

#[tokio::test]
async fn every_status_that_redirects_does() {
    for status in ["301 x", "302 x", "303 x", "307 x", "308 x"] {
        let server = Server::start(move |target| match target {
            "/old" => answered(status, "Location: /new\r\n", "<title>old</title>"),
            _ => html("<title>new</title>"),
        })
        .await;
        assert_eq!(server.fetch("http://page.test/old").await.unwrap().title.as_deref(), Some("new"), "{status}");
    }
    let server = Server::start(|_| answered("201 x", "Location: /new\r\nContent-Type: text/html\r\n", "")).await;
    assert_eq!(server.fetch("http://page.test/old").await.unwrap().final_url.path(), "/old");
}

#[tokio::test]
async fn a_redirect_leads_nowhere_that_may_not_be_called() {
    let cases = [
        ("http://127.0.0.1/", Refused::Address),
        ("http://2130706433/", Refused::Address),
        ("//169.254.169.254/latest/meta-data/", Refused::Address),
        ("http://[::1]/", Refused::Address),
        ("http://[::ffff:10.0.0.1]/", Refused::Address),
        ("http://１２７.０.０.１/", Refused::Address),
        ("http://localhost/", Refused::Name),
        ("https://db.internal/", Refused::Name),
        ("ftp://page.test/", Refused::Scheme),
        ("file:///etc/passwd", Refused::Scheme),
        ("gopher://page.test:70/_x", Refused::Scheme),
        ("data:text/html,x", Refused::Scheme),
        ("http://user@page.test/", Refused::Credentials),
        ("//a:b@page.test/", Refused::Credentials),
        ("http://page.test:22/", Refused::Port),
        ("//page.test:8080/", Refused::Port),
    ];
    for (location, expected) in cases {
        let server = Server::start(move |_| redirect(location)).await;
        let result = server.fetch("http://page.test/").await;
        assert!(matches!(result, Err(FetchError::Refused(refused)) if refused == expected), "{location}: {result:?}");
        assert_eq!(server.targets(), ["/"], "{location}");
    }
    let server = Server::start(|_| redirect("http://[")).await;
    let result = server.fetch("http://page.test/").await;
    assert!(matches!(result, Err(FetchError::Invalid(_))), "{result:?}");
}

#[tokio::test]
async fn redirects_end() {
    let server = Server::start(|target| match target.trim_start_matches('/').parse::<usize>() {
        Ok(0) => html("<title>there</title>"),
        Ok(left) => redirect(&format!("/{}", left - 1)),
        Err(_) => redirect("/round"),
    })
    .await;
    let page = server.fetch(&format!("http://page.test/{MAX_REDIRECTS}")).await.unwrap();
    assert_eq!(page.title.as_deref(), Some("there"));
    let before = server.asked().len();
    for url in [format!("http://page.test/{}", MAX_REDIRECTS + 1), "http://page.test/round".to_owned()] {
        let result = server.fetch(&url).await;
        assert!(matches!(result, Err(FetchError::TooManyRedirects)), "{url}: {result:?}");
    }
    assert_eq!(server.asked().len(), before + 2 * (MAX_REDIRECTS + 1));
}
