//! Who wrote, as answers show it.

use serde::Deserialize;
use uuid::Uuid;

use crate::required::required;

/// Who wrote: a token with the name it had then.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Deserialize)]
pub struct ActorView {
    /// The token; nothing for whoever runs the server.
    #[serde(deserialize_with = "required")]
    pub id: Option<Uuid>,
    /// Its name.
    pub name: String,
}
