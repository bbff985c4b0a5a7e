//! The two booking flows as the window shows them: one view per step, one action per button.

use serde::{Deserialize, Serialize};
pub use yuyue_domain::flow::{BookingMode, FlowAction, FlowKind, FlowStep, StepMark, StepView};
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::SiteId;
use yuyue_domain::licence::Subject;
use yuyue_domain::notice::Notice;
use yuyue_domain::time::Timestamp;

use super::applicant::{ApplicantView, SubjectRow};
use super::progress::OtherApplication;
use super::rank::RankCard;
use super::reason::Reason;
use super::sessions::{Outlook, SessionList, SessionQuery, SessionRow, SiteOption};
use super::submission::{ConfirmView, DoneView, NamedSession};

/// Whether a button can be pressed, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ButtonView {
    /// Whether it can be pressed.
    pub enabled: bool,
    /// Why not, shown beside it.
    pub reason: Option<Reason>,
}

/// A booking in progress. The host holds it; the window shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct BookingView {
    /// For whom.
    pub applicant: ApplicantView,
    /// Which flow.
    pub kind: FlowKind,
    /// The chosen subject.
    pub subject: Option<Subject>,
    /// The stepper.
    pub steps: Vec<StepView>,
    /// The step itself.
    pub body: StepBody,
    /// 下一步, or 阅读并同意 in a notice.
    pub next: ButtonView,
    /// Whether the line is down, so that the application will be registered here and sent later.
    pub offline: bool,
    /// Another application of this person and subject that was taken elsewhere meanwhile; both cannot hold.
    pub other: Option<SideBySide>,
}

/// What was entered here and what was taken elsewhere, for the same person and subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SideBySide {
    /// The sessions chosen here, at most 5.
    pub here: Vec<NamedSession>,
    /// The other application.
    pub elsewhere: OtherApplication,
}

/// What the present step shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "step", content = "view", rename_all = "snake_case")]
pub enum StepBody {
    /// 科目确认
    Subject(SubjectStep),
    /// 业务须知 or 优先预约业务须知
    Notice(NoticeStep),
    /// 切换优先预约
    PrioritySwitch(PrioritySwitchStep),
    /// 选择场次
    Sessions(SessionsStep),
    /// 选择场次 of the priority flow
    PrioritySessions(PrioritySessionsStep),
    /// 确认并提交
    Confirm(ConfirmView),
    /// The answer after 预约
    Done(DoneView),
}

/// 科目确认
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SubjectStep {
    /// The four subjects.
    pub subjects: Vec<SubjectRow>,
    /// How the identity was checked; required at a counter.
    pub identity_check: Option<IdentityCheck>,
    /// Whether a card reader is connected; without one a card cannot be read.
    pub card_reader: bool,
}

/// A notice that must be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct NoticeStep {
    /// The text.
    pub notice: Notice,
    /// Whether an older version was agreed to here, so that the text is new.
    pub changed: bool,
}

/// 切换优先预约
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PrioritySwitchStep {
    /// Whether the link 切换至优先预约 is offered.
    pub eligible: bool,
    /// Why or why not.
    pub reasons: Vec<Reason>,
    /// When that was checked.
    pub checked_at: Timestamp,
    /// This person's rank in the normal flow.
    pub rank: Option<u32>,
    /// Sessions open to the normal flow.
    pub sessions: u32,
    /// The next publication of one of them.
    pub publication_at: Option<Timestamp>,
    /// Sessions with vacant priority places; none without line.
    pub priority_sessions: Option<u32>,
}

/// 选择场次
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SessionsStep {
    /// Which mode.
    pub mode: BookingMode,
    /// The rank with its rule.
    pub rank: Option<RankCard>,
    /// The sites to choose from.
    pub sites: Vec<SiteOption>,
    /// What the fields say before 查询: the last query of this counter or the open windows.
    pub query: SessionQuery,
    /// The answer to 查询; none before it.
    pub list: Option<SessionList>,
    /// The chosen sessions in their order.
    pub chosen: Vec<SessionRow>,
    /// Whether the order is the applicant's own.
    pub ordered: bool,
    /// Sessions per application, at most.
    pub chosen_max: u8,
    /// The sites that the system may use.
    pub accepted_sites: Vec<SiteId>,
    /// Where it would end with the data of now.
    pub outlook: Option<Outlook>,
}

/// 选择场次 of the priority flow: one session with vacant priority places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PrioritySessionsStep {
    /// The sites to choose from.
    pub sites: Vec<SiteOption>,
    /// What the fields say before 查询.
    pub query: SessionQuery,
    /// The answer to 查询; none before it.
    pub list: Option<SessionList>,
    /// The chosen session.
    pub chosen: Option<SessionRow>,
    /// Why the place that was wanted could not be had: somebody was faster.
    pub lost: Option<Reason>,
}
