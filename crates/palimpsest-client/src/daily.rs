//! What is put into the note of a day (spec/02 §13).

use palimpsest_model::Timestamp;
use serde::{Serialize, Serializer};

use crate::append::Content;
use crate::new_block::NewBlock;

/// Blocks or Markdown to be put at the end of the note of a day: today's, under the time of day, unless something else is said.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DailyAppend {
    #[serde(flatten)]
    content: Content,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write_date")]
    date: Option<Timestamp>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    no_time_stamp: bool,
}

impl DailyAppend {
    /// Blocks.
    pub fn blocks(blocks: impl IntoIterator<Item = NewBlock>) -> Self {
        Self::of(Content::Blocks(blocks.into_iter().collect()))
    }

    /// Markdown, which the server turns into blocks.
    pub fn markdown(text: impl Into<String>) -> Self {
        Self::of(Content::Markdown(text.into()))
    }

    /// The same into the note of another day: the one that this instant falls on in UTC.
    #[must_use]
    pub fn on(self, day: Timestamp) -> Self {
        Self { date: Some(day.day()), ..self }
    }

    /// The same without the time of day above it.
    #[must_use]
    pub fn untimed(self) -> Self {
        Self { no_time_stamp: true, ..self }
    }

    fn of(content: Content) -> Self {
        Self { content, date: None, no_time_stamp: false }
    }
}

fn write_date<S: Serializer>(date: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn content_day_and_time_are_written() {
        let check = |append: DailyAppend, expected: serde_json::Value| {
            assert_eq!(serde_json::to_value(append).unwrap(), expected);
        };
        check(DailyAppend::markdown("a"), json!({"markdown": "a"}));
        let day = Timestamp::parse("2026-11-22T15:00:00Z").unwrap();
        check(
            DailyAppend::blocks([NewBlock::line()]).on(day).untimed(),
            json!({"blocks": [{"type": "HorizontalLineBlock"}], "date": "2026-11-22T00:00:00.000Z", "noTimeStamp": true}),
        );
    }
}
