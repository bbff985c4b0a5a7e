//! The contract of the protocol, for one known caller.

use super::decide::deliveries;
use super::read::check_reader;
use super::{Caller, Core};
use crate::store::Store;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{SignIn, SignedIn};
use yuyue_protocol::centre::{Centre, Visits};
use yuyue_protocol::change::ChangesPage;
use yuyue_protocol::code::{CodeRequest, CodeSent};
use yuyue_protocol::cursor::Cursor;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::Problem;
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
}

impl<S: Store> Centre for Known<'_, S> {
    async fn time(&self) -> Result<Timestamp, Problem> {
        Ok(self.core.now())
    }

    async fn sign_in(&self, request: SignIn) -> Result<SignedIn, Problem> {
        self.core.sign_clerk_in(self.caller, &request).await
    }

    async fn changes(&self, after: Option<Cursor>, limit: u32) -> Result<ChangesPage, Problem> {
        self.core.read_changes(self.caller, after, limit).await
    }

    async fn commands(&self, batch: Vec<Envelope>) -> Result<Vec<ItemOutcome>, Problem> {
        self.core.decide(&deliveries(self.caller, None, batch)?).await
    }

    async fn request_code(&self, request: CodeRequest) -> Result<CodeSent, Problem> {
        check_reader(self.caller, request.applicant)?;
        self.core.send_code(self.caller, &request).await
    }

    async fn search(&self, search: Search) -> Result<Hits, Problem> {
        self.core.look_up(self.caller, &search).await
    }

    async fn applicant(&self, id: ApplicantId) -> Result<ApplicantRecord, Problem> {
        self.core.read_applicant(self.caller, id).await
    }

    async fn sessions(&self, query: SessionQuery) -> Result<SessionsFound, Problem> {
        self.core.read_sessions(&query).await
    }

    async fn priority_places(&self, sessions: Vec<SessionId>) -> Result<PriorityPlaces, Problem> {
        self.core.read_priority_places(&sessions).await
    }

    async fn outlook(&self, query: OutlookQuery) -> Result<OutlookFound, Problem> {
        self.core.read_outlook(self.caller, &query).await
    }

    async fn open_record(&self, report: OpenRecord) -> Result<Vec<OpenElsewhere>, Problem> {
        self.core.note_open_record(self.caller, report).await
    }
}

impl<S: Store> Visits for Known<'_, S> {
    async fn send_visit_code(&self, request: VisitCodeRequest) -> Result<VisitCode, Problem> {
        self.core.send_visit_code(self.caller, &request).await
    }

    async fn open_visit(&self, opening: VisitOpening) -> Result<VisitAnswer, Problem> {
        self.core.open_visit(self.caller, &opening).await
    }

    async fn prolong_visit(&self) -> Result<u32, Problem> {
        self.core.visit_seconds_left(self.caller).await
    }

    async fn end_visit(&self) -> Result<(), Problem> {
        self.core.close_visit(self.caller).await
    }
}
