//! The envelope in which a device sends one command: what was taken, by whom, when, and the device's signature over it.
//!
//! The body is kept as the verbatim text that was signed. Decoding it and encoding it again must never be needed to check
//! the signature, so that a command taken by an older program stays provable for as long as it is kept.

use crate::command::Command;
use crate::signature::Unchecked;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use uuid::Uuid;
use yuyue_domain::ids::{ClerkId, DeviceId};
use yuyue_domain::time::Timestamp;

/// What every signed text begins with, so that a signature for a command can never pass for one of anything else.
const SIGNED_PREFIX: &[u8] = b"yuyue command v1\0";

/// Bytes of a command's body at most.
pub const BODY_BYTES_MAX: usize = 16 * 1024;

/// One command as it travels and as both ends keep it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The command's identifier, a `UUIDv7` made by the device. Whatever arrives under it takes effect once.
    pub id: Uuid,
    /// The device that took it.
    pub device: DeviceId,
    /// Counts up by one with every command of the device, so that gaps are visible; it orders nothing.
    pub number: u64,
    /// The clerk who acted; none at a kiosk.
    pub clerk: Option<ClerkId>,
    /// When it was taken, by the centre's clock as the device knows it.
    pub taken_at: Timestamp,
    /// The command as JSON, verbatim.
    pub body: String,
    /// The device's Ed25519 signature over all of the above.
    #[serde(serialize_with = "signature_text", deserialize_with = "signature_from_text")]
    pub signature: Signature,
}

/// Why an envelope cannot be believed or understood.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// The signature is not the device's for these fields.
    #[error("the signature does not belong to this command and device")]
    Signature,
    /// The body is longer than allowed.
    #[error("the command has {bytes} bytes, {BODY_BYTES_MAX} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The body is no command that this version knows.
    #[error("the command cannot be read")]
    Body(#[source] serde_json::Error),
}

impl Envelope {
    /// Writes and signs a command.
    ///
    /// # Errors
    /// When the command is longer than [`BODY_BYTES_MAX`].
    pub fn seal(head: Head, command: &Command, key: &SigningKey) -> Result<Self, EnvelopeError> {
        let body = serde_json::to_string(command).map_err(EnvelopeError::Body)?;
        check_length(&body)?;
        let signature = key.sign(&signed_bytes(&head, &body));
        let Head { id, device, number, clerk, taken_at } = head;
        Ok(Self { id, device, number, clerk, taken_at, body, signature })
    }

    /// Checks that `key` signed exactly this envelope.
    ///
    /// # Errors
    /// When any field was altered or another key signed it.
    pub fn check_signature(&self, key: &VerifyingKey) -> Result<(), EnvelopeError> {
        if self.unchecked(key.as_bytes())?.check() { Ok(()) } else { Err(EnvelopeError::Signature) }
    }

    /// Its signature, to be checked among others: whether the one whose public key this is signed exactly this envelope.
    ///
    /// # Errors
    /// When the body is too long.
    pub fn unchecked(&self, key: &[u8; 32]) -> Result<Unchecked, EnvelopeError> {
        check_length(&self.body)?;
        Ok(Unchecked::new(key, self.signature, &signed_bytes(&self.head(), &self.body)))
    }

    /// Reads the command.
    ///
    /// # Errors
    /// When the body is too long or no command that this version knows.
    pub fn command(&self) -> Result<Command, EnvelopeError> {
        check_length(&self.body)?;
        serde_json::from_str(&self.body).map_err(EnvelopeError::Body)
    }

    /// The fields around the body.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { id: self.id, device: self.device, number: self.number, clerk: self.clerk, taken_at: self.taken_at }
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body names a person's wishes and may hold a code.
        f.debug_struct("Envelope")
            .field("id", &self.id)
            .field("device", &self.device)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// The fields of an envelope around the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The command's identifier.
    pub id: Uuid,
    /// The device.
    pub device: DeviceId,
    /// The device's running number.
    pub number: u64,
    /// The clerk, at a counter.
    pub clerk: Option<ClerkId>,
    /// When it was taken.
    pub taken_at: Timestamp,
}

fn check_length(body: &str) -> Result<(), EnvelopeError> {
    if body.len() > BODY_BYTES_MAX { Err(EnvelopeError::TooLong { bytes: body.len() }) } else { Ok(()) }
}

/// Every field at a fixed width and the body last, so that no two envelopes share one signed text.
fn signed_bytes(head: &Head, body: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SIGNED_PREFIX.len() + 48 + body.len());
    bytes.extend_from_slice(SIGNED_PREFIX);
    bytes.extend_from_slice(head.id.as_bytes());
    bytes.extend_from_slice(&head.device.0.to_be_bytes());
    bytes.extend_from_slice(&head.number.to_be_bytes());
    bytes.push(u8::from(head.clerk.is_some()));
    bytes.extend_from_slice(&head.clerk.map_or(0, |clerk| clerk.0).to_be_bytes());
    bytes.extend_from_slice(&head.taken_at.unix().to_be_bytes());
    bytes.extend_from_slice(body.as_bytes());
    bytes
}

fn signature_text<S: Serializer>(signature: &Signature, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(signature.to_bytes()))
}

fn signature_from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Signature, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = STANDARD.decode(text).map_err(|_| de::Error::custom("a signature is base64"))?;
    Signature::from_slice(&bytes).map_err(|_| de::Error::custom("a signature has 64 bytes"))
}
