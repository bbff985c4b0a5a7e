//! The only door to files that are no databases, so that a simulation can own the disk. What a function has written is
//! synced when it returns, names included.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// What the desk needs of the disk beside its databases.
pub trait Files: Send + Sync {
    /// The whole content of a file; none when there is no such file.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>>;

    /// Whether there is such a file.
    ///
    /// # Errors
    /// When that cannot be told.
    fn exists(&self, path: &Path) -> io::Result<bool>;

    /// Writes `bytes` behind what is there, and makes the file, readable by its owner only, when it is missing.
    ///
    /// # Errors
    /// When they cannot be written or synced; a part of them may be there then, and whether it lasts nobody knows.
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Cuts a file to a length.
    ///
    /// # Errors
    /// When it cannot be cut or synced.
    fn truncate(&self, path: &Path, length_bytes: u64) -> io::Result<()>;

    /// Gives a file another name, in place of whatever has that name.
    ///
    /// # Errors
    /// When it cannot be renamed.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Deletes a file; a missing one is no error.
    ///
    /// # Errors
    /// When it cannot be deleted.
    fn delete(&self, path: &Path) -> io::Result<()>;
}

/// The files of the operating system.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemFiles;

impl Files for SystemFiles {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        match File::open(path) {
            Ok(mut file) => file.read_to_end(&mut bytes).map(|_| Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        path.try_exists()
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let is_new = !path.try_exists()?;
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        if is_new { sync_folder(path) } else { Ok(()) }
    }

    fn truncate(&self, path: &Path, length_bytes: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(length_bytes)?;
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)?;
        sync_folder(to)
    }

    fn delete(&self, path: &Path) -> io::Result<()> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => sync_folder(path),
        }
    }
}

/// A new name in a folder survives a power loss only when the folder itself was synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// What lies beside a database under its name.
const LOGS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Renames a closed database, or any file, with its logs to `NAME.damaged-MARK` and returns where it lies now; none when
/// there is nothing. Nothing is deleted.
///
/// The mark, such as the time, is the caller's; when that name is taken, a number is added.
///
/// # Errors
/// When a file cannot be renamed.
pub fn move_aside(files: &dyn Files, path: &Path, mark: &str) -> io::Result<Option<PathBuf>> {
    let target = free_name(files, path, mark)?;
    let is_there = files.exists(path)?;
    move_to(files, path, &target)?;
    Ok(is_there.then_some(target))
}

/// Renames a closed database with its logs.
///
/// # Errors
/// When a file cannot be renamed; a missing one is no error.
pub fn move_to(files: &dyn Files, path: &Path, target: &Path) -> io::Result<()> {
    // The database first: once it is gone, leftover logs belong to nothing and a crash in between loses no data.
    if files.exists(path)? {
        files.rename(path, target)?;
    }
    for log in LOGS {
        let from = with_suffix(path, log);
        if files.exists(&from)? {
            files.rename(&from, &with_suffix(target, log))?;
        }
    }
    Ok(())
}

/// Deletes a database with its logs.
///
/// # Errors
/// When a file cannot be deleted.
pub fn delete_database(files: &dyn Files, path: &Path) -> io::Result<()> {
    files.delete(path)?;
    LOGS.iter().try_for_each(|log| files.delete(&with_suffix(path, log)))
}

fn free_name(files: &dyn Files, path: &Path, mark: &str) -> io::Result<PathBuf> {
    for number in 1..=99 {
        let suffix = if number == 1 { format!(".damaged-{mark}") } else { format!(".damaged-{mark}-{number}") };
        let target = with_suffix(path, &suffix);
        if !files.exists(&target)? {
            return Ok(target);
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "a hundred damaged files of this name lie here"))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_moved_aside_makes_room_and_nothing_is_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let files = SystemFiles;
        files.append(&path, "坏".as_bytes()).expect("written");
        files.append(&folder.path().join("a.db-wal"), "日志".as_bytes()).expect("written");
        let first = move_aside(&files, &path, "20261122").expect("renamed").expect("it was there");
        assert_eq!(files.read(&first).expect("readable"), Some("坏".into()), "the damaged file is kept");
        assert!(folder.path().join("a.db.damaged-20261122-wal").exists(), "its log goes with it");
        files.append(&path, "又坏".as_bytes()).expect("written");
        let second = move_aside(&files, &path, "20261122").expect("renamed");
        assert_ne!(Some(first), second, "a second damaged file does not overwrite the first");
        assert!(!path.exists(), "the place is free for a new file");
        assert_eq!(move_aside(&files, &path, "20261122").expect("no error"), None, "there is nothing to move");
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        SystemFiles.append(&path, b"a").expect("written");
        let mode = std::fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "nobody else reads it");
    }
}
