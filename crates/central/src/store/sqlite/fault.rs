//! What the engine's failures mean to whoever asked.

use crate::store::StoreError;
use yuyue_sqlite::{Fault, OpenError};

impl From<OpenError> for StoreError {
    fn from(error: OpenError) -> Self {
        match error.fault() {
            Fault::DiskFull | Fault::Busy => Self::Unavailable(Box::new(error)),
            _ => Self::Failed(Box::new(error)),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{ConstraintViolation, DatabaseBusy, DatabaseLocked, DiskFull};
        match &error {
            rusqlite::Error::SqliteFailure(failure, message) => match failure.code {
                // SQLite names tables and columns here, never values.
                ConstraintViolation => Self::Constraint { rule: message.clone().unwrap_or_default(), row: None },
                DatabaseBusy | DatabaseLocked | DiskFull => Self::Unavailable(Box::new(error)),
                _ => Self::Failed(Box::new(error)),
            },
            _ => Self::Failed(Box::new(error)),
        }
    }
}
