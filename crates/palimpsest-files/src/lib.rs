//! Where the bytes of files lie: a folder of the data folder ([`FolderFiles`]), or a bucket that speaks S3 (`BucketFiles`, with
//! the feature `s3`). Both pass the suite of the contract, [`palimpsest_store::Files`].
//!
//! A file lies under the name of its content, and beside it one sum for each mebibyte, so that a range can be checked without
//! the rest. What is being sent lies in the folder `uploads` of the data folder, whatever place the files have, part by part. What
//! has no name yet lies in a folder `.new`, which is empty again after every start. Beside a backup lie [`Copies`].

#[cfg(feature = "s3")]
mod bucket;
#[cfg(feature = "s3")]
mod connector;
mod copies;
mod disk;
#[cfg(feature = "faults")]
mod faults;
mod folder;
#[cfg(feature = "s3")]
mod owner;
mod place;
mod reading;
mod sidecar;
mod spool;
mod staging;
#[cfg(feature = "s3")]
mod transfer;

#[cfg(feature = "s3")]
pub use bucket::BucketFiles;
pub use copies::Copies;
#[cfg(feature = "faults")]
pub use faults::Faults;
pub use folder::FolderFiles;
pub use place::{Bucket, BucketError};
