//! The booking flow on the screen: the domain's state machine, kept as a draft with every act.

mod again;
mod notices;
mod outlook;
mod steps;

pub use outlook::booking_outlook;

use crate::cache::document::{DocumentKey, find_document};
use crate::desk::{Desk, lock};
use crate::device::draft::{Draft, close_drafts, delete_draft, find_draft, find_open_draft, upsert_open_draft};
use crate::device::outbox::find_item;
use crate::device::setting::{find_setting, upsert_setting};
use crate::error::DeskError;
use crate::view::booking::BookingView;
use serde::{Deserialize, Serialize};
use std::sync::Mutex;
use uuid::Uuid;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::eligibility::find_offer;
use yuyue_domain::flow::{
    BookingMode, Flow, FlowAction, FlowContext, FlowKind, FlowRefusal, FlowStep, SessionQuery, SubjectOffer,
};
use yuyue_domain::ids::{ApplicantId, ApplicationId, ClerkId, SiteId};
use yuyue_domain::licence::Subject;
use yuyue_domain::notice::{Notice, NoticeKind};
use yuyue_domain::policy::Policy;
use yuyue_domain::time::Date;
use yuyue_protocol::centre::Centre;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::query;

const LAST_QUERY: &str = "last_query";

/// A booking in progress as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BookingDraft {
    /// The state machine with everything that was entered.
    pub flow: Flow,
    /// The refused command or the unplaced application whose choices were taken over.
    pub replaces: Option<Uuid>,
    /// Subjects and flows for which 查询 was pressed; nothing is listed before it.
    pub asked: Vec<(Subject, FlowKind)>,
    /// Whether 预约 was pressed and the command taken.
    pub is_submitted: bool,
    /// Who checked the identity that the flow names, and on which day. It counts for nobody else, and only as long as the
    /// booking stays on the screen.
    #[serde(default)]
    pub checked_by: Option<(ClerkId, Date)>,
}

impl Desk {
    /// Begins a booking for a person, or takes up the one that was begun. Without a `subject` the first one that can be
    /// booked is chosen, unless one was chosen before. `replaces` names a refused command or an unplaced
    /// application whose choices are taken over (照上次志愿再约, 改选场次).
    ///
    /// # Errors
    /// When there is no such person, or a file cannot be written.
    pub fn booking_start(
        &mut self,
        applicant: ApplicantId,
        subject: Option<Subject>,
        replaces: Option<Uuid>,
    ) -> Result<BookingView, DeskError> {
        self.acting_for(applicant)?;
        self.visit.open(applicant);
        let record = self.record(applicant)?;
        let context = self.flow_context(&record, &*self.policy()?)?;
        let kept: Option<Draft<BookingDraft>> = find_draft(&self.device, applicant)?;
        self.check_answered(kept.as_ref())?;
        if let Some(view) = kept.as_ref().map(|kept| self.settle(kept)).transpose()?.flatten() {
            return Ok(view);
        }
        let mut draft = match kept.filter(|kept| !kept.body.is_submitted && replaces.is_none()) {
            Some(kept) => kept,
            None => self.new_draft(applicant, context.clone(), replaces)?,
        };
        draft.body.flow.identity_check = self.visit.identity_check;
        draft.body.flow = draft.body.flow.refresh(context);
        let flow = &draft.body.flow;
        // Whoever names no subject most likely means the first one that can be booked.
        let wanted = subject.or_else(|| flow.first_open_subject().filter(|_| flow.subject.is_none()));
        if let Some(subject) = wanted.filter(|wanted| flow.subject != Some(*wanted)) {
            let from_the_start = Flow { step: FlowStep::Subject, kind: FlowKind::Normal, ..flow.clone() };
            if let Ok(flow) = from_the_start.advance(FlowAction::ChooseSubject { subject }) {
                draft.body.flow = flow;
            }
        }
        self.keep_draft(&mut draft)?;
        self.booking_view(&draft)
    }

    fn new_draft(
        &self,
        applicant: ApplicantId,
        context: FlowContext,
        replaces: Option<Uuid>,
    ) -> Result<Draft<BookingDraft>, DeskError> {
        let query: Option<SessionQuery> = find_setting(&self.device, LAST_QUERY)?;
        // The dates that another person asked for may lie behind by now.
        let query = query.filter(|query| query.dates.last >= self.now().date());
        let mut flow = Flow::start(applicant, context, query)?;
        if let Some(id) = replaces {
            self.take_over(&mut flow, id)?;
        }
        let body = BookingDraft { flow, replaces, asked: Vec::new(), is_submitted: false, checked_by: None };
        Ok(Draft { applicant, command: self.new_id(), body })
    }

    /// The booking on the screen; none when there is none.
    ///
    /// # Errors
    /// When nobody is signed in, or a file cannot be read.
    pub fn booking(&mut self) -> Result<Option<BookingView>, DeskError> {
        self.acting()?;
        let Some(mut draft) = find_open_draft::<BookingDraft>(&self.device)? else { return Ok(None) };
        if let Some(view) = self.settle(&draft)? {
            return Ok(Some(view));
        }
        self.take_up(&mut draft);
        if draft.body.is_submitted {
            if let Err(error) = self.save_again(draft.command) {
                tracing::warn!(code = error.code(), "what was submitted cannot be saved yet");
            }
        } else {
            let record = self.record(draft.applicant)?;
            draft.body.flow = draft.body.flow.refresh(self.flow_context(&record, &*self.policy()?)?);
        }
        self.booking_view(&draft).map(Some)
    }

    pub(crate) fn open_draft(&self) -> Result<Draft<BookingDraft>, DeskError> {
        let draft: Draft<BookingDraft> = find_open_draft(&self.device)?.ok_or(DeskError::NoBooking)?;
        if draft.body.is_submitted { Err(DeskError::NoBooking) } else { Ok(draft) }
    }

    /// At a kiosk nothing goes on while the centre may have decided without being heard: the same is to be asked again.
    fn check_answered(&self, draft: Option<&Draft<BookingDraft>>) -> Result<(), DeskError> {
        let is_awaited = |draft: &Draft<BookingDraft>| self.is_unanswered(ApplicationId(draft.command));
        if self.is_kiosk() && draft.is_some_and(is_awaited) { Err(DeskError::AnswerAwaited) } else { Ok(()) }
    }

    /// At a kiosk: what the centre has decided about a booking whose answer was lost, once the follower has heard it, which
    /// sends what waits here as well.
    fn settle(&mut self, draft: &Draft<BookingDraft>) -> Result<Option<BookingView>, DeskError> {
        if draft.body.is_submitted || !self.is_kiosk() {
            return Ok(None);
        }
        let Some(item) = find_item(&self.device, draft.command)? else { return Ok(None) };
        let Some((_, outcome)) = item.outcome else { return Ok(None) };
        let mut submitted = draft.clone();
        submitted.body.is_submitted = true;
        self.keep_draft(&mut submitted)?;
        self.finish_submission(&item.envelope, Some(&outcome)).map(Some)
    }

    /// A booking on the screen belongs to the visit. After a restart it is whose it was, and the identity that this clerk
    /// checked today was checked; otherwise only what was checked in this visit counts.
    fn take_up(&mut self, draft: &mut Draft<BookingDraft>) {
        if self.visit.applicant != Some(draft.applicant) {
            self.visit.open(draft.applicant);
            let by = self.clerk().ok().map(|clerk| (clerk.id, self.now().date()));
            let is_own = by.is_some() && draft.body.checked_by == by;
            self.visit.identity_check = draft.body.flow.identity_check.filter(|_| is_own);
        }
        if !draft.body.is_submitted {
            draft.body.flow.identity_check = self.visit.identity_check;
        }
    }

    /// A command that is committed and does not stand in the journal yet is written there; none when there is no such one.
    ///
    /// # Errors
    /// When it still cannot be written.
    pub(crate) fn save_again(&mut self, command: Uuid) -> Result<Option<Envelope>, DeskError> {
        let unsaved = find_item(&self.device, command)?.filter(|item| !item.is_saved);
        if unsaved.is_some() {
            self.write_journal()?;
        }
        Ok(unsaved.map(|item| item.envelope))
    }

    pub(crate) fn keep_draft(&mut self, draft: &mut Draft<BookingDraft>) -> Result<(), DeskError> {
        let now = self.now();
        let by = self.clerk().ok().map(|clerk| (clerk.id, now.date()));
        draft.body.checked_by = by.filter(|_| draft.body.flow.identity_check.is_some());
        let transaction = self.device.transaction()?;
        upsert_open_draft(&transaction, &*draft, now)?;
        transaction.commit()?;
        Ok(())
    }

    /// One act in the flow; none after 返回 in the first step, where the booking is left as a draft.
    fn act(&mut self, action: FlowAction) -> Result<Option<BookingView>, DeskError> {
        self.acting()?;
        if let Some(draft) = find_open_draft::<BookingDraft>(&self.device)?.filter(|draft| draft.body.is_submitted)
            && self.save_again(draft.command)?.is_some()
        {
            return self.booking_view(&draft).map(Some);
        }
        let mut draft = self.open_draft()?;
        self.check_answered(Some(&draft))?;
        if let Some(view) = self.settle(&draft)? {
            return Ok(Some(view));
        }
        self.take_up(&mut draft);
        self.visit.lost_place = None;
        let record = self.record(draft.applicant)?;
        draft.body.flow = draft.body.flow.refresh(self.flow_context(&record, &*self.policy()?)?);
        if let FlowAction::CheckIdentity { check } = action {
            self.check_identity(draft.applicant, check)?;
            draft.body.flow.identity_check = self.visit.identity_check;
        }
        let before = draft.body.flow.clone();
        draft.body.flow = match before.advance(action.clone()) {
            Err(FlowRefusal::AtFirstStep) => {
                close_drafts(&self.device)?;
                return Ok(None);
            }
            advanced => advanced?,
        };
        match action {
            FlowAction::Agree { version } => {
                self.agree(&draft, before.step, version)?;
                return self.booking_view(&draft).map(Some);
            }
            FlowAction::Query { query } => {
                upsert_setting(&self.device, LAST_QUERY, &query)?;
                let asked = draft.body.flow.subject.map(|subject| (subject, draft.body.flow.kind));
                draft.body.asked.extend(asked.filter(|asked| !draft.body.asked.contains(asked)));
            }
            _ => {}
        }
        self.begin_with_sites(&mut draft, &record)?;
        self.keep_draft(&mut draft)?;
        self.booking_view(&draft).map(Some)
    }

    /// 服从系统安排 begins with the sites near the accepting office, as far as they were asked for.
    fn begin_with_sites(&self, draft: &mut Draft<BookingDraft>, record: &ApplicantRecord) -> Result<(), DeskError> {
        let flow = &draft.body.flow;
        let Some(entries) = flow.draft().filter(|_| flow.step == FlowStep::Sessions) else { return Ok(()) };
        let Some(query) = entries.query else { return Ok(()) };
        if entries.mode != BookingMode::Assign || !entries.accepted_sites.is_empty() {
            return Ok(());
        }
        let known = self.sites()?;
        let is_near = |id: &SiteId| known.get(id).is_some_and(|site| site.near.contains(&record.applicant.office));
        let near: Vec<SiteId> = query.sites.iter().copied().filter(is_near).collect();
        let sites = if near.is_empty() { query.sites } else { near };
        draft.body.flow = flow.advance(FlowAction::AcceptSites { sites })?;
        Ok(())
    }

    /// The page after 预约 is left: what was submitted is no draft any more.
    pub(crate) fn drop_submitted_draft(&mut self) -> Result<(), DeskError> {
        if let Some(draft) = find_open_draft::<BookingDraft>(&self.device)?.filter(|draft| draft.body.is_submitted) {
            delete_draft(&self.device, draft.applicant)?;
        }
        Ok(())
    }

    pub(crate) fn flow_context(&self, record: &ApplicantRecord, policy: &Policy) -> Result<FlowContext, DeskError> {
        let version = |kind| -> Result<u32, DeskError> {
            let notice: Option<Notice> = find_document(&self.cache, DocumentKey::Notice(kind))?;
            Ok(notice.ok_or(DeskError::NotFilled)?.version)
        };
        let now = self.now();
        let offers = Subject::ALL
            .into_iter()
            .map(|subject| {
                let offer = find_offer(record, subject, now, policy);
                // Priority is given at once, by the centre only.
                SubjectOffer { is_priority_open: offer.is_priority_open && self.line.is_up(), ..offer }
            })
            .collect();
        Ok(FlowContext {
            channel: self.channel(),
            booking_notice: version(NoticeKind::Booking)?,
            priority_notice: version(NoticeKind::Priority)?,
            agreed: self.agreed()?,
            offers,
            sessions_max: policy.local.applications.sessions_max,
        })
    }
}

/// One act in the flow; 查询 asks the centre for what changes from second to second, and does without it when it must.
///
/// # Errors
/// As the flow says: a step that is another one, too many sessions, a notice that has changed.
pub async fn booking_act(
    desk: &Mutex<Desk>,
    centre: &impl Centre,
    action: FlowAction,
) -> Result<Option<BookingView>, DeskError> {
    let is_query = matches!(action, FlowAction::Query { .. });
    let (view, turn) = {
        let mut desk = lock(desk);
        (desk.act(action)?, desk.turn())
    };
    if !is_query || !lock(desk).line.is_up() {
        return Ok(view);
    }
    ask_queues(desk, centre).await?;
    let mut desk = lock(desk);
    desk.check_turn(turn)?;
    desk.booking()
}

/// Asks the centre for the queues of the sessions on the screen, or for their priority places.
pub(crate) async fn ask_queues(desk: &Mutex<Desk>, centre: &impl Centre) -> Result<(), DeskError> {
    let (request, kind, applicant) = {
        let desk = lock(desk);
        let draft = desk.open_draft()?;
        let flow = &draft.body.flow;
        let record = desk.record(draft.applicant)?;
        let Some((subject, query)) = flow.draft().and_then(|draft| draft.query.map(|query| (draft.subject, query)))
        else {
            return Ok(());
        };
        let class = record.applicant.class;
        (query::SessionQuery { subject, class, dates: query.dates, sites: query.sites }, flow.kind, draft.applicant)
    };
    // Without an answer the list stands as it is here, and says how old it is.
    let Ok(found) = centre.sessions(request).await else { return Ok(()) };
    let left = if kind == FlowKind::Priority {
        let sessions = found.sessions.iter().filter(|session| session.priority_places > 0).map(|session| session.id);
        let sessions: Vec<_> = sessions.take(query::SESSIONS_MAX).collect();
        centre.priority_places(sessions).await.map(|places| places.left).unwrap_or_default()
    } else {
        Vec::new()
    };
    let mut desk = lock(desk);
    // Another person may be there by now; the queues were asked for somebody else.
    if desk.visit.applicant != Some(applicant) {
        return Ok(());
    }
    desk.visit.queues = found.queues.into_iter().map(|queue| (queue.session, queue)).collect();
    desk.visit.priority_left = left.into_iter().collect();
    Ok(())
}
