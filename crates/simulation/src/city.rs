//! The small city of every run: a few offices, twenty people, a dozen sessions with hardly any places, and the files of a
//! centre and of devices as they are before anybody has done anything.

use crate::disk::Disk;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use ed25519_dalek::SigningKey;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;
use yuyue_central::city::load_seeds;
use yuyue_central::clock::{Clock, ManualClock};
use yuyue_central::core::{Core, CoreConfig};
use yuyue_central::entropy::SeededEntropy;
use yuyue_central::secret::ServerKey;
use yuyue_central::store::sqlite::SqliteStore;
use yuyue_central::store::{Account, Batch, NewDevice, Store, Wants, Write};
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::identity::PhoneNumber;
use yuyue_domain::ids::{ApplicantId, ClerkId, DeviceId, OfficeId};
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::rights::Role;
use yuyue_domain::session::Session;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{Clerk, DeviceKind};
use yuyue_protocol::change::{ApplicantRow, Row};
use yuyue_protocol::cursor::Epoch;
use yuyue_sample::{CastRole, City, CityConfig};

/// A Monday.
const TODAY: &str = "2026-11-23";
/// What every clerk types.
pub const PASSWORD: &str = "mingmingmima";
/// The file of the centre.
pub const CENTRE_FILE: &str = "centre.db";

/// Somebody who comes to a counter.
#[derive(Debug, Clone)]
pub struct Person {
    /// The centre's number.
    pub id: ApplicantId,
    /// What to book.
    pub subject: Subject,
    /// Where codes arrive.
    pub phone: String,
}

/// A computer of the city.
#[derive(Clone)]
pub struct Computer {
    /// The centre's number.
    pub id: DeviceId,
    /// A counter or a kiosk.
    pub kind: DeviceKind,
    /// Where it stands.
    pub office: OfficeId,
    /// Who works at it.
    pub clerk: Clerk,
    /// Signs its commands.
    pub key: SigningKey,
}

/// What every run begins with.
pub struct SmallCity {
    /// When it begins.
    pub begin: Timestamp,
    /// Who comes.
    pub people: Vec<Person>,
    /// People who come to no counter, whom the operator deletes and imports again.
    pub spare_people: Vec<ApplicantRecord>,
    /// Clerks who work nowhere any more.
    pub spare_clerks: Vec<Clerk>,
    /// What can be booked.
    pub sessions: Vec<Session>,
    /// The computers.
    pub computers: Vec<Computer>,
    /// The centre's files.
    pub centre: BTreeMap<String, Vec<u8>>,
}

/// The city, made once.
pub fn small_city() -> &'static SmallCity {
    static CITY: OnceLock<SmallCity> = OnceLock::new();
    CITY.get_or_init(make)
}

/// The key with which the centre hashes codes.
#[must_use]
pub fn server_key() -> ServerKey {
    ServerKey::new([5; 32])
}

fn make() -> SmallCity {
    let config = CityConfig::new(7, 0, TODAY.parse().expect("a day"));
    let policy = yuyue_domain::seed::policy(config.today).expect("the seed is in force");
    let city = City::generate(&config, &policy).expect("a city of this size");
    let begin = city.as_of().plus_seconds(2 * 3600);
    let clerks = clerks(&city);
    let computers = computers(&clerks);
    let sessions = sessions(&city, begin);
    let mut records = people(&city);
    let spare_people: Vec<ApplicantRecord> =
        records.split_off(records.len() - 3).into_iter().map(|(_, record)| record).collect();
    let spare_clerks: Vec<Clerk> = clerks.iter().rev().take(3).cloned().collect();
    let people = records
        .iter()
        .map(|(subject, record)| Person {
            id: record.applicant.id,
            subject: *subject,
            phone: record.applicant.phone.as_ref().map(|phone| phone.reveal().to_owned()).unwrap_or_default(),
        })
        .collect();
    let everybody = records.into_iter().map(|(_, record)| record).chain(spare_people.iter().cloned());
    let staff = computers.iter().map(|computer| &computer.clerk).chain(&spare_clerks);
    let centre = centre_files(&city, begin, &computers, staff, &sessions, everybody);
    SmallCity { begin, people, spare_people, spare_clerks, sessions, computers, centre }
}

/// Everybody who works in the city.
pub fn clerks(city: &City) -> Vec<Clerk> {
    let clerk = |clerk: &yuyue_sample::SampleClerk| Clerk {
        id: clerk.id,
        staff_number: clerk.staff_number.clone(),
        name: clerk.name.reveal().to_owned(),
        office: clerk.office,
        role: Role::Clerk,
        renewed_at: None,
    };
    city.clerks().iter().map(clerk).collect()
}

/// Three counters at two offices, and a kiosk.
pub fn computers(clerks: &[Clerk]) -> Vec<Computer> {
    let computer = |id: u8, kind, clerk: &Clerk| Computer {
        id: DeviceId(u32::from(id)),
        kind,
        office: clerk.office,
        clerk: clerk.clone(),
        key: SigningKey::from_bytes(&[id; 32]),
    };
    let first = &clerks[0];
    let mate = clerks.iter().skip(1).find(|clerk| clerk.office == first.office).unwrap_or(first);
    let other = clerks.iter().find(|clerk| clerk.office != first.office).unwrap_or(first);
    vec![
        computer(1, DeviceKind::Counter, first),
        computer(2, DeviceKind::Counter, mate),
        computer(3, DeviceKind::Counter, other),
        computer(4, DeviceKind::Kiosk, first),
    ]
}

/// The next sessions of the two subjects that people come for, with so few places that they compete.
pub fn sessions(city: &City, begin: Timestamp) -> Vec<Session> {
    let mut chosen = Vec::new();
    for (subject, count) in [(Subject::Two, 6), (Subject::Three, 6)] {
        let open = city.sessions().iter().filter(|session| {
            session.subject == subject
                && session.classes.contains(&LicenceClass::C1)
                && session.instants.publication_at > begin
                && session.instants.opens_at <= begin.plus_days(2)
        });
        let mut open: Vec<Session> = open.cloned().collect();
        open.sort_by_key(|session| (session.instants.publication_at, session.starts_at, session.id));
        // From several days, so that a run sees more than one publication.
        let apart = (open.len() / count).max(1);
        chosen.extend(open.into_iter().step_by(apart).take(count).map(|session| Session {
            places: 2,
            priority_places: 1,
            extended: None,
            ..session
        }));
    }
    chosen.sort_by_key(|session| session.id);
    chosen
}

/// People like those of the cast, each with numbers of their own and without a history of bookings.
pub fn people(city: &City) -> Vec<(Subject, ApplicantRecord)> {
    let kinds = [(CastRole::RuleFour, Subject::Three, 8), (CastRole::PriorityEligible, Subject::Two, 9)];
    let mut people = Vec::new();
    for (role, subject, count) in kinds {
        let like = city.find_cast(role).expect("everybody of the cast is there");
        for _ in 0..count {
            let number = u32::try_from(people.len()).unwrap_or(0);
            let mut record = like.clone();
            record.applications.clear();
            record.applicant.id = ApplicantId(1_000 + number);
            record.applicant.serial = 9_000 + u64::from(number);
            // Whoever comes later in the list was accepted earlier, and ranks before the others.
            record.applicant.accepted_at = record.applicant.accepted_at.plus_days(-i64::from(number));
            record.applicant.phone = PhoneNumber::parse(&format!("1990000{number:04}")).ok();
            people.push((subject, record));
        }
    }
    people
}

/// What a password hash costs is not what is simulated.
pub fn quick_cost() -> Params {
    Params::new(8, 1, 1, None).expect("the least that is allowed")
}

fn quick_verifier() -> String {
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, quick_cost());
    hasher.hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16]).expect("hashed").to_string()
}

fn centre_files<'a>(
    city: &City,
    begin: Timestamp,
    computers: &[Computer],
    staff: impl Iterator<Item = &'a Clerk>,
    sessions: &[Session],
    records: impl Iterator<Item = ApplicantRecord>,
) -> BTreeMap<String, Vec<u8>> {
    let disk = Disk::mount(Path::new("/template"));
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(begin));
    let store = SqliteStore::init(&disk.path(CENTRE_FILE), None, "模拟市", Epoch(Uuid::from_u128(1)), begin);
    let store = store.expect("an empty store");
    let core = Core::new(store, clock, Arc::new(SeededEntropy::new(1)), server_key(), CoreConfig::default());
    let mut batch = load(&core, city, staff, sessions, records);
    for computer in computers {
        let Computer { id, kind, office, .. } = *computer;
        let number = u8::try_from(id.0).unwrap_or(0);
        let label = format!("MN-W{number:02}");
        batch.writes.push(Write::DeviceAdded(NewDevice {
            id,
            kind,
            label,
            office,
            code: [number; 32],
            until: begin,
            exit_verifier: None,
        }));
        let signing_key = computer.key.verifying_key().to_bytes();
        batch.writes.push(Write::DeviceEnrolled { device: id, signing_key, fingerprint: [number; 32], at: begin });
    }
    now(core.store().transact(&Wants::default(), |_| (batch, ()))).expect("clerks and devices");
    drop(core);
    let files = disk.export();
    disk.unmount();
    files
}

/// Loads rules, sites, sessions and people into a centre that is empty; answers what lets the clerks sign in.
pub fn load<'a, S: Store>(
    core: &Core<S>,
    city: &City,
    staff: impl Iterator<Item = &'a Clerk>,
    sessions: &[Session],
    records: impl Iterator<Item = ApplicantRecord>,
) -> Batch {
    let begin = core.now();
    now(load_seeds(core)).expect("the seeds");
    let mut rows: Vec<Row> = city.sites().iter().cloned().map(Row::Site).collect();
    rows.extend(sessions.iter().cloned().map(Row::Session));
    rows.extend(
        records.map(|ApplicantRecord { applicant, tests, .. }| {
            Row::Applicant(Box::new(ApplicantRow { applicant, tests }))
        }),
    );
    now(core.import(rows)).expect("the rows fit");
    let mut batch = Batch::at(begin);
    let verifier = quick_verifier();
    let mut clerks: BTreeMap<ClerkId, &Clerk> = BTreeMap::new();
    clerks.extend(staff.map(|clerk| (clerk.id, clerk)));
    for clerk in clerks.into_values() {
        batch.rows.push(Row::Clerk(clerk.clone()));
        batch.writes.push(Write::Account(Box::new(Account {
            clerk: clerk.clone(),
            verifier: verifier.clone(),
            disabled: false,
            failures: 0,
            locked_until: begin,
        })));
    }
    batch
}

/// Runs a future of the centre, whose core never waits.
pub fn now<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("the core of the centre waits for nothing"),
    }
}
