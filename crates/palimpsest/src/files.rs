//! Where the bytes of files lie: in the data folder, or in a bucket.

use std::path::Path;
use std::sync::Arc;

use palimpsest_files::{Bucket, FolderFiles};
use palimpsest_store::Files;

/// Opens the place for files; the data folder is ours already.
pub(crate) fn open(data: &Path, bucket: Option<&Bucket>) -> anyhow::Result<Arc<dyn Files>> {
    match bucket {
        Some(bucket) => in_bucket(data, bucket),
        None => Ok(Arc::new(FolderFiles::open(data)?)),
    }
}

#[cfg(feature = "s3")]
fn in_bucket(data: &Path, bucket: &Bucket) -> anyhow::Result<Arc<dyn Files>> {
    // What of the environment is no text is no setting either.
    let settings =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Ok(Arc::new(palimpsest_files::BucketFiles::open(bucket, data, settings)?))
}

#[cfg(not(feature = "s3"))]
fn in_bucket(_: &Path, bucket: &Bucket) -> anyhow::Result<Arc<dyn Files>> {
    anyhow::bail!("{bucket}: this build knows no buckets (it was made without the feature s3)")
}
