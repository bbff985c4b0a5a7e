//! An application for a test (预约申请) and its states. What may happen in which state is in [`permission`], how a state
//! changes in [`transition`].

pub mod permission;
pub mod transition;

use crate::identity::IdentityCheck;
use crate::ids::{ApplicantId, ApplicationId, ClerkId, DeviceId, OfficeId, SessionId, SiteId};
use crate::licence::{LicenceClass, Subject};
use crate::session::Session;
use crate::time::{DateRange, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where somebody acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 窗口: a clerk at a counter
    Counter,
    /// 自助终端: the applicant at a kiosk
    Kiosk,
    /// 公开页面: the public page of the centre
    PublicPage,
    /// The centre itself, such as the scheduler or an operator.
    System,
}

impl Channel {
    /// All channels.
    pub const ALL: [Self; 4] = [Self::Counter, Self::Kiosk, Self::PublicPage, Self::System];
}

/// What an application asks for, as it was entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Wish {
    /// 自主选择考试场次: these sessions; in this order of preference when `ordered`, else the earliest first.
    Choose {
        /// At most as many as the policy allows, no session twice.
        sessions: Vec<SessionId>,
        /// Whether the order is the applicant's own.
        ordered: bool,
    },
    /// 服从系统安排考试: every fitting session of these days and sites.
    Assign {
        /// The chosen range of exam dates.
        dates: DateRange,
        /// The chosen sites, never empty.
        sites: Vec<SiteId>,
    },
    /// 优先预约: exactly this session's priority places.
    Priority {
        /// The session.
        session: SessionId,
    },
}

impl Wish {
    /// Whether the centre may hold it as 待验证 until its code is given; a place that is given at once cannot wait.
    #[must_use]
    pub const fn can_await_code(&self) -> bool {
        !matches!(self, Self::Priority { .. })
    }
}

/// Where an application stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ApplicationState {
    /// 待验证: held by the centre until the code is confirmed; no rank, no place.
    AwaitingCode,
    /// 排队中: accepted, waits for the publication.
    Queued,
    /// 预约成功: has a place.
    Placed {
        /// Where and when.
        session: SessionId,
        /// When the place was given: the publication, or at once in a priority booking.
        placed_at: Timestamp,
    },
    /// 未预约成功: none of its sessions could seat it.
    Unplaced,
    /// 已撤回: withdrawn by the applicant before allocation; changes nothing of the rank.
    Withdrawn,
    /// 已取消: the applicant cancelled a successful booking; the time of cancellation counts for the rank.
    CancelledByApplicant {
        /// The place that was given up.
        session: SessionId,
        /// When it was cancelled: taken at the counter or decided at the centre, by the policy.
        cancelled_at: Timestamp,
    },
    /// 考场取消: the office cancelled it; changes nothing of the rank.
    CancelledByOffice {
        /// The place that was lost, when it had one.
        session: Option<SessionId>,
    },
    /// 已被替代: another application of the same person and subject took its place.
    Superseded {
        /// That application.
        by: ApplicationId,
    },
    /// 未验证失效: its code was never confirmed.
    Lapsed,
    /// 已考试: the booking was used, its tests are in the record.
    Tested {
        /// Where and when.
        session: SessionId,
    },
}

/// The name of a state without what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum StateKind {
    /// 待验证
    AwaitingCode,
    /// 排队中
    Queued,
    /// 预约成功
    Placed,
    /// 未预约成功
    Unplaced,
    /// 已撤回
    Withdrawn,
    /// 已取消
    CancelledByApplicant,
    /// 考场取消
    CancelledByOffice,
    /// 已被替代
    Superseded,
    /// 未验证失效
    Lapsed,
    /// 已考试
    Tested,
}

impl StateKind {
    /// All states.
    pub const ALL: [Self; 10] = [
        Self::AwaitingCode,
        Self::Queued,
        Self::Placed,
        Self::Unplaced,
        Self::Withdrawn,
        Self::CancelledByApplicant,
        Self::CancelledByOffice,
        Self::Superseded,
        Self::Lapsed,
        Self::Tested,
    ];

    /// Whether an application in this state blocks another one of the same person and subject: waiting for its code,
    /// queued, or placed and not yet tested (domain §5).
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::AwaitingCode | Self::Queued | Self::Placed)
    }

    /// Whether it ended without a test and through no act of the applicant, who is then offered the same choices again as
    /// far as they are still open (照上次志愿再约): no place was left, or the office cancelled the session.
    #[must_use]
    pub const fn ended_unwanted(self) -> bool {
        matches!(self, Self::Unplaced | Self::CancelledByOffice)
    }
}

impl ApplicationState {
    /// Its name alone.
    #[must_use]
    pub const fn kind(&self) -> StateKind {
        match self {
            Self::AwaitingCode => StateKind::AwaitingCode,
            Self::Queued => StateKind::Queued,
            Self::Placed { .. } => StateKind::Placed,
            Self::Unplaced => StateKind::Unplaced,
            Self::Withdrawn => StateKind::Withdrawn,
            Self::CancelledByApplicant { .. } => StateKind::CancelledByApplicant,
            Self::CancelledByOffice { .. } => StateKind::CancelledByOffice,
            Self::Superseded { .. } => StateKind::Superseded,
            Self::Lapsed => StateKind::Lapsed,
            Self::Tested { .. } => StateKind::Tested,
        }
    }

    /// See [`StateKind::is_live`].
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.kind().is_live()
    }
}

/// One step of an application's timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Transition {
    /// When it happened, by the centre's clock.
    pub at: Timestamp,
    /// The state from then on.
    pub state: ApplicationState,
    /// Through which channel.
    pub channel: Channel,
    /// The clerk who acted, at a counter.
    pub clerk: Option<ClerkId>,
}

/// An application (预约申请): it asks for one or several sessions of one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Application {
    /// The identifier of the command that asked for it.
    pub id: ApplicationId,
    /// Who applies.
    pub applicant: ApplicantId,
    /// The subject.
    pub subject: Subject,
    /// The class applied for at that time.
    pub class: LicenceClass,
    /// What was asked for.
    pub wish: Wish,
    /// The sessions it accepts, in its order of preference; fixed when it was accepted, less what the office cancels.
    pub accepts: Vec<SessionId>,
    /// Through which channel it came.
    pub channel: Channel,
    /// The office at which it was taken.
    pub office: OfficeId,
    /// The device on which it was taken.
    pub device: DeviceId,
    /// The clerk who took it, at a counter.
    pub clerk: Option<ClerkId>,
    /// How the person was identified, at a counter.
    pub identity_check: Option<IdentityCheck>,
    /// When it was taken at the device.
    pub taken_at: Timestamp,
    /// When the centre accepted it.
    pub accepted_at: Timestamp,
    /// Where it stands.
    pub state: ApplicationState,
    /// How it came there, oldest first; the last step's state is `state`.
    pub timeline: Vec<Transition>,
}

impl Application {
    /// See [`StateKind::is_live`].
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.state.is_live()
    }

    /// Whether any session that it accepts is still to be published, when everything up to `published_until` is. Without
    /// one it waits for nothing: no allocation can give it a place any more.
    #[must_use]
    pub fn has_publication_to_come(&self, sessions: &BTreeMap<SessionId, Session>, published_until: Timestamp) -> bool {
        let accepted = self.accepts.iter().filter_map(|session| sessions.get(session));
        accepted.into_iter().any(|session| session.is_to_be_published(published_until))
    }

    /// Whether it asks for priority places.
    #[must_use]
    pub const fn is_priority(&self) -> bool {
        matches!(self.wish, Wish::Priority { .. })
    }
}

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;
