//! Following the feed: plan a page purely, then apply it in one transaction together with its cursor.

use crate::cache::feed::{FeedState, get_counts, get_feed, update_feed};
use crate::cache::fill::{begin_fill, end_fill};
use crate::cache::row::{Writing, delete_row, upsert_row};
use crate::error::DeskError;
use rusqlite::Connection;
use yuyue_domain::ids::{ApplicantId, ApplicationId, PublicationId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::centre::Centre;
use yuyue_protocol::change::{CHANGES_MAX, ChangesPage, Row, RowCounts, What};
use yuyue_protocol::error::{ErrorCode, Problem};

/// Applications named in one step at most; whoever shows more loads everything again.
const NAMED_MAX: usize = 200;

/// What to do with a page.
#[derive(Debug, PartialEq, Eq)]
pub enum Plan {
    /// Apply its changes and stand there afterwards.
    Apply {
        /// Where the cache stands after it.
        state: FeedState,
        /// Whether it ends a fill.
        ends_fill: bool,
        /// The counts that the cache must then have.
        counts: Option<RowCounts>,
    },
    /// The feed is another one: begin a fill.
    Refill,
    /// The page contradicts itself or does not continue where the cache stands.
    Reject,
}

/// What to do with a page, given where the cache stands. Pure.
#[must_use]
pub fn plan_page(state: &FeedState, page: &ChangesPage, now: Timestamp) -> Plan {
    let after = state.cursor.map(|cursor| cursor.revision);
    if state.cursor.is_some_and(|cursor| cursor.epoch != page.cursor.epoch) {
        return Plan::Refill;
    }
    let revisions = || page.changes.iter().map(|change| change.revision);
    let ascends = revisions().zip(revisions().skip(1)).all(|(one, next)| one < next);
    let continues = revisions().next().is_none_or(|first| after.is_none_or(|after| first > after));
    let reaches = revisions().next_back().is_none_or(|last| last <= page.cursor.revision)
        && after.is_none_or(|after| after <= page.cursor.revision)
        && page.cursor.revision <= page.head;
    if !ascends || !continues || !reaches {
        return Plan::Reject;
    }
    let is_last = page.cursor.revision == page.head;
    let rows = u64::try_from(page.changes.len()).unwrap_or(u64::MAX);
    Plan::Apply {
        state: FeedState {
            cursor: Some(page.cursor),
            head: page.head,
            is_filling: state.is_filling && !is_last,
            filled_rows: if state.is_filling { state.filled_rows + rows } else { state.filled_rows },
            complete_at: if is_last { Some(now) } else { state.complete_at },
            ..*state
        },
        ends_fill: state.is_filling && is_last,
        counts: page.counts.filter(|_| is_last),
    }
}

/// What a step brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncStep {
    /// A page was applied.
    Applied {
        /// Where the cache stands now.
        state: FeedState,
        /// Rows of the page.
        rows: usize,
        /// Whether more is waiting.
        more: bool,
        /// Applications that changed, at most two hundred, with whose they are.
        applications: Vec<(ApplicationId, ApplicantId)>,
        /// Publications that became visible.
        publications: Vec<PublicationId>,
    },
    /// Everything has to be fetched anew, which [`Sync::refill`] begins. Until it has begun, every step says so again, so
    /// that a crash in between forgets nothing.
    Refill,
}

/// The one writer of the cache.
pub struct Sync {
    cache: Connection,
}

impl Sync {
    /// With the writing connection of the cache.
    #[must_use]
    pub const fn new(cache: Connection) -> Self {
        Self { cache }
    }

    /// Where the cache stands.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn state(&self) -> Result<FeedState, DeskError> {
        get_feed(&self.cache)
    }

    /// Asks for one page and applies it. Called again at once while there is more; broken off anywhere, it goes on there.
    ///
    /// # Errors
    /// When the centre cannot be reached or the page cannot be written; nothing of the page is kept then.
    pub async fn step(&mut self, centre: &impl Centre, now: Timestamp) -> Result<SyncStep, DeskError> {
        let after = get_feed(&self.cache)?.cursor;
        let page = centre.changes(after, CHANGES_MAX).await;
        self.apply(page, now)
    }

    /// Applies the centre's answer to a request for a page.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn apply(&mut self, page: Result<ChangesPage, Problem>, now: Timestamp) -> Result<SyncStep, DeskError> {
        let page = match page {
            Err(problem) if problem.code == ErrorCode::CursorGone => return Ok(SyncStep::Refill),
            page => page?,
        };
        let before = get_feed(&self.cache)?;
        let (state, ends_fill, counts) = match plan_page(&before, &page, now) {
            Plan::Apply { state, ends_fill, counts } => (state, ends_fill, counts),
            Plan::Refill => return Ok(SyncStep::Refill),
            Plan::Reject => {
                let problem = Problem::new(ErrorCode::BadAnswer, "a page of changes does not continue the feed");
                return Err(problem.into());
            }
        };
        let differs = apply_page(&mut self.cache, &page, state, ends_fill, counts)?;
        if differs && !ends_fill && !before.counts_differ {
            return Ok(SyncStep::Refill);
        }
        Ok(applied(&page, FeedState { counts_differ: differs, ..state }))
    }

    /// Begins a fill: the next step asks for the first page.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn refill(&mut self) -> Result<(), DeskError> {
        begin_fill(&mut self.cache)
    }
}

/// Applies a page in one transaction; whether the counts differ from the centre's afterwards.
fn apply_page(
    cache: &mut Connection,
    page: &ChangesPage,
    mut state: FeedState,
    ends_fill: bool,
    counts: Option<RowCounts>,
) -> Result<bool, DeskError> {
    let transaction = cache.transaction()?;
    let is_fill = state.is_filling || ends_fill;
    let writing = Writing { fill: state.fill, with_names: !is_fill };
    for change in &page.changes {
        match &change.what {
            What::Set(row) => upsert_row(&transaction, row, writing)?,
            What::Gone(key) => delete_row(&transaction, key)?,
        }
    }
    if ends_fill {
        end_fill(&transaction, state.fill)?;
    }
    let differs = match counts {
        Some(counts) => get_counts(&transaction)? != counts,
        None => state.counts_differ,
    };
    // Remembered only once a fill could not mend it; before that the next page must find it again.
    state.counts_differ = differs && (ends_fill || state.counts_differ);
    update_feed(&transaction, &state)?;
    transaction.commit()?;
    Ok(differs)
}

fn applied(page: &ChangesPage, state: FeedState) -> SyncStep {
    let mut applications = Vec::new();
    let mut publications = Vec::new();
    for change in &page.changes {
        match &change.what {
            What::Set(Row::Application(row)) if applications.len() < NAMED_MAX => {
                applications.push((row.id, row.applicant));
            }
            What::Set(Row::Publication(row)) => publications.push(row.id),
            _ => {}
        }
    }
    let more = page.cursor.revision < page.head;
    SyncStep::Applied { state, rows: page.changes.len(), more, applications, publications }
}

#[cfg(test)]
mod tests;
