//! Filling objects with what their notes and rows say.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use palimpsest_engine::{Condition, CreateObject, ETag, Ignored, Operation, Step, Tags as Named, UpdateObject};
use palimpsest_model::{BuiltIn, ObjectId, State, StructureId, Tag, Value};
use palimpsest_store::{Found, Snapshot, StoreError};

use super::build::{Built, build, is_shell};
use super::make::GONE;
use super::names::Tags;
use super::plan::{Note, Plan};
use super::standing::{Standing, Standings, standing_of};
use super::survey::From;
use super::{ImportError, Run, Stage, aside};

/// So many notes are read together, or fewer when they are long.
const TOGETHER: usize = 64;
/// So many bytes of notes are read together, and written in one commit.
const ENOUGH: u64 = 2 << 20;

/// What is to become of a note.
enum Verdict {
    /// It is written over this version; over none when it is not there.
    Fill(Option<ETag>),
    There,
    Differing,
    Gone,
    /// It was refused before.
    Refused,
}

impl Run<'_> {
    /// Fills all objects of a plan.
    pub(super) async fn fill_objects(
        &mut self,
        plan: Plan,
        standings: &Standings,
        mut tags: Tags,
    ) -> Result<(), ImportError> {
        let plan = Arc::new(plan);
        let total = plan.notes.len();
        let mut seen = BTreeSet::new();
        let mut from = 0;
        while from < total {
            let range = self.batch(&plan, from);
            from = range.end;
            let mut built = self.build(&plan, range.clone(), &mut tags).await?;
            // A tag that was put into the trash is not made again: then its name is only text.
            let new = tags.new.iter().map(|(id, _)| *id).collect();
            let standing = standing_of(self.engine, plan.space, new).await?;
            let gone: Vec<_> =
                standing.iter().filter(|(_, standing)| *standing == Standing::Gone).map(|(id, _)| *id).collect();
            tags.new.retain(|(id, _)| !standing.iter().any(|(there, _)| there == id));
            if !gone.is_empty() {
                gone.into_iter().for_each(|id| tags.lose(id));
                built = self.build(&plan, range.clone(), &mut tags).await?;
            }
            self.fill(&plan, range, built, standings, &mut tags, &mut seen).await?;
            self.tell(Stage::Texts, from, total);
        }
        self.report.tags.there = seen.len() - self.report.tags.made;
        Ok(())
    }

    /// The notes that are read together: at least one.
    fn batch(&self, plan: &Plan, from: usize) -> Range<usize> {
        let mut bytes = 0;
        let fits = |note: &&Note| {
            bytes += note.size(&self.source);
            bytes <= ENOUGH
        };
        let count = plan.notes[from..].iter().take(TOGETHER).take_while(fits).count();
        from..from + count.max(1)
    }

    async fn build(
        &self,
        plan: &Arc<Plan>,
        range: Range<usize>,
        tags: &mut Tags,
    ) -> Result<Vec<Result<Built, String>>, ImportError> {
        let (plan, source, limits) = (Arc::clone(plan), Arc::clone(&self.source), Arc::clone(&self.limits));
        let mut taken = std::mem::take(tags);
        let (built, given) = aside(move || {
            let notes = plan.notes[range].iter();
            let built: Vec<_> = notes.map(|note| build(note, &plan, &source, &mut taken, &limits)).collect();
            (built, taken)
        })
        .await?;
        *tags = given;
        Ok(built)
    }

    async fn fill(
        &mut self,
        plan: &Arc<Plan>,
        range: Range<usize>,
        built: Vec<Result<Built, String>>,
        standings: &Standings,
        tags: &mut Tags,
        seen: &mut BTreeSet<ObjectId>,
    ) -> Result<(), ImportError> {
        let found = self.find(plan, range.clone(), standings).await?;
        let mut waiting: Vec<(usize, Built, Option<ETag>)> = Vec::new();
        let mut size = 0;
        for (at, built) in range.zip(built) {
            let note = &plan.notes[at];
            let built = match built {
                Ok(built) => built,
                Err(message) => {
                    self.refuse(note.from, &note.path, &message);
                    continue;
                }
            };
            let verdict = self.judge(note, plan, &built, standings, &found);
            self.tell_of(note, &built, &verdict);
            if matches!(verdict, Verdict::Fill(_) | Verdict::There) {
                seen.extend(&built.tags);
            }
            let Verdict::Fill(tag) = verdict else { continue };
            size += built.size;
            waiting.push((at, built, tag));
            if size >= ENOUGH {
                self.write(plan, std::mem::take(&mut waiting), tags).await;
                size = 0;
            }
        }
        self.write(plan, waiting, tags).await;
        Ok(())
    }

    /// The objects that were there before.
    async fn find(
        &self,
        plan: &Plan,
        range: Range<usize>,
        standings: &Standings,
    ) -> Result<HashMap<ObjectId, Found>, ImportError> {
        let was_there = |id: &ObjectId| matches!(standings.of(*id), Some(Standing::Live { is_own: false, .. }));
        let ids: Vec<_> = plan.notes[range].iter().map(|note| note.id).filter(was_there).collect();
        let look = move |snapshot: &mut Snapshot<'_>| {
            let mut found = HashMap::new();
            for id in &ids {
                found.extend(snapshot.object(*id)?.map(|object| (*id, object)));
            }
            Ok::<_, StoreError>(found)
        };
        let answer = self.engine.store().read(plan.space, look).await.map_err(palimpsest_engine::Error::from)?;
        Ok(answer.value.map_err(palimpsest_engine::Error::from)?)
    }

    fn judge(
        &self,
        note: &Note,
        plan: &Plan,
        built: &Built,
        standings: &Standings,
        found: &HashMap<ObjectId, Found>,
    ) -> Verdict {
        let etag = |revision| Some(ETag { tag: Tag { log: self.log, revision }, digest: None });
        match standings.of(note.id) {
            Some(Standing::Gone) => Verdict::Gone,
            Some(Standing::Live { revision, is_own: true, .. }) => Verdict::Fill(etag(revision)),
            None if self.dry_run => Verdict::Fill(None),
            None => Verdict::Refused,
            Some(Standing::Live { .. }) => {
                let Some(found) = found.get(&note.id).filter(|found| found.state == State::Live) else {
                    return Verdict::Gone;
                };
                let is_same_type = found.object.structure == plan.shapes[note.shape].structure.id;
                if is_same_type && built.is_in(&found.object) {
                    Verdict::There
                } else if is_same_type && found.created == found.revision && is_shell(&found.object) {
                    Verdict::Fill(etag(found.revision))
                } else {
                    Verdict::Differing
                }
            }
        }
    }

    fn tell_of(&mut self, note: &Note, built: &Built, verdict: &Verdict) {
        let tally = match note.from {
            From::Note(_) => &mut self.report.notes,
            From::Row(_) => &mut self.report.rows,
        };
        match verdict {
            Verdict::Fill(_) => tally.made += 1,
            Verdict::There => tally.there += 1,
            Verdict::Differing | Verdict::Gone => tally.differing += 1,
            Verdict::Refused => return,
        }
        match verdict {
            Verdict::Gone => self.report.notice(GONE, &note.path),
            Verdict::Differing => {
                self.problem(&note.path, "what is there already differs from it and is left as it is");
            }
            _ => {}
        }
        self.report.links += built.links;
        self.report.dangling += built.dangling;
        for what in &built.notices {
            self.report.notice(what, &note.path);
        }
        if built.dangling > 0 {
            self.report.notice("links that lead nowhere stay text", &note.path);
        }
        for message in &built.problems {
            self.problem(&note.path, message.as_str());
        }
    }

    /// Writes notes and the tags they name: all in one commit, or, when that is refused, each in one of its own.
    async fn write(&mut self, plan: &Plan, waiting: Vec<(usize, Built, Option<ETag>)>, tags: &mut Tags) {
        let used: BTreeSet<_> = waiting.iter().flat_map(|(_, built, _)| built.tags.iter().copied()).collect();
        let (new, rest): (Vec<_>, Vec<_>) = tags.new.drain(..).partition(|(id, _)| used.contains(id));
        tags.new = rest;
        self.report.tags.made += new.len();
        if self.dry_run {
            return;
        }
        let made: Vec<_> = new.iter().map(|(id, name)| step(tag(*id, name), None)).collect();
        let filled: Vec<_> =
            waiting.iter().filter_map(|(at, built, tag)| update(&plan.notes[*at], built, *tag)).collect();
        if self.commit_steps(made.iter().chain(&filled).cloned().collect()).await.is_ok() {
            return;
        }
        for (made, (id, name)) in made.into_iter().zip(&new) {
            if let Err(error) = self.commit_steps(vec![made]).await {
                self.report.tags.made -= 1;
                self.report.tags.refused += 1;
                tags.lose(*id);
                self.problem(&format!("#{name}"), error.message);
            }
        }
        for (at, built, tag) in &waiting {
            let note = &plan.notes[*at];
            let Some(step) = update(note, built, *tag) else { continue };
            if let Err(error) = self.commit_steps(vec![step]).await {
                match note.from {
                    From::Note(_) => self.report.notes.made -= 1,
                    From::Row(_) => self.report.rows.made -= 1,
                }
                self.refuse(note.from, &note.path, &format!("only the title could be kept: {}", error.message));
            }
        }
    }
}

fn step(operation: Operation, tag: Option<ETag>) -> Step {
    let if_match = tag.map(|tag| Named::Of(vec![tag.to_string()]));
    Step { operation, ignored: Ignored::default(), condition: Condition { if_match, ..Condition::default() } }
}

fn tag(id: ObjectId, name: &str) -> Operation {
    Operation::CreateObject(CreateObject {
        id: Some(id),
        structure: StructureId::BuiltIn(BuiltIn::RootTag),
        collections: Vec::new(),
        properties: vec![("title".into(), Value::Title(Some(name.to_owned())))],
        blocks: [].into(),
    })
}

/// What fills an object; nothing when there is no more than its title.
fn update(note: &Note, built: &Built, tag: Option<ETag>) -> Option<Step> {
    if built.properties.len() == 1 && built.blocks.is_empty() {
        return None;
    }
    let update = UpdateObject {
        id: note.id,
        properties: built.properties.clone(),
        collections: None,
        blocks: built.blocks.clone(),
        trashed: None,
    };
    Some(step(Operation::UpdateObject(update), tag))
}
