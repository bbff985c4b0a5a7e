//! The whole centre inside another program, over a throw-away folder and free loopback ports: the training edition.
//!
//! The client has one path: it enrols, connects and signs in here as it does at a real centre. What only a training
//! edition can do (the next day, publication now, the phone, beginning anew) is done through this handle, never over HTTP.

use crate::central::{Central, CentralError};
use crate::city::{self, CityError, Progress};
use crate::clock::{Clock, ShiftedClock, SystemClock};
use crate::core::CoreConfig;
use crate::core::admin::{AdminError, PreparedDevice};
use crate::core::results::{TestResult, WrongResult};
use crate::entropy::{EntropyError, OsEntropy};
use crate::scheduler::{Scheduler, SchedulerError};
use crate::serve::{self, Running, ServeConfig, ServeError};
use crate::sms::{Message, SimulatedPhone};
use crate::store::{Store as _, StoreConfig, StoreError, Wants};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use yuyue_domain::applicant::{Attempt, TestOutcome};
use yuyue_domain::application::StateKind;
use yuyue_domain::identity::DocumentNumber;
use yuyue_domain::ids::{OfficeId, SessionId};
use yuyue_domain::lookup::parse_query;
use yuyue_domain::session::{Session, SessionStatus};
use yuyue_domain::time::{Date, Timestamp};
use yuyue_protocol::account::{DeviceKind, Secret};
use yuyue_protocol::cursor::Epoch;
use yuyue_sample::{City, CityConfig};

const CITY: &str = "渝约培训";
const CLOCK_FILE: &str = "clock";
/// One in so many tests is failed, and one in so many missed, so that a trainee meets both.
const FAILED_ONE_IN: u8 = 4;
const MISSED_ONE_IN: u8 = 25;

/// What the city is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrainingConfig {
    /// The same seed gives the same city on the same day.
    pub seed: u64,
    /// People in it.
    pub applicants: u32,
    /// When a new city begins, though not before the morning of that day; none for the present.
    pub begins_at: Option<Timestamp>,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        Self { seed: 1, applicants: 20_000, begins_at: None }
    }
}

/// Why the training centre does not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// The centre cannot be made or opened.
    #[error(transparent)]
    Central(#[from] CentralError),
    /// The city cannot be loaded.
    #[error(transparent)]
    City(#[from] CityError),
    /// The centre cannot listen.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// An operator's request failed.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// What is due could not be done.
    #[error(transparent)]
    Scheduler(#[from] SchedulerError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A made-up result does not fit its test.
    #[error(transparent)]
    Result(#[from] WrongResult),
    /// There are no random bytes.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// A file of the training folder cannot be read, written or removed.
    #[error("a file of the training folder cannot be read, written or removed")]
    File(#[source] std::io::Error),
}

/// A training centre that runs.
pub struct Training {
    central: Central,
    clock: Arc<ShiftedClock>,
    phone: Arc<SimulatedPhone>,
    running: Running,
    folder: PathBuf,
    config: TrainingConfig,
}

impl Training {
    /// The clock of the training centre in a folder, as it was left; for a new one, where that begins.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn clock(folder: &Path, config: TrainingConfig) -> Result<Arc<ShiftedClock>, TrainingError> {
        let clock =
            if has_city(folder) { read_clock(folder)? } else { ShiftedClock::set_to(beginning(config.begins_at)) };
        Ok(Arc::new(clock))
    }

    /// Opens the training centre in a folder, or makes it with a generated city, and starts it by the clock of
    /// [`Self::clock`]. `progress` hears how loading goes on. Must be called on a Tokio runtime.
    ///
    /// # Errors
    /// See [`TrainingError`].
    pub async fn start(
        folder: &Path,
        config: TrainingConfig,
        clock: Arc<ShiftedClock>,
        progress: impl FnMut(Progress),
    ) -> Result<Self, TrainingError> {
        let as_clock: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        // The reader is simulated, so its cards can be trusted.
        let core_config = CoreConfig { card_visits: true, ..CoreConfig::default() };
        let place = StoreConfig::default();
        let central = if has_city(folder) {
            Central::open(folder, &place, core_config, as_clock, Arc::new(OsEntropy)).await?
        } else {
            // A folder in which loading was cut off is begun anew.
            remove_rest(folder)?;
            let central = Central::init(folder, &place, CITY, core_config, as_clock, Arc::new(OsEntropy)).await?;
            load(&central, config, true, progress).await?;
            write_clock(folder, &clock)?;
            central
        };
        let phone = Arc::new(SimulatedPhone::default());
        let gateway = Arc::clone(&phone);
        let running = serve::start(&central, &ServeConfig::loopback(), gateway).await?;
        Ok(Self { central, clock, phone, running, folder: folder.to_owned(), config })
    }

    /// Where it listens, and by which authority it is recognised.
    #[must_use]
    pub const fn running(&self) -> &Running {
        &self.running
    }

    /// The centre itself, for tests.
    #[must_use]
    pub const fn central(&self) -> &Central {
        &self.central
    }

    /// The centre's present.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Prepares a computer for enrolment, as the operator of a real centre does.
    ///
    /// # Errors
    /// When there is no such office.
    pub async fn prepare_device(
        &self,
        kind: DeviceKind,
        label: &str,
        office: OfficeId,
        exit_code: Option<Secret>,
    ) -> Result<PreparedDevice, TrainingError> {
        Ok(self.central.core.add_device(kind, label, office, exit_code).await?)
    }

    /// The number on the card of the person who is found first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_card(&self, query: &str) -> Result<Option<DocumentNumber>, TrainingError> {
        let found = self.central.core.store().search(&parse_query(query), 1).await?;
        Ok(found.into_iter().next().map(|applicant| applicant.document.number))
    }

    /// What the simulated phone shows, the newest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.phone.messages()
    }

    /// Moves the clock on by a day; tests whose time has come are taken, and what is due happens.
    ///
    /// # Errors
    /// See [`TrainingError`].
    pub async fn next_day(&self) -> Result<(), TrainingError> {
        self.move_to(self.now().plus_days(1)).await
    }

    /// Lets so many seconds pass; what is due happens.
    ///
    /// # Errors
    /// See [`TrainingError`].
    pub async fn pass(&self, seconds: u32) -> Result<(), TrainingError> {
        self.move_to(self.now().plus_seconds(seconds.into())).await
    }

    /// Moves the clock to the next publication; answers for which instant, none when no session is left.
    ///
    /// # Errors
    /// See [`TrainingError`].
    pub async fn publish_now(&self) -> Result<Option<Timestamp>, TrainingError> {
        self.central.core.refresh_catalogue().await?;
        let now = self.now();
        let next = {
            let catalogue = self.central.core.catalogue();
            let planned = catalogue.sessions.values().filter(|one| one.status == SessionStatus::Planned);
            planned.map(|session| session.instants.publication_at).filter(|at| *at > now).min()
        };
        if let Some(at) = next {
            self.move_to(at).await?;
        }
        Ok(next)
    }

    /// Begins anew with a freshly generated city. Devices and clerks stay; their caches fill anew, because the feed does.
    ///
    /// # Errors
    /// See [`TrainingError`].
    pub async fn reset(&self, progress: impl FnMut(Progress)) -> Result<(), TrainingError> {
        self.phone.clear();
        // A city begins in the morning at the earliest, here too.
        let morning = morning_of(self.now().date());
        self.clock.advance(u32::try_from(morning.seconds_since(self.now()).max(0)).unwrap_or(0));
        write_clock(&self.folder, &self.clock)?;
        let epoch = Epoch(self.central.entropy.uuid()?);
        self.central.core.store().reset(epoch, self.now()).await?;
        self.central.core.forget();
        load(&self.central, self.config, false, progress).await
    }

    /// Stops it.
    pub async fn stop(self) {
        self.running.stop().await;
    }

    async fn move_to(&self, until: Timestamp) -> Result<(), TrainingError> {
        let mut scheduler = Scheduler::default();
        // Stop at every instant on the way at which something is due, as the time between would have.
        loop {
            let now = self.now();
            let next = self.next_instant(now).map_or(until, |at| at.min(until));
            self.clock.advance(u32::try_from(next.seconds_since(now).max(0)).unwrap_or(u32::MAX));
            scheduler.tick(&self.central.core).await?;
            if next >= until {
                break;
            }
        }
        self.take_tests().await?;
        write_clock(&self.folder, &self.clock)?;
        self.running.due.notify_one();
        Ok(())
    }

    /// The next instant at which a session closes or is published.
    fn next_instant(&self, now: Timestamp) -> Option<Timestamp> {
        let catalogue = self.central.core.catalogue();
        let instants = |session: &Session| [session.instants.closes_at, session.instants.publication_at];
        catalogue.sessions.values().flat_map(instants).filter(|at| *at > now).min()
    }

    /// Takes the tests of everybody whose session is over.
    async fn take_tests(&self) -> Result<(), TrainingError> {
        let core = &self.central.core;
        let now = self.now();
        let over: Vec<SessionId> = {
            let catalogue = core.catalogue();
            catalogue.sessions.values().filter(|session| session.ends_at <= now).map(|session| session.id).collect()
        };
        let wants = Wants { placed_in: over.iter().copied().collect(), ..Wants::default() };
        let results: Vec<TestResult> = core
            .store()
            .transact(&wants, |loaded| {
                let placed = loaded.records.values().flat_map(|record| &record.applications).filter(|own| {
                    own.state.kind() == StateKind::Placed
                        && own.session().is_some_and(|session| over.binary_search(&session).is_ok())
                });
                let results = placed.map(|own| made_up_result(own.id)).collect();
                (crate::store::Batch::default(), results)
            })
            .await?;
        core.record_results(&results).await??;
        Ok(())
    }
}

/// A result that looks random and is the same every time.
fn made_up_result(application: yuyue_domain::ids::ApplicationId) -> TestResult {
    let [chance, score, ..] = crate::secret::hash(application.0.as_bytes());
    let outcome = if chance % MISSED_ONE_IN == 0 {
        TestOutcome::Missed
    } else if chance % FAILED_ONE_IN == 0 {
        TestOutcome::Scored { score: 50 + score % 30 }
    } else {
        TestOutcome::Scored { score: 90 + score % 11 }
    };
    TestResult { application, attempt: Attempt::First, outcome, taken_at: None }
}

async fn load(
    central: &Central,
    config: TrainingConfig,
    with_staff: bool,
    progress: impl FnMut(Progress),
) -> Result<(), TrainingError> {
    let core = &central.core;
    let policy = city::load_seeds(core).await?;
    let city_config = CityConfig::new(config.seed, config.applicants, central.clock.now().date());
    let city = City::generate(&city_config, &policy).map_err(CityError::from)?;
    if with_staff {
        city::load_staff(core, &city).await?;
    }
    city::load_city(core, &city, config.applicants, progress).await?;
    core.refresh_board().await?;
    Ok(())
}

/// Where the clock of a new city begins: at the present or as wanted, but not before the morning of that day.
fn beginning(wanted: Option<Timestamp>) -> Timestamp {
    let at = wanted.unwrap_or_else(|| SystemClock.now());
    morning_of(at.date()).max(at)
}

/// Everything in a generated city happened before 08:00 of its day.
fn morning_of(day: Date) -> Timestamp {
    Timestamp::start_of(day).plus_seconds(8 * 3600)
}

/// The clock's file is written when a city is complete.
fn has_city(folder: &Path) -> bool {
    folder.join(CLOCK_FILE).exists()
}

/// Removes what a cut-off loading left, and nothing else that lies in the folder.
fn remove_rest(folder: &Path) -> Result<(), TrainingError> {
    for file in Central::files(folder) {
        match std::fs::remove_file(file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(TrainingError::File(error)),
            _ => {}
        }
    }
    Ok(())
}

fn read_clock(folder: &Path) -> Result<ShiftedClock, TrainingError> {
    let text = std::fs::read_to_string(folder.join(CLOCK_FILE)).map_err(TrainingError::File)?;
    Ok(ShiftedClock::ahead_by(text.trim().parse().unwrap_or(0)))
}

fn write_clock(folder: &Path, clock: &ShiftedClock) -> Result<(), TrainingError> {
    std::fs::write(folder.join(CLOCK_FILE), clock.ahead_seconds().to_string()).map_err(TrainingError::File)
}
