//! The contract of the protocol, for one known caller. What a caller may not is refused here, by the table of rights, before
//! anything is read; commands are judged by whoever took them, when they are decided.

use super::decide::deliveries;
use super::{Caller, Core};
use crate::store::Store;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::rights::{Denial, Right, check};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{SignIn, SignedIn};
use yuyue_protocol::centre::{Centre, Visits};
use yuyue_protocol::change::ChangesPage;
use yuyue_protocol::code::{CodeRequest, CodeSent};
use yuyue_protocol::cursor::Cursor;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::open_record::{OpenElsewhere, OpenRecord};
use yuyue_protocol::outcome::ItemOutcome;
use yuyue_protocol::query::{Hits, OutlookFound, OutlookQuery, PriorityPlaces, Search, SessionQuery, SessionsFound};
use yuyue_protocol::visit::{VisitAnswer, VisitCode, VisitCodeRequest, VisitOpening};

/// The centre as a known caller sees it.
pub struct Known<'a, S> {
    core: &'a Core<S>,
    caller: Caller,
}

impl<'a, S> Known<'a, S> {
    pub(super) const fn new(core: &'a Core<S>, caller: Caller) -> Self {
        Self { core, caller }
    }

    pub(super) const fn core(&self) -> &'a Core<S> {
        self.core
    }

    pub(super) const fn caller(&self) -> Caller {
        self.caller
    }

    /// Whether the caller may do what is about nobody.
    pub(crate) fn may(&self, right: Right) -> Result<(), Problem> {
        self.may_when(right, false)
    }

    /// Whether the caller may do what is about this person.
    fn may_about(&self, right: Right, applicant: ApplicantId) -> Result<(), Problem> {
        self.may_when(right, self.caller.visit == Some(applicant))
    }

    /// Whether the caller may do it; `is_own` when it is about the person of the visit or about the own office.
    pub(super) fn may_when(&self, right: Right, is_own: bool) -> Result<(), Problem> {
        check(self.caller.standing(), right, is_own).map_err(denied)
    }
}

impl<S: Store> Known<'_, S> {
    /// A page of the feed as it crosses the wire, for whoever only passes it on.
    pub(crate) async fn changes_text(&self, after: Option<Cursor>, limit: u32) -> Result<String, Problem> {
        self.may(Right::FollowFeed)?;
        self.core.read_changes_text(self.caller, after, limit).await
    }
}

/// What a caller is told who may not.
pub(super) fn denied(denial: Denial) -> Problem {
    let code = match denial {
        Denial::SignedOut => ErrorCode::SignedOut,
        Denial::Forbidden => ErrorCode::Forbidden,
    };
    Problem::new(code, denial.to_string())
}

impl<S: Store> Centre for Known<'_, S> {
    async fn time(&self) -> Result<Timestamp, Problem> {
        self.may(Right::ReadTime)?;
        Ok(self.core.now())
    }

    async fn sign_in(&self, request: SignIn) -> Result<SignedIn, Problem> {
        self.may(Right::SignIn)?;
        self.core.sign_clerk_in(self.caller, &request).await
    }

    async fn changes(&self, after: Option<Cursor>, limit: u32) -> Result<ChangesPage, Problem> {
        self.may(Right::FollowFeed)?;
        self.core.read_changes(self.caller, after, limit).await
    }

    async fn commands(&self, batch: Vec<Envelope>) -> Result<Vec<ItemOutcome>, Problem> {
        self.may(Right::Deliver)?;
        self.core.decide(&deliveries(self.caller, batch)?).await
    }

    async fn request_code(&self, request: CodeRequest) -> Result<CodeSent, Problem> {
        self.may_about(Right::SendCode, request.applicant)?;
        self.core.send_code(self.caller, &request).await
    }

    async fn search(&self, search: Search) -> Result<Hits, Problem> {
        self.may(Right::LookUp)?;
        self.core.look_up(self.caller, &search).await
    }

    async fn applicant(&self, id: ApplicantId) -> Result<ApplicantRecord, Problem> {
        self.may_about(Right::ReadApplicant, id)?;
        self.core.read_applicant(self.caller, id).await
    }

    async fn sessions(&self, query: SessionQuery) -> Result<SessionsFound, Problem> {
        self.may(Right::ReadSessions)?;
        self.core.read_sessions(&query).await
    }

    async fn priority_places(&self, sessions: Vec<SessionId>) -> Result<PriorityPlaces, Problem> {
        self.may(Right::ReadSessions)?;
        self.core.read_priority_places(&sessions).await
    }

    async fn outlook(&self, query: OutlookQuery) -> Result<OutlookFound, Problem> {
        self.may_about(Right::ReadOutlook, query.applicant)?;
        self.core.read_outlook(&query).await
    }

    async fn open_record(&self, report: OpenRecord) -> Result<Vec<OpenElsewhere>, Problem> {
        self.may(Right::ShowOpenRecord)?;
        self.core.note_open_record(self.caller, report).await
    }
}

impl<S: Store> Visits for Known<'_, S> {
    async fn send_visit_code(&self, request: VisitCodeRequest) -> Result<VisitCode, Problem> {
        self.may(Right::OpenVisit)?;
        self.core.send_visit_code(self.caller, &request).await
    }

    async fn open_visit(&self, opening: VisitOpening) -> Result<VisitAnswer, Problem> {
        self.may(Right::OpenVisit)?;
        self.core.open_visit(self.caller, &opening).await
    }

    async fn prolong_visit(&self) -> Result<u32, Problem> {
        self.may_when(Right::KeepVisit, true)?;
        self.core.visit_seconds_left(self.caller).await
    }

    async fn end_visit(&self) -> Result<(), Problem> {
        self.may_when(Right::KeepVisit, true)?;
        self.core.close_visit(self.caller).await
    }
}
