//! `palimpsest verify`: everything that is stored, and the bytes of all files, looked through for damage.

use anyhow::{Context, bail};
use futures_util::StreamExt;
use palimpsest_engine::Engine;
use palimpsest_model::FileHash;
use palimpsest_store::{Files, Store, Verified};
use palimpsest_store_sqlite::SqliteStore;
use serde::{Deserialize, Serialize};

use crate::control::{Asked, Told};
use crate::run::Opened;
use crate::settings::Settings;
use crate::{control, print, run};

/// So many names of files are listed at a time.
const AT_ONCE: usize = 1_000;

/// What was looked at and what was found.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Checked {
    pub(crate) spaces: usize,
    pub(crate) entries: usize,
    pub(crate) documents: usize,
    pub(crate) versions: usize,
    /// Files that objects name, now or in a version that can be read.
    pub(crate) files: usize,
    /// Files that none names: of uploads, or to be removed.
    pub(crate) other_files: usize,
    pub(crate) findings: Vec<String>,
    pub(crate) more_findings: usize,
}

/// Looks through a folder, or what its server holds, and prints what is wrong. It fails when anything is.
pub(crate) fn run(settings: &Settings, json: bool) -> anyhow::Result<()> {
    let checked = match control::send(&settings.data, &Asked::Verify)? {
        Some(Told::Verified(checked)) => *checked,
        Some(_) => bail!("the running server is of another version"),
        None => {
            if !SqliteStore::exists(&settings.data) {
                bail!("there is no store in {}", settings.data.display());
            }
            let opened = run::open(settings)?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let checked = runtime.block_on(carry_out(&opened));
            opened.store.close();
            checked?
        }
    };
    print::verified(&checked, json)?;
    match checked.findings.len() + checked.more_findings {
        0 => Ok(()),
        1 => bail!("something is wrong"),
        number => bail!("{number} things are wrong"),
    }
}

/// Looks through everything.
pub(crate) async fn carry_out(opened: &Opened) -> anyhow::Result<Checked> {
    let store = std::sync::Arc::clone(&opened.store);
    let mut verified = tokio::task::spawn_blocking(move || store.verify()).await.context("a panic")??;
    let other_files = check_files(&opened.engine, &mut verified).await?;
    Ok(Checked {
        spaces: verified.spaces,
        entries: verified.entries,
        documents: verified.docs,
        versions: verified.versions,
        files: verified.files.len(),
        other_files,
        findings: verified.findings,
        more_findings: verified.more,
    })
}

/// Reads every file that an object names or named; how many others there are.
async fn check_files(engine: &Engine, verified: &mut Verified) -> anyhow::Result<usize> {
    let refused = |error: palimpsest_engine::Error| anyhow::anyhow!("{}", error.message);
    let files = &**engine.files().map_err(refused)?;
    let named = std::mem::take(&mut verified.files);
    for (hash, (size, space, object)) in &named {
        if let Err(what) = read(files, *hash, *size).await {
            // What was there when the store was looked through may rightly be gone by now.
            let (store, hashes) = (engine.store(), [*hash]);
            let still = store.administer(move |registry| registry.named_files(&hashes)).await??;
            if still.is_empty() {
                continue;
            }
            verified.find(format!("space {space}: object {object} has or had the file {hash}: {what}"));
        }
    }
    let (mut after, mut others) = (None, 0);
    loop {
        let page = files.list(after, AT_ONCE).await?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        others += page.iter().filter(|hash| !named.contains_key(hash)).count();
    }
    verified.files = named;
    Ok(others)
}

async fn read(files: &dyn Files, hash: FileHash, size: u64) -> Result<(), String> {
    let mut bytes = files.open(hash, 0..u64::MAX).await.map_err(|error| error.to_string())?;
    let mut read = 0;
    while let Some(next) = bytes.next().await {
        read += next.map_err(|error| error.to_string())?.len() as u64;
    }
    if read == size { Ok(()) } else { Err(format!("it has {read} bytes, not {size}")) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use palimpsest_engine::admin::{Command, Reply};
    use palimpsest_model::{BuiltIn, File, Object, ObjectId, State, StructureId};
    use palimpsest_store::{Actor, ChangeKind, Intent, MemoryFiles, MemoryStore};

    use super::*;
    use crate::world::{SystemClock, SystemIds};

    #[tokio::test]
    async fn bytes_that_went_with_their_object_are_not_missing() {
        let engine = Engine::new(Arc::new(MemoryStore::new()), Arc::new(SystemClock), Arc::new(SystemIds));
        let engine = engine.keeping(Arc::new(MemoryFiles::default()));
        let made = engine.administer(Command::SpaceCreate { title: "Mine".to_owned() }).await.unwrap();
        let Reply::Space(space) = made else { panic!("no space") };
        let (named, gone) = (FileHash([1; 32]), FileHash([2; 32]));
        let id: ObjectId = serde_json::from_value("01234567-89ab-4def-8123-456789000000".into()).unwrap();
        let file = File { hash: named, size: 3, name: "a.png".to_owned(), file_type: "image/png".to_owned() };
        let object = Object {
            id,
            structure: StructureId::BuiltIn(BuiltIn::MediaImage),
            collections: Vec::new(),
            properties: [].into(),
            blocks: [].into(),
            files: vec![file],
        };
        let intent = Intent { space: space.id, actor: Actor::operator(), at: engine.now(), begins: None };
        let put = move |tx: &mut palimpsest_store::Tx<'_>| {
            tx.put(object.clone(), State::Live, ChangeKind::Created).map(|_| ())
        };
        engine.store().commit(intent, put).await.unwrap().value.unwrap();
        let files = [named, gone].map(|hash| (hash, (3, space.id, id))).into();
        let mut verified = Verified { files, ..Verified::default() };
        check_files(&engine, &mut verified).await.unwrap();
        assert_eq!(verified.findings.len(), 1, "{:?}", verified.findings);
        assert!(verified.findings[0].contains(&named.to_string()));
    }
}
