//! The secrets of access tokens: 256 random bits, stored only as their SHA-256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use palimpsest_store::TokenHash;
use sha2::{Digest, Sha256};

/// What every token of spaces begins with.
pub(crate) const PREFIX: &str = "cap-api-";
/// What every token of the operator begins with.
pub(crate) const ADMIN_PREFIX: &str = "cap-admin-";

/// The text of a new secret.
pub(crate) fn new_secret(prefix: &str, random: [u8; 32]) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random))
}

/// What is stored of a secret.
pub(crate) fn hash(secret: &str) -> TokenHash {
    Sha256::digest(secret).into()
}
