//! The data folder: its files, and the lock that lets one program at a time work in it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A data folder that this program alone uses, until it is dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    // The operating system gives the lock back when the file is closed, even after a crash.
    _lock: File,
}

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another program works in it.
    #[error("another program uses this data folder")]
    InUse,
    /// It cannot be made or read.
    #[error("the data folder cannot be used")]
    Io(#[from] io::Error),
}

/// Takes from everybody but the owner what they may do with a folder.
#[cfg(unix)]
fn tighten(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut permissions = std::fs::metadata(path)?.permissions();
    if permissions.mode().trailing_zeros() >= 6 {
        return Ok(());
    }
    permissions.set_mode(0o700);
    std::fs::set_permissions(path, permissions)
}

/// Elsewhere the folder of the user is the user's own.
#[cfg(not(unix))]
const fn tighten(_path: &Path) -> io::Result<()> {
    Ok(())
}

impl Folder {
    /// Makes the folder when it is missing, readable by its owner only, and locks it. One that is there and that others could
    /// read is tightened.
    ///
    /// # Errors
    /// When another program holds the lock, or the folder cannot be made.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path)?;
        tighten(path)?;
        let lock = File::options().create(true).truncate(false).write(true).open(path.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(std::fs::TryLockError::WouldBlock) => Err(FolderError::InUse),
            Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// What this computer alone knows.
    #[must_use]
    pub fn device_db(&self) -> PathBuf {
        self.path.join("device.db")
    }

    /// What takes the place of a damaged `device.db`, while it is being filled.
    #[must_use]
    pub fn device_db_next(&self) -> PathBuf {
        self.path.join("device.db-next")
    }

    /// The last cache that was damaged.
    #[must_use]
    pub fn damaged_cache_db(&self) -> PathBuf {
        self.path.join("cache.db.damaged")
    }

    /// What the centre says.
    #[must_use]
    pub fn cache_db(&self) -> PathBuf {
        self.path.join("cache.db")
    }

    /// What this computer has kept of the centre's audit, for auditors.
    #[must_use]
    pub fn witness(&self) -> PathBuf {
        self.path.join("audit-witness.jsonl")
    }

    /// What takes its place, while it is being written.
    #[must_use]
    pub fn witness_next(&self) -> PathBuf {
        self.path.join("audit-witness.jsonl-next")
    }

    /// Every command once more, for the day on which `device.db` is damaged.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.path.join("outbox.journal")
    }
}
