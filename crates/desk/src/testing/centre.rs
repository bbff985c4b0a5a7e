//! A centre that keeps books: it takes every signed command once and answers the same again.

mod open_record;
mod rows;
mod visits;

use super::{clerk, notice, signing_key, today};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::task::Poll;
use uuid::Uuid;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::notice::NoticeKind;
use yuyue_domain::outlook::{Edge, Outlook};
use yuyue_domain::rank::SessionCounts;
use yuyue_domain::seed;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{DeviceKind, Secret, SignIn, SignedIn};
use yuyue_protocol::centre::Centre;
use yuyue_protocol::change::{ApplicantRow, Change, ChangesPage, Row, RowCounts, RowKey, What};
use yuyue_protocol::code::{CodeRequest, CodeSent};
use yuyue_protocol::cursor::{Cursor, Epoch, Revision};
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::open_record::{OpenElsewhere, OpenRecord};
use yuyue_protocol::outcome::{ItemOutcome, Outcome};
use yuyue_protocol::query::{Hits, OutlookFound, OutlookQuery, PriorityPlaces, Search, SessionQuery, SessionsFound};
use yuyue_sample::City;

use rows::{effect_of, fitting, is_personal, is_row, key_of};
pub use visits::VISIT_CODE;

#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a test does to the centre")]
struct Books {
    epoch: Epoch,
    rows: Vec<Change>,
    head: u64,
    outcomes: BTreeMap<Uuid, ItemOutcome>,
    batches: usize,
    line: bool,
    refuse: BTreeMap<Uuid, Outcome>,
    now: Timestamp,
    codes: u32,
    outlooks: u32,
    edge: Edge,
    visits: u32,
    lost_answers: u32,
    visit_is_over: bool,
    feeds: DeviceKind,
    is_slow: bool,
    is_spoiled: bool,
    reported: Vec<Option<ApplicantId>>,
    elsewhere: Vec<OpenElsewhere>,
}

/// A centre that keeps books: it takes every signed command once and answers the same again.
pub struct TestCentre(Mutex<Books>);

impl TestCentre {
    pub fn new(now: Timestamp) -> Self {
        Self(Mutex::new(Books {
            epoch: Epoch(Uuid::from_u128(1)),
            rows: Vec::new(),
            head: 0,
            outcomes: BTreeMap::new(),
            batches: 0,
            line: true,
            refuse: BTreeMap::new(),
            now,
            codes: 0,
            outlooks: 0,
            edge: Edge::Vacant,
            visits: 0,
            lost_answers: 0,
            visit_is_over: false,
            feeds: DeviceKind::Counter,
            is_slow: false,
            is_spoiled: false,
            reported: Vec::new(),
            elsewhere: Vec::new(),
        }))
    }

    /// A centre that serves a city with its cast.
    pub fn of(city: &City) -> Self {
        let centre = Self::new(city.as_of());
        for office in &city.offices().offices {
            centre.set(Row::Office(office.clone()));
        }
        for site in city.sites() {
            centre.set(Row::Site(site.clone()));
        }
        let policy = seed::policy(today()).expect("the seed is in force");
        centre.set(Row::Policy(Box::new(policy)));
        centre.set(Row::Clerk(clerk()));
        for kind in [NoticeKind::Booking, NoticeKind::Priority] {
            centre.set(Row::Notice(notice(kind, 1)));
        }
        for session in city.sessions() {
            centre.set(Row::Session(session.clone()));
            centre.set(Row::SessionCounts(SessionCounts {
                session: session.id,
                applications: 0,
                priority_left: session.priority_places,
                as_of: city.as_of(),
            }));
        }
        for member in city.cast() {
            centre.set_record(&member.record);
        }
        for record in city.applicants() {
            centre.set_record(&record.expect("a made-up person"));
        }
        centre
    }

    pub fn set_record(&self, record: &ApplicantRecord) {
        let row = ApplicantRow { applicant: record.applicant.clone(), tests: record.tests.clone() };
        self.set(Row::Applicant(Box::new(row)));
        for application in &record.applications {
            self.set(Row::Application(Box::new(application.clone())));
        }
    }

    pub fn set(&self, row: Row) {
        self.push(What::Set(row));
    }

    pub fn remove(&self, key: RowKey) {
        self.with(|books| books.rows.retain(|change| !is_row(&change.what, &key)));
        self.push(What::Gone(key));
    }

    fn push(&self, what: What) {
        self.with(|books| {
            books.head += 1;
            let key = match &what {
                What::Set(row) => key_of(row),
                What::Gone(key) => *key,
            };
            if books.rows.len() < 5_000 {
                books.rows.retain(|change| !is_row(&change.what, &key));
            }
            books.rows.push(Change { revision: Revision(books.head), what });
        });
    }

    /// Cuts or restores the line.
    pub fn set_line(&self, line: bool) {
        self.with(|books| books.line = line);
    }

    /// The centre was restored from a backup: another feed, and what it once answered is forgotten.
    pub fn restore(&self) {
        self.with(|books| {
            books.epoch = Epoch(Uuid::from_u128(books.epoch.0.as_u128() + 1));
            books.outcomes.clear();
        });
    }

    /// Decides a command this way when it arrives.
    pub fn decide(&self, id: Uuid, outcome: Outcome) {
        self.with(|books| {
            books.refuse.insert(id, outcome);
        });
    }

    /// Commands are not answered until this is over.
    pub fn set_slow(&self, is_slow: bool) {
        self.with(|books| books.is_slow = is_slow);
    }

    /// From now on the feed says what cannot be followed.
    pub fn spoil_feed(&self) {
        self.with(|books| books.is_spoiled = true);
    }

    pub fn set_now(&self, now: Timestamp) {
        self.with(|books| books.now = now);
    }

    pub fn batches(&self) -> usize {
        self.with(|books| books.batches)
    }

    pub fn taken(&self) -> usize {
        self.with(|books| books.outcomes.len())
    }

    pub fn codes(&self) -> u32 {
        self.with(|books| books.codes)
    }

    /// How often it was asked for an outlook.
    pub fn outlooks(&self) -> u32 {
        self.with(|books| books.outlooks)
    }

    /// Answers to so many batches of commands are lost on the way back.
    pub fn lose_answers(&self, count: u32) {
        self.with(|books| books.lost_answers = count);
    }

    /// The feed is a kiosk's from now on: it tells of nobody.
    pub fn feed_kiosk(&self) {
        self.with(|books| books.feeds = DeviceKind::Kiosk);
    }

    /// The centre has ended the visit by itself.
    pub fn end_visits(&self) {
        self.with(|books| books.visit_is_over = true);
    }

    /// How many visits were opened.
    pub fn visits(&self) -> u32 {
        self.with(|books| books.visits)
    }

    /// From now on nobody gets a place, whoever is asked about.
    pub fn fill_up(&self, missing: u32) {
        self.with(|books| books.edge = Edge::Outside { ranks: missing });
    }

    fn with<T>(&self, act: impl FnOnce(&mut Books) -> T) -> T {
        act(&mut self.0.lock().expect("no test panics while it holds the books"))
    }

    fn check_line(&self) -> Result<(), Problem> {
        if self.with(|books| books.line) { Ok(()) } else { Err(Problem::new(ErrorCode::Offline, "the line is cut")) }
    }
}

impl Centre for TestCentre {
    async fn time(&self) -> Result<Timestamp, Problem> {
        self.check_line()?;
        Ok(self.with(|books| books.now))
    }

    async fn sign_in(&self, request: SignIn) -> Result<SignedIn, Problem> {
        self.check_line()?;
        if request.password != Secret("对的密码".into()) || request.staff_number != clerk().staff_number {
            return Err(Problem::new(ErrorCode::SignInRefused, "staff number or password is wrong"));
        }
        let now = self.with(|books| books.now);
        Ok(SignedIn {
            clerk: clerk(),
            token: Secret("token".into()),
            expires_at: now.plus_seconds(12 * 3600),
            offline_until: now.plus_days(3),
        })
    }

    async fn changes(&self, after: Option<Cursor>, limit: u32) -> Result<ChangesPage, Problem> {
        self.check_line()?;
        self.with(|books| {
            if after.is_some_and(|after| after.epoch != books.epoch) {
                return Err(Problem::new(ErrorCode::CursorGone, "another feed"));
            }
            let from = after.map_or(0, |after| after.revision.0);
            let is_first = after.is_none();
            let feeds_kiosk = books.feeds == DeviceKind::Kiosk;
            let changes: Vec<Change> = books
                .rows
                .iter()
                .filter(|change| !feeds_kiosk || !is_personal(&change.what))
                .filter(|change| change.revision.0 > from)
                .filter(|change| !is_first || matches!(change.what, What::Set(_)))
                .take(usize::try_from(limit).unwrap_or(usize::MAX))
                .cloned()
                .collect();
            let last = changes.last().map_or(from, |change| change.revision.0);
            let rest =
                books.rows.iter().any(|change| change.revision.0 > last && !(feeds_kiosk && is_personal(&change.what)));
            let revision = Revision(if rest { last } else { books.head });
            let count = |is: fn(&Row) -> bool| {
                let rows = books.rows.iter().filter(|change| {
                    matches!(&change.what, What::Set(row) if is(row)) && !(feeds_kiosk && is_personal(&change.what))
                });
                u64::try_from(rows.count()).unwrap_or(0)
            };
            let counts = (!rest).then(|| RowCounts {
                applicants: count(|row| matches!(row, Row::Applicant(_))),
                applications: count(|row| matches!(row, Row::Application(_))),
                sessions: count(|row| matches!(row, Row::Session(_))),
            });
            let revision = if books.is_spoiled { Revision(0) } else { revision };
            let cursor = Cursor { epoch: books.epoch, revision };
            Ok(ChangesPage { changes, cursor, head: Revision(books.head), counts })
        })
    }

    async fn commands(&self, batch: Vec<Envelope>) -> Result<Vec<ItemOutcome>, Problem> {
        self.check_line()?;
        std::future::poll_fn(|_| if self.with(|books| books.is_slow) { Poll::Pending } else { Poll::Ready(()) }).await;
        let mut outcomes = Vec::new();
        for envelope in batch {
            envelope
                .check_signature(&signing_key().verifying_key())
                .map_err(|_| Problem::new(ErrorCode::BadRequest, "a signature is wrong"))?;
            let now = self.with(|books| books.now);
            let known = self.with(|books| books.outcomes.get(&envelope.id).cloned());
            let outcome = known.unwrap_or_else(|| {
                let decided = self.with(|books| books.refuse.get(&envelope.id).cloned());
                let (outcome, application) = match decided {
                    Some(outcome) => (outcome, None),
                    None => effect_of(&envelope, now),
                };
                if let Some(application) = application {
                    self.set(Row::Application(Box::new(application)));
                }
                ItemOutcome { id: envelope.id, decided_at: now, outcome }
            });
            self.with(|books| books.outcomes.insert(envelope.id, outcome.clone()));
            outcomes.push(outcome);
        }
        self.with(|books| books.batches += 1);
        let is_lost = self.with(|books| {
            let is_lost = books.lost_answers > 0;
            books.lost_answers = books.lost_answers.saturating_sub(1);
            is_lost
        });
        if is_lost { Err(Problem::new(ErrorCode::Offline, "the answer is lost")) } else { Ok(outcomes) }
    }

    async fn request_code(&self, _request: CodeRequest) -> Result<CodeSent, Problem> {
        self.check_line()?;
        self.with(|books| books.codes += 1);
        let sent = CodeSent {
            phone_masked: "139****0001".into(),
            valid_seconds: 300,
            resend_seconds: 60,
            tries_left: 5,
            sends_left: 9,
        };
        Ok(sent)
    }

    async fn search(&self, search: Search) -> Result<Hits, Problem> {
        self.check_line()?;
        Ok(Hits { applicants: self.with(|books| fitting(&books.rows, &search)), more: false })
    }

    async fn applicant(&self, id: ApplicantId) -> Result<ApplicantRecord, Problem> {
        self.check_line()?;
        self.with(|books| {
            let found = books.rows.iter().find_map(|change| match &change.what {
                What::Set(Row::Applicant(row)) if row.applicant.id == id => Some(row.clone()),
                _ => None,
            });
            let row = found.ok_or_else(|| Problem::new(ErrorCode::NotFound, "no such applicant"))?;
            let applications = books.rows.iter().filter_map(|change| match &change.what {
                What::Set(Row::Application(own)) if own.applicant == id => Some((**own).clone()),
                _ => None,
            });
            Ok(ApplicantRecord { applications: applications.collect(), applicant: row.applicant, tests: row.tests })
        })
    }

    async fn sessions(&self, query: SessionQuery) -> Result<SessionsFound, Problem> {
        self.check_line()?;
        let sessions = self.with(|books| {
            let sessions = books.rows.iter().filter_map(|change| match &change.what {
                What::Set(Row::Session(session)) => Some(session.clone()),
                _ => None,
            });
            sessions
                .filter(|session| session.subject == query.subject && session.classes.contains(&query.class))
                .filter(|session| query.dates.contains(session.starts_at.date()))
                .filter(|session| session.instants.opens_at <= books.now && books.now < session.instants.closes_at)
                .collect()
        });
        Ok(SessionsFound { sessions, queues: Vec::new() })
    }

    async fn priority_places(&self, sessions: Vec<SessionId>) -> Result<PriorityPlaces, Problem> {
        self.check_line()?;
        Ok(PriorityPlaces { left: sessions.into_iter().map(|session| (session, 1)).collect() })
    }

    /// The last of the wished sessions, behind seven others.
    async fn outlook(&self, query: OutlookQuery) -> Result<OutlookFound, Problem> {
        self.check_line()?;
        self.with(|books| {
            books.outlooks += 1;
            let session = query.sessions.last().copied().filter(|_| books.edge == Edge::Vacant);
            let outlook = Outlook { session, edge: books.edge, ahead: 7 };
            Ok(OutlookFound { outlook, as_of: books.now })
        })
    }

    async fn open_record(&self, report: OpenRecord) -> Result<Vec<OpenElsewhere>, Problem> {
        self.check_line()?;
        self.with(|books| {
            books.reported.push(report.applicant);
            Ok(if report.applicant.is_some() { books.elsewhere.clone() } else { Vec::new() })
        })
    }
}
