//! Deletes what nobody needs any more.

use super::feed;
use crate::store::{PurgeBefore, Purged, StoreError};
use rusqlite::{Connection, params};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::cursor::Epoch;

pub fn purge(connection: &Connection, before: &PurgeBefore) -> Result<Purged, StoreError> {
    let (now, tombstones, messages) = (before.now.unix(), before.tombstones.unix(), before.messages.unix());
    // Before the first of them is gone: whoever has not heard of all of them fills anew.
    connection.execute(
        "UPDATE feed_head SET purged_until = max(
             purged_until, (SELECT coalesce(max(revision), 0) FROM tombstone WHERE gone_at < ?1)
         )",
        [tombstones],
    )?;
    let mut has_more = false;
    let mut delete = |table: &str, key: &str, is_over: &str, instant: i64| -> Result<u64, StoreError> {
        let statement =
            format!("DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {is_over} LIMIT ?2)");
        let deleted = connection.execute(&statement, params![instant, before.rows_max])?;
        has_more |= deleted >= before.rows_max as usize;
        Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
    };
    let purged = Purged {
        tombstones: delete("tombstone", "revision", "gone_at < ?1", tombstones)?,
        commands: delete("command", "id", "decided_at < ?1", before.commands.unix())?,
        tokens: delete("clerk_token", "hash", "expires_at <= ?1", now)?,
        messages: delete("sms", "id", "state <> 'waiting' AND created_at < ?1", messages)?,
        code_requests: delete("code_request", "id", "requested_at < ?1", messages)?
            + delete("visit_code", "number", "changed_at < ?1", messages)?
            + delete("code_quota", "key", "since < ?1", messages)?,
        has_more: false,
    };
    Ok(Purged { has_more, ..purged })
}

/// Deletes everything that a new generated city brings again. The audit stays: it is never deleted.
pub fn reset(connection: &Connection, epoch: Epoch, now: Timestamp) -> Result<(), StoreError> {
    connection.execute_batch(include_str!("reset.sql"))?;
    connection.execute("UPDATE centre SET began_at = ?1", [now.unix()])?;
    feed::begin_epoch(connection, epoch)
}
