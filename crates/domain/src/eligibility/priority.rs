//! Who may book with priority (优先预约): the guide and the platform's notice name the conditions, the policy the numbers.

use super::permit::last_permit_day_of;
use super::{Eligibility, Flow, Judged, Refusal, RefusalCode, check};
use crate::applicant::ApplicantRecord;
use crate::application::StateKind;
use crate::licence::Subject;
use crate::policy::Policy;
use crate::time::{Date, Timestamp};
use chrono::Months;

/// Checks whether the step 切换优先预约 offers the switch: the subject can be booked, the permit is about to end, and
/// priority was not used for this subject. A normal application that a success would withdraw does not stand against it.
#[must_use]
pub fn check_priority(record: &ApplicantRecord, subject: Subject, now: Timestamp, policy: &Policy) -> Eligibility {
    let mut refusals = check(record, subject, None, Flow::Priority, now, policy);
    // That the permit is missing or expired is said once, by the subject's own rule where that needs it.
    let ending = check_permit_ending(record, now, policy);
    refusals.extend(ending.filter(|refusal| refusals.iter().all(|other| other.code != refusal.code)));
    refusals.extend(check_used(record, subject, policy));
    Eligibility::of(refusals)
}

fn check_permit_ending(record: &ApplicantRecord, now: Timestamp, policy: &Policy) -> Option<Refusal> {
    let rule = &policy.local.priority;
    let months = rule.permit_months_left_below;
    let Some(last_day) = last_permit_day_of(&record.applicant, &policy.regulation) else {
        return Some(Refusal::new(RefusalCode::PermitMissing, &rule.cite, Judged::Application));
    };
    if now.date() > last_day {
        return Some(Refusal::new(RefusalCode::PermitExpired { last_day }, &rule.cite, Judged::Application));
    }
    let so_many_before = last_day.checked_sub_months(Months::new(months.into())).unwrap_or(Date::MIN);
    if now.date() > so_many_before {
        return None;
    }
    let code = RefusalCode::PermitNotEnding { months, last_day };
    Some(Refusal::new(code, &rule.cite, Judged::Application).until(so_many_before.succ_opt()))
}

/// Whether every priority booking of a subject was used; cancelling one does not bring it back.
#[must_use]
pub fn is_priority_used_up(record: &ApplicantRecord, subject: Subject, policy: &Policy) -> bool {
    check_used(record, subject, policy).is_some()
}

/// A success uses it up, also when it was given up afterwards; a cancellation by the office does not.
fn check_used(record: &ApplicantRecord, subject: Subject, policy: &Policy) -> Option<Refusal> {
    let rule = &policy.local.priority;
    let mut successes = record.applications.iter().filter(|application| {
        application.subject == subject
            && application.is_priority()
            && application.accepted_at >= record.applicant.accepted_at
            && matches!(
                application.state.kind(),
                StateKind::Placed | StateKind::Tested | StateKind::CancelledByApplicant
            )
    });
    let is_used_up = successes.clone().count() >= usize::from(rule.times_per_subject);
    let last = successes.next_back().filter(|_| is_used_up)?;
    let code = RefusalCode::PriorityUsed { application: last.id, times: rule.times_per_subject };
    Some(Refusal::new(code, &rule.cite, Judged::Application))
}
