//! What kind of trouble an `SQLite` error is, so that callers decide by kind and never by text.

use rusqlite::{Error, ErrorCode};

/// The kind of trouble behind an `SQLite` error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// No space is left on the disk. Nothing was written; it can be tried again once there is space.
    DiskFull,
    /// The file or its folder cannot be written.
    ReadOnly,
    /// Somebody else holds a lock longer than the busy timeout.
    Busy,
    /// The disk failed. After a failed sync the connection must be closed and the file opened again: trying the same
    /// write once more could report success for data that never reached the disk.
    Disk,
    /// The file is damaged, its key is another one, or it is no database.
    Damaged,
    /// A constraint of the schema was violated.
    Constraint,
    /// Anything else: a mistake of the program.
    Other,
}

/// The kind of trouble behind `error`.
#[must_use]
pub fn fault_of(error: &Error) -> Fault {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Fault::DiskFull,
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Fault::ReadOnly,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Fault::Busy,
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => Fault::Disk,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Fault::Damaged,
        Some(ErrorCode::ConstraintViolation) => Fault::Constraint,
        _ => Fault::Other,
    }
}
