//! Reading: the feed, look-up, one person, sessions and priority places. Reads of people are noted in the audit.

use super::{CacheScope, Caller, Core, store_problem};
use crate::audit::{Act, Entry};
use crate::store::{Batch, FeedQuery, Store, Wants};
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::intake::SessionMatch;
use yuyue_domain::lookup::parse_query;
use yuyue_protocol::change::{CHANGES_MAX, ChangesPage};
use yuyue_protocol::cursor::Cursor;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::query::{HITS_MAX, Hits, PriorityPlaces, SESSIONS_MAX, Search, SessionQuery, SessionsFound};

/// Characters of what may be typed into the look-up box.
pub const SEARCH_CHARS_MAX: usize = 64;

impl<S: Store> Core<S> {
    pub(super) async fn read_changes(
        &self,
        caller: Caller,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<ChangesPage, Problem> {
        let query = self.feed_query(caller, after, limit);
        let page = self.store.find_changes(&query).await.map_err(|error| store_problem(&error))?;
        page.ok_or_else(cursor_gone)
    }

    /// The same page as it crosses the wire.
    pub(super) async fn read_changes_text(
        &self,
        caller: Caller,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<String, Problem> {
        let query = self.feed_query(caller, after, limit);
        let page = self.store.find_changes_text(&query).await.map_err(|error| store_problem(&error))?;
        page.ok_or_else(cursor_gone)
    }

    fn feed_query(&self, caller: Caller, after: Option<Cursor>, limit: u32) -> FeedQuery {
        let office = match self.config.cache_scope {
            CacheScope::City => None,
            CacheScope::Office => Some(caller.office),
        };
        let limit = limit.clamp(1, CHANGES_MAX);
        FeedQuery { after, limit, device: caller.device, kind: caller.kind, office }
    }

    pub(super) async fn look_up(&self, caller: Caller, search: &Search) -> Result<Hits, Problem> {
        if search.text.chars().count() > SEARCH_CHARS_MAX || search.limit == 0 || search.limit > HITS_MAX {
            return Err(Problem::new(ErrorCode::BadRequest, "text is too long or limit is out of range"));
        }
        let terms = parse_query(&search.text);
        let found = self.store.search(&terms, search.limit + 1).await;
        let mut applicants = found.map_err(|error| store_problem(&error))?;
        let wanted = usize::try_from(search.limit).unwrap_or(usize::MAX);
        let more = applicants.len() > wanted;
        applicants.truncate(wanted);
        self.note(caller, None, Act::Searched).await?;
        Ok(Hits { applicants, more })
    }

    pub(super) async fn read_applicant(&self, caller: Caller, id: ApplicantId) -> Result<ApplicantRecord, Problem> {
        let found = self.store.find_record(id).await.map_err(|error| store_problem(&error))?;
        let record = found.ok_or_else(|| Problem::new(ErrorCode::NotFound, "no such applicant"))?;
        self.note(caller, Some(id), Act::ApplicantRead).await?;
        Ok(record)
    }

    pub(super) async fn read_sessions(&self, query: &SessionQuery) -> Result<SessionsFound, Problem> {
        self.refresh_catalogue().await.map_err(|error| store_problem(&error))?;
        let now = self.now();
        let mut sessions = {
            let catalogue = self.catalogue();
            let Some(policy) = &catalogue.policy else { return Err(no_policy()) };
            let wanted =
                SessionMatch { subject: query.subject, class: query.class, dates: query.dates, sites: &query.sites };
            let found = catalogue.sessions.values().filter(|session| {
                (session.is_open_at(now) || session.is_priority_open_at(now, policy))
                    && catalogue.sites.get(&session.site).is_some_and(|site| wanted.fits(session, site))
            });
            found.cloned().collect::<Vec<_>>()
        };
        sessions.sort_by_key(|session| (session.starts_at, session.id));
        sessions.truncate(SESSIONS_MAX);
        let queues = self.board().queues(&sessions, now);
        Ok(SessionsFound { sessions, queues })
    }

    pub(super) async fn read_priority_places(&self, sessions: &[SessionId]) -> Result<PriorityPlaces, Problem> {
        if sessions.len() > SESSIONS_MAX {
            return Err(Problem::new(ErrorCode::BadRequest, "too many sessions"));
        }
        let places = self.store.list_priority_places(self.now()).await.map_err(|error| store_problem(&error))?;
        let left = sessions.iter().map(|id| (*id, places.get(id).map_or(0, |row| row.left()))).collect();
        Ok(PriorityPlaces { left })
    }

    pub(super) async fn note(&self, caller: Caller, applicant: Option<ApplicantId>, act: Act) -> Result<(), Problem> {
        let now = self.now();
        let mut batch = Batch::at(now);
        let device = Some(caller.device);
        batch.audit(Entry { clerk: caller.clerk_id(), device, applicant, ..Entry::new(now, act) });
        self.store.transact(&Wants::default(), |_| (batch, ())).await.map_err(|error| store_problem(&error))
    }
}

fn cursor_gone() -> Problem {
    Problem::new(ErrorCode::CursorGone, "the cursor belongs to another feed or is too old")
}

pub(super) fn no_policy() -> Problem {
    Problem::new(ErrorCode::Internal, "no policy was imported")
}
