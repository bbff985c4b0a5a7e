//! 网办进度: applications of one person or of this office, and withdrawing or cancelling one.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use yuyue_domain::application::{Application, Channel, StateKind};
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::{ApplicantId, ApplicationId};
use yuyue_domain::licence::Subject;
use yuyue_domain::time::{DateRange, Timestamp};

use super::applicant::MaskedApplicant;
use super::printing::DocumentKind;
use super::reason::{Page, Reason};
use super::submission::{Milestone, NamedSession};

/// The tabs of 网办进度.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ProgressTab {
    /// 全部
    All,
    /// 待验证
    AwaitingCode,
    /// 已受理，待公示
    Queued,
    /// 预约成功
    Placed,
    /// 未预约成功
    Unplaced,
    /// 已撤回、已取消
    Ended,
}

/// Which applications to list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ProgressQuery {
    /// One person's only.
    pub applicant: Option<ApplicantId>,
    /// The tab.
    pub tab: ProgressTab,
    /// Number, name or the last digits of the document.
    pub text: String,
    /// One subject only.
    pub subject: Option<Subject>,
    /// Days of taking.
    pub taken: Option<DateRange>,
    /// Which page.
    pub page: Page,
}

/// How many applications a tab has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct TabCount {
    /// The tab.
    pub tab: ProgressTab,
    /// How many.
    pub count: u32,
}

/// A page of applications, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ProgressPage {
    /// The rows.
    pub rows: Vec<ApplicationView>,
    /// All that fit.
    pub total: u32,
    /// All tabs.
    pub tabs: Vec<TabCount>,
    /// The instant for which the data hold.
    pub as_of: Option<Timestamp>,
}

/// An application with everything that its panel shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ApplicationView {
    /// The application itself, with its timeline.
    pub application: Application,
    /// Its number as slips print it.
    pub number: String,
    /// Whose.
    pub applicant: MaskedApplicant,
    /// The sessions it accepts, in its order; at most 20 of them.
    pub sessions: Vec<NamedSession>,
    /// How many it accepts.
    pub accepts: u32,
    /// The session of its place.
    pub place: Option<NamedSession>,
    /// The present rank; after the publication the rank of the allocation.
    pub rank: Option<u32>,
    /// The coming dates.
    pub milestones: Vec<Milestone>,
    /// Why it has no place, or why it was refused.
    pub reasons: Vec<Reason>,
    /// What was taken here about it and has not reached the centre: 已登记，待送交.
    pub registered: Option<Registered>,
    /// What can be done with it.
    pub actions: ApplicationActions,
}

/// Another live application of the same person and subject, shown beside what was entered or sent from here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct OtherApplication {
    /// Which.
    pub application: ApplicationId,
    /// Its number as slips print it.
    pub number: String,
    /// The name of the office at which it was taken.
    pub office: String,
    /// Through which channel.
    pub channel: Channel,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Where it stands.
    pub state: StateKind,
    /// The session of its place, else those that it accepts; at most 5.
    pub sessions: Vec<NamedSession>,
}

/// What was taken at this counter about an application, while the centre has not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Registered {
    /// 撤回申请
    Withdraw,
    /// 取消预约
    Cancel,
    /// 补验证码
    ConfirmCode,
}

/// What can be done with an application now; decided by the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ApplicationActions {
    /// 撤回申请 or 取消预约.
    pub end: Option<EndKind>,
    /// Why it cannot be withdrawn or cancelled any more.
    pub end_refused: Option<Reason>,
    /// 补验证码
    pub confirm_code: bool,
    /// 照上次志愿再约: the same choices again, after a result without a place.
    pub again: bool,
    /// The document that can be printed.
    pub document: Option<DocumentKind>,
}

/// How an application can be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum EndKind {
    /// 撤回申请: before allocation; changes nothing of the rank.
    Withdraw,
    /// 取消预约: after success; the time of cancellation counts for the rank.
    Cancel,
}

/// What ending an application would mean, shown before it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct EndPreview {
    /// Which application.
    pub application: ApplicationView,
    /// How it would end.
    pub kind: EndKind,
    /// What that changes, in order of weight.
    pub consequences: Vec<Reason>,
    /// Until when it can be done.
    pub until: Option<Timestamp>,
    /// The first day on which the same subject could be applied for again; none when at once.
    pub again_from: Option<NaiveDate>,
    /// How the identity was checked in this visit; it stands for the code.
    pub identity_check: Option<IdentityCheck>,
}

/// By what the person is known to want it. The code stays out of `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "proof", rename_all = "snake_case")]
pub enum EndProof {
    /// The clerk checked the identity.
    Identity {
        /// How.
        check: IdentityCheck,
    },
    /// The code from the phone.
    Code {
        /// 6 digits.
        code: String,
    },
}

impl std::fmt::Debug for EndProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Identity { check } => f.debug_struct("Identity").field("check", check).finish(),
            Self::Code { .. } => f.debug_struct("Code").finish_non_exhaustive(),
        }
    }
}
