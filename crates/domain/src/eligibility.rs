//! Who may book which subject when (domain §5): one pure check that gives every reason against it at once.
//!
//! The numbers, lists and articles come from the [`Policy`]. Windows of sessions and vacant places are not judged here:
//! they belong to taking an application. The caller leaves out of the record what the new application would replace.

mod bookings;
mod permit;
mod person;
mod priority;
mod refusal;
mod session;
mod subject_state;
#[cfg(test)]
mod tests;
mod track;

use crate::applicant::ApplicantRecord;
use crate::ids::ApplicationId;
use crate::licence::Subject;
use crate::policy::Policy;
use crate::policy::regulation::Track;
use crate::session::{Session, Site};
use crate::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

pub use bookings::{PassedTest, count_bookings, find_passed};
pub use permit::{last_permit_day, last_permit_day_of};
pub use priority::{check_priority, is_priority_used_up};
pub use refusal::{Judged, Refusal, RefusalCode};
pub use subject_state::{SubjectState, find_offer, subject_state};

/// A session that somebody wants.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The session.
    pub session: &'a Session,
    /// Its site.
    pub site: &'a Site,
    /// The sessions that the person's other live applications hold or accept.
    pub taken_sessions: &'a [(ApplicationId, &'a Session)],
}

/// Whether somebody may book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "verdict", content = "refusals", rename_all = "snake_case")]
pub enum Eligibility {
    /// Nothing is against it.
    Eligible,
    /// All reasons against it, in the order of the checks; never empty.
    Refused(Vec<Refusal>),
}

impl Eligibility {
    fn of(refusals: Vec<Refusal>) -> Self {
        if refusals.is_empty() { Self::Eligible } else { Self::Refused(refusals) }
    }

    /// Whether nothing is against it.
    #[must_use]
    pub const fn is_eligible(&self) -> bool {
        matches!(self, Self::Eligible)
    }

    /// The reasons against it.
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        match self {
            Self::Eligible => &[],
            Self::Refused(refusals) => refusals,
        }
    }

    /// The first day on which no reason of today is left; none when one of them does not end by waiting.
    #[must_use]
    pub fn possible_from(&self) -> Option<Date> {
        let days: Option<Vec<Date>> = self.refusals().iter().map(|refusal| refusal.possible_from).collect();
        days?.into_iter().max()
    }
}

/// Which flow the check is for; priority looks past the normal application that its success withdraws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Normal,
    Priority,
}

/// What every rule looks at.
#[derive(Debug, Clone, Copy)]
struct Case<'a> {
    record: &'a ApplicantRecord,
    subject: Subject,
    wanted: Option<Wanted<'a>>,
    flow: Flow,
    now: Timestamp,
    policy: &'a Policy,
    track: &'a Track,
}

impl Case<'_> {
    fn today(&self) -> Date {
        self.now.date()
    }

    /// The day of the test, when a session is wanted.
    fn test_day(&self) -> Option<Date> {
        self.wanted.map(|wanted| wanted.session.starts_at.date())
    }

    /// The later of today and the day of the test.
    fn last_day(&self) -> Date {
        self.test_day().map_or(self.today(), |day| day.max(self.today()))
    }
}

/// Checks whether a person may apply for a subject at `now`, and for one session when `wanted` names it.
#[must_use]
pub fn check_eligibility(
    record: &ApplicantRecord,
    subject: Subject,
    wanted: Option<Wanted<'_>>,
    now: Timestamp,
    policy: &Policy,
) -> Eligibility {
    Eligibility::of(check(record, subject, wanted, Flow::Normal, now, policy))
}

fn check(
    record: &ApplicantRecord,
    subject: Subject,
    wanted: Option<Wanted<'_>>,
    flow: Flow,
    now: Timestamp,
    policy: &Policy,
) -> Vec<Refusal> {
    let track = match track::find(&record.applicant, policy) {
        Ok(track) => track,
        Err(refusal) => return vec![refusal],
    };
    let case = Case { record, subject, wanted, flow, now, policy, track };
    // A subject that is not needed or passed has no further reasons that anybody could act on.
    if let Some(refusal) = track::check_needed(case) {
        return vec![refusal];
    }
    let rules: [fn(Case<'_>) -> Vec<Refusal>; 9] = [
        track::check_order,
        permit::check_life,
        permit::check_wait,
        bookings::check,
        person::check_age,
        person::check_blocks,
        person::check_medical,
        bookings::check_live,
        session::check,
    ];
    rules.into_iter().flat_map(|rule| rule(case)).collect()
}
