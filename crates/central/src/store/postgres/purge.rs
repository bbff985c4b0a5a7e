//! Deletes what nobody needs any more.

use super::feed::{self, Revisions};
use super::sql;
use crate::store::{PurgeBefore, Purged, StoreError};
use deadpool_postgres::GenericClient;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::cursor::Epoch;

pub async fn purge<C: GenericClient>(client: &C, before: &PurgeBefore) -> Result<Purged, StoreError> {
    let _head = Revisions::begin(client).await?;
    let (tombstones, messages) = (before.tombstones.unix(), before.messages.unix());
    sql::write(
        client,
        "UPDATE feed_head SET purged_until = greatest(
             purged_until, (SELECT max(revision) FROM tombstone WHERE gone_at < $1)
         )",
        &[&tombstones],
    )
    .await?;
    sql::write(client, "DELETE FROM visit WHERE expires_at <= $1", &[&before.now.unix()]).await?;
    let an_hour_ago = before.now.plus_seconds(-3_600).unix();
    sql::write(client, "DELETE FROM open_record WHERE heard_at < $1", &[&an_hour_ago]).await?;
    let delete = async |statement: &str, instant: i64| sql::write(client, statement, &[&instant]).await;
    Ok(Purged {
        tombstones: delete("DELETE FROM tombstone WHERE gone_at < $1", tombstones).await?,
        commands: delete("DELETE FROM command WHERE decided_at < $1", before.commands.unix()).await?,
        tokens: delete("DELETE FROM clerk_token WHERE expires_at <= $1", before.now.unix()).await?,
        messages: delete("DELETE FROM sms WHERE state <> 'waiting' AND created_at < $1", messages).await?,
        code_requests: delete("DELETE FROM code_request WHERE requested_at < $1", messages).await?
            + delete("DELETE FROM visit_code WHERE changed_at < $1", messages).await?
            + delete("DELETE FROM code_quota WHERE since < $1", messages).await?,
    })
}

/// Deletes everything that a new generated city brings again. The audit stays: it is never deleted.
pub async fn reset<C: GenericClient>(client: &C, epoch: Epoch, now: Timestamp) -> Result<(), StoreError> {
    let _head = Revisions::begin(client).await?;
    client.batch_execute(include_str!("../sqlite/reset.sql")).await?;
    client.batch_execute("DELETE FROM visit; DELETE FROM visit_asked; DELETE FROM open_record").await?;
    sql::write(client, "UPDATE centre SET began_at = $1", &[&now.unix()]).await?;
    feed::begin_epoch(client, epoch).await
}
