//! Secrets that the centre hands out and recognises again without keeping them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// What is kept of a secret: enough to recognise it, useless to whoever reads the store.
pub type Hash = [u8; 32];

/// The SHA-256 of some bytes.
#[must_use]
pub fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// A new token for a text field: 256 random bits, so that a plain hash of it cannot be searched through.
#[must_use]
pub fn token_text(random: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(random)
}

/// A one-time code that a person types: 16 letters and digits in groups of four, without those that look alike.
#[must_use]
pub fn enrolment_text(random: [u8; 32]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut text = String::with_capacity(19);
    for (position, byte) in random.iter().take(16).enumerate() {
        if position > 0 && position % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    text
}

/// The hash of a typed enrolment code; blanks, hyphens and case do not matter.
#[must_use]
pub fn enrolment_hash(typed: &str) -> Hash {
    let normal: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    hash(normal.as_bytes())
}

/// The key with which short secrets are hashed. A code has only 20 bits: without this key a plain hash of it could be
/// tried through in a moment.
#[derive(Clone)]
pub struct ServerKey([u8; 32]);

impl ServerKey {
    /// The key of these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The keyed hash of parts whose lengths cannot be confused.
    #[must_use]
    pub fn tag<P: AsRef<[u8]>>(&self, parts: &[P]) -> Hash {
        self.mac(parts).finalize().into_bytes().into()
    }

    /// Whether `tag` is the keyed hash of these parts, in a time that does not depend on where they differ.
    #[must_use]
    pub fn matches<P: AsRef<[u8]>>(&self, parts: &[P], tag: &Hash) -> bool {
        self.mac(parts).verify_slice(tag).is_ok()
    }

    /// The key with which the centre signs what others keep or check: publications, and where the audit ends. It follows from
    /// this one, so that a centre that is restored from its key files signs as before.
    #[must_use]
    pub fn seal(&self) -> SigningKey {
        SigningKey::from_bytes(&self.tag(&["seal"]))
    }

    fn mac<P: AsRef<[u8]>>(&self, parts: &[P]) -> Hmac<Sha256> {
        // A key of 32 bytes shorter than the block is padded, which is how `Hmac` takes it without a fallible length.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        for part in parts {
            let part = part.as_ref();
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_belongs_to_its_parts_and_its_key_only() {
        let key = ServerKey::new([1; 32]);
        let tag = key.tag(&["1", "23"]);
        assert!(key.matches(&["1", "23"], &tag), "the same parts match");
        assert!(!key.matches(&["12", "3"], &tag), "parts are not just run together");
        assert!(!ServerKey::new([2; 32]).matches(&["1", "23"], &tag), "another key makes another tag");
    }

    #[test]
    fn an_enrolment_code_may_be_typed_in_any_case_and_grouping() {
        let text = enrolment_text([9; 32]);
        assert_eq!(text.len(), 19, "sixteen characters and three hyphens");
        let typed = text.to_lowercase().replace('-', " ");
        assert_eq!(enrolment_hash(&typed), enrolment_hash(&text), "the operator reads it over the telephone");
    }
}
