//! Files, sent part by part. Every step but the first may be sent again without harm, and is.

use std::time::Duration;

use palimpsest_model::ObjectId;
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::answered::Answered;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::new_upload::{NewUpload, NewUploadOf};
use crate::object_view::ObjectView;
use crate::request::Request;
use crate::upload_view::{PartView, UploadView};

const PATH: &str = "/object/media/upload";
const PART: &str = "/object/media/upload/part";
const COMPLETE: &str = "/object/media/upload/complete";
const ABORT: &str = "/object/media/upload/abort";

/// How long a step may take that moves a file or a part of one.
const STEP: Duration = Duration::from_secs(600);

impl Client {
    /// POST /object/media/upload: begins to send a file of so many bytes.
    pub fn start_upload(&self, upload: &NewUpload, file_size: u64) -> Call<UploadView> {
        let body = NewUploadOf { upload, file_size };
        Call::new(self, Request::new(Method::POST, PATH).json(&body).unkeyed())
    }

    /// PUT /object/media/upload/part: sends a part, from 1, in place of one that was sent before.
    pub fn put_part(&self, upload: ObjectId, number: u64, bytes: Vec<u8>) -> Call<PartView> {
        let request = Request::new(Method::PUT, PART).query("id", upload).query("partNumber", number);
        Call::new(self, request.bytes(bytes).repeatable()).timeout(STEP)
    }

    /// POST /object/media/upload/complete: makes the object, under the id of the upload.
    pub fn complete_upload(&self, upload: ObjectId) -> Call<ObjectView> {
        let request = Request::new(Method::POST, COMPLETE).json(&json!({ "id": upload })).repeatable();
        Call::new(self, request).timeout(STEP)
    }

    /// POST /object/media/upload/abort: gives up, and has the server remove what was sent.
    pub fn abort_upload(&self, upload: ObjectId) -> Call<()> {
        Call::silent(self, Request::new(Method::POST, ABORT).json(&json!({ "id": upload })).unkeyed())
    }

    /// Sends a file from its beginning to its end, one part in memory at a time, and makes its object. What fails is given up.
    ///
    /// # Errors
    /// That of the step that failed; [`Code::Unsendable`](crate::Code::Unsendable) when the source cannot be read, or ends before
    /// `file_size` bytes came of it.
    pub async fn upload(
        &self,
        upload: &NewUpload,
        file_size: u64,
        mut source: impl AsyncRead + Unpin,
    ) -> Result<Answered<ObjectView>, Error> {
        let begun = self.start_upload(upload, file_size).await?.value;
        let sent = match self.send_parts(&begun, &mut source).await {
            Ok(()) => self.complete_upload(begun.id).await,
            Err(error) => Err(error),
        };
        if sent.is_err() {
            // The server forgets it by itself, only later.
            let _ = self.abort_upload(begun.id).await;
        }
        sent
    }

    async fn send_parts(&self, begun: &UploadView, source: &mut (impl AsyncRead + Unpin)) -> Result<(), Error> {
        let unreadable = |error| Error::unsendable("the file cannot be read", error);
        for number in 1..=begun.part_count {
            let left = begun.file_size.saturating_sub((number - 1) * begun.part_size);
            let mut part = Vec::new();
            let size = left.min(begun.part_size);
            source.take(size).read_to_end(&mut part).await.map_err(unreadable)?;
            if (part.len() as u64) < size {
                return Err(unreadable(std::io::ErrorKind::UnexpectedEof.into()));
            }
            self.put_part(begun.id, number, part).await?;
        }
        Ok(())
    }
}
