//! A member that has to be there even when it may be `null`: serde takes a missing `Option` for `null`.

use serde::{Deserialize, Deserializer};

pub(crate) fn required<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::deserialize(deserializer)
}
