//! `audit`: whether anybody touched the record of who did what.

use super::Outcome;
use super::output::{json, line};
use super::place::{Place, block_on};
use crate::audit::{Tail, check_chain};
use crate::store::Store as _;
use serde::Serialize;
use std::fmt::Write as _;

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
    /// Check that every record follows from the one before
    Verify {
        #[command(flatten)]
        place: Place,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Serialize)]
struct Verified {
    records: u64,
    /// The last record's hash, to be written down where nobody who can reach the store can change it.
    hash: String,
}

pub fn run(arguments: &Arguments) -> Outcome {
    let Command::Verify { place, json: as_json } = &arguments.command;
    let central = place.open()?;
    let tail = block_on(async {
        let mut tail = Tail::EMPTY;
        loop {
            let records = central.core.store().list_audit(tail.sequence, PAGE).await?;
            if records.is_empty() {
                return Ok(tail);
            }
            check_chain(&mut tail, records)?;
        }
    })?;
    let mut hash = String::with_capacity(64);
    for byte in tail.hash {
        write!(hash, "{byte:02x}")?;
    }
    let verified = Verified { records: tail.sequence, hash };
    if *as_json {
        return json(&verified);
    }
    line(format_args!("{} records, none altered or missing; the last one is {}", verified.records, verified.hash))
}
