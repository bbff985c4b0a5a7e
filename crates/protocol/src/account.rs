//! Devices that enrol and clerks who sign in.

use serde::{Deserialize, Serialize};
use std::fmt;
use yuyue_domain::ids::{ClerkId, DeviceId, OfficeId};
use yuyue_domain::rights::Role;
use yuyue_domain::time::Timestamp;

/// A clerk as every device may know them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Clerk {
    /// The centre's number.
    pub id: ClerkId,
    /// 工号
    pub staff_number: String,
    /// The name.
    pub name: String,
    /// The office at which the clerk works.
    pub office: OfficeId,
    /// What the clerk is there.
    #[serde(default)]
    pub role: Role,
    /// When password, role or office were last set: what a device has kept of before lets nobody in any more.
    #[serde(default)]
    pub renewed_at: Option<Timestamp>,
}

/// What kind of place a device stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A counter with a clerk.
    Counter,
    /// A kiosk.
    Kiosk,
}

/// A text that must not show up in a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// Enrols a computer with the one-time code that the operator was given for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// The one-time code.
    pub code: Secret,
    /// The device's Ed25519 key that will sign its commands, base64 of its 32 bytes.
    pub signing_key: String,
    /// A certificate signing request (PEM) for the connection.
    pub certificate_request: String,
}

/// A computer was enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The device's number, for ever.
    pub device: DeviceId,
    /// A counter or a kiosk.
    pub kind: DeviceKind,
    /// Its name at the office, such as 3 号窗口.
    pub label: String,
    /// The office where it stands.
    pub office: OfficeId,
    /// The certificate (PEM) with which it connects.
    pub certificate: String,
    /// The authority (PEM) by which it recognises the centre.
    pub authority: String,
    /// The port of the centre's listener for devices, at the host that answered.
    pub devices_port: u16,
    /// Argon2id verifier of the code with which staff leave a kiosk; none at a counter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_verifier: Option<String>,
}

/// Asks for a new certificate in the place of the one that is shown with the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewRequest {
    /// A certificate signing request (PEM) for the connection, with a new key.
    pub certificate_request: String,
}

/// A device has a new certificate. The one with which it asked counts for as long as it would have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewed {
    /// The certificate (PEM).
    pub certificate: String,
}

/// A clerk signs in at a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// 工号
    pub staff_number: String,
    /// The password.
    pub password: Secret,
}

/// A clerk is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// Who.
    pub clerk: Clerk,
    /// The token for the requests that follow; kept in memory only.
    pub token: Secret,
    /// Until when the token counts.
    pub expires_at: Timestamp,
    /// Until when the device may let this clerk in without line.
    pub offline_until: Timestamp,
}
