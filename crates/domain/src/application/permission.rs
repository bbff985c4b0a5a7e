//! Who may do what with an application in which state by which channel: one table, asked by screens before they offer
//! an action and by every transition before it happens.

use super::{Channel, StateKind};
use crate::ids::SessionId;
use crate::session::Session;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that can be done with an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Ask for one or several sessions: make the application.
    Apply,
    /// Confirm the code of an application that waits for it (待验证 → 排队中).
    Verify,
    /// Give it a place.
    Place,
    /// Decide that none of its sessions can seat it.
    LeaveUnplaced,
    /// 撤回: take it back before the allocation.
    Withdraw,
    /// 取消预约: give up a place.
    Cancel,
    /// Take it away because the office cancelled the session.
    CancelByOffice,
    /// Let another application of the same person and subject take its place.
    Supersede,
    /// Drop it because its code was never confirmed.
    Lapse,
    /// Record that its test, or its make-up test, was taken or missed.
    RecordTest,
    /// Print the voucher (预约凭证).
    PrintVoucher,
}

impl Action {
    /// Everything that can be done with an application that exists.
    pub const ON_EXISTING: [Self; 10] = [
        Self::Verify,
        Self::Place,
        Self::LeaveUnplaced,
        Self::Withdraw,
        Self::Cancel,
        Self::CancelByOffice,
        Self::Supersede,
        Self::Lapse,
        Self::RecordTest,
        Self::PrintVoucher,
    ];

    /// The table: in which states, and by which channels. [`Action::Apply`] has no state to begin from.
    const fn rule(self, parameters: CancellationParameters) -> (&'static [StateKind], &'static [Channel]) {
        use StateKind::{AwaitingCode, Placed, Queued, Tested};
        const COUNTER: &[Channel] = &[Channel::Counter];
        const DEVICES: &[Channel] = &[Channel::Counter, Channel::Kiosk];
        const PEOPLE: &[Channel] = &[Channel::Counter, Channel::Kiosk, Channel::PublicPage];
        const SYSTEM: &[Channel] = &[Channel::System];
        match self {
            Self::Apply => (&[], DEVICES),
            Self::Verify => (&[AwaitingCode], PEOPLE),
            Self::Place | Self::LeaveUnplaced => (&[Queued], SYSTEM),
            Self::Withdraw => (&[AwaitingCode, Queued], PEOPLE),
            Self::Cancel if parameters.counter_only => (&[Placed], COUNTER),
            Self::Cancel => (&[Placed], PEOPLE),
            Self::CancelByOffice => (&[AwaitingCode, Queued, Placed], SYSTEM),
            Self::Supersede => (&[AwaitingCode, Queued], SYSTEM),
            Self::Lapse => (&[AwaitingCode], SYSTEM),
            Self::RecordTest => (&[Placed, Tested], SYSTEM),
            Self::PrintVoucher => (&[Placed], DEVICES),
        }
    }
}

/// What the sources leave open about giving up an application or a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CancellationParameters {
    /// Whether a place can be given up at a counter only.
    pub counter_only: bool,
    /// Whether a cancellation that a counter took without line counts from its taking, not from its arrival.
    pub counts_from_taking: bool,
    /// Whether withdrawing and cancelling need the code or the identity check at the counter.
    pub needs_proof: bool,
}

impl CancellationParameters {
    /// The strictest reading.
    pub(super) const STRICT: Self = Self { counter_only: true, counts_from_taking: false, needs_proof: true };
}

/// The instants of the place that an application has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PlaceTimes {
    /// The last second in which the booking can be cancelled.
    pub cancel_by: Timestamp,
    /// When the test begins.
    pub starts_at: Timestamp,
}

impl From<&Session> for PlaceTimes {
    fn from(session: &Session) -> Self {
        Self { cancel_by: session.instants.cancel_by, starts_at: session.starts_at }
    }
}

/// Why something cannot be done with an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum ApplicationRefusal {
    /// The state does not allow it.
    #[error("{action:?} is not possible in state {state:?}")]
    WrongState {
        /// What was wanted.
        action: Action,
        /// Where the application stands.
        state: StateKind,
    },
    /// The channel does not allow it.
    #[error("{action:?} is not possible by {channel:?}")]
    WrongChannel {
        /// What was wanted.
        action: Action,
        /// Through which channel.
        channel: Channel,
        /// The channels by which it is possible.
        allowed: Vec<Channel>,
    },
    /// The deadline for cancelling has passed (art. 46).
    #[error("could be cancelled until {cancel_by}")]
    CancelDeadlinePassed {
        /// The last second in which it was possible.
        cancel_by: Timestamp,
    },
    /// The test has not begun, so there is nothing to record.
    #[error("the test begins at {starts_at}")]
    TestNotBegun {
        /// When it begins.
        starts_at: Timestamp,
    },
    /// The instants of the place are not known here, so the deadline cannot be judged.
    #[error("the session's instants are not known")]
    SessionUnknown,
    /// The application does not accept this session, or has its place in another one.
    #[error("session {session} is not one of its own")]
    NotItsSession {
        /// The session.
        session: SessionId,
    },
    /// Neither a code nor an identity check at a counter confirms it.
    #[error("not confirmed by a code or an identity check")]
    NotConfirmed,
    /// A priority booking is decided at once and cannot wait for its code.
    #[error("a priority booking needs its code at once")]
    PriorityNeedsCode,
    /// It would accept no session at all.
    #[error("it accepts no session")]
    NoSession,
    /// At a counter the identity check is required.
    #[error("the identity check is missing")]
    IdentityCheckMissing,
    /// Only a counter can check an identity.
    #[error("there is no identity check on this channel")]
    IdentityCheckNotHere,
}

/// Whether `action` is possible in `state` by `channel` at `at`.
///
/// # Errors
/// The first reason against it: the state, then the channel, then the time.
pub fn check_action(
    action: Action,
    state: StateKind,
    channel: Channel,
    at: Timestamp,
    place: Option<PlaceTimes>,
    parameters: CancellationParameters,
) -> Result<(), ApplicationRefusal> {
    if !action.rule(parameters).0.contains(&state) {
        return Err(ApplicationRefusal::WrongState { action, state });
    }
    check_channel(action, channel, parameters)?;
    match (action, place) {
        (Action::Cancel | Action::RecordTest, None) => Err(ApplicationRefusal::SessionUnknown),
        (Action::Cancel, Some(PlaceTimes { cancel_by, .. })) if at > cancel_by => {
            Err(ApplicationRefusal::CancelDeadlinePassed { cancel_by })
        }
        (Action::RecordTest, Some(PlaceTimes { starts_at, .. })) if at < starts_at => {
            Err(ApplicationRefusal::TestNotBegun { starts_at })
        }
        _ => Ok(()),
    }
}

/// Whether `action` is possible by `channel` at all.
///
/// # Errors
/// [`ApplicationRefusal::WrongChannel`] with the channels by which it is.
pub fn check_channel(
    action: Action,
    channel: Channel,
    parameters: CancellationParameters,
) -> Result<(), ApplicationRefusal> {
    let allowed = action.rule(parameters).1;
    if allowed.contains(&channel) {
        Ok(())
    } else {
        Err(ApplicationRefusal::WrongChannel { action, channel, allowed: allowed.to_vec() })
    }
}
