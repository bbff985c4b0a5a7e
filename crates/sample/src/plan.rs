//! The plan: which sessions take place on the working days around today.

use crate::places::{CLASS_GROUPS, daily_seats, groups_of};
use crate::random::{Purpose, chance, stream};
use crate::start::back;
use crate::{CityConfig, SampleError};
use chrono::{Days, NaiveTime};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use yuyue_domain::ids::SessionId;
use yuyue_domain::licence::Subject;
use yuyue_domain::policy::Policy;
use yuyue_domain::session::{Session, SessionInstants, SessionStatus, Site, SiteStatus};
use yuyue_domain::time::{Date, TimeOfDay, Timestamp};

/// When sessions begin.
const SLOTS: [(u32, u32); 4] = [(8, 30), (10, 15), (13, 30), (15, 15)];
/// How long a session lasts.
const DURATION_SECONDS: i64 = 100 * 60;
/// A plan is published so many calendar days before the test, when no window has opened yet.
const PUBLISHED_DAYS_BEFORE: u64 = 30;
/// The fewest places of a session, priority places included.
const PLACES_MIN: u32 = 4;
/// One session among so many thousand is cancelled by the office.
const CANCELLED_PERMILLE: u32 = 12;

/// What one site offers one group of classes in one subject, with the thousandths of seats that are not planned yet.
struct Offer {
    site: usize,
    subject: Subject,
    group: usize,
    ceiling: u32,
    daily_milliseats: u32,
    credit: u32,
}

/// All sessions in the order of their beginning, with ids from 1.
///
/// # Errors
/// When the policy's calendar does not cover the days.
pub(crate) fn sessions(config: &CityConfig, sites: &[Site], policy: &Policy) -> Result<Vec<Session>, SampleError> {
    let mut rng = stream(config.seed, Purpose::Plan, 0);
    let mut offers = offers(config, sites);
    let mut sessions = Vec::new();
    for date in config.days() {
        if policy.calendar.is_working_day(date)? {
            let published_on = back(date, PUBLISHED_DAYS_BEFORE);
            let instants = SessionInstants::compute(Timestamp::start_of(date), published_on, policy)?;
            plan_day(&mut rng, sites, &mut offers, date, instants, &mut sessions);
        }
    }
    sessions.sort_by_key(|session| session.starts_at);
    for (id, session) in (1..).zip(&mut sessions) {
        session.id = SessionId(id);
        session.plan = format!("50{}{id:06}", session.starts_at.date().format("%y%m%d"));
    }
    Ok(sessions)
}

fn offers(config: &CityConfig, sites: &[Site]) -> Vec<Offer> {
    let mut offers = Vec::new();
    for (index, site) in sites.iter().enumerate().filter(|(_, site)| site.status == SiteStatus::Open) {
        for offer in &site.subjects {
            for group in groups_of(offer) {
                // Even the smallest city tests cars every day and every other class about every second week.
                let daily_min = if group == 0 { PLACES_MIN * 1000 } else { 450 };
                let daily_milliseats = daily_seats(sites, config.applicants, offer.subject, group).max(daily_min);
                let ceiling = u32::from(offer.daily_ceiling);
                // The rarer groups start at different points of their round, so that no day has them all.
                let credit = if group == 0 { 0 } else { (u32::try_from(index).unwrap_or(0) * 7 + 3) % 8 * 500 };
                offers.push(Offer { site: index, subject: offer.subject, group, ceiling, daily_milliseats, credit });
            }
        }
    }
    offers
}

fn plan_day(
    rng: &mut ChaCha8Rng,
    sites: &[Site],
    offers: &mut [Offer],
    date: Date,
    instants: SessionInstants,
    sessions: &mut Vec<Session>,
) {
    let mut planned = 0;
    let mut previous = None;
    for offer in offers {
        if previous != Some((offer.site, offer.subject)) {
            planned = 0;
            previous = Some((offer.site, offer.subject));
        }
        offer.credit += offer.daily_milliseats;
        let seats = (offer.credit / 1000).min(offer.ceiling.saturating_sub(planned));
        if seats < PLACES_MIN {
            continue;
        }
        let count = (seats / typical_places(offer.subject)).clamp(1, 4);
        let offset = rng.random_range(0..4);
        for number in 0..count {
            let places = seats / count + u32::from(number < seats % count);
            planned += places;
            offer.credit -= places * 1000;
            let (hour, minute) = SLOTS[((number + offset) % 4) as usize];
            let time: TimeOfDay = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
            let starts_at = Timestamp::at(date, time);
            let priority_places = u16::try_from((places / 20).max(1)).unwrap_or(u16::MAX);
            sessions.push(Session {
                id: SessionId(0),
                plan: String::new(),
                site: sites[offer.site].id,
                starts_at,
                ends_at: starts_at.plus_seconds(DURATION_SECONDS),
                subject: offer.subject,
                classes: CLASS_GROUPS[offer.group].to_vec(),
                places: u16::try_from(places).unwrap_or(u16::MAX) - priority_places,
                priority_places,
                instants,
                extended: None,
                status: if chance(rng, CANCELLED_PERMILLE) { SessionStatus::Cancelled } else { SessionStatus::Planned },
            });
        }
    }
}

/// Places of an ordinary session: theory is tested in rooms of computers, driving on few cars.
const fn typical_places(subject: Subject) -> u32 {
    match subject {
        Subject::One | Subject::Four => 24,
        Subject::Two => 15,
        Subject::Three => 12,
    }
}

impl CityConfig {
    /// The days of the plan, from the oldest to the last.
    pub(crate) fn days(&self) -> impl Iterator<Item = Date> + use<> {
        let first = self.today.checked_sub_days(Days::new(u64::from(self.past_days))).unwrap_or(self.today);
        first.iter_days().take(usize::from(self.past_days) + 1 + usize::from(self.coming_days))
    }
}

/// Where a session stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// It has ended.
    Past,
    /// Its places are allocated.
    Published,
    /// Applications wait for its publication; it may still be open by extension.
    Closed,
    /// Applications are taken.
    Open,
    /// Its window has not opened yet.
    Future,
}

impl Phase {
    /// The phase of `session` at `as_of`.
    pub fn of(session: &Session, as_of: Timestamp) -> Self {
        let instants = &session.instants;
        if session.ends_at <= as_of {
            Self::Past
        } else if instants.publication_at <= as_of {
            Self::Published
        } else if instants.closes_at <= as_of {
            Self::Closed
        } else if instants.opens_at <= as_of {
            Self::Open
        } else {
            Self::Future
        }
    }
}
