//! Counts of sessions and ladders, at most every ten seconds and only what changed.

use crate::core::Core;
use crate::store::{Batch, Store, StoreError, Wants};
use std::collections::BTreeMap;
use yuyue_domain::ids::SessionId;
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::rank::SessionCounts;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::Row;

/// Seconds between two publications of counts, and of a short ladder.
const EVERY_SECONDS: i64 = 10;
/// A ladder travels whole: one with so many standings waits a second longer for each so many.
const STANDINGS_PER_SECOND: i64 = 500;
/// Rows in one transaction at most.
const ROWS_MAX: usize = 5_000;

/// What was published last.
#[derive(Debug, Default)]
pub struct Counts {
    published_at: Option<Timestamp>,
    sessions: BTreeMap<SessionId, (u32, u16)>,
    ladders: BTreeMap<(Subject, LicenceClass), (Timestamp, i64)>,
}

impl Counts {
    /// Publishes what changed, when it is time; answers how many rows.
    pub async fn publish<S: Store>(&mut self, core: &Core<S>, now: Timestamp) -> Result<usize, StoreError> {
        if self.published_at.is_some_and(|at| now.seconds_since(at) < EVERY_SECONDS) {
            return Ok(0);
        }
        self.published_at = Some(now);
        let places = core.store().list_priority_places(now).await?;
        let mut rows = Vec::new();
        {
            let catalogue = core.catalogue();
            let mut board = core.board();
            let open = catalogue
                .sessions
                .values()
                .filter(|session| session.instants.publication_at > now && session.instants.opens_at <= now);
            for session in open {
                let left = places.get(&session.id).map_or(0, |row| row.left());
                let counted = (board.count(session.id), left);
                if self.sessions.insert(session.id, counted) != Some(counted) {
                    let (applications, priority_left) = counted;
                    let counts = SessionCounts { session: session.id, applications, priority_left, as_of: now };
                    rows.push(Row::SessionCounts(counts));
                }
            }
            for (subject, class) in board.changed_ladders().clone() {
                let last = self.ladders.get(&(subject, class));
                if last.is_some_and(|(at, wait)| now.seconds_since(*at) < *wait) {
                    continue;
                }
                let ladder = board.ladder(subject, class, now);
                let length = i64::try_from(ladder.standings.len()).unwrap_or(i64::MAX);
                self.ladders.insert((subject, class), (now, EVERY_SECONDS.max(length / STANDINGS_PER_SECOND)));
                board.clear_ladder(subject, class);
                rows.push(Row::Ladder(Box::new(ladder)));
            }
        }
        let count = rows.len();
        let mut rows = rows.into_iter();
        loop {
            let chunk: Vec<Row> = rows.by_ref().take(ROWS_MAX).collect();
            if chunk.is_empty() {
                return Ok(count);
            }
            let batch = Batch { rows: chunk, ..Batch::at(now) };
            core.store().transact(&Wants::default(), |_| (batch, ())).await?;
        }
    }
}
