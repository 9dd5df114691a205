//! Bytes of a file that may hold a private key.
//! What they mean is `crypto`'s.

use std::fmt;
use zeroize::Zeroizing;

/// Bytes that are nobody's business: they cannot be printed or compared, are copied only where somebody says so, and are wiped
/// from memory when they are dropped. What the system keeps of a file it read (its cache, a swapped page) is beyond this.
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes bytes over; they must not have been moved to a larger buffer before, which would have left some behind.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A copy, which is wiped too.
    pub fn copy_of(bytes: &[u8]) -> Self {
        Self::new(bytes.to_vec())
    }

    /// The bytes, for whoever has to read them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_bytes_are_not_printed() {
        assert_eq!(format!("{:?}", Some(SecretBytes::copy_of(b"key"))), "Some(SecretBytes(..))");
    }
}
