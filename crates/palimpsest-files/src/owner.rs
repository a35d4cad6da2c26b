//! Whose a bucket is: the name of one store, written there when it first comes.

use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode};
use palimpsest_store::FilesError;

use crate::transfer::{fetch_whole, unreachable};

/// What is to be done about an owner.
#[derive(PartialEq, Eq, Debug)]
enum Step {
    /// It is noted already.
    Done,
    /// It is another.
    Refuse,
    /// It is to be noted, if nobody is meanwhile.
    Note,
    /// It is to be noted instead of another.
    Replace,
}

fn step(found: Option<&[u8]>, owner: &str, take: bool) -> Step {
    match found {
        None => Step::Note,
        Some(found) if found == owner.as_bytes() => Step::Done,
        Some(_) if take => Step::Replace,
        Some(_) => Step::Refuse,
    }
}

/// Notes an owner where there is none, or instead of another; whether it is the owner now.
pub(crate) async fn claim(store: &dyn ObjectStore, path: &Path, owner: &str, take: bool) -> Result<bool, FilesError> {
    let mode = match step(fetch_whole(store, path).await?.as_deref(), owner, take) {
        Step::Done => return Ok(true),
        Step::Refuse => return Ok(false),
        Step::Note => PutMode::Create,
        Step::Replace => PutMode::Overwrite,
    };
    match store.put_opts(path, owner.to_owned().into(), mode.into()).await {
        Ok(_) | Err(Error::AlreadyExists { .. }) => {}
        // A service that knows no conditions: of two that come at once the later one has it.
        Err(Error::NotImplemented { .. }) => {
            store.put(path, owner.to_owned().into()).await.map_err(unreachable)?;
        }
        Err(error) => return Err(unreachable(error)),
    }
    // It is another's who came at the same time, or whose condition nobody looked at.
    Ok(fetch_whole(store, path).await?.is_some_and(|found| found == owner.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_becomes_the_owner_of_what_is_anothers_unless_it_is_taken() {
        for take in [false, true] {
            assert_eq!(step(None, "me", take), Step::Note);
            assert_eq!(step(Some(b"me"), "me", take), Step::Done);
        }
        for other in [&b"you"[..], b"", b"me ", b"m", b"mee", b"\xff"] {
            assert_eq!(step(Some(other), "me", false), Step::Refuse);
            assert_eq!(step(Some(other), "me", true), Step::Replace);
        }
    }
}
