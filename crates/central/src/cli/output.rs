//! Writing to the standard output: lines for people, JSON for programs.

use super::Outcome;
use serde::Serialize;
use std::io::Write as _;
use std::path::Path;

/// Writes a line for people.
pub fn line(text: impl std::fmt::Display) -> Outcome {
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}

/// Writes a value for programs.
pub fn json(value: &impl Serialize) -> Outcome {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    Ok(())
}

/// Writes a value for programs when they ask for JSON, else a line for people.
pub fn either<T: Serialize>(as_json: bool, value: &T, text: impl FnOnce(&T) -> String) -> Outcome {
    if as_json { json(value) } else { line(text(value)) }
}

/// Writes a list for programs when they ask for JSON, else a line for each row.
pub fn list<T: Serialize>(as_json: bool, rows: &[T], text: impl Fn(&T) -> String) -> Outcome {
    if as_json { json(&rows) } else { rows.iter().try_for_each(|row| line(text(row))) }
}

/// Writes a file that is not there yet.
pub fn write_new(path: &Path, bytes: &[u8]) -> Outcome {
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::File::create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error| format!("{}: {error}", path.display()).into())
}
