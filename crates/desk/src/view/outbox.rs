//! 待处理: what was taken here and what became of it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yuyue_domain::ids::{ApplicantId, ApplicationId};
use yuyue_domain::licence::Subject;
use yuyue_domain::time::Timestamp;

use super::progress::OtherApplication;
use super::reason::Reason;
use super::submission::NamedSession;

/// What a command asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum OutboxKind {
    /// 预约申请
    Book,
    /// 优先预约
    BookPriority,
    /// 补验证码
    ConfirmCode,
    /// 撤回申请
    Withdraw,
    /// 取消预约
    Cancel,
    /// 须知阅读记录
    Agree,
    /// 打印记录
    Print,
    /// 查看完整信息的记录
    Reveal,
    /// 无法读取: of another version of the program
    Unreadable,
}

/// Where a command stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum OutboxState {
    /// 中心退回
    Refused,
    /// 补验证码: the centre holds it.
    AwaitingCode,
    /// 等待发送
    Waiting,
    /// 中心已受理
    Delivered,
}

/// A command that was taken here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct OutboxRow {
    /// The command.
    pub id: Uuid,
    /// This device's number for it, as slips print it.
    pub number: u32,
    /// What it asks for.
    pub kind: OutboxKind,
    /// Where it stands.
    pub state: OutboxState,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// When the centre answered.
    pub answered_at: Option<Timestamp>,
    /// For whom; none when it concerns this computer.
    pub applicant: Option<ApplicantId>,
    /// 张*三
    pub name_masked: Option<String>,
    /// The application it concerns.
    pub application: Option<ApplicationId>,
    /// The subject.
    pub subject: Option<Subject>,
    /// The sessions asked for, at most 5.
    pub sessions: Vec<NamedSession>,
    /// The closing that must not be missed.
    pub closes_at: Option<Timestamp>,
    /// Seconds until then.
    pub closes_in_seconds: Option<u32>,
    /// Whether that is near enough for an alarm.
    pub urgent: bool,
    /// Tries so far.
    pub tries: u32,
    /// Seconds until the next try; none when it is not waiting, or is sent as soon as its turn comes.
    pub next_try_seconds: Option<u16>,
    /// The answer of the centre, or why it still waits.
    pub reasons: Vec<Reason>,
    /// What to do, in order.
    pub steps: Vec<Reason>,
    /// Whether 改选场次 starts a booking that replaces it.
    pub can_rebook: bool,
    /// The other application of this person and subject on account of which the centre refused it.
    pub other: Option<OtherApplication>,
    /// What a clerk has left about it to whoever works here next.
    pub handover: Option<HandoverView>,
}

/// 交接: what a clerk leaves to the next one about something that is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct HandoverView {
    /// The name of the clerk.
    pub clerk: String,
    /// When.
    pub at: Timestamp,
    /// What is left to do.
    pub note: String,
}

/// 待处理, by closing time within each group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct OutboxView {
    /// 中心退回，需处理
    pub refused: Vec<OutboxRow>,
    /// 待验证: codes to ask for.
    pub awaiting_code: Vec<OutboxRow>,
    /// 待发送
    pub waiting: Vec<OutboxRow>,
    /// 今日已送达, the newest first, at most 50.
    pub delivered: Vec<OutboxRow>,
    /// All that were delivered today.
    pub delivered_total: u32,
}
