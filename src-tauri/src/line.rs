//! The line to the centre as the host holds it: the client once this computer is enrolled, the token of whoever works
//! here, and in the training edition a switch that cuts it.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::watch;
use yuyue_desk::client::{ClientError, HeadStream, HttpCentre};
use yuyue_desk::desk::{Desk, lock};
use yuyue_desk::device::identity::Identity;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{RenewRequest, Renewed, Secret, SignIn, SignedIn};
use yuyue_protocol::centre::{Centre, Upkeep, Visits};
use yuyue_protocol::change::ChangesPage;
use yuyue_protocol::code::{CodeRequest, CodeSent};
use yuyue_protocol::cursor::Cursor;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::open_record::{OpenElsewhere, OpenRecord};
use yuyue_protocol::outcome::ItemOutcome;
use yuyue_protocol::query::{Hits, OutlookFound, OutlookQuery, PriorityPlaces, Search, SessionQuery, SessionsFound};
use yuyue_protocol::visit::{VisitAnswer, VisitCode, VisitCodeRequest, VisitOpening};
use yuyue_protocol::witness::{AuditTail, Checkpoint, SealKey};

/// The centre, when there is a line to it.
pub struct Line {
    desk: Arc<Mutex<Desk>>,
    client: RwLock<Option<HttpCentre>>,
    connected: watch::Sender<bool>,
}

impl Line {
    /// Without a client, until this computer is enrolled.
    pub fn new(desk: Arc<Mutex<Desk>>) -> Self {
        Self { desk, client: RwLock::new(None), connected: watch::Sender::new(true) }
    }

    /// Uses this enrolment from now on.
    pub fn open(&self, identity: &Identity) -> Result<(), ClientError> {
        let client = HttpCentre::new(identity)?;
        self.renew(client);
        Ok(())
    }

    /// Uses this client from now on, with a certificate that was renewed.
    pub fn renew(&self, client: HttpCentre) {
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = Some(client);
    }

    /// Cuts the line, or mends it.
    #[cfg(feature = "training")]
    pub fn set_connected(&self, connected: bool) {
        self.connected.send_replace(connected);
    }

    /// Whether the line is there as far as the switch goes.
    pub fn is_connected(&self) -> bool {
        *self.connected.borrow()
    }

    /// Hears of the switch.
    pub fn switched(&self) -> watch::Receiver<bool> {
        self.connected.subscribe()
    }

    /// Listens for new revisions, as this computer and not as whoever works at it.
    pub async fn listen(&self) -> Result<HeadStream, Problem> {
        self.centre()?.with_token(None).listen().await
    }

    /// Tells the centre that a visit is over whose token this computer has forgotten already.
    pub async fn end_visit_of(&self, token: Secret) -> Result<(), Problem> {
        self.centre()?.with_token(Some(token)).end_visit().await
    }

    fn centre(&self) -> Result<HttpCentre, Problem> {
        let client = self.client.read().unwrap_or_else(PoisonError::into_inner).clone();
        match client {
            Some(client) if self.is_connected() => Ok(client.with_token(lock(&self.desk).token())),
            Some(_) => Err(Problem::new(ErrorCode::Offline, "the line is cut")),
            None => Err(Problem::new(ErrorCode::Offline, "this computer is not enrolled")),
        }
    }
}

impl Centre for Line {
    async fn time(&self) -> Result<Timestamp, Problem> {
        // A sign-in that has run out must not look like a line that is cut.
        self.centre()?.with_token(None).time().await
    }

    async fn sign_in(&self, request: SignIn) -> Result<SignedIn, Problem> {
        // Whoever signs in has no token yet, and an old one must not stand in the way.
        self.centre()?.with_token(None).sign_in(request).await
    }

    async fn changes(&self, after: Option<Cursor>, limit: u32) -> Result<ChangesPage, Problem> {
        self.centre()?.with_token(None).changes(after, limit).await
    }

    async fn commands(&self, batch: Vec<Envelope>) -> Result<Vec<ItemOutcome>, Problem> {
        let centre = self.centre()?;
        // A kiosk acts for the person of its visit. A counter's commands name their clerk, whoever is signed in by now.
        let is_kiosk = lock(&self.desk).is_kiosk();
        if is_kiosk { centre.commands(batch).await } else { centre.with_token(None).commands(batch).await }
    }

    async fn request_code(&self, request: CodeRequest) -> Result<CodeSent, Problem> {
        self.centre()?.request_code(request).await
    }

    async fn search(&self, search: Search) -> Result<Hits, Problem> {
        self.centre()?.search(search).await
    }

    async fn applicant(&self, id: ApplicantId) -> Result<ApplicantRecord, Problem> {
        self.centre()?.applicant(id).await
    }

    async fn sessions(&self, query: SessionQuery) -> Result<SessionsFound, Problem> {
        self.centre()?.sessions(query).await
    }

    async fn priority_places(&self, sessions: Vec<SessionId>) -> Result<PriorityPlaces, Problem> {
        self.centre()?.priority_places(sessions).await
    }

    async fn outlook(&self, query: OutlookQuery) -> Result<OutlookFound, Problem> {
        self.centre()?.outlook(query).await
    }

    async fn open_record(&self, report: OpenRecord) -> Result<Vec<OpenElsewhere>, Problem> {
        self.centre()?.open_record(report).await
    }
}

impl Visits for Line {
    async fn send_visit_code(&self, request: VisitCodeRequest) -> Result<VisitCode, Problem> {
        self.centre()?.with_token(None).send_visit_code(request).await
    }

    async fn open_visit(&self, opening: VisitOpening) -> Result<VisitAnswer, Problem> {
        self.centre()?.with_token(None).open_visit(opening).await
    }

    async fn prolong_visit(&self) -> Result<u32, Problem> {
        self.centre()?.prolong_visit().await
    }

    async fn end_visit(&self) -> Result<(), Problem> {
        self.centre()?.end_visit().await
    }
}

impl Upkeep for Line {
    async fn renew_certificate(&self, request: RenewRequest) -> Result<Renewed, Problem> {
        self.centre()?.with_token(None).renew_certificate(request).await
    }

    async fn seal_key(&self) -> Result<SealKey, Problem> {
        self.centre()?.with_token(None).seal_key().await
    }

    async fn audit_tail(&self, seen: Option<u64>) -> Result<AuditTail, Problem> {
        self.centre()?.with_token(None).audit_tail(seen).await
    }

    async fn contradict_audit(&self, kept: Checkpoint) -> Result<(), Problem> {
        self.centre()?.with_token(None).contradict_audit(kept).await
    }
}
