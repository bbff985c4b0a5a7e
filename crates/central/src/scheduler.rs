//! What the clock makes due: the policy of the day, extensions, publications, lapsed applications, counts and ladders, purging.
//!
//! [`Scheduler::tick`] does everything that is due at the present instant, in the order in which it fell due, and can be
//! called as often as anybody likes: what was done is not done again, whether or not the centre stopped in between.

mod cancellation;
mod counts;
mod extension;
mod lapse;
mod publication;
mod purge;

pub use publication::{Preview, Published, preview};

use crate::core::Core;
use crate::store::{LeaseTerm, Store, StoreError};
use counts::Counts;
use purge::Purge;
use std::collections::BTreeSet;
use yuyue_domain::allocation::AllocationError;
use yuyue_domain::ids::SessionId;
use yuyue_domain::time::{Date, Timestamp};
use yuyue_protocol::cursor::Epoch;

/// Why something that is due was not done. It stays due.
#[derive(Debug, thiserror::Error)]
pub enum SchedulerError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The applications of a publication contradict each other.
    #[error("the places cannot be allocated")]
    Allocation(#[from] AllocationError),
    /// What a publication was worked out from cannot be written down.
    #[error("the record of the publication cannot be made")]
    Record(#[from] std::io::Error),
}

/// What one tick did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// Applications that ended because the office cancelled their sessions.
    pub cancelled: usize,
    /// Sessions whose extension was decided.
    pub extensions: usize,
    /// Publications that were made.
    pub publications: Vec<Published>,
    /// Applications that lapsed.
    pub lapsed: usize,
    /// Rows of counts and ladders that changed.
    pub counts: usize,
}

/// Remembers what need not be looked at again so soon. Losing it costs time and nothing else.
#[derive(Debug, Default)]
pub struct Scheduler {
    term: Option<LeaseTerm>,
    memory: Memory,
}

/// What is remembered of one feed; another feed, as after a reset, is looked at from the start.
#[derive(Debug, Default)]
struct Memory {
    epoch: Option<Epoch>,
    counts: Counts,
    cancelled: BTreeSet<SessionId>,
    lapsed_until: Option<Timestamp>,
    purge: Purge,
    ruled_on: Option<Date>,
}

impl Scheduler {
    /// Does what is due, as the process that holds the lease in this term. Everything that is written stands on it: when
    /// another process has taken over by then, nothing is.
    ///
    /// # Errors
    /// As [`Scheduler::tick`].
    pub async fn tick_in<S: Store>(&mut self, term: LeaseTerm, core: &Core<S>) -> Result<Done, SchedulerError> {
        if self.term != Some(term) {
            // What is remembered was so before another process worked.
            *self = Self { term: Some(term), ..Self::default() };
        }
        self.tick(core).await
    }

    /// Does what is due.
    ///
    /// # Errors
    /// The first failure; the rest stays due and is done by a later tick.
    pub async fn tick<S: Store>(&mut self, core: &Core<S>) -> Result<Done, SchedulerError> {
        let now = core.now();
        let epoch = Some(core.store().get_head().await?.epoch);
        if self.memory.epoch != epoch {
            self.memory = Memory { epoch, ..Memory::default() };
        }
        let (memory, term) = (&mut self.memory, self.term);
        if memory.ruled_on != Some(now.date()) {
            core.renew_policy(term).await?;
            memory.ruled_on = Some(now.date());
        }
        core.refresh_board().await?;
        let cancelled = cancellation::end(core, now, term, &mut memory.cancelled).await?;
        let mut done = Done { cancelled, extensions: extension::decide(core, now, term).await?, ..Done::default() };
        while let Some(published) = publication::publish_next(core, now, term).await? {
            tracing::info!(at = %published.publication_at, placed = published.placed, "published");
            done.publications.push(published);
        }
        // Nothing else lets an application run out of publications; what was cancelled has been looked at.
        let published_until = core.store().get_published_until().await?;
        if memory.lapsed_until != Some(published_until) {
            done.lapsed = lapse::lapse(core, term).await?;
            memory.lapsed_until = Some(published_until);
            core.refresh_board().await?;
        }
        done.counts = memory.counts.publish(core, now, term).await?;
        memory.purge.go_on(core, now, term).await;
        Ok(done)
    }
}
