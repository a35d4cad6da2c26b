//! Names lead to public addresses only, and to those that were looked at.

use std::env;
use std::io;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use palimpsest_fetch::FetchError;
use palimpsest_fetch::guard::Refused;

use crate::scripted::{PATIENCE, Server, Then, html, on_stage, redirect};

/// A public server and one of the network inside.
async fn both() -> (Server, Server) {
    let public = Server::start(|target| match target {
        "/again" => redirect("/"),
        // The connection could be used again.
        "/kept" => ("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n".to_owned(), Then::Hang),
        "/other" => redirect("http://other.test/"),
        _ => html("<title>public</title>"),
    })
    .await;
    (public, Server::start(|_| html("<title>secret</title>")).await)
}

fn is_refused(result: Result<palimpsest_fetch::Page, FetchError>) -> bool {
    matches!(result, Err(FetchError::Refused(Refused::Address)))
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_held_to_its_first_answer() {
    let (public, inside) = both().await;
    let count = Arc::new(AtomicUsize::new(0));
    let (counted, first, then) = (Arc::clone(&count), public.address, inside.address);
    let resolve = move |_: &str| Ok(vec![if counted.fetch_add(1, Ordering::SeqCst) == 0 { first } else { then }]);
    let fetcher = on_stage(resolve, public.address, PATIENCE);
    assert_eq!(fetcher.fetch("http://page.test/").await.unwrap().title.as_deref(), Some("public"));
    assert_eq!(count.load(Ordering::SeqCst), 1, "it is asked for once");
    // The next fetch asks anew, and so does the next hop.
    assert!(is_refused(fetcher.fetch("http://page.test/").await));
    for url in ["http://page.test/again", "http://page.test/kept"] {
        count.store(0, Ordering::SeqCst);
        assert!(is_refused(fetcher.fetch(url).await), "{url}");
        assert_eq!(count.load(Ordering::SeqCst), 2, "{url}");
    }
    assert_eq!(public.targets(), ["/", "/again", "/kept"]);
    assert!(inside.asked().is_empty());
}

#[tokio::test]
async fn a_redirect_to_a_name_of_the_inside_is_refused() {
    let (public, inside) = both().await;
    let (outer, inner) = (public.address, inside.address);
    let resolve = move |name: &str| Ok(vec![if name == "other.test" { inner } else { outer }]);
    assert!(is_refused(on_stage(resolve, outer, PATIENCE).fetch("http://page.test/other").await));
    assert!(inside.asked().is_empty());
}

#[tokio::test]
async fn of_several_addresses_only_the_public_ones_are_connected_to() {
    let (public, inside) = both().await;
    let (outer, inner) = (public.address, inside.address);
    for answer in [vec![inner, outer], vec![outer, inner], vec![inner, inner, outer, inner]] {
        let page = on_stage(move |_| Ok(answer.clone()), outer, PATIENCE).fetch("http://page.test/").await.unwrap();
        assert_eq!(page.title.as_deref(), Some("public"));
    }
    // Not even when the public one cannot be reached.
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let result = on_stage(move |_| Ok(vec![closed, inner]), closed, PATIENCE).fetch("http://page.test/").await;
    assert!(matches!(result, Err(FetchError::Transport(_))), "{result:?}");
    assert!(is_refused(on_stage(move |_| Ok(vec![inner, inner]), outer, PATIENCE).fetch("http://page.test/").await));
    assert!(inside.asked().is_empty());
}

#[tokio::test]
async fn a_name_without_addresses_is_an_error() {
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
    let result = on_stage(|_| Ok(Vec::new()), nowhere, PATIENCE).fetch("http://page.test/").await;
    assert!(matches!(result, Err(FetchError::Dns(_))), "{result:?}");
    let failing = |_: &str| Err(io::Error::other("no such name"));
    let result = on_stage(failing, nowhere, PATIENCE).fetch("http://page.test/").await;
    assert!(matches!(result, Err(FetchError::Dns(_))), "{result:?}");
}

/// Set where this test runs itself again.
const AGAIN: &str = "PALIMPSEST_TEST_PROXIED";

#[tokio::test]
async fn proxies_of_the_environment_are_ignored() {
    let (server, proxy) = both().await;
    if env::var_os(AGAIN).is_some() {
        assert_eq!(server.fetch("http://page.test/").await.unwrap().title.as_deref(), Some("public"));
        return;
    }
    let mut again = Command::new(env::current_exe().unwrap());
    again.args(["--exact", "resolving::proxies_of_the_environment_are_ignored"]).env(AGAIN, "1");
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        let url = format!("http://{}", proxy.address);
        again.env(name, &url).env(name.to_lowercase(), &url);
    }
    // A CGI program is told a header by HTTP_PROXY, which is why some ignore it then.
    again.env_remove("REQUEST_METHOD").env_remove("NO_PROXY").env_remove("no_proxy");
    let output = tokio::task::spawn_blocking(move || again.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert!(proxy.asked().is_empty());
}
