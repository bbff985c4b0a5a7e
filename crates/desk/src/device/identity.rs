//! Who this computer is: its enrolment and the running number of its commands.

use crate::device::setting::{find_setting, upsert_setting};
use crate::error::DeskError;
use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OptionalExtension as _};
use yuyue_domain::ids::{DeviceId, OfficeId};
use yuyue_domain::time::{Date, Timestamp};
use yuyue_protocol::account::DeviceKind;

const EXIT_VERIFIER: &str = "exit_verifier";

/// An enrolled computer.
#[derive(Clone)]
pub struct Identity {
    /// The centre's number for it.
    pub device: DeviceId,
    /// A counter or a kiosk.
    pub kind: DeviceKind,
    /// Its name at the office, such as 3 号窗口.
    pub label: String,
    /// Where it stands.
    pub office: OfficeId,
    /// The certificate (PEM) with which it connects.
    pub certificate: String,
    /// The certificate's private key (PEM).
    pub certificate_key: String,
    /// The authority (PEM) by which it recognises the centre.
    pub authority: String,
    /// The key that signs its commands.
    pub signing_key: SigningKey,
    /// The centre's base URL.
    pub centre: String,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// Argon2id verifier of the code with which staff leave a kiosk; none at a counter.
    pub exit_verifier: Option<String>,
}

impl Identity {
    /// The last day of the certificate; the day of enrolment when it cannot be read.
    #[must_use]
    pub fn authorised_until(&self) -> Date {
        let end = x509_parser::pem::parse_x509_pem(self.certificate.as_bytes()).ok().and_then(|(_, pem)| {
            let certificate = pem.parse_x509().ok()?;
            Timestamp::from_unix(certificate.validity().not_after.timestamp()).ok()
        });
        end.unwrap_or(self.enrolled_at).date()
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("device", &self.device).field("label", &self.label).finish_non_exhaustive()
    }
}

/// Who this computer is; none before it was enrolled.
///
/// # Errors
/// When the file cannot be read.
pub fn find_identity(device: &Connection) -> Result<Option<Identity>, DeskError> {
    let found = device
        .prepare_cached(
            "SELECT device, kind, label, office, certificate, certificate_key, authority, signing_key, centre, enrolled_at
             FROM identity",
        )?
        .query_row([], |row| {
            let kind: String = row.get(1)?;
            let enrolled_at: i64 = row.get(9)?;
            Ok(Identity {
                device: DeviceId(row.get(0)?),
                kind: if kind == "kiosk" { DeviceKind::Kiosk } else { DeviceKind::Counter },
                label: row.get(2)?,
                office: OfficeId(row.get(3)?),
                certificate: row.get(4)?,
                certificate_key: row.get(5)?,
                authority: row.get(6)?,
                signing_key: SigningKey::from_bytes(&row.get(7)?),
                centre: row.get(8)?,
                enrolled_at: Timestamp::from_unix(enrolled_at).unwrap_or(Timestamp::MIN),
                exit_verifier: None,
            })
        })
        .optional()?;
    let Some(identity) = found else { return Ok(None) };
    Ok(Some(Identity { exit_verifier: find_setting(device, EXIT_VERIFIER)?, ..identity }))
}

/// Keeps the enrolment. Commands are numbered from 1.
///
/// # Errors
/// [`DeskError::AlreadyEnrolled`] when the computer is enrolled; otherwise when the file cannot be written.
pub fn insert_identity(device: &Connection, identity: &Identity) -> Result<(), DeskError> {
    let kind = match identity.kind {
        DeviceKind::Counter => "counter",
        DeviceKind::Kiosk => "kiosk",
    };
    let inserted = device.execute(
        "INSERT INTO identity (one, device, kind, label, office, certificate, certificate_key, authority, signing_key,
             centre, enrolled_at, last_number)
         VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0) ON CONFLICT (one) DO NOTHING",
        (
            identity.device.0,
            kind,
            &identity.label,
            identity.office.0,
            &identity.certificate,
            &identity.certificate_key,
            &identity.authority,
            identity.signing_key.to_bytes(),
            &identity.centre,
            identity.enrolled_at.unix(),
        ),
    )?;
    if inserted != 1 {
        return Err(DeskError::AlreadyEnrolled);
    }
    match &identity.exit_verifier {
        Some(verifier) => upsert_setting(device, EXIT_VERIFIER, verifier),
        None => Ok(()),
    }
}

/// Keeps a certificate that was renewed, with its key.
///
/// # Errors
/// When the file cannot be written.
pub fn update_certificate(device: &Connection, identity: &Identity) -> Result<(), DeskError> {
    let Identity { certificate, certificate_key, .. } = identity;
    device.execute("UPDATE identity SET certificate = ?1, certificate_key = ?2", [certificate, certificate_key])?;
    Ok(())
}

/// Takes the next running number. It only counts when the surrounding transaction commits.
///
/// # Errors
/// [`DeskError::NotEnrolled`] before enrolment; otherwise when the file cannot be written.
pub fn next_number(device: &Connection) -> Result<u64, DeskError> {
    let number: Option<u64> = device
        .prepare_cached("UPDATE identity SET last_number = last_number + 1 RETURNING last_number")?
        .query_row([], |row| row.get(0))
        .optional()?;
    number.ok_or(DeskError::NotEnrolled)
}

/// The running number that was given last; none before enrolment.
///
/// # Errors
/// When the file cannot be read.
pub fn find_last_number(device: &Connection) -> Result<Option<u64>, DeskError> {
    Ok(device.prepare_cached("SELECT last_number FROM identity")?.query_row([], |row| row.get(0)).optional()?)
}

/// Numbers up to this one were given.
///
/// # Errors
/// When the file cannot be written.
pub fn update_last_number(device: &Connection, number: u64) -> Result<(), DeskError> {
    device.execute("UPDATE identity SET last_number = ?1", [number])?;
    Ok(())
}
