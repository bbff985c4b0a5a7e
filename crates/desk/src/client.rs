//! The centre over HTTPS, as a device sees it: the client end of [`yuyue_protocol::centre::Centre`].
//!
//! It recognises the centre by the authority that enrolled this device and nothing else, and shows its own certificate
//! with every connection. Paths hold no personal data; what is personal travels in bodies.

mod ahead;
mod enrol;
mod live;

pub use enrol::{EnrolError, Enrolment, enrol};
pub use live::{HeadStream, Heard};

use crate::device::identity::Identity;
use ahead::Ahead;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{DeviceKind, RenewRequest, Renewed, Secret, SignIn, SignedIn};
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

/// How long connecting may take before the line counts as dead.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// How long the answer to one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
/// Bytes of one answer at most.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The line cannot be set up with what was kept at the enrolment.
#[derive(Debug, thiserror::Error)]
#[error("the connection to the centre cannot be set up")]
pub struct ClientError(#[from] reqwest::Error);

/// The centre, reached by one enrolled device and, once somebody has signed in, on behalf of a clerk.
#[derive(Clone)]
pub struct HttpCentre {
    client: Client,
    base: String,
    token: Option<Secret>,
    ahead: Ahead,
}

impl HttpCentre {
    /// For an enrolled device.
    ///
    /// # Errors
    /// When its certificate, key or authority cannot be read.
    pub fn new(identity: &Identity) -> Result<Self, ClientError> {
        let pem = format!("{}\n{}", identity.certificate, identity.certificate_key);
        // A connection that is kept for later keeps the last answer in its buffer, and at a kiosk that is somebody's record.
        let kept = if identity.kind == DeviceKind::Kiosk { 0 } else { usize::MAX };
        let client = builder(&identity.authority)?
            .pool_max_idle_per_host(kept)
            .identity(reqwest::Identity::from_pem(pem.as_bytes())?)
            .tls_version_min(reqwest::tls::Version::TLS_1_3)
            .build()?;
        let base = identity.centre.trim_end_matches('/').to_owned();
        Ok(Self { client, base, token: None, ahead: Ahead::default() })
    }

    /// The same line on behalf of the clerk with this token; none for what needs no clerk.
    #[must_use]
    pub fn with_token(&self, token: Option<Secret>) -> Self {
        Self { token, ..self.clone() }
    }

    /// Listens for new revisions.
    ///
    /// # Errors
    /// When the centre cannot be reached.
    pub async fn listen(&self) -> Result<HeadStream, Problem> {
        // A live stream has no end, so only its silence is bounded, by the stream itself.
        let request = self.request(Method::GET, "/v1/changes/live").timeout(live::LIFE_MAX);
        Ok(HeadStream::new(send(request).await?))
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(Secret(token)) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)]) -> Result<T, Problem> {
        read(send(self.request(Method::GET, path).query(query)).await?).await
    }

    async fn fetch_changes(&self, after: Option<Cursor>, limit: u32) -> Result<ChangesPage, Problem> {
        let mut query = vec![("limit", limit.to_string())];
        if let Some(Cursor { epoch, revision }) = after {
            query.push(("after", format!("{}:{revision}", epoch.0)));
        }
        self.get("/v1/changes", &query).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &(impl Serialize + Sync)) -> Result<T, Problem> {
        read(send(self.request(Method::POST, path).json(body)).await?).await
    }
}

impl Centre for HttpCentre {
    async fn time(&self) -> Result<Timestamp, Problem> {
        #[derive(serde::Deserialize)]
        struct Present {
            now: Timestamp,
        }
        Ok(self.get::<Present>("/v1/time", &[]).await?.now)
    }

    async fn sign_in(&self, request: SignIn) -> Result<SignedIn, Problem> {
        self.post("/v1/sign-in", &request).await
    }

    async fn changes(&self, after: Option<Cursor>, limit: u32) -> Result<ChangesPage, Problem> {
        let page = match self.ahead.take(after, limit).await {
            Some(page) => page,
            None => self.fetch_changes(after, limit).await?,
        };
        if page.cursor.revision < page.head {
            let (line, after) = (self.clone(), page.cursor);
            self.ahead.ask(after, limit, async move { line.fetch_changes(Some(after), limit).await });
        }
        Ok(page)
    }

    async fn commands(&self, batch: Vec<Envelope>) -> Result<Vec<ItemOutcome>, Problem> {
        self.post("/v1/commands", &batch).await
    }

    async fn request_code(&self, request: CodeRequest) -> Result<CodeSent, Problem> {
        self.post("/v1/codes", &request).await
    }

    async fn search(&self, search: Search) -> Result<Hits, Problem> {
        self.post("/v1/applicants/search", &search).await
    }

    async fn applicant(&self, id: ApplicantId) -> Result<ApplicantRecord, Problem> {
        self.get(&format!("/v1/applicants/{id}"), &[]).await
    }

    async fn sessions(&self, query: SessionQuery) -> Result<SessionsFound, Problem> {
        let mut parameters = vec![
            ("subject", query.subject.number().to_string()),
            ("class", query.class.to_string()),
            ("first", query.dates.first.to_string()),
            ("last", query.dates.last.to_string()),
        ];
        if !query.sites.is_empty() {
            parameters.push(("sites", numbers(query.sites.iter().map(|site| site.0))));
        }
        self.get("/v1/sessions", &parameters).await
    }

    async fn priority_places(&self, sessions: Vec<SessionId>) -> Result<PriorityPlaces, Problem> {
        let sessions = numbers(sessions.iter().map(|session| session.0));
        self.get("/v1/priority-places", &[("sessions", sessions)]).await
    }

    async fn outlook(&self, query: OutlookQuery) -> Result<OutlookFound, Problem> {
        self.post("/v1/outlook", &query).await
    }

    async fn open_record(&self, report: OpenRecord) -> Result<Vec<OpenElsewhere>, Problem> {
        self.post("/v1/open-record", &report).await
    }
}

impl Visits for HttpCentre {
    async fn send_visit_code(&self, request: VisitCodeRequest) -> Result<VisitCode, Problem> {
        self.post("/v1/visits/codes", &request).await
    }

    async fn open_visit(&self, opening: VisitOpening) -> Result<VisitAnswer, Problem> {
        self.post("/v1/visits", &opening).await
    }

    async fn prolong_visit(&self) -> Result<u32, Problem> {
        #[derive(serde::Deserialize)]
        struct Left {
            valid_seconds: u32,
        }
        Ok(self.get::<Left>("/v1/visits", &[]).await?.valid_seconds)
    }

    async fn end_visit(&self) -> Result<(), Problem> {
        send(self.request(Method::DELETE, "/v1/visits")).await.map(drop)
    }
}

impl Upkeep for HttpCentre {
    async fn renew_certificate(&self, request: RenewRequest) -> Result<Renewed, Problem> {
        self.post("/v1/devices/renew", &request).await
    }

    async fn seal_key(&self) -> Result<SealKey, Problem> {
        self.get("/v1/seal", &[]).await
    }

    async fn audit_tail(&self, seen: Option<u64>) -> Result<AuditTail, Problem> {
        let query: Vec<(&str, String)> = seen.iter().map(|seen| ("seen", seen.to_string())).collect();
        self.get("/v1/audit", &query).await
    }

    async fn contradict_audit(&self, kept: Checkpoint) -> Result<(), Problem> {
        send(self.request(Method::POST, "/v1/audit/contradictions").json(&kept)).await.map(drop)
    }
}

fn builder(authority: &str) -> Result<reqwest::ClientBuilder, ClientError> {
    // Whoever installed the process-wide provider first is as good: it is the same one everywhere.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(authority.as_bytes())?])
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT))
}

fn numbers(numbers: impl Iterator<Item = u32>) -> String {
    numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(",")
}

/// Sends a request; an answer that is no success becomes the problem that it describes.
async fn send(request: RequestBuilder) -> Result<Response, Problem> {
    let response = request.send().await.map_err(|error| line_problem(&error))?;
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    match read::<Problem>(response).await {
        Ok(problem) => Err(problem),
        Err(_) => Err(status_problem(status)),
    }
}

/// Reads a bounded answer.
async fn read<T: DeserializeOwned>(mut response: Response) -> Result<T, Problem> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| line_problem(&error))? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Problem::new(ErrorCode::BadAnswer, "the centre's answer is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    // The error names a place and a type, never a value.
    serde_json::from_slice(&body).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        Problem::new(ErrorCode::BadAnswer, format!("the centre's answer cannot be read at {place}"))
    })
}

/// A failed exchange in our words; the address is left out because it can name a person's number in a path.
fn line_problem(error: &reqwest::Error) -> Problem {
    let what = if error.is_timeout() {
        "the centre did not answer in time"
    } else if error.is_connect() {
        "the centre cannot be reached"
    } else {
        "the exchange with the centre broke off"
    };
    Problem::new(ErrorCode::Offline, what)
}

/// A failure without a description: something between here and the centre answered instead of it.
fn status_problem(status: StatusCode) -> Problem {
    Problem::new(ErrorCode::Offline, format!("something on the way answered with status {}", status.as_u16()))
}
