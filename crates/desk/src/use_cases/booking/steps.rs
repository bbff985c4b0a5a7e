//! What each step of the flow shows.

use super::BookingDraft;
use super::outlook::assigned;
use crate::cache::document::{DocumentKey, find_document};
use crate::cache::session::find_session;
use crate::desk::Desk;
use crate::device::draft::Draft;
use crate::device::outbox::find_item;
use crate::error::DeskError;
use crate::use_cases::reasons::reason;
use crate::use_cases::sessions::Chooser;
use crate::view::booking::{
    BookingMode, BookingView, ButtonView, FlowKind, FlowStep, NoticeStep, PrioritySessionsStep, PrioritySwitchStep,
    SessionsStep, SideBySide, StepBody, SubjectStep,
};
use crate::view::sessions::{SessionList, SessionQuery, SessionRow};
use crate::view::submission::ConfirmView;
use yuyue_domain::application::Wish;
use yuyue_domain::flow::{FlowAction, SubjectDraft};
use yuyue_domain::ids::SessionId;
use yuyue_domain::notice::{Consequence, Notice, NoticeKind};
use yuyue_domain::verification::CodePurpose;

impl Desk {
    pub(crate) fn booking_view(&self, draft: &Draft<BookingDraft>) -> Result<BookingView, DeskError> {
        let flow = &draft.body.flow;
        // What is committed and could not be saved is not shown as taken.
        let is_done = draft.body.is_submitted && self.is_saved(draft.command)?;
        let body = if is_done { StepBody::Done(self.done_view(draft)?) } else { self.step_body(draft)? };
        // What 下一步 would answer is what the button says.
        let next = match flow.step {
            FlowStep::Notice | FlowStep::PriorityNotice | FlowStep::Confirm => {
                ButtonView { enabled: true, reason: None }
            }
            _ => match flow.advance(FlowAction::Next) {
                Ok(_) => ButtonView { enabled: true, reason: None },
                Err(refusal) => ButtonView { enabled: false, reason: Some(reason(DeskError::Flow(refusal).code())) },
            },
        };
        Ok(BookingView {
            applicant: self.applicant_view(draft.applicant)?,
            kind: flow.kind,
            subject: flow.subject,
            steps: flow.steps(),
            body,
            next,
            offline: !self.line.is_up(),
            other: self.side_by_side(draft, is_done)?,
        })
    }

    /// The other application beside what was entered here, or beside what was submitted and refused for it.
    fn side_by_side(&self, draft: &Draft<BookingDraft>, is_done: bool) -> Result<Option<SideBySide>, DeskError> {
        if !is_done {
            let other = self.other_than_draft(draft)?;
            return Ok(other.map(|(elsewhere, here)| SideBySide { here, elsewhere }));
        }
        let Some(item) = find_item(&self.device, draft.command)? else { return Ok(None) };
        let Some(elsewhere) = self.other_than(&item)? else { return Ok(None) };
        Ok(Some(SideBySide { here: self.outbox_row(&item)?.sessions, elsewhere }))
    }

    fn step_body(&self, draft: &Draft<BookingDraft>) -> Result<StepBody, DeskError> {
        let flow = &draft.body.flow;
        Ok(match (flow.step, flow.kind) {
            (FlowStep::Subject, _) => {
                let record = self.record(draft.applicant)?;
                StepBody::Subject(SubjectStep {
                    subjects: self.subject_rows(&record, &*self.policy()?),
                    identity_check: flow.identity_check,
                    card_reader: false,
                })
            }
            (FlowStep::Notice, _) => StepBody::Notice(self.notice_step(draft, NoticeKind::Booking)?),
            (FlowStep::PriorityNotice, _) => StepBody::Notice(self.notice_step(draft, NoticeKind::Priority)?),
            (FlowStep::PrioritySwitch, _) => StepBody::PrioritySwitch(self.priority_switch_step(draft)?),
            (FlowStep::Sessions, FlowKind::Normal) => StepBody::Sessions(self.sessions_step(draft)?),
            (FlowStep::Sessions, FlowKind::Priority) => StepBody::PrioritySessions(self.priority_step(draft)?),
            (FlowStep::Confirm, _) => StepBody::Confirm(self.confirm_view(draft)?),
        })
    }

    fn notice_step(&self, draft: &Draft<BookingDraft>, kind: NoticeKind) -> Result<NoticeStep, DeskError> {
        let notice: Option<Notice> = find_document(&self.cache, DocumentKey::Notice(kind))?;
        Ok(NoticeStep { notice: notice.ok_or(DeskError::NotFilled)?, changed: draft.body.flow.is_changed(kind) })
    }

    /// Runs `view` with everything that a list of sessions is judged by.
    pub(super) fn with_chooser<T>(
        &self,
        draft: &Draft<BookingDraft>,
        kind: FlowKind,
        view: impl FnOnce(&Chooser<'_>, SubjectDraft) -> Result<T, DeskError>,
    ) -> Result<T, DeskError> {
        let entries = draft.body.flow.draft().ok_or(DeskError::NoBooking)?;
        let record = self.record(draft.applicant)?;
        let policy = self.policy()?;
        let sites = self.sites()?;
        let chooser = self.chooser(&record, entries.subject, kind, &policy, &sites)?;
        view(&chooser, entries)
    }

    fn priority_switch_step(&self, draft: &Draft<BookingDraft>) -> Result<PrioritySwitchStep, DeskError> {
        self.with_chooser(draft, FlowKind::Normal, |chooser, entries| {
            let query = self.default_query(chooser)?;
            let every = SessionQuery {
                sites: Self::site_options(chooser).iter().map(|option| option.id).collect(),
                dates: query.dates,
            };
            let normal = self.session_list(chooser, &every)?;
            let for_priority = Chooser {
                kind: FlowKind::Priority,
                taken: Vec::new(),
                record: chooser.record,
                policy: chooser.policy,
                sites: chooser.sites,
                ..*chooser
            };
            let priority = self.session_list(&for_priority, &every)?;
            let verdict = self.priority_verdict(chooser.record, entries.subject, chooser.policy);
            let vacant =
                priority.rows.iter().filter(|row| row.priority_vacant.is_some_and(|vacant| vacant > 0)).count();
            Ok(PrioritySwitchStep {
                eligible: verdict.eligible,
                reasons: verdict.reasons,
                checked_at: self.now(),
                rank: self.rank_card(chooser.record, entries.subject, chooser.policy)?.rank,
                sessions: normal.total,
                publication_at: normal.rows.iter().map(|row| row.session.instants.publication_at).min(),
                priority_sessions: self.line.is_up().then(|| u32::try_from(vacant).unwrap_or(u32::MAX)),
            })
        })
    }

    fn sessions_step(&self, draft: &Draft<BookingDraft>) -> Result<SessionsStep, DeskError> {
        self.with_chooser(draft, FlowKind::Normal, |chooser, entries| {
            let query = self.query_of(chooser, &entries)?;
            let list = self.asked_list(draft, chooser, &query)?;
            let chosen = self.rows_of(chooser, &entries.chosen)?;
            let sites = Self::site_options(chooser);
            let accepted_sites = entries.accepted_sites.clone();
            let as_of = list.as_ref().and_then(|list| list.as_of);
            let outlook = match entries.mode {
                BookingMode::Choose => self.outlook(chooser, &chosen, Some(entries.ordered), as_of),
                BookingMode::Assign => {
                    let rows = list.as_ref().map(|list| assigned(list, &accepted_sites)).unwrap_or_default();
                    self.outlook(chooser, &rows, None, as_of)
                }
            };
            Ok(SessionsStep {
                mode: entries.mode,
                rank: Some(self.rank_card(chooser.record, entries.subject, chooser.policy)?),
                sites,
                query,
                list,
                chosen,
                ordered: entries.ordered,
                chosen_max: draft.body.flow.context.sessions_max,
                accepted_sites,
                outlook,
            })
        })
    }

    fn priority_step(&self, draft: &Draft<BookingDraft>) -> Result<PrioritySessionsStep, DeskError> {
        self.with_chooser(draft, FlowKind::Priority, |chooser, entries| {
            let query = self.query_of(chooser, &entries)?;
            let list = self.asked_list(draft, chooser, &query)?;
            let chosen: Vec<SessionId> = entries.priority.into_iter().collect();
            let chosen = self.rows_of(chooser, &chosen)?.pop();
            Ok(PrioritySessionsStep {
                sites: Self::site_options(chooser),
                query,
                list,
                chosen,
                lost: self.visit.lost_place.clone(),
            })
        })
    }

    pub(super) fn query_of(&self, chooser: &Chooser<'_>, entries: &SubjectDraft) -> Result<SessionQuery, DeskError> {
        let options = Self::site_options(chooser);
        let mut query = match &entries.query {
            Some(query) => query.clone(),
            None => self.default_query(chooser)?,
        };
        // The last query of this counter may name sites that do not offer this subject.
        query.sites.retain(|site| options.iter().any(|option| option.id == *site));
        if query.sites.is_empty() {
            query.sites = self.default_query(chooser)?.sites;
        }
        Ok(query)
    }

    pub(super) fn asked_list(
        &self,
        draft: &Draft<BookingDraft>,
        chooser: &Chooser<'_>,
        query: &SessionQuery,
    ) -> Result<Option<SessionList>, DeskError> {
        let is_asked = draft.body.asked.contains(&(chooser.subject, chooser.kind));
        is_asked.then(|| self.session_list(chooser, query)).transpose()
    }

    fn rows_of(&self, chooser: &Chooser<'_>, ids: &[SessionId]) -> Result<Vec<SessionRow>, DeskError> {
        let mut rows = Vec::new();
        for id in ids {
            if let Some(session) = find_session(&self.cache, *id)? {
                rows.push(self.session_row(chooser, session)?);
            }
        }
        Ok(rows)
    }

    fn confirm_view(&self, draft: &Draft<BookingDraft>) -> Result<ConfirmView, DeskError> {
        let flow = &draft.body.flow;
        let submission = flow.submission()?;
        self.with_chooser(draft, flow.kind, |chooser, entries| {
            let (sessions, ordered, dates, site_ids) = match &submission.wish {
                Wish::Choose { sessions, ordered } => (self.rows_of(chooser, sessions)?, *ordered, None, Vec::new()),
                Wish::Priority { session } => (self.rows_of(chooser, &[*session])?, false, None, Vec::new()),
                Wish::Assign { dates, sites } => (Vec::new(), false, Some(*dates), sites.clone()),
            };
            let accepted = match &submission.wish {
                Wish::Assign { dates, sites } => {
                    let query = SessionQuery { dates: *dates, sites: sites.clone() };
                    assigned(&self.session_list(chooser, &query)?, sites)
                }
                Wish::Choose { .. } | Wish::Priority { .. } => sessions.clone(),
            };
            let is_chosen = !matches!(submission.wish, Wish::Assign { .. });
            let options = Self::site_options(chooser);
            let is_normal = flow.kind == FlowKind::Normal;
            let rank =
                if is_normal { Some(self.rank_card(chooser.record, entries.subject, chooser.policy)?) } else { None };
            let is_up = self.line.is_up();
            // A kiosk keeps nothing that could be sent later.
            let registers = !is_up && !self.is_kiosk();
            let code =
                self.code_status_of(chooser.record, &CodePurpose::Apply { subject: entries.subject }, chooser.policy);
            let closed = sessions.iter().find_map(|row| row.refused.clone());
            let submit = match closed {
                Some(closed) => ButtonView { enabled: false, reason: Some(closed) },
                None if !is_up && !registers => ButtonView { enabled: false, reason: Some(reason("no_line")) },
                None if registers || code.valid_seconds > 0 => ButtonView { enabled: true, reason: None },
                // Without a phone the centre holds what can wait, until one is bound and has told its code.
                None if code.phone_masked.is_none() => {
                    let enabled = submission.wish.can_await_code();
                    ButtonView { enabled, reason: (!enabled).then(|| reason("no_phone")) }
                }
                None => ButtonView { enabled: false, reason: Some(reason("code_not_sent")) },
            };
            Ok(ConfirmView {
                mode: is_normal.then_some(entries.mode),
                closes_first: accepted.iter().map(|row| row.closes_at).min(),
                closes_last: accepted.iter().map(|row| row.closes_at).max(),
                outlook: is_normal
                    .then(|| self.outlook(chooser, &accepted, is_chosen.then_some(ordered), None))
                    .flatten(),
                sessions,
                ordered,
                dates,
                sites: options.into_iter().filter(|option| site_ids.contains(&option.id)).collect(),
                rank,
                code,
                registers,
                consequences: flow
                    .consequences()
                    .iter()
                    .map(|consequence| reason(consequence_code(*consequence)))
                    .collect(),
                submit,
            })
        })
    }
}

const fn consequence_code(consequence: Consequence) -> &'static str {
    match consequence {
        Consequence::NotComing => "not_coming",
        Consequence::Cancelling => "cancelling",
        Consequence::Rank => "rank",
    }
}
