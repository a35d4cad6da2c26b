//! Entity tags: which version it is, and which bytes of it.

use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use palimpsest_model::Tag;
use xxhash_rust::xxh3::xxh3_128;

/// Stands for bytes: 96 bits of their XXH3, as 16 characters of base64url. It tells apart how one version was shown at different times,
/// not what somebody made up: nothing is trusted for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digest([u8; 16]);

impl Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut text = [b'A'; 16];
        // Twelve bytes are sixteen characters, always.
        let _ = URL_SAFE_NO_PAD.encode_slice(&xxh3_128(bytes).to_le_bytes()[..12], &mut text);
        Self(text)
    }
}

/// A strong entity tag (RFC 9110 §8.8.3): a version, and the digest of the bytes it was shown as. What shows no bytes has none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ETag {
    /// The version.
    pub tag: Tag,
    /// The digest of the answer's body.
    pub digest: Option<Digest>,
}

impl ETag {
    /// As it is written.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(64);
        // Writing to a text cannot fail.
        let _ = write!(text, "{}", self.tag);
        if let Some(Digest(digest)) = &self.digest {
            // Within the quotation marks; base64url is ASCII.
            text.pop();
            text.push('-');
            text.push_str(str::from_utf8(digest).unwrap_or_default());
            text.push('"');
        }
        text
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

/// The bytes of an answer, and their digest.
#[derive(Clone, Debug)]
pub(crate) struct Rendering {
    pub(crate) body: Bytes,
    pub(crate) digest: Digest,
}

impl From<Vec<u8>> for Rendering {
    fn from(body: Vec<u8>) -> Self {
        // Without the room that it grew into: it may be kept for long, and is counted by its length.
        Self { digest: Digest::of(&body), body: body.into_boxed_slice().into() }
    }
}

#[cfg(test)]
mod tests {
    use palimpsest_model::{LogId, Revision};

    use super::*;

    #[test]
    fn an_entity_tag_names_the_version_and_the_bytes() {
        let tag = Tag { log: LogId(7), revision: Revision(12) };
        let digest = Some(Digest::of(b"body"));
        let written = ETag { tag, digest }.to_string();
        assert!(written.starts_with("\"0000000000000007.12-") && written.len() == 2 + 16 + 1 + 2 + 1 + 16, "{written}");
        assert_eq!(written.parse(), Ok(tag));
        assert_ne!(ETag { tag, digest: Some(Digest::of(b"other")) }.to_string(), written);
        assert_eq!(ETag { tag, digest: None }.to_string(), tag.to_string());
    }
}
