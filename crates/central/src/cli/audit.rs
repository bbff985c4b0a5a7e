//! `audit`: whether anybody touched the record of who did what.

use super::Outcome;
use super::import::InputError;
use super::output::{json, line};
use super::place::{Place, block_on};
use crate::audit::verify::{Noted, Verification};
use crate::store::Store as _;
use serde::Serialize;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use yuyue_protocol::witness::Checkpoint;

/// Records read at once.
const PAGE: u32 = 10_000;

/// Check the audit.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Check that every record follows from the one before, and that what devices have kept of the audit is still there
    Verify {
        #[command(flatten)]
        place: Place,
        /// What devices have kept: the file `audit-witness.jsonl` of their data folders
        #[arg(long, value_name = "FILE", num_args = 1..)]
        witness: Vec<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Serialize)]
struct Verified {
    records: u64,
    /// What devices have kept and is there.
    confirmed: usize,
    /// What devices had kept of a time that was lost when a backup was restored.
    lost_with_restore: usize,
    /// Where backups were restored.
    restores: Vec<Noted>,
    /// Where devices have said that they had kept another audit.
    contradicted: Vec<Noted>,
    /// The last record's hash, to be written down where nobody who can reach the store can change it.
    hash: String,
}

pub fn run(arguments: &Arguments) -> Outcome {
    let Command::Verify { place, witness, json: as_json } = &arguments.command;
    let central = place.open()?;
    let mut checkpoints = Vec::new();
    for path in witness {
        checkpoints.extend(read(path)?);
    }
    let found = block_on(async {
        let store = central.core.store();
        let mut verification = Verification::new(checkpoints);
        loop {
            let records = store.list_audit(verification.tail().sequence, PAGE).await?;
            if records.is_empty() {
                let epoch = store.get_head().await?.epoch;
                return Ok(verification.conclude(epoch, &central.core.seal().verifying_key())?);
            }
            verification.follow(&records)?;
        }
    })?;
    let tail = found.tail;
    let mut hash = String::with_capacity(64);
    for byte in tail.hash {
        write!(hash, "{byte:02x}")?;
    }
    let (confirmed, lost_with_restore) = (found.confirmed, found.lost_with_restore);
    let (restores, contradicted) = (found.restores, found.contradicted);
    let verified = Verified { records: tail.sequence, confirmed, lost_with_restore, restores, contradicted, hash };
    if *as_json {
        return json(&verified);
    }
    let records = verified.records;
    line(format_args!("{records} records, none altered or missing; the last one is {}", verified.hash))?;
    for Noted { record, at, .. } in &verified.restores {
        line(format_args!("record {record}: a backup was restored at {at}"))?;
    }
    for Noted { record, at, device } in &verified.contradicted {
        let device = device.map_or_else(|| "nobody".to_owned(), |device| format!("device {device}"));
        line(format_args!("record {record}: {device} had kept another audit at {at}; verify with its file"))?;
    }
    if !witness.is_empty() {
        line(format_args!("{confirmed} that devices have kept are there"))?;
        line(format_args!("{lost_with_restore} were lost when a backup was restored"))?;
    }
    Ok(())
}

/// What one device has kept, a checkpoint a line.
fn read(path: &Path) -> Result<Vec<Checkpoint>, InputError> {
    let text = std::fs::read_to_string(path).map_err(|error| InputError::Read(path.to_owned(), error))?;
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().map_err(|error| InputError::Json(path.to_owned(), error))
}
