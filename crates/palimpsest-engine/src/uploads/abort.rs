//! POST /object/media/upload/abort.

use palimpsest_model::{ObjectId, Revision};

use super::turns::Step;
use crate::access::Access;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// POST /object/media/upload/abort: removes what was sent. Answers the head.
    pub async fn abort_upload(&self, access: &Access, id: ObjectId) -> Result<Revision, Error> {
        let _turn = self.turns.turn(id, Step::Ending).await;
        self.find_upload(access, id).await?;
        self.drop_upload(id).await?;
        self.head(access).await
    }
}
