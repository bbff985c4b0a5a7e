//! `publish`: what is due is allocated and published now, or only shown.

use super::Outcome;
use super::output::{line, list};
use super::place::{Place, block_on};
use crate::scheduler::{Scheduler, preview};

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
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Outcome {
    let central = arguments.place.open()?;
    let published = block_on(async {
        if arguments.dry_run {
            Ok(preview(&central.core, central.core.now()).await?.into_iter().collect())
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
