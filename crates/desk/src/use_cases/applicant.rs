//! The applicant's page: opening a record, checking the identity, revealing it, leaving it.

use crate::cache::document::{DocumentKey, find_document};
use crate::cache::session::find_session;
use crate::desk::{Desk, lock};
use crate::device::draft::{Draft, close_drafts, find_open_draft};
use crate::device::served::upsert_served;
use crate::error::DeskError;
use crate::use_cases::booking::BookingDraft;
use crate::use_cases::reasons::{reason, reason_of_eligibility, reason_with};
use crate::use_cases::record::mask;
use crate::use_cases::visit::Visit;
use crate::view::applicant::{
    ApplicantView, HistoryEvent, HistoryRow, PriorityVerdict, RevealedApplicant, Standing, SubjectRow,
};
use std::sync::Mutex;
use yuyue_domain::applicant::{ApplicantRecord, Test, TestOutcome};
use yuyue_domain::application::{Application, ApplicationState};
use yuyue_domain::eligibility::{SubjectState, check_priority, count_bookings, find_offer, find_passed, subject_state};
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::licence::Subject;
use yuyue_domain::office::Office;
use yuyue_domain::policy::Policy;
use yuyue_protocol::centre::Centre;
use yuyue_protocol::command::Command;

/// Rows of the history at most.
const HISTORY_MAX: usize = 50;

/// Opens a record; one that this computer does not hold is fetched.
///
/// # Errors
/// [`DeskError::NotFound`], or as the centre says.
pub async fn open_applicant(
    desk: &Mutex<Desk>,
    centre: &impl Centre,
    id: ApplicantId,
) -> Result<ApplicantView, DeskError> {
    let (is_here, turn) = {
        let desk = lock(desk);
        desk.acting_for(id)?;
        (desk.cached_record(id)?.is_some(), desk.turn())
    };
    let fetched = if is_here { None } else { Some(centre.applicant(id).await?) };
    let mut desk = lock(desk);
    desk.check_turn(turn)?;
    desk.acting_for(id)?;
    desk.leave_for(Some(id))?;
    desk.visit.open(id);
    if fetched.is_some() {
        desk.visit.fetched = fetched;
    }
    desk.applicant_view(id)
}

impl Desk {
    /// What is known of somebody here now. Opens nothing, so that an answer that comes late disturbs nobody's visit.
    ///
    /// # Errors
    /// When nobody is signed in, or there is no such person here.
    pub fn applicant(&self, id: ApplicantId) -> Result<ApplicantView, DeskError> {
        self.clerk()?;
        self.applicant_view(id)
    }

    /// Records how the identity was checked; from then on the record is shown in full, which is one line of the log.
    ///
    /// # Errors
    /// When the record is not open or cannot be written.
    pub fn check_identity(&mut self, id: ApplicantId, check: IdentityCheck) -> Result<ApplicantView, DeskError> {
        self.clerk()?;
        self.visit.open(id);
        self.visit.identity_check = Some(check);
        if !self.visit.is_revealed {
            self.record_reveal(id)?;
            self.visit.is_revealed = true;
        }
        self.applicant_view(id)
    }

    /// Shows a record in full for as long as somebody looks. Each time is one line of the log.
    ///
    /// # Errors
    /// When there is no such record, or the line of the log cannot be written: then nothing is shown.
    pub fn reveal(&mut self, id: ApplicantId) -> Result<RevealedApplicant, DeskError> {
        self.clerk()?;
        let record = self.record(id)?;
        self.record_reveal(id)?;
        Ok(reveal(&record))
    }

    fn record_reveal(&mut self, id: ApplicantId) -> Result<(), DeskError> {
        let command = self.new_id();
        self.take(command, &Command::RecordReveal { applicant: id }, Some(id), None, |_| Ok(()))?;
        Ok(())
    }

    /// 下一位: leaves the record; the booking on the screen stays a draft.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn close_applicant(&mut self) -> Result<(), DeskError> {
        if self.is_kiosk() {
            self.drop_submitted_draft()?;
            return close_drafts(&self.device);
        }
        self.leave_for(None)
    }

    fn leave_for(&mut self, next: Option<ApplicantId>) -> Result<(), DeskError> {
        if let Some(last) = self.visit.applicant.filter(|last| Some(*last) != next) {
            upsert_served(&self.device, last, self.now())?;
            self.visit = Visit::default();
        }
        // A booking on the screen is about the person whose record is open.
        let open: Option<Draft<BookingDraft>> = find_open_draft(&self.device)?;
        if open.is_some_and(|open| Some(open.applicant) != next) {
            self.drop_submitted_draft()?;
            close_drafts(&self.device)?;
        }
        Ok(())
    }

    pub(crate) fn applicant_view(&self, id: ApplicantId) -> Result<ApplicantView, DeskError> {
        let record = self.record(id)?;
        let policy = self.policy()?;
        let applicant = &record.applicant;
        let office: Option<Office> = find_document(&self.cache, DocumentKey::Office(applicant.office))?;
        let subjects = self.subject_rows(&record, &policy);
        let next_subject = subjects.iter().find(|row| row.can_book).map(|row| row.subject);
        let mut live = Vec::new();
        for application in
            record.applications.iter().filter(|own| own.is_live() || is_to_be_repeated(own, &record, &subjects))
        {
            live.push(self.application_view(application, &record, &policy)?);
        }
        live.sort_by_key(|view| view.place.as_ref().map(|place| place.session.starts_at));
        Ok(ApplicantView {
            applicant: mask(applicant),
            identity_check: self.visit.identity_check.filter(|_| self.visit.applicant == Some(id)),
            revealed: (self.visit.applicant == Some(id) && self.visit.is_revealed).then(|| reveal(&record)),
            accepted_at: applicant.accepted_at,
            permit_from: applicant.permit.map(|permit| permit.issued_on),
            permit_until: applicant.permit.map(|permit| permit.expires_on),
            office: office.map(|office| office.name).unwrap_or_default(),
            next_subject,
            rank: next_subject.map(|subject| self.rank_card(&record, subject, &policy)).transpose()?,
            priority: next_subject.map(|subject| self.priority_verdict(&record, subject, &policy)),
            live,
            history: history(&record, &policy),
            as_of: self.data_as_of()?.unwrap_or_else(|| self.now()),
            subjects,
        })
    }

    pub(crate) fn subject_rows(&self, record: &ApplicantRecord, policy: &Policy) -> Vec<SubjectRow> {
        Subject::ALL.into_iter().map(|subject| self.subject_row(record, subject, policy)).collect()
    }

    fn subject_row(&self, record: &ApplicantRecord, subject: Subject, policy: &Policy) -> SubjectRow {
        let now = self.now();
        let state = subject_state(record, subject, now, policy);
        let offer = find_offer(record, subject, now, policy);
        // Without line priority is not given, and a normal application stands against another one.
        let can_book = matches!(state, SubjectState::Bookable) || (offer.is_priority_open && self.line.is_up());
        let standing = self.standing(record, subject, &state);
        let application = match &state {
            SubjectState::Placed { application, .. }
            | SubjectState::Queued { application }
            | SubjectState::AwaitingCode { application } => Some(*application),
            _ => None,
        };
        let reasons = match &state {
            SubjectState::NotBookable { refusals } => {
                refusals.iter().map(|refusal| reason_of_eligibility(&self.cache, refusal)).collect()
            }
            SubjectState::Queued { .. } => vec![reason("live_queued")],
            SubjectState::AwaitingCode { .. } if standing == Standing::Registered => vec![reason("live_registered")],
            SubjectState::AwaitingCode { .. } => vec![reason("live_awaiting_code")],
            SubjectState::Placed { session, .. } => {
                let session = find_session(&self.cache, *session).ok().flatten();
                let placed = session.map(|session| {
                    let instants = &session.instants;
                    reason_with(
                        "live_placed",
                        [("starts_at", session.starts_at.to_string()), ("cancel_by", instants.cancel_by.to_string())],
                    )
                });
                placed.into_iter().collect()
            }
            SubjectState::Passed { .. } | SubjectState::Bookable | SubjectState::NotNeeded => Vec::new(),
        };
        let rule = &policy.regulation.bookings;
        let counted = rule.limit_subjects.contains(&subject).then_some(rule.limit);
        SubjectRow {
            subject,
            standing,
            reasons,
            passed: find_passed(record, subject, now, policy),
            application,
            bookings_used: counted.map(|_| count_bookings(record, subject, policy)),
            bookings_max: counted,
            can_book,
        }
    }

    pub(crate) fn priority_verdict(
        &self,
        record: &ApplicantRecord,
        subject: Subject,
        policy: &Policy,
    ) -> PriorityVerdict {
        let eligibility = check_priority(record, subject, self.now(), policy);
        let reasons: Vec<_> =
            eligibility.refusals().iter().map(|refusal| reason_of_eligibility(&self.cache, refusal)).collect();
        let eligible = eligibility.is_eligible();
        let reasons = if eligible {
            let months = policy.local.priority.permit_months_left_below;
            let mut reasons = vec![reason_with("permit_ending", [("months", months.to_string())])];
            // Whoever qualifies hears why the step is not in the booking.
            reasons.extend((!self.line.is_up()).then(|| reason("no_line")));
            reasons
        } else {
            reasons
        };
        PriorityVerdict { subject, eligible, reasons }
    }
}

/// Whether it was the last one for its subject and ended without a place, and the subject can be booked again.
fn is_to_be_repeated(application: &Application, record: &ApplicantRecord, subjects: &[SubjectRow]) -> bool {
    let same = |other: &&Application| other.subject == application.subject;
    let last = record.applications.iter().filter(same).max_by_key(|other| (other.taken_at, other.id));
    let can_book = subjects.iter().any(|row| row.subject == application.subject && row.can_book);
    application.state.kind().ended_unwanted() && can_book && last.is_some_and(|last| last.id == application.id)
}

fn reveal(record: &ApplicantRecord) -> RevealedApplicant {
    let applicant = &record.applicant;
    RevealedApplicant {
        id: applicant.id,
        name: applicant.name.reveal().to_owned(),
        document: applicant.document.kind,
        number: applicant.document.number.reveal().to_owned(),
        phone: applicant.phone.as_ref().map(|phone| phone.reveal().to_owned()),
    }
}

fn test_row(test: &Test, class: yuyue_domain::licence::LicenceClass, policy: &Policy) -> HistoryRow {
    let (event, detail) = match test.outcome {
        TestOutcome::Missed => (HistoryEvent::Missed, None),
        TestOutcome::Scored { score } => {
            let passed = score >= policy.regulation.pass_marks.score(test.subject, class);
            let event = if passed { HistoryEvent::Passed } else { HistoryEvent::Failed };
            (event, Some(reason_with("score", [("score", score.to_string())])))
        }
    };
    HistoryRow { at: test.taken_at, event, subject: Some(test.subject), detail }
}

fn application_rows(application: &Application) -> Vec<HistoryRow> {
    let row = |at, event, detail| HistoryRow { at, event, subject: Some(application.subject), detail };
    let applied = row(application.taken_at, HistoryEvent::Applied, None);
    let steps = application.timeline.iter().filter_map(|step| {
        let event = match step.state {
            ApplicationState::Placed { .. } => HistoryEvent::Placed,
            ApplicationState::Unplaced => HistoryEvent::Unplaced,
            ApplicationState::Withdrawn => HistoryEvent::Withdrawn,
            ApplicationState::CancelledByApplicant { .. } => HistoryEvent::Cancelled,
            ApplicationState::CancelledByOffice { .. } => HistoryEvent::CancelledByOffice,
            ApplicationState::Superseded { .. } => {
                return Some(row(step.at, HistoryEvent::Withdrawn, Some(reason("superseded"))));
            }
            ApplicationState::Lapsed => return Some(row(step.at, HistoryEvent::Withdrawn, Some(reason("lapsed")))),
            ApplicationState::AwaitingCode | ApplicationState::Queued | ApplicationState::Tested { .. } => return None,
        };
        Some(row(step.at, event, None))
    });
    std::iter::once(applied).chain(steps).collect()
}

fn history(record: &ApplicantRecord, policy: &Policy) -> Vec<HistoryRow> {
    let applicant = &record.applicant;
    let mut rows = vec![HistoryRow {
        at: applicant.accepted_at,
        event: HistoryEvent::LicenceAccepted,
        subject: None,
        detail: None,
    }];
    rows.extend(applicant.permit.map(|permit| HistoryRow {
        at: yuyue_domain::time::Timestamp::start_of(permit.issued_on),
        event: HistoryEvent::PermitIssued,
        subject: None,
        detail: None,
    }));
    rows.extend(record.tests.iter().map(|test| test_row(test, applicant.class, policy)));
    rows.extend(record.applications.iter().flat_map(application_rows));
    rows.sort_by_key(|row| std::cmp::Reverse(row.at));
    rows.truncate(HISTORY_MAX);
    rows
}
