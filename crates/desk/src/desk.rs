//! The desk: the two files, the clock and who works here. Use cases are its methods, one file each in `use_cases/`.
//!
//! It is steppable: it never spawns, sleeps or waits, and its callers bring time and randomness through a [`World`]. What
//! needs the centre is a function over `&Mutex<Desk>` that holds the lock only between its questions to the centre.

use crate::cache::CACHE_DB;
use crate::cache::document::KnownPolicy;
use crate::centre_clock::CentreClock;
use crate::device::DEVICE_DB;
use crate::device::draft::delete_old_drafts;
use crate::device::identity::{Identity, find_identity, insert_identity};
use crate::device::outbox::{Order, delete_old, insert_salvaged, take_with, write_journal};
use crate::device::setting::{find_setting, upsert_setting};
use crate::error::DeskError;
use crate::folder::Folder;
use crate::journal::{Journal, Salvaged, salvage};
use crate::keys::{KeyStore, get_or_make_key};
use crate::line::LineState;
use crate::sync::Sync;
use crate::use_cases::code::CodeSlot;
use crate::use_cases::visit::Visit;
use crate::view::app::Edition;
use crate::world::{World, new_id};
use rusqlite::{Connection, Transaction};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::policy::Policy;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{Clerk, Secret};
use yuyue_protocol::command::Command;
use yuyue_protocol::envelope::Envelope;
use yuyue_sqlite::{Key, Place};

const CLOCK_OFFSET: &str = "clock_offset";

/// How a desk is opened.
pub struct DeskConfig<'a> {
    /// The data folder.
    pub folder: &'a Path,
    /// Which edition runs.
    pub edition: Edition,
    /// The version of the product.
    pub version: &'a str,
    /// Where the key of the files is kept.
    pub keys: &'a dyn KeyStore,
    /// Clocks and randomness.
    pub world: Arc<dyn World>,
}

/// Who works here. The token lives in memory only.
#[derive(Debug, Clone)]
pub(crate) enum Signed {
    /// Nobody.
    Out,
    /// A clerk who left the counter.
    Locked { clerk: Clerk, token: Option<Secret>, at: Timestamp, idle_minutes: Option<u16> },
    /// A clerk who works; without a token when signed in without line.
    In { clerk: Clerk, token: Option<Secret> },
}

/// The counter application.
pub struct Desk {
    pub(crate) device: Connection,
    pub(crate) cache: Connection,
    policy: KnownPolicy,
    pub(crate) journal: Journal,
    pub(crate) world: Arc<dyn World>,
    pub(crate) edition: Edition,
    pub(crate) version: String,
    pub(crate) clock: CentreClock,
    pub(crate) signed: Signed,
    pub(crate) visit: Visit,
    pub(crate) line: LineState,
    pub(crate) codes: Vec<CodeSlot>,
    _folder: Folder,
}

impl Desk {
    /// Opens the data folder: the desk, and the one writer of its cache.
    ///
    /// A cache that cannot be used is dropped, for the centre has it all.
    ///
    /// # Errors
    /// When another program uses the folder, no key can be had, or `device.db` cannot be used. When it is damaged
    /// ([`yuyue_sqlite::OpenError::fault`]), [`rescue`] is what to do.
    pub fn open(config: &DeskConfig<'_>) -> Result<(Self, Sync), DeskError> {
        let folder = Folder::open(config.folder)?;
        let key = get_or_make_key(config.keys, &*config.world)?;
        let device = yuyue_sqlite::open(&DEVICE_DB, Place::new(&folder.device_db(), Some(&key)))?;
        let mut journal = Journal::open(&folder.journal(), &key).map_err(DeskError::Journal)?;
        write_journal(&device, &mut journal, &*config.world)?;
        let writer = open_cache(&folder.cache_db(), &key)?;
        let cache = yuyue_sqlite::open_reader(&CACHE_DB, Place::new(&folder.cache_db(), Some(&key)))?;
        let clock = CentreClock::new(find_setting(&device, CLOCK_OFFSET)?.unwrap_or(0));
        let desk = Self {
            device,
            cache,
            policy: KnownPolicy::default(),
            journal,
            world: Arc::clone(&config.world),
            edition: config.edition,
            version: config.version.to_owned(),
            clock,
            signed: Signed::Out,
            visit: Visit::default(),
            line: LineState::new(clock.now(&*config.world)),
            codes: Vec::new(),
            _folder: folder,
        };
        Ok((desk, Sync::new(writer)))
    }

    /// Drops what has been kept long enough. Called once a day, and by itself when the centre's clock is heard first:
    /// before that nothing is dropped, for this computer's clock may be a year ahead.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn tidy_up(&mut self) -> Result<(), DeskError> {
        if !self.clock.has_heard() {
            return Ok(());
        }
        let now = self.now();
        delete_old_drafts(&self.device, now)?;
        delete_old(&self.device, &mut self.journal, &*self.world, now)
    }

    /// The centre's clock as this computer knows it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now(&*self.world)
    }

    /// The centre said what time it is.
    ///
    /// # Errors
    /// When the difference cannot be kept.
    pub fn hear_time(&mut self, centre: Timestamp) -> Result<(), DeskError> {
        let is_first = !self.clock.has_heard();
        self.clock.hear(&*self.world, centre);
        upsert_setting(&self.device, CLOCK_OFFSET, &self.clock.offset_seconds(&*self.world))?;
        if is_first { self.tidy_up() } else { Ok(()) }
    }

    /// Who this computer is; none before it was enrolled.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn find_identity(&self) -> Result<Option<Identity>, DeskError> {
        find_identity(&self.device)
    }

    /// This computer was enrolled.
    ///
    /// # Errors
    /// [`DeskError::AlreadyEnrolled`], or when the file cannot be written.
    pub fn keep_identity(&self, identity: &Identity) -> Result<(), DeskError> {
        insert_identity(&self.device, identity)
    }

    /// The token of the clerk who works here, for the requests to the centre.
    #[must_use]
    pub fn token(&self) -> Option<Secret> {
        match &self.signed {
            Signed::In { token, .. } => token.clone(),
            Signed::Out | Signed::Locked { .. } => None,
        }
    }

    pub(crate) fn identity(&self) -> Result<Identity, DeskError> {
        find_identity(&self.device)?.ok_or(DeskError::NotEnrolled)
    }

    pub(crate) fn clerk(&self) -> Result<Clerk, DeskError> {
        match &self.signed {
            Signed::In { clerk, .. } => Ok(clerk.clone()),
            Signed::Locked { .. } => Err(DeskError::Locked),
            Signed::Out => Err(DeskError::NotSignedIn),
        }
    }

    pub(crate) fn policy(&self) -> Result<Arc<Policy>, DeskError> {
        self.policy.find(&self.cache)?.ok_or(DeskError::NotFilled)
    }

    pub(crate) fn new_id(&self) -> Uuid {
        new_id(&*self.world, self.now())
    }

    /// Takes a command of the clerk who works here; `effects` become true in the same transaction.
    pub(crate) fn take(
        &mut self,
        id: Uuid,
        command: &Command,
        applicant: Option<ApplicantId>,
        closes_at: Option<Timestamp>,
        effects: impl FnOnce(&Transaction<'_>) -> Result<(), DeskError>,
    ) -> Result<Envelope, DeskError> {
        let order = Order { id, clerk: Some(self.clerk()?.id), now: self.now(), command, applicant, closes_at };
        take_with(&mut self.device, &mut self.journal, &*self.world, &order, effects)
    }
}

/// The desk, whatever happened to whoever held it before: every use case leaves it whole.
pub fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open_cache(path: &Path, key: &Key) -> Result<Connection, DeskError> {
    match yuyue_sqlite::open(&CACHE_DB, Place::new(path, Some(key))) {
        Err(error) if !matches!(error, yuyue_sqlite::OpenError::Sqlite(_)) => {
            tracing::warn!(%error, "the cache cannot be used and is filled anew");
            for suffix in ["", "-wal", "-shm"] {
                let mut name = path.as_os_str().to_owned();
                name.push(suffix);
                match std::fs::remove_file(name) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(DeskError::Folder(error.into()));
                    }
                    _ => {}
                }
            }
            Ok(yuyue_sqlite::open(&CACHE_DB, Place::new(path, Some(key)))?)
        }
        opened => Ok(opened?),
    }
}

/// Moves a damaged `device.db` aside and puts every command that the journal still has into a new one. This computer then
/// has to be enrolled again, as a new device; what was taken is sent by it all the same.
///
/// # Errors
/// When the folder, the journal or the new file cannot be used.
pub fn rescue(config: &DeskConfig<'_>) -> Result<Salvaged, DeskError> {
    let folder = Folder::open(config.folder)?;
    let key = get_or_make_key(config.keys, &*config.world)?;
    let salvaged = salvage(&folder.journal(), &key).map_err(DeskError::Journal)?;
    let mark = config.world.wall().unix().to_string();
    yuyue_sqlite::move_aside(&folder.device_db(), &mark).map_err(|error| DeskError::Folder(error.into()))?;
    let mut device = yuyue_sqlite::open(&DEVICE_DB, Place::new(&folder.device_db(), Some(&key)))?;
    insert_salvaged(&mut device, &salvaged.envelopes)?;
    Ok(salvaged)
}
