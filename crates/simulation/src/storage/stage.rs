//! One counter with all its files on a disk of the simulation, and a centre that is well and answers at once.

use super::StorageBug;
use super::world::DiskWorld;
use crate::bugs::Bug;
use crate::centre::CentreNode;
use crate::city::{Computer, small_city};
use crate::clerk::{Counter, Done, Phone};
use crate::clocks::Time;
use crate::disk::Disk;
use crate::line::{Line, Reply, Wish, put};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use yuyue_desk::cache::CACHE_DB;
use yuyue_desk::desk::{Desk, DeskConfig};
use yuyue_desk::device::DEVICE_DB;
use yuyue_desk::device::identity::Identity;
use yuyue_desk::error::DeskError;
use yuyue_desk::follow::follow_once;
use yuyue_desk::keys::{KeyStore, KeyStoreError};
use yuyue_desk::sync::Sync;
use yuyue_desk::view::app::Edition;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_sqlite::{FileKind, Key, Place};

/// Questions of one activity at most; more would go round in circles.
const QUESTIONS_MAX: usize = 500;
/// Rounds of following at most.
const ROUNDS_MAX: usize = 50;

/// The files of a computer.
pub type DiskFilesByName = BTreeMap<String, Vec<u8>>;

/// The key of the counter's files.
pub fn key() -> Key {
    Key::new([3; 32])
}

struct OneKey;

impl KeyStore for OneKey {
    fn find_key(&self) -> Result<Option<Key>, KeyStoreError> {
        Ok(Some(key()))
    }

    fn insert_key(&self, _key: &Key) -> Result<(), KeyStoreError> {
        Err(KeyStoreError::Unavailable("there is a key already".to_owned()))
    }
}

/// The stage.
pub struct Stage {
    /// The counter's disk.
    pub disk: Rc<Disk>,
    /// The centre.
    pub centre: RefCell<CentreNode>,
    /// Whether the line is up.
    pub is_up: Cell<bool>,
    /// The counter.
    pub computer: Computer,
    phone: Phone,
    world: Arc<DiskWorld>,
    time: Arc<Time>,
    // The lock of the data folder is a real file.
    folder: tempfile::TempDir,
    centre_folder: PathBuf,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.disk.unmount();
        self.centre.borrow().disk.unmount();
        debug_assert!(Disk::at(&self.centre_folder).is_none(), "nobody finds its files any more");
    }
}

impl Stage {
    /// With these files of the counter; with none it is as it was delivered.
    pub fn new(files: &DiskFilesByName, seed: u64, bug: Option<StorageBug>) -> Result<Self, String> {
        let folder = tempfile::tempdir_in(crate::runner::quick_folder()).map_err(|error| error.to_string())?;
        let time = Time::new(small_city().begin);
        let disk = Disk::mount(folder.path());
        disk.import(files);
        let centre_folder = folder.path().join("centre");
        let centre = RefCell::new(CentreNode::new(&centre_folder, &time, seed, None)?);
        let world = DiskWorld::new(&time, seed, bug);
        let computer = small_city().computers[0].clone();
        let (is_up, phone) = (Cell::new(true), Phone::default());
        let stage = Self { disk, centre, is_up, computer, phone, world, time, folder, centre_folder };
        stage.break_as(bug)?;
        Ok(stage)
    }

    fn break_as(&self, bug: Option<StorageBug>) -> Result<(), String> {
        match bug {
            Some(StorageBug::SyncsAreForgotten) => self.disk.forget_syncs(),
            Some(StorageBug::TheCentreForgetsSyncs) => self.centre.borrow().disk.forget_syncs(),
            Some(StorageBug::SavedIsSaidTooEarly) => self.break_tables(Bug::SavedIsSaidTooEarly)?,
            Some(StorageBug::OutcomesAreForgotten) => self.break_centre(Bug::OutcomesAreForgotten)?,
            Some(StorageBug::PagesAreAppliedInPart) => {
                let sql = "CREATE TRIGGER bug BEFORE INSERT ON applicant WHEN NEW.id % 5 = 0
                           BEGIN SELECT RAISE(IGNORE); END;";
                self.with_file(&CACHE_DB, "cache.db", |file| {
                    file.execute_batch(sql).map_err(|error| error.to_string())
                })?;
            }
            Some(StorageBug::AFailedSyncIsTriedAgain | StorageBug::TheJournalIsNotWritten) | None => {}
        }
        Ok(())
    }

    /// The program starts.
    pub fn open(&self) -> Result<(Arc<Mutex<Desk>>, Sync), DeskError> {
        let config = DeskConfig {
            folder: self.folder.path(),
            edition: Edition::Production,
            version: "0.0.0",
            keys: &OneKey,
            world: Arc::clone(&self.world) as Arc<_>,
        };
        Desk::open(&config).map(|(desk, sync)| (Arc::new(Mutex::new(desk)), sync))
    }

    /// Who the counter is.
    pub fn identity(&self) -> Identity {
        Identity {
            device: self.computer.id,
            kind: self.computer.kind,
            label: "MN-W01".to_owned(),
            office: self.computer.office,
            certificate: String::new(),
            certificate_key: String::new(),
            authority: String::new(),
            signing_key: self.computer.key.clone(),
            centre: String::new(),
            enrolled_at: self.time.now(),
            exit_verifier: None,
        }
    }

    /// A counter as its clerk sees it, whose dice begin anew.
    pub fn counter(&self, desk: &Arc<Mutex<Desk>>) -> Counter<Line> {
        Counter {
            desk: Arc::clone(desk),
            line: Line::default(),
            phone: self.phone.clone(),
            clerk: self.computer.clerk.clone(),
            dice: Arc::new(Mutex::new(ChaCha8Rng::seed_from_u64(1))),
        }
    }

    /// The clerk does something.
    pub fn act<F: Future<Output = Done>>(&self, counter: Counter<Line>, act: impl FnOnce(Counter<Line>) -> F) -> Done {
        let line = counter.line.clone();
        self.run(&line, act(counter))
    }

    /// One round of following.
    pub fn follow(&self, desk: &Arc<Mutex<Desk>>, sync: &mut Sync) -> Result<bool, DeskError> {
        let line = Line::default();
        self.run(&line, follow_once(desk, sync, &line)).map(|followed| followed.more)
    }

    /// Follows until there is no more.
    pub fn follow_all(&self, desk: &Arc<Mutex<Desk>>, sync: &mut Sync) -> Result<(), DeskError> {
        for _ in 0..ROUNDS_MAX {
            if !self.follow(desk, sync)? {
                return Ok(());
            }
        }
        Err(Problem::new(ErrorCode::BadAnswer, "following does not end").into())
    }

    fn run<T>(&self, line: &Line, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..QUESTIONS_MAX {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            while let Some(wish) = line.take_wish() {
                self.grant(wish);
            }
        }
        panic!("somebody asks more than {QUESTIONS_MAX} questions")
    }

    fn grant(&self, wish: Wish) {
        match wish {
            Wish::Wait { millis, slot } => {
                self.time.advance_to(self.time.millis() + millis);
                self.tick();
                put(&slot, Ok(Reply::Waited));
            }
            Wish::Ask { token, request, slot } => {
                let answer = if self.is_up.get() {
                    self.centre.borrow_mut().handle(self.computer.id, token.as_ref(), request)
                } else {
                    None
                };
                put(&slot, answer.unwrap_or_else(|| Err(Problem::new(ErrorCode::Offline, "the line is cut"))));
            }
        }
    }

    /// Time passes.
    pub fn pass(&self, seconds: u64) {
        self.time.advance_to(self.time.millis() + seconds * 1000);
    }

    /// The centre does what is due; what fails stays due. Messages arrive.
    pub fn tick(&self) {
        let mut centre = self.centre.borrow_mut();
        // It says whether its disk failed, which everybody knows.
        let _ = centre.tick();
        for message in centre.phone.messages().iter().rev() {
            self.phone.show(&message.phone, &message.text);
        }
        centre.phone.clear();
    }

    /// A deliberate bug in the centre's tables.
    fn break_centre(&self, bug: Bug) -> Result<(), String> {
        let Some(sql) = bug.in_centre() else { return Err(format!("{bug:?} is none of the centre's tables")) };
        self.centre.borrow().with_store_file(|file| file.execute_batch(sql))
    }

    /// A deliberate bug in the counter's tables.
    fn break_tables(&self, bug: Bug) -> Result<(), String> {
        let Some((kind, sql)) = bug.in_device() else { return Err(format!("{bug:?} is none of a counter's tables")) };
        let name = if kind.application_id == DEVICE_DB.application_id { "device.db" } else { "cache.db" };
        self.with_file(kind, name, |file| file.execute_batch(sql).map_err(|error| error.to_string()))
    }

    /// Reads one of the counter's files from outside.
    pub fn with_file<T>(
        &self,
        kind: &FileKind,
        name: &str,
        work: impl FnOnce(&Connection) -> Result<T, String>,
    ) -> Result<T, String> {
        let opened = yuyue_sqlite::open(kind, Place::new(&self.disk.path(name), Some(&key())));
        work(&opened.map_err(|error| format!("{name} does not open: {error:?}"))?)
    }
}
