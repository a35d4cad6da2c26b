//! The text of an object, block by block (spec/02 §12–15).

use palimpsest_model::{BlockId, ObjectId, PropertyId};
use reqwest::Method;
use serde::Serialize;

use crate::append::{Append, AppendTo};
use crate::call::{Call, Request};
use crate::client::Client;
use crate::daily::DailyAppend;
use crate::new_block::NewBlock;
use crate::object_view::ObjectView;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockChange<'b> {
    id: ObjectId,
    #[serde(skip_serializing_if = "Option::is_none")]
    property_id: Option<&'b PropertyId>,
    block_id: BlockId,
    block: &'b NewBlock,
}

impl Client {
    /// POST /blocks/append: puts blocks or Markdown into an object.
    pub fn append(&self, id: ObjectId, append: &Append) -> Call<ObjectView> {
        Call::new(self, Request::new(Method::POST, "/blocks/append").json(&AppendTo { id, append }))
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
        Call::new(self, Request::new(Method::PATCH, "/blocks/block").json(change))
    }

    /// POST /blocks/daily-note/append: puts blocks or Markdown at the end of the note of a day.
    pub fn append_to_daily_note(&self, append: &DailyAppend) -> Call<()> {
        Call::silent(self, Request::new(Method::POST, "/blocks/daily-note/append").json(append))
    }

    /// DELETE /block: removes a block with everything below it.
    pub fn delete_block(&self, id: ObjectId, block: BlockId) -> Call<ObjectView> {
        let request = Request::new(Method::DELETE, "/block").query("objectId", id).query("blockId", block);
        Call::new(self, request)
    }
}
