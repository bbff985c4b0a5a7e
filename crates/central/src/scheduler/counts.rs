//! Counts of sessions and ladders, at most every ten seconds and only what changed.

use crate::core::Core;
use crate::store::{Batch, LeaseTerm, PriorityRow, Store, StoreError, Wants};
use std::collections::BTreeMap;
use yuyue_domain::ids::SessionId;
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::rank::SessionCounts;
use yuyue_domain::session::Session;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::Row;

/// Seconds between two publications of counts, and of a short ladder.
const EVERY_SECONDS: i64 = 10;
/// A ladder travels whole: one with so many standings waits a second longer for each so many.
const STANDINGS_PER_SECOND: i64 = 500;
/// Rows in one transaction at most.
const ROWS_MAX: usize = 5_000;

/// What was published last, as far as the store has confirmed it.
#[derive(Debug, Default)]
pub struct Counts {
    published_at: Option<Timestamp>,
    is_compared: bool,
    sessions: BTreeMap<SessionId, (u32, u16)>,
    ladders: BTreeMap<LadderKey, (Timestamp, i64)>,
}

type LadderKey = (Subject, LicenceClass);

/// What is about to be published.
#[derive(Default)]
struct Due {
    rows: Vec<Row>,
    sessions: BTreeMap<SessionId, (u32, u16)>,
    ladders: BTreeMap<LadderKey, (Timestamp, i64)>,
}

impl Counts {
    /// Publishes what changed, when it is time; answers how many rows. After a failure the same is published later.
    pub async fn publish<S: Store>(
        &mut self,
        core: &Core<S>,
        now: Timestamp,
        term: Option<LeaseTerm>,
    ) -> Result<usize, StoreError> {
        if self.published_at.is_some_and(|at| now.seconds_since(at) < EVERY_SECONDS) {
            return Ok(0);
        }
        if !self.is_compared {
            self.compare(core).await?;
        }
        let places = core.store().list_priority_places(now).await?;
        let due = self.find_due(core, &places, now);
        let count = due.rows.len();
        if let Err(error) = write(core, due.rows, now, term).await {
            core.board().note_ladders(due.ladders.into_keys());
            return Err(error);
        }
        self.published_at = Some(now);
        self.sessions.extend(due.sessions);
        self.ladders.extend(due.ladders);
        Ok(count)
    }

    /// Compares with what devices were told before this program started: a ladder on which nobody stands any more is
    /// known from there only.
    async fn compare<S: Store>(&mut self, core: &Core<S>) -> Result<(), StoreError> {
        let (counts, ladders) = core.store().list_counts().await?;
        self.sessions = counts.into_iter().map(|one| (one.session, (one.applications, one.priority_left))).collect();
        let mut board = core.board();
        for told in ladders {
            let (subject, class) = (told.subject, told.class);
            if board.ladder(subject, class, told.as_of).standings == told.standings {
                board.clear_ladder(subject, class);
            } else {
                board.note_ladders([(subject, class)]);
            }
        }
        self.is_compared = true;
        Ok(())
    }

    /// What differs from what was published, and may be published again already. The board takes those ladders as told.
    fn find_due<S: Store>(&mut self, core: &Core<S>, places: &BTreeMap<SessionId, PriorityRow>, now: Timestamp) -> Due {
        let mut due = Due::default();
        let catalogue = core.catalogue();
        let mut board = core.board();
        let is_open = |session: &Session| session.instants.publication_at > now && session.instants.opens_at <= now;
        self.sessions.retain(|id, _| catalogue.sessions.get(id).is_some_and(is_open));
        for session in catalogue.sessions.values().filter(|session| is_open(session)) {
            let priority_left = places.get(&session.id).map_or(0, |row| row.left());
            let counted = (board.count(session.id), priority_left);
            if self.sessions.get(&session.id) != Some(&counted) {
                let counts = SessionCounts { session: session.id, applications: counted.0, priority_left, as_of: now };
                due.sessions.insert(session.id, counted);
                due.rows.push(Row::SessionCounts(counts));
            }
        }
        for (subject, class) in board.changed_ladders().clone() {
            let last = self.ladders.get(&(subject, class));
            if last.is_some_and(|(at, wait)| now.seconds_since(*at) < *wait) {
                continue;
            }
            let ladder = board.ladder(subject, class, now);
            let length = i64::try_from(ladder.standings.len()).unwrap_or(i64::MAX);
            due.ladders.insert((subject, class), (now, EVERY_SECONDS.max(length / STANDINGS_PER_SECOND)));
            board.clear_ladder(subject, class);
            due.rows.push(Row::Ladder(Box::new(ladder)));
        }
        due
    }
}

async fn write<S: Store>(
    core: &Core<S>,
    rows: Vec<Row>,
    now: Timestamp,
    term: Option<LeaseTerm>,
) -> Result<(), StoreError> {
    let mut rows = rows.into_iter();
    loop {
        let chunk: Vec<Row> = rows.by_ref().take(ROWS_MAX).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        let batch = Batch { rows: chunk, ..Batch::at(now) };
        core.store().transact(&Wants { term, ..Wants::default() }, |_| (batch, ())).await?;
    }
}
