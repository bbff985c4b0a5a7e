//! The sort time (排序时间) of an applicant and why it is what it is: the guide's four rules, each with its instant.
//!
//! Rule 4 makes the sort time the latest of the instants that apply, so applying early gains nothing and an application
//! that was taken while the line was down loses nothing.

use crate::applicant::{ApplicantRecord, TestOutcome};
use crate::application::ApplicationState;
use crate::ids::ApplicationId;
use crate::licence::Subject;
use crate::policy::{Citation, Policy, PolicyVersion};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Whom a cancellation or a missed test moves back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum SortScope {
    /// Every subject of the person.
    AllSubjects,
    /// Only the subject that was cancelled or missed.
    OwnSubject,
}

/// One of the guide's four rules (选择场次, 说明).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum SortRule {
    /// Rule 1: the first booking counts from the acceptance of the business.
    First,
    /// Rule 2: any other booking counts from the last test.
    LastTest,
    /// Rule 3: a successful booking that was cancelled, or missed, counts from then.
    Cancelled,
    /// Rule 4: several apply, the latest counts.
    Latest,
}

impl SortRule {
    /// The number under which the guide prints it, 1 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::First => 1,
            Self::LastTest => 2,
            Self::Cancelled => 3,
            Self::Latest => 4,
        }
    }
}

/// What happened at the instant that a rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SortCause {
    /// The licence application was accepted (受理时间).
    Accepted,
    /// 变更考试地, 满分考试 or 恢复驾驶资格 was accepted later.
    Restarted,
    /// A test was taken.
    Test {
        /// Its subject.
        subject: Subject,
    },
    /// The applicant cancelled a successful booking.
    Cancellation {
        /// Its subject.
        subject: Subject,
        /// The booking; none in a preview.
        application: Option<ApplicationId>,
    },
    /// A test was missed (缺考).
    Missed {
        /// Its subject.
        subject: Subject,
    },
}

impl SortCause {
    /// The subject concerned; none where the whole business is meant.
    #[must_use]
    pub const fn subject(self) -> Option<Subject> {
        match self {
            Self::Accepted | Self::Restarted => None,
            Self::Test { subject } | Self::Cancellation { subject, .. } | Self::Missed { subject } => Some(subject),
        }
    }
}

/// A rule that applies, with the instant it gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct AppliedRule {
    /// The rule.
    pub rule: SortRule,
    /// The instant that it gives.
    pub at: Timestamp,
    /// What happened then.
    pub cause: SortCause,
    /// Whether this rule decides; exactly one of the rules does.
    pub counts: bool,
}

/// A sort time with its explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SortTime {
    /// The subject for which it holds.
    pub subject: Subject,
    /// The instant; the smaller, the earlier served.
    pub value: Timestamp,
    /// Every rule that applies, in the guide's order.
    pub rules: Vec<AppliedRule>,
    /// Where these rules come from.
    pub cite: Citation,
    /// By which versions it was decided.
    pub version: PolicyVersion,
}

/// Something that may still happen and would move the sort time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum SortEvent {
    /// The applicant cancels a successful booking of this subject.
    Cancel {
        /// The booking's subject.
        subject: Subject,
        /// When; usually now.
        at: Timestamp,
    },
    /// The applicant does not come to a test of this subject.
    Miss {
        /// The test's subject.
        subject: Subject,
        /// When it begins.
        at: Timestamp,
    },
}

/// What an event would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SortTimeChange {
    /// As things stand.
    pub before: SortTime,
    /// As they would stand.
    pub after: SortTime,
}

/// The sort time of a person for a subject, with every rule that applies.
///
/// Tests from before the business that is under way (or that restarted it) say nothing about it and are left out.
/// Withdrawing before the allocation and a cancellation by the office change nothing.
#[must_use]
pub fn sort_time(record: &ApplicantRecord, subject: Subject, policy: &Policy) -> SortTime {
    sort_time_with(record, subject, None, policy)
}

/// What `event` would change for `subject`.
#[must_use]
pub fn what_if(record: &ApplicantRecord, subject: Subject, event: SortEvent, policy: &Policy) -> SortTimeChange {
    SortTimeChange {
        before: sort_time_with(record, subject, None, policy),
        after: sort_time_with(record, subject, Some(event), policy),
    }
}

fn sort_time_with(record: &ApplicantRecord, subject: Subject, event: Option<SortEvent>, policy: &Policy) -> SortTime {
    let rule = &policy.local.rank;
    let applicant = &record.applicant;
    let begun = match applicant.restarted_at {
        Some(at) if at > applicant.accepted_at => (at, SortCause::Restarted),
        _ => (applicant.accepted_at, SortCause::Accepted),
    };
    let last_test = tests(record).filter(|(at, _)| *at >= begun.0).max();
    let given_up: Vec<Moment> = given_up(record, event)
        .filter(|(at, cause)| {
            *at >= begun.0 && (rule.scope == SortScope::AllSubjects || cause.subject() == Some(subject))
        })
        .collect();
    // A booking that was given up was a booking: the next one is not the first.
    let is_first = last_test.is_none()
        && (begun.1 == SortCause::Restarted || subject == Subject::One)
        && !given_up.iter().any(|(_, cause)| cause.subject() == Some(subject));

    let base = if is_first { (SortRule::First, begun) } else { (SortRule::LastTest, last_test.unwrap_or(begun)) };
    let mut applied = vec![base];
    applied.extend(given_up.into_iter().max().map(|moment| (SortRule::Cancelled, moment)));
    let decides = applied.iter().map(|(_, moment)| *moment).max().unwrap_or(base.1);
    if applied.len() > 1 {
        applied.push((SortRule::Latest, decides));
    }
    let last = applied.len() - 1;
    let rules = applied
        .into_iter()
        .enumerate()
        .map(|(index, (rule, (at, cause)))| AppliedRule { rule, at, cause, counts: index == last })
        .collect();
    SortTime { subject, value: decides.0, rules, cite: rule.cite.clone(), version: policy.version() }
}

type Moment = (Timestamp, SortCause);

/// Tests that were taken, of any subject.
fn tests(record: &ApplicantRecord) -> impl Iterator<Item = Moment> {
    record
        .tests
        .iter()
        .filter(|test| test.outcome != TestOutcome::Missed)
        .map(|test| (test.taken_at, SortCause::Test { subject: test.subject }))
}

/// Successful bookings that were cancelled by the applicant or missed.
fn given_up(record: &ApplicantRecord, event: Option<SortEvent>) -> impl Iterator<Item = Moment> {
    let missed = record
        .tests
        .iter()
        .filter(|test| test.outcome == TestOutcome::Missed)
        .map(|test| (test.taken_at, SortCause::Missed { subject: test.subject }));
    let cancelled = record.applications.iter().filter_map(|application| match application.state {
        ApplicationState::CancelledByApplicant { cancelled_at, .. } => {
            let (subject, application) = (application.subject, Some(application.id));
            Some((cancelled_at, SortCause::Cancellation { subject, application }))
        }
        _ => None,
    });
    let previewed = event.map(|event| match event {
        SortEvent::Cancel { subject, at } => (at, SortCause::Cancellation { subject, application: None }),
        SortEvent::Miss { subject, at } => (at, SortCause::Missed { subject }),
    });
    missed.chain(cancelled).chain(previewed)
}

#[cfg(test)]
mod tests;
