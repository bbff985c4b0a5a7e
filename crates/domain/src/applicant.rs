//! An applicant and everything that the rules look at: permit, tests, blocks and applications.

use crate::application::Application;
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
