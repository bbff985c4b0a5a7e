//! Applying one row or tombstone of the feed. Applying it again changes nothing.

use super::document::{DocumentKey, delete_document, upsert_document};
use super::{applicant, application, result, session};
use crate::error::DeskError;
use rusqlite::Connection;
use yuyue_protocol::change::{Row, RowKey};

/// What the writer of rows knows.
#[derive(Debug, Clone, Copy)]
pub struct Writing {
    /// The fill to which the rows belong.
    pub fill: i64,
    /// Whether names are made findable row by row; a fill does it for all at its end.
    pub with_names: bool,
}

/// Writes a row as it is now.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert_row(cache: &Connection, row: &Row, writing: Writing) -> Result<(), DeskError> {
    let fill = writing.fill;
    match row {
        Row::Office(row) => upsert_document(cache, DocumentKey::Office(row.id), row, fill),
        Row::Site(row) => upsert_document(cache, DocumentKey::Site(row.id), row, fill),
        Row::Clerk(row) => upsert_document(cache, DocumentKey::Clerk(row.id), row, fill),
        Row::Policy(row) => upsert_document(cache, DocumentKey::Policy, row, fill),
        Row::Notice(row) => upsert_document(cache, DocumentKey::Notice(row.kind), row, fill),
        Row::Agreement(row) => upsert_document(cache, DocumentKey::Agreement(row.kind, row.version), row, fill),
        Row::Ladder(row) => upsert_document(cache, DocumentKey::Ladder(row.subject, row.class), row, fill),
        Row::Publication(row) => upsert_document(cache, DocumentKey::Publication(row.id), row, fill),
        Row::Session(row) => session::upsert_session(cache, row, fill),
        Row::SessionCounts(row) => session::upsert_counts(cache, row, fill),
        Row::Applicant(row) => applicant::upsert_applicant(cache, row, writing),
        Row::Application(row) => application::upsert_application(cache, row, fill),
        Row::PublishedResult(row) => result::upsert_result(cache, row, fill),
    }
}

/// Drops a row that is gone, and everything that was derived from it.
///
/// # Errors
/// When the file cannot be written.
pub fn delete_row(cache: &Connection, key: &RowKey) -> Result<(), DeskError> {
    match *key {
        RowKey::Office(id) => delete_document(cache, DocumentKey::Office(id)),
        RowKey::Site(id) => delete_document(cache, DocumentKey::Site(id)),
        RowKey::Clerk(id) => delete_document(cache, DocumentKey::Clerk(id)),
        RowKey::Policy => delete_document(cache, DocumentKey::Policy),
        RowKey::Notice(kind) => delete_document(cache, DocumentKey::Notice(kind)),
        RowKey::Agreement(kind, version) => delete_document(cache, DocumentKey::Agreement(kind, version)),
        RowKey::Ladder(subject, class) => delete_document(cache, DocumentKey::Ladder(subject, class)),
        RowKey::Publication(id) => delete_document(cache, DocumentKey::Publication(id)),
        RowKey::Session(id) => session::delete_session(cache, id),
        RowKey::SessionCounts(id) => session::delete_counts(cache, id),
        RowKey::Applicant(id) => applicant::delete_applicant(cache, id),
        RowKey::Application(id) => application::delete_application(cache, id),
        RowKey::PublishedResult(publication, id) => result::delete_result(cache, publication, id),
    }
}
