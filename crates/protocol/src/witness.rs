//! The end of the centre's audit as its devices keep it. Each record of the audit carries the hash of the one before, so
//! whoever has kept the hash of one record is a witness of everything up to it: a centre that rewrites its past can no
//! longer show that hash in its place.

use crate::cursor::Epoch;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use yuyue_domain::time::Timestamp;

/// What every signed checkpoint begins with, so that its signature can never pass for one of anything else.
const SIGNED_PREFIX: &[u8] = b"yuyue checkpoint v1\0";

/// The hash of a record of the audit, written as base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordHash(pub [u8; 32]);

/// Where the audit ended at some instant, signed by the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// In which feed: a centre that was restored from a backup begins a new one, and its audit goes on from the backup.
    pub epoch: Epoch,
    /// The number of the last record; 0 when there was none.
    pub sequence: u64,
    /// Its hash.
    pub hash: RecordHash,
    /// When the centre said so, by its clock.
    pub at: Timestamp,
    /// The centre's Ed25519 signature over all of the above.
    #[serde(serialize_with = "signature_text", deserialize_with = "signature_from_text")]
    pub signature: Signature,
}

impl Checkpoint {
    /// Signs where the audit ends.
    #[must_use]
    pub fn sign(epoch: Epoch, sequence: u64, hash: RecordHash, at: Timestamp, key: &SigningKey) -> Self {
        let signature = key.sign(&signed_bytes(epoch, sequence, hash, at));
        Self { epoch, sequence, hash, at, signature }
    }

    /// Whether `key` signed exactly this.
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        let Self { epoch, sequence, hash, at, signature } = self;
        key.verify_strict(&signed_bytes(*epoch, *sequence, *hash, *at), signature).is_ok()
    }
}

/// What a device is told of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditTail {
    /// Where it ends now.
    pub checkpoint: Checkpoint,
    /// The hash of the record that the device named as the last one that it knows; none when there is no such record.
    pub seen: Option<RecordHash>,
}

/// The key with which the centre signs checkpoints and publications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealKey {
    /// A certificate (PEM) of the authority over the Ed25519 key.
    pub certificate: String,
}

/// Every field at a fixed width, so that no two checkpoints share one signed text.
fn signed_bytes(epoch: Epoch, sequence: u64, hash: RecordHash, at: Timestamp) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SIGNED_PREFIX.len() + 64);
    bytes.extend_from_slice(SIGNED_PREFIX);
    bytes.extend_from_slice(epoch.0.as_bytes());
    bytes.extend_from_slice(&sequence.to_be_bytes());
    bytes.extend_from_slice(&hash.0);
    bytes.extend_from_slice(&at.unix().to_be_bytes());
    bytes
}

impl Serialize for RecordHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for RecordHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(|_| de::Error::custom("a hash is base64"))?;
        bytes.try_into().map(Self).map_err(|_| de::Error::custom("a hash has 32 bytes"))
    }
}

fn signature_text<S: Serializer>(signature: &Signature, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(signature.to_bytes()))
}

fn signature_from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Signature, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = STANDARD.decode(text).map_err(|_| de::Error::custom("a signature is base64"))?;
    Signature::from_slice(&bytes).map_err(|_| de::Error::custom("a signature has 64 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn every_altered_field_of_a_checkpoint_breaks_its_signature() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let at: Timestamp = "2026-11-23T09:00:00+08:00".parse().expect("a valid time");
        let good = Checkpoint::sign(Epoch(Uuid::from_u128(1)), 9, RecordHash([3; 32]), at, &key);
        let is_good = |checkpoint: Checkpoint| checkpoint.is_signed_by(&key.verifying_key());
        assert!(is_good(good), "as it was signed");
        for (altered, what) in [
            (Checkpoint { epoch: Epoch(Uuid::from_u128(2)), ..good }, "the feed"),
            (Checkpoint { sequence: 10, ..good }, "the number"),
            (Checkpoint { hash: RecordHash([4; 32]), ..good }, "the hash"),
            (Checkpoint { at: at.plus_seconds(1), ..good }, "the time"),
        ] {
            assert!(!is_good(altered), "{what} is covered by the signature");
        }
        let other = SigningKey::from_bytes(&[8; 32]);
        assert!(!good.is_signed_by(&other.verifying_key()), "and nobody else has signed it");
        let text = serde_json::to_string(&good).expect("written");
        let read: Checkpoint = serde_json::from_str(&text).expect("read");
        assert!(is_good(read), "it stays good on the way");
    }
}
