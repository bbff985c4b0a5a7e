//! The applicant's page and the look-up, masked unless revealed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
pub use yuyue_domain::eligibility::PassedTest;
use yuyue_domain::identity::{DocumentType, IdentityCheck};
use yuyue_domain::ids::{ApplicantId, ApplicationId};
use yuyue_domain::licence::{BusinessType, LicenceClass, Subject};
use yuyue_domain::time::Timestamp;

use super::progress::ApplicationView;
use super::rank::RankCard;
use super::reason::Reason;

/// A person in the form in which screens show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct MaskedApplicant {
    /// The centre's number.
    pub id: ApplicantId,
    /// 张*三
    pub name_masked: String,
    /// 500***********1234
    pub number_masked: String,
    /// 100****0001; none when no phone is bound.
    pub phone_masked: Option<String>,
    /// The class applied for.
    pub class: LicenceClass,
    /// The kind of business.
    pub business: BusinessType,
}

/// A person in full. It is never stored by the window and each delivery is one line of the log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct RevealedApplicant {
    /// The centre's number.
    pub id: ApplicantId,
    /// The name.
    pub name: String,
    /// Which document.
    pub document: DocumentType,
    /// Its number.
    pub number: String,
    /// The bound phone.
    pub phone: Option<String>,
}

impl std::fmt::Debug for RevealedApplicant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RevealedApplicant").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What the query was taken for; nobody has to switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum QueryKind {
    /// 证件号码
    Number,
    /// 姓名
    Name,
    /// 拼音或首字母
    Pinyin,
    /// 手机尾号
    PhoneTail,
    /// 凭证或回执
    Slip,
}

/// The answer to a look-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SearchAnswer {
    /// What the query was taken for; none while it is too short to tell.
    pub kind: Option<QueryKind>,
    /// At most 20, the best first.
    pub hits: Vec<SearchHit>,
    /// Whether there are more than shown.
    pub more: bool,
    /// Whether the centre may know more but could not be asked.
    pub local_only: bool,
}

/// One person who fits a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SearchHit {
    /// Who.
    pub applicant: MaskedApplicant,
    /// The part of the query that matched, for the highlight, such as `zys` or `0001`.
    pub matched: String,
    /// The subject that matters most now: the one in progress, else the next that can be booked, else the next refused.
    pub subject: Option<Subject>,
    /// How that subject stands; none when the record is not here.
    pub standing: Option<Standing>,
}

/// How a subject stands for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// 可预约
    Bookable,
    /// 已登记，尚未受理: taken here, not yet at the centre
    Registered,
    /// 待验证
    AwaitingCode,
    /// 已受理，待公示
    Queued,
    /// 已预约
    Placed,
    /// 合格
    Passed,
    /// 不可预约
    Refused,
    /// 不需要考: not in this person's track
    NotNeeded,
}

/// A subject's row: how it stands, why, and what can be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SubjectRow {
    /// The subject.
    pub subject: Subject,
    /// How it stands.
    pub standing: Standing,
    /// Why, the most important first; also for a subject that can be booked.
    pub reasons: Vec<Reason>,
    /// The score and the day of the passed test.
    pub passed: Option<PassedTest>,
    /// The live application.
    pub application: Option<ApplicationId>,
    /// Bookings used within the permit's life, where the regulation counts them.
    pub bookings_used: Option<u8>,
    /// Bookings allowed, where the regulation counts them.
    pub bookings_max: Option<u8>,
    /// Whether 预约考试 may start.
    pub can_book: bool,
}

/// Whether priority booking is open to a person for a subject, and why or why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PriorityVerdict {
    /// The subject it was checked for.
    pub subject: Subject,
    /// Whether the step 切换优先预约 will offer the switch.
    pub eligible: bool,
    /// Why or why not.
    pub reasons: Vec<Reason>,
}

/// One line of a person's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct HistoryRow {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: HistoryEvent,
    /// The subject, when it concerns one.
    pub subject: Option<Subject>,
    /// More about it, such as `scored` with the score.
    pub detail: Option<Reason>,
}

/// What happened in a person's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum HistoryEvent {
    /// The licence application was accepted.
    LicenceAccepted,
    /// The learner permit was issued.
    PermitIssued,
    /// An application was taken.
    Applied,
    /// 预约成功
    Placed,
    /// 未预约成功
    Unplaced,
    /// 已撤回
    Withdrawn,
    /// 已取消
    Cancelled,
    /// The office cancelled.
    CancelledByOffice,
    /// 合格
    Passed,
    /// 不合格
    Failed,
    /// 缺考
    Missed,
}

/// The page of one applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ApplicantView {
    /// Who.
    pub applicant: MaskedApplicant,
    /// How this person was identified in this visit; until then the record stays masked.
    pub identity_check: Option<IdentityCheck>,
    /// The full record: present from a card read or document check until the next person or the lock.
    pub revealed: Option<RevealedApplicant>,
    /// The acceptance time of the licence application.
    pub accepted_at: Timestamp,
    /// The first day of the learner permit.
    pub permit_from: Option<NaiveDate>,
    /// Its last day.
    pub permit_until: Option<NaiveDate>,
    /// The name of the accepting office.
    pub office: String,
    /// The four subjects in order.
    pub subjects: Vec<SubjectRow>,
    /// The subject that F3 books: the first that can be booked.
    pub next_subject: Option<Subject>,
    /// The sort time for that subject.
    pub rank: Option<RankCard>,
    /// Priority booking for that subject.
    pub priority: Option<PriorityVerdict>,
    /// Live applications, the next test first; then the last one that got no place, where it can be repeated.
    pub live: Vec<ApplicationView>,
    /// The newest first, at most 50.
    pub history: Vec<HistoryRow>,
    /// The instant for which these data hold.
    pub as_of: Timestamp,
}
