//! `publish`: what is due is allocated and published now, or only shown.

use super::Outcome;
use super::output::{line, list, write_new};
use super::place::{Place, block_on};
use crate::scheduler::{Scheduler, preview};
use std::path::PathBuf;

/// Publish what is due.
///
/// A running centre publishes by itself; this does the same at once, and never twice. With --dry-run nothing is
/// written.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Only show what the next publication that is due would give
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: also write what would be published in full, as `allocate` reads it, to a new file
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    record: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Outcome {
    let central = arguments.place.open()?;
    let published = block_on(async {
        if arguments.dry_run {
            let found = preview(&central.core, central.core.now()).await?;
            if let (Some(path), Some(found)) = (&arguments.record, &found) {
                write_new(path, &zstd::decode_all(found.record.record.as_slice())?)?;
            }
            Ok(found.into_iter().map(|found| found.published).collect())
        } else {
            Ok(Scheduler::default().tick(&central.core).await?.publications)
        }
    })?;
    if published.is_empty() && !arguments.json {
        return line("nothing is due");
    }
    list(arguments.json, &published, |one| {
        format!(
            "{}: {} sessions, {} placed, {} without a place, {} waiting",
            one.publication_at, one.sessions, one.placed, one.unplaced, one.waiting
        )
    })
}
