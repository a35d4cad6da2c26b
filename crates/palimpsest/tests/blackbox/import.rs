//! Imports from the command line, beside a server and without one.

use std::path::Path;

use serde_json::Value;

use crate::cli;
use crate::server::Server;

fn vault() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("sub")).unwrap();
    std::fs::write(root.path().join("One.md"), "---\nrating: 5\n---\n[[Two]] #tag").unwrap();
    std::fs::write(root.path().join("sub/Two.md"), "[back](../One.md)\n\n![](pic.png)").unwrap();
    std::fs::write(root.path().join("sub/pic.png"), "a picture").unwrap();
    std::fs::write(root.path().join("bad.md"), b"\xff").unwrap();
    root
}

fn import(data: &Path, vault: &Path, more: &[&str]) -> Value {
    let mut arguments = vec!["import", vault.to_str().unwrap(), "--json"];
    arguments.extend(more);
    serde_json::from_str(&cli::must(data, &arguments)).unwrap()
}

#[test]
fn a_vault_is_imported_with_a_server_and_without() {
    let (data, vault) = (tempfile::tempdir().unwrap(), vault());
    cli::must(data.path(), &["space", "create", "Notes"]);
    let dry = import(data.path(), vault.path(), &["--dry-run"]);
    assert_eq!((&dry["dryRun"], &dry["notes"]["made"], &dry["revision"]), (&true.into(), &2.into(), &dry["before"]));
    let made = import(data.path(), vault.path(), &["--space", "Notes"]);
    assert_eq!((&made["notes"]["made"], &made["notes"]["refused"]), (&2.into(), &1.into()));
    assert_eq!(made["media"]["made"], 1);
    let (mut server, token) = Server::start_first(data.path());
    let page = server.client(&token).get("/objects?limit=10").json();
    let titles: Vec<_> = page["results"].as_array().unwrap().iter().map(|row| row["title"].clone()).collect();
    assert!(titles.contains(&"One".into()) && titles.contains(&"Two".into()), "{page}");
    let again = import(data.path(), vault.path(), &[]);
    assert_eq!((&again["notes"]["there"], &again["revision"]), (&2.into(), &made["revision"]));
    std::fs::write(vault.path().join("Three.md"), "[[One]]").unwrap();
    std::fs::write(vault.path().join("another.pdf"), "a document").unwrap();
    let more = import(data.path(), vault.path(), &[]);
    assert_eq!((&more["notes"]["made"], &more["links"]), (&1.into(), &4.into()));
    assert_eq!((&more["media"]["made"], &more["media"]["there"]), (&1.into(), &1.into()));
    server.terminate();
    assert!(server.ended(std::time::Duration::from_secs(30)).success());
}

#[test]
fn people_are_told_and_only_a_failure_fails() {
    let (data, vault) = (tempfile::tempdir().unwrap(), vault());
    cli::must(data.path(), &["space", "create", "Notes"]);
    let output = cli::run(data.path(), &["import", vault.path().to_str().unwrap()]);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success() && out.contains("notes: 2 made"), "{out}");
    assert!(err.contains("problems: 1") && err.contains("bad.md: not a text in UTF-8"), "{err}");
    for path in ["nowhere".into(), data.path().join("lock")] {
        let output = cli::run(data.path(), &["import", path.to_str().unwrap()]);
        assert!(!output.status.success() && output.stdout.is_empty(), "{}", path.display());
    }
    let empty = tempfile::tempdir().unwrap();
    let output = cli::run(data.path(), &["import", empty.path().to_str().unwrap()]);
    assert!(!output.status.success());
}
