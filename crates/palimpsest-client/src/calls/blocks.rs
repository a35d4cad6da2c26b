//! The text of an object, block by block (spec/02 §12–15).

use palimpsest_model::{BlockId, ObjectId, PropertyId};
use reqwest::Method;
use serde::Serialize;

use crate::append::{Append, AppendTo};
use crate::call::Call;
use crate::client::Client;
use crate::daily::DailyAppend;
use crate::new_block::NewBlock;
use crate::object_view::ObjectView;
use crate::place::Place;
use crate::queue::Subject;
use crate::request::Request;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockChange<'b> {
    id: ObjectId,
    #[serde(skip_serializing_if = "Option::is_none")]
    property_id: Option<&'b PropertyId>,
    block_id: BlockId,
    block: &'b NewBlock,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockMove<'p> {
    id: ObjectId,
    block_id: BlockId,
    #[serde(flatten)]
    place: &'p Place,
}

impl Client {
    /// POST /blocks/append: puts blocks or Markdown into an object.
    pub fn append(&self, id: ObjectId, append: &Append) -> Call<ObjectView> {
        Call::new(self, Request::new(Method::POST, "/blocks/append").json(&AppendTo { id, append }).amending(id))
    }

    /// PATCH /blocks/block: changes one block; what `content` leaves out stays.
    pub fn update_block(&self, id: ObjectId, block: BlockId, content: &NewBlock) -> Call<ObjectView> {
        self.change_block(&BlockChange { id, property_id: None, block_id: block, block: content })
    }

    /// PATCH /blocks/block: the same, if the block stands in this body section.
    pub fn update_block_in(
        &self,
        id: ObjectId,
        section: &PropertyId,
        block: BlockId,
        content: &NewBlock,
    ) -> Call<ObjectView> {
        self.change_block(&BlockChange { id, property_id: Some(section), block_id: block, block: content })
    }

    fn change_block(&self, change: &BlockChange<'_>) -> Call<ObjectView> {
        Call::new(self, Request::new(Method::PATCH, "/blocks/block").json(change).amending(change.id))
    }

    /// POST /blocks/move: puts a block, with everything below it, at another place of its object. Palimpsest only.
    pub fn move_block(&self, id: ObjectId, block: BlockId, place: &Place) -> Call<ObjectView> {
        let body = BlockMove { id, block_id: block, place };
        Call::new(self, Request::new(Method::POST, "/blocks/move").json(&body).amending(id))
    }

    /// POST /blocks/daily-note/append: puts blocks or Markdown at the end of the note of a day.
    pub fn append_to_daily_note(&self, append: &DailyAppend) -> Call<()> {
        Call::silent(
            self,
            Request::new(Method::POST, "/blocks/daily-note/append").json(append).about([Subject::DailyNotes]),
        )
    }

    /// DELETE /block: removes a block with everything below it.
    pub fn delete_block(&self, id: ObjectId, block: BlockId) -> Call<ObjectView> {
        let request = Request::new(Method::DELETE, "/block").amending(id).query("objectId", id).query("blockId", block);
        Call::new(self, request)
    }
}
