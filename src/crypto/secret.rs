//! A value that must not be printed, and the digest that stands for it where it is left out.

use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// A secret value: it cannot be printed, compared or copied, and wipes itself. Only [`Secret::expose`] gives it away; its digest is
/// known without it, since it comes from public parts. What it is given to, templates and their text, is not wiped.
pub struct Secret {
    digest: String,
    value: Option<Zeroizing<String>>,
}

impl Secret {
    /// `purpose` tells several secrets of one key apart.
    pub(super) fn new(key_fingerprint: &str, purpose: &str, value: Option<Zeroizing<String>>) -> Self {
        let digest = Sha256::new().chain_update(purpose).chain_update("\0").chain_update(key_fingerprint).finalize();
        Self { digest: hex::encode(digest), value }
    }

    /// 64 hex digits that change when the key does, the same with and without the value.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The value; `None` where the store has no private key.
    pub fn expose(&self) -> Option<&str> {
        self.value.as_ref().map(|value| value.as_str())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.digest)
    }
}
