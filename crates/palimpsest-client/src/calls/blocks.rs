//! The text of an object, block by block (spec/02 §12, 14, 15).

use palimpsest_model::{BlockId, ObjectId};
use reqwest::Method;
use serde::Serialize;

use crate::append::{Append, AppendTo};
use crate::call::{Call, Request};
use crate::client::Client;
use crate::new_block::NewBlock;
use crate::object_view::ObjectView;

impl Client {
    /// POST /blocks/append: puts blocks or Markdown into an object.
    pub fn append(&self, id: ObjectId, append: &Append) -> Call<ObjectView> {
        Call::new(self, Request::new(Method::POST, "/blocks/append").json(&AppendTo { id, append }))
    }

    /// PATCH /blocks/block: changes one block; what `content` leaves out stays.
    pub fn update_block(&self, id: ObjectId, block: BlockId, content: &NewBlock) -> Call<ObjectView> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'b> {
            id: ObjectId,
            block_id: BlockId,
            block: &'b NewBlock,
        }
        let body = Body { id, block_id: block, block: content };
        Call::new(self, Request::new(Method::PATCH, "/blocks/block").json(&body))
    }

    /// DELETE /block: removes a block with everything below it.
    pub fn delete_block(&self, id: ObjectId, block: BlockId) -> Call<ObjectView> {
        let request = Request::new(Method::DELETE, "/block").query("objectId", id).query("blockId", block);
        Call::new(self, request)
    }
}
