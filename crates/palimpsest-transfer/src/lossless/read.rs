//! Reading the files of the lossless form. They must be exactly as an export writes them: what would be dropped or understood
//! otherwise is a problem.

use std::sync::Arc;

use palimpsest_model::Path;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{AdoptError, aside, limits};
use crate::form::{FORMAT, Kept, MANIFEST, Manifest, OBJECTS, VERSION, object_path};
use crate::import::Limits;
use crate::import::source::{File, Source};

/// So many objects are read and taken over together, or fewer when they are long.
const AT_ONCE: usize = 200;
/// So many bytes of objects.
const BYTES_AT_ONCE: u64 = 4 << 20;

/// The manifest of a source, if it has one.
pub(super) fn manifest_of(source: &Source) -> Option<&File> {
    source.files.iter().find(|file| file.path == MANIFEST)
}

/// Reads the manifest.
pub(super) fn manifest(source: &Source, limits: &Limits) -> Result<Manifest, String> {
    let file = manifest_of(source).ok_or("it is not there")?;
    let json = json(&source.text(file, limits)?)?;
    if json["format"] != FORMAT {
        return Err("not the manifest of an export of Palimpsest".to_owned());
    }
    match json["version"].as_u64() {
        Some(version) if version == u64::from(VERSION) => exact(&json),
        Some(version) => Err(format!("the export has the form {version}; this version knows {VERSION}")),
        None => Err("the version of the form is missing".to_owned()),
    }
}

/// Reads an object.
fn object(source: &Source, file: &File, limits: &Limits) -> Result<Kept, String> {
    let kept: Kept = exact(&json(&source.text(file, limits)?)?)?;
    if object_path(kept.object.id) != file.path {
        return Err(format!("it holds the object {}, which is another", kept.object.id));
    }
    Ok(kept)
}

/// Whether a file is one of an object.
pub(super) fn is_object(file: &File) -> bool {
    file.path.strip_prefix(OBJECTS).is_some_and(|rest| rest.starts_with('/') && rest.ends_with(".json"))
}

/// Objects by the paths of their files, or what is wrong with them, and where the next ones begin.
type Read = (Vec<(String, Result<Kept, String>)>, usize);

/// Reads some objects, from a place among the files on.
pub(super) async fn some(source: &Arc<Source>, from: usize) -> Result<Read, AdoptError> {
    let source = Arc::clone(source);
    aside(move || {
        let (mut read, mut bytes, mut at) = (Vec::new(), 0, from);
        while let Some(file) = source.files.get(at).filter(|_| read.len() < AT_ONCE && bytes < BYTES_AT_ONCE) {
            if is_object(file) {
                bytes += file.size;
                read.push((file.path.clone(), object(&source, file, &limits())));
            }
            at += 1;
        }
        (read, at)
    })
    .await
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("broken JSON: {error}"))
}

/// Reads a value that is written again just so.
fn exact<T: Serialize + DeserializeOwned>(json: &Value) -> Result<T, String> {
    let value: T = T::deserialize(json).map_err(|error| error.to_string())?;
    let again = serde_json::to_value(&value).unwrap_or_default();
    match difference(json, &again, Path::default()) {
        None => Ok(value),
        Some(path) => Err(format!("not as an export writes it, at {path}")),
    }
}

/// The first place where two documents differ.
fn difference(one: &Value, other: &Value, at: Path) -> Option<Path> {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let keys = one.keys().chain(other.keys().filter(|key| !one.contains_key(*key)));
            keys.into_iter().find_map(|key| match (one.get(key), other.get(key)) {
                (Some(one), Some(other)) => difference(one, other, at.clone().key(key)),
                _ => Some(at.clone().key(key)),
            })
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let pairs = one.iter().zip(other).enumerate();
            pairs.into_iter().find_map(|(index, (one, other))| difference(one, other, at.clone().index(index)))
        }
        _ => (one != other).then_some(at),
    }
}
