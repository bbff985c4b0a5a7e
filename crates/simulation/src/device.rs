//! A device: the real desk with all its files on a disk of the simulation, the clerk who works at it and the follower of
//! the feed. It can stop in the middle of anything and start again.

use crate::bugs::Bug;
use crate::city::Computer;
use crate::clerk::Done;
use crate::clocks::{Crash, DeviceWorld, Time};
use crate::disk::{Disk, DiskFiles};
use crate::line::Line;
use rusqlite::Connection;
use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use yuyue_desk::cache::CACHE_DB;
use yuyue_desk::desk::{Desk, DeskConfig, lock};
use yuyue_desk::device::DEVICE_DB;
use yuyue_desk::device::identity::Identity;
use yuyue_desk::error::DeskError;
use yuyue_desk::follow::{Followed, follow_once};
use yuyue_desk::keys::{KeyStore, KeyStoreError};
use yuyue_desk::sync::Sync;
use yuyue_desk::view::app::Edition;
use yuyue_domain::ids::DeviceId;
use yuyue_domain::time::Timestamp;
use yuyue_sqlite::{FileKind, Key, Place};

type Task<T> = Pin<Box<dyn Future<Output = T>>>;

/// What came of polling an activity.
pub enum Polled<T> {
    /// It waits for an answer.
    Waits,
    /// It is over.
    Ready(T),
    /// The program ended in the middle of it.
    Crashed,
    /// The program failed in a way that no program may.
    Panicked(String),
}

/// One round of following, with the writer of the cache that it borrowed.
pub type Round = (Sync, Result<Followed, DeskError>);

/// A device.
pub struct DeviceNode {
    /// Which one.
    pub computer: Computer,
    /// Its disk.
    pub disk: Rc<Disk>,
    /// Its clocks and randomness.
    pub world: Arc<DeviceWorld>,
    /// What the clerk's activity wants of the world, and the follower's.
    pub lines: [Line; 2],
    /// When the next round of following begins, in milliseconds of the run.
    pub next_round: u64,
    /// The computer was off so often; answers to earlier programs reach nobody.
    pub starts: u32,
    /// Whether this program has heard the centre's clock.
    pub has_heard_time: bool,
    desk: Option<Arc<Mutex<Desk>>>,
    sync: Option<Sync>,
    clerk: Option<Task<Done>>,
    follower: Option<Task<Round>>,
    folder: PathBuf,
}

/// The one key of every device.
pub struct OneKey;

/// The key itself.
pub fn key() -> Key {
    Key::new([3; 32])
}

impl KeyStore for OneKey {
    fn find_key(&self) -> Result<Option<Key>, KeyStoreError> {
        Ok(Some(key()))
    }

    fn insert_key(&self, _key: &Key) -> Result<(), KeyStoreError> {
        Err(KeyStoreError::Unavailable("there is a key already".to_owned()))
    }
}

impl DeviceNode {
    /// A computer that was enrolled a moment ago and holds nothing yet.
    pub fn new(
        folder: &Path,
        computer: Computer,
        time: &Arc<Time>,
        seed: u64,
        bug: Option<Bug>,
    ) -> Result<Self, String> {
        let disk = Disk::mount(folder);
        let world = DeviceWorld::new(time, folder.to_owned(), seed ^ u64::from(computer.id.0));
        let mut device = Self {
            computer,
            disk,
            world,
            lines: [Line::default(), Line::default()],
            next_round: 0,
            starts: 0,
            has_heard_time: false,
            desk: None,
            sync: None,
            clerk: None,
            follower: None,
            folder: folder.to_owned(),
        };
        device.start(None)?;
        let identity = device.identity(time.now());
        let opened = device.desk().ok_or("a new desk opens")?;
        lock(&opened).keep_identity(&identity).map_err(|error| format!("not enrolled: {error:?}"))?;
        if let Some((kind, sql)) = bug.and_then(Bug::in_device) {
            device.with_file(kind, |connection| connection.execute_batch(sql))?;
        }
        if bug == Some(Bug::SyncsAreForgotten) {
            device.disk.forget_syncs();
        }
        Ok(device)
    }

    fn identity(&self, now: Timestamp) -> Identity {
        Identity {
            device: self.computer.id,
            kind: self.computer.kind,
            label: format!("MN-W{:02}", self.computer.id.0),
            office: self.computer.office,
            certificate: String::new(),
            certificate_key: String::new(),
            authority: String::new(),
            signing_key: self.computer.key.clone(),
            centre: String::new(),
            enrolled_at: now,
            exit_verifier: None,
        }
    }

    /// Its number.
    pub const fn id(&self) -> DeviceId {
        self.computer.id
    }

    /// The desk, while the program runs.
    pub fn desk(&self) -> Option<Arc<Mutex<Desk>>> {
        self.desk.clone()
    }

    /// Whether the program runs.
    pub const fn is_up(&self) -> bool {
        self.desk.is_some()
    }

    /// Whether the clerk is in the middle of something.
    pub const fn is_clerk_busy(&self) -> bool {
        self.clerk.is_some()
    }

    /// Whether a round of following is under way.
    pub const fn is_following(&self) -> bool {
        self.follower.is_some()
    }

    /// Starts the program, after a power loss with what `dice` left of the disk.
    pub fn start(&mut self, power_loss: Option<&mut dyn FnMut() -> u64>) -> Result<(), String> {
        self.disk.restart(power_loss);
        self.starts += 1;
        self.has_heard_time = false;
        self.lines = [Line::default(), Line::default()];
        let world: Arc<dyn yuyue_desk::world::World> = Arc::clone(&self.world) as Arc<_>;
        let config =
            DeskConfig { folder: &self.folder, edition: Edition::Production, version: "0.0.0", keys: &OneKey, world };
        match Desk::open(&config) {
            Ok((desk, sync)) => {
                (self.desk, self.sync) = (Some(Arc::new(Mutex::new(desk))), Some(sync));
                Ok(())
            }
            Err(_) if self.disk.is_full() => Ok(()),
            Err(error) => Err(format!("device {} does not start: {error:?}", self.id().0)),
        }
    }

    /// The program ends, whatever it is doing.
    pub fn stop(&mut self) {
        self.disk.kill();
        (self.clerk, self.follower) = (None, None);
        (self.desk, self.sync) = (None, None);
    }

    /// The clerk begins something.
    pub fn begin(&mut self, task: impl Future<Output = Done> + 'static) {
        self.clerk = Some(Box::pin(task));
    }

    /// A round of following begins.
    pub fn follow(&mut self) {
        if let (Some(desk), Some(mut sync)) = (self.desk.clone(), self.sync.take()) {
            let line = self.lines[1].clone();
            self.disk.forget_refusals();
            self.follower = Some(Box::pin(async move {
                let followed = follow_once(&desk, &mut sync, &line).await;
                (sync, followed)
            }));
        }
    }

    /// The writer of the cache comes back from a round.
    pub fn give_back(&mut self, sync: Sync) {
        self.sync = Some(sync);
    }

    /// Lets the clerk go on.
    pub fn poll_clerk(&mut self) -> Polled<Done> {
        let polled = Self::poll(&mut self.clerk);
        self.after(polled)
    }

    /// Lets the follower go on.
    pub fn poll_follower(&mut self) -> Polled<Round> {
        let polled = Self::poll(&mut self.follower);
        self.after(polled)
    }

    fn poll<T>(task: &mut Option<Task<T>>) -> Polled<T> {
        let Some(future) = task else { return Polled::Waits };
        let mut context = Context::from_waker(Waker::noop());
        // Whoever panics here is dropped as a whole, so that nobody sees what was left behind.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context))) {
            Ok(Poll::Pending) => Polled::Waits,
            Ok(Poll::Ready(output)) => {
                *task = None;
                Polled::Ready(output)
            }
            Err(payload) if payload.is::<Crash>() => Polled::Crashed,
            Err(payload) => Polled::Panicked(text_of(&*payload)),
        }
    }

    fn after<T>(&mut self, polled: Polled<T>) -> Polled<T> {
        match polled {
            Polled::Panicked(text) => Polled::Panicked(text),
            polled if self.disk.is_dead() => {
                drop(polled);
                self.stop();
                Polled::Crashed
            }
            polled => polled,
        }
    }

    /// Works in one of its files from outside.
    pub fn with_file<T>(
        &self,
        kind: &FileKind,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, String> {
        let name = if kind.application_id == DEVICE_DB.application_id { "device.db" } else { "cache.db" };
        let fuse = self.disk.suspend();
        let opened = yuyue_sqlite::open(kind, Place::new(&self.disk.path(name), Some(&key())));
        let worked = opened
            .map_err(|error| format!("{name} does not open: {error:?}"))
            .and_then(|connection| work(&connection).map_err(|error| format!("{name} cannot be used: {error:?}")));
        self.disk.resume(fuse);
        worked
    }

    /// Reads its cache.
    pub fn with_cache<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, String> {
        self.with_file(&CACHE_DB, work)
    }

    /// Reads what only it knows.
    pub fn with_device_file<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, String> {
        self.with_file(&DEVICE_DB, work)
    }

    /// Reads its journal as a rescue would.
    pub fn salvage(&self) -> Result<yuyue_desk::journal::Salvaged, String> {
        yuyue_desk::journal::salvage(&DiskFiles, &self.disk.path("outbox.journal"), &key())
            .map_err(|error| format!("no journal: {error:?}"))
    }
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
