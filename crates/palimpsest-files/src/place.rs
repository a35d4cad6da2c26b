//! The name of a bucket.

use std::fmt;
use std::str::FromStr;

/// A bucket, and what the names of all that is ours in it begin with: `s3://bucket` or `s3://bucket/prefix`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bucket {
    /// How the bucket is called.
    pub name: String,
    /// The beginning of the names, without a slash at either end; it may be empty.
    pub prefix: String,
}

/// A text that names no bucket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BucketError(String);

impl fmt::Display for BucketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` names no bucket: s3://BUCKET or s3://BUCKET/PREFIX", self.0)
    }
}

impl std::error::Error for BucketError {}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        write!(f, "s3://{}{slash}{}", self.name, self.prefix)
    }
}

impl FromStr for Bucket {
    type Err = BucketError;

    fn from_str(text: &str) -> Result<Self, BucketError> {
        let wrong = || BucketError(text.to_owned());
        let rest = text.strip_prefix("s3://").ok_or_else(wrong)?;
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_end_matches('/');
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
        let names_folders = prefix.split('/').all(|part| plain(part) && !["", ".", ".."].contains(&part));
        if name.is_empty() || !plain(name) || !(prefix.is_empty() || names_folders) {
            return Err(wrong());
        }
        Ok(Self { name: name.to_owned(), prefix: prefix.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_read_as_it_is_written_and_nothing_else_is() {
        let read = |text: &str| text.parse::<Bucket>().map(|bucket| (bucket.name.clone(), bucket.prefix.clone()));
        assert_eq!(read("s3://mine"), Ok(("mine".to_owned(), String::new())));
        assert_eq!(read("s3://mine/"), Ok(("mine".to_owned(), String::new())));
        assert_eq!(read("s3://mine/a/b/"), Ok(("mine".to_owned(), "a/b".to_owned())));
        for text in ["s3://mine", "s3://mine/a/b"] {
            assert_eq!(text.parse::<Bucket>().map(|bucket| bucket.to_string()).as_deref(), Ok(text));
        }
        for text in
            ["", "mine", "s3://", "s3:///a", "S3://mine", "s3://mine//a", "s3://mine/../a", "s3://mine?a", "s3://a b"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
