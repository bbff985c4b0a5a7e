//! 工作台: what happened today in this office, and whom this counter served last.

use crate::cache::application::{OfficeFilter, count_by_hour, list_applications_at};
use crate::cache::session::list_starting_after;
use crate::desk::Desk;
use crate::device::outbox::{Which, list_items};
use crate::device::served::list_served;
use crate::error::DeskError;
use crate::use_cases::reasons::session_reason;
use crate::view::outbox::{OutboxKind, OutboxState};
use crate::view::today::{HourCount, ServedRow, SessionNews, TodayRow, TodayView};
use chrono::Timelike as _;
use yuyue_domain::application::{Application, ApplicationState, StateKind, Wish};
use yuyue_domain::session::SessionStatus;
use yuyue_domain::time::{DateRange, Timestamp};

/// Rows at most.
const ROWS_MAX: usize = 200;
/// Acts that are looked at.
const ACTS_MAX: u32 = 2_000;
/// People served that are shown.
const SERVED_MAX: u32 = 5;
/// Notes on sessions that are shown.
const NEWS_MAX: usize = 5;
/// The office's hours.
const HOURS: std::ops::RangeInclusive<u8> = 9..=17;
/// Days of which the usual curve is the mean: the same hours of four weeks.
const USUAL_DAYS: i64 = 28;
/// Working days in four weeks.
const USUAL_WORKING_DAYS: u32 = 20;

impl Desk {
    /// 工作台.
    ///
    /// # Errors
    /// When nobody is signed in, or a file cannot be read.
    pub fn today(&self) -> Result<TodayView, DeskError> {
        self.clerk()?;
        let mut rows = self.rows_here()?;
        let counter_total = count(rows.len());
        rows.extend(self.rows_elsewhere()?);
        rows.sort_by_key(|row| std::cmp::Reverse(row.at));
        let queued_total = count(rows.iter().filter(|row| row.queued).count());
        let refused_total = count(rows.iter().filter(|row| row.state == OutboxState::Refused).count());
        let total = count(rows.len());
        let served = self.served(&rows)?;
        rows.truncate(ROWS_MAX);
        Ok(TodayView {
            rows,
            total,
            counter_total,
            queued_total,
            refused_total,
            served,
            hours: self.hours()?,
            news: self.news()?,
        })
    }

    fn rows_here(&self) -> Result<Vec<TodayRow>, DeskError> {
        let since = Timestamp::start_of(self.now().date());
        let mut rows = Vec::new();
        for item in list_items(&self.device, Which::TakenSince(since), ACTS_MAX)? {
            let row = self.outbox_row(&item)?;
            // Records that no applicant asked for are no business of the day.
            if matches!(row.kind, OutboxKind::Agree | OutboxKind::Reveal) {
                continue;
            }
            let Some(applicant) = item.applicant.map(|id| self.find_masked(id)).transpose()?.flatten() else {
                continue;
            };
            let is_queued = match row.application.map(|id| self.application_row(id)) {
                Some(Ok(application)) => application.state.kind() == StateKind::Queued,
                _ => false,
            };
            let queued = row.kind == OutboxKind::Book && is_queued && row.state == OutboxState::Delivered;
            rows.push(TodayRow {
                at: row.taken_at,
                applicant,
                kind: row.kind,
                subject: row.subject,
                state: row.state,
                queued,
                here: true,
            });
        }
        Ok(rows)
    }

    fn rows_elsewhere(&self) -> Result<Vec<TodayRow>, DeskError> {
        let identity = self.identity()?;
        let today = self.now().date();
        let filter =
            OfficeFilter { office: identity.office, taken: DateRange { first: today, last: today }, subject: None };
        let mut rows = Vec::new();
        for application in list_applications_at(&self.cache, &filter, ACTS_MAX)? {
            if application.device == identity.device {
                continue;
            }
            if let Some(applicant) = self.find_masked(application.applicant)? {
                rows.push(row_of(&application, applicant));
            }
        }
        Ok(rows)
    }

    fn served(&self, rows: &[TodayRow]) -> Result<Vec<ServedRow>, DeskError> {
        let since = Timestamp::start_of(self.now().date());
        let mut served = Vec::new();
        for (id, at) in list_served(&self.device, since, SERVED_MAX)? {
            let Some(applicant) = self.find_masked(id)? else { continue };
            let done = rows.iter().find(|row| row.here && row.applicant.id == id);
            served.push(ServedRow {
                applicant,
                at,
                kind: done.map(|row| row.kind),
                subject: done.and_then(|row| row.subject),
            });
        }
        Ok(served)
    }

    fn hours(&self) -> Result<Vec<HourCount>, DeskError> {
        let office = self.identity()?.office;
        let now = self.now();
        let today = Timestamp::start_of(now.date());
        let counts = count_by_hour(&self.cache, office, today.plus_days(-USUAL_DAYS), now.plus_seconds(1))?;
        let of = |hour: u8, is_today: bool| -> u32 {
            counts
                .iter()
                .filter(|(at, _)| (*at >= today) == is_today && at.time_of_day().hour() == u32::from(hour))
                .map(|(_, count)| count)
                .sum()
        };
        Ok(HOURS
            .map(|hour| HourCount {
                hour,
                count: (now.time_of_day().hour() >= u32::from(hour)).then(|| of(hour, true)),
                usual: of(hour, false).div_ceil(USUAL_WORKING_DAYS),
            })
            .collect())
    }

    /// What people ask about: sessions that were cancelled or whose window was extended.
    fn news(&self) -> Result<Vec<SessionNews>, DeskError> {
        let now = self.now();
        let lately = |at: Timestamp| at <= now && at > now.plus_days(-1);
        let mut news = Vec::new();
        for session in list_starting_after(&self.cache, now)? {
            let instants = &session.instants;
            let is_cancelled = session.status == SessionStatus::Cancelled && instants.opens_at <= now;
            let is_extended = session.extended == Some(true) && now < session.closes_at();
            if !(is_cancelled || is_extended || lately(session.closes_at()) || lately(instants.opens_at)) {
                continue;
            }
            let Some(named) = self.find_named_session(session.id)? else { continue };
            let (what, at) = if is_cancelled {
                (session_reason("news_cancelled", &named, []), instants.opens_at)
            } else if is_extended {
                (session_reason("news_extended", &named, []), instants.closes_at)
            } else if lately(session.closes_at()) {
                (session_reason("news_closed", &named, []), session.closes_at())
            } else {
                (session_reason("news_opened", &named, []), instants.opens_at)
            };
            news.push(SessionNews { at, what });
        }
        news.sort_by_key(|row| std::cmp::Reverse(row.at));
        news.truncate(NEWS_MAX);
        Ok(news)
    }
}

fn row_of(application: &Application, applicant: crate::view::applicant::MaskedApplicant) -> TodayRow {
    let kind = match (&application.state, &application.wish) {
        (ApplicationState::Withdrawn, _) => OutboxKind::Withdraw,
        (ApplicationState::CancelledByApplicant { .. }, _) => OutboxKind::Cancel,
        (_, Wish::Priority { .. }) => OutboxKind::BookPriority,
        _ => OutboxKind::Book,
    };
    let state = match application.state.kind() {
        StateKind::AwaitingCode => OutboxState::AwaitingCode,
        _ => OutboxState::Delivered,
    };
    TodayRow {
        at: application.taken_at,
        applicant,
        kind,
        subject: Some(application.subject),
        state,
        queued: application.state.kind() == StateKind::Queued,
        here: false,
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
