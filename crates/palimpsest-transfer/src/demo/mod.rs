//! The demo: a space without objects is filled with a small linked example, in one transaction, so that all of it is there or
//! nothing. It is made by the operations that everybody has, and is made once: whoever throws it away does not get it back.

mod content;
mod shape;

use content::{IMAGE, Kind, NOTES, TODAY, WELCOME};
use futures_util::{StreamExt, stream};
use palimpsest_engine::admin::{Command, Reply};
use palimpsest_engine::{
    Access, AppendDaily, Appended, Condition, CreateFromUrl, CreateMedia, CreateObject, Engine, Error, FilesError,
    Ignored, List, Notes, Operation, Step, Transaction, UpdateFromMarkdown,
};
use palimpsest_model::{BuiltIn, File, ObjectId, SpaceId, StructureId, Timestamp, Value};
use palimpsest_store::{Snapshot, StoreError};
use uuid::Uuid;

use crate::import::type_of;

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Filled {
    /// It was made in this space.
    Made(SpaceId),
    /// It had been made before, and was left as it is.
    Present,
}

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Somebody works here.
    #[error("there are objects in this folder already: the demo is for a folder without any")]
    Occupied,
    /// Nothing can be filled.
    #[error("there is no space for the demo")]
    NoSpace,
    /// Its image could not be kept.
    #[error("the image of the demo could not be kept: {0}")]
    Files(#[from] FilesError),
    /// The engine refused.
    #[error("{}", .0.message)]
    Refused(#[from] Error),
}

/// Fills the first space, unless a space has the demo or had it. No space may have any object. The engine should have no look at
/// pages yet: the weblink is made without one.
pub async fn fill(engine: &Engine) -> Result<Filled, DemoError> {
    let spaces = match engine.administer(Command::SpaceList).await? {
        Reply::Spaces(spaces) => spaces,
        _ => Vec::new(),
    };
    let mut is_occupied = false;
    for space in &spaces {
        match standing(engine, space.id).await? {
            Standing::Demo => return Ok(Filled::Present),
            Standing::Occupied => is_occupied = true,
            Standing::Empty => {}
        }
    }
    if is_occupied {
        return Err(DemoError::Occupied);
    }
    let space = spaces.first().ok_or(DemoError::NoSpace)?.id;
    let image = image(engine).await?;
    let step = |operation| Step { operation, ignored: Ignored::default(), condition: Condition::default() };
    let operations = operations(space, engine.now(), image).into_iter().map(step).collect();
    let transaction = Transaction { operations, strict: true, ..Transaction::default() };
    engine.transact(&Access::operator(space), transaction).await?;
    Ok(Filled::Made(space))
}

/// What a space holds.
enum Standing {
    Empty,
    Demo,
    Occupied,
}

async fn standing(engine: &Engine, space: SpaceId) -> Result<Standing, Error> {
    let welcome = object_id(space, WELCOME);
    let look = move |snapshot: &mut Snapshot<'_>| {
        // What was deleted for good is still known by its id.
        if snapshot.object(welcome)?.is_some() {
            return Ok(Standing::Demo);
        }
        let revision = snapshot.row().revision;
        for list in [List::All, List::Trash] {
            if !snapshot.list_at(list, revision, None, 1)?.is_empty() {
                return Ok(Standing::Occupied);
            }
        }
        Ok::<_, StoreError>(Standing::Empty)
    };
    Ok(engine.store().read(space, look).await?.value?)
}

/// Keeps the bytes of the image.
async fn image(engine: &Engine) -> Result<File, DemoError> {
    let bytes = stream::once(async { Ok(bytes::Bytes::from_static(IMAGE.bytes)) }).fuse();
    let kept = engine.files()?.put(Box::pin(bytes), IMAGE.bytes.len() as u64, engine.now()).await?;
    Ok(File { hash: kept.hash, size: kept.size, name: IMAGE.name.to_owned(), file_type: type_of(IMAGE.name) })
}

/// First the types, then all objects with nothing but their titles, so that links may lead to any of them, then what they say.
fn operations(space: SpaceId, now: Timestamp, image: File) -> Vec<Operation> {
    let mut operations = shape::operations(space);
    operations.extend(NOTES.iter().map(|note| begin(space, note.kind, note.title, &image)));
    let day = now.day();
    let today = day.to_string().chars().take(10).collect::<String>();
    let content = Appended::Markdown(TODAY.to_owned());
    operations.push(Operation::AppendDaily(AppendDaily { date: Some(day), timed: false, content }));
    operations.extend(NOTES.iter().map(|note| {
        let id = object_id(space, note.title);
        let markdown = note.text.replace("{id}", &id.to_string()).replace("{today}", &today);
        Operation::UpdateFromMarkdown(UpdateFromMarkdown { id, markdown })
    }));
    operations
}

/// An object without text.
fn begin(space: SpaceId, kind: Kind, title: &str, image: &File) -> Operation {
    let id = object_id(space, title);
    let properties = vec![("title".into(), Value::Title(Some(title.to_owned())))];
    let (structure, collections) = match kind {
        Kind::Image => {
            let (title, file) = (title.to_owned(), image.clone());
            return Operation::CreateMedia(CreateMedia { id, title, collections: Vec::new(), file });
        }
        Kind::Weblink(url) => {
            let notes = Notes::Blocks([].into());
            let create =
                CreateFromUrl { id: Some(id), url: url.to_owned(), properties, tags: Vec::new(), notes, page: None };
            return Operation::CreateFromUrl(create);
        }
        Kind::Page => (StructureId::BuiltIn(BuiltIn::RootPage), Vec::new()),
        Kind::Task => (StructureId::BuiltIn(BuiltIn::RootTask), Vec::new()),
        Kind::Person => (shape::person(space), Vec::new()),
        Kind::Book => (shape::book(space), Vec::new()),
        Kind::Voyage => (shape::book(space), vec![shape::voyages(space)]),
    };
    Operation::CreateObject(CreateObject { id: Some(id), structure, collections, properties, blocks: [].into() })
}

fn object_id(space: SpaceId, title: &str) -> ObjectId {
    ObjectId(name(space, title))
}

/// The same thing has the same id whenever it is asked for.
fn name(space: SpaceId, what: &str) -> Uuid {
    Uuid::new_v5(&space.0, format!("demo/{what}").as_bytes())
}
