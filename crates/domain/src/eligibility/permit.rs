//! The learner permit: its life, and the waits that run from its day of issue (art. 41, 43, 44).

use super::{Case, Judged, Refusal, RefusalCode};
use crate::applicant::Applicant;
use crate::licence::{LicenceClass, Subject};
use crate::policy::local::WaitEnd;
use crate::policy::regulation::Regulation;
use crate::time::Date;
use chrono::{Days, Months};

/// The last day of a permit issued on `issued_on`: so many years later, never past the age limit of the class (art. 41).
#[must_use]
pub fn last_permit_day(issued_on: Date, birth_date: Date, class: LicenceClass, regulation: &Regulation) -> Date {
    let full = years_after(issued_on, regulation.permit.years);
    let age = regulation.ages.find(class).and_then(|limit| limit.to_years);
    age.map_or(full, |years| full.min(years_after(birth_date, years)))
}

/// The last day on which a person's permit is valid; none without a permit.
#[must_use]
pub fn last_permit_day_of(applicant: &Applicant, regulation: &Regulation) -> Option<Date> {
    let permit = applicant.permit?;
    let longest = last_permit_day(permit.issued_on, applicant.birth_date, applicant.class, regulation);
    Some(longest.min(permit.expires_on))
}

/// Tests are passed inside the permit's life, or within some years of the acceptance where there is no permit.
pub(super) fn check_life(case: Case<'_>) -> Vec<Refusal> {
    let regulation = &case.policy.regulation;
    let last_day = case.last_day();
    if let Some(years) = case.track.years_from_acceptance {
        let end = years_after(case.record.applicant.accepted_at.date(), years);
        if last_day > end {
            let code = RefusalCode::AcceptanceExpired { last_day: end };
            return vec![Refusal::new(code, &case.track.cite, Judged::Both)];
        }
    }
    // The permit is issued when subject 1 is passed, so that subject never needs one.
    if !case.track.permit || case.subject == Subject::One {
        return Vec::new();
    }
    match last_permit_day_of(&case.record.applicant, regulation) {
        None => vec![Refusal::new(RefusalCode::PermitMissing, &regulation.permit.cite, Judged::Application)],
        Some(end) if last_day > end => {
            vec![Refusal::new(RefusalCode::PermitExpired { last_day: end }, &regulation.permit.cite, Judged::Both)]
        }
        Some(_) => Vec::new(),
    }
}

/// The wait from the day of issue; the day so many days later is the first possible one.
pub(super) fn check_wait(case: Case<'_>) -> Vec<Refusal> {
    let applicant = &case.record.applicant;
    let waits = &case.policy.regulation.waits;
    let days = waits.days(case.subject, applicant.class, &applicant.held_classes);
    let Some(permit) = applicant.permit.filter(|_| case.track.permit && days > 0) else { return Vec::new() };
    let code = RefusalCode::WaitAfterPermit { issued_on: permit.issued_on, days };
    wait(case, permit.issued_on, days, |judged| Refusal::new(code, &waits.cite, judged)).into_iter().collect()
}

/// Refuses while fewer than `days` days have passed since `since`, on the day that the policy says.
pub(super) fn wait(case: Case<'_>, since: Date, days: u16, refusal: impl FnOnce(Judged) -> Refusal) -> Option<Refusal> {
    let possible_from = since.checked_add_days(Days::new(days.into())).unwrap_or(Date::MAX);
    let (day, judged) = match case.policy.local.readings.waits_end_on {
        WaitEnd::Application => (Some(case.today()), Judged::Application),
        // Without a session there is no day of the test yet, and later sessions may fit.
        WaitEnd::Test => (case.test_day(), Judged::Test),
    };
    (day? < possible_from).then(|| refusal(judged).until(Some(possible_from)))
}

/// The same day so many years later; 28 February for a leap day.
pub(super) fn years_after(day: Date, years: u8) -> Date {
    day.checked_add_months(Months::new(12 * u32::from(years))).unwrap_or(Date::MAX)
}
