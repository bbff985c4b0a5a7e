//! How each subject stands for a person, as the applicant page shows it.

use super::{Eligibility, PassedTest, Refusal, RefusalCode, check_eligibility, check_priority, find_passed};
use crate::applicant::ApplicantRecord;
use crate::application::{Application, ApplicationState};
use crate::flow::SubjectOffer;
use crate::ids::{ApplicationId, SessionId};
use crate::licence::Subject;
use crate::policy::Policy;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How a subject stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SubjectState {
    /// 合格
    Passed {
        /// The test that counts.
        test: PassedTest,
    },
    /// 已预约
    Placed {
        /// The application.
        application: ApplicationId,
        /// The session.
        session: SessionId,
    },
    /// 已受理，待公示
    Queued {
        /// The application.
        application: ApplicationId,
    },
    /// 待验证
    AwaitingCode {
        /// The application.
        application: ApplicationId,
    },
    /// 可预约
    Bookable,
    /// 不可预约
    NotBookable {
        /// All reasons.
        refusals: Vec<Refusal>,
    },
    /// The subject is not part of the person's track.
    NotNeeded,
}

/// Whether a subject can be booked by this person at `now`, and with priority as far as the rules go: a normal application
/// that a priority success would withdraw does not stand against it. That the centre can be reached is another question.
#[must_use]
pub fn find_offer(record: &ApplicantRecord, subject: Subject, now: Timestamp, policy: &Policy) -> SubjectOffer {
    let is_priority_open = check_priority(record, subject, now, policy).is_eligible();
    let is_open = is_priority_open || check_eligibility(record, subject, None, now, policy).is_eligible();
    SubjectOffer { subject, is_open, is_priority_open }
}

/// How a subject stands for a person at `now`.
#[must_use]
pub fn subject_state(record: &ApplicantRecord, subject: Subject, now: Timestamp, policy: &Policy) -> SubjectState {
    let eligibility = check_eligibility(record, subject, None, now, policy);
    match eligibility.refusals().first().map(|refusal| &refusal.code) {
        Some(RefusalCode::SubjectNotNeeded { .. }) => return SubjectState::NotNeeded,
        Some(RefusalCode::AlreadyPassed { .. }) => {
            if let Some(test) = find_passed(record, subject, now, policy) {
                return SubjectState::Passed { test };
            }
        }
        _ => {}
    }
    let own = record.applications.iter().filter(|application| application.subject == subject);
    let mut live = own.filter_map(|Application { id, state, .. }| match *state {
        ApplicationState::Placed { session, .. } => Some(SubjectState::Placed { application: *id, session }),
        ApplicationState::Queued => Some(SubjectState::Queued { application: *id }),
        ApplicationState::AwaitingCode => Some(SubjectState::AwaitingCode { application: *id }),
        _ => None,
    });
    live.next_back().unwrap_or(match eligibility {
        Eligibility::Eligible => SubjectState::Bookable,
        Eligibility::Refused(refusals) => SubjectState::NotBookable { refusals },
    })
}
