//! Deleting what nobody needs any more, once a day.

use crate::audit::{Act, Entry};
use crate::core::Core;
use crate::store::{Batch, PurgeBefore, Store, StoreError, Wants};
use yuyue_domain::time::Timestamp;

/// Days for which tombstones are kept; a device that was away longer fills its cache anew.
const TOMBSTONE_DAYS: i64 = 90;
/// Days for which commands and their outcomes are kept, longer than any device is without line.
const COMMAND_DAYS: i64 = 180;
/// Days for which it is known that a message was sent, and that a code was asked for.
const MESSAGE_DAYS: i64 = 7;

/// Deletes what is older.
pub async fn purge<S: Store>(core: &Core<S>, now: Timestamp) -> Result<(), StoreError> {
    let before = PurgeBefore {
        now,
        tombstones: now.plus_days(-TOMBSTONE_DAYS),
        commands: now.plus_days(-COMMAND_DAYS),
        messages: now.plus_days(-MESSAGE_DAYS),
    };
    let purged = core.store().purge(&before).await?;
    if purged != crate::store::Purged::default() {
        tracing::info!(?purged, "deleted what nobody needs any more");
        let mut batch = Batch::at(now);
        batch.audit(Entry::new(now, Act::Purged));
        core.store().transact(&Wants::default(), |_| (batch, ())).await?;
    }
    Ok(())
}
