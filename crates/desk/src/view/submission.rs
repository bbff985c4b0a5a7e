//! 确认并提交: the booking once more, the code, and what came of it.

use serde::{Deserialize, Serialize};
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::session::Session;
use yuyue_domain::time::{DateRange, Timestamp};

use super::booking::{BookingMode, ButtonView};
use super::printing::DocumentKind;
use super::rank::RankCard;
use super::reason::Reason;
use super::sessions::{Outlook, SessionRow, SiteOption};

/// For what a code is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "purpose", rename_all = "snake_case")]
pub enum CodePurpose {
    /// The booking in progress.
    Booking,
    /// An application that the centre holds as 待验证.
    Held {
        /// Which.
        application: ApplicationId,
    },
    /// To withdraw or cancel.
    Cancel {
        /// Which.
        application: ApplicationId,
    },
}

/// Where a code stands. Its life and the wait before the next one are two different times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct CodeStatus {
    /// The bound phone, masked; none when there is none.
    pub phone_masked: Option<String>,
    /// When it was sent; none before.
    pub sent_at: Option<Timestamp>,
    /// Seconds for which it is good; 0 when it has expired.
    pub valid_seconds: u16,
    /// Seconds until it can be sent again.
    pub resend_seconds: u16,
    /// Wrong tries that are left.
    pub tries_left: u8,
    /// Sends that are left today.
    pub sends_left: u8,
    /// Whether the last try was wrong.
    pub wrong: bool,
    /// 发送验证码, and why not.
    pub send: ButtonView,
}

/// 确认并提交
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ConfirmView {
    /// The mode; none in the priority flow.
    pub mode: Option<BookingMode>,
    /// The chosen sessions in their order; empty for 服从系统安排.
    pub sessions: Vec<SessionRow>,
    /// Whether the order is the applicant's own.
    pub ordered: bool,
    /// The chosen dates, for 服从系统安排.
    pub dates: Option<DateRange>,
    /// The chosen sites, for 服从系统安排.
    pub sites: Vec<SiteOption>,
    /// The rank; none in the priority flow.
    pub rank: Option<RankCard>,
    /// The earliest closing of the accepted sessions: what arrives before it counts for all of them.
    pub closes_first: Option<Timestamp>,
    /// The last closing: what arrives after it counts for none.
    pub closes_last: Option<Timestamp>,
    /// Where it would end with the data of now.
    pub outlook: Option<Outlook>,
    /// The code.
    pub code: CodeStatus,
    /// Whether 预约 registers without a code because the line is down (待验证).
    pub registers: bool,
    /// What not coming, cancelling and the rank mean; shown when the notice was skipped.
    pub consequences: Vec<Reason>,
    /// 预约, once six digits are in; or why not at all.
    pub submit: ButtonView,
}

/// What came of 预约.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum DoneKind {
    /// 登记: saved at this counter, the centre has not answered.
    Registered,
    /// 待验证: the centre holds it until the code is confirmed.
    AwaitingCode,
    /// 已受理
    Accepted,
    /// 优先预约成功
    Placed,
    /// The centre refused it.
    Refused,
}

/// The page after 预约.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct DoneView {
    /// What came of it.
    pub kind: DoneKind,
    /// The application.
    pub application: ApplicationId,
    /// Its number as slips print it.
    pub number: String,
    /// When it was taken here.
    pub taken_at: Timestamp,
    /// When the centre answered.
    pub answered_at: Option<Timestamp>,
    /// The place, after a priority booking.
    pub session: Option<SessionRow>,
    /// The next dates, in order.
    pub milestones: Vec<Milestone>,
    /// Why it was refused.
    pub reasons: Vec<Reason>,
    /// The slip to print now.
    pub slip: Option<DocumentKind>,
    /// Where results are sent, masked.
    pub phone_masked: Option<String>,
}

/// What a coming date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum MilestoneKind {
    /// The application was taken.
    Taken,
    /// The code has to be given.
    Verify,
    /// 申请截止
    Closes,
    /// 预约结果公示
    Publication,
    /// 打印预约凭证
    Voucher,
    /// 取消截止
    CancelBy,
    /// 考试
    Test,
}

/// A date on the way to the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Milestone {
    /// What it is.
    pub kind: MilestoneKind,
    /// When; none when it has no fixed time.
    pub at: Option<Timestamp>,
    /// The last of several, when they differ.
    pub until: Option<Timestamp>,
    /// Whether it lies behind.
    pub done: bool,
}

/// A session with the name of its site, where nothing else is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct NamedSession {
    /// The session.
    pub session: Session,
    /// The name of its site.
    pub site_name: String,
    /// 区县
    pub district: String,
    /// The address of the site.
    pub address: String,
}
