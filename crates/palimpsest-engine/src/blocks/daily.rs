//! POST /blocks/daily-note/append.

use palimpsest_model::{
    BlockDraft, BuiltIn, Content, Hierarchy, ObjectId, Position, StructureId, TextContent, Timestamp, Token,
};
use palimpsest_store::Tx;

use super::append::{AppendBlocks, Appended};
use super::place::Place;
use crate::dates::{day_id, ensure_day};
use crate::error::Error;
use crate::operation::Ignored;
use crate::world::Fresh;
use crate::zone::Zone;

/// Puts blocks at the end of the note of a day, which is made, or restored from the trash, when it is not there.
#[derive(Clone, Debug)]
pub struct AppendDaily {
    /// The day, by its date in UTC; today in the space's zone when left out.
    pub date: Option<Timestamp>,
    /// Whether the time of day, in the space's zone, stands above what is put.
    pub timed: bool,
    /// What.
    pub content: Appended,
}

impl AppendDaily {
    pub(crate) fn apply(&self, tx: &mut Tx<'_>, fresh: &mut Fresh, ignored: &mut Ignored) -> Result<(), Error> {
        if matches!(&self.content, Appended::Markdown(text) if text.trim().is_empty()) {
            return Ok(());
        }
        let (day, time) = self.day_and_time(tx);
        let id = ensure_day(tx, fresh, NOTE, day)?;
        let place = Place { section: None, parent: None, position: Position::End };
        let append = AppendBlocks { id, place, content: self.content.clone() };
        let heading = self.timed.then(|| heading(&time));
        append.under(heading, tx, fresh, ignored)?;
        Ok(())
    }
}

impl AppendDaily {
    /// The note of the day, whether it is there or not.
    pub(crate) fn note(&self, tx: &mut Tx<'_>) -> Result<ObjectId, Error> {
        let (day, _) = self.day_and_time(tx);
        day_id(tx, NOTE, day)
    }

    fn day_and_time(&self, tx: &Tx<'_>) -> (Timestamp, String) {
        let (today, time) = Zone::of(&tx.schema().space.value).day_and_time(tx.at());
        (self.date.map_or(today, Timestamp::day), time)
    }
}

const NOTE: StructureId = StructureId::BuiltIn(BuiltIn::RootDailyNote);

/// The block that tells the time.
fn heading(time: &str) -> BlockDraft {
    let content =
        TextContent { tokens: vec![Token::plain(time)], hierarchy: Hierarchy::heading(3), ..TextContent::default() };
    BlockDraft::new(Content::Text(content), Vec::new())
}
