//! Opening a file: key, recognise, set up, migrate.

use crate::fault::{Fault, fault_of};
use crate::key::Key;
use refinery::Runner;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// How long a statement waits for another connection's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What a commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// `synchronous=FULL`: a commit that returned survives a power loss. For everything that we promise.
    Full,
    /// `synchronous=NORMAL`: the last commits may be lost with the power, the file stays sound. For what can be fetched again.
    Normal,
}

/// What a kind of file is, whichever computer it lies on.
#[derive(Clone, Copy)]
pub struct FileKind {
    /// Tells our files from foreign ones and from each other; never 0.
    pub application_id: i32,
    /// What a commit survives.
    pub durability: Durability,
    /// The migrations of the schema.
    pub migrations: fn() -> Runner,
    /// Memory for pages of the file, in KiB.
    pub page_cache_kib: u32,
}

/// Where one file lies and how it is reached.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its key; none for a file in plain text.
    pub key: Option<&'a Key>,
    /// A registered `SQLite` file system other than the operating system's; a test injects its storage faults there.
    pub vfs: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// A file on the operating system's file system.
    #[must_use]
    pub const fn new(path: &'a Path, key: Option<&'a Key>) -> Self {
        Self { path, key, vfs: None }
    }
}

/// Why a file could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file is damaged, is no database, or has another key: none of it can be read.
    #[error("the file cannot be read: it is damaged, no database, or its key is another one")]
    Unreadable(#[source] rusqlite::Error),
    /// The file is a database of something else.
    #[error("the file belongs to another program or is another of our files (application id {found:#x})")]
    Foreign {
        /// Its application id.
        found: i32,
    },
    /// A newer program wrote the file.
    #[error("the file has schema {found}, this program knows up to {known}")]
    TooNew {
        /// The file's schema.
        found: i32,
        /// The newest that this program knows.
        known: i32,
    },
    /// A migration failed; the schema stays as it was before it.
    #[error("the file's schema cannot be brought up to date")]
    Migration(#[source] Box<refinery::Error>),
    /// `SQLite` failed otherwise.
    #[error("the file cannot be opened")]
    Sqlite(#[source] rusqlite::Error),
}

impl OpenError {
    /// The kind of trouble, for the callers that only need to know whether the file itself is lost.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Unreadable(_) | Self::Foreign { .. } => Fault::Damaged,
            Self::TooNew { .. } => Fault::Other,
            Self::Migration(error) => fault_behind(&**error),
            Self::Sqlite(error) => fault_of(error),
        }
    }
}

/// The kind of trouble of the `SQLite` error behind another one: a full disk under a migration is no damage.
fn fault_behind(error: &(dyn std::error::Error + 'static)) -> Fault {
    match error.downcast_ref::<rusqlite::Error>() {
        Some(error) => fault_of(error),
        None => error.source().map_or(Fault::Other, fault_behind),
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        match fault_of(&error) {
            Fault::Damaged => Self::Unreadable(error),
            _ => Self::Sqlite(error),
        }
    }
}

/// Opens a file for reading and writing, makes it when it is missing, and brings its schema up to date.
///
/// # Errors
/// See [`OpenError`]. A file that is refused was not changed.
pub fn open(kind: &FileKind, place: Place<'_>) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut connection = connect(place, flags)?;
    let is_new = check_kind(&connection, kind)?;
    set_up(&connection, kind)?;
    if is_new {
        connection.pragma_update(None, "application_id", kind.application_id)?;
    }
    migrate(&mut connection, &(kind.migrations)())?;
    settle(&connection)?;
    Ok(connection)
}

/// Moves the log into the file. After a sync that failed, the log may hold commits that the operating system believes to
/// be on the disk and that are not: whatever is seen from now on is in the file itself, and new commits build upon nothing
/// else. A page that a crash tore while it was moved is whole again, too.
fn settle(connection: &Connection) -> Result<(), OpenError> {
    // Where others have the file open there was no restart, and nothing to settle: the answer is that it is busy.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// A connection to nothing, for the moment in which a file is closed and not open again. Whatever is asked of it fails.
///
/// # Errors
/// When there is no memory.
pub fn nowhere() -> Result<Connection, rusqlite::Error> {
    Connection::open_in_memory()
}

/// Opens a file that [`open`] has made, for reading only.
///
/// # Errors
/// See [`OpenError`]; [`OpenError::Foreign`] also when the file is empty.
pub fn open_reader(kind: &FileKind, place: Place<'_>) -> Result<Connection, OpenError> {
    let connection = connect(place, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    if check_kind(&connection, kind)? {
        return Err(OpenError::Foreign { found: 0 });
    }
    set_pragmas(&connection, kind)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// An empty database of a kind in memory. No file ever holds any of it.
///
/// # Errors
/// See [`OpenError`].
pub fn open_in_memory(kind: &FileKind) -> Result<Connection, OpenError> {
    let mut connection = Connection::open_in_memory()?;
    connection.pragma_update(None, "foreign_keys", true)?;
    set_pragmas(&connection, kind)?;
    migrate(&mut connection, &(kind.migrations)())?;
    Ok(connection)
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that opens database files")]
fn connect(place: Place<'_>, flags: OpenFlags) -> Result<Connection, OpenError> {
    // One connection is used by one thread at a time, which the borrow checker proves; SQLite's own mutex is not needed.
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match place.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(place.path, flags, vfs)?,
        None => Connection::open_with_flags(place.path, flags)?,
    };
    // SQLCipher writes a complaint to the standard error output for every page that it rejects; our errors say it already.
    connection.execute_batch("PRAGMA cipher_log_level = NONE;")?;
    if let Some(key) = place.key {
        connection.execute_batch(&key.pragma())?;
    }
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Reads the first page: whether the file is new and empty, or else that it is of this kind.
fn check_kind(connection: &Connection, kind: &FileKind) -> Result<bool, OpenError> {
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let found: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    match (found, objects) {
        (0, 0) => Ok(true),
        _ if found == kind.application_id => Ok(false),
        _ => Err(OpenError::Foreign { found }),
    }
}

fn set_up(connection: &Connection, kind: &FileKind) -> Result<(), OpenError> {
    // Readers never wait for the writer, and a commit is one sequential write.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    let synchronous = match kind.durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    // A log that grew once, as in a first fill, gives its space back: 64 MiB.
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    set_pragmas(connection, kind)
}

fn set_pragmas(connection: &Connection, kind: &FileKind) -> Result<(), OpenError> {
    // Sorters and temporary tables hold personal data and would lie on the disk in plain text.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // A damaged page is noticed when it is read, not when it has spread.
    connection.pragma_update(None, "cell_size_check", true)?;
    // A schema that somebody tampered with can call no function behind our back, nor can a statement damage the file.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Plans that depend on bound values would be made anew with every value, wherever a partial index is in sight.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "cache_size", -i64::from(kind.page_cache_kib))?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

fn migrate(connection: &mut Connection, runner: &Runner) -> Result<(), OpenError> {
    let known = runner.get_migrations().iter().map(refinery::Migration::version).max().unwrap_or(0);
    let found = schema_version(connection)?;
    if found > known {
        return Err(OpenError::TooNew { found, known });
    }
    if found < known {
        runner.run(connection).map_err(|error| OpenError::Migration(Box::new(error)))?;
    }
    Ok(())
}

/// The number of the last migration that the file went through; 0 for a new file.
fn schema_version(connection: &Connection) -> Result<i32, rusqlite::Error> {
    if connection.table_exists(None, "refinery_schema_history")? {
        let newest = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
        connection.query_row(newest, [], |row| row.get(0))
    } else {
        Ok(0)
    }
}
