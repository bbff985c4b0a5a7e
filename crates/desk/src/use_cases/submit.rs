//! 预约: the command is taken and saved first, then sent; whether the centre answers decides only what is shown.

use crate::cache::session::{find_session, list_sessions};
use crate::desk::{Desk, lock};
use crate::device::draft::{Draft, find_open_draft, upsert_open_draft};
use crate::device::outbox::{acknowledge, find_feed, find_item, list_up_to, update_failed};
use crate::error::DeskError;
use crate::use_cases::booking::{BookingDraft, ask_queues};
use crate::use_cases::kiosk::is_lost;
use crate::use_cases::reasons::reason_of;
use crate::use_cases::record::application_number;
use crate::view::booking::BookingView;
use crate::view::printing::DocumentKind;
use crate::view::submission::{DoneKind, DoneView};
use std::sync::Mutex;
use yuyue_domain::application::{ApplicationState, Wish};
use yuyue_domain::flow::{FlowAction, FlowKind, FlowStep, Submission};
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::presence::Awaited;
use yuyue_domain::refusal::{IntakeRefusal, Refusal};
use yuyue_domain::session::Session;
use yuyue_domain::time::Timestamp;
use yuyue_domain::verification::{CodePurpose, CodeRefusal};
use yuyue_protocol::centre::Centre;
use yuyue_protocol::command::{Code, Command};
use yuyue_protocol::cursor::Epoch;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::outcome::{Effect, ItemOutcome, Outcome};

/// How often a kiosk asks for an answer that is lost before the person is told.
const KIOSK_TRIES: usize = 3;

/// 预约. With `code` when the phone has told it; without, the application is registered here and held by the centre as
/// 待验证.
///
/// # Errors
/// When the booking is not at 确认并提交, the code is used up or expired (the step stays, and another code can be sent),
/// or the command could not be saved: then nothing happened.
pub async fn submit(desk: &Mutex<Desk>, centre: &impl Centre, code: Option<String>) -> Result<BookingView, DeskError> {
    let (envelope, turn) = {
        let mut desk = lock(desk);
        (desk.take_booking(code)?, desk.turn())
    };
    let outcome = send_at_once(desk, centre, &envelope).await?;
    let view = {
        let mut desk = lock(desk);
        desk.check_turn(turn)?;
        let view = desk.finish_submission(&envelope, outcome.as_ref())?;
        if desk.visit.lost_place.is_none() {
            return Ok(view);
        }
        view
    };
    // Somebody was faster: what is left now, as far as the centre says it.
    ask_queues(desk, centre).await?;
    let mut desk = lock(desk);
    desk.check_turn(turn)?;
    Ok(desk.booking()?.unwrap_or(view))
}

/// Sends a command whose answer somebody waits for, behind what this counter still has to tell of the same application;
/// none when there was no answer. It then waits in the outbox; a kiosk asks again at once, for nothing of it is sent later.
///
/// # Errors
/// When a file cannot be read or written, or the person at the kiosk has left meanwhile.
pub(crate) async fn send_at_once(
    desk: &Mutex<Desk>,
    centre: &impl Centre,
    envelope: &Envelope,
) -> Result<Option<Outcome>, DeskError> {
    let (batch, asked_in, tries, turn) = {
        let desk = lock(desk);
        let tries = if desk.is_kiosk() { KIOSK_TRIES } else { 1 };
        (list_up_to(&desk.device, envelope)?, find_feed(&desk.device)?, tries, desk.turn())
    };
    let mut answer = centre.commands(batch.clone()).await;
    for _ in 1..tries {
        if is_lost(&answer) {
            answer = centre.commands(batch.clone()).await;
        }
    }
    let outcome = {
        let mut desk = lock(desk);
        desk.check_turn(turn)?;
        desk.store_answer(envelope, answer, asked_in)?
    };
    if matches!(outcome, Some(Outcome::Accepted { .. })) {
        refresh_visitor(desk, centre).await;
    }
    Ok(outcome)
}

/// At a kiosk: the record as it is after a command, for no feed brings it. Without an answer what is here stands, with the
/// command laid over it.
pub(crate) async fn refresh_visitor(desk: &Mutex<Desk>, centre: &impl Centre) {
    let (visitor, turn) = {
        let desk = lock(desk);
        (desk.visitor(), desk.turn())
    };
    let Some(visitor) = visitor else { return };
    let Ok(record) = centre.applicant(visitor).await else { return };
    let mut desk = lock(desk);
    if desk.turn() == turn {
        desk.visit.fetched = Some(record);
    }
}

impl Desk {
    fn take_booking(&mut self, code: Option<String>) -> Result<Envelope, DeskError> {
        let unsaved = find_open_draft::<BookingDraft>(&self.device)?.filter(|draft| draft.body.is_submitted);
        if let Some(envelope) = unsaved.map(|draft| self.save_again(draft.command)).transpose()?.flatten() {
            return Ok(envelope);
        }
        let mut draft = self.open_draft()?;
        if let Some(item) = find_item(&self.device, draft.command)?.filter(|_| self.is_kiosk()) {
            // The same command once more, whose answer was lost.
            draft.body.is_submitted = true;
            self.keep_draft(&mut draft)?;
            return Ok(item.envelope);
        }
        draft.body.flow.identity_check =
            self.visit.identity_check.filter(|_| self.visit.applicant == Some(draft.applicant));
        let record = self.record(draft.applicant)?;
        let policy = self.policy()?;
        let flow = draft.body.flow.refresh(self.flow_context(&record, &policy)?);
        let submission = flow.submission()?;
        if (flow.kind == FlowKind::Priority || self.is_kiosk()) && !self.line.is_up() {
            return Err(Problem::new(ErrorCode::Offline, "only the centre can take this").into());
        }
        let code = code.map(|code| checked_code(code, policy.local.code.digits)).transpose()?;
        draft.body.flow = flow;
        draft.body.is_submitted = true;
        let replaces = match draft.body.replaces {
            Some(id) if find_item(&self.device, id)?.is_some() => Some(id),
            _ => None,
        };
        let command = Command::Apply {
            applicant: draft.applicant,
            subject: submission.subject,
            wish: submission.wish.clone(),
            office: self.identity()?.office,
            identity_check: submission.identity_check,
            code,
            replaces,
        };
        let closes_at = self.closes_at(&submission, record.applicant.class)?;
        let now = self.now();
        self.take(draft.command, &command, Some(draft.applicant), closes_at, |transaction| {
            upsert_open_draft(transaction, &draft, now)
        })
    }

    /// The first closing that must not be missed. Where a window has closed, whether it is extended may not be known here,
    /// and what was taken in time may count until the publication.
    fn closes_at(
        &self,
        submission: &Submission,
        class: yuyue_domain::licence::LicenceClass,
    ) -> Result<Option<Timestamp>, DeskError> {
        let now = self.now();
        let closing = |session: &Session| {
            let at = session.instants;
            [session.closes_at(), at.extended_closes_at, at.publication_at].into_iter().find(|instant| *instant > now)
        };
        let mut closings = Vec::new();
        match &submission.wish {
            Wish::Choose { sessions, .. } => {
                for id in sessions {
                    closings.extend(find_session(&self.cache, *id)?.as_ref().and_then(closing));
                }
            }
            Wish::Priority { session } => {
                let session = find_session(&self.cache, *session)?;
                let policy = self.policy()?;
                closings.extend(session.map(|session| session.priority_closes_at(&policy)).filter(|at| *at > now));
            }
            Wish::Assign { dates, sites } => {
                let sessions = list_sessions(&self.cache, submission.subject, class, *dates)?;
                let fitting = sessions.iter().filter(|session| sites.contains(&session.site));
                closings.extend(fitting.filter_map(closing));
            }
        }
        Ok(closings.into_iter().min())
    }

    /// Stores the centre's answer to a command and to what went with it, or that there was none.
    fn store_answer(
        &mut self,
        envelope: &Envelope,
        answer: Result<Vec<ItemOutcome>, Problem>,
        asked_in: Option<Epoch>,
    ) -> Result<Option<Outcome>, DeskError> {
        let problem = match answer {
            Ok(outcomes) => {
                self.store_outcomes(&outcomes, asked_in)?;
                match outcomes.into_iter().find(|outcome| outcome.id == envelope.id) {
                    Some(outcome) => return Ok(Some(outcome.outcome)),
                    None => ErrorCode::BadAnswer,
                }
            }
            Err(problem) => problem.code,
        };
        let now = self.now();
        update_failed(&mut self.device, std::slice::from_ref(envelope), problem, now)?;
        if problem == ErrorCode::Offline {
            self.line.fail(now);
        }
        Ok(None)
    }

    pub(crate) fn finish_submission(
        &mut self,
        envelope: &Envelope,
        outcome: Option<&Outcome>,
    ) -> Result<BookingView, DeskError> {
        if let (Command::Apply { applicant, subject, replaces, .. }, Some(Outcome::Accepted { .. })) =
            (envelope.command()?, outcome)
        {
            self.arrived(Awaited::Code);
            self.note_try(applicant, &CodePurpose::Apply { subject }, Ok(()));
            if let Some(replaced) = replaces {
                // It may have been dealt with meanwhile.
                match acknowledge(&self.device, replaced, "", self.now()) {
                    Err(DeskError::NotFound) | Ok(()) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        // Another booking may be on the screen by now; then 待处理 tells of this one.
        let draft: Draft<BookingDraft> = find_open_draft(&self.device)?
            .filter(|draft: &Draft<BookingDraft>| draft.command == envelope.id)
            .ok_or(DeskError::NoBooking)?;
        match outcome {
            Some(Outcome::Refused { reasons, .. }) => match reasons.first() {
                Some(Refusal::Code(refusal)) => self.back_to_confirm(draft, envelope, refusal),
                Some(refusal @ Refusal::Intake(IntakeRefusal::PriorityTaken { .. })) => {
                    let mut draft = self.reopen(draft, envelope, FlowStep::Sessions)?;
                    let nothing = FlowAction::Choose { sessions: Vec::new(), ordered: false };
                    draft.body.flow = draft.body.flow.advance(nothing)?;
                    self.keep_draft(&mut draft)?;
                    self.visit.lost_place = Some(reason_of(&self.cache, refusal));
                    self.booking_view(&draft)
                }
                _ => self.booking_view(&draft),
            },
            None if self.is_kiosk() => {
                // The same identifier again: whatever the centre has decided is told then.
                let mut draft = draft;
                draft.body.is_submitted = false;
                self.keep_draft(&mut draft)?;
                Err(DeskError::AnswerAwaited)
            }
            Some(Outcome::Accepted { .. }) | None => self.booking_view(&draft),
        }
    }

    /// A code that was not right: the step stays, and the next try is a command of its own.
    fn back_to_confirm(
        &mut self,
        draft: Draft<BookingDraft>,
        envelope: &Envelope,
        refusal: &CodeRefusal,
    ) -> Result<BookingView, DeskError> {
        if let Some(subject) = draft.body.flow.subject {
            self.note_try(draft.applicant, &CodePurpose::Apply { subject }, Err(refusal));
        }
        let draft = self.reopen(draft, envelope, FlowStep::Confirm)?;
        match refusal {
            CodeRefusal::CodeWrong { .. } => self.booking_view(&draft),
            other => Err(self.refused(&Refusal::Code(*other))),
        }
    }

    fn reopen(
        &mut self,
        mut draft: Draft<BookingDraft>,
        envelope: &Envelope,
        step: FlowStep,
    ) -> Result<Draft<BookingDraft>, DeskError> {
        acknowledge(&self.device, envelope.id, "", self.now())?;
        draft.body.is_submitted = false;
        draft.body.flow.step = step;
        draft.command = self.new_id();
        self.keep_draft(&mut draft)?;
        Ok(draft)
    }

    /// A refusal whose answer was waited for, as an error that the window can say.
    pub(crate) fn refused(&self, refusal: &Refusal) -> DeskError {
        let reason = reason_of(&self.cache, refusal);
        let code = match refusal {
            Refusal::Code(CodeRefusal::CodeWrong { .. }) => "wrong_code".to_owned(),
            Refusal::Code(CodeRefusal::CodeLocked { .. }) => "tries_used_up".to_owned(),
            Refusal::Code(CodeRefusal::CodeLimit { .. }) => "sends_used_up".to_owned(),
            _ => reason.code,
        };
        DeskError::Refused { code, params: reason.params }
    }

    /// Whether the application was taken here and the centre has not answered.
    pub(crate) fn is_unanswered(&self, id: ApplicationId) -> bool {
        find_item(&self.device, id.0).ok().flatten().is_some_and(|item| item.outcome.is_none())
    }

    /// Whether a command that was taken here stands in the journal.
    pub(crate) fn is_saved(&self, command: uuid::Uuid) -> Result<bool, DeskError> {
        Ok(find_item(&self.device, command)?.is_none_or(|item| item.is_saved))
    }

    pub(crate) fn done_view(&self, draft: &Draft<BookingDraft>) -> Result<DoneView, DeskError> {
        let id = ApplicationId(draft.command);
        let item = find_item(&self.device, draft.command)?.ok_or(DeskError::NoBooking)?;
        let record = self.record(draft.applicant)?;
        let application = record.applications.iter().find(|application| application.id == id);
        let (kind, reasons) = match &item.outcome {
            None => (DoneKind::Registered, Vec::new()),
            Some((_, Outcome::Refused { reasons, .. })) => {
                (DoneKind::Refused, reasons.iter().map(|refusal| reason_of(&self.cache, refusal)).collect())
            }
            Some((_, Outcome::Accepted { effect: Effect::Application { state, .. } })) => {
                // The code may have been given since, here or at another office.
                let is_confirmed = || application.is_some_and(|application| has_code(&application.state));
                let kind = match state {
                    ApplicationState::Placed { .. } => DoneKind::Placed,
                    ApplicationState::AwaitingCode if !is_confirmed() => DoneKind::AwaitingCode,
                    _ => DoneKind::Accepted,
                };
                (kind, Vec::new())
            }
            Some(_) => (DoneKind::Accepted, Vec::new()),
        };
        let slip = match kind {
            DoneKind::Registered | DoneKind::AwaitingCode => Some(DocumentKind::RegistrationSlip { application: id }),
            DoneKind::Accepted => Some(DocumentKind::AcceptanceSlip { application: id }),
            DoneKind::Placed => Some(DocumentKind::Voucher { application: id, large: false }),
            DoneKind::Refused => None,
        };
        let session = match application.and_then(yuyue_domain::application::Application::session) {
            Some(session) => self.placed_row(draft, &record, session)?,
            None => None,
        };
        Ok(DoneView {
            kind,
            application: id,
            number: application_number(id),
            taken_at: item.envelope.taken_at,
            answered_at: item.answered_at,
            session,
            milestones: application.map(|application| self.milestones(application)).transpose()?.unwrap_or_default(),
            reasons,
            slip,
            phone_masked: record.applicant.phone.as_ref().map(yuyue_domain::identity::PhoneNumber::masked),
        })
    }

    fn placed_row(
        &self,
        draft: &Draft<BookingDraft>,
        record: &yuyue_domain::applicant::ApplicantRecord,
        session: yuyue_domain::ids::SessionId,
    ) -> Result<Option<crate::view::sessions::SessionRow>, DeskError> {
        let Some((session, subject)) = find_session(&self.cache, session)?.zip(draft.body.flow.subject) else {
            return Ok(None);
        };
        let (policy, sites) = (self.policy()?, self.sites()?);
        let chooser = self.chooser(record, subject, draft.body.flow.kind, &policy, &sites)?;
        self.session_row(&chooser, session).map(Some)
    }
}

/// Whether an application that was held is one that counts now. One that has ended meanwhile does not.
const fn has_code(state: &ApplicationState) -> bool {
    matches!(state, ApplicationState::Queued | ApplicationState::Placed { .. })
}

pub(crate) fn checked_code(code: String, digits: u8) -> Result<Code, DeskError> {
    let is_whole = code.len() == usize::from(digits) && code.bytes().all(|byte| byte.is_ascii_digit());
    if is_whole {
        Ok(Code(code))
    } else {
        Err(DeskError::Refused { code: "code_incomplete".to_owned(), params: crate::view::reason::Params::new() })
    }
}
