//! One module per noun, one file per endpoint: how its input is read.

pub(crate) mod admin;
pub(crate) mod beta;
pub(crate) mod blocks;
pub(crate) mod changes;
pub(crate) mod docs;
pub(crate) mod files;
pub(crate) mod health;
pub(crate) mod object;
pub(crate) mod objects;
pub(crate) mod openapi;
pub(crate) mod space;
pub(crate) mod transactions;
pub(crate) mod trash;
pub(crate) mod webhooks;

use palimpsest_model::{Node, Number, Reading, Revision};

/// The most rows of a page of our own lists, and how many there are when the client does not say.
const MOST: usize = 1000;
const USUAL: usize = 50;

/// Reads a count from a query, from 1 to `most`.
fn read_count(node: &Node<'_, '_>, reading: &mut Reading, most: usize) -> Option<usize> {
    let count = read_whole(node, reading)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if count > most {
        reading.problem(node, format!("Too big: expected number to be <={most}"));
        return None;
    }
    Some(count)
}

/// Reads a revision from a query.
fn read_revision(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Revision> {
    read_whole(node, reading).map(Revision)
}

/// Reads a revision from a body; `20.0` is `20`.
pub(crate) fn read_revision_of_body(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Revision> {
    let number = Number::from(node.number(reading)?.clone());
    let Ok(number) = number.to_string().parse::<i128>() else {
        reading.problem(node, "Invalid input: expected int, received number");
        return None;
    };
    let revision = u64::try_from(number).ok().filter(|revision| *revision > 0);
    if revision.is_none() {
        reading.problem(node, "Too small: expected number to be >0");
    }
    revision.map(Revision)
}

/// Reads a whole number from 1 on.
fn read_whole(node: &Node<'_, '_>, reading: &mut Reading) -> Option<u64> {
    let text = node.string(reading)?;
    let Ok(number) = text.parse::<i128>() else {
        let kind = if text.parse::<f64>().is_ok() { "int, received number" } else { "number, received NaN" };
        reading.problem(node, format!("Invalid input: expected {kind}"));
        return None;
    };
    let number = u64::try_from(number.min(i128::from(u64::MAX))).ok().filter(|number| *number > 0);
    if number.is_none() {
        reading.problem(node, "Too small: expected number to be >0");
    }
    number
}
