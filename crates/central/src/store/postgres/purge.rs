//! Deletes what nobody needs any more.

use super::feed::{self, Revisions};
use super::{lease, sql};
use crate::store::{PurgeBefore, Purged, StoreError};
use deadpool_postgres::GenericClient;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::cursor::Epoch;

pub async fn purge<C: GenericClient>(client: &C, before: &PurgeBefore) -> Result<Purged, StoreError> {
    let _head = Revisions::begin(client).await?;
    lease::check(client, before.term).await?;
    let (now, tombstones, messages) = (before.now.unix(), before.tombstones.unix(), before.messages.unix());
    // Before the first of them is gone: whoever has not heard of all of them fills anew.
    sql::write(
        client,
        "UPDATE feed_head SET purged_until = greatest(
             purged_until, (SELECT max(revision) FROM tombstone WHERE gone_at < $1)
         )",
        &[&tombstones],
    )
    .await?;
    sql::write(client, "DELETE FROM visit WHERE expires_at <= $1", &[&now]).await?;
    let an_hour_ago = before.now.plus_seconds(-3_600).unix();
    sql::write(client, "DELETE FROM open_record WHERE heard_at < $1", &[&an_hour_ago]).await?;
    let rows_max = i64::from(before.rows_max);
    let delete = async |table: &str, key: &str, is_over: &str, instant: i64| {
        let statement =
            format!("DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {is_over} LIMIT $2)");
        sql::write(client, &statement, &[&instant, &rows_max]).await
    };
    let codes = [
        delete("code_request", "id", "requested_at < $1", messages).await?,
        delete("visit_code", "number", "changed_at < $1", messages).await?,
        delete("code_quota", "key", "since < $1", messages).await?,
    ];
    let purged = Purged {
        tombstones: delete("tombstone", "revision", "gone_at < $1", tombstones).await?,
        commands: delete("command", "id", "decided_at < $1", before.commands.unix()).await?,
        tokens: delete("clerk_token", "hash", "expires_at <= $1", now).await?,
        messages: delete("sms", "id", "state <> 'waiting' AND created_at < $1", messages).await?,
        code_requests: codes.iter().sum(),
        has_more: false,
    };
    let others = [purged.tombstones, purged.commands, purged.tokens, purged.messages];
    let has_more = others.into_iter().chain(codes).any(|deleted| deleted >= u64::from(before.rows_max));
    Ok(Purged { has_more, ..purged })
}

/// Deletes everything that a new generated city brings again. The audit stays: it is never deleted.
pub async fn reset<C: GenericClient>(client: &C, epoch: Epoch, now: Timestamp) -> Result<(), StoreError> {
    let _head = Revisions::begin(client).await?;
    client.batch_execute(include_str!("../sqlite/reset.sql")).await?;
    client.batch_execute("DELETE FROM visit; DELETE FROM visit_asked; DELETE FROM open_record").await?;
    sql::write(client, "UPDATE centre SET began_at = $1", &[&now.unix()]).await?;
    feed::begin_epoch(client, epoch).await
}
