//! Dates: a day, a time, or a range of either (spec/03 §3).

use serde::{Deserialize, Serialize};

use crate::reader::{Node, Reading};
use crate::time::Timestamp;

/// How exact a date is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resolution {
    /// A calendar day, kept as midnight UTC.
    Day,
    /// An instant.
    Time,
}

impl Resolution {
    /// The words of the wire and what they mean.
    pub const WORDS: &'static [(&'static str, Self)] = &[("time", Self::Time), ("day", Self::Day)];
}

/// The payload of a date; on the wire all three members are always present. Without a start it is cleared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct DatePayload {
    /// Day or time.
    #[serde(rename = "r")]
    pub resolution: Resolution,
    /// When it begins; `None` clears the date.
    #[serde(rename = "s")]
    pub start: Option<Timestamp>,
    /// When it ends, for ranges.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
}

impl DatePayload {
    /// Reads `{dateResolution?, start, end?}`. Days become midnight UTC of their UTC day; a missing resolution is a day;
    /// without a start there is no end.
    pub fn read(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Self> {
        node.object(reading)?;
        let resolution = match node.get("dateResolution").optional() {
            None => Some(Resolution::Day),
            Some(word) => word.word(reading, Resolution::WORDS),
        };
        let start = instant(&node.get("start"), reading);
        let end = if node.get("end").is_absent() { Some(None) } else { instant(&node.get("end"), reading) };
        let (resolution, start, end) = (resolution?, start?, end?);
        let exact = |time: Timestamp| if resolution == Resolution::Day { time.day() } else { time };
        Some(Self { resolution, start: start.map(exact), end: start.and(end).map(exact) })
    }
}

fn instant(node: &Node<'_, '_>, reading: &mut Reading) -> Option<Option<Timestamp>> {
    if node.is_null() {
        return Some(None);
    }
    let time = Timestamp::parse(node.string(reading)?);
    if time.is_none() {
        reading.problem(node, "Invalid ISO datetime");
    }
    time.map(Some)
}
