//! Which notices were agreed to on this computer, in which version of the text.

use crate::error::DeskError;
use rusqlite::{Connection, OptionalExtension as _};
use yuyue_domain::notice::{Agreement, NoticeKind};

/// The name under which a notice is kept.
#[must_use]
pub const fn notice_name(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Booking => "booking",
        NoticeKind::Priority => "priority",
    }
}

/// The newest version that was agreed to on this computer.
///
/// # Errors
/// When the file cannot be read.
pub fn find_agreed_version(device: &Connection, kind: NoticeKind) -> Result<Option<u32>, DeskError> {
    let version = device
        .prepare_cached("SELECT version FROM agreement WHERE kind = ?1 ORDER BY version DESC LIMIT 1")?
        .query_row([notice_name(kind)], |row| row.get(0))
        .optional()?;
    Ok(version)
}

/// Keeps an agreement; the first one for a version counts.
///
/// # Errors
/// When the file cannot be written.
pub fn insert_agreement(device: &Connection, agreement: &Agreement) -> Result<(), DeskError> {
    device.execute(
        "INSERT INTO agreement (kind, version, applicant, clerk, agreed_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (kind, version) DO NOTHING",
        (
            notice_name(agreement.kind),
            agreement.version,
            agreement.applicant.0,
            agreement.clerk.map(|clerk| clerk.0),
            agreement.agreed_at.unix(),
        ),
    )?;
    Ok(())
}
