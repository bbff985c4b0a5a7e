//! The line of a device to the centre: every request becomes a message, whose way the simulation decides.

use crate::clerk::ClerkLine;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use uuid::Uuid;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{Secret, SignIn, SignedIn};
use yuyue_protocol::centre::Centre;
use yuyue_protocol::change::ChangesPage;
use yuyue_protocol::code::{CodeRequest, CodeSent};
use yuyue_protocol::cursor::Cursor;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::open_record::{OpenElsewhere, OpenRecord};
use yuyue_protocol::outcome::ItemOutcome;
use yuyue_protocol::query::{Hits, OutlookFound, OutlookQuery, PriorityPlaces, Search, SessionQuery, SessionsFound};

/// Everything that a device can ask for.
#[derive(Debug, Clone)]
pub enum Request {
    /// The centre's clock.
    Time,
    /// A clerk signs in.
    SignIn(SignIn),
    /// A page of the feed.
    Changes(Option<Cursor>, u32),
    /// Commands.
    Commands(Vec<Envelope>),
    /// A code.
    Code(CodeRequest),
    /// A look-up.
    Search(Search),
    /// One applicant.
    Applicant(ApplicantId),
    /// Sessions with their queues.
    Sessions(SessionQuery),
    /// Priority places.
    PriorityPlaces(Vec<SessionId>),
    /// Where the chosen sessions would end.
    Outlook(OutlookQuery),
    /// Whose record is open.
    OpenRecord(OpenRecord),
}

/// What the centre answers.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Its clock.
    Time(Timestamp),
    /// The clerk is signed in.
    SignIn(SignedIn),
    /// A page of the feed.
    Changes(ChangesPage),
    /// Outcomes.
    Commands(Vec<ItemOutcome>),
    /// A code was sent.
    Code(CodeSent),
    /// Who was found.
    Search(Hits),
    /// One applicant.
    Applicant(Box<ApplicantRecord>),
    /// Sessions.
    Sessions(SessionsFound),
    /// Priority places.
    PriorityPlaces(PriorityPlaces),
    /// Where the chosen sessions would end.
    Outlook(OutlookFound),
    /// Where else it is open.
    OpenElsewhere(Vec<OpenElsewhere>),
    /// The time that somebody wanted to let pass is over.
    Waited,
}

/// An answer, or why there is none.
pub type Answer = Result<Reply, Problem>;

/// Which of a device's two activities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    /// The clerk.
    Clerk,
    /// Following the feed and sending what was taken.
    Follower,
}

/// Where an answer is put for whoever waits for it.
pub type Slot = Arc<Mutex<Option<Answer>>>;

/// What an activity wants of the world.
pub enum Wish {
    /// This request, answered.
    Ask { token: Option<Secret>, request: Request, slot: Slot },
    /// So many milliseconds to pass.
    Wait { millis: u64, slot: Slot },
}

/// The line as one activity uses it.
#[derive(Clone, Default)]
pub struct Line {
    wishes: Arc<Mutex<VecDeque<Wish>>>,
    last_command: Arc<Mutex<Option<Uuid>>>,
    token: Option<Secret>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts an answer where it is waited for, unless there is one already.
pub fn put(slot: &Slot, answer: Answer) {
    locked(slot).get_or_insert(answer);
}

struct Waiting(Slot);

impl Future for Waiting {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Answer> {
        // Nobody has to be woken: the simulation polls whoever got an answer.
        locked(&self.0).take().map_or(Poll::Pending, Poll::Ready)
    }
}

impl Line {
    /// The same line on behalf of the clerk with this token.
    #[must_use]
    pub fn with_token(&self, token: Option<Secret>) -> Self {
        Self { token, ..self.clone() }
    }

    /// What is wanted and was not seen to.
    #[must_use]
    pub fn take_wish(&self) -> Option<Wish> {
        locked(&self.wishes).pop_front()
    }

    async fn ask(&self, request: Request) -> Answer {
        let slot = Slot::default();
        let wish = Wish::Ask { token: self.token.clone(), request, slot: Arc::clone(&slot) };
        locked(&self.wishes).push_back(wish);
        Waiting(slot).await
    }
}

impl ClerkLine for Line {
    fn on_behalf_of(&self, token: Option<Secret>) -> Self {
        self.with_token(token)
    }

    fn take_last_command(&self) -> Option<Uuid> {
        locked(&self.last_command).take()
    }

    async fn wait(&self, millis: u64) {
        let slot = Slot::default();
        locked(&self.wishes).push_back(Wish::Wait { millis, slot: Arc::clone(&slot) });
        // There is nothing in this answer.
        let _ = Waiting(slot).await;
    }
}

fn mixed_up<T>() -> Result<T, Problem> {
    Err(Problem::new(ErrorCode::BadAnswer, "the answer belongs to another request"))
}

impl Centre for Line {
    async fn time(&self) -> Result<Timestamp, Problem> {
        if let Reply::Time(now) = self.ask(Request::Time).await? { Ok(now) } else { mixed_up() }
    }

    async fn sign_in(&self, request: SignIn) -> Result<SignedIn, Problem> {
        let line = self.with_token(None);
        if let Reply::SignIn(signed_in) = line.ask(Request::SignIn(request)).await? {
            Ok(signed_in)
        } else {
            mixed_up()
        }
    }

    async fn changes(&self, after: Option<Cursor>, limit: u32) -> Result<ChangesPage, Problem> {
        let line = self.with_token(None);
        if let Reply::Changes(page) = line.ask(Request::Changes(after, limit)).await? { Ok(page) } else { mixed_up() }
    }

    async fn commands(&self, batch: Vec<Envelope>) -> Result<Vec<ItemOutcome>, Problem> {
        *locked(&self.last_command) = batch.last().map(|envelope| envelope.id);
        let line = self.with_token(None);
        if let Reply::Commands(outcomes) = line.ask(Request::Commands(batch)).await? {
            Ok(outcomes)
        } else {
            mixed_up()
        }
    }

    async fn request_code(&self, request: CodeRequest) -> Result<CodeSent, Problem> {
        if let Reply::Code(sent) = self.ask(Request::Code(request)).await? { Ok(sent) } else { mixed_up() }
    }

    async fn search(&self, search: Search) -> Result<Hits, Problem> {
        if let Reply::Search(hits) = self.ask(Request::Search(search)).await? { Ok(hits) } else { mixed_up() }
    }

    async fn applicant(&self, id: ApplicantId) -> Result<ApplicantRecord, Problem> {
        if let Reply::Applicant(record) = self.ask(Request::Applicant(id)).await? { Ok(*record) } else { mixed_up() }
    }

    async fn sessions(&self, query: SessionQuery) -> Result<SessionsFound, Problem> {
        if let Reply::Sessions(found) = self.ask(Request::Sessions(query)).await? { Ok(found) } else { mixed_up() }
    }

    async fn priority_places(&self, sessions: Vec<SessionId>) -> Result<PriorityPlaces, Problem> {
        if let Reply::PriorityPlaces(places) = self.ask(Request::PriorityPlaces(sessions)).await? {
            Ok(places)
        } else {
            mixed_up()
        }
    }
    async fn outlook(&self, query: OutlookQuery) -> Result<OutlookFound, Problem> {
        if let Reply::Outlook(found) = self.ask(Request::Outlook(query)).await? { Ok(found) } else { mixed_up() }
    }

    async fn open_record(&self, report: OpenRecord) -> Result<Vec<OpenElsewhere>, Problem> {
        if let Reply::OpenElsewhere(others) = self.ask(Request::OpenRecord(report)).await? {
            Ok(others)
        } else {
            mixed_up()
        }
    }
}
