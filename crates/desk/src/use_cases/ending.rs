//! 撤回申请 and 取消预约 with their consequences first, and 补验证码.

use crate::cache::session::find_session;
use crate::desk::{Desk, lock};
use crate::device::outbox::{Item, Which, acknowledge, list_items};
use crate::error::DeskError;
use crate::use_cases::reasons::{reason, reason_with};
use crate::use_cases::submit::{checked_code, send_at_once};
use crate::view::progress::{ApplicationView, EndKind, EndPreview, EndProof, Registered};
use crate::view::reason::{Params, Reason};
use std::sync::Mutex;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::Application;
use yuyue_domain::eligibility::is_priority_used_up;
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::policy::Policy;
use yuyue_domain::presence::Awaited;
use yuyue_domain::sort_time::{SortEvent, what_if};
use yuyue_domain::time::Timestamp;
use yuyue_domain::verification::CodePurpose;
use yuyue_protocol::centre::Centre;
use yuyue_protocol::command::{Command, Proof};
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::outcome::Outcome;

/// Commands about one application that are looked at.
const AWAITED_MAX: u32 = 100;

/// Ends an application, after [`Desk::end_preview`] was shown. Without line it is taken all the same and sent later; what it
/// counts from is the policy's.
///
/// # Errors
/// [`DeskError::TooLate`], a code that is not right, or whatever the centre refuses it for.
pub async fn end_application(
    desk: &Mutex<Desk>,
    centre: &impl Centre,
    application: ApplicationId,
    proof: EndProof,
) -> Result<ApplicationView, DeskError> {
    lock(desk).check_kiosk_line()?;
    let (envelope, purpose) = lock(desk).take_ending(application, proof)?;
    send(desk, centre, envelope, application, purpose).await
}

/// 补验证码: confirms an application that the centre holds.
///
/// # Errors
/// A code that is not right, or whatever the centre refuses it for.
pub async fn confirm_code(
    desk: &Mutex<Desk>,
    centre: &impl Centre,
    application: ApplicationId,
    code: String,
) -> Result<ApplicationView, DeskError> {
    lock(desk).check_kiosk_line()?;
    let envelope = lock(desk).take_confirmation(application, code)?;
    send(desk, centre, envelope, application, CodePurpose::Confirm { application }).await
}

async fn send(
    desk: &Mutex<Desk>,
    centre: &impl Centre,
    envelope: Envelope,
    application: ApplicationId,
    purpose: CodePurpose,
) -> Result<ApplicationView, DeskError> {
    let turn = lock(desk).turn();
    let outcome = send_at_once(desk, centre, &envelope).await?;
    let mut desk = lock(desk);
    desk.check_turn(turn)?;
    let applicant = desk.application_row(application)?.applicant;
    match outcome {
        Some(Outcome::Refused { reasons, .. }) => {
            // The clerk sees the answer now; it is no work for 待处理.
            acknowledge(&desk.device, envelope.id, "", desk.now())?;
            let refusal = reasons.first();
            if let Some(yuyue_domain::refusal::Refusal::Code(refusal)) = refusal {
                desk.note_try(applicant, &purpose, Err(refusal));
            }
            Err(refusal.map_or(DeskError::NotFound, |refusal| desk.refused(refusal)))
        }
        Some(Outcome::Accepted { .. }) => {
            desk.note_try(applicant, &purpose, Ok(()));
            desk.arrived(Awaited::Code);
            desk.application(application)
        }
        None if desk.is_kiosk() => Err(DeskError::AnswerAwaited),
        None => desk.application(application),
    }
}

impl Desk {
    /// What ending an application would mean.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], or [`DeskError::TooLate`] when it can no longer be ended.
    pub fn end_preview(&self, id: ApplicationId) -> Result<EndPreview, DeskError> {
        self.acting()?;
        let application = self.application_row(id)?;
        let record = self.record(application.applicant)?;
        let policy = self.policy()?;
        let view = self.application_view(&application, &record, &policy)?;
        let kind = match (view.actions.end, view.registered) {
            (Some(kind), _) => kind,
            (None, Some(_)) => return Err(already_registered()),
            (None, None) => return Err(DeskError::TooLate),
        };
        Ok(EndPreview {
            kind,
            consequences: self.consequences(kind, &application, &record, &policy),
            until: self.end_until(kind, &application)?,
            again_from: None,
            identity_check: self.visit.identity_check.filter(|_| self.visit.applicant == Some(application.applicant)),
            application: view,
        })
    }

    fn consequences(
        &self,
        kind: EndKind,
        application: &Application,
        record: &ApplicantRecord,
        policy: &Policy,
    ) -> Vec<Reason> {
        if kind == EndKind::Withdraw {
            return vec![reason("withdraw_keeps_rank"), reason("apply_again_at_once")];
        }
        let event = SortEvent::Cancel { subject: application.subject, at: self.now() };
        let change = what_if(record, application.subject, event, policy);
        let mut consequences = vec![
            reason("place_is_given_up"),
            reason_with(
                "rank_moves_to_cancellation",
                [("before", change.before.value.date().to_string()), ("after", change.after.value.to_string())],
            ),
        ];
        if application.is_priority() && is_priority_used_up(record, application.subject, policy) {
            consequences.push(reason("priority_stays_used"));
        }
        if policy.local.readings.cancelled_booking_counts {
            consequences.push(reason("booking_counts"));
        }
        consequences.push(reason("apply_again_at_once"));
        consequences
    }

    /// Until when it can be ended: before the last allocation, or until the place's deadline.
    fn end_until(&self, kind: EndKind, application: &Application) -> Result<Option<Timestamp>, DeskError> {
        if kind == EndKind::Cancel {
            let session = application.session().map(|id| find_session(&self.cache, id)).transpose()?.flatten();
            return Ok(session.map(|session| session.instants.cancel_by));
        }
        let mut last = None;
        for id in &application.accepts {
            let publication = find_session(&self.cache, *id)?.map(|session| session.instants.publication_at);
            last = last.max(publication);
        }
        Ok(last)
    }

    /// A kiosk without line takes nothing.
    fn check_kiosk_line(&self) -> Result<(), DeskError> {
        if self.is_kiosk() && !self.line.is_up() {
            return Err(Problem::new(ErrorCode::Offline, "a kiosk keeps nothing to be sent later").into());
        }
        Ok(())
    }

    /// What was taken here about an application and waits to be sent: its end, else its code. At a kiosk nothing waits.
    pub(crate) fn find_registered(&self, id: ApplicationId) -> Result<Option<(Registered, Item)>, DeskError> {
        if self.is_kiosk() {
            return Ok(None);
        }
        let mut found = None;
        for item in list_items(&self.device, Which::WaitingAbout(id), AWAITED_MAX)? {
            let registered = match item.envelope.command() {
                Ok(Command::Withdraw { .. }) => Registered::Withdraw,
                Ok(Command::Cancel { .. }) => Registered::Cancel,
                Ok(Command::ConfirmCode { .. }) if found.is_none() => Registered::ConfirmCode,
                _ => continue,
            };
            // Until it is saved it counts for nothing, and pressing again saves it.
            if item.is_saved {
                found = Some((registered, item));
            }
        }
        Ok(found)
    }

    /// The same command about this application once more: at a kiosk its answer was lost and is asked for again; at a
    /// counter it could not be saved, and is now.
    fn find_awaited(&mut self, id: ApplicationId, wanted: &Command) -> Result<Option<Envelope>, DeskError> {
        let is_same = |item: &Item| {
            let of = |command: &Command| std::mem::discriminant(command);
            item.envelope.command().is_ok_and(|command| of(&command) == of(wanted))
        };
        let mut items = list_items(&self.device, Which::WaitingAbout(id), AWAITED_MAX)?;
        items.retain(|item| is_same(item) && (self.is_kiosk() || !item.is_saved));
        let Some(item) = items.pop() else { return Ok(None) };
        if !item.is_saved {
            self.write_journal()?;
        }
        Ok(Some(item.envelope))
    }

    fn take_ending(&mut self, id: ApplicationId, proof: EndProof) -> Result<(Envelope, CodePurpose), DeskError> {
        let preview = self.end_preview(id)?;
        let proof = match proof {
            EndProof::Identity { check } => Proof::IdentityCheck { check },
            EndProof::Code { code } => Proof::Code { code: checked_code(code, self.policy()?.local.code.digits)? },
        };
        let (command, purpose) = match preview.kind {
            EndKind::Withdraw => {
                (Command::Withdraw { application: id, proof }, CodePurpose::Withdraw { application: id })
            }
            EndKind::Cancel => (Command::Cancel { application: id, proof }, CodePurpose::Cancel { application: id }),
        };
        if let Some(awaited) = self.find_awaited(id, &command)? {
            return Ok((awaited, purpose));
        }
        let applicant = preview.application.applicant.id;
        let command_id = self.new_id();
        let envelope = self.take(command_id, &command, Some(applicant), preview.until, |_| Ok(()))?;
        Ok((envelope, purpose))
    }

    fn take_confirmation(&mut self, id: ApplicationId, code: String) -> Result<Envelope, DeskError> {
        self.acting()?;
        let application = self.application_row(id)?;
        let until = self.end_until(EndKind::Withdraw, &application)?;
        let code = checked_code(code, self.policy()?.local.code.digits)?;
        let command = Command::ConfirmCode { application: id, code };
        if let Some(awaited) = self.find_awaited(id, &command)? {
            return Ok(awaited);
        }
        if self.find_registered(id)?.is_some() {
            return Err(already_registered());
        }
        let command_id = self.new_id();
        self.take(command_id, &command, Some(application.applicant), until, |_| Ok(()))
    }
}

/// One ending, or one code, is on its way already.
fn already_registered() -> DeskError {
    DeskError::Refused { code: "ending_registered".to_owned(), params: Params::new() }
}
