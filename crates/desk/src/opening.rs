//! Opening the files of a data folder as a discipline: what is damaged is recognised, moved aside and never deleted; the
//! cache is filled anew by itself; `device.db` is saved with the journal, and whatever is missing is named.

mod rescue;

use crate::cache::CACHE_DB;
use crate::device::DEVICE_DB;
use crate::device::identity::find_identity;
use crate::device::outbox::{has_items, reconcile_with_journal, write_journal};
use crate::error::DeskError;
use crate::files::{Files, delete_database, move_aside, move_to};
use crate::folder::Folder;
use crate::journal::Journal;
use crate::keys::{KeyStore, KeyStoreError, get_key};
use crate::world::World;
use rusqlite::Connection;
use std::path::Path;
use yuyue_sqlite::{Fault, IntegrityError, Key, OpenError, Place, check_integrity, fault_of, open_reader};

pub use rescue::{acknowledge_rescue, find_rescue};

/// The open files of a data folder.
pub(crate) struct Opened {
    pub device: Connection,
    pub journal: Journal,
    /// Reads the cache.
    pub cache: Connection,
    /// Writes the cache.
    pub writer: Connection,
}

/// The key of the files in a folder; a new one when there is neither a key nor a file.
pub(crate) fn key_of(folder: &Folder, keys: &dyn KeyStore, world: &dyn World) -> Result<Key, DeskError> {
    let files = world.files();
    let has = |path: &Path| files.exists(path).map_err(in_folder);
    let has_files = has(&folder.device_db())? || has(&folder.device_db_next())? || has(&folder.journal())?;
    Ok(get_key(keys, world, has_files)?)
}

/// Opens everything.
pub(crate) fn open_files(folder: &Folder, key: &Key, world: &dyn World) -> Result<Opened, DeskError> {
    rescue::finish(world.files(), folder).map_err(in_folder)?;
    let (mut journal, kept) = Journal::open(world.files(), &folder.journal(), key).map_err(DeskError::Journal)?;
    let mut device = match open_sound_device(&folder.device_db(), key)? {
        Some(device) => device,
        // Nothing at all can be read: neither is damaged, they have another key.
        None if kept.envelopes.is_empty() && kept.damaged_bytes > 0 => return Err(KeyStoreError::Differs.into()),
        None => {
            rescue::rescue(folder, key, world, &kept)?;
            yuyue_sqlite::open(&DEVICE_DB, Place::new(&folder.device_db(), Some(key)))?
        }
    };
    if !kept.envelopes.is_empty() && find_identity(&device)?.is_none() && !has_items(&device)? {
        tracing::error!("what this computer alone knows has vanished and is salvaged from the journal");
        rescue::fill_vanished(&mut device, world, &kept)?;
    }
    reconcile_with_journal(&mut device, &kept.envelopes)?;
    write_journal(&device, &mut journal, world)?;
    let writer = open_cache(folder, key, world.files())?;
    let cache = open_reader(&CACHE_DB, Place::new(&folder.cache_db(), Some(key)))?;
    Ok(Opened { device, journal, cache, writer })
}

/// Moves the files of a folder aside when their key is lost for good, so that the computer can be enrolled anew. They can
/// be read again should the key be found. Files whose key is there are left alone.
///
/// # Errors
/// When the folder is used by another program, the place for keys cannot be used, or a file cannot be renamed.
pub fn set_files_aside(path: &Path, keys: &dyn KeyStore, world: &dyn World) -> Result<(), DeskError> {
    let folder = Folder::open(path)?;
    let opened = key_of(&folder, keys, world).and_then(|key| open_files(&folder, &key, world));
    match opened {
        Err(DeskError::Key(KeyStoreError::Missing | KeyStoreError::Damaged | KeyStoreError::Differs)) => {}
        Err(error) => return Err(error),
        Ok(_) => return Ok(()),
    }
    tracing::warn!("files without their key are moved aside, because somebody asked for it");
    let mark = world.wall().unix().to_string();
    for path in [folder.device_db(), folder.device_db_next(), folder.journal(), folder.cache_db()] {
        move_aside(world.files(), &path, &mark).map_err(in_folder)?;
    }
    Ok(())
}

/// `device.db`; none when it is damaged. What a disk fails to read once and reads the next time is not damaged.
fn open_sound_device(path: &Path, key: &Key) -> Result<Option<Connection>, DeskError> {
    match open_device(path, key)? {
        Some(device) => Ok(Some(device)),
        None => open_device(path, key),
    }
}

/// `device.db`; none when it seems to be damaged, whether at its beginning or on any of its pages.
fn open_device(path: &Path, key: &Key) -> Result<Option<Connection>, DeskError> {
    let device = match yuyue_sqlite::open(&DEVICE_DB, Place::new(path, Some(key))) {
        Err(error) if error.fault() == Fault::Damaged => {
            tracing::error!(%error, "what this computer alone knows cannot be read");
            return Ok(None);
        }
        opened => opened?,
    };
    if is_damaged(&device)? { Ok(None) } else { Ok(Some(device)) }
}

fn is_damaged(connection: &Connection) -> Result<bool, DeskError> {
    match check_integrity(connection) {
        Ok(()) => Ok(false),
        Err(IntegrityError::Sqlite(error)) if fault_of(&error) != Fault::Damaged => Err(error.into()),
        Err(error) => {
            tracing::error!(%error, "a local file is damaged");
            Ok(true)
        }
    }
}

fn open_cache(folder: &Folder, key: &Key, files: &dyn Files) -> Result<Connection, DeskError> {
    let path = folder.cache_db();
    let open = || yuyue_sqlite::open(&CACHE_DB, Place::new(&path, Some(key)));
    match open().or_else(|_| open()) {
        Err(error) if is_of_no_use(&error) => {
            tracing::warn!(%error, "the cache cannot be used and is filled anew");
            set_cache_aside(folder, files)?;
            Ok(open()?)
        }
        opened => Ok(opened?),
    }
}

/// Whether a cache is no good whatever one does, unlike one on a disk that is full.
fn is_of_no_use(error: &OpenError) -> bool {
    match error {
        OpenError::Unreadable(_) | OpenError::Foreign { .. } | OpenError::TooNew { .. } => true,
        OpenError::Migration(_) => matches!(error.fault(), Fault::Other | Fault::Constraint | Fault::Damaged),
        OpenError::Sqlite(_) => false,
    }
}

/// The centre has all of a cache again; one damaged cache is kept for whoever looks into the matter, the newest.
fn set_cache_aside(folder: &Folder, files: &dyn Files) -> Result<(), DeskError> {
    let (path, aside) = (folder.cache_db(), folder.damaged_cache_db());
    delete_database(files, &aside).and_then(|()| move_to(files, &path, &aside)).map_err(in_folder)?;
    Ok(())
}

/// Moves the cache aside when some page of it is damaged. Nobody may have it open.
pub(crate) fn check_cache(folder: &Folder, key: &Key, files: &dyn Files) -> Result<(), DeskError> {
    let is_useless = || match yuyue_sqlite::open(&CACHE_DB, Place::new(&folder.cache_db(), Some(key))) {
        Ok(cache) => is_damaged(&cache),
        Err(error) => Ok(is_of_no_use(&error)),
    };
    if is_useless()? && is_useless()? { set_cache_aside(folder, files) } else { Ok(()) }
}

pub(crate) fn in_folder(error: std::io::Error) -> DeskError {
    DeskError::Folder(error.into())
}
