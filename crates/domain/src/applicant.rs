//! An applicant and everything that the rules look at: permit, tests, blocks and applications.

use crate::application::Application;
use crate::application::permission::PlaceTimes;
use crate::identity::{IdentityDocument, PersonName, PhoneNumber, Sex};
use crate::ids::{ApplicantId, ApplicationId, OfficeId};
use crate::licence::{BusinessType, LicenceClass, Subject};
use crate::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

/// An applicant (申请人): the synced row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Applicant {
    /// The centre's number for this person.
    pub id: ApplicantId,
    /// The serial number (流水号) of the licence application; the last tie-break of the rank.
    #[cfg_attr(feature = "bindings", specta(type = u32))]
    pub serial: u64,
    /// The name.
    pub name: PersonName,
    /// The identity document.
    pub document: IdentityDocument,
    /// The sex.
    pub sex: Sex,
    /// The day of birth.
    pub birth_date: Date,
    /// The bound phone; without one no code can be sent.
    pub phone: Option<PhoneNumber>,
    /// The class applied for.
    pub class: LicenceClass,
    /// The kind of business.
    pub business: BusinessType,
    /// Classes already held.
    pub held_classes: Vec<LicenceClass>,
    /// The acceptance time (受理时间) of the licence application.
    pub accepted_at: Timestamp,
    /// When a later business that restarts the rank was accepted: 变更考试地, 满分考试 or 恢复驾驶资格.
    pub restarted_at: Option<Timestamp>,
    /// The office that accepted the licence application.
    pub office: OfficeId,
    /// The learner permit; none before subject 1 is passed, or where the business needs none.
    pub permit: Option<LearnerPermit>,
    /// The day of the medical certificate (身体条件证明).
    pub medical_on: Option<Date>,
    /// How often the place of testing was changed.
    pub place_changes: u8,
    /// Periods in which this person may not apply.
    pub blocks: Vec<Block>,
}

/// A learner permit (学习驾驶证明).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct LearnerPermit {
    /// The day of issue, from which the waits run.
    pub issued_on: Date,
    /// The last day of its validity.
    pub expires_on: Date,
}

/// Why somebody may not apply for a while (articles 15 and 93).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum BlockReason {
    /// 考试作弊: cheating in a test
    Cheating,
    /// 提供虚假材料: false material
    FalseMaterial,
    /// 替考: somebody else sat the test
    StandIn,
    /// 吊销: the licence was revoked
    Revoked,
}

/// A period in which a person may not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Block {
    /// Why.
    pub reason: BlockReason,
    /// The first day.
    pub from: Date,
    /// The last day; none means for life.
    pub until: Option<Date>,
}

/// Which try of a booking a test was (art. 47: one try and one make-up test).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Attempt {
    /// The first try.
    First,
    /// 补考: the second try inside the same booking.
    MakeUp,
}

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TestOutcome {
    /// 合格 or 不合格: the score decides by the pass mark of the policy (art. 38).
    Scored {
        /// 0 to 100.
        score: u8,
    },
    /// 缺考: did not come, counts as failed (art. 46).
    Missed,
}

/// A test that was taken or missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Test {
    /// The subject.
    pub subject: Subject,
    /// When it began; for a missed test, when it would have begun.
    pub taken_at: Timestamp,
    /// Which try it was.
    pub attempt: Attempt,
    /// How it ended.
    pub outcome: TestOutcome,
    /// The booking to which it belongs; none for tests from before this system.
    pub application: Option<ApplicationId>,
}

/// The best score of a test.
pub const SCORE_MAX: u8 = 100;

/// Why a reported result cannot be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResultError {
    /// No test gives such a score.
    #[error("a score is from 0 to {SCORE_MAX}, not {score}")]
    Score {
        /// What was reported.
        score: u8,
    },
    /// It is dated before the day of its session.
    #[error("the test is dated {taken_at}, before the day of its session")]
    TooEarly {
        /// What was reported.
        taken_at: Timestamp,
    },
    /// It is dated after the report.
    #[error("the test is dated {taken_at}, which is still to come")]
    StillToCome {
        /// What was reported.
        taken_at: Timestamp,
    },
}

/// Whether a result that is reported at `now` can be right. Tests begin a little before or after the printed time, and a
/// make-up test may be on a later day; none is before the day of its session.
///
/// # Errors
/// The first thing wrong with it.
pub fn check_result(
    outcome: TestOutcome,
    taken_at: Timestamp,
    place: PlaceTimes,
    now: Timestamp,
) -> Result<(), ResultError> {
    match outcome {
        TestOutcome::Scored { score } if score > SCORE_MAX => Err(ResultError::Score { score }),
        _ if taken_at.date() < place.starts_at.date() => Err(ResultError::TooEarly { taken_at }),
        _ if taken_at > now => Err(ResultError::StillToCome { taken_at }),
        _ => Ok(()),
    }
}

/// All that the rules look at for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ApplicantRecord {
    /// The person.
    pub applicant: Applicant,
    /// Tests, oldest first.
    pub tests: Vec<Test>,
    /// Applications of every state, oldest first.
    pub applications: Vec<Application>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_has_a_possible_score_and_was_taken_from_the_day_of_its_session_until_now() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let starts_at = at("2026-12-15T08:30:00+08:00");
        let place = PlaceTimes { cancel_by: starts_at.plus_days(-2), starts_at };
        let now = at("2026-12-16T09:00:00+08:00");
        let early = at("2026-12-14T23:59:59+08:00");
        let later = at("2036-12-15T08:30:00+08:00");
        let scored = |score| TestOutcome::Scored { score };
        for (outcome, taken_at, expected) in [
            (scored(0), starts_at, Ok(())),
            (scored(100), starts_at, Ok(())),
            (scored(101), starts_at, Err(ResultError::Score { score: 101 })),
            (scored(90), at("2026-12-15T08:10:00+08:00"), Ok(())),
            (scored(90), now, Ok(())),
            (scored(90), early, Err(ResultError::TooEarly { taken_at: early })),
            (TestOutcome::Missed, later, Err(ResultError::StillToCome { taken_at: later })),
        ] {
            assert_eq!(check_result(outcome, taken_at, place, now), expected, "{outcome:?} at {taken_at}");
        }
    }
}
