//! Deleting what nobody needs any more, once a day and so much at a time that nobody waits long behind it.

use crate::audit::{Act, Entry};
use crate::causes::Causes;
use crate::core::Core;
use crate::store::{Batch, LeaseTerm, PurgeBefore, Purged, Store, StoreError, Wants};
use yuyue_domain::time::{Date, Timestamp};

/// Days for which tombstones are kept; a device that was away longer fills its cache anew.
const TOMBSTONE_DAYS: i64 = 90;
/// Days for which commands and their outcomes are kept, longer than any device is without line.
const COMMAND_DAYS: i64 = 180;
/// Days for which it is known that a message was sent, and that a code was asked for.
const MESSAGE_DAYS: i64 = 7;
/// Rows of one kind that are deleted in one transaction at most.
const ROWS_MAX: u32 = 2_000;
/// Seconds until the next try after a failure; they double with each.
const RETRY_SECONDS: i64 = 60;
const RETRY_SECONDS_MAX: i64 = 3_600;

/// How far the deleting of the day has come.
#[derive(Debug, Default)]
pub struct Purge {
    done_on: Option<Date>,
    failures: u32,
    not_before: Option<Timestamp>,
}

impl Purge {
    /// Deletes the next part of what is older, until there is none on this day. What fails is tried again after longer and
    /// longer waits: it is in nobody's way.
    pub async fn go_on<S: Store>(&mut self, core: &Core<S>, now: Timestamp, term: Option<LeaseTerm>) {
        if self.done_on == Some(now.date()) || self.not_before.is_some_and(|at| now < at) {
            return;
        }
        match delete(core, now, term).await {
            Ok(purged) => {
                *self = Self { done_on: Some(now.date()).filter(|_| !purged.has_more), ..Self::default() };
            }
            // Whoever has taken over goes on with it.
            Err(StoreError::Overtaken) => {}
            Err(error) => {
                let wait = RETRY_SECONDS.saturating_mul(1 << self.failures.min(10)).min(RETRY_SECONDS_MAX);
                self.failures = self.failures.saturating_add(1);
                self.not_before = Some(now.plus_seconds(wait));
                tracing::error!(
                    error = %Causes(&error),
                    wait_seconds = wait,
                    "what nobody needs any more is still there"
                );
            }
        }
    }
}

async fn delete<S: Store>(core: &Core<S>, now: Timestamp, term: Option<LeaseTerm>) -> Result<Purged, StoreError> {
    let before = PurgeBefore {
        now,
        tombstones: now.plus_days(-TOMBSTONE_DAYS),
        commands: now.plus_days(-COMMAND_DAYS),
        messages: now.plus_days(-MESSAGE_DAYS),
        rows_max: ROWS_MAX,
        term,
    };
    let purged = core.store().purge(&before).await?;
    if purged != Purged::default() {
        tracing::info!(?purged, "deleted what nobody needs any more");
        let mut batch = Batch::at(now);
        batch.audit(Entry::new(now, Act::Purged));
        core.store().transact(&Wants { term, ..Wants::default() }, |_| (batch, ())).await?;
    }
    Ok(purged)
}
