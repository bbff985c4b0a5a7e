//! The host behind the page: the desk, the line and the follower, opened once while the page already shows.

use crate::follower;
use crate::keys;
use crate::kiosk::{self, KioskHost};
use crate::line::Line;
use crate::open_record;
use crate::printing::Paperwork;
use crate::upkeep;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tauri::{AppHandle, Emitter, Manager};
use tokio::sync::{Notify, watch};
use yuyue_desk::desk::{Desk, DeskConfig, lock};
use yuyue_desk::error::DeskError;
use yuyue_desk::opening::set_files_aside;
use yuyue_desk::sync::Sync;
use yuyue_desk::view::app::Edition;
use yuyue_desk::view::events::HostEvent;
use yuyue_desk::view::reason::{HostError, Params};
#[cfg(feature = "training")]
use yuyue_desk::view::training::ProgressTick;
use yuyue_desk::world::{SystemWorld, World};
use yuyue_sqlite::Fault;

/// The name of the one event.
const EVENT: &str = "host";
/// Where the desk keeps its files, below the data folder.
const DESK_FOLDER: &str = "desk";

/// Everything that commands work with.
pub struct Host {
    /// The counter application.
    pub desk: Arc<Mutex<Desk>>,
    /// The line to the centre.
    pub line: Arc<Line>,
    /// Wakes the follower: something is to be sent, or the clerk wants another try now.
    pub wake: Arc<Notify>,
    /// Another record was opened, or the open one left.
    pub opened: Notify,
    /// Slips and vouchers.
    pub paperwork: Arc<Paperwork>,
    /// What only a kiosk has.
    pub kiosk: KioskHost,
    /// The training centre.
    #[cfg(feature = "training")]
    pub training: crate::training::TrainingHost,
    /// Set when a local file was found to be damaged; the follower mends it.
    pub damaged: AtomicBool,
    /// The desk's own, which has it open its files anew.
    pub hurt: Arc<AtomicBool>,
    /// The program.
    pub app: AppHandle,
}

impl Host {
    /// Tells the page something.
    pub fn tell(&self, event: &HostEvent) {
        tell(&self.app, event);
    }

    /// Tells the page how its frame looks now.
    pub fn tell_state(&self) {
        match lock(&self.desk).app_state() {
            Ok(state) => self.tell(&HostEvent::StateChanged(Box::new(state))),
            Err(error) => {
                self.note(&error);
                tracing::error!(code = error.code(), "the state cannot be read");
            }
        }
    }

    /// After a local file could not be read, nothing more is read from it before it was opened anew.
    pub fn note(&self, error: &DeskError) {
        self.hurt.fetch_or(error.ends_connection(), Ordering::Relaxed);
        if error.fault() == Some(Fault::Damaged) {
            self.damaged.store(true, Ordering::Relaxed);
            self.wake.notify_one();
        }
    }

    /// The answer of a use case for the page.
    pub fn answer<T>(&self, result: Result<T, DeskError>) -> Result<T, HostError> {
        result.map_err(|error| {
            self.note(&error);
            host_error(&error)
        })
    }

    /// After something was taken: send it soon, and show the new counts.
    pub fn took(&self) {
        self.wake.notify_one();
        self.tell_state();
    }
}

/// The host once it is open, or why it cannot be.
type Opened = Option<Result<Arc<Host>, HostError>>;

/// Where commands wait for the host.
pub struct HostSlot {
    app: AppHandle,
    opened: watch::Sender<Opened>,
}

impl HostSlot {
    /// The host, as soon as it is open.
    pub async fn host(&self) -> Result<Arc<Host>, HostError> {
        let mut slot = self.opened.subscribe();
        let opened = slot.wait_for(Option::is_some).await.map_err(|_| internal())?;
        opened.clone().unwrap_or_else(|| Err(internal()))
    }

    /// Another try after the host could not be opened; when it was, nothing happens. With `aside`, files whose key is lost
    /// are moved aside first.
    pub async fn open_again(&self, aside: bool) -> Result<Arc<Host>, HostError> {
        if kiosk::is_wanted() {
            // A terminal tries by itself.
            return self.host().await;
        }
        // Whoever takes the failure away is the one who tries.
        if self.opened.send_if_modified(|opened| opened.take_if(|opened| opened.is_err()).is_some()) {
            if aside && let Err(error) = set_aside(&self.app) {
                self.opened.send_replace(Some(Err(error)));
            } else {
                open(&self.app);
            }
        }
        self.host().await
    }
}

/// Begins to open the host; the page shows meanwhile.
pub fn open(app: &AppHandle) {
    if app.try_state::<HostSlot>().is_none() {
        app.manage(HostSlot { app: app.clone(), opened: watch::Sender::new(None) });
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let opened =
            open_host(&app).await.inspect_err(|error| tracing::error!(code = %error.code, "the host cannot open"));
        let is_out_of_order = opened.is_err() && kiosk::is_wanted();
        let opened = if is_out_of_order { opened.map_err(kiosk::out_of_order) } else { opened };
        app.state::<HostSlot>().opened.send_replace(Some(opened));
        if is_out_of_order {
            kiosk::try_again(&app).await;
        }
    });
}

fn set_aside(app: &AppHandle) -> Result<(), HostError> {
    let folder = data_folder(app)?;
    let keys = keys::store(&folder);
    set_files_aside(&folder.join(DESK_FOLDER), &*keys, &SystemWorld).map_err(|error| host_error(&error))
}

#[cfg_attr(
    not(feature = "training"),
    expect(clippy::unused_async, reason = "only the training edition has a centre to wait for")
)]
async fn open_host(app: &AppHandle) -> Result<Arc<Host>, HostError> {
    let folder = data_folder(app)?;
    #[cfg(feature = "training")]
    let clock = crate::training::clock(&folder)?;
    #[cfg(feature = "training")]
    let world = crate::training::TrainingWorld(Arc::clone(&clock));
    #[cfg(not(feature = "training"))]
    let world = SystemWorld;
    let (desk, sync) = open_desk(&folder, Arc::new(world))?;
    let identity = desk.find_identity().map_err(|error| host_error(&error))?;
    let desk = Arc::new(Mutex::new(desk));
    let line = Arc::new(Line::new(Arc::clone(&desk)));
    #[cfg(feature = "training")]
    let training = {
        let hear = app.clone();
        let tick = move |tick| tell(&hear, &HostEvent::Progress(tick));
        crate::training::TrainingHost::start(&folder, clock, &desk, &line, identity, tick).await?
    };
    #[cfg(not(feature = "training"))]
    if let Some(identity) = identity {
        line.open(&identity).map_err(|error| {
            tracing::error!(%error, "the kept enrolment cannot be used");
            internal()
        })?;
    }
    let (is_kiosk, now, hurt) = {
        let desk = lock(&desk);
        (desk.is_kiosk() || kiosk::is_wanted(), desk.now(), desk.hurt())
    };
    let host = Arc::new(Host {
        desk,
        line,
        wake: Arc::new(Notify::new()),
        opened: Notify::new(),
        paperwork: Arc::new(if is_kiosk { Paperwork::in_memory(&folder) } else { Paperwork::new(&folder) }),
        kiosk: KioskHost::new(now),
        #[cfg(feature = "training")]
        training,
        damaged: AtomicBool::new(false),
        hurt,
        app: app.clone(),
    });
    tauri::async_runtime::spawn(follower::follow(Arc::clone(&host), sync));
    tauri::async_runtime::spawn(open_record::report(Arc::clone(&host)));
    tauri::async_runtime::spawn(upkeep::keep_up(Arc::clone(&host)));
    tauri::async_runtime::spawn(kiosk::watch(Arc::clone(&host)));
    #[cfg(feature = "training")]
    tauri::async_runtime::spawn(crate::training::watch_phone(Arc::clone(&host)));
    Ok(host)
}

fn open_desk(folder: &Path, world: Arc<dyn World>) -> Result<(Desk, Sync), HostError> {
    let config = DeskConfig {
        folder: &folder.join(DESK_FOLDER),
        edition: if cfg!(feature = "training") { Edition::Training } else { Edition::Production },
        version: env!("CARGO_PKG_VERSION"),
        keys: &*keys::store(folder),
        world,
    };
    Desk::open(&config).map_err(|error| host_error(&error))
}

/// Where this computer keeps its files; a test may name another place.
fn data_folder(app: &AppHandle) -> Result<PathBuf, HostError> {
    if let Some(folder) = std::env::var_os("YUYUE_DATA") {
        return Ok(PathBuf::from(folder));
    }
    app.path().app_local_data_dir().map_err(|error| {
        tracing::error!(%error, "there is no data folder");
        internal()
    })
}

fn tell(app: &AppHandle, event: &HostEvent) {
    if let Err(error) = app.emit(EVENT, event) {
        tracing::warn!(%error, "the page did not hear an event");
    }
}

/// An error of the desk in the page's words; logged here and nowhere else.
pub fn host_error(error: &DeskError) -> HostError {
    let told = HostError::from(error);
    if told.code == "internal" || told.code == "storage_failed" {
        tracing::error!(%error, code = %told.code, "a command failed");
    } else {
        tracing::info!(code = %told.code, "a command was refused");
    }
    told
}

/// Something that no clerk can do anything about.
pub fn internal() -> HostError {
    HostError { code: "internal".to_owned(), params: Params::new(), retryable: false }
}

/// Progress of something long.
#[cfg(feature = "training")]
pub fn progress(what: &str, done: u32, total: u32) -> ProgressTick {
    ProgressTick { what: what.to_owned(), done, total }
}
