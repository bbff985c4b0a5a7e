//! Where the cache stands in the feed.

use crate::error::DeskError;
use rusqlite::Connection;
use uuid::Uuid;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::RowCounts;
use yuyue_protocol::cursor::{Cursor, Epoch, Revision};

/// Where the cache stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedState {
    /// What was applied; none before the first page.
    pub cursor: Option<Cursor>,
    /// The newest revision that the centre spoke of.
    pub head: Revision,
    /// Counts up with every fill.
    pub fill: i64,
    /// Whether a fill is under way: rows may be missing, and look-ups ask the centre.
    pub is_filling: bool,
    /// Rows that the fill under way has brought.
    pub filled_rows: u64,
    /// Whether the last fill ended with other counts than the centre's; another fill would not help.
    pub counts_differ: bool,
    /// The centre's time at which these rows were all there were.
    pub complete_at: Option<Timestamp>,
}

/// Where the cache stands.
///
/// # Errors
/// When the file cannot be read.
pub fn get_feed(cache: &Connection) -> Result<FeedState, DeskError> {
    Ok(cache
        .prepare_cached(
            "SELECT epoch, revision, head, fill, is_filling, filled_rows, counts_differ, complete_at
             FROM feed",
        )?
        .query_row([], |row| {
            let epoch: Option<[u8; 16]> = row.get(0)?;
            let revision: Option<u64> = row.get(1)?;
            let complete_at: Option<i64> = row.get(7)?;
            Ok(FeedState {
                cursor: epoch.zip(revision).map(|(epoch, revision)| Cursor {
                    epoch: Epoch(Uuid::from_bytes(epoch)),
                    revision: Revision(revision),
                }),
                head: Revision(row.get(2)?),
                fill: row.get(3)?,
                is_filling: row.get(4)?,
                filled_rows: row.get(5)?,
                counts_differ: row.get(6)?,
                complete_at: complete_at.and_then(|seconds| Timestamp::from_unix(seconds).ok()),
            })
        })?)
}

/// Stores where the cache stands; part of the transaction that applies a page.
///
/// # Errors
/// When the file cannot be written.
pub fn update_feed(cache: &Connection, state: &FeedState) -> Result<(), DeskError> {
    cache
        .prepare_cached(
            "UPDATE feed SET epoch = ?1, revision = ?2, head = ?3, fill = ?4, is_filling = ?5, filled_rows = ?6,
                 counts_differ = ?7, complete_at = ?8",
        )?
        .execute((
            state.cursor.map(|cursor| *cursor.epoch.0.as_bytes()),
            state.cursor.map(|cursor| cursor.revision.0),
            state.head.0,
            state.fill,
            state.is_filling,
            state.filled_rows,
            state.counts_differ,
            state.complete_at.map(Timestamp::unix),
        ))?;
    Ok(())
}

/// How many rows are here.
///
/// # Errors
/// When the file cannot be read.
pub fn get_counts(cache: &Connection) -> Result<RowCounts, DeskError> {
    let mut statement = cache.prepare_cached("SELECT count FROM row_count WHERE name = ?1")?;
    let mut count = |name: &str| statement.query_row([name], |row| row.get(0));
    Ok(RowCounts { applicants: count("applicant")?, applications: count("application")?, sessions: count("session")? })
}
