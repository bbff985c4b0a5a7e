//! 发送验证码, and where a code stands: its life and the wait before the next one are two different times.

use crate::desk::{Desk, lock};
use crate::error::DeskError;
use crate::use_cases::reasons::reason;
use crate::view::booking::ButtonView;
use crate::view::submission::{CodePurpose as PurposeView, CodeStatus};
use std::sync::Mutex;
use std::time::Duration;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::StateKind;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::policy::Policy;
use yuyue_domain::presence::Awaited;
use yuyue_domain::time::Timestamp;
use yuyue_domain::verification::{CodePurpose, CodeRefusal};
use yuyue_protocol::centre::Centre;
use yuyue_protocol::code::{CodeRequest, CodeSent};

/// Codes that are remembered.
const SLOTS_MAX: usize = 50;

/// A code that was sent. It outlives leaving the step: coming back spends nothing.
#[derive(Debug, Clone)]
pub(crate) struct CodeSlot {
    applicant: ApplicantId,
    purpose: CodePurpose,
    sent: CodeSent,
    sent_at: Timestamp,
    /// On the clock that nobody can set.
    elapsed: Duration,
    /// Whether the last try was wrong.
    wrong: bool,
    /// Whether it confirms nothing any more.
    is_over: bool,
}

/// Sends a code to the bound phone.
///
/// # Errors
/// As the centre says: no phone, too early, used up; or there is no line.
pub async fn send_code(
    desk: &Mutex<Desk>,
    centre: &impl Centre,
    purpose: PurposeView,
) -> Result<CodeStatus, DeskError> {
    let (request, applicant, turn) = {
        let desk = lock(desk);
        let (applicant, purpose) = desk.purpose_of(purpose)?;
        desk.acting_for(applicant)?;
        (CodeRequest { id: desk.new_id(), applicant, purpose }, applicant, desk.turn())
    };
    let purpose = request.purpose;
    let sent = centre.request_code(request).await;
    let mut desk = lock(desk);
    let sent = sent.inspect_err(|problem| desk.note_signed_out(problem))?;
    desk.check_turn(turn)?;
    desk.wait_for(Awaited::Code, sent.valid_seconds);
    let slot = CodeSlot {
        applicant,
        purpose,
        sent,
        sent_at: desk.now(),
        elapsed: desk.world.elapsed(),
        wrong: false,
        is_over: false,
    };
    desk.codes.retain(|old| (old.applicant, old.purpose) != (applicant, purpose));
    if desk.codes.len() >= SLOTS_MAX {
        desk.codes.remove(0);
    }
    desk.codes.push(slot);
    let record = desk.record(applicant)?;
    Ok(desk.code_status_of(&record, &purpose, &*desk.policy()?))
}

impl Desk {
    /// Where a code stands. Asking spends nothing.
    ///
    /// # Errors
    /// When there is no such booking or application.
    pub fn code_status(&self, purpose: PurposeView) -> Result<CodeStatus, DeskError> {
        let (applicant, purpose) = self.purpose_of(purpose)?;
        Ok(self.code_status_of(&self.record(applicant)?, &purpose, &*self.policy()?))
    }

    fn purpose_of(&self, purpose: PurposeView) -> Result<(ApplicantId, CodePurpose), DeskError> {
        match purpose {
            PurposeView::Booking => {
                let draft = self.open_draft()?;
                let subject = draft.body.flow.subject.ok_or(DeskError::NoBooking)?;
                Ok((draft.applicant, CodePurpose::Apply { subject }))
            }
            PurposeView::Held { application } => {
                Ok((self.application_row(application)?.applicant, CodePurpose::Confirm { application }))
            }
            PurposeView::Cancel { application } => {
                let row = self.application_row(application)?;
                let purpose = match row.state.kind() {
                    StateKind::Placed => CodePurpose::Cancel { application },
                    _ => CodePurpose::Withdraw { application },
                };
                Ok((row.applicant, purpose))
            }
        }
    }

    pub(crate) fn code_status_of(
        &self,
        record: &ApplicantRecord,
        purpose: &CodePurpose,
        policy: &Policy,
    ) -> CodeStatus {
        let applicant = &record.applicant;
        let phone_masked = applicant.phone.as_ref().map(yuyue_domain::identity::PhoneNumber::masked);
        let slot = self.codes.iter().find(|slot| slot.applicant == applicant.id && slot.purpose == *purpose);
        let left = |seconds: u32, slot: &CodeSlot| -> u16 {
            let passed = self.world.elapsed().saturating_sub(slot.elapsed).as_secs();
            u16::try_from(u64::from(seconds).saturating_sub(passed)).unwrap_or(u16::MAX)
        };
        let rule = &policy.local.code;
        let (tries_left, sends_left) = slot
            .map_or((rule.wrong_tries_max, rule.sends_per_day), |slot| (slot.sent.tries_left, slot.sent.sends_left));
        let resend_seconds = slot.map_or(0, |slot| left(slot.sent.resend_seconds, slot));
        let blocked = if phone_masked.is_none() {
            Some(reason("no_phone"))
        } else if !self.line.is_up() {
            Some(reason("no_line"))
        } else if sends_left == 0 {
            Some(reason("sends_used_up"))
        } else {
            None
        };
        CodeStatus {
            phone_masked,
            sent_at: slot.map(|slot| slot.sent_at),
            valid_seconds: slot.filter(|slot| !slot.is_over).map_or(0, |slot| left(slot.sent.valid_seconds, slot)),
            resend_seconds,
            tries_left,
            sends_left,
            wrong: slot.is_some_and(|slot| slot.wrong),
            send: ButtonView { enabled: blocked.is_none(), reason: blocked },
        }
    }

    /// The centre said what a try was worth. Only a wrong code spends one; a code that is over is over.
    pub(crate) fn note_try(&mut self, applicant: ApplicantId, purpose: &CodePurpose, answer: Result<(), &CodeRefusal>) {
        let slot = self.codes.iter_mut().find(|slot| slot.applicant == applicant && slot.purpose == *purpose);
        let Some(slot) = slot else { return };
        slot.wrong = matches!(answer, Err(CodeRefusal::CodeWrong { .. }));
        match answer {
            Err(CodeRefusal::CodeWrong { tries_left }) => slot.sent.tries_left = *tries_left,
            Err(CodeRefusal::CodeLocked { .. }) => slot.sent.tries_left = 0,
            Ok(()) | Err(CodeRefusal::CodeUsed | CodeRefusal::CodeExpired | CodeRefusal::CodeNotSent) => {
                slot.is_over = true;
            }
            Err(CodeRefusal::CodeTooSoon { .. } | CodeRefusal::CodeLimit { .. }) => {}
        }
    }
}
