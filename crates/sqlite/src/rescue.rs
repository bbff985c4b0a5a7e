//! Moving a file that cannot be used out of the way, so that a new one can take its place and nothing is deleted.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// Renames a closed database with its log files to `NAME.damaged-MARK` and returns where it lies now.
///
/// The mark, such as the time, is the caller's; when that name is taken, a number is added.
///
/// # Errors
/// When the file cannot be renamed. A missing log file is no error.
pub fn move_aside(path: &Path, mark: &str) -> io::Result<PathBuf> {
    let mut target = with_suffix(path, &format!(".damaged-{mark}"));
    for number in 2..=99 {
        if !target.try_exists()? {
            break;
        }
        target = with_suffix(path, &format!(".damaged-{mark}-{number}"));
    }
    if target.try_exists()? {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "a hundred damaged files of this name lie here"));
    }
    // The database first: once it is gone, leftover logs belong to nothing and a crash in between loses no data.
    std::fs::rename(path, &target)?;
    for log in ["-wal", "-shm", "-journal"] {
        match std::fs::rename(with_suffix(path, log), with_suffix(&target, log)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(target)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
