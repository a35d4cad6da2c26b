//! Whole writes through the engine, one after another: what surrounds HTTP is left out, the fsync of SQLite is not.

use std::collections::BTreeMap;
use std::sync::Arc;

use divan::Bencher;
use palimpsest_engine::{
    Access, AppendBlocks, Appended, CountedIds, Engine, ManualClock, Operation, Place, UpdateBlock, UpdateObject,
};
use palimpsest_model::{
    BlockDraft, Content, LogId, ObjectId, Position, Space, State, TextContent, Timestamp, Token, Value,
    builtin_structures,
};
use palimpsest_store::{Actor, ChangeKind, Intent, MemoryStore, Store, StoreError, Tx};
use palimpsest_store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::samples::{SPACE, middle, page};
use crate::{BLOCKS, GROWING};

/// A space with one page.
struct Lab {
    engine: Engine,
    runtime: Runtime,
    page: ObjectId,
    blocks: usize,
    count: u64,
    folder: Option<TempDir>,
}

impl Lab {
    fn in_memory(blocks: usize) -> Self {
        Self::over(Arc::new(MemoryStore::new()), blocks, None)
    }

    fn on_disk(blocks: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path(), &Options::default()).unwrap();
        Self::over(Arc::new(store), blocks, Some(folder))
    }

    fn over(store: Arc<dyn Store>, blocks: usize, folder: Option<TempDir>) -> Self {
        let runtime = Builder::new_current_thread().build().unwrap();
        let (object, at) = (page(blocks), Timestamp(0));
        let id = object.id;
        let intent = Intent { space: SPACE, actor: Actor::operator(), at, begins: Some(LogId(1)) };
        let begin = move |tx: &mut Tx<'_>| {
            tx.put_space(Space { id: SPACE, title: "bench".to_owned(), icon: None, timezone: None });
            builtin_structures().into_iter().for_each(|structure| tx.put_structure(structure));
            tx.put(object.clone(), State::Live, ChangeKind::Created)
        };
        runtime.block_on(store.commit::<_, StoreError, _>(intent, begin)).unwrap().value.unwrap();
        let engine = Engine::new(store, Arc::new(ManualClock::at(at)), Arc::new(CountedIds::default()));
        Self { engine, runtime, page: id, blocks, count: 0, folder }
    }

    fn run(&mut self, make: fn(&Self) -> Operation) {
        self.count += 1;
        let operation = make(self);
        let access = Access::operator(SPACE);
        self.runtime.block_on(self.engine.execute(&access, operation.into())).unwrap();
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.engine.store().close();
        self.folder.take();
    }
}

fn patch(lab: &Lab) -> Operation {
    let value = Value::Text(Some(format!("A text that is another one each time: {}", lab.count)));
    Operation::UpdateObject(UpdateObject {
        id: lab.page,
        properties: vec![("description".into(), value)],
        collections: None,
        blocks: BTreeMap::new(),
        trashed: None,
    })
}

fn draft(lab: &Lab) -> BlockDraft {
    let tokens = vec![Token::plain(format!("A text that is another one each time: {}", lab.count))];
    BlockDraft::new(Content::Text(TextContent { tokens, ..TextContent::default() }), Vec::<Vec<_>>::new())
}

fn append(lab: &Lab) -> Operation {
    let place = Place { section: None, parent: None, position: Position::End };
    Operation::AppendBlocks(AppendBlocks { id: lab.page, place, content: Appended::Blocks(vec![draft(lab)]) })
}

fn update(lab: &Lab) -> Operation {
    let (block, draft) = (middle(lab.blocks), draft(lab));
    Operation::UpdateBlock(UpdateBlock { id: lab.page, section: None, block, draft })
}

fn bench(bencher: Bencher<'_, '_>, mut lab: Lab, make: fn(&Lab) -> Operation) {
    bencher.bench_local(|| lab.run(make));
}

#[divan::bench_group(sample_size = 4)]
mod in_memory {
    use super::*;

    #[divan::bench(args = BLOCKS)]
    fn patch(bencher: Bencher<'_, '_>, blocks: usize) {
        bench(bencher, Lab::in_memory(blocks), super::patch);
    }

    #[divan::bench(args = GROWING, max_time = 1)]
    fn append(bencher: Bencher<'_, '_>, blocks: usize) {
        bench(bencher, Lab::in_memory(blocks), super::append);
    }

    #[divan::bench(args = BLOCKS)]
    fn update(bencher: Bencher<'_, '_>, blocks: usize) {
        bench(bencher, Lab::in_memory(blocks), super::update);
    }
}

#[divan::bench_group(sample_size = 4, sample_count = 40)]
mod on_disk {
    use super::*;

    #[divan::bench(args = BLOCKS)]
    fn patch(bencher: Bencher<'_, '_>, blocks: usize) {
        bench(bencher, Lab::on_disk(blocks), super::patch);
    }

    #[divan::bench(args = GROWING)]
    fn append(bencher: Bencher<'_, '_>, blocks: usize) {
        bench(bencher, Lab::on_disk(blocks), super::append);
    }

    #[divan::bench(args = BLOCKS)]
    fn update(bencher: Bencher<'_, '_>, blocks: usize) {
        bench(bencher, Lab::on_disk(blocks), super::update);
    }
}
