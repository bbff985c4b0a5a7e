//! Bookings inside the permit's life, what they passed, and when the next one is possible (art. 47).
//!
//! One booking is one try and one make-up test. Tests from before this system name no application; there a first try
//! begins a booking and a make-up test belongs to the one before it.

use super::permit::{last_permit_day_of, wait};
use super::{Case, Flow, Judged, Refusal, RefusalCode};
use crate::applicant::{Applicant, ApplicantRecord, Attempt, Test, TestOutcome};
use crate::application::{ApplicationState, StateKind};
use crate::ids::ApplicationId;
use crate::licence::{BusinessType, Subject};
use crate::policy::Policy;
use crate::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

/// A test that was passed and still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PassedTest {
    /// 0 to 100.
    pub score: u8,
    /// When the test began.
    pub at: Timestamp,
}

/// One booking with its tests, oldest first.
struct Booking<'a> {
    application: Option<ApplicationId>,
    tests: Vec<&'a Test>,
    /// Whether no further test can belong to it.
    over: bool,
}

impl Booking<'_> {
    fn has_passed(&self, mark: u8) -> bool {
        self.tests.iter().any(|test| passing_score(test, mark).is_some())
    }

    fn last_test(&self) -> Option<Timestamp> {
        self.tests.iter().map(|test| test.taken_at).max()
    }
}

fn passing_score(test: &Test, mark: u8) -> Option<u8> {
    match test.outcome {
        TestOutcome::Scored { score } if score >= mark => Some(score),
        TestOutcome::Scored { .. } | TestOutcome::Missed => None,
    }
}

/// When the business under way began. After 满分考试 or 恢复驾驶资格 earlier tests say nothing about the new ones; a
/// change of the place of testing keeps them.
fn begun_at(applicant: &Applicant) -> Timestamp {
    match (applicant.business, applicant.restarted_at) {
        (BusinessType::FullPoints | BusinessType::Restoration, Some(at)) => at.max(applicant.accepted_at),
        _ => applicant.accepted_at,
    }
}

/// The first day whose bookings count: the permit's day of issue, else the day of the acceptance.
fn counted_from(record: &ApplicantRecord) -> Date {
    record.applicant.permit.map_or_else(|| begun_at(&record.applicant).date(), |permit| permit.issued_on)
}

/// The bookings of a subject since `counted_from`, oldest first.
fn bookings<'a>(record: &'a ApplicantRecord, subject: Subject, policy: &Policy) -> Vec<Booking<'a>> {
    let from = counted_from(record);
    let tries = usize::from(policy.regulation.bookings.tries);
    let mut bookings: Vec<Booking<'a>> = Vec::new();
    let mut tests: Vec<&Test> =
        record.tests.iter().filter(|test| test.subject == subject && test.taken_at.date() >= from).collect();
    tests.sort_by_key(|test| test.taken_at);
    for test in tests {
        let same = match test.application {
            Some(id) => bookings.iter_mut().find(|booking| booking.application == Some(id)),
            None if test.attempt == Attempt::MakeUp => {
                bookings.last_mut().filter(|booking| booking.application.is_none() && booking.tests.len() < tries)
            }
            None => None,
        };
        match same {
            Some(booking) => booking.tests.push(test),
            None => bookings.push(Booking { application: test.application, tests: vec![test], over: false }),
        }
    }
    let counts_cancelled = policy.local.readings.cancelled_booking_counts;
    for application in record.applications.iter().filter(|application| application.subject == subject) {
        let counts = match application.state {
            ApplicationState::Placed { .. } | ApplicationState::Tested { .. } => true,
            ApplicationState::CancelledByApplicant { cancelled_at, .. } => {
                counts_cancelled && cancelled_at.date() >= from
            }
            _ => false,
        };
        let known = bookings.iter_mut().find(|booking| booking.application == Some(application.id));
        match known {
            Some(booking) => booking.over = application.state.kind() == StateKind::Tested,
            None if counts && application.accepted_at.date() >= from => {
                bookings.push(Booking { application: Some(application.id), tests: Vec::new(), over: false });
            }
            None => {}
        }
    }
    let last = bookings.len().saturating_sub(1);
    for (index, booking) in bookings.iter_mut().enumerate() {
        booking.over |= booking.tests.len() >= tries || index < last;
    }
    bookings
}

/// How many bookings of a subject are used inside the permit's life, a place that is still to be tested included.
#[must_use]
pub fn count_bookings(record: &ApplicantRecord, subject: Subject, policy: &Policy) -> u8 {
    u8::try_from(bookings(record, subject, policy).len()).unwrap_or(u8::MAX)
}

/// The passed test of a subject, if one counts at `now`: of the business under way, not void because the permit expired
/// (art. 41) or because the last booking of another subject failed (art. 47).
#[must_use]
pub fn find_passed(record: &ApplicantRecord, subject: Subject, now: Timestamp, policy: &Policy) -> Option<PassedTest> {
    let mark = policy.regulation.pass_marks.score(subject, record.applicant.class);
    // Subject 1 leads to the permit; the others are passed under it, and a new permit begins anew.
    let from = match record.applicant.permit {
        Some(permit) if subject != Subject::One => Timestamp::start_of(permit.issued_on),
        _ => begun_at(&record.applicant),
    };
    let void_until = void_until(record, subject, now, policy);
    record
        .tests
        .iter()
        .filter(|test| test.subject == subject && test.taken_at >= from && test.taken_at <= now)
        .filter(|test| void_until.is_none_or(|until| test.taken_at > until))
        .filter_map(|test| passing_score(test, mark).map(|score| PassedTest { score, at: test.taken_at }))
        .min_by_key(|passed| passed.at)
}

/// The instant up to which passed tests of a subject are void.
fn void_until(record: &ApplicantRecord, subject: Subject, now: Timestamp, policy: &Policy) -> Option<Timestamp> {
    let expired = last_permit_day_of(&record.applicant, &policy.regulation)
        .filter(|last_day| now.date() > *last_day)
        .and_then(|last_day| last_day.succ_opt())
        .map(|day| Timestamp::start_of(day).plus_seconds(-1));
    let rule = &policy.regulation.bookings;
    let exhausted = rule.limit_subjects.iter().filter(|other| **other != subject).filter_map(|other| {
        let mark = policy.regulation.pass_marks.score(*other, record.applicant.class);
        let bookings = bookings(record, *other, policy);
        let last = bookings.get(usize::from(rule.limit).checked_sub(1)?)?;
        let passed = bookings.iter().any(|booking| booking.has_passed(mark));
        if passed || !last.over { None } else { last.last_test().filter(|at| *at <= now) }
    });
    exhausted.chain(expired).max()
}

/// The limit of bookings and the wait after a failed one.
pub(super) fn check(case: Case<'_>) -> Vec<Refusal> {
    let rule = &case.policy.regulation.bookings;
    let bookings = bookings(case.record, case.subject, case.policy);
    let mut refusals = Vec::new();
    if rule.limit_subjects.contains(&case.subject) && bookings.len() >= usize::from(rule.limit) {
        refusals.push(Refusal::new(RefusalCode::BookingLimit { limit: rule.limit }, &rule.cite, Judged::Application));
    }
    let also = &case.policy.local.readings.retry_wait_also_for;
    if rule.retry_subjects.contains(&case.subject) || also.contains(&case.subject) {
        let mark = case.policy.regulation.pass_marks.score(case.subject, case.record.applicant.class);
        let failed = bookings.iter().filter(|booking| !booking.has_passed(mark));
        let failed_on = failed.filter_map(Booking::last_test).max().map(Timestamp::date);
        refusals.extend(failed_on.and_then(|failed_on| {
            let code = RefusalCode::WaitAfterFailure { failed_on, days: rule.retry_days };
            wait(case, failed_on, rule.retry_days, |judged| Refusal::new(code, &rule.cite, judged))
        }));
    }
    refusals
}

/// One live application for each subject. A priority success withdraws the normal one, so only a place stands against it.
pub(super) fn check_live(case: Case<'_>) -> Vec<Refusal> {
    let live = case.record.applications.iter().find(|application| {
        application.subject == case.subject
            && match case.flow {
                Flow::Normal => application.is_live(),
                Flow::Priority => application.state.kind() == StateKind::Placed,
            }
    });
    live.map(|application| {
        let code = RefusalCode::LiveApplication { application: application.id };
        Refusal::new(code, &case.policy.local.applications.cite, Judged::Application)
    })
    .into_iter()
    .collect()
}
