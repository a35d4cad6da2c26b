//! What has to be there before notes can be filled: types and properties, files, and the objects themselves, still empty, so
//! that links may lead to any of them.

use std::sync::Arc;

use palimpsest_engine::{
    Condition, CreateCollection, CreateMedia, CreateObject, Error, Ignored, Operation, SchemaOperation, Step,
    Transaction,
};
use palimpsest_model::{File, FileHash, ObjectId, Revision, Value};

use super::media::type_of;
use super::plan::{Media, Note, Plan};
use super::shape::Shape;
use super::standing::{Standing, Standings};
use super::survey::{From, name_of};
use super::{ImportError, Run, STEP, Stage, aside, stand};

/// So many objects are made in one commit.
const TOGETHER: usize = 200;

/// What is said of objects that cannot be seen any more.
pub(super) const GONE: &str = "objects that are in the trash or gone are not made again";

impl Run<'_> {
    /// Makes what the schema lacks, in one commit.
    pub(super) async fn make_schema(&mut self, plan: &mut Plan) -> Result<(), ImportError> {
        let used = |shape: &&Shape| shape.objects > 0;
        let mut operations: Vec<_> = plan.shapes.iter().filter(used).flat_map(Shape::operations).collect();
        let made = plan.collections.iter().filter(|group| group.made);
        operations.extend(made.map(|group| {
            let create =
                CreateCollection { id: Some(group.id), structure: group.structure, title: group.title.clone() };
            Operation::Schema(SchemaOperation::CreateCollection(create))
        }));
        if self.dry_run || operations.is_empty() {
            return Ok(());
        }
        self.commit(operations).await?;
        let (_, _, schema) = stand(self.engine, plan.space).await?;
        for shape in &mut plan.shapes {
            if let Some(structure) = schema.structure(shape.structure.id) {
                shape.structure = structure.value.clone();
            }
        }
        Ok(())
    }

    /// Keeps the files that are no texts, and makes an object of each.
    pub(super) async fn keep_media(&mut self, plan: &mut Plan, standings: &Standings) -> Result<(), ImportError> {
        let total = plan.media.len();
        let media = plan.media.clone();
        let mut waiting = Vec::new();
        for (done, Media { id, file }) in media.into_iter().enumerate() {
            let (path, size) = (self.source.files[file].path.clone(), self.source.files[file].size);
            match standings.of(id) {
                Some(Standing::Live { file: kept, .. }) => match self.is_same(file, size, kept).await? {
                    Ok(true) => self.report.media.there += 1,
                    Ok(false) => {
                        self.report.media.differing += 1;
                        self.problem(&path, "what is there already has other bytes and is left as it is");
                    }
                    Err(message) => {
                        self.report.media.refused += 1;
                        self.problem(&path, message);
                    }
                },
                Some(Standing::Gone) => {
                    self.report.media.differing += 1;
                    self.report.notice(GONE, &path);
                }
                None if size > self.limits.media => {
                    self.refuse_media(plan, id, &path, &format!("longer than {} bytes", self.limits.media));
                }
                None if self.dry_run => self.report.media.made += 1,
                None => match self.keep(file).await {
                    Ok(kept) => waiting.push((id, path, kept)),
                    Err(message) => self.refuse_media(plan, id, &path, &message),
                },
            }
            if waiting.len() == STEP || done + 1 == total {
                self.make_media(plan, std::mem::take(&mut waiting)).await;
                self.tell(Stage::Media, done + 1, total);
            }
        }
        Ok(())
    }

    /// Whether a file has the bytes that are kept, judged by their hash.
    async fn is_same(
        &self,
        file: usize,
        size: u64,
        kept: Option<(u64, FileHash)>,
    ) -> Result<Result<bool, String>, ImportError> {
        let Some((_, hash)) = kept.filter(|(kept, _)| *kept == size) else { return Ok(Ok(false)) };
        let source = Arc::clone(&self.source);
        Ok(aside(move || source.hash(&source.files[file])).await?.map(|found| found == hash))
    }

    async fn keep(&self, file: usize) -> Result<File, String> {
        let file = &self.source.files[file];
        let files = self.engine.files().map_err(|error| error.message)?;
        let bytes = self.source.stream(file);
        let kept = files.put(bytes, self.limits.media, self.engine.now()).await.map_err(|error| error.to_string())?;
        let name = name_of(&file.path).to_owned();
        Ok(File { hash: kept.hash, size: kept.size, name, file_type: type_of(&file.path) })
    }

    async fn make_media(&mut self, plan: &mut Plan, waiting: Vec<(ObjectId, String, File)>) {
        let create = |(id, path, file): &(_, String, File)| {
            let (title, file) = (name_of(path).to_owned(), file.clone());
            Operation::CreateMedia(CreateMedia { id: *id, title, collections: Vec::new(), file })
        };
        if self.commit(waiting.iter().map(create).collect()).await.is_ok() {
            self.report.media.made += waiting.len();
            return;
        }
        for one in &waiting {
            match self.commit(vec![create(one)]).await {
                Ok(_) => self.report.media.made += 1,
                Err(error) => self.refuse_media(plan, one.0, &one.1, &error.message),
            }
        }
    }

    fn refuse_media(&mut self, plan: &mut Plan, id: ObjectId, path: &str, message: &str) {
        self.report.media.refused += 1;
        self.problem(path, message);
        plan.index.lose(id);
    }

    /// Makes the objects that are not there, with nothing but their titles.
    pub(super) async fn make_objects(&mut self, plan: &mut Plan, standings: &mut Standings) -> Result<(), ImportError> {
        if self.dry_run {
            return Ok(());
        }
        let missing: Vec<usize> =
            (0..plan.notes.len()).filter(|at| standings.of(plan.notes[*at].id).is_none()).collect();
        let mut done = 0;
        for batch in missing.chunks(TOGETHER) {
            let create = |at: &usize| shell(&plan.notes[*at], plan);
            if let Ok(revision) = self.commit(batch.iter().map(create).collect()).await {
                batch.iter().for_each(|at| standings.make(plan.notes[*at].id, revision));
            } else {
                for at in batch {
                    let (id, path) = (plan.notes[*at].id, plan.notes[*at].path.clone());
                    match self.commit(vec![shell(&plan.notes[*at], plan)]).await {
                        Ok(revision) => standings.make(id, revision),
                        Err(error) => {
                            self.refuse(plan.notes[*at].from, &path, &error.message);
                            plan.index.lose(id);
                        }
                    }
                }
            }
            done += batch.len();
            self.tell(Stage::Objects, done, missing.len());
        }
        Ok(())
    }

    pub(super) fn refuse(&mut self, from: From, path: &str, message: &str) {
        match from {
            From::Note(_) => self.report.notes.refused += 1,
            From::Row(_) => self.report.rows.refused += 1,
        }
        self.problem(path, message);
    }

    /// Does operations in one commit.
    pub(super) async fn commit(&self, operations: Vec<Operation>) -> Result<Revision, Error> {
        let step = |operation| Step { operation, ignored: Ignored::default(), condition: Condition::default() };
        self.commit_steps(operations.into_iter().map(step).collect()).await
    }

    /// The same under conditions.
    pub(super) async fn commit_steps(&self, operations: Vec<Step>) -> Result<Revision, Error> {
        if operations.is_empty() {
            return Ok(Revision::default());
        }
        let transaction = Transaction { operations, ..Transaction::default() };
        self.engine.transact(&self.access, transaction).await.map(|committed| committed.revision)
    }
}

fn shell(note: &Note, plan: &Plan) -> Operation {
    Operation::CreateObject(CreateObject {
        id: Some(note.id),
        structure: plan.shapes[note.shape].structure.id,
        collections: note.collections.clone(),
        properties: vec![("title".into(), Value::Title(Some(note.title.clone())))],
        blocks: [].into(),
    })
}
