//! Writes that are made of calls.

use palimpsest_model::ObjectId;

use crate::client::Client;
use crate::object_view::ObjectView;
use crate::transaction::Transaction;
use crate::update_with::{Amendment, UpdateWith};

impl Client {
    /// Reads an object, changes it as `edit` says in view of it, and does so again when somebody else has changed it meanwhile:
    /// no change is lost. A server that knows no versions overwrites what others wrote between read and write; with
    /// [`Client::queued`] at least not what this client wrote.
    ///
    /// ```no_run
    /// # async fn example(client: palimpsest_client::Client, id: palimpsest_client::ObjectId) -> Result<(), palimpsest_client::Error> {
    /// use palimpsest_client::ObjectChanges;
    ///
    /// client.update_with(id, |object| ObjectChanges::new().title(format!("{}!", object.title()))).await?;
    /// client.update_with(id, |object| (object.title() != "Done").then(|| ObjectChanges::new().title("Done"))).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_with<'f, A: Into<Amendment>>(
        &self,
        id: ObjectId,
        mut edit: impl FnMut(&ObjectView) -> A + Send + 'f,
    ) -> UpdateWith<'f> {
        UpdateWith::new(self, id, Box::new(move |object| edit(object).into()))
    }

    /// A transaction without operations yet.
    pub fn transaction(&self) -> Transaction {
        Transaction::new(self)
    }
}
