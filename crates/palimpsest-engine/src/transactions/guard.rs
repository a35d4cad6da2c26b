//! Guards: what has to be true of the space, before the transaction, for it to happen.

use palimpsest_model::{ObjectId, Revision, State, Tag};
use palimpsest_store::{List, Tx};

use super::Part;
use crate::condition::{Held, Mismatch, Tags, explain};
use crate::error::Error;
use crate::lists::is_tag;
use crate::shown::About;

/// Something that has to be true before a transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Guard {
    /// An object is at one of these versions.
    Object(ObjectId, Tags),
    /// No object can be seen under this id.
    Absent(ObjectId),
    /// Nothing in the space changed since this revision.
    Revision(Revision),
    /// A list, with all its pages, is at one of these versions.
    List(List, Tags),
    /// The space is at one of these versions.
    Space(Tags),
    /// The structures are at one of these versions.
    Structures(Tags),
}

/// Refuses when one of them is not true. Answers that whose version they name.
pub(super) fn check_guards(tx: &mut Tx<'_>, guards: &[Guard]) -> Result<Held, Error> {
    let mut held = Held::default();
    for (index, guard) in guards.iter().enumerate() {
        guard.check(tx, &mut held).map_err(|error| Part::Guard.aborts(index, error))?;
    }
    Ok(held)
}

impl Guard {
    /// Refuses when it is not true. That whose version it names goes into `held`.
    fn check(&self, tx: &mut Tx<'_>, held: &mut Held) -> Result<(), Error> {
        let log = tx.row().log;
        let version = |revision| Tag { log, revision };
        match self {
            Self::Object(id, tags) => {
                // Any version at all means one that can be seen; the one in the trash can be named.
                let before = tx.before(*id)?.filter(|found| found.state == State::Live || *tags != Tags::Any);
                let Some(found) = before else { return refuse(tx, Some(*id), None) };
                let current = version(found.revision);
                if !tags.name(current) {
                    return Err(explain(tx, *id, current, tags.only())?.0.into());
                }
                if matches!(tags, Tags::Of(_)) {
                    held.hold(About::Object(*id));
                }
                Ok(())
            }
            Self::Absent(id) => match tx.before(*id)?.filter(|found| found.state == State::Live) {
                Some(found) => refuse(tx, Some(*id), Some(version(found.revision))),
                None => Ok(()),
            },
            Self::Revision(revision) if *revision == tx.head() => Ok(()),
            Self::Revision(_) => refuse(tx, None, Some(version(tx.head()))),
            Self::List(list, tags) => {
                if !is_there(tx, *list)? {
                    return refuse(tx, None, None);
                }
                let current = version(tx.list_changed(*list)?);
                if tags.name(current) { Ok(()) } else { refuse(tx, None, Some(current)) }
            }
            Self::Space(tags) => {
                let current = version(tx.schema().space.revision);
                if matches!(tags, Tags::Of(_)) {
                    held.hold(About::Space(tx.space()));
                }
                if tags.name(current) { Ok(()) } else { refuse(tx, None, Some(current)) }
            }
            Self::Structures(tags) => {
                let current = version(tx.before_row().schema);
                if matches!(tags, Tags::Of(_)) {
                    held.hold_structures();
                }
                if tags.name(current) { Ok(()) } else { refuse(tx, None, Some(current)) }
            }
        }
    }
}

/// Whether a list can be read, before the transaction.
fn is_there(tx: &mut Tx<'_>, list: List) -> Result<bool, Error> {
    Ok(match list {
        List::All | List::Trash => true,
        List::Structure(id) => tx.schema().structure(id).is_some(),
        List::Collection(id) => tx.schema().collection(id).is_some(),
        List::Tag(id) => tx.before(id)?.is_some_and(|found| is_tag(&found)),
    })
}

fn refuse(tx: &Tx<'_>, id: Option<ObjectId>, current: Option<Tag>) -> Result<(), Error> {
    Err(Mismatch { id, current, ..Mismatch::at(tx.head()) }.into())
}
