//! POST /object/media/upload/abort.

use palimpsest_model::{ObjectId, Revision};

use crate::access::Access;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// POST /object/media/upload/abort: removes what was sent. Answers the head.
    pub async fn abort_upload(&self, access: &Access, id: ObjectId) -> Result<Revision, Error> {
        self.find_upload(access, id).await?;
        self.drop_upload(id).await?;
        self.head(access).await
    }
}
