//! Who uses what is to be taken away.

use palimpsest_model::{Object, ObjectId, State, Value, is_lone_empty};
use palimpsest_store::{ChangeKind, List, Tx};
use serde_json::json;

use crate::error::{Code, Error};

/// So many objects are named.
const NAMED: usize = 20;

/// Objects that hold what is to be taken away.
#[derive(Default)]
pub(crate) struct Usage {
    /// Those that use it.
    users: Vec<ObjectId>,
    /// Those that hold it at all, be it empty.
    holders: Vec<ObjectId>,
}

/// How an object holds something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Holds {
    /// Not at all.
    Not,
    /// Without a content that could be lost.
    Empty,
    /// With content.
    Used,
}

impl Usage {
    /// Looks for them among the members of a list and in the trash.
    pub(crate) fn find(tx: &mut Tx<'_>, list: List, holds: impl Fn(&Object) -> Holds) -> Result<Self, Error> {
        let mut usage = Self::default();
        tx.look_through(list, |found| {
            let how = holds(&found.object);
            if how != Holds::Not {
                usage.holders.push(found.object.id);
            }
            if how == Holds::Used {
                usage.users.push(found.object.id);
            }
        })?;
        Ok(usage)
    }

    /// Refuses when anything uses it. The message says what to do instead.
    pub(crate) fn refuse(&self, what: &str, instead: &str) -> Result<(), Error> {
        let count = self.users.len();
        if count == 0 {
            return Ok(());
        }
        let objects = if count == 1 { "1 object uses" } else { &*format!("{count} objects use") };
        Err(refusal(&self.users, format!("{objects} {what}: {instead}")))
    }

    /// Changes all of them, each in the state it is in.
    pub(crate) fn change(&self, tx: &mut Tx<'_>, change: impl Fn(&mut Object)) -> Result<(), Error> {
        for id in &self.holders {
            let found = tx.object(*id)?.ok_or_else(|| Error::not_found("Object"))?;
            let mut object = (*found.object).clone();
            change(&mut object);
            tx.put(object, found.state, ChangeKind::Updated)?;
        }
        Ok(())
    }

    /// Puts those that can be seen into the trash.
    pub(crate) fn trash(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        for id in &self.holders {
            if let Some(found) = tx.object(*id)?.filter(|found| found.state == State::Live) {
                tx.put((*found.object).clone(), State::Trashed, ChangeKind::Trashed)?;
            }
        }
        Ok(())
    }
}

/// The refusal of what these objects stand against.
pub(super) fn refusal(objects: &[ObjectId], message: String) -> Error {
    let named: Vec<_> = objects.iter().take(NAMED).collect();
    Error::new(Code::Conflict, message).with_details(json!({ "objects": named, "count": objects.len() }))
}

/// How an object holds a property: its value or its text.
pub(crate) fn holds_property(object: &Object, id: &palimpsest_model::PropertyId) -> Holds {
    let value = object.properties.get(id).map(Value::is_nothing);
    let text = object.blocks.get(id).map(|list| list.is_empty() || is_lone_empty(list));
    match value.or(text) {
        None => Holds::Not,
        Some(true) => Holds::Empty,
        Some(false) => Holds::Used,
    }
}
