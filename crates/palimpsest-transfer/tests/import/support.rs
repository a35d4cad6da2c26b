//! A space to import into, and sources that are written for a test.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use palimpsest_engine::admin::{Command, Reply};
use palimpsest_engine::{CountedIds, Engine, ManualClock};
use palimpsest_model::{
    Block, Content, LinkTarget, Object, ObjectId, Schema, SpaceId, State, StructureId, Timestamp, Token,
};
use palimpsest_store::{List, MemoryFiles, MemoryStore, Snapshot};
use palimpsest_transfer::import::{Import, ImportError, Imported, Limits, Report, import};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A space, and the engine that has it.
pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) space: SpaceId,
    runtime: tokio::runtime::Runtime,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(|engine| engine.keeping(Arc::new(MemoryFiles::default())))
    }

    pub(crate) fn with(change: impl FnOnce(Engine) -> Engine) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::parse("2026-11-22T12:00:00Z").unwrap()));
        let engine = Engine::new(Arc::new(MemoryStore::new()), clock, Arc::new(CountedIds::default()));
        let engine = change(engine);
        let made = runtime.block_on(engine.administer(Command::SpaceCreate { title: "Test".to_owned() })).unwrap();
        let Reply::Space(space) = made else { panic!("{made:?}") };
        Self { engine, space: space.id, runtime }
    }

    pub(crate) fn try_import(&self, path: &Path, dry_run: bool, limits: Limits) -> Result<Report, ImportError> {
        let wanted = Import { path: path.to_path_buf(), space: None, dry_run, limits };
        match self.runtime.block_on(import(&self.engine, wanted, Arc::new(|_| {})))? {
            Imported::Files(report) => Ok(report),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn import(&self, path: &Path) -> Report {
        self.try_import(path, false, Limits::default()).unwrap()
    }

    pub(crate) fn administer(&self, command: Command) -> Reply {
        self.runtime.block_on(self.engine.administer(command)).unwrap()
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    fn read<T: Send + 'static>(&self, look: impl FnMut(&mut Snapshot<'_>) -> T + Send + 'static) -> T {
        self.runtime.block_on(self.engine.store().read(self.space, look)).unwrap().value
    }

    pub(crate) fn schema(&self) -> Arc<Schema> {
        self.read(|snapshot| Arc::clone(snapshot.schema()))
    }

    pub(crate) fn revision(&self) -> u64 {
        self.read(|snapshot| snapshot.row().revision.0)
    }

    /// All objects that can be seen.
    pub(crate) fn objects(&self) -> Vec<Arc<Object>> {
        self.read(|snapshot| {
            let revision = snapshot.row().revision;
            let found = snapshot.list_at(List::All, revision, None, 100_000).unwrap();
            found.into_iter().filter(|found| found.state == State::Live).map(|found| found.object).collect()
        })
    }

    /// The object of a title; there must be just one.
    pub(crate) fn object(&self, title: &str) -> Arc<Object> {
        let called: Vec<_> = self.objects().into_iter().filter(|object| object.title() == title).collect();
        match called.as_slice() {
            [one] => Arc::clone(one),
            _ => panic!("{} objects are called {title:?}", called.len()),
        }
    }

    /// What an object says in a few words: its blocks line by line, links as `<title of the target>`.
    pub(crate) fn text(&self, object: &Object) -> String {
        let mut lines = Vec::new();
        object.walk(&mut |block| lines.push(self.line(block)));
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }

    fn line(&self, block: &Block) -> String {
        match &block.content {
            Content::Text(text) => text.tokens.iter().map(|token| self.token(token)).collect(),
            Content::Entity { target: Some(id), .. } => format!("embed <{}>", self.title(*id)),
            Content::Code { text, .. } => format!("code {text}"),
            Content::Line => "---".to_owned(),
            other => format!("{other:?}"),
        }
    }

    fn token(&self, token: &Token) -> String {
        match token {
            Token::Link { text, target: Some(LinkTarget::Entity(id)) } if *text == self.title(*id) => {
                format!("<{text}>")
            }
            Token::Link { text, target: Some(LinkTarget::Entity(id)) } => format!("<{text}|{}>", self.title(*id)),
            Token::Link { text, target: Some(LinkTarget::Url(url)) } => format!("({text}|{url})"),
            other => other.text().to_owned(),
        }
    }

    pub(crate) fn title(&self, id: ObjectId) -> String {
        self.read(move |snapshot| snapshot.object(id).unwrap().map(|found| found.object.title().to_owned()))
            .unwrap_or_default()
    }

    /// The value of a property, by its name, in a few words.
    pub(crate) fn value(&self, object: &Object, name: &str) -> String {
        use palimpsest_model::Value;
        let schema = self.schema();
        let structure = &schema.structure(object.structure).unwrap().value;
        let property = structure.properties.iter().find(|property| property.name == name).unwrap();
        match object.properties.get(&property.id) {
            None => String::new(),
            Some(Value::Label(ids)) => {
                let name = |id: &palimpsest_model::LabelId| {
                    &property.options().iter().find(|option| option.id == *id).unwrap().name
                };
                let names: Vec<_> = ids.iter().map(|id| name(id).as_str()).collect();
                format!("label {}", names.join(", "))
            }
            Some(Value::Entity(ids)) => {
                let titles: Vec<_> = ids.iter().map(|id| self.title(*id)).collect();
                format!("entity {}", titles.join(", "))
            }
            Some(Value::Text(Some(text))) => format!("text {text}"),
            Some(Value::Url(Some(text))) => format!("url {text}"),
            Some(Value::Number(Some(number))) => format!("number {number}"),
            Some(Value::Boolean(Some(flag))) => format!("boolean {flag}"),
            Some(Value::Date(date)) => format!("date {}", date.start.unwrap().to_string().get(..10).unwrap()),
            Some(Value::Aliases(aliases)) => format!("aliases {}", aliases.join(", ")),
            Some(Value::CreatedAt(time)) => format!("createdAt {time}"),
            Some(Value::RichText(tokens)) => {
                format!("richText {}", tokens.iter().map(|token| self.token(token)).collect::<String>())
            }
            Some(other) => format!("{other:?}"),
        }
    }

    pub(crate) fn structure(&self, object: &Object) -> StructureId {
        object.structure
    }
}

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    root
}

/// An archive with these files.
pub(crate) fn archive(files: &[(&str, &[u8])]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let mut zip = ZipWriter::new(std::fs::File::create(root.path().join("a.zip")).unwrap());
    for (path, bytes) in files {
        zip.start_file(*path, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    root
}
