//! What the commands print: tables for people, JSON for machines, secrets alone on the last line.

use std::io::Write;
use std::net::SocketAddr;

use palimpsest_engine::admin::Reply;
use palimpsest_store::SpaceRow;
use palimpsest_transfer::export::{Exported, Lost};
use serde_json::json;

use crate::backup::{BackedUp, Moved, folder_of};
use crate::restore::Restored;
use crate::verify::Checked;

/// Tells where the server is, and on an empty folder the first token, before the first request is answered.
pub(crate) fn serving(address: SocketAddr, token: Option<&str>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "address http://{address}")?;
    if let Some(token) = token {
        writeln!(out, "token {token}")?;
    }
    out.flush()
}

/// Tells what went wrong.
pub(crate) fn error(error: &anyhow::Error) {
    // There is nobody left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "palimpsest: {}", told(error));
}

/// What went wrong and why, outermost first. Some errors tell of their cause themselves: then it is not told again.
fn told(error: &anyhow::Error) -> String {
    let mut messages: Vec<String> = Vec::new();
    for message in error.chain().map(ToString::to_string) {
        if !messages.last().is_some_and(|last| last.ends_with(&message) || message.ends_with(last.as_str())) {
            messages.push(message);
        }
    }
    messages.join(": ")
}

/// Prints the description of the API.
pub(crate) fn openapi() -> anyhow::Result<()> {
    Ok(std::io::stdout().lock().write_all(&palimpsest_server::openapi())?)
}

/// Tells of a backup that was made.
pub(crate) fn backed_up(backed_up: &BackedUp, json: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        return writeln!(out, "{}", serde_json::to_string(backed_up)?);
    }
    let BackedUp { file, bytes, moved, bucket } = backed_up;
    writeln!(out, "{}  {bytes} bytes", file.display())?;
    match bucket {
        Some(bucket) => writeln!(out, "the bytes of {} files stay in {bucket}", moved.files),
        None => self::moved(&mut out, &folder_of(file).display().to_string(), moved),
    }
}

/// Tells of files and where they are now, if there are any.
fn moved(out: &mut impl Write, place: &str, moved: &Moved) -> std::io::Result<()> {
    let Moved { files, file_bytes, copied, copied_bytes, lost } = moved;
    if *files > 0 {
        writeln!(out, "{place}  {files} files, {file_bytes} bytes; {copied} copied, {copied_bytes} bytes")?;
    }
    lost.iter().try_for_each(|lost| writeln!(out, "missing: {}: {}", lost.hash, lost.why))
}

/// Tells of what was exported.
pub(crate) fn exported(exported: &Exported, json: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        return writeln!(out, "{}", serde_json::to_string(exported)?);
    }
    let Exported { space, revision, objects, trashed, left_out, files, bytes, lost } = exported;
    writeln!(out, "space {space} at revision {revision}")?;
    writeln!(out, "{objects} objects, {trashed} in the trash, {files} files of media; {bytes} bytes")?;
    if *left_out > 0 {
        writeln!(out, "left out: {left_out} objects in the trash whose type was deleted")?;
    }
    lost.iter().try_for_each(|Lost { hash, object, path, message }| {
        writeln!(out, "lost: {path}, file {hash} of object {object}: {message}")
    })
}

/// Tells what a search for damage looked at and found.
pub(crate) fn verified(checked: &Checked, json: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        return writeln!(out, "{}", serde_json::to_string(checked)?);
    }
    let Checked { spaces, entries, documents, versions, files, other_files, findings, .. } = checked;
    writeln!(out, "{spaces} spaces, {entries} log entries, {documents} documents in {versions} versions")?;
    writeln!(out, "{files} files that objects have or had, {other_files} others")?;
    findings.iter().try_for_each(|finding| writeln!(out, "wrong: {finding}"))
}

/// Tells of the spaces that were restored, each with its new log, and of their files.
pub(crate) fn restored(restored: &Restored, json: bool) -> anyhow::Result<()> {
    let Restored { spaces, moved } = restored;
    let mut out = std::io::stdout().lock();
    if json {
        let space = |space: &SpaceRow| {
            let (id, log) = (space.id.to_string(), space.log.to_string());
            json!({ "id": id, "revision": space.revision.0, "log": log })
        };
        let mut told = serde_json::to_value(moved)?;
        told["spaces"] = spaces.iter().map(space).collect();
        writeln!(out, "{told}")?;
        return Ok(());
    }
    let rows = spaces.iter().map(|space| [space.id.to_string(), space.revision.to_string(), space.log.to_string()]);
    table(&mut out, ["ID", "REVISION", "LOG"], rows)?;
    Ok(self::moved(&mut out, "files", moved)?)
}

/// Prints the reply to a command.
pub(crate) fn reply(reply: &Reply, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", inner(reply)?)?;
        return Ok(());
    }
    match reply {
        Reply::Space(space) => writeln!(out, "{}  {}", space.id, space.title)?,
        Reply::Spaces(spaces) => {
            let rows = spaces.iter().map(|space| {
                let (id, revision, concurrency) = (space.id.to_string(), space.revision.to_string(), space.concurrency);
                [id, space.title.clone(), space.timezone.clone(), concurrency.as_str().to_owned(), revision]
            });
            table(&mut out, ["ID", "TITLE", "TIMEZONE", "CONCURRENCY", "REVISION"], rows)?;
        }
        Reply::TokenMade(made) => writeln!(out, "id {}\n{}", made.id, made.token)?,
        Reply::Token(token) => writeln!(out, "{}  {}", token.id, token.name)?,
        Reply::Tokens(tokens) => {
            let rows = tokens.iter().map(|token| {
                let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.as_str()).collect();
                let state = state(token.revoked_at.as_deref(), token.expires_at.as_deref());
                let spaces: Vec<_> = token.spaces.iter().map(ToString::to_string).collect();
                let concurrency = token.concurrency.as_str().to_owned();
                [token.id.to_string(), token.name.clone(), spaces.join(" "), scopes.join(" "), concurrency, state]
            });
            table(&mut out, ["ID", "NAME", "SPACES", "SCOPES", "CONCURRENCY", "STATE"], rows)?;
        }
        Reply::AdminToken(token) => writeln!(out, "{}  {}", token.id, token.name)?,
        Reply::AdminTokens(tokens) => {
            let rows = tokens.iter().map(|token| {
                let state = state(token.revoked_at.as_deref(), token.expires_at.as_deref());
                [token.id.to_string(), token.name.clone(), state]
            });
            table(&mut out, ["ID", "NAME", "STATE"], rows)?;
        }
        Reply::Structure(structure) => writeln!(out, "{}  {}", structure.id, structure.title)?,
        Reply::Structures(structures) => {
            let rows = structures.iter().map(|structure| [structure.id.to_string(), structure.title.clone()]);
            table(&mut out, ["ID", "TITLE"], rows)?;
        }
        Reply::Erased(erased) => writeln!(out, "{}  erased", erased.id)?,
        Reply::Collection(collection) => writeln!(out, "{}  {}", collection.id, collection.title)?,
        Reply::Collections(collections) => {
            let rows = collections.iter().map(|collection| {
                [collection.id.to_string(), collection.title.clone(), collection.structure.to_string()]
            });
            table(&mut out, ["ID", "TITLE", "STRUCTURE"], rows)?;
        }
    }
    Ok(())
}

/// How a token stands.
fn state(revoked_at: Option<&str>, expires_at: Option<&str>) -> String {
    match (revoked_at, expires_at) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(at)) => format!("until {at}"),
        (None, None) => "in force".to_owned(),
    }
}

/// The reply without the word that tells which it is.
fn inner(reply: &Reply) -> serde_json::Result<serde_json::Value> {
    Ok(serde_json::to_value(reply)?["value"].take())
}

fn table<const N: usize>(
    out: &mut impl Write,
    head: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> std::io::Result<()> {
    let rows: Vec<_> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    for row in &rows {
        let cells: Vec<_> = (0..N).map(|column| format!("{:width$}", row[column], width = width(column))).collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    /// It tells of its cause itself.
    #[derive(Debug)]
    struct Telling(std::io::Error);

    impl std::fmt::Display for Telling {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.fmt(f)
        }
    }

    impl std::error::Error for Telling {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn a_cause_is_told_once() {
        let lost = || std::io::Error::other("nobody is there");
        let error = anyhow::Error::new(Telling(lost())).context("notes/a");
        assert_eq!(told(&error), "notes/a: nobody is there");
        let error = Err::<(), _>(lost()).context("notes/a: nobody is there").unwrap_err();
        assert_eq!(told(&error), "notes/a: nobody is there");
        let error = Err::<(), _>(std::io::Error::other("io: nobody is there")).context("nobody is there").unwrap_err();
        assert_eq!(told(&error), "nobody is there");
    }
}
