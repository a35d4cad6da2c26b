//! Servers without a network, the spaces in them, and folders as maps.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use palimpsest_engine::admin::{Command, Reply};
use palimpsest_engine::{About, Access, CountedIds, Engine, ManualClock, Operation};
use palimpsest_model::arbitrary::{objects_of, structures};
use palimpsest_model::{
    BuiltIn, Collection, CollectionId, File, FileHash, Object, ObjectId, SpaceId, State, Structure, StructureId,
    Timestamp, Value, builtin_structures,
};
use palimpsest_store::{Actor, ChangeKind, Files, Found, Intent, List, MemoryFiles, MemoryStore, Snapshot, Tx};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use uuid::Uuid;

pub(crate) const NOON: &str = "2026-11-22T12:00:00.000Z";

/// A server.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) files: Arc<MemoryFiles>,
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::parse(NOON).unwrap()));
        let files = Arc::new(MemoryFiles::default());
        let engine = Engine::new(Arc::new(MemoryStore::new()), clock, Arc::new(CountedIds::default()));
        Self { engine: engine.keeping(Arc::clone(&files) as _), files }
    }

    /// Makes a space.
    pub(crate) async fn space(&self, title: &str) -> SpaceId {
        let told = self.engine.administer(Command::SpaceCreate { title: title.to_owned() }).await.unwrap();
        let Reply::Space(space) = told else { panic!("{told:?}") };
        space.id
    }

    /// Does something in a space, without looking whether it could be written.
    pub(crate) async fn put(&self, space: SpaceId, mut put: impl FnMut(&mut Tx<'_>) + Send + 'static) {
        let intent = Intent { space, actor: Actor::operator(), at: self.engine.now(), begins: None };
        let done = self.engine.store().commit(intent, move |tx| {
            put(tx);
            Ok::<_, ()>(())
        });
        done.await.unwrap().value.unwrap();
    }

    /// Does something as a client.
    pub(crate) async fn execute(&self, space: SpaceId, operation: Operation) -> Option<ObjectId> {
        let written = self.engine.execute(&Access::operator(space), operation.into()).await.unwrap();
        match written.left {
            Some((About::Object(id), _)) => Some(id),
            _ => None,
        }
    }

    /// Keeps bytes and answers the file that they are.
    pub(crate) async fn file(&self, name: &str, bytes: &[u8]) -> File {
        let once = stream::iter([Ok(bytes::Bytes::copy_from_slice(bytes))]).boxed();
        let kept = self.files.put(once, u64::MAX, self.engine.now()).await.unwrap();
        File { hash: kept.hash, size: kept.size, name: name.to_owned(), file_type: "image/png".to_owned() }
    }

    /// The objects of a list.
    pub(crate) async fn list(&self, space: SpaceId, list: List) -> Vec<Found> {
        let look = move |snapshot: &mut Snapshot<'_>| {
            let revision = snapshot.row().revision;
            snapshot.list_at(list, revision, None, usize::MAX).unwrap()
        };
        self.engine.store().read(space, look).await.unwrap().value
    }

    /// Everything that can be seen or lies in the trash.
    pub(crate) async fn everything(&self, space: SpaceId) -> BTreeMap<ObjectId, (Object, State)> {
        let mut all = self.list(space, List::All).await;
        all.extend(self.list(space, List::Trash).await);
        all.into_iter().map(|found| (found.object.id, ((*found.object).clone(), found.state))).collect()
    }

    pub(crate) async fn bytes(&self, hash: FileHash) -> Option<Vec<u8>> {
        let mut stream = self.files.open(hash, 0..u64::MAX).await.ok()?;
        let mut all = Vec::new();
        while let Some(next) = stream.next().await {
            all.extend_from_slice(&next.unwrap());
        }
        Some(all)
    }

    /// What a space stands at.
    pub(crate) async fn revision(&self, space: SpaceId) -> u64 {
        self.engine.store().read(space, |snapshot| snapshot.row().revision.0).await.unwrap().value
    }
}

/// The names of files, and their bytes.
type NamedBytes = Vec<(String, Vec<u8>)>;

/// The contents of a space before it is one.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) structures: Vec<Structure>,
    pub(crate) collections: Vec<Collection>,
    pub(crate) objects: Vec<(Object, State)>,
    /// Of each its number, whether it lies in the trash, and its files.
    pub(crate) media: Vec<(u16, State, NamedBytes)>,
    pub(crate) days: Vec<u8>,
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0xabcd_0000_0000_4000_8000_0000_0000_0000 + number)
}

/// Spaces with objects of every kind.
pub(crate) fn plans() -> impl Strategy<Value = Plan> {
    let structures = structures();
    let tag = builtin_structures().into_iter().find(|it| it.id == StructureId::BuiltIn(BuiltIn::RootTag)).unwrap();
    let kinds: Vec<_> = structures.iter().chain([&tag]).map(objects_of).collect();
    let object = (proptest::strategy::Union::new(kinds), any::<[bool; 4]>(), 0_usize..8);
    // Often the same bytes.
    let bytes = prop_oneof![vec(0_u8..2, 0..2), vec(any::<u8>(), 0..40)];
    let file = ("[a-z]{0,3}(\\.png|\\.PNG|/\\.\\.|)", bytes);
    let state = prop_oneof![3 => Just(State::Live), 1 => Just(State::Trashed)];
    // Not in the order of their ids.
    let media = btree_map(any::<u16>(), (state, vec(file, 1..3)), 0..4)
        .prop_map(|media| media.into_iter().map(|(number, (state, files))| (number, state, files)).collect::<Vec<_>>())
        .prop_shuffle();
    (vec(object, 0..8), media, vec(0_u8..4, 0..3)).prop_map(move |(objects, media, days)| {
        let custom = structures.last().unwrap();
        let collections: Vec<_> = structures
            .iter()
            .chain([custom])
            .enumerate()
            .map(|(at, structure)| Collection {
                id: CollectionId(id(at as u128)),
                structure: structure.id,
                title: "Shelf/".repeat(at + 1),
            })
            .collect();
        let ids: Vec<_> = objects.iter().map(|(object, ..)| object.id).collect();
        let objects = objects.into_iter().map(|(mut object, [collected, trashed, tagged, titled], other)| {
            let fitting = collections.iter().filter(|it| it.structure == object.structure).map(|it| it.id);
            object.collections = fitting.filter(|_| collected).collect();
            if titled {
                let title = ["A", "a", "con", "x/y: *", ".", "A", "Ä", "a (2)"][other];
                object.properties.insert("title".into(), Value::Title(Some(title.to_owned())));
            }
            if tagged && object.properties.contains_key("tags") {
                object.properties.insert("tags".into(), Value::Entity(Vec::new()));
            } else if let Some(related) = object.properties.values_mut().find(|it| it.kind() == "entity") {
                *related = Value::Entity(ids.get(other).copied().into_iter().collect());
            }
            let tags = object.properties.get("tags");
            if matches!(tags, Some(Value::Entity(ids)) if !ids.is_empty()) {
                object.properties.remove("tags");
            }
            (object, if trashed { State::Trashed } else { State::Live })
        });
        let objects = objects.collect();
        Plan { structures: vec![custom.clone()], collections, objects, media, days }
    })
}

/// Makes a space of a plan.
pub(crate) async fn made(world: &World, plan: &Plan) -> SpaceId {
    let space = world.space("Random").await;
    let Plan { structures, collections, objects, .. } = plan.clone();
    world
        .put(space, move |tx| {
            structures.iter().cloned().for_each(|it| tx.put_structure(it));
            collections.iter().cloned().for_each(|it| tx.put_collection(it));
            for (object, state) in &objects {
                tx.put(object.clone(), *state, ChangeKind::Created).unwrap();
            }
        })
        .await;
    for (number, state, kept) in &plan.media {
        let mut files = Vec::new();
        for (name, bytes) in kept {
            files.push(world.file(name, bytes).await);
        }
        let (object, state) = (image(u128::from(*number), "An image", files), *state);
        world.put(space, move |tx| tx.put(object.clone(), state, ChangeKind::Created).unwrap()).await;
    }
    for day in &plan.days {
        let date = Timestamp::parse(&format!("2026-11-{:02}", 10 + day));
        let content = palimpsest_engine::Appended::Markdown(format!("See [[date/2026-12-0{}]]", 1 + day));
        let append = palimpsest_engine::AppendDaily { date, timed: false, content };
        world.execute(space, Operation::AppendDaily(append)).await;
    }
    space
}

/// An image.
pub(crate) fn image(number: u128, title: &str, files: Vec<File>) -> Object {
    let size = files.iter().map(|file| i64::try_from(file.size).unwrap()).sum::<i64>();
    Object {
        id: ObjectId(id(1_000 + number)),
        structure: StructureId::BuiltIn(BuiltIn::MediaImage),
        collections: Vec::new(),
        properties: [
            ("title".into(), Value::Title(Some(title.to_owned()))),
            ("media_fileSize".into(), Value::Number(Some(size.into()))),
            ("createdAt".into(), Value::CreatedAt(Timestamp(7))),
        ]
        .into(),
        blocks: [].into(),
        files,
    }
}

/// What lies in a folder, by path.
pub(crate) fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Runs to the end.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
