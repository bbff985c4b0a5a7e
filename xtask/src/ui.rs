//! Installing the packages of the user interface and building it, each only when something changed.

use crate::{shell, system};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::time::SystemTime;

/// Folders inside `ui` that hold no sources.
const NOT_SOURCES: &[&str] = &["node_modules", "dist", "tests", "paraglide"];

/// Installs the packages when the lock file is another one than at the last installation.
///
/// # Errors
/// When npm is missing or fails.
pub fn install() -> Result<()> {
    system::check_node()?;
    let lock = fs::read("ui/package-lock.json").context("ui/package-lock.json cannot be read")?;
    // This copy is there only after an installation that came to its end.
    let installed = Path::new("ui/node_modules/.installed-package-lock.json");
    if fs::read(installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    // It may have gone already, with the folder.
    let _ = fs::remove_file(installed);
    println!("Installing the packages of the user interface");
    // `npm ci` insists on packages for systems that we never run on, which not every registry has; this one takes what
    // the lock file says, leaves these out, and does not write the lock file.
    shell::program("npm", &["install", "--no-save", "--no-audit", "--no-fund"]).in_folder("ui").run()?;
    fs::write(installed, lock)?;
    Ok(())
}

/// Builds `ui/dist` when a source is newer than the last build.
///
/// # Errors
/// When npm is missing or the build fails.
pub fn build() -> Result<()> {
    install()?;
    let stamp = Path::new("ui/node_modules/.built");
    let built = fs::metadata(stamp).and_then(|stamp| stamp.modified()).ok();
    let changed = newest_change(Path::new("ui"))?.max(newest_change(Path::new("assets"))?);
    if Path::new("ui/dist/index.html").exists() && built >= Some(changed) {
        return Ok(());
    }
    npm_run("build").run()?;
    fs::write(stamp, "")?;
    Ok(())
}

/// A script of the user interface's `package.json`.
pub fn npm_run(script: &str) -> shell::Shell {
    shell::program("npm", &["run", "--silent", script]).in_folder("ui")
}

/// The latest change of a file or folder at or below `path`; removing a file changes its folder.
fn newest_change(path: &Path) -> Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    let mut waiting = vec![path.to_path_buf()];
    while let Some(path) = waiting.pop() {
        let Ok(metadata) = fs::metadata(&path) else { continue };
        if metadata.is_dir() {
            let entries = fs::read_dir(&path)?.collect::<Result<Vec<_>, _>>()?;
            let sources = entries.iter().filter(|entry| !NOT_SOURCES.iter().any(|name| entry.file_name() == *name));
            waiting.extend(sources.map(fs::DirEntry::path));
        }
        // The folder `ui` itself changes when `dist` or `node_modules` come and go.
        if metadata.is_file() || path.components().count() > 1 {
            newest = newest.max(metadata.modified()?);
        }
    }
    Ok(newest)
}
