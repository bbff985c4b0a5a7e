//! The real line of a counter: the client over HTTPS, which now and then sends commands twice, at once or a while later, as a
//! network that repeats would.

use crate::clerk::{ClerkLine, Phone};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use uuid::Uuid;
use yuyue_desk::client::HttpCentre;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{Secret, SignIn, SignedIn};
use yuyue_protocol::centre::Centre;
use yuyue_protocol::change::ChangesPage;
use yuyue_protocol::code::{CodeRequest, CodeSent};
use yuyue_protocol::cursor::Cursor;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::Problem;
use yuyue_protocol::open_record::{OpenElsewhere, OpenRecord};
use yuyue_protocol::outcome::ItemOutcome;
use yuyue_protocol::query::{Hits, OutlookFound, OutlookQuery, PriorityPlaces, Search, SessionQuery, SessionsFound};

/// How much faster people are than in the simulation.
const HASTE: u64 = 200;
/// Of a hundred batches so many are sent twice at once, and so many again a while later.
const TWICE: u32 = 15;
const AGAIN: u32 = 12;

/// The line.
#[derive(Clone)]
pub struct RealLine {
    http: HttpCentre,
    phone: Phone,
    spool: PathBuf,
    last_command: Arc<Mutex<Option<Uuid>>>,
    dice: Arc<Mutex<ChaCha8Rng>>,
}

#[derive(Deserialize)]
struct Spooled {
    id: u64,
    phone: String,
    text: String,
}

impl RealLine {
    pub fn new(http: HttpCentre, phone: Phone, spool: PathBuf, dice: ChaCha8Rng) -> Self {
        Self { http, phone, spool, last_command: Arc::default(), dice: Arc::new(Mutex::new(dice)) }
    }

    /// The same line for somebody else: each remembers the last command of its own.
    pub fn apart(&self) -> Self {
        Self { last_command: Arc::default(), ..self.clone() }
    }

    fn draw(&self) -> u32 {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner).next_u32() % 100
    }

    /// Messages that have appeared reach their phones.
    fn read_spool(&self) {
        let files = std::fs::read_dir(&self.spool).into_iter().flatten().flatten();
        let texts = files.filter_map(|file| std::fs::read(file.path()).ok());
        let messages = texts.filter_map(|text| serde_json::from_slice::<Spooled>(&text).ok());
        let in_order: BTreeMap<u64, Spooled> = messages.map(|message| (message.id, message)).collect();
        for message in in_order.values() {
            self.phone.show(&message.phone, &message.text);
        }
    }
}

impl ClerkLine for RealLine {
    fn on_behalf_of(&self, token: Option<Secret>) -> Self {
        Self { http: self.http.with_token(token), ..self.clone() }
    }

    fn take_last_command(&self) -> Option<Uuid> {
        self.last_command.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn wait(&self, millis: u64) {
        tokio::time::sleep(Duration::from_millis(millis / HASTE)).await;
        self.read_spool();
    }
}

impl Centre for RealLine {
    async fn time(&self) -> Result<Timestamp, Problem> {
        self.http.with_token(None).time().await
    }

    async fn sign_in(&self, request: SignIn) -> Result<SignedIn, Problem> {
        self.http.with_token(None).sign_in(request).await
    }

    async fn changes(&self, after: Option<Cursor>, limit: u32) -> Result<ChangesPage, Problem> {
        self.http.with_token(None).changes(after, limit).await
    }

    async fn commands(&self, batch: Vec<Envelope>) -> Result<Vec<ItemOutcome>, Problem> {
        let last = batch.last().map(|envelope| envelope.id);
        *self.last_command.lock().unwrap_or_else(PoisonError::into_inner) = last;
        let http = self.http.with_token(None);
        match self.draw() {
            whim if whim < TWICE => tokio::join!(http.commands(batch.clone()), http.commands(batch)).0,
            whim if whim < TWICE + AGAIN => {
                let (later, copy) = (http.clone(), batch.clone());
                #[expect(clippy::disallowed_methods, reason = "the network repeats while the program goes on")]
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    // Nobody waits for the answer to a copy.
                    let _ = later.commands(copy).await;
                });
                http.commands(batch).await
            }
            _ => http.commands(batch).await,
        }
    }

    async fn request_code(&self, request: CodeRequest) -> Result<CodeSent, Problem> {
        self.http.request_code(request).await
    }

    async fn search(&self, search: Search) -> Result<Hits, Problem> {
        self.http.search(search).await
    }

    async fn applicant(&self, id: ApplicantId) -> Result<ApplicantRecord, Problem> {
        self.http.applicant(id).await
    }

    async fn sessions(&self, query: SessionQuery) -> Result<SessionsFound, Problem> {
        self.http.sessions(query).await
    }

    async fn priority_places(&self, sessions: Vec<SessionId>) -> Result<PriorityPlaces, Problem> {
        self.http.priority_places(sessions).await
    }

    async fn outlook(&self, query: OutlookQuery) -> Result<OutlookFound, Problem> {
        self.http.outlook(query).await
    }

    async fn open_record(&self, report: OpenRecord) -> Result<Vec<OpenElsewhere>, Problem> {
        self.http.open_record(report).await
    }
}
