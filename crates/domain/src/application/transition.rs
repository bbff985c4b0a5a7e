//! How an application comes into being and changes its state. Every change asks the table of [`super::permission`] first,
//! and a refused one leaves the application as it was.

use super::permission::{Action, ApplicationRefusal, CancellationParameters, PlaceTimes, check_action, check_channel};
use super::{Application, ApplicationState, Channel, Transition, Wish};
use crate::identity::IdentityCheck;
use crate::ids::{ApplicantId, ApplicationId, ClerkId, DeviceId, OfficeId, SessionId};
use crate::licence::{LicenceClass, Subject};
use crate::time::Timestamp;

/// Who acted, through which channel and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    /// Through which channel.
    pub channel: Channel,
    /// The clerk who acted, at a counter.
    pub clerk: Option<ClerkId>,
    /// When the device took it; for the centre's own acts the same as `decided_at`.
    pub taken_at: Timestamp,
    /// When the centre decided, by its own clock.
    pub decided_at: Timestamp,
}

impl Act {
    /// Something that the centre does by itself.
    #[must_use]
    pub const fn system(at: Timestamp) -> Self {
        Self { channel: Channel::System, clerk: None, taken_at: at, decided_at: at }
    }
}

/// What confirms that the applicant wants to withdraw or cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The code was right.
    Code,
    /// The clerk checked the identity; counts at a counter only.
    IdentityCheck(IdentityCheck),
}

/// Everything that a new application says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApplication {
    /// The identifier of the command.
    pub id: ApplicationId,
    /// Who applies.
    pub applicant: ApplicantId,
    /// The subject.
    pub subject: Subject,
    /// The class applied for.
    pub class: LicenceClass,
    /// What is asked for.
    pub wish: Wish,
    /// The sessions that it accepts, in order of preference.
    pub accepts: Vec<SessionId>,
    /// The office at which it was taken.
    pub office: OfficeId,
    /// The device on which it was taken.
    pub device: DeviceId,
    /// How the person was identified, at a counter.
    pub identity_check: Option<IdentityCheck>,
}

/// Whether the identity check fits the channel: required at a counter, absent elsewhere (guide step 科目确认).
///
/// # Errors
/// When it is missing at a counter or present elsewhere.
pub const fn check_identity(channel: Channel, check: Option<IdentityCheck>) -> Result<(), ApplicationRefusal> {
    match (channel, check) {
        (Channel::Counter, None) => Err(ApplicationRefusal::IdentityCheckMissing),
        (Channel::Counter, Some(_)) | (_, None) => Ok(()),
        (_, Some(_)) => Err(ApplicationRefusal::IdentityCheckNotHere),
    }
}

impl Application {
    /// Accepts an application: queued when its code is confirmed, else held until it is (待验证).
    ///
    /// # Errors
    /// When the channel takes no applications, the identity check does not fit it, no session is accepted, or a
    /// priority booking comes without its code.
    pub fn accept(new: NewApplication, verified: bool, act: Act) -> Result<Self, ApplicationRefusal> {
        check_channel(Action::Apply, act.channel, CancellationParameters::STRICT)?;
        check_identity(act.channel, new.identity_check)?;
        if new.accepts.is_empty() {
            return Err(ApplicationRefusal::NoSession);
        }
        if !verified && !new.wish.can_await_code() {
            return Err(ApplicationRefusal::PriorityNeedsCode);
        }
        let state = if verified { ApplicationState::Queued } else { ApplicationState::AwaitingCode };
        Ok(Self {
            id: new.id,
            applicant: new.applicant,
            subject: new.subject,
            class: new.class,
            wish: new.wish,
            accepts: new.accepts,
            channel: act.channel,
            office: new.office,
            device: new.device,
            clerk: act.clerk,
            identity_check: new.identity_check,
            taken_at: act.taken_at,
            accepted_at: act.decided_at,
            state,
            timeline: vec![Transition { at: act.decided_at, state, channel: act.channel, clerk: act.clerk }],
        })
    }

    /// Confirms its code: it joins the queue.
    ///
    /// # Errors
    /// When it does not wait for a code or the channel cannot confirm one.
    pub fn verify(&mut self, act: Act) -> Result<(), ApplicationRefusal> {
        self.check(Action::Verify, act, None)?;
        self.enter(ApplicationState::Queued, act);
        Ok(())
    }

    /// Gives it a place, at the publication or at once in a priority booking.
    ///
    /// # Errors
    /// When it is not queued or does not accept the session.
    pub fn place(&mut self, session: SessionId, act: Act) -> Result<(), ApplicationRefusal> {
        self.check(Action::Place, act, None)?;
        if !self.accepts.contains(&session) {
            return Err(ApplicationRefusal::NotItsSession { session });
        }
        self.enter(ApplicationState::Placed { session, placed_at: act.decided_at }, act);
        Ok(())
    }

    /// Decides that none of its sessions could seat it.
    ///
    /// # Errors
    /// When it is not queued.
    pub fn leave_unplaced(&mut self, act: Act) -> Result<(), ApplicationRefusal> {
        self.check(Action::LeaveUnplaced, act, None)?;
        self.enter(ApplicationState::Unplaced, act);
        Ok(())
    }

    /// Takes it back before the allocation; changes nothing of the rank.
    ///
    /// # Errors
    /// When it is no longer in the queue, the channel cannot withdraw, or nothing confirms it.
    pub fn withdraw(
        &mut self,
        proof: Option<Proof>,
        act: Act,
        parameters: CancellationParameters,
    ) -> Result<(), ApplicationRefusal> {
        self.check(Action::Withdraw, act, None)?;
        check_proof(proof, act.channel, parameters)?;
        self.enter(ApplicationState::Withdrawn, act);
        Ok(())
    }

    /// Gives up its place; the instant that counts moves the sort time (guide, rule 3).
    ///
    /// # Errors
    /// When it has no place, elsewhere than at a counter, after the deadline, or when nothing confirms it.
    pub fn cancel(
        &mut self,
        proof: Option<Proof>,
        act: Act,
        place: PlaceTimes,
        parameters: CancellationParameters,
    ) -> Result<(), ApplicationRefusal> {
        // A clerk signs for what a counter says; a kiosk or a page was on line, or was not there at all.
        let taking_counts = parameters.counts_from_taking && act.channel == Channel::Counter;
        let counted_at = if taking_counts { act.taken_at.min(act.decided_at) } else { act.decided_at };
        check_action(Action::Cancel, self.state.kind(), act.channel, counted_at, Some(place), parameters)?;
        check_proof(proof, act.channel, parameters)?;
        if let ApplicationState::Placed { session, placed_at } = self.state {
            // Nobody can give up a place before having it, whatever a device's clock said.
            let cancelled_at = counted_at.max(placed_at);
            self.enter(ApplicationState::CancelledByApplicant { session, cancelled_at }, act);
        }
        Ok(())
    }

    /// Takes it away because the office cancelled its session; changes nothing of the rank.
    ///
    /// # Errors
    /// When it is not live.
    pub fn cancel_by_office(&mut self, act: Act) -> Result<(), ApplicationRefusal> {
        self.check(Action::CancelByOffice, act, None)?;
        let session = self.session();
        self.enter(ApplicationState::CancelledByOffice { session }, act);
        Ok(())
    }

    /// Gives up sessions that the office cancelled while it waits for others; changes nothing of the rank.
    pub fn give_up(&mut self, cancelled: &[SessionId]) {
        self.accepts.retain(|session| !cancelled.contains(session));
    }

    /// Lets another application of the same person and subject take its place: a verified one that of one without
    /// code, a priority success that of a normal one.
    ///
    /// # Errors
    /// When it has a place or is not live.
    pub fn supersede(&mut self, by: ApplicationId, act: Act) -> Result<(), ApplicationRefusal> {
        self.check(Action::Supersede, act, None)?;
        self.enter(ApplicationState::Superseded { by }, act);
        Ok(())
    }

    /// Drops it because its last window's allocation has run and its code was never confirmed.
    ///
    /// # Errors
    /// When it does not wait for a code.
    pub fn lapse(&mut self, act: Act) -> Result<(), ApplicationRefusal> {
        self.check(Action::Lapse, act, None)?;
        self.enter(ApplicationState::Lapsed, act);
        Ok(())
    }

    /// Records that its test was taken or missed; the make-up test of the same booking adds no step.
    ///
    /// # Errors
    /// When it has no place, its place is in another session, or the test has not begun.
    pub fn record_test(&mut self, session: SessionId, act: Act, place: PlaceTimes) -> Result<(), ApplicationRefusal> {
        self.check(Action::RecordTest, act, Some(place))?;
        if self.session() != Some(session) {
            return Err(ApplicationRefusal::NotItsSession { session });
        }
        let tested = ApplicationState::Tested { session };
        if self.state != tested {
            self.enter(tested, act);
        }
        Ok(())
    }

    /// The session in which it has, or had, its place.
    #[must_use]
    pub const fn session(&self) -> Option<SessionId> {
        match self.state {
            ApplicationState::Placed { session, .. }
            | ApplicationState::CancelledByApplicant { session, .. }
            | ApplicationState::Tested { session } => Some(session),
            ApplicationState::CancelledByOffice { session } => session,
            _ => None,
        }
    }

    fn check(&self, action: Action, act: Act, place: Option<PlaceTimes>) -> Result<(), ApplicationRefusal> {
        // Only cancelling asks for these parameters, and it brings its own.
        let parameters = CancellationParameters::STRICT;
        check_action(action, self.state.kind(), act.channel, act.decided_at, place, parameters)
    }

    fn enter(&mut self, state: ApplicationState, act: Act) {
        // A server clock that was set back must not turn the timeline around.
        let at = self.timeline.last().map_or(act.decided_at, |last| last.at.max(act.decided_at));
        self.state = state;
        self.timeline.push(Transition { at, state, channel: act.channel, clerk: act.clerk });
    }
}

fn check_proof(
    proof: Option<Proof>,
    channel: Channel,
    parameters: CancellationParameters,
) -> Result<(), ApplicationRefusal> {
    match (proof, channel) {
        (Some(Proof::Code), _) | (Some(Proof::IdentityCheck(_)), Channel::Counter) => Ok(()),
        _ if !parameters.needs_proof => Ok(()),
        _ => Err(ApplicationRefusal::NotConfirmed),
    }
}
