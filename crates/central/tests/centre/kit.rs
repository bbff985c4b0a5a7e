//! A small city with a clock that stands still, and devices that take commands in it.

#[path = "kit/cluster.rs"]
pub mod cluster;

use cluster::Database;
use ed25519_dalek::SigningKey;
use rcgen::{CertificateParams, KeyPair};
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;
use uuid::Uuid;
use yuyue_central::central::Central;
use yuyue_central::city::{load_city, load_seeds, load_staff};
use yuyue_central::clock::{Clock, ManualClock};
use yuyue_central::core::{Acting, Caller, Core, CoreConfig};
use yuyue_central::entropy::{Entropy, SeededEntropy};
use yuyue_central::sms::{SimulatedPhone, send_due};
use yuyue_central::store::sqlite::FILE_KIND;
use yuyue_central::store::{AnyStore, Store as _, StoreConfig};
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::Wish;
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::{ApplicantId, ClerkId, OfficeId};
use yuyue_domain::licence::Subject;
use yuyue_domain::refusal::Refusal;
use yuyue_domain::rights::Role;
use yuyue_domain::session::Session;
use yuyue_domain::time::{Date, Timestamp};
use yuyue_domain::verification::CodePurpose;
use yuyue_protocol::account::{DeviceKind, EnrolRequest, Secret};
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::change::{ApplicantRow, Row};
use yuyue_protocol::code::CodeRequest;
use yuyue_protocol::command::{Code, Command};
use yuyue_protocol::envelope::{Envelope, Head};
use yuyue_protocol::outcome::Outcome;
use yuyue_sample::{CastRole, City, CityConfig, SampleClerk};

/// A Monday.
pub const TODAY: &str = "2026-11-23";

/// Which engine keeps the rows.
pub trait Engine {
    /// A place for a new centre.
    fn make() -> impl Future<Output = Option<Database>>;
}

/// A file in the centre's folder.
pub struct Sqlite;

/// A database of its own.
pub struct Postgres;

impl Engine for Sqlite {
    async fn make() -> Option<Database> {
        None
    }
}

impl Engine for Postgres {
    async fn make() -> Option<Database> {
        Some(Database::new().await)
    }
}

pub struct World<E> {
    engine: PhantomData<E>,
    pub central: Central,
    pub core: Arc<Core<AnyStore>>,
    pub clock: Arc<ManualClock>,
    pub phone: SimulatedPhone,
    pub city: City,
    pub entropy: Arc<SeededEntropy>,
    pub folder: TempDir,
    /// The last to go: connections are closed before.
    pub database: Option<Database>,
}

pub struct Device {
    pub caller: Caller,
    pub key: SigningKey,
    pub certificate: String,
    pub certificate_key: String,
    numbers: AtomicU64,
}

impl<E: Engine> World<E> {
    /// A city of so many people beside the cast, at eight in the morning.
    pub async fn new(applicants: u32) -> Self {
        Self::with(applicants, CoreConfig::default()).await
    }

    pub async fn with(applicants: u32, config: CoreConfig) -> Self {
        Self::on(TODAY.parse().unwrap(), applicants, config).await
    }

    /// On another day.
    pub async fn on(today: Date, applicants: u32, config: CoreConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = E::make().await;
        let city_config = CityConfig::new(7, applicants, today);
        let policy = yuyue_domain::seed::policy(city_config.today).unwrap();
        let city = City::generate(&city_config, &policy).unwrap();
        let clock = Arc::new(ManualClock::new(city.as_of()));
        let entropy = Arc::new(SeededEntropy::new(11));
        let as_clock: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let as_entropy: Arc<dyn Entropy> = Arc::clone(&entropy) as Arc<dyn Entropy>;
        let place = place(database.as_ref());
        let central = Central::init(folder.path(), &place, "测试市", config, as_clock, as_entropy).await.unwrap();
        let core = Arc::clone(&central.core);
        load_seeds(&core).await.unwrap();
        load_staff(&core, &city).await.unwrap();
        load_city(&core, &city, applicants, |_| ()).await.unwrap();
        core.refresh_board().await.unwrap();
        let phone = SimulatedPhone::default();
        Self { engine: PhantomData, central, core, clock, phone, city, entropy, folder, database }
    }

    /// Another program at the same centre, with the same configuration.
    pub async fn open_again(&self, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Central {
        let place = place(self.database.as_ref());
        Central::open(self.folder.path(), &place, CoreConfig::default(), clock, entropy).await.unwrap()
    }

    /// The same centre with its rows in another database, as after a restore.
    pub async fn over(self, database: Database) -> Self {
        let (clock, entropy) =
            (Arc::clone(&self.clock) as Arc<dyn Clock>, Arc::clone(&self.entropy) as Arc<dyn Entropy>);
        let (folder, place) = (self.folder.path(), place(Some(&database)));
        let central = Central::open(folder, &place, CoreConfig::default(), clock, entropy).await.unwrap();
        let core = Arc::clone(&central.core);
        Self { central, core, database: Some(database), ..self }
    }

    pub fn now(&self) -> Timestamp {
        self.core.now()
    }

    /// The first clerk of the first office.
    pub fn clerk(&self) -> &SampleClerk {
        &self.city.clerks()[0]
    }

    /// A counter at the clerk's office with the clerk at it.
    pub async fn counter(&self) -> Device {
        self.device(DeviceKind::Counter, self.clerk().office, Some(self.clerk().id)).await
    }

    pub async fn kiosk(&self) -> Device {
        self.device(DeviceKind::Kiosk, self.clerk().office, None).await
    }

    pub async fn device(&self, kind: DeviceKind, office: OfficeId, clerk: Option<ClerkId>) -> Device {
        let prepared = self.core.add_device(kind, "测试窗口", office, None).await.unwrap();
        let key = SigningKey::from_bytes(&self.entropy.bytes().unwrap());
        let connection = KeyPair::generate().unwrap();
        let request = CertificateParams::default().serialize_request(&connection).unwrap().pem().unwrap();
        let request = EnrolRequest {
            code: prepared.code,
            signing_key: base64(key.verifying_key().as_bytes()),
            certificate_request: request,
        };
        let enrolled = self.core.enrol(&self.central.authority, &request, 8443).await.unwrap();
        Device {
            caller: Caller { device: enrolled.device, kind, office, clerk: clerk.map(acting), visit: None },
            key,
            certificate: enrolled.certificate,
            certificate_key: connection.serialize_pem(),
            numbers: AtomicU64::new(1),
        }
    }

    pub fn seal(&self, device: &Device, command: &Command) -> Envelope {
        let random = self.entropy.bytes().unwrap();
        let millis = u64::try_from(self.now().unix()).unwrap() * 1000;
        let mut counter = [0; 10];
        counter.copy_from_slice(&random[..10]);
        let head = Head {
            id: uuid::Builder::from_unix_timestamp_millis(millis, &counter).into_uuid(),
            device: device.caller.device,
            number: device.numbers.fetch_add(1, Ordering::SeqCst),
            clerk: device.caller.clerk_id(),
            taken_at: self.now(),
        };
        Envelope::seal(head, command, &device.key).unwrap()
    }

    pub async fn deliver(&self, device: &Device, envelope: &Envelope) -> Outcome {
        let known = self.core.known(device.caller);
        known.commands(vec![envelope.clone()]).await.unwrap().remove(0).outcome
    }

    pub async fn send(&self, device: &Device, command: &Command) -> Outcome {
        self.deliver(device, &self.seal(device, command)).await
    }

    pub fn cast(&self, role: CastRole) -> &ApplicantRecord {
        self.city.find_cast(role).unwrap()
    }

    pub async fn record(&self, id: ApplicantId) -> ApplicantRecord {
        self.core.store().find_record(id).await.unwrap().unwrap()
    }

    /// Sends a code and reads it on the phone.
    pub async fn code(&self, device: &Device, applicant: ApplicantId, purpose: CodePurpose) -> Code {
        let request = CodeRequest { id: self.uuid(), applicant, purpose };
        self.core.known(device.caller).request_code(request).await.unwrap();
        send_due(&self.core, &self.phone).await.unwrap();
        let text = self.phone.messages().remove(0).text;
        let digits: String =
            text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        Code(digits)
    }

    pub fn uuid(&self) -> Uuid {
        self.entropy.uuid().unwrap()
    }

    /// Sessions that this person may choose for a subject now, the earliest first.
    pub fn open_sessions(&self, record: &ApplicantRecord, subject: Subject) -> Vec<Session> {
        let now = self.now();
        let catalogue = self.core.catalogue();
        let fits = |session: &&Session| {
            session.subject == subject && session.classes.contains(&record.applicant.class) && session.is_open_at(now)
        };
        let mut open: Vec<Session> = catalogue.sessions.values().filter(fits).cloned().collect();
        open.sort_by_key(|session| (session.starts_at, session.id));
        open
    }

    pub fn apply(&self, record: &ApplicantRecord, subject: Subject, wish: Wish, code: Option<Code>) -> Command {
        Command::Apply {
            applicant: record.applicant.id,
            subject,
            wish,
            office: self.clerk().office,
            identity_check: Some(IdentityCheck::CardRead),
            code,
            replaces: None,
        }
    }

    /// A wish for the first open session.
    pub fn first_choice(&self, record: &ApplicantRecord, subject: Subject) -> Wish {
        let session = self.open_sessions(record, subject).first().expect("a session is open").id;
        Wish::Choose { sessions: vec![session], ordered: false }
    }

    /// Copies of a person under numbers of their own.
    pub async fn clones(&self, of: &ApplicantRecord, count: u32) -> Vec<ApplicantRecord> {
        self.more_clones(of, 0, count).await
    }

    /// More of them, beside so many that there are.
    pub async fn more_clones(&self, of: &ApplicantRecord, before: u32, count: u32) -> Vec<ApplicantRecord> {
        let clones: Vec<ApplicantRecord> = (before..before + count)
            .map(|index| {
                let mut record = of.clone();
                record.applications.clear();
                record.applicant.id = ApplicantId(5_000_000 + index);
                record.applicant.serial = 5_000_000 + u64::from(index);
                record
            })
            .collect();
        let rows = clones.iter().map(|record| {
            let (applicant, tests) = (record.applicant.clone(), record.tests.clone());
            Row::Applicant(Box::new(ApplicantRow { applicant, tests }))
        });
        self.core.import(rows.collect()).await.unwrap();
        clones
    }

    /// Works in the centre's tables from outside, as a defect would.
    pub async fn tamper(&self, sql: &str) {
        self.try_tamper(sql).await.unwrap();
    }

    /// The same, where the tables may refuse it.
    pub async fn try_tamper(&self, sql: &str) -> Result<(), String> {
        match &self.database {
            Some(database) => {
                let done = database.connect().await.batch_execute(sql).await;
                done.map_err(|error| format!("{:?}", error.as_db_error()))
            }
            None => self.file().execute_batch(sql).map_err(|error| error.to_string()),
        }
    }

    /// What stands in the first column of everything that is found, as text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        if let Some(database) = &self.database {
            let rows = database.connect().await.query(sql, &[]).await.unwrap();
            return rows.iter().map(|row| row.get(0)).collect();
        }
        let file = self.file();
        let mut statement = file.prepare(sql).unwrap();
        let texts = statement.query_map([], |row| row.get(0)).unwrap();
        texts.collect::<Result<_, _>>().unwrap()
    }

    /// The file of the centre, from outside.
    fn file(&self) -> rusqlite::Connection {
        let key = std::fs::read(self.folder.path().join("store.key")).unwrap();
        let key = yuyue_sqlite::Key::new(key.try_into().unwrap());
        let path = self.folder.path().join("centre.db");
        yuyue_sqlite::open(&FILE_KIND, yuyue_sqlite::Place::new(&path, Some(&key))).unwrap()
    }

    /// Lets a rule of the tables stand against applications of this person, until it is dropped.
    pub async fn forbid_applications(&self, applicant: ApplicantId) {
        let rule = if self.database.is_some() {
            format!(
                "ALTER TABLE application ADD CONSTRAINT no_application CHECK (applicant <> {}) NOT VALID",
                applicant.0
            )
        } else {
            format!(
                "CREATE TRIGGER no_application BEFORE INSERT ON application WHEN NEW.applicant = {}
                 BEGIN SELECT RAISE(ABORT, 'a rule of the tables'); END",
                applicant.0
            )
        };
        self.tamper(&rule).await;
    }

    pub async fn allow_applications(&self) {
        let is_postgres = self.database.is_some();
        let drop = "DROP TRIGGER no_application";
        self.tamper(if is_postgres { "ALTER TABLE application DROP CONSTRAINT no_application" } else { drop }).await;
    }

    /// Lets the clerk's identity check stand for the code, so that a test need not read phones.
    pub async fn allow_vouching(&self) {
        let mut policy = self.core.catalogue().policy.clone().unwrap();
        policy.local.applications.offline_vouching = true;
        self.core.import(vec![Row::Policy(policy)]).await.unwrap();
        self.core.refresh_catalogue().await.unwrap();
    }
}

/// Where a centre keeps its rows.
pub fn place(database: Option<&Database>) -> StoreConfig {
    let url = database.map(|database| Secret(database.url.clone()));
    StoreConfig { url, connections: 8, reserved_connections: 8, ..StoreConfig::default() }
}

/// Waits for something where nothing can be awaited, as inside a clock.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}

/// A clerk at the counter, without more rights than others.
pub const fn acting(id: ClerkId) -> Acting {
    Acting { id, role: Role::Clerk }
}

pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

pub fn reasons(outcome: &Outcome) -> &[Refusal] {
    match outcome {
        Outcome::Refused { reasons, .. } => reasons,
        Outcome::Accepted { effect } => panic!("it was accepted: {effect:?}"),
    }
}
