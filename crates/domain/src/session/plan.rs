//! Publishing a plan: the instants of a session, its extension, and the daily ceiling of its site.

use super::{Session, SessionInstants, Site};
use crate::calendar::CalendarError;
use crate::ids::SiteId;
use crate::licence::Subject;
use crate::policy::Policy;
use crate::time::{Date, TimeOfDay, Timestamp};
use chrono::Days;

/// Why a session cannot be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Art. 52: it is published too few calendar days before the test.
    #[error("the plan is published too late: the last day for it was {latest}")]
    TooLate {
        /// The last day on which it could have been published.
        latest: Date,
    },
    /// Holidays leave so few working days that its window would close before it opens.
    #[error("applications would close at {closes_at}, before the plan is published: publish it earlier")]
    NoWindow {
        /// When its window would have closed.
        closes_at: Timestamp,
    },
    /// A day lies outside the known calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

impl SessionInstants {
    /// All instants of a session that starts at `starts_at` and whose plan is published on `published_on`.
    ///
    /// Working days are counted back from the day of the test. The window never opens before the day of publication.
    ///
    /// # Errors
    /// When the plan is published later than art. 52 allows, when holidays leave no time to apply, or when the calendar
    /// does not cover the days.
    pub fn compute(starts_at: Timestamp, published_on: Date, policy: &Policy) -> Result<Self, PlanError> {
        let test_day = starts_at.date();
        let latest = test_day
            .checked_sub_days(Days::new(policy.regulation.plan.published_days_before.into()))
            .ok_or(CalendarError::NotCovered(test_day))?;
        if published_on > latest {
            return Err(PlanError::TooLate { latest });
        }
        let before = |working_days: u8, at: TimeOfDay| -> Result<Timestamp, CalendarError> {
            Ok(Timestamp::at(policy.calendar.nth_working_day_before(test_day, working_days)?, at))
        };
        let local = &policy.local;
        let window = &local.window;
        let instants = Self {
            opens_at: before(window.opens_working_days_before, window.opens_at)?
                .max(Timestamp::at(published_on, window.opens_at)),
            closes_at: before(window.closes_working_days_before, window.closes_at)?,
            extended_closes_at: before(window.extended_closes_working_days_before, window.extended_closes_at)?,
            publication_at: before(local.publication.working_days_before, local.publication.at)?,
            cancel_by: before(local.cancellation.working_days_before, local.cancellation.at)?,
        };
        if instants.opens_at >= instants.closes_at {
            return Err(PlanError::NoWindow { closes_at: instants.closes_at });
        }
        Ok(instants)
    }
}

/// Decided once, at `closes_at`: whether the session stays open until `extended_closes_at`, because fewer applications
/// accept it than it has normal places.
#[must_use]
pub fn decide_extension(applications: u32, places: u16) -> bool {
    applications < u32::from(places)
}

/// Why the sessions of one site, day and subject cannot stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CeilingError {
    /// The site does not test the subject.
    #[error("site {site} does not test subject {}", subject.number())]
    NotOffered {
        /// The site.
        site: SiteId,
        /// The subject.
        subject: Subject,
    },
    /// Art. 54: more places than the site may test on one day.
    #[error("site {site} may test {ceiling} people a day in subject {}, the plan has {places}", subject.number())]
    Exceeded {
        /// The site.
        site: SiteId,
        /// The subject.
        subject: Subject,
        /// Normal and priority places of all sessions of the day.
        places: u32,
        /// What the site may test.
        ceiling: u16,
    },
}

/// Checks the sessions of one subject at one site on one day against the site's ceiling (art. 54). Sessions of other
/// sites, subjects and days, and cancelled ones, do not count.
///
/// # Errors
/// When the site does not test the subject or the places exceed its ceiling.
pub fn check_daily_ceiling<'a>(
    site: &Site,
    subject: Subject,
    day: Date,
    sessions: impl IntoIterator<Item = &'a Session>,
) -> Result<(), CeilingError> {
    let offer = site.find_subject(subject).ok_or(CeilingError::NotOffered { site: site.id, subject })?;
    let places = sessions
        .into_iter()
        .filter(|session| {
            session.site == site.id
                && session.subject == subject
                && session.starts_at.date() == day
                && session.status == super::SessionStatus::Planned
        })
        .map(|session| u32::from(session.places) + u32::from(session.priority_places))
        .fold(0, u32::saturating_add);
    if places > u32::from(offer.daily_ceiling) {
        return Err(CeilingError::Exceeded { site: site.id, subject, places, ceiling: offer.daily_ceiling });
    }
    Ok(())
}
