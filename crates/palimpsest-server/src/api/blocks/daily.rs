//! POST /blocks/daily-note/append.

use palimpsest_engine::{AppendDaily, Operation};
use palimpsest_model::{Node, Problems, Reading, Timestamp};

use super::append::read_content;
use crate::input::Input;

pub(crate) fn read(input: &Input) -> Result<Operation, Problems> {
    let append = input.body(|body, reading| {
        let date = body.get("date").given(reading, read_date);
        let untimed = body.get("noTimeStamp").given(reading, Node::boolean);
        let content = read_content(body, reading);
        Some(AppendDaily { date: date?, timed: untimed? != Some(true), content: content? })
    })?;
    Ok(Operation::AppendDaily(append))
}

/// A day, or an instant, which counts by its day in UTC.
fn read_date(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Timestamp> {
    let text = node.string(reading)?;
    let date = Timestamp::parse(text);
    if date.is_none() {
        reading.problem(node, "Invalid ISO date: expected a day such as 2026-11-22T00:00:00.000Z");
    }
    date
}
