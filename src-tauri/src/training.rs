//! The training edition: a centre of its own inside the window, and the controls that only it has.

mod ahead;
mod faults;

pub use faults::{TrainingPrinter, TrainingReader};

use crate::host::{Host, host_error, internal, progress};
use crate::line::Line;
use std::path::Path;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use yuyue_central::clock::{Clock as _, ShiftedClock};
use yuyue_central::training::{Training, TrainingConfig, TrainingError};
use yuyue_desk::client::{Enrolment, enrol};
use yuyue_desk::desk::{Desk, lock};
use yuyue_desk::device::identity::Identity;
use yuyue_desk::error::DeskError;
use yuyue_desk::view::events::HostEvent;
use yuyue_desk::view::reason::{HostError, Params, Reason};
use yuyue_desk::view::training::{PhoneMessage, ProgressTick, TrainingPerson, TrainingState};
use yuyue_desk::world::{SystemWorld, World};
use yuyue_devices::card::Card;
use yuyue_domain::identity::PhoneNumber;
use yuyue_domain::ids::OfficeId;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{DeviceKind, Secret};

/// Where the centre keeps its files, below the data folder.
const CENTRE_FOLDER: &str = "centre";
const FIVE_MINUTES: u32 = 300;
/// Where the trainee's counter stands: 渝北车管所, 3 号窗口.
const OFFICE: OfficeId = OfficeId(5);
const LABEL: &str = "YB-W03";
/// The kiosk beside it, and the code with which a trainee leaves it.
const KIOSK_LABEL: &str = "YB-Z01";
const KIOSK_EXIT_CODE: &str = "00000000";
/// How often the simulated phone is looked at.
const PHONE_EVERY: Duration = Duration::from_millis(250);
/// Messages that the window shows.
const MESSAGES_MAX: usize = 20;
/// People of the sample city to try, and what each shows.
const PEOPLE: [(&str, &str); 5] = [
    ("张例三", "training_normal"),
    ("李例优", "training_priority"),
    ("王例否", "training_refused"),
    ("赵例无", "training_no_phone"),
    ("䶮例𠮷", "training_rare_name"),
];

/// The training centre and what runs on it.
pub struct TrainingHost {
    centre: Training,
    busy: AtomicBool,
    tick: Mutex<Option<ProgressTick>>,
}

impl TrainingHost {
    /// Starts the centre, enrols this computer at it the first time, and opens the line.
    pub async fn start(
        folder: &Path,
        clock: Arc<ShiftedClock>,
        desk: &Arc<Mutex<Desk>>,
        line: &Line,
        identity: Option<Identity>,
        tell: impl Fn(ProgressTick),
    ) -> Result<Self, HostError> {
        let tell_loaded = |done: yuyue_central::city::Progress| {
            tell(progress("training_city", done.applicants, done.of));
        };
        let started = Training::start(&folder.join(CENTRE_FOLDER), config(), clock, tell_loaded).await;
        let centre = started.map_err(|error| failed(&error))?;
        let identity = match identity {
            // The ports are new with every start; everything else of the enrolment stays.
            Some(identity) => Identity { centre: devices_address(&centre), ..identity },
            None => enrol_here(&centre, desk).await?,
        };
        line.open(&identity).map_err(|error| {
            tracing::error!(%error, "the line to the training centre cannot be opened");
            internal()
        })?;
        Ok(Self { centre, busy: AtomicBool::new(false), tick: Mutex::new(None) })
    }

    /// The training controls.
    pub fn state(&self, host: &Host) -> TrainingState {
        let next = lock(&host.desk).app_state().ok().and_then(|state| state.sync.next_publication);
        TrainingState {
            now: self.centre.now(),
            connected: host.line.is_connected(),
            messages: self.messages(),
            next_publication: next,
            busy: self.tick.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            people: PEOPLE.map(|(query, shows)| person(query, shows)).to_vec(),
        }
    }

    /// Moves the clock on by a day.
    pub async fn next_day(&self, host: &Host) -> Result<TrainingState, HostError> {
        self.alone(host, async { self.centre.next_day().await }).await
    }

    /// Lets five minutes pass, as long as a code can be used.
    pub async fn five_minutes(&self, host: &Host) -> Result<TrainingState, HostError> {
        self.alone(host, async { self.centre.pass(FIVE_MINUTES).await }).await
    }

    /// Brings the next publication about.
    pub async fn publish_now(&self, host: &Host) -> Result<TrainingState, HostError> {
        self.alone(host, async { self.centre.publish_now().await.map(|_| ()) }).await
    }

    /// Begins anew with a fresh city.
    pub async fn reset(&self, host: &Host) -> Result<TrainingState, HostError> {
        let tell = |tick: Option<ProgressTick>| {
            self.tick.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&tick);
            if let Some(tick) = tick {
                host.tell(&HostEvent::Progress(tick));
            }
        };
        // Before the centre begins its new feed: what was taken for the old city is not sent to the new one.
        lock(&host.desk).forget_training().map_err(|error| host_error(&error))?;
        let reset =
            async { self.centre.reset(|done| tell(Some(progress("training_reset", done.applicants, done.of)))).await };
        let state = Box::pin(self.alone(host, reset)).await;
        tell(None);
        state
    }

    /// Cuts the line, or mends it.
    pub fn set_line(&self, host: &Host, connected: bool) -> TrainingState {
        host.line.set_connected(connected);
        host.wake.notify_one();
        self.state(host)
    }

    /// Lays the card of the person who is found first on the simulated reader; none takes it away.
    pub async fn lay_card(&self, host: &Host, query: Option<&str>) -> Result<TrainingState, HostError> {
        let card = match query {
            None => None,
            Some(query) => {
                let found = self.centre.find_card(query).await.map_err(|error| failed(&error))?;
                let number = found.ok_or_else(|| host_error(&DeskError::NotFound))?;
                Some(Card { number })
            }
        };
        crate::kiosk::lay_card(host, card);
        Ok(self.state(host))
    }

    fn messages(&self) -> Vec<PhoneMessage> {
        self.centre.messages().into_iter().take(MESSAGES_MAX).map(|message| shown(&message)).collect()
    }

    /// Runs one long thing at a time; another one meanwhile is refused.
    async fn alone(
        &self,
        host: &Host,
        work: impl Future<Output = Result<(), TrainingError>>,
    ) -> Result<TrainingState, HostError> {
        if self.busy.swap(true, Ordering::SeqCst) {
            return Err(HostError { code: "busy".to_owned(), params: Params::new(), retryable: true });
        }
        let done = work.await;
        self.busy.store(false, Ordering::SeqCst);
        host.wake.notify_one();
        done.map_err(|error| failed(&error))?;
        Ok(self.state(host))
    }
}

/// Tells the page of every new message on the simulated phone.
pub async fn watch_phone(host: Arc<Host>) {
    let mut seen = host.training.messages().first().map_or(0, |message| message.id);
    loop {
        tokio::time::sleep(PHONE_EVERY).await;
        let mut news = host.training.messages();
        news.retain(|message| message.id > seen);
        for message in news.into_iter().rev() {
            seen = message.id;
            host.tell(&HostEvent::PhoneMessage(message));
        }
    }
}

async fn enrol_here(centre: &Training, desk: &Arc<Mutex<Desk>>) -> Result<Identity, HostError> {
    let (kind, label) =
        if crate::kiosk::is_wanted() { (DeviceKind::Kiosk, KIOSK_LABEL) } else { (DeviceKind::Counter, LABEL) };
    let exit_code = (kind == DeviceKind::Kiosk).then(|| Secret(KIOSK_EXIT_CODE.to_owned()));
    let prepared = centre.prepare_device(kind, label, OFFICE, exit_code).await.map_err(|error| failed(&error))?;
    let enrolment = Enrolment {
        public: format!("https://{}", centre.running().public),
        authority: centre.running().authority_pem.clone(),
        code: prepared.code,
    };
    let identity = enrol(&enrolment, &SystemWorld, centre.now()).await.map_err(|error| {
        tracing::error!(%error, "the training centre did not enrol this computer");
        internal()
    })?;
    lock(desk).keep_identity(&identity).map_err(|error| host_error(&error))?;
    Ok(identity)
}

fn devices_address(centre: &Training) -> String {
    format!("https://{}", centre.running().devices)
}

/// The clock of the training centre, by which this computer's desk goes as well.
pub fn clock(folder: &Path) -> Result<Arc<ShiftedClock>, HostError> {
    Training::clock(&folder.join(CENTRE_FOLDER), config()).map_err(|error| failed(&error))
}

/// The clocks of a computer whose time is moved on together with its centre's.
pub struct TrainingWorld(pub Arc<ShiftedClock>);

impl World for TrainingWorld {
    fn wall(&self) -> Timestamp {
        self.0.now()
    }

    fn elapsed(&self) -> Duration {
        SystemWorld.elapsed() + self.0.advanced() + ahead::ahead()
    }

    fn fill(&self, bytes: &mut [u8]) {
        SystemWorld.fill(bytes);
    }
}

/// What the city is like; a test makes it smaller and chooses when it begins.
fn config() -> TrainingConfig {
    fn wanted<T: FromStr>(name: &str) -> Option<T> {
        std::env::var(name).ok()?.parse().ok()
    }
    let usual = TrainingConfig::default();
    let applicants = wanted("YUYUE_TRAINING_APPLICANTS").unwrap_or(usual.applicants);
    TrainingConfig { applicants, begins_at: wanted("YUYUE_TRAINING_BEGIN"), ..usual }
}

fn person(query: &str, shows: &str) -> TrainingPerson {
    TrainingPerson {
        query: query.to_owned(),
        shows: Reason { code: shows.to_owned(), params: Params::new(), article: None },
    }
}

fn shown(message: &yuyue_central::sms::Message) -> PhoneMessage {
    let masked = PhoneNumber::parse(&message.phone).map(|phone| phone.masked()).unwrap_or_default();
    PhoneMessage {
        id: u32::try_from(message.id).unwrap_or(u32::MAX),
        at: message.at,
        phone_masked: masked,
        text: message.text.clone(),
    }
}

fn failed(error: &TrainingError) -> HostError {
    tracing::error!(%error, "the training centre failed");
    internal()
}
