//! The desk: the two files, the clock and who works here. Use cases are its methods, one file each in `use_cases/`.
//!
//! It is steppable: it never spawns, sleeps or waits, and its callers bring time and randomness through a [`World`]. What
//! needs the centre is a function over `&Mutex<Desk>` that holds the lock only between its questions to the centre.

use crate::cache::CACHE_DB;
use crate::cache::document::KnownPolicy;
use crate::centre_clock::CentreClock;
use crate::device::DEVICE_DB;
use crate::device::draft::delete_old_drafts;
use crate::device::handover::delete_stray_handovers;
use crate::device::identity::{Identity, find_identity, insert_identity};
use crate::device::outbox::{Order, delete_old, take_in_memory, take_with, write_journal};
use crate::device::setting::{find_setting, upsert_setting};
use crate::error::DeskError;
use crate::folder::Folder;
use crate::journal::Journal;
use crate::keys::KeyStore;
use crate::line::LineState;
use crate::opening::{check_cache, key_of, open_files};
use crate::sync::Sync;
use crate::use_cases::code::CodeSlot;
use crate::use_cases::kiosk::Kiosk;
use crate::use_cases::visit::Visit;
use crate::view::app::Edition;
use crate::world::{World, new_id};
use rusqlite::{Connection, Transaction};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::policy::Policy;
use yuyue_domain::time::{Date, Timestamp};
use yuyue_protocol::account::{Clerk, Secret};
use yuyue_protocol::command::Command;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::ErrorCode;
use yuyue_sqlite::{Key, Place, nowhere, open_reader};

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
    /// `device.db`; at a kiosk its tables in memory, for one visit.
    pub(crate) device: Connection,
    pub(crate) cache: Connection,
    policy: KnownPolicy,
    pub(crate) journal: Journal,
    pub(crate) world: Arc<dyn World>,
    pub(crate) edition: Edition,
    pub(crate) version: String,
    pub(crate) clock: CentreClock,
    /// The offset that is on the disk.
    kept_offset: i64,
    /// The day on which what has been kept long enough was dropped last.
    tidied_on: Option<Date>,
    /// Why the centre refuses this computer, as long as it does.
    pub(crate) refused_by_centre: Option<ErrorCode>,
    pub(crate) signed: Signed,
    pub(crate) visit: Visit,
    pub(crate) line: LineState,
    /// Whether the centre was told of a record that is open here.
    pub(crate) reported_open: bool,
    pub(crate) codes: Vec<CodeSlot>,
    pub(crate) kiosk: Option<Kiosk>,
    /// Set when something could not be written to a local file or read from it.
    hurt: Arc<AtomicBool>,
    key: Key,
    pub(crate) folder: Folder,
}

impl Desk {
    /// Opens the data folder: the desk, and the one writer of its cache.
    ///
    /// A damaged `device.db` is saved with the journal, which [`crate::view::app::AppState::rescue`] then tells; a cache
    /// that cannot be used is filled anew. Both are moved aside and not deleted.
    ///
    /// # Errors
    /// When another program uses the folder, no key can be had or the key that is there is another one, a newer program
    /// wrote `device.db`, or the disk fails. Nothing is changed then.
    pub fn open(config: &DeskConfig<'_>) -> Result<(Self, Sync), DeskError> {
        let folder = Folder::open(config.folder)?;
        let key = key_of(&folder, config.keys, &*config.world)?;
        let mut opened = open_files(&folder, &key, &*config.world)?;
        let offset = find_setting(&opened.device, CLOCK_OFFSET)?.unwrap_or(0);
        let clock = CentreClock::new(offset);
        let hurt = Arc::default();
        watch_rollbacks(&mut opened.device, &hurt)?;
        let mut desk = Self {
            hurt,
            device: opened.device,
            cache: opened.cache,
            policy: KnownPolicy::default(),
            journal: opened.journal,
            world: Arc::clone(&config.world),
            edition: config.edition,
            version: config.version.to_owned(),
            clock,
            kept_offset: offset,
            tidied_on: None,
            refused_by_centre: None,
            signed: Signed::Out,
            visit: Visit::default(),
            line: LineState::new(clock.now(&*config.world)),
            reported_open: false,
            codes: Vec::new(),
            kiosk: None,
            key,
            folder,
        };
        desk.become_kiosk()?;
        Ok((desk, Sync::new(opened.writer)))
    }

    /// Drops what has been kept long enough. Called by itself when the centre's clock is heard first on a day: before that
    /// nothing is dropped, for this computer's clock may be a year ahead.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn tidy_up(&mut self) -> Result<(), DeskError> {
        if !self.clock.has_heard() {
            return Ok(());
        }
        let now = self.now();
        delete_old_drafts(&self.device, now)?;
        delete_old(&mut self.device, &mut self.journal, &*self.world, now)?;
        delete_stray_handovers(&self.device)
    }

    /// The training city begins anew: what was taken, begun, printed and agreed to for the old one is dropped.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] anywhere but in the training edition; otherwise when a file cannot be written.
    pub fn forget_training(&mut self) -> Result<(), DeskError> {
        if self.edition != Edition::Training {
            return Err(DeskError::NotFound);
        }
        // First the journal: what it has and the outbox has not would come back.
        self.journal.rewrite(&*self.world, []).map_err(DeskError::Journal)?;
        let transaction = self.device.transaction()?;
        for table in ["outbox", "handover", "draft", "agreement", "served", "print_job"] {
            transaction.execute(&format!("DELETE FROM {table}"), [])?;
        }
        transaction.commit()?;
        (self.visit, self.codes) = (Visit::default(), Vec::new());
        Ok(())
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
        self.clock.hear(&*self.world, centre);
        let offset = self.clock.offset_seconds(&*self.world);
        // A second more or less is how long the answer took, and no reason to write to the disk in every round.
        if (offset - self.kept_offset).abs() > 1 {
            upsert_setting(self.file(), CLOCK_OFFSET, &offset)?;
            self.kept_offset = offset;
        }
        let today = centre.date();
        if self.tidied_on != Some(today) {
            self.tidy_up()?;
            self.tidied_on = Some(today);
        }
        Ok(())
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
    pub fn keep_identity(&mut self, identity: &Identity) -> Result<(), DeskError> {
        insert_identity(&self.device, identity)?;
        self.become_kiosk()
    }

    /// The token of the clerk who works here, or of the visit at a kiosk, for the requests to the centre.
    #[must_use]
    pub fn token(&self) -> Option<Secret> {
        match &self.signed {
            Signed::In { token, .. } => token.clone(),
            Signed::Out | Signed::Locked { .. } => self.visit_token(),
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

    /// Appends to the journal whatever was committed and could not be appended before.
    pub(crate) fn write_journal(&mut self) -> Result<(), DeskError> {
        // At a kiosk there is nothing that could be salvaged, and nothing about people goes into a file.
        if self.is_kiosk() { Ok(()) } else { write_journal(&self.device, &mut self.journal, &*self.world) }
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
        let clerk = self.acting()?;
        let order = Order { id, clerk, now: self.now(), command, applicant, closes_at };
        if let Some(kiosk) = &self.kiosk {
            return take_in_memory(&mut self.device, &kiosk.file, &order, effects);
        }
        take_with(&mut self.device, &mut self.journal, &*self.world, &order, effects)
    }
}

/// The desk, whatever happened to whoever held it before: every use case leaves it whole. After something could not be
/// written or read its files are opened anew first.
pub fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
    desk.renew();
    desk
}

/// Opens both files anew, after one of them was found to be damaged: the cache is then filled anew, `device.db` saved as
/// at a start. Whoever worked here has to sign in again when the computer has to be enrolled again.
///
/// # Errors
/// When a file cannot be opened; until this has succeeded, nothing can be done.
pub fn mend(desk: &Mutex<Desk>, sync: &mut Sync) -> Result<(), DeskError> {
    let mut guard = lock(desk);
    let desk = &mut *guard;
    let kiosk = desk.kiosk.take().map(|kiosk| (kiosk.turn, kiosk.has_reader));
    // Nobody may have a file open that is moved aside.
    (desk.device, desk.cache) = (nowhere()?, nowhere()?);
    *sync = Sync::new(nowhere()?);
    check_cache(&desk.folder, &desk.key, desk.world.files())?;
    let mut opened = open_files(&desk.folder, &desk.key, &*desk.world)?;
    watch_rollbacks(&mut opened.device, &desk.hurt)?;
    desk.hurt.store(false, Ordering::Relaxed);
    (desk.device, desk.journal, desk.cache) = (opened.device, opened.journal, opened.cache);
    *sync = Sync::new(opened.writer);
    if let Some((turn, has_reader)) = kiosk {
        desk.become_kiosk_again(turn, has_reader)?;
    }
    if desk.find_identity()?.is_none() {
        desk.signed = Signed::Out;
        desk.visit = Visit::default();
        desk.codes.clear();
    }
    Ok(())
}

impl Desk {
    /// Whoever hears of an error that [`DeskError::ends_connection`] makes this true: the next use case then works on
    /// connections that were opened anew.
    #[must_use]
    pub fn hurt(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.hurt)
    }

    /// A connection on which a write has failed is never written to again: after a failed sync, trying once more could
    /// report success for data that never reached the disk. One on which a read has failed is never read again: from then
    /// on `SQLCipher` answers every page as zeros.
    fn renew(&mut self) {
        if !self.hurt.swap(false, Ordering::Relaxed) {
            return;
        }
        // The new ones are opened before the old ones are closed: what failed stays undone.
        match self.open_device() {
            Ok(device) => *self.file_mut() = device,
            Err(error) => {
                self.still_hurt(&error);
                // What was read before can be read still. Where even this fails, nothing can be written either.
                let _ = self.file().pragma_update(None, "query_only", true);
            }
        }
        match open_reader(&CACHE_DB, Place::new(&self.folder.cache_db(), Some(&self.key))) {
            Ok(cache) => self.cache = cache,
            Err(error) => self.still_hurt(&error.into()),
        }
    }

    fn open_device(&self) -> Result<Connection, DeskError> {
        let mut device = yuyue_sqlite::open(&DEVICE_DB, Place::new(&self.folder.device_db(), Some(&self.key)))?;
        watch_rollbacks(&mut device, &self.hurt)?;
        Ok(device)
    }

    fn still_hurt(&self, error: &DeskError) {
        tracing::error!(%error, "a file cannot be opened again after one of them failed");
        self.hurt.store(true, Ordering::Relaxed);
    }
}

/// Makes `hurt` true whenever a transaction is rolled back, for whatever reason.
fn watch_rollbacks(device: &mut Connection, hurt: &Arc<AtomicBool>) -> Result<(), DeskError> {
    let hurt = Arc::clone(hurt);
    Ok(device.rollback_hook(Some(move || hurt.store(true, Ordering::Relaxed)))?)
}
