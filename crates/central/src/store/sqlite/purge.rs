//! Deletes what nobody needs any more.

use super::feed;
use crate::store::{PurgeBefore, Purged, StoreError};
use rusqlite::{Connection, params};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::cursor::Epoch;

pub fn purge(connection: &Connection, before: &PurgeBefore) -> Result<Purged, StoreError> {
    let count = |deleted: usize| u64::try_from(deleted).unwrap_or(u64::MAX);
    let tombstones = before.tombstones.unix();
    connection.execute(
        "UPDATE feed_head SET purged_until = max(
             purged_until, (SELECT coalesce(max(revision), 0) FROM tombstone WHERE gone_at < ?1)
         )",
        [tombstones],
    )?;
    Ok(Purged {
        tombstones: count(connection.execute("DELETE FROM tombstone WHERE gone_at < ?1", [tombstones])?),
        commands: count(connection.execute("DELETE FROM command WHERE decided_at < ?1", [before.commands.unix()])?),
        tokens: count(connection.execute("DELETE FROM clerk_token WHERE expires_at <= ?1", [before.now.unix()])?),
        messages: count(
            connection
                .execute("DELETE FROM sms WHERE state <> 'waiting' AND created_at < ?1", [before.messages.unix()])?,
        ),
        code_requests: count(
            connection.execute("DELETE FROM code_request WHERE requested_at < ?1", params![before.messages.unix()])?
                + connection
                    .execute("DELETE FROM visit_code WHERE changed_at < ?1", params![before.messages.unix()])?
                + connection.execute("DELETE FROM code_quota WHERE since < ?1", params![before.messages.unix()])?,
        ),
    })
}

/// Deletes everything that a new generated city brings again. The audit stays: it is never deleted.
pub fn reset(connection: &Connection, epoch: Epoch, now: Timestamp) -> Result<(), StoreError> {
    connection.execute_batch(include_str!("reset.sql"))?;
    connection.execute("UPDATE centre SET began_at = ?1", [now.unix()])?;
    feed::begin_epoch(connection, epoch)
}
