//! The key of an encrypted file: 32 random bytes, used as they are. A passphrase would cost 200 ms at every opening.

use std::fmt;

/// A raw 256-bit key. It never shows up in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

/// Bytes that are no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key has 32 bytes, not {0}")]
pub struct KeyError(pub usize);

impl Key {
    /// The key of these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for whoever keeps the key.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The `PRAGMA key` that applies it without any derivation.
    pub(crate) fn pragma(&self) -> String {
        use fmt::Write as _;
        let mut text = String::with_capacity(84);
        text.push_str("PRAGMA key = \"x'");
        for byte in self.0 {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text.push_str("'\";");
        text
    }
}

impl TryFrom<&[u8]> for Key {
    type Error = KeyError;

    fn try_from(bytes: &[u8]) -> Result<Self, KeyError> {
        bytes.try_into().map(Self).map_err(|_| KeyError(bytes.len()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(redacted)")
    }
}
