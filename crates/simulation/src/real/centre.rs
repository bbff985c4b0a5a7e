//! `yuyue-central serve` as a process: its folder with a small city, and the counters that enrol at it.

use super::AS_CENTRE;
use super::history::{CENTRE, History};
use super::process::Program;
use super::proxy::Proxy;
use crate::bugs::Bug;
use crate::city::{Computer, Person, clerks, computers, load, now, people, sessions};
use rusqlite::Connection;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use yuyue_central::central::Central;
use yuyue_central::clock::SystemClock;
use yuyue_central::core::CoreConfig;
use yuyue_central::entropy::OsEntropy;
use yuyue_central::store::sqlite::FILE_KIND;
use yuyue_central::store::{Store as _, StoreConfig, Wants};
use yuyue_desk::client::{Enrolment, enrol};
use yuyue_desk::device::identity::Identity;
use yuyue_desk::world::SystemWorld;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::identity::PhoneNumber;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::licence::Subject;
use yuyue_domain::session::Session;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::Secret;
use yuyue_sample::{City, CityConfig};
use yuyue_sqlite::{FileKind, Key, Place};

/// How long a start may take on a busy computer.
const START_WITHIN: Duration = Duration::from_secs(60);
/// People who come to the counters.
const PEOPLE: u32 = 240;
/// Seconds after the beginning at which the first sessions are published, and how much earlier their windows close.
const PUBLISHED_AFTER: i64 = 40;
const CLOSED_BEFORE: i64 = 15;
/// Ports of this computer, whichever are free.
const CONFIG: &str = "[serve]\ndevices = \"127.0.0.1:0\"\npublic = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n";

/// The centre.
pub struct RealCentre {
    /// The program.
    pub program: Program,
    /// The counters that may enrol.
    pub counters: Vec<Computer>,
    /// Who comes to them.
    pub people: Vec<Person>,
    folder: PathBuf,
    authority: String,
    codes: Vec<Secret>,
    public_port: u16,
}

fn failed(what: &'static str) -> impl Fn(&dyn std::fmt::Debug) -> String {
    move |error| format!("{what}: {error:?}")
}

impl RealCentre {
    /// A centre that does not run yet.
    pub fn make(folder: &Path, program: &Path, bug: Option<Bug>) -> Result<Self, String> {
        let folder = folder.join("centre");
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        let place = StoreConfig::default();
        let central = now(Central::init(&folder, &place, "真机市", CoreConfig::default(), clock, entropy));
        let central = central.map_err(|error| failed("no centre")(&error))?;
        let core = &central.core;
        let config = CityConfig::new(7, 0, core.now().date());
        let policy = yuyue_domain::seed::policy(config.today).map_err(|error| failed("no policy")(&error))?;
        let city = City::generate(&config, &policy).map_err(|error| failed("no city")(&error))?;
        let staff = clerks(&city);
        let mut counters = computers(&staff);
        counters.truncate(CENTRE);
        let crowd = crowd(&city);
        let sessions = soon_published(sessions(&city, core.now()), core.now());
        let records = crowd.iter().map(|(_, record)| record.clone());
        let batch = load(core, &city, counters.iter().map(|computer| &computer.clerk), &sessions, records);
        now(core.store().transact(&Wants::default(), |_| (batch, ()))).map_err(|error| failed("no clerks")(&error))?;
        let mut codes = Vec::new();
        for computer in &counters {
            let label = format!("ZJ-W{:02}", computer.id.0);
            let added = now(core.add_device(computer.kind, &label, computer.office, None));
            codes.push(added.map_err(|error| failed("no device")(&error))?.code);
        }
        let authority = central.authority.certificate_pem().to_owned();
        drop(central);
        let config = folder.join("centre.toml");
        std::fs::write(&config, CONFIG).map_err(|error| failed("no configuration")(&error))?;
        let arguments: Vec<_> = [AS_CENTRE, "serve", "--folder"].map(Into::into).into_iter().collect();
        let place = [folder.clone().into_os_string(), "--config".into(), config.into_os_string()];
        let program = Program::new(program, arguments.into_iter().chain(place).collect(), folder.join("log"));
        let people = crowd.iter().map(|(subject, record)| person(*subject, record)).collect();
        let centre = Self { program, counters, people, folder, authority, codes, public_port: 0 };
        if let Some(sql) = bug.and_then(Bug::in_centre) {
            let file = centre.open_with(yuyue_sqlite::open)?;
            file.execute_batch(sql).map_err(|error| failed("no bug")(&error))?;
        }
        Ok(centre)
    }

    /// Starts it, and waits until it listens.
    pub fn start(&mut self, history: &mut History, proxy: &Proxy) -> Result<(), String> {
        self.program.start(CENTRE, history.sender())?;
        #[expect(clippy::disallowed_methods, reason = "a real program is waited for on the wall's clock")]
        let until = Instant::now() + START_WITHIN;
        while !self.notice_ports(history, proxy) {
            if !history.hear_until(until)? || !self.program.is_running() {
                return Err(format!("the centre does not start:\n{}", self.program.last_words()));
            }
        }
        Ok(())
    }

    /// Starts it again, without waiting.
    pub fn start_again(&mut self, history: &History) -> Result<(), String> {
        self.program.start(CENTRE, history.sender())
    }

    /// Whether this life of the program has said where it listens; the proxy then leads there.
    pub fn notice_ports(&mut self, history: &History, proxy: &Proxy) -> bool {
        let Some((start, ports)) = &history.listens else { return false };
        let (&[devices, public, ..], true) = (ports.as_slice(), *start == self.program.starts) else { return false };
        self.public_port = public;
        proxy.lead_to(devices);
        true
    }

    /// Enrols a counter over the real listener; from then on it connects through the proxy.
    pub async fn enrol(&self, index: usize, proxy: SocketAddr) -> Result<Identity, String> {
        let enrolment = Enrolment {
            public: format!("https://127.0.0.1:{}", self.public_port),
            authority: self.authority.clone(),
            code: self.codes[index].clone(),
        };
        let enrolled = enrol(&enrolment, &SystemWorld, yuyue_desk::world::World::wall(&SystemWorld)).await;
        let identity = enrolled.map_err(|error| failed("not enrolled")(&error))?;
        Ok(Identity { centre: format!("https://{proxy}"), ..identity })
    }

    /// Where its messages appear.
    pub fn spool(&self) -> PathBuf {
        self.folder.join("sms")
    }

    /// Reads its file from outside.
    pub fn open(&self) -> Result<Connection, String> {
        self.open_with(yuyue_sqlite::open_reader)
    }

    fn open_with<E: std::fmt::Debug>(
        &self,
        open: impl FnOnce(&FileKind, Place<'_>) -> Result<Connection, E>,
    ) -> Result<Connection, String> {
        let key = std::fs::read(self.folder.join("store.key")).ok().and_then(|bytes| Key::try_from(&*bytes).ok());
        let path = self.folder.join("centre.db");
        let place = Place::new(&path, key.as_ref());
        open(&FILE_KIND, place).map_err(|error| failed("the centre's file does not open")(&error))
    }

    /// Up to where its feed stands.
    pub fn head(&self) -> Result<u64, String> {
        let read = self.open()?.query_row("SELECT revision FROM feed_head", [], |row| row.get(0));
        read.map_err(|error| failed("the head of the feed cannot be read")(&error))
    }
}

fn person(subject: Subject, record: &ApplicantRecord) -> Person {
    let phone = record.applicant.phone.as_ref();
    Person { id: record.applicant.id, subject, phone: phone.map(|phone| phone.reveal().to_owned()).unwrap_or_default() }
}

/// Many people like those of the small city.
fn crowd(city: &City) -> Vec<(Subject, ApplicantRecord)> {
    let like = people(city);
    let numbered = (0..PEOPLE).zip(like.into_iter().cycle());
    let numbered = numbered.map(|(number, (subject, mut record))| {
        record.applicant.id = ApplicantId(10_000 + number);
        record.applicant.serial = 90_000 + u64::from(number);
        record.applicant.phone = PhoneNumber::parse(&format!("1990000{number:04}")).ok();
        (subject, record)
    });
    numbered.collect()
}

/// The first sessions close and are published while faults go on; nothing else is on this day.
fn soon_published(sessions: Vec<Session>, now: Timestamp) -> Vec<Session> {
    let at = now.plus_seconds(PUBLISHED_AFTER);
    let others = sessions.into_iter().filter(|session| session.instants.publication_at.date() != at.date());
    let moved = others.enumerate().map(|(index, mut session)| {
        session.instants.opens_at = session.instants.opens_at.min(now);
        if index % 3 == 0 {
            session.instants.closes_at = at.plus_seconds(-CLOSED_BEFORE);
            session.instants.extended_closes_at = at.plus_seconds(-CLOSED_BEFORE / 2);
            session.instants.publication_at = at;
        }
        session
    });
    moved.collect()
}
