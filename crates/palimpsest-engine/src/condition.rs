//! Conditions of a request (RFC 9110 §13): decided inside the commit, before anything else is looked at.

use std::collections::BTreeSet;

use palimpsest_model::{ObjectId, Revision, State, Tag};
use palimpsest_store::{Actor, Found, Policy, Tx};
use serde::Serialize;

use crate::error::{Code, Error};
use crate::etag::ETag;
use crate::operation::Operation;
use crate::shown::About;

/// The versions that a condition names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tags {
    /// `*`: any version there is.
    Any,
    /// One of these entity tags, as they were sent. What is weak or names no version matches nothing that is written.
    Of(Vec<String>),
}

impl Tags {
    /// The one version that is named, when it is exactly one.
    #[must_use]
    pub fn only(&self) -> Option<Tag> {
        match self {
            Self::Of(tags) if tags.len() == 1 => tags.first()?.parse().ok(),
            _ => None,
        }
    }

    /// Whether this version is named: by its log and revision, whatever it was shown as.
    #[must_use]
    pub fn name(&self, tag: Tag) -> bool {
        match self {
            Self::Any => true,
            Self::Of(tags) => tags.iter().any(|text| text.parse() == Ok(tag)),
        }
    }

    /// Whether these very bytes are named; a weak tag is as good as a strong one (RFC 9110 §13.1.2).
    #[must_use]
    pub fn name_bytes(&self, etag: &ETag) -> bool {
        let written = etag.to_text();
        match self {
            Self::Any => true,
            Self::Of(tags) => tags.iter().any(|text| text.strip_prefix("W/").unwrap_or(text) == written),
        }
    }
}

/// What has to hold for a request to be carried out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Condition {
    /// The version must be one of these.
    pub if_match: Option<Tags>,
    /// It must be none of these; `*`: there must be none.
    pub if_none_match: Option<Tags>,
    /// Whether a write to an older version is merged with what came since instead of being refused.
    pub merge: bool,
}

impl Condition {
    /// Whether merging is in force: it needs one version to start from.
    #[must_use]
    pub fn merges(&self) -> bool {
        self.merge && self.if_match.as_ref().and_then(Tags::only).is_some()
    }

    /// Refuses a read of a version that it does not want, but for those it knows already (which is no refusal).
    pub fn check_read(&self, id: Option<ObjectId>, etag: &ETag, revision: Revision) -> Result<(), Error> {
        match &self.if_match {
            Some(tags) if !tags.name(etag.tag) => {
                Err(Mismatch { id, current: Some(etag.tag), ..Mismatch::at(revision) }.into())
            }
            _ => Ok(()),
        }
    }
}

/// What an operation's condition speaks of.
#[derive(Clone, Copy)]
pub(crate) enum Subject {
    /// An object that must be there.
    Object(ObjectId),
    /// One that is being made, under an id of the client's choice or a new one.
    New(Option<ObjectId>),
    /// One that is changed when it is there and made when it is not.
    Either(ObjectId),
    /// A part of the schema: the version is that of the structures, or of the space. What is made under an id of the server's
    /// choice is not known yet.
    Part { about: Option<About>, stands: Stands },
}

/// Since when there is a part of the schema.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stands {
    /// It was there before the transaction.
    Before,
    /// The transaction made it.
    Since,
    /// It is being made; whether there was one under its id.
    New { exists: bool },
}

/// What a transaction has checked the version of already.
#[derive(Clone, Default, Debug)]
pub(crate) struct Held {
    objects: BTreeSet<ObjectId>,
    structures: bool,
    space: bool,
}

impl Held {
    /// Its version was named.
    pub(crate) fn hold(&mut self, about: About) {
        match about {
            About::Object(id) => _ = self.objects.insert(id),
            About::Structure(_) | About::Collection(_) => self.structures = true,
            About::Space(_) => self.space = true,
        }
    }

    /// The version of the structures was named.
    pub(crate) fn hold_structures(&mut self) {
        self.structures = true;
    }

    fn holds(&self, about: About) -> bool {
        match about {
            About::Object(id) => self.objects.contains(&id),
            About::Structure(_) | About::Collection(_) => self.structures,
            About::Space(_) => self.space,
        }
    }
}

/// Under which conditions an operation is carried out.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'t> {
    /// What the request says.
    pub(crate) condition: &'t Condition,
    /// What the token is held to.
    pub(crate) policy: Policy,
    /// What the same transaction has checked already.
    pub(crate) held: &'t Held,
}

/// Decides whether an operation may go on. Answers the version to merge onto what is there now, when the condition does not
/// hold and merging is in force.
pub(crate) fn judge(
    tx: &mut Tx<'_>,
    operation: &Operation,
    subject: Subject,
    terms: Terms<'_>,
) -> Result<Option<Found>, Error> {
    match subject {
        Subject::New(id) => judge_new(tx, id, terms.condition).map(|()| None),
        Subject::Either(id) => {
            let before = tx.before(id)?.filter(|found| found.state == State::Live);
            judge_before(tx, id, before, terms.condition)
        }
        Subject::Object(id) => {
            let found = tx.object(id)?.filter(|found| operation.sees(found.state));
            found.ok_or_else(|| Error::not_found("Object"))?;
            let before = tx.before(id)?;
            if before.is_some() {
                check_policy(tx, operation, About::Object(id), terms)?;
            }
            judge_before(tx, id, before, terms.condition)
        }
        Subject::Part { about, stands } => {
            if let Some(about) = about.filter(|_| stands == Stands::Before) {
                check_policy(tx, operation, about, terms)?;
            }
            judge_part(tx, about, stands, terms.condition).map(|()| None)
        }
    }
}

/// A part of the schema is judged by the version that the structures, or the space, had before the transaction.
fn judge_part(tx: &Tx<'_>, about: Option<About>, stands: Stands, condition: &Condition) -> Result<(), Error> {
    let revision = match about {
        Some(About::Space(_)) => tx.schema_before().space.revision,
        _ => tx.before_row().schema,
    };
    let current = Tag { log: tx.row().log, revision };
    let is_unwanted = condition.if_none_match.as_ref().is_some_and(|tags| match (tags, stands) {
        // To create only: what is new is not there yet.
        (Tags::Any, Stands::New { exists }) => exists,
        (tags, _) => tags.name(current),
    });
    let is_wanted = condition.if_match.as_ref().is_none_or(|tags| tags.name(current));
    if is_wanted && !is_unwanted {
        return Ok(());
    }
    Err(Mismatch { current: Some(current), ..Mismatch::at(tx.head()) }.into())
}

fn judge_new(tx: &mut Tx<'_>, id: Option<ObjectId>, condition: &Condition) -> Result<(), Error> {
    let before = match id {
        Some(id) => tx.before(id)?.filter(|found| found.state == State::Live),
        None => None,
    };
    let log = tx.row().log;
    let current = before.map(|found| Tag { log, revision: found.revision });
    let is_unwanted = condition.if_none_match.as_ref().zip(current).is_some_and(|(tags, tag)| tags.name(tag));
    if condition.if_match.is_none() && !is_unwanted {
        return Ok(());
    }
    Err(Mismatch { id, current, ..Mismatch::at(tx.head()) }.into())
}

/// Refuses to change what was there before when its version has to be named and is not.
fn check_policy(
    tx: &Tx<'_>,
    operation: &Operation,
    about: About,
    Terms { condition, policy, held }: Terms<'_>,
) -> Result<(), Error> {
    let is_named = matches!(condition.if_match, Some(Tags::Of(_))) || held.holds(about);
    if policy.max(tx.before_row().policy) == Policy::RequireCondition && !is_named && !operation.overwrites_nothing() {
        let message = "This space or token asks for a version: send the ETag of what was read as If-Match";
        return Err(Error::new(Code::PreconditionRequired, message));
    }
    Ok(())
}

/// A condition speaks of what was there before the transaction; what the transaction made had no version then.
fn judge_before(
    tx: &mut Tx<'_>,
    id: ObjectId,
    before: Option<Found>,
    condition: &Condition,
) -> Result<Option<Found>, Error> {
    let Some(before) = before else {
        return match condition.if_match {
            Some(_) => Err(Mismatch { id: Some(id), ..Mismatch::at(tx.head()) }.into()),
            None => Ok(None),
        };
    };
    let current = Tag { log: tx.row().log, revision: before.revision };
    if condition.if_none_match.as_ref().is_some_and(|tags| tags.name(current)) {
        return Err(Mismatch { id: Some(id), current: Some(current), ..Mismatch::at(tx.head()) }.into());
    }
    match &condition.if_match {
        Some(tags) if !tags.name(current) => {
            let (mismatch, base) = explain(tx, id, current, tags.only())?;
            base.filter(|_| condition.merges()).map(Some).ok_or_else(|| mismatch.into())
        }
        _ => Ok(None),
    }
}

/// What to tell whoever named another version than the current one; and that version, when it is one of the object's.
pub(crate) fn explain(
    tx: &mut Tx<'_>,
    id: ObjectId,
    current: Tag,
    named: Option<Tag>,
) -> Result<(Mismatch, Option<Found>), Error> {
    let mut mismatch = Mismatch { id: Some(id), current: Some(current), ..Mismatch::at(tx.head()) };
    let Some(named) = named else { return Ok((mismatch, None)) };
    let base = match named.log == current.log && named.revision < current.revision {
        true => tx.version(id, named.revision),
        false => Ok(None),
    };
    let base = match base {
        Ok(Some(base)) => base,
        Ok(None) => return Ok((Mismatch { base: Some("unknown"), ..mismatch }, None)),
        Err(error) if error.is_gone() => return Ok((Mismatch { base: Some("compacted"), ..mismatch }, None)),
        Err(error) => return Err(error.into()),
    };
    // A version that stood at the horizon did not change below it.
    let changes = tx.changes_since(id, named.revision.max(tx.before_row().oldest))?;
    let paths: BTreeSet<String> = changes.iter().flat_map(|(_, change)| change.paths.iter().cloned()).collect();
    mismatch.changed_paths = Some(paths.into_iter().collect());
    mismatch.changed_by = changes.last().map(|(entry, _)| entry.actor.clone());
    Ok((mismatch, Some(base)))
}

/// The details of a condition that does not hold.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Mismatch {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<ObjectId>,
    pub(crate) current: Option<Tag>,
    pub(crate) revision: Revision,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) changed_paths: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) changed_by: Option<Actor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base: Option<&'static str>,
}

impl Mismatch {
    pub(crate) fn at(revision: Revision) -> Self {
        Self { id: None, current: None, revision, changed_paths: None, changed_by: None, base: None }
    }
}

impl From<Mismatch> for Error {
    fn from(mismatch: Mismatch) -> Self {
        let message = match (mismatch.id, mismatch.current) {
            (_, Some(current)) => format!("The condition does not hold: the current version is {current}"),
            (Some(id), None) => format!("The condition does not hold: there is no version of {id}"),
            (None, None) => "The condition does not hold: what is new has no version".to_owned(),
        };
        let details = serde_json::to_value(&mismatch).unwrap_or_default();
        Self::new(Code::PreconditionFailed, message).with_details(details).at(mismatch.revision)
    }
}
