//! Writing to the standard output: lines for people, JSON for programs.

use super::Outcome;
use serde::Serialize;
use std::io::Write as _;

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
