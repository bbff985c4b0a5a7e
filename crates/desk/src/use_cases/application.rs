//! An application with everything that its panel shows: sessions, dates, reasons, and what can be done with it.

use crate::cache::document::{DocumentKey, find_document};
use crate::cache::result::find_result;
use crate::cache::session::find_session;
use crate::desk::Desk;
use crate::device::outbox::find_item;
use crate::error::DeskError;
use crate::use_cases::reasons::{reason, reason_of, session_reason};
use crate::use_cases::record::{application_number, mask};
use crate::view::printing::DocumentKind;
use crate::view::progress::{ApplicationActions, ApplicationView, EndKind, Registered};
use crate::view::reason::Reason;
use crate::view::submission::{Milestone, MilestoneKind};
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::permission::{Action, PlaceTimes, check_action};
use yuyue_domain::application::{Application, ApplicationState, StateKind};
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::policy::Policy;
use yuyue_domain::publication::{Publication, PublicationResult};
use yuyue_domain::refusal::Refusal;
use yuyue_domain::session::Session;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::outcome::Outcome;

/// Sessions of an application that are shown.
const SESSIONS_MAX: usize = 20;

impl Desk {
    /// One application.
    ///
    /// # Errors
    /// [`DeskError::NotFound`], or when a file cannot be read.
    pub fn application(&self, id: ApplicationId) -> Result<ApplicationView, DeskError> {
        self.acting()?;
        let application = self.application_row(id)?;
        let record = self.record(application.applicant)?;
        self.application_view(&application, &record, &*self.policy()?)
    }

    pub(crate) fn application_view(
        &self,
        application: &Application,
        record: &ApplicantRecord,
        policy: &Policy,
    ) -> Result<ApplicationView, DeskError> {
        let mut sessions = Vec::new();
        for id in application.accepts.iter().take(SESSIONS_MAX) {
            sessions.extend(self.find_named_session(*id)?);
        }
        let place = application.session().map(|id| self.find_named_session(id)).transpose()?.flatten();
        let result = find_result(&self.cache, application.id)?;
        let rank = match (&result, application.state.kind()) {
            (Some(result), _) if !matches!(result.result, PublicationResult::Waiting) => Some(result.rank),
            (_, StateKind::Queued) => self.rank_card(record, application.subject, policy)?.rank,
            _ => None,
        };
        let registered = self.find_registered(application.id)?.map(|(registered, _)| registered);
        Ok(ApplicationView {
            number: application_number(application.id),
            applicant: mask(&record.applicant),
            accepts: u32::try_from(application.accepts.len()).unwrap_or(u32::MAX),
            sessions,
            rank,
            milestones: self.milestones(application)?,
            reasons: self.application_reasons(application, registered)?,
            actions: self.actions(application, registered, place.as_ref().map(|place| &place.session), policy),
            registered,
            place,
            application: application.clone(),
        })
    }

    pub(crate) fn actions(
        &self,
        application: &Application,
        registered: Option<Registered>,
        place: Option<&Session>,
        policy: &Policy,
    ) -> ApplicationActions {
        let kind = application.state.kind();
        let parameters = policy.local.cancellation.parameters();
        let times = place.map(PlaceTimes::from);
        let check = |action| check_action(action, kind, self.channel(), self.now(), times, parameters);
        let (end, end_refused) = match kind {
            StateKind::AwaitingCode | StateKind::Queued => (Action::Withdraw, EndKind::Withdraw),
            _ => (Action::Cancel, EndKind::Cancel),
        };
        let verdict = check(end);
        let is_ending = application.is_live();
        if matches!(registered, Some(Registered::Withdraw | Registered::Cancel)) {
            let document = Some(DocumentKind::EndingSlip { application: application.id });
            let end_refused = Some(reason("ending_registered"));
            return ApplicationActions { end: None, end_refused, confirm_code: false, again: false, document };
        }
        ApplicationActions {
            end: verdict.is_ok().then_some(end_refused),
            end_refused: verdict.err().filter(|_| is_ending).map(|refusal| match kind {
                StateKind::Placed if self.is_kiosk() => reason("cancel_at_counter"),
                _ => reason_of(&self.cache, &Refusal::Application(refusal)),
            }),
            confirm_code: kind == StateKind::AwaitingCode
                && registered.is_none()
                && !self.is_unanswered(application.id),
            again: kind.ended_unwanted(),
            document: document_of(application),
        }
    }

    fn application_reasons(
        &self,
        application: &Application,
        registered: Option<Registered>,
    ) -> Result<Vec<Reason>, DeskError> {
        match registered {
            Some(Registered::Withdraw) => return Ok(vec![reason("withdrawal_registered")]),
            Some(Registered::Cancel) => return Ok(vec![reason("cancellation_registered")]),
            Some(Registered::ConfirmCode) => return Ok(vec![reason("code_registered")]),
            None => {}
        }
        if let Some(item) = find_item(&self.device, application.id.0)? {
            if let Some((_, Outcome::Refused { reasons, .. })) = &item.outcome {
                return Ok(reasons.iter().map(|refusal| reason_of(&self.cache, refusal)).collect());
            }
            if item.outcome.is_none() {
                return Ok(vec![reason("waiting_to_be_sent")]);
            }
        }
        match application.state.kind() {
            StateKind::Unplaced => self.cut_offs(application),
            StateKind::CancelledByOffice => Ok(vec![reason("cancelled_by_office")]),
            _ => Ok(Vec::new()),
        }
    }

    /// Why there was no place: whom each session admitted last.
    fn cut_offs(&self, application: &Application) -> Result<Vec<Reason>, DeskError> {
        let Some(result) = find_result(&self.cache, application.id)? else { return Ok(vec![reason("unplaced")]) };
        let publication: Option<Publication> =
            find_document(&self.cache, DocumentKey::Publication(result.publication))?;
        let mut reasons = Vec::new();
        for published in publication.iter().flat_map(|publication| &publication.sessions) {
            if !application.accepts.contains(&published.session) {
                continue;
            }
            let Some(named) = self.find_named_session(published.session)? else { continue };
            let rank = result.rank.to_string();
            reasons.push(match published.last_admitted.map(|last| last.to_string()) {
                Some(last) => {
                    let places = published.places.to_string();
                    session_reason("cut_off", &named, [("places", places), ("last_admitted", last), ("rank", rank)])
                }
                None => session_reason("cut_off_without_places", &named, [("rank", rank)]),
            });
        }
        Ok(if reasons.is_empty() { vec![reason("unplaced")] } else { reasons })
    }

    /// The coming dates, in order. The publication is not the day of the test.
    pub(crate) fn milestones(&self, application: &Application) -> Result<Vec<Milestone>, DeskError> {
        let now = self.now();
        let step = |kind, at: Option<Timestamp>, until: Option<Timestamp>| Milestone {
            kind,
            at,
            until: until.filter(|until| Some(*until) != at),
            done: at.is_some_and(|at| at <= now),
        };
        let mut milestones = vec![step(MilestoneKind::Taken, Some(application.taken_at), None)];
        let mut accepted: Vec<Session> = Vec::new();
        for id in &application.accepts {
            accepted.extend(find_session(&self.cache, *id)?);
        }
        let span = |of: fn(&Session) -> Timestamp| (accepted.iter().map(of).min(), accepted.iter().map(of).max());
        match application.state {
            ApplicationState::AwaitingCode | ApplicationState::Queued => {
                if application.state.kind() == StateKind::AwaitingCode {
                    milestones.push(Milestone { kind: MilestoneKind::Verify, at: None, until: None, done: false });
                }
                let (first, last) = span(Session::closes_at);
                milestones.push(step(MilestoneKind::Closes, first, last));
                let (first, last) = span(|session| session.instants.publication_at);
                milestones.push(step(MilestoneKind::Publication, first, last));
                let (first, last) = span(|session| session.starts_at);
                milestones.push(step(MilestoneKind::Test, first, last));
            }
            ApplicationState::Placed { session, placed_at } => {
                // A priority place is given at once and waits for no publication.
                if !application.is_priority() {
                    milestones.push(step(MilestoneKind::Publication, Some(placed_at), None));
                }
                if let Some(session) = find_session(&self.cache, session)? {
                    milestones.push(Milestone { kind: MilestoneKind::Voucher, at: None, until: None, done: false });
                    milestones.push(step(MilestoneKind::CancelBy, Some(session.instants.cancel_by), None));
                    milestones.push(step(MilestoneKind::Test, Some(session.starts_at), None));
                }
            }
            _ => {}
        }
        Ok(milestones)
    }
}

/// 登记回执 until the centre has accepted it, 受理回执 after, 预约凭证 only after 预约成功.
const fn document_of(application: &Application) -> Option<DocumentKind> {
    let id = application.id;
    match application.state {
        ApplicationState::AwaitingCode => Some(DocumentKind::RegistrationSlip { application: id }),
        ApplicationState::Queued => Some(DocumentKind::AcceptanceSlip { application: id }),
        ApplicationState::Placed { .. } => Some(DocumentKind::Voucher { application: id, large: false }),
        _ => None,
    }
}
