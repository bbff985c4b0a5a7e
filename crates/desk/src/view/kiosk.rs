//! 自助终端: who is there, for how much longer, and what can be looked up without saying who one is.
//!
//! Everything else that a kiosk shows has the types of the counter: the booking, 网办进度, the code, documents.

use serde::{Deserialize, Serialize};
use yuyue_domain::ids::SiteId;
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::session::Session;
use yuyue_domain::time::{DateRange, Timestamp};

use super::applicant::MaskedApplicant;
use super::booking::ButtonView;
use super::sessions::{RibbonDay, SiteOption};

/// Who is at the kiosk; sent anew with every `kiosk_changed`, every second while somebody is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct KioskView {
    /// How far the person has come with saying who they are.
    pub stage: VisitStage,
    /// The ring; none when nobody is there.
    pub presence: Option<PresenceView>,
    /// Whether a card reader is connected; without one the number is typed.
    pub card_reader: bool,
    /// Whether something is being read aloud now.
    pub speaking: bool,
}

/// How far somebody has come with saying who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum VisitStage {
    /// Nobody has said who they are; somebody may be there all the same and read the guide.
    Nobody,
    /// A number was typed, and a code sent to its phone. Whether there is such a person is not told.
    CodeSent {
        /// 500***********1234, of the number that was typed.
        number_masked: String,
        /// The code.
        code: VisitCodeView,
    },
    /// The person is known.
    Open {
        /// Who.
        applicant: MaskedApplicant,
        /// How.
        identified: Identified,
    },
}

/// How a person was identified at a kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Identified {
    /// By the number and the code from the bound phone.
    Code,
    /// By the identity card.
    Card,
}

/// Where the code that opens a visit stands. It says the same for numbers that nobody has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct VisitCodeView {
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
    /// 发送验证码 once more, and why not.
    pub send: ButtonView,
}

/// The ring, and the question at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PresenceView {
    /// Seconds until the visit ends, when nobody gives another sign.
    pub left_seconds: u16,
    /// The whole ring in seconds; `left_seconds` is more while a code is waited for.
    pub idle_seconds: u16,
    /// 还在办理吗？ is to be shown: the last 30 seconds.
    pub asking: bool,
}

/// Which sessions somebody wants to see without saying who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct OpenSessionsQuery {
    /// The subject.
    pub subject: Subject,
    /// The class.
    pub class: LicenceClass,
    /// 考试日期; none for the days of the open windows.
    pub dates: Option<DateRange>,
    /// 考试地点; none for all that offer the subject.
    pub sites: Option<Vec<SiteId>>,
}

/// Sessions that are open for application now, for anybody. Works without line, with what was last heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct OpenSessions {
    /// The dates that were looked at, at most 31 days.
    pub dates: DateRange,
    /// Sites that offer the subject for the class, those near this kiosk first.
    pub sites: Vec<SiteOption>,
    /// The days of the range.
    pub ribbon: Vec<RibbonDay>,
    /// The earliest first, at most 200.
    pub rows: Vec<OpenSession>,
    /// Sessions that fit; more than `rows` when the list was cut.
    pub total: u32,
    /// The instant of the counts; none before the first fill.
    pub as_of: Option<Timestamp>,
}

/// A session that is open for application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct OpenSession {
    /// The session; its `instants` carry 公示.
    pub session: Session,
    /// The name of its site.
    pub site_name: String,
    /// 区县
    pub district: String,
    /// Live applications that accept it.
    pub applied: Option<u32>,
    /// 申请截止, of an extended session the later one.
    pub closes_at: Timestamp,
}

/// In which language something is read aloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum SpokenLanguage {
    /// 普通话
    Chinese,
    /// English
    English,
}
